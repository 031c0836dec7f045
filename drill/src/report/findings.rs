//! What to do better: rules that look at a drill, each with what was seen, who owns it, and when to test it again.
//!
//! To add one: its line in the file of its subject, and an example in the tests.

mod approvals;
mod deciding;
mod noticing;
mod recovery;
mod steps;
mod system;

use super::score::Score;
use crate::account::Account;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

/// Something to do better.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// The rule that found it.
    pub rule: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What was seen, with figures.
    pub seen: String,
    /// The role that it is for.
    pub owner: String,
    /// The day on which to test it again, `2026-12-22`.
    pub retest: String,
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It cost harm or trust, or would have.
    Serious,
    /// It did no harm this time.
    Minor,
}

impl Severity {
    /// `serious` or `minor`.
    pub fn name(self) -> &'static str {
        ["serious", "minor"][self as usize]
    }

    /// In how many days to test again.
    fn days(self) -> i64 {
        [30, 90][self as usize]
    }
}

/// What a rule says of a drill.
struct Seen {
    severity: Severity,
    text: String,
    owner: Owner,
}

/// Who has to do something about it.
enum Owner {
    /// Whoever answers for the rollout, as the policy says.
    Rollout,
    /// Whoever runs it.
    Operator,
    /// Whoever owns this.
    Of(&'static str),
}

/// A rule: its name, and what it sees.
type Rule = (&'static str, fn(&Account, &Score) -> Option<Seen>);

/// All of them, in the order of a rollout.
const RULES: [&[Rule]; 6] = [noticing::RULES, deciding::RULES, steps::RULES, approvals::RULES, recovery::RULES, system::RULES];

/// What every rule finds, the serious ones first.
pub fn of(account: &Account, score: &Score) -> Vec<Finding> {
    let found = RULES.into_iter().flatten().filter_map(|(rule, sees)| Some(finding(account, rule, sees(account, score)?)));
    let mut all: Vec<Finding> = found.collect();
    all.sort_by_key(|finding| finding.severity);
    all
}

/// The names of all rules.
#[cfg(test)]
pub fn names() -> Vec<&'static str> {
    RULES.into_iter().flatten().map(|(name, _)| *name).collect()
}

fn finding(account: &Account, rule: &'static str, seen: Seen) -> Finding {
    let named = Some(account.policy.owner.clone()).filter(|owner| !owner.is_empty());
    let owner = match seen.owner {
        Owner::Rollout => named.unwrap_or("whoever owns the rollout".into()),
        Owner::Operator => "operator".into(),
        Owner::Of(what) => format!("whoever owns {what}"),
    };
    Finding { rule, severity: seen.severity, seen: seen.text, owner, retest: retest(&account.plan.held, seen.severity) }
}

/// So many days after the drill was held; in words where that day is not known.
fn retest(held: &str, severity: Severity) -> String {
    let day = held.parse::<Date>().ok().and_then(|held| held.checked_add(severity.days().days()).ok());
    day.map_or(format!("{} days after the drill", severity.days()), |day| day.to_string())
}

fn serious(text: String, owner: Owner) -> Seen {
    Seen { severity: Severity::Serious, text, owner }
}

fn minor(text: String, owner: Owner) -> Seen {
    Seen { severity: Severity::Minor, text, owner }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_go_by_the_calendar() {
        assert_eq!(retest("2026-11-22", Severity::Serious), "2026-12-22");
        assert_eq!(retest("2026-12-02", Severity::Minor), "2027-03-02");
        assert_eq!(retest("2028-01-30", Severity::Serious), "2028-02-29", "a leap year");
        assert_eq!(retest("", Severity::Minor), "90 days after the drill");
    }

    #[test]
    fn rules_have_names_of_their_own() {
        let names = names();
        assert!((1..names.len()).all(|i| !names[..i].contains(&names[i])), "{names:?}");
    }
}
