//! What was promoted, and what nobody confirmed.

use super::{Owner, Rule, Seen, minor, serious};
use crate::account::Account;
use crate::report::approvals::{Lapse, Promotion};
use crate::report::say::{clock_of, length};
use crate::report::score::Score;
use gatecrash_policies::time::Span;
use gatecrash_reports::words;

pub const RULES: &[Rule] =
    &[("promoted-against-gates", against_gates), ("promoted-early", early), ("approval-lapsed", approval_lapsed)];

fn against_gates(_: &Account, score: &Score) -> Option<Seen> {
    let said = |p: &Promotion| {
        let failing: Vec<String> = p.failing.iter().map(|gate| format!("`{gate}`")).collect();
        format!("{} at {} while {} failed", p.who, clock_of(p.at), words::list(&failing))
    };
    let all: Vec<String> = score.promotions.iter().filter(|p| !p.failing.is_empty()).map(said).collect();
    (!all.is_empty()).then(|| serious(format!("Promoted against a failing gate: {}.", words::list(&all)), Owner::Operator))
}

fn early(_: &Account, score: &Score) -> Option<Seen> {
    let said = |p: &Promotion| format!("{} at {}, with {} of the soak to go", p.who, clock_of(p.at), length(p.early));
    let all: Vec<String> = score.promotions.iter().filter(|p| p.early > Span::ZERO).map(said).collect();
    (!all.is_empty()).then(|| minor(format!("Promoted before the soak was served: {}.", words::list(&all)), Owner::Operator))
}

fn approval_lapsed(_: &Account, score: &Score) -> Option<Seen> {
    let said = |l: &Lapse| format!("{} of {}, after {}", l.act, clock_of(l.at), length(l.lapsed.since(l.at)));
    let all: Vec<String> = score.lapsed.iter().map(said).collect();
    (!all.is_empty()).then(|| serious(format!("Nobody confirmed in time: {}.", words::list(&all)), Owner::Rollout))
}
