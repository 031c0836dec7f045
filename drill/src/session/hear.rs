//! What a session takes in of its live trial.

use super::Session;
use crate::account::Run;
use crate::plan::Mode;
use crate::state::{Line, Point, Points};
use gatecrash_policies::Controller;
use gatecrash_policies::sample::Arm;
use gatecrash_sim::trial::Entry;

impl Session<'_> {
    /// Takes in what is new.
    pub(super) fn hear(&mut self) {
        self.take_samples();
        self.see_stages();
        self.listen();
        self.see_effects();
        let next = self.live.rollout().next_round();
        if std::mem::replace(&mut self.next_round, next) != next {
            self.after_round();
        }
    }

    fn take_samples(&mut self) {
        for sample in &self.live.arrived()[self.heard[0]..] {
            self.monitor.take(sample);
            if sample.arm != Arm::Former {
                self.subjects[sample.arm as usize] = Some(sample.subjects[0]);
            }
            self.news.samples.push(sample.clone());
        }
        self.heard[0] = self.live.arrived().len();
    }

    fn see_stages(&mut self) {
        let rollout = self.live.rollout();
        let began: Vec<_> = rollout.passages().iter().filter_map(|p| Some((p.stage, p.began?))).collect();
        for (stage, at) in &began[self.heard[3]..] {
            self.monitor.stage_began(*at, rollout.leaves_nobody(*stage));
        }
        self.heard[3] = began.len();
    }

    /// What the rollout says is for everybody, what the world does for the facilitator alone.
    fn listen(&mut self) {
        let said = self.live.said()[self.heard[1]..].iter().map(|entry| (entry.clone(), false));
        let done = self.live.done_by_the_world()[self.heard[2]..].iter().map(|entry| (entry.clone(), true));
        let mut new: Vec<(Entry, bool)> = done.chain(said).collect();
        self.heard[1] = self.live.said().len();
        self.heard[2] = self.live.done_by_the_world().len();
        new.sort_by_key(|(entry, _)| entry.at);
        for (entry, hidden) in new {
            if !hidden && entry.kind == "step" && self.plan.mode == Mode::Automatic {
                self.run_by_policy(&entry);
            }
            let line = Line { t_s: entry.at.seconds(), kind: entry.kind.into(), who: None, role: None, text: entry.text };
            self.line(line, hidden);
        }
    }

    /// The policy has begun the next step that applies.
    fn run_by_policy(&mut self, entry: &Entry) {
        let due = self.due();
        let Some(step) = due.iter().copied().find(|step| self.runs.iter().all(|run| run.step != *step)) else { return };
        self.runs.push(Run { step, who: "policy".into(), at: entry.at, done: None, in_order: true });
        self.run_actions.push(self.live.rollout().issued() - 1);
    }

    /// Steps take effect, and people who were called answer.
    fn see_effects(&mut self) {
        for i in 0..self.runs.len() {
            if self.runs[i].done.is_none()
                && let Some(at) = self.live.took_effect(self.run_actions[i])
            {
                self.runs[i].done = Some(at);
                let step = &self.live.rollout().steps()[self.runs[i].step];
                let text = format!("step `{}` has taken effect", step.name);
                self.line(Line { t_s: at.seconds(), kind: "step".into(), ..self.blank(text) }, false);
            }
        }
        let pages = std::mem::take(&mut self.pages);
        for (whom, action) in pages {
            match self.live.took_effect(action) {
                None => self.pages.push((whom, action)),
                Some(at) => {
                    let text = format!("{whom} has answered the call");
                    self.line(Line { t_s: at.seconds(), kind: "operator".into(), ..self.blank(text) }, false);
                }
            }
        }
    }

    /// The gates were judged.
    fn after_round(&mut self) {
        self.read_points();
        self.note_verdicts();
        self.harm = self.live.harm();
        let exposed = self.live.exposed_requests();
        if let Some(condition) = self.stop_if.iter().find(|c| c.holds(&self.harm, exposed)).filter(|_| self.is_live) {
            let text = condition.to_string();
            return self.end("stop condition", &text);
        }
        self.propose();
    }

    fn read_points(&mut self) {
        let point = |reading: gatecrash_policies::monitor::Reading| {
            let [stable, canary, former] = reading.arms;
            Point { gate: reading.gate, canary, stable, former, limit: reading.limit }
        };
        let points: Vec<Point> = self.monitor.read(self.live.now()).into_iter().map(point).collect();
        let told = points.iter().any(|p| p.canary.is_some() || p.stable.is_some() || p.former.is_some());
        if told {
            self.news.points.push(Points { t_s: self.now().seconds(), points });
        }
    }

    fn note_verdicts(&mut self) {
        let now = self.now();
        let verdicts = self.live.rollout().last_verdicts();
        for (gate, status) in self.statuses.iter_mut().enumerate() {
            let said = verdicts.iter().find(|(i, _)| *i == gate).map(|(_, verdict)| verdict);
            *status = said.map(|verdict| {
                let name = verdict.status.name();
                let since = status.as_ref().filter(|(before, ..)| *before == name).map_or(now, |(_, since, _)| *since);
                (name, since, verdict.sentence(&self.policy.gates[gate].check))
            });
        }
    }
}
