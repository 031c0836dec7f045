//! Conditions that end a drill.

use gatecrash_policies::suggest::did_you_mean;
use gatecrash_policies::units;
use gatecrash_sim::play::Harm;

/// What can be counted so far.
const COUNTS: [&str; 3] = ["harmed", "duplicates_leaked", "exposed_requests"];

/// `harmed > 500`: ends the drill when it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopIf {
    what: &'static str,
    /// Also when the count is just the limit.
    or_equal: bool,
    limit: u64,
}

impl StopIf {
    /// Reads a condition.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn read(text: &str) -> Result<StopIf, String> {
        let how = "write it like `harmed > 500`";
        let (name, rest) = text.split_once('>').ok_or_else(|| format!("`{text}` has no `>`; {how}"))?;
        let name = name.trim();
        let what = COUNTS.iter().find(|count| **count == name).ok_or_else(|| {
            let hint = did_you_mean(name, COUNTS);
            format!("`{name}` is nothing that can be counted{hint}; there are {}", COUNTS.join(", "))
        })?;
        let (or_equal, number) = rest.strip_prefix('=').map_or((false, rest), |number| (true, number));
        let limit = units::count(number.trim()).map_err(|error| format!("`{text}`: {error}; {how}"))?;
        Ok(StopIf { what, or_equal, limit })
    }

    /// Whether it holds.
    pub fn holds(&self, harm: &Harm, exposed_requests: u64) -> bool {
        let count = match self.what {
            "harmed" => harm.harmed,
            "duplicates_leaked" => harm.leaked,
            _ => exposed_requests,
        };
        count > self.limit || (self.or_equal && count == self.limit)
    }
}

impl std::fmt::Display for StopIf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.what, if self.or_equal { ">=" } else { ">" }, self.limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_read_and_holds() {
        let harm = |harmed| Harm { harmed, ..Harm::default() };
        let more = StopIf::read("harmed > 1_000").unwrap();
        assert_eq!(more.to_string(), "harmed > 1000");
        assert!(!more.holds(&harm(1_000), 5_000) && more.holds(&harm(1_001), 0));
        assert!(StopIf::read("harmed>=3").unwrap().holds(&harm(3), 0));
        assert!(StopIf::read("exposed_requests > 10").unwrap().holds(&harm(0), 11));
    }

    #[test]
    fn what_is_none_is_refused() {
        for (text, why) in [("harmd > 3", "did you mean `harmed`"), ("harmed 3", "no `>`"), ("harmed > many", "many")] {
            assert!(StopIf::read(text).unwrap_err().contains(why), "{}", StopIf::read(text).unwrap_err());
        }
    }
}
