//! What a drill came to, in people's words.

use super::say;
use crate::account::{Account, Deed};
use crate::act::Act;
use gatecrash_policies::time::Time;
use gatecrash_reports::words::{self, clock};
use gatecrash_sim::presets;
use gatecrash_sim::scenario::{Expect, Side};
use serde::Serialize;

/// How it ended for the people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The rollout did harm, and it was rolled back at or after it.
    Detected,
    /// The rollout did harm, and nobody rolled back.
    Missed,
    /// Rolled back, though the rollout had done no harm.
    FalseRollback,
    /// Nothing was wrong with the rollout, and it was finished.
    RightPromotion,
    /// Nothing was wrong with the rollout, nobody rolled back, and the drill was over before it could finish.
    Steady,
    /// It says nothing.
    Insufficient,
}

/// The outcome with its reason.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// Which.
    pub kind: Kind,
    /// Whether that is what was hoped for; `None` where it says nothing.
    pub success: Option<bool>,
    /// Who decided to roll back: `policy` where nobody did it by hand.
    pub decided_by: Option<String>,
    /// In a sentence or two.
    pub text: String,
}

impl Kind {
    /// In words, with a capital.
    pub fn title(self) -> &'static str {
        match self {
            Kind::Detected => "Detected",
            Kind::Missed => "Missed",
            Kind::FalseRollback => "False rollback",
            Kind::RightPromotion => "Right promotion",
            Kind::Steady => "Held steady",
            Kind::Insufficient => "Insufficient",
        }
    }

    fn success(self) -> Option<bool> {
        match self {
            Kind::Detected | Kind::RightPromotion | Kind::Steady => Some(true),
            Kind::Missed | Kind::FalseRollback => Some(false),
            Kind::Insufficient => None,
        }
    }

    /// Whether the rollout did harm before anybody turned back.
    pub fn is_breach(self) -> bool {
        matches!(self, Kind::Detected | Kind::Missed)
    }
}

/// What the drill came to.
pub fn of(account: &Account) -> Outcome {
    let kind = kind(account);
    let decided_by = account.trial.instants.decided.map(|at| decider(account, at).map_or("policy", |deed| &deed.who).to_string());
    let text = text(account, kind, decided_by.as_deref().unwrap_or("nobody"));
    Outcome { kind, success: kind.success(), decided_by, text }
}

/// The act that was the decision to roll back.
pub fn decider(account: &Account, decided: Time) -> Option<&Deed> {
    let decides = |deed: &&Deed| deed.at == decided && matches!(deed.act, Act::Rollback { .. } | Act::Step { .. });
    account.deeds.iter().filter(|deed| deed.answer.is_ok()).find(decides)
}

/// What was right here: what the scenario says, or to roll back where something that was put in made the rollout do harm.
pub fn expect(account: &Account) -> Expect {
    let first = account.trial.instants.harmed;
    let to_blame = |deed: &&Deed| {
        first.is_some_and(|first| first >= deed.at) && injected(deed).is_some_and(|(_, side)| side == Side::Canary)
    };
    let injected = account.deeds.iter().filter(|deed| deed.answer.is_ok()).any(|deed| to_blame(&deed));
    if injected { Expect::Rollback } else { account.scenario.expect }
}

/// The fault that somebody put in, and on which side.
pub fn injected(deed: &Deed) -> Option<(&str, Side)> {
    let Act::Inject(inject) = &deed.act else { return None };
    let name = inject.fault.as_deref()?;
    let side = match inject.on.as_deref() {
        Some("canary") => Side::Canary,
        Some("stable") => Side::Stable,
        Some("both") => Side::Both,
        _ => presets::find(name).map_or(Side::Canary, |preset| preset.on),
    };
    Some((name, side))
}

fn kind(account: &Account) -> Kind {
    let at = &account.trial.instants;
    match (expect(account), at.decided, at.harmed) {
        (Expect::Rollback, Some(decided), Some(harmed)) if decided >= harmed => Kind::Detected,
        (_, Some(_), _) => Kind::FalseRollback,
        _ if account.reason == "interrupted" => Kind::Insufficient,
        (Expect::Rollback, None, Some(_)) => Kind::Missed,
        (Expect::Rollback, None, None) => Kind::Insufficient,
        (Expect::Promote, None, _) if account.trial.finished => Kind::RightPromotion,
        (Expect::Promote, None, _) => Kind::Steady,
    }
}

fn text(account: &Account, kind: Kind, who: &str) -> String {
    let t = &account.trial;
    let (ended, harmed) = (clock(account.ended), words::count_of(t.harmed, "outcome"));
    let decided = t.instants.decided.map_or(String::new(), clock);
    match kind {
        Kind::Detected => {
            let after = t.instants.harmed.zip(t.instants.decided).map(|(from, to)| to.since(from));
            let after = after.map_or(String::new(), |span| words::seconds(span.seconds()));
            let luck = if t.lucky { " No sample could have shown the harm by then: that was luck." } else { "" };
            format!("{who} decided to roll back at {decided}, {after} after the first harm; {harmed} harmed.{luck}")
        }
        Kind::Missed => {
            let from = t.instants.harmed.map_or(String::new(), clock);
            format!(
                "harm began at {from}, and nobody had rolled back when the drill ended at {ended} ({}); {harmed} harmed.",
                account.reason
            )
        }
        Kind::FalseRollback if account.scenario.expect == Expect::Rollback => {
            format!("{who} rolled back at {decided}, before the rollout had harmed anybody.")
        }
        Kind::FalseRollback => format!("{who} rolled back at {decided}, and {}", innocent(account)),
        Kind::RightPromotion => format!(
            "{} Nobody rolled back, and everyone is on the canary since {ended}: a success.",
            say::capital(&innocent(account))
        ),
        Kind::Steady => format!(
            "{} Nobody rolled back, which was right: a success. The rollout was not finished when the drill ended at {ended} ({}).",
            say::capital(&innocent(account)),
            account.reason
        ),
        Kind::Insufficient if account.reason == "interrupted" => {
            format!("the drill was interrupted at {ended}, before anybody had decided.")
        }
        Kind::Insufficient => format!("{}.", if t.reason.is_empty() { "nothing was harmed" } else { &t.reason }),
    }
}

/// Why rolling back would have been, or was, for nothing.
fn innocent(account: &Account) -> String {
    let planned = account.scenario.faults.iter().filter(|fault| fault.on != Side::Canary).map(|fault| fault.name.as_str());
    let put_in = account.deeds.iter().filter(|deed| deed.answer.is_ok()).filter_map(injected);
    let put_in = put_in.filter(|(_, side)| *side != Side::Canary).map(|(name, _)| name);
    let names: Vec<String> = planned.chain(put_in).map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => "nothing was wrong with the canary.".into(),
        _ => format!("what went wrong was not the rollout's ({}): rolling back does not help against it.", words::list(&names)),
    }
}
