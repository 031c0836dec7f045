//! Commands that a user may paste into a shell.

/// `gatecrash` with these words, each as a shell reads it back.
pub fn command(words: &[impl AsRef<str>]) -> String {
    let words = words.iter().map(|word| quoted(word.as_ref()));
    std::iter::once("gatecrash".to_string()).chain(words).collect::<Vec<_>>().join(" ")
}

/// A word as a shell reads it back.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=+,@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.to_string() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_part_them() {
        assert_eq!(
            command(&["run", "healthy-day", "a b.yaml", "it's", "", "$x"]),
            "gatecrash run healthy-day 'a b.yaml' 'it'\\''s' '' '$x'"
        );
    }
}
