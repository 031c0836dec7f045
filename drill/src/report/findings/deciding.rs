//! Whether it was decided, rightly and in time.

use super::{Owner, Rule, Seen, minor, serious};
use crate::account::Account;
use crate::report::outcome::{Kind, decider};
use crate::report::say::{clock_of, length, took};
use crate::report::score::Score;
use gatecrash_policies::time::Span;
use gatecrash_reports::words;
use gatecrash_sim::scenario::Expect;

/// From here on a decision after the policy's own is serious. Ours.
const MUCH_LATER: Span = Span::from_secs(600);

pub const RULES: &[Rule] = &[("missed", missed), ("decided-late", decided_late), ("false-rollback", false_rollback)];

fn missed(account: &Account, score: &Score) -> Option<Seen> {
    let harmed = words::count_of(score.costs.people.harmed, "outcome");
    let alone = match score.costs.automatic.decided {
        Some(at) => format!("the policy alone decides at {}", clock_of(at)),
        None => "the policy alone does not either".into(),
    };
    let lasted = score.counted("harmed").map_or(String::new(), |from| took(account, from, account.ended));
    let text = || format!("Nobody rolled back in {lasted} of harm, with {harmed} harmed; {alone}.");
    (score.outcome.kind == Kind::Missed).then(|| serious(text(), Owner::Rollout))
}

/// What the policy decided before anybody was there is no measure.
fn decided_late(account: &Account, score: &Score) -> Option<Seen> {
    let (people, policy) = (score.at("decided")?, score.costs.automatic.decided?.max(score.start));
    let later = people.since(policy);
    let in_harm = score.outcome.kind == Kind::Detected && score.costs.automatic.outcome == "detected" && later > Span::ZERO;
    let more = score.costs.people.harmed.saturating_sub(score.costs.automatic.harmed);
    let text = || {
        let later = took(account, policy, people);
        format!("Decided {later} after the policy alone would have, with {} more harmed.", words::count_of(more, "outcome"))
    };
    let rate = if later > MUCH_LATER { serious } else { minor };
    in_harm.then(|| rate(text(), Owner::Operator))
}

/// Whose it is hangs on whether a gate had asked for it.
fn false_rollback(account: &Account, score: &Score) -> Option<Seen> {
    if score.outcome.kind != Kind::FalseRollback {
        return None;
    }
    let decided = score.at("decided")?;
    let deed = decider(account, decided);
    let failing: Vec<String> = match deed {
        Some(deed) => deed
            .failing
            .iter()
            .filter_map(|gate| account.policy.gates.get(*gate))
            .map(|gate| format!("`{}`", gate.name))
            .collect(),
        None => account.trial.caught_by.iter().map(|gate| format!("`{gate}`")).collect(),
    };
    let yet = if account.scenario.expect == Expect::Rollback { " yet" } else { "" };
    let what = format!("Rolled back at {}, though the rollout had harmed nobody{yet}", clock_of(decided));
    Some(match failing.as_slice() {
        [] => serious(format!("{what}; no gate failed at that moment."), Owner::Operator),
        names => serious(
            format!("{what}: {} failed, and {} wrong.", words::list(names), if names.len() == 1 { "was" } else { "were" }),
            Owner::Of("the gates"),
        ),
    })
    .map(|seen| with_cost(seen, score))
}

/// What a rollback for nothing costs is the way that has to be gone again.
fn with_cost(mut seen: Seen, score: &Score) -> Seen {
    if let Some(recovery) = score.costs.people.recovery {
        seen.text.push_str(&format!(" It took {} until recovery was validated.", length(recovery)));
    }
    seen
}
