//! The command that plays a trial again.

use crate::shell;

/// A world as the command line names it.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    /// A built-in scenario or a path.
    pub scenario: String,
    /// The factor on its faults.
    pub severity: f64,
    /// The factor on its wobble.
    pub wobble: f64,
    /// What is replaced in its file: `faults.0.by=3x`.
    pub with: Vec<String>,
}

impl Replay {
    /// `gatecrash run` with this policy and seed, and with these words behind.
    pub fn command(&self, policy: &str, seed: u64, more: &[&str]) -> String {
        let mut words: Vec<String> = ["run", &self.scenario, "--policy", policy, "--seed"].map(str::to_string).to_vec();
        words.push(seed.to_string());
        if self.severity != 1.0 {
            words.extend(["--severity".to_string(), format!("{}x", self.severity)]);
        }
        if self.wobble != 1.0 {
            words.extend(["--wobble".to_string(), format!("{}x", self.wobble)]);
        }
        words.extend(self.with.iter().flat_map(|change| ["--with".to_string(), change.clone()]));
        words.extend(more.iter().map(|word| word.to_string()));
        shell::command(&words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_as_written_needs_no_word() {
        let plain = Replay { scenario: "healthy-day".into(), severity: 1.0, wobble: 1.0, with: vec![] };
        assert_eq!(plain.command("careful", 7, &[]), "gatecrash run healthy-day --policy careful --seed 7");
        let world = Replay { severity: 1.5, wobble: 0.0, with: vec!["faults.0.by=3x".into()], ..plain };
        assert_eq!(
            world.command("my own.yaml", 7, &["--html", "t.html"]),
            "gatecrash run healthy-day --policy 'my own.yaml' --seed 7 --severity 1.5x --wobble 0x --with faults.0.by=3x --html t.html"
        );
    }
}
