//! Where results and messages go: results to stdout and files, everything else to stderr.

use crate::Failure;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

/// Writes the result of a command.
pub fn stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    write(&mut out)?;
    Ok(out.flush()?)
}

/// Writes a file that the user asked for.
pub fn file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let write_all = || {
        let mut out = BufWriter::new(File::create(path)?);
        write(&mut out)?;
        out.flush()
    };
    write_all().map_err(|error| cannot_write(path, &error.to_string()))
}

/// Whether there is a folder to write this file in: what takes long asks before it begins.
pub fn check_file(path: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match folder.is_dir() && !path.is_dir() {
        true => Ok(()),
        false => Err(cannot_write(path, if path.is_dir() { "it is a folder" } else { "its folder does not exist" })),
    }
}

fn cannot_write(path: &Path, why: &str) -> Failure {
    Failure::Input(format!("cannot write `{}`: {why}; give a path in a folder that exists and may be written", path.display()))
}

/// Writes files (name, content) into a folder that the user asked for, and makes it if there is none.
pub fn folder(path: &Path, files: &[(String, String)]) -> Result<(), Failure> {
    std::fs::create_dir_all(path).map_err(|error| {
        Failure::Input(format!("cannot make the folder `{}`: {error}; give a path where one may be made", path.display()))
    })?;
    files.iter().try_for_each(|(name, content)| file(&path.join(name), |out| out.write_all(content.as_bytes())))
}

/// Whether the result may carry colours.
pub fn colour() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    !refused && io::stdout().is_terminal()
}

/// Something that the user should know and that does not stop the work.
pub fn warn(message: &str) {
    eprintln!("warning: {message}");
}
