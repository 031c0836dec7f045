//! Supervised: the policy proposes, people confirm or turn down, and what nobody confirms lapses.

use super::{Session, in_us};
use crate::account::{Fate, Proposed};
use crate::plan::Mode;
use crate::state::Proposal;
use gatecrash_policies::rollout::Want;

impl Session<'_> {
    /// Makes a proposal of what the policy wants now, or drops the one that it does not want any more.
    pub(super) fn propose(&mut self) {
        if self.plan.mode != Mode::Supervised || !self.is_live {
            return;
        }
        let wanted = self.wanted();
        if self.turned_down.is_some_and(|act| wanted.as_ref().is_none_or(|(own, _)| *own != act)) {
            self.turned_down = None;
        }
        let stands = |p: &Proposal| wanted.as_ref().is_some_and(|(act, text)| p.act == *act && p.text == *text);
        if self.proposal.as_ref().is_some_and(|p| !stands(p)) {
            self.settle(Fate::Dropped);
        }
        match wanted {
            Some((act, text)) if self.proposal.is_none() && self.turned_down != Some(act) => self.open(act, text),
            _ => {}
        }
    }

    /// What the policy would do now: the act, and why.
    fn wanted(&self) -> Option<(&'static str, String)> {
        if self.live.decided().is_some() {
            let (_, step) = self.next_step().filter(|_| self.live.recovered().is_none() && self.is_time_for_a_step())?;
            return Some(("step", format!("run step `{step}`")));
        }
        match self.live.rollout().wants()? {
            Want::Promote if self.held => None,
            Want::Promote => Some(("promote", format!("{}: soak served, all gates pass", self.next_stage_in_words()))),
            Want::Rollback(gates) => {
                let names: Vec<&str> = gates.iter().map(|gate| self.policy.gates[*gate].name.as_str()).collect();
                Some(("rollback", format!("roll back: {} fails", names.join(", "))))
            }
        }
    }

    /// Whether the step before has taken effect, and has had the time that it was to be tried for.
    fn is_time_for_a_step(&self) -> bool {
        let Some(last) = self.runs.last() else { return true };
        let try_for = self.live.rollout().steps()[last.step].try_for.unwrap_or_default();
        last.done.is_some_and(|done| self.now() >= done + try_for)
    }

    fn open(&mut self, act: &'static str, text: String) {
        let now = self.now();
        let expires = now.0.saturating_add(self.plan.approve_within_us);
        let number = self.proposals.len() as u32 + 1;
        let expires_s = Some(gatecrash_policies::Time(expires).seconds());
        self.proposal = Some(Proposal { number, act, text: text.clone(), at_s: now.seconds(), expires_s });
        self.proposals.push(Proposed { act, text: text.clone(), at: now, fate: None });
        self.say("proposal", format!("the policy proposes to {text}"));
    }

    /// A proposal that nobody has confirmed in time lapses.
    pub(super) fn lapse(&mut self) {
        let now = self.now();
        if self.proposal.as_ref().and_then(|p| p.expires_s).is_some_and(|at| in_us(at) <= now) {
            let text = self.proposal.as_ref().map_or(String::new(), |p| p.text.clone());
            self.settle(Fate::Lapsed);
            self.say("proposal", format!("nobody has confirmed it in time, and it lapses: {text}"));
        }
    }

    /// The open proposal has come to something.
    pub(super) fn settle(&mut self, fate: Fate) {
        if self.proposal.take().is_some() {
            let now = self.now();
            self.proposals.last_mut().into_iter().for_each(|proposed| proposed.fate = Some((now, fate.clone())));
        }
    }

    /// Somebody has done this: the proposal of it is confirmed, and one of something else is void.
    pub(super) fn confirm(&mut self, act: &str, who: &str) {
        let fits = self.proposal.as_ref().is_some_and(|p| p.act == act);
        self.settle(if fits { Fate::Confirmed(who.into()) } else { Fate::Dropped });
    }

    /// The next stage, or the end of the rollout.
    pub(super) fn next_stage_in_words(&self) -> String {
        let next = self.next_stage().map(|stage| &self.policy.stages[stage]);
        next.map_or("finish the rollout".into(), |stage| format!("go on to stage {}", stage.name))
    }
}
