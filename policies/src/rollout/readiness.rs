//! Readiness: what has to be closed before anybody is exposed.

use crate::controller::View;
use crate::policy::{Closes, Item, Readiness};
use crate::time::{Span, Time};

/// Where the items stand.
///
/// Where somebody keeps a list, what is on it is claimed. Where nobody does, the items hold as the policy plans: a required one
/// is closed from `closes` on, at once when it says nothing; a blocking one is present until `closes`, absent when it says
/// nothing, and present for good when that is never.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Desk {
    items: Vec<Item>,
    /// By item, when it was checked again at our request.
    checked: Vec<Option<Time>>,
    /// The recheck under way: its action.
    asked: Option<usize>,
    /// The items that are being checked again, or were for the stage that wants to begin.
    again: Vec<usize>,
    /// Whether something stood in the way when last asked.
    blocked: bool,
    /// What stands in the way in this round.
    open: Vec<String>,
    /// The same in words.
    reason: Option<String>,
    /// A check so recent is as recent as a round can tell.
    round: Span,
}

/// Whether a stage may begin.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Go {
    /// It may.
    Now,
    /// Something is open, or being checked.
    Wait,
    /// These have to be checked again first: the next action.
    Recheck(Vec<String>),
}

fn with_owner(item: &Item) -> String {
    if item.owner.is_empty() { item.name.clone() } else { format!("{} ({})", item.name, item.owner) }
}

/// Since when an item is claimed, or present; `None` when it is not.
fn since(item: &Item, view: &View) -> Option<Time> {
    if let Some(claims) = view.claims {
        let own = claims.iter().filter(|claim| claim.item == item.name && claim.since <= view.now);
        return own.map(|claim| claim.since).max();
    }
    let planned = |at: Time| (at <= view.now).then_some(at);
    match (item.blocks, item.closes) {
        (false, None) => Some(Time::ZERO),
        (false, Some(Closes::After(after))) => planned(Time::ZERO + after),
        (false, Some(Closes::Never)) | (true, None) => None,
        (true, Some(Closes::After(after))) => planned(Time::ZERO + after).is_none().then_some(Time::ZERO),
        (true, Some(Closes::Never)) => Some(Time::ZERO),
    }
}

impl Desk {
    pub fn new(readiness: Option<&Readiness>, round: Span) -> Desk {
        let items = readiness.map(|readiness| readiness.items.clone()).unwrap_or_default();
        let checked = vec![None; items.len()];
        Desk { items, checked, asked: None, again: Vec::new(), blocked: false, open: Vec::new(), reason: None, round }
    }

    /// A round begins in which no stage has asked yet.
    pub fn clear(&mut self) {
        self.open.clear();
        self.reason = None;
    }

    /// The items that stand in the way, as `name (owner)`.
    pub fn in_the_way(&self) -> &[String] {
        &self.open
    }

    /// What stands in the way, in words.
    pub fn blocking(&self) -> Option<String> {
        self.reason.as_ref().map(|reason| format!("readiness: {reason}"))
    }

    /// Whether `stage` may begin now, and what is to be said of it; `issued` actions were issued so far.
    pub fn ask(&mut self, view: &View, issued: usize, stage: &str) -> (Go, Option<String>) {
        self.note_checked(view);
        let (open, present): (Vec<_>, Vec<_>) =
            self.items.iter().filter(|item| since(item, view).is_some() == item.blocks).partition(|item| !item.blocks);
        self.open = open.iter().chain(&present).map(|item| with_owner(item)).collect();
        if !self.open.is_empty() {
            let reason = in_words(&[("open", open), ("present", present)]);
            let first = !std::mem::replace(&mut self.blocked, true);
            let text = first.then(|| format!("stage {stage} waits: {reason}"));
            self.reason = Some(reason);
            return (Go::Wait, text);
        }
        let closed = std::mem::replace(&mut self.blocked, false).then(|| format!("nothing is open any more for stage {stage}"));
        (self.fresh(view, issued), closed)
    }

    /// A recheck that is done counts as a check of its items.
    fn note_checked(&mut self, view: &View) {
        let Some(at) = self.asked.and_then(|action| view.done.get(action).copied().flatten()) else { return };
        self.again.iter().for_each(|i| self.checked[*i] = Some(at));
        self.asked = None;
    }

    /// Everything is closed: is it recent enough?
    fn fresh(&mut self, view: &View, issued: usize) -> Go {
        let is_stale = |i: usize, item: &Item| {
            let check = since(item, view).max(self.checked[i]).unwrap_or(Time::ZERO);
            item.fresh.is_some_and(|fresh| view.now.since(check) > fresh.max(self.round))
        };
        let stale: Vec<usize> = (0..self.items.len()).filter(|i| is_stale(*i, &self.items[*i])).collect();
        if self.asked.is_none() && stale.is_empty() {
            self.again.clear();
            return Go::Now;
        }
        let go = if self.asked.is_some() { Go::Wait } else { self.recheck(stale, issued) };
        self.reason = Some(in_words(&[("to be checked again", self.again.iter().map(|i| &self.items[*i]).collect())]));
        go
    }

    /// Has the stale items checked, together with those that were checked for the same stage before: one by one they might never
    /// all be recent.
    fn recheck(&mut self, stale: Vec<usize>, issued: usize) -> Go {
        self.again.extend(stale);
        self.again.sort_unstable();
        self.again.dedup();
        self.asked = Some(issued);
        Go::Recheck(self.again.iter().map(|i| self.items[*i].name.clone()).collect())
    }
}

/// `open: a (owner), b; present: c`.
fn in_words(groups: &[(&str, Vec<&Item>)]) -> String {
    let listed = |items: &[&Item]| items.iter().map(|item| with_owner(item)).collect::<Vec<_>>().join(", ");
    let groups = groups.iter().filter(|(_, items)| !items.is_empty());
    groups.map(|(what, items)| format!("{what}: {}", listed(items))).collect::<Vec<_>>().join("; ")
}
