//! What was promoted that should not have been, what was refused, and what nobody confirmed in time.

use super::seconds;
use crate::account::{Account, Deed, Fate};
use crate::act::Act;
use gatecrash_policies::time::{Span, Time};
use serde::Serialize;

/// A promotion against the evidence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Promotion {
    /// When.
    #[serde(rename = "at_s", serialize_with = "seconds::at")]
    pub at: Time,
    /// Who.
    pub who: String,
    /// The gates that failed at that moment.
    pub failing: Vec<String>,
    /// How much of the soak was not served.
    #[serde(rename = "early_s", serialize_with = "seconds::span")]
    pub early: Span,
}

/// An act that was refused.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Refused {
    /// When.
    #[serde(rename = "at_s", serialize_with = "seconds::at")]
    pub at: Time,
    /// Who.
    pub who: String,
    /// What they tried; `request` where it was refused at the door.
    pub act: &'static str,
    /// Why it was refused.
    pub why: String,
}

/// A proposal that nobody confirmed in time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Lapse {
    /// When it was made.
    #[serde(rename = "at_s", serialize_with = "seconds::at")]
    pub at: Time,
    /// When it lapsed.
    #[serde(rename = "lapsed_s", serialize_with = "seconds::at")]
    pub lapsed: Time,
    /// `promote`, `rollback` or `step`.
    pub act: &'static str,
    /// In words.
    pub text: String,
}

/// Promotions while a gate failed, or before the soak was served.
pub fn promotions(account: &Account) -> Vec<Promotion> {
    let done = account.deeds.iter().filter(|deed| deed.answer.is_ok() && matches!(deed.act, Act::Promote { .. }));
    let name = |gate: &usize| account.policy.gates.get(*gate).map(|gate| gate.name.clone());
    let promotion = |deed: &Deed| Promotion {
        at: deed.at,
        who: deed.who.clone(),
        failing: deed.failing.iter().filter_map(name).collect(),
        early: Span::from_secs_f64(deed.early_s),
    };
    done.map(promotion).filter(|p| !p.failing.is_empty() || p.early > Span::ZERO).collect()
}

/// What a request is called that was refused at the door, before anybody knew what it wanted.
pub const REQUEST: &str = "request";

/// What was refused, in order of time: acts, and requests at the door.
pub fn refused(account: &Account) -> Vec<Refused> {
    let mut all = refused_acts(account);
    let known = all.len();
    for (line, _) in account.lines.iter().filter(|(line, _)| line.kind == "refused") {
        let at = Time((line.t_s * 1e6).round() as u64);
        let who = line.who.clone().unwrap_or_default();
        // Refused acts have their line in the log as well.
        if !all[..known].iter().any(|act| act.at == at && act.who == who) {
            all.push(Refused { at, who, act: REQUEST, why: line.text.clone() });
        }
    }
    all.sort_by_key(|refused| refused.at);
    all
}

fn refused_acts(account: &Account) -> Vec<Refused> {
    let why = |deed: &Deed| deed.answer.clone().err();
    let refused = |deed: &Deed| Some(Refused { at: deed.at, who: deed.who.clone(), act: deed.act.name(), why: why(deed)? });
    account.deeds.iter().filter_map(refused).collect()
}

/// What lapsed, in order.
pub fn lapsed(account: &Account) -> Vec<Lapse> {
    let lapse = |p: &crate::account::Proposed| match &p.fate {
        Some((lapsed, Fate::Lapsed)) => Some(Lapse { at: p.at, lapsed: *lapsed, act: p.act, text: p.text.clone() }),
        _ => None,
    };
    account.proposals.iter().filter_map(lapse).collect()
}
