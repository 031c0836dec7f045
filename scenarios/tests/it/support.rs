//! What several tests share.

use gatecrash_scenarios::Error;

/// Loads a text as `a.yaml` with `from` replaced by `to`: the complaint points at this text and says this.
pub fn complains<T>(
    good: &str,
    (from, to): (&str, &str),
    (points_at, says): (&str, &str),
    load: impl Fn(&[u8]) -> Result<T, Error>,
) {
    assert!(good.contains(from), "{from}");
    let text = good.replacen(from, to, 1);
    let error = match load(text.as_bytes()) {
        Ok(_) => panic!("`{to}` was taken"),
        Err(error) => error,
    };
    let spot = error.at.unwrap_or_else(|| panic!("`{to}` has no place: {error}"));
    let line = text.lines().nth(spot.line - 1).unwrap();
    let rest: String = line.chars().skip(spot.column - 1).collect();
    assert!(rest.starts_with(points_at), "`{to}` points at `{rest}`: {error}");
    assert!(error.message.contains(says), "`{to}`: {error}");
    assert!(error.to_string().starts_with(&format!("a.yaml:{}:{}: ", spot.line, spot.column)));
}
