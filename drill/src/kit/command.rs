//! Commands that a facilitator may paste into a shell.

use crate::act::Inject;
use crate::cast::Cast;

/// A word as a shell reads it back.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=+,@%".contains(c);
    let is_plain = !word.is_empty() && word.chars().all(is_plain);
    if is_plain { word.to_string() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// The words of a command, with `gatecrash` before them.
fn command(words: &[&str]) -> String {
    let words = words.iter().map(|word| quoted(word));
    std::iter::once("gatecrash".to_string()).chain(words).collect::<Vec<_>>().join(" ")
}

/// How the drill is held. `start` and `stop_if` are for the facilitator's eyes.
pub fn hold(cast: &Cast, seed: u64, speed: u32, stop_if: &[String]) -> String {
    let [scenario, policy] = cast.texts.each_ref().map(|text| text.name.as_str());
    let (seed, speed) = (seed.to_string(), speed.to_string());
    let mut words =
        vec!["drill", scenario, "--policy", policy, "--seed", &seed, "--speed", &speed, "--start", "fault-10m", "--paused"];
    words.extend(stop_if.iter().flat_map(|condition| ["--stop-if", condition]));
    words.extend(["--time-limit", "2h", "--role-tokens", "tokens", "--record", "drill.jsonl", "--html", "report.html"]);
    command(&words)
}

/// The same with scenario and seed drawn by nobody.
pub fn surprise(cast: &Cast) -> String {
    let policy = cast.texts[1].name.as_str();
    command(&["drill", "--policy", policy, "--seed", "surprise", "--start", "fault-10m", "--paused", "--role-tokens", "tokens"])
}

/// Makes something happen, as the facilitator.
pub fn inject(inject: &Inject) -> String {
    let settings = [
        ("by", &inject.by),
        ("on", &inject.on),
        ("herring", &inject.herring),
        ("away", &inject.away),
        ("back", &inject.back),
        ("for", &inject.lasting),
    ];
    let given = settings.iter().filter_map(|(name, value)| Some(format!("{name}={}", value.as_deref()?)));
    let words: Vec<String> = ["act", "inject"].map(String::from).into_iter().chain(inject.fault.clone()).chain(given).collect();
    command(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pasted_reads_back() {
        let herring = Inject { herring: Some("it's the cache".into()), ..Inject::default() };
        assert_eq!(inject(&herring), r"gatecrash act inject 'herring=it'\''s the cache'");
        let fault =
            Inject { fault: Some("error_burst".into()), by: Some("10%".into()), lasting: Some("5m".into()), ..Inject::default() };
        assert_eq!(inject(&fault), "gatecrash act inject error_burst by=10% for=5m");
    }
}
