//! Who may come in: the file of `--role-tokens`.
//!
//! ```text
//! # a line per token: role, token, and whose it is
//! facilitator 4f1c0a...  ana
//! operator: "9be2d7..." ben
//! observer=77c1ab...
//! ```

use crate::role::Role;
use gatecrash_policies::suggest;
use sha2::{Digest, Sha256};
use std::net::SocketAddr;
use std::path::Path;

/// Shorter tokens can be guessed: no matter where only this machine can ask.
const LENGTH_MIN: usize = 16;
/// Longer ones do not fit the head of a request.
const LENGTH_MAX: usize = 1024;
/// Names are for the log.
const NAME_MAX: usize = 60;
/// Who does what nobody does.
const POLICY: &str = "policy";
/// How to make one that cannot be guessed.
const MAKE_ONE: &str = "make one with `openssl rand -hex 16`";

/// The tokens of a drill; none at all where everybody is let in.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    entries: Vec<Entry>,
}

/// What a token says about who holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Their role.
    pub role: Role,
    /// Whose it is, if the file says so.
    pub name: Option<String>,
    /// Only digests are kept: they are compared in constant time, and nothing that prints this prints a token.
    digest: [u8; 32],
    length: usize,
    line: usize,
}

impl Tokens {
    /// Those of a file; and a warning, if others can read it.
    ///
    /// # Errors
    /// File, line, what was found, and what to do.
    pub fn read(path: &Path) -> Result<(Tokens, Option<String>), String> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            format!("cannot read the tokens in `{file}`: {error}; give a text file with lines such as `operator TOKEN NAME`")
        })?;
        Ok((Tokens::parse(&text, &file)?, readable_by_others(path)))
    }

    /// Those of a text; `file` is how errors call it.
    ///
    /// # Errors
    /// See [`Tokens::read`].
    pub fn parse(text: &str, file: &str) -> Result<Tokens, String> {
        let mut entries: Vec<Entry> = Vec::new();
        for (line, text) in (1..).zip(text.lines()).filter(|(_, text)| is_said(text)) {
            let entry = entry(text.trim(), line).map_err(|error| format!("{file}:{line}: {error}"))?;
            if let Some(same) = entries.iter().find(|other| other.digest == entry.digest) {
                return Err(format!("{file}:{line}: the same token as in line {}; {MAKE_ONE}", same.line));
            }
            entries.push(entry);
        }
        if !entries.iter().any(|entry| entry.role == Role::Operator) {
            return Err(format!(
                "{file}: no token of an operator: nobody could roll back; add a line `operator TOKEN`, {MAKE_ONE}"
            ));
        }
        Ok(Tokens { entries })
    }

    /// Whether one is needed at all.
    pub fn are_needed(&self) -> bool {
        !self.entries.is_empty()
    }

    /// What this token says about who holds it. Takes as long for every token of a length.
    pub fn find(&self, token: &str) -> Option<&Entry> {
        let digest = digest(token);
        // All of them, to the end: when it was found is not to be told by how long it took.
        self.entries.iter().fold(None, |found, entry| if same(&entry.digest, &digest) { Some(entry) } else { found })
    }
}

/// Whether a server may listen here: what is open to others needs tokens.
///
/// # Errors
/// Why not, and what to do.
pub fn may_listen(address: SocketAddr, tokens: &Tokens) -> Result<(), String> {
    if address.ip().to_canonical().is_loopback() {
        return Ok(());
    }
    if let Some(Entry { line, length, .. }) = tokens.entries.iter().find(|entry| entry.length < LENGTH_MIN) {
        return Err(format!(
            "{address} can be reached by others, and the token in line {line} of the tokens has {length} characters, which can be \
             guessed; give it at least {LENGTH_MIN}, {MAKE_ONE}"
        ));
    }
    if tokens.are_needed() {
        return Ok(());
    }
    Err(format!(
        "{address} can be reached by others, and without tokens everybody could lead the drill; listen on 127.0.0.1, or give \
         `--role-tokens FILE` with lines such as `operator TOKEN NAME`"
    ))
}

/// Whether a line says anything.
fn is_said(line: &str) -> bool {
    !line.trim().is_empty() && !line.trim().starts_with('#')
}

/// `ROLE TOKEN [NAME]`, `ROLE: TOKEN [NAME]` or `ROLE=TOKEN [NAME]`.
fn entry(text: &str, line: usize) -> Result<Entry, String> {
    let end = text.find(|c: char| c.is_whitespace() || c == ':' || c == '=').unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let role = Role::of_name(word).ok_or_else(|| unknown_role(word))?;
    let rest = rest.trim_start();
    let rest = rest.strip_prefix([':', '=']).unwrap_or(rest).trim_start();
    let (token, name) = token(rest)?;
    let name = name.trim();
    let name = if name.is_empty() { None } else { Some(name_of_person(name)?) };
    Ok(Entry { role, name, digest: digest(token), length: token.len(), line })
}

/// A person's name as they or a file give it.
///
/// # Errors
/// What is wrong with it.
pub fn name_of_person(name: &str) -> Result<String, String> {
    let name = name.trim();
    match name.chars().count() {
        0 => Err("the name is empty; leave it out".into()),
        length if length > NAME_MAX => Err(format!("the name has {length} characters; use at most {NAME_MAX}")),
        _ if name.chars().any(char::is_control) => Err("the name has characters that cannot be shown; leave them out".into()),
        _ if name == POLICY => Err(format!("`{POLICY}` is how the log calls what nobody did; use another name")),
        _ => Ok(name.to_string()),
    }
}

fn unknown_role(word: &str) -> String {
    let names = Role::ALL.map(Role::name);
    format!("there is no role `{word}`{}; begin the line with {}", suggest::did_you_mean(word, names), names.join(", "))
}

/// The token that a text begins with, quoted or not, and what follows it.
fn token(text: &str) -> Result<(&str, &str), String> {
    let quote = text.chars().next().filter(|c| ['"', '\''].contains(c));
    let (token, rest) = match quote {
        Some(quote) => text[1..].split_once(quote).ok_or(format!("the quote {quote} is not closed; close it after the token"))?,
        None => text.split_at(text.find(char::is_whitespace).unwrap_or(text.len())),
    };
    match token.len() {
        0 => Err(format!("there is no token after the role; write `ROLE TOKEN`, {MAKE_ONE}")),
        // The characters that a header may carry as they are.
        _ if !token.chars().all(|c| c.is_ascii_graphic()) => {
            Err("the token has characters that no header can carry; use letters, digits and signs of ASCII, without blanks"
                .into())
        }
        length if length > LENGTH_MAX => {
            Err(format!("the token has {length} characters; at most {LENGTH_MAX} fit into a request"))
        }
        _ => Ok((token, rest)),
    }
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Compares without stopping at the first difference.
fn same(a: &[u8; 32], b: &[u8; 32]) -> bool {
    std::hint::black_box(a.iter().zip(b).fold(0, |differ, (a, b)| differ | (a ^ b))) == 0
}

/// A warning, if somebody but the owner can read a file.
#[cfg(unix)]
fn readable_by_others(path: &Path) -> Option<String> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path).ok()?.permissions().mode();
    let file = path.display();
    (mode & 0o077 != 0).then(|| format!("`{file}` holds tokens and others can read it; `chmod 600 {file}`"))
}

#[cfg(not(unix))]
fn readable_by_others(_: &Path) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "0123456789abcdef";
    const B: &str = "fedcba9876543210";
    const C: &str = "a+b/c==.-_~!$&()";

    #[test]
    fn lines_are_read_however_they_are_written() {
        let text = format!("# who\n\noperator {A} Ben Blue\n  facilitator: \"{B}\"\nobserver={C}\noperator = 'x{A}'  eve\n");
        let tokens = Tokens::parse(&text, "t").unwrap();
        let find = |token: &str| tokens.find(token).map(|entry| (entry.role, entry.name.as_deref()));
        assert_eq!(find(A), Some((Role::Operator, Some("Ben Blue"))));
        assert_eq!(find(B), Some((Role::Facilitator, None)));
        assert_eq!(find(C), Some((Role::Observer, None)));
        assert_eq!(find(&format!("x{A}")), Some((Role::Operator, Some("eve"))));
        for wrong in ["", "0123456789abcdeg", "0123456789abcde", "0123456789abcdef ", "operator"] {
            assert_eq!(find(wrong), None, "{wrong}");
        }
        assert!(tokens.are_needed() && !Tokens::default().are_needed());
        assert!(!format!("{tokens:?}").contains(A), "no token is printed");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let check = |text: &str, says: &[&str]| {
            let error = Tokens::parse(text, "tokens.txt").unwrap_err();
            says.iter().for_each(|says| assert!(error.contains(says), "{text}: {error} lacks {says}"));
        };
        check(&format!("\noperater {A}"), &["tokens.txt:2:", "`operater`", "did you mean `operator`?"]);
        check("operator", &["tokens.txt:1:", "no token after the role"]);
        check("operator: \"0123456789abcdef", &["is not closed"]);
        check("operator 0123456789abcdéf", &["no header can carry"]);
        check(&format!("operator {A}\nobserver {A} x"), &["tokens.txt:2:", "line 1"]);
        check(&format!("facilitator {A}"), &["no token of an operator"]);
        check("", &["no token of an operator"]);
        check(&format!("operator {A} policy"), &["tokens.txt:1:", "`policy`"]);
        let error = Tokens::read(Path::new("there-is-none")).unwrap_err();
        assert!(error.contains("there-is-none") && error.contains("give a text file"), "{error}");
    }

    #[test]
    fn what_others_can_reach_needs_tokens() {
        let tokens = Tokens::parse(&format!("operator {A}"), "t").unwrap();
        for (address, open) in [
            ("127.0.0.1:1", true),
            ("127.9.9.9:1", true),
            ("[::1]:1", true),
            ("0.0.0.0:1", false),
            ("[::]:1", false),
            ("10.0.0.1:1", false),
        ] {
            let address = address.parse().unwrap();
            let free = may_listen(address, &Tokens::default());
            assert_eq!(free.is_ok(), open, "{address}");
            assert!(free.err().is_none_or(|error| error.contains("--role-tokens")));
            assert!(may_listen(address, &tokens).is_ok());
            let short = may_listen(address, &Tokens::parse("operator 0123456789abcde", "t").unwrap());
            assert_eq!(short.is_ok(), open, "{address}");
            assert!(short.err().is_none_or(|error| error.contains("line 1") && error.contains("at least 16")));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_warned_of() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens");
        std::fs::write(&path, format!("operator {A}")).unwrap();
        for (mode, warned) in [(0o600, false), (0o640, true), (0o604, true)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(Tokens::read(&path).unwrap().1.is_some(), warned, "{mode:o}");
        }
    }
}
