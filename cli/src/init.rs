//! `init`: a commented starter, written into a folder. What stands there already is left alone.

use crate::{Failure, output, schema, shell};
use std::path::Path;

macro_rules! starter {
    ($($name:literal,)*) => {
        /// The files that are written as they are.
        const FILES: &[(&str, &str)] = &[$(($name, include_str!(concat!("../starter/", $name)))),*];
    };
}

starter! {
    "policy.yaml",
    "scenarios/slow-release.yaml",
    "scenarios/failing-release.yaml",
    "scenarios/good-release.yaml",
    "suite.yaml",
    "README.md",
    ".github/workflows/rollout-policy.yml",
}

/// The kinds of file whose schemas stand beside them.
const SCHEMAS: [&str; 3] = ["policy", "scenario", "suite"];

/// Writes the starter into a folder, and says what to do next.
pub fn init(folder: &Path) -> Result<(), Failure> {
    let files = files();
    refuse_to_overwrite(folder, &files)?;
    for (name, content) in &files {
        write(&folder.join(name), content)?;
    }
    output::stdout(|out| {
        files.iter().try_for_each(|(name, _)| writeln!(out, "wrote {}", folder.join(name).display()))?;
        let scenario = folder.join("scenarios/slow-release.yaml").display().to_string();
        let suite = folder.join("suite.yaml").display().to_string();
        writeln!(out, "\nPlay one trial, then hold the policy to what is expected of it:")?;
        writeln!(out, "  {}", shell::command(&["run", &scenario]))?;
        writeln!(out, "  {}", shell::command(&["test", &suite]))
    })
}

/// All files with their text.
fn files() -> Vec<(String, String)> {
    let plain = FILES.iter().map(|(name, text)| (name.to_string(), text.to_string()));
    plain.chain(SCHEMAS.iter().map(|kind| (format!("schemas/{kind}.schema.json"), schema::text(kind)))).collect()
}

fn refuse_to_overwrite(folder: &Path, files: &[(String, String)]) -> Result<(), Failure> {
    let there = |name: &&(String, String)| folder.join(&name.0).symlink_metadata().is_ok();
    let there: Vec<String> = files.iter().filter(there).map(|(name, _)| folder.join(name).display().to_string()).collect();
    match there.as_slice() {
        [] => Ok(()),
        names => Err(Failure::Input(format!(
            "{} there already: {}; nothing was written, so give another folder or move {} away",
            if names.len() == 1 { "this file is" } else { "these files are" },
            names.join(", "),
            if names.len() == 1 { "it" } else { "them" },
        ))),
    }
}

fn write(path: &Path, content: &str) -> Result<(), Failure> {
    let folder = path.parent().expect("a file of the starter is in a folder");
    std::fs::create_dir_all(folder).map_err(|error| {
        Failure::Input(format!("cannot make the folder `{}`: {error}; give a path where one may be made", folder.display()))
    })?;
    output::file(path, |out| out.write_all(content.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every file of the folder `starter` is written.
    #[test]
    fn nothing_of_the_starter_is_forgotten() {
        fn walk(folder: &Path, root: &Path, all: &mut Vec<String>) {
            for entry in std::fs::read_dir(folder).expect("the folder is there") {
                let path = entry.expect("its entries can be read").path();
                match path.is_dir() {
                    true => walk(&path, root, all),
                    false => all.push(path.strip_prefix(root).expect("it is below").display().to_string()),
                }
            }
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("starter");
        let mut found = Vec::new();
        walk(&root, &root, &mut found);
        found.sort();
        let mut written: Vec<String> = FILES.iter().map(|(name, _)| name.to_string()).collect();
        written.sort();
        assert_eq!(found, written);
    }

    #[test]
    fn the_workflow_installs_this_version() {
        let (_, workflow) = FILES.iter().find(|(name, _)| name.ends_with(".yml")).expect("there is a workflow");
        assert!(workflow.contains(&format!("@v{}\n", env!("CARGO_PKG_VERSION"))));
    }
}
