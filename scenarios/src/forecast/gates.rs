//! Gates of a stage before they are judged.

use super::course::{Clock, Passage, floor};
use super::power::{Case, fails, holds};
use super::sight::{Part, Sight, Way, parts, usual};
use super::{GateForecast, Judged, Power};
use gatecrash_policies::policy::{Cohort, Gate};
use gatecrash_policies::time::Time;

/// So many rounds of a stage are looked at one by one; of more, every second, third and so on.
const ROUNDS_MAX: u64 = 2_000;

/// A gate at a stage.
pub(super) fn one(clock: Clock, way: Way, passage: &Passage, index: usize, attributes: &[(String, Vec<String>)]) -> GateForecast {
    let gate = &way.policy.gates[index];
    let parts = parts(&gate.check, attributes);
    // As long as it lasts, none of the later stages begins.
    let passages =
        way.passages.iter().position(|other| other.stage == passage.stage).map_or(way.passages, |i| &way.passages[..=i]);
    let way = Way { passages, ..way };
    let at = Place { clock, way, passage, gate, parts: &parts };
    let readable = at.readable();
    let end = passage.end.min(at.last_round());
    let (judged, chance_to_judge) = at.judged(readable);
    GateForecast {
        gate: gate.name.clone(),
        index,
        outcomes: at.outcomes(end).ok().flatten(),
        min_samples: gate.min_samples.max(1),
        readable,
        judged,
        chance_to_judge,
        never_full: gate.check.over.is_some_and(|over| over > end.since(at.exposed())),
        power: at.power(end),
    }
}

/// A gate at a stage, with what is needed to look at it.
struct Place<'a> {
    clock: Clock<'a>,
    way: Way<'a>,
    passage: &'a Passage,
    gate: &'a Gate,
    parts: &'a [Part],
}

impl<'a> Place<'a> {
    /// Since when somebody meets the canary, or a copy of the traffic does.
    fn exposed(&self) -> Time {
        let exposes = |p: &&Passage| self.way.policy.stages[p.stage].cohort != Cohort::Nobody;
        self.way.passages.iter().find(exposes).map_or(self.passage.begin, |p| p.begin.min(self.passage.begin))
    }

    fn last_round(&self) -> Time {
        let round = self.way.policy.round.0.max(1);
        Time((self.way.scenario.horizon.0.saturating_sub(1)) / round * round)
    }

    fn readable(&self) -> Time {
        let since = floor(self.gate, self.passage.begin, Some(self.exposed()));
        self.clock.readable(self.gate, since).max(self.clock.first_round(self.passage))
    }

    fn sights(&self) -> impl Iterator<Item = Sight<'a>> {
        let (way, check, stage) = (self.way, &self.gate.check, self.passage.stage);
        self.parts.iter().map(move |part| way.sight(check, part, stage))
    }

    /// The expected outcomes of the part that has the fewest, in the window of a round; `None`: no sample lies in it.
    fn outcomes(&self, now: Time) -> Result<Option<f64>, String> {
        let Some((from, to)) = self.way.window(&self.gate.check, self.passage.begin, now) else { return Ok(None) };
        let each = self.sights().map(|sight| sight.outcomes(from, to)).collect::<Result<Vec<f64>, String>>()?;
        Ok(each.into_iter().reduce(f64::min))
    }

    /// When it is expected to judge, and the chance that it ever has what it takes.
    fn judged(&self, readable: Time) -> (Judged, Option<f64>) {
        let least = self.gate.min_samples.max(1) as f64;
        let (delay, over) = (usual(&self.way.scenario.telemetry.delay), self.gate.check.over);
        if let Some(over) = over.filter(|over| *over <= delay) {
            return (Judged::Never(format!("samples take {delay} to arrive: none is ever in its window of {over}")), Some(0.0));
        }
        let (round, last) = (self.way.policy.round.0.max(1), self.last_round());
        let rounds = last.since(readable).0 / round + 1;
        let stride = round * rounds.div_ceil(ROUNDS_MAX).max(1);
        let mut most = 0.0f64;
        let mut now = readable;
        while now <= last {
            match self.outcomes(now) {
                Err(why) => return (Judged::Unknown(why), None),
                Ok(Some(outcomes)) if outcomes + 1e-9 >= least => {
                    let best = self.outcomes(now.max(self.passage.end.min(last))).ok().flatten().unwrap_or(outcomes);
                    return (Judged::At(now), Some(holds(best.max(outcomes), least)));
                }
                Ok(outcomes) => most = most.max(outcomes.unwrap_or(0.0)),
            }
            now = Time(now.0 + stride);
        }
        let within = over.map_or(String::new(), |window| format!(" within {window}"));
        let why = format!("on average {most:.1} of the {} it takes{within}", count(least, "outcome"));
        (Judged::Never(why), Some(holds(most, least)))
    }

    /// The chance to fail at one look in a round; all parts have to hold.
    fn power(&self, now: Time) -> Power {
        let unknown = |reason: &str| Power { at_1x: None, at_2x: None, shows: None, reason: reason.into() };
        let Some((from, to)) = self.way.window(&self.gate.check, self.passage.begin, now) else {
            return unknown("no sample lies in its window");
        };
        if self.way.policy.alpha.is_some() {
            return unknown("its chance of a false alarm is shared by the policy");
        }
        match (self.chance(from, to, 1.0), self.chance(from, to, 2.0)) {
            (Ok((at_1x, false)), Ok((at_2x, _))) => {
                Power { at_1x: Some(at_1x), at_2x: Some(at_2x), shows: None, reason: String::new() }
            }
            (Ok((at_1x, true)), _) => {
                let shows = self.shows(from, to);
                Power {
                    at_1x: Some(at_1x),
                    at_2x: None,
                    shows,
                    reason: "nothing to double, as it is zero until something breaks".into(),
                }
            }
            (Err(why), _) | (_, Err(why)) => unknown(&why),
        }
    }

    /// The chance that some part fails with its metric so many times what it is, and whether that is nothing.
    fn chance(&self, from: Time, to: Time, times: f64) -> Result<(f64, bool), String> {
        let (mut passes, mut nothing) = (1.0, true);
        for sight in self.sights() {
            let case = sight.case(from, to, times)?;
            let excused = self.gate.rule.name() != "zero_tolerance";
            let enough = match sight.outcomes(from, to) {
                Ok(outcomes) if excused => holds(outcomes, self.gate.min_samples.max(1) as f64),
                _ => 1.0,
            };
            passes *= 1.0 - enough * fails(&self.gate.rule, &case)?;
            nothing &= is_nothing(&case);
        }
        Ok((1.0 - passes, nothing))
    }

    /// The share of outcomes that shows up with a chance of 95%, where the first one fails: 1 - (1 - p)^n (Hanley and Lippman-Hand 1983).
    fn shows(&self, from: Time, to: Time) -> Option<f64> {
        let fewest = self.sights().filter_map(|sight| sight.outcomes(from, to).ok()).reduce(f64::min);
        let n = fewest.filter(|n| *n >= 3.0 && self.gate.rule.name() == "zero_tolerance")?;
        Some(-(0.05f64.ln() / n).exp_m1())
    }
}

/// `1 outcome`, `2 outcomes`.
fn count(n: f64, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1.0 { "" } else { "s" })
}

/// Whether nothing of what is counted happens.
fn is_nothing(case: &Case) -> bool {
    match case {
        Case::Share { bad, .. } | Case::Shares { own: (_, bad), .. } => *bad <= 0.0,
        Case::Events { mean, .. } | Case::Rates { own: (mean, _), .. } => *mean <= 0.0,
        Case::Quantiles { .. } => false,
    }
}
