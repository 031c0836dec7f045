//! What a recommendation is held to.

use super::caution::Caution;
use super::study::World;
use crate::stats::digits6;
use crate::words;
use gatecrash_policies::time::Span;

/// Constraints, and what candidates are ranked by. A constraint holds when it holds in every scenario as written.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Goals {
    /// False rollbacks among the trials of a healthy scenario that say something, at most; a fraction.
    pub max_false_rollback: Option<f64>,
    /// Breaches detected (in time, where `detect_within` is given) among the trials of a scenario with a breach that say something,
    /// at least; a fraction.
    pub min_detection: Option<f64>,
    /// A detection later than this after the first harm counts as a miss.
    pub detect_within: Option<Span>,
    /// Mean requests that meet the canary in a scenario with a breach, at most.
    pub max_exposure: Option<f64>,
    /// Mean time from the beginning to the finish in a healthy scenario, at most.
    pub max_duration: Option<Span>,
    /// Rank by expected cost; by mean exposed requests of breaches otherwise.
    pub cost: Option<Cost>,
}

/// What a rollout costs, in a unit of the user's choice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// How many rollouts have a breach; a fraction.
    pub breach_rate: f64,
    /// Of a harmed outcome.
    pub harm: f64,
    /// Of a rollback, right or wrong.
    pub rollback: f64,
    /// Of an hour that a healthy rollout is under way.
    pub delay: f64,
}

/// What a candidate may be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Constraint {
    /// [`Goals::max_false_rollback`].
    FalseRollback,
    /// [`Goals::min_detection`].
    Detection,
    /// [`Goals::max_exposure`].
    Exposure,
    /// [`Goals::max_duration`], in seconds.
    Duration,
    /// Healthy rollouts come to an end; asked of every candidate, since a gate that never judges would look harmless.
    Finish,
}

/// What the policies that are tried have in common, as far as goals may contradict it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Least {
    /// The soaks of a policy added up, at least: the smallest sum among the candidates.
    pub soaks: Span,
    /// The shortest time between two rounds.
    pub round: Span,
    /// Whether every candidate has a stage that shows the canary to somebody.
    pub exposes: bool,
}

impl Constraint {
    /// Those that a user may give up.
    pub const ASKED: [Constraint; 4] =
        [Constraint::FalseRollback, Constraint::Detection, Constraint::Exposure, Constraint::Duration];

    /// As in JSON.
    pub fn key(self) -> &'static str {
        ["max_false_rollback", "min_detection", "max_exposure", "max_duration", "finish"][self as usize]
    }

    /// The constraint of this key.
    pub fn of_key(key: &str) -> Option<Constraint> {
        Constraint::ASKED.into_iter().find(|constraint| constraint.key() == key)
    }

    /// A value that is no harder to meet, in few digits: tenths of a percent, whole requests, whole minutes.
    pub fn eased(self, value: f64) -> f64 {
        // A hair of tolerance: what rounding has left of a round number stays that number.
        let up = |value: f64, unit: f64| (value / unit - 1e-9).ceil() * unit;
        match self {
            Constraint::Detection => 1.0 - up(1.0 - value, 0.001),
            Constraint::FalseRollback | Constraint::Finish => up(value, 0.001),
            Constraint::Exposure => up(value, 1.0),
            Constraint::Duration => up(value, 60.0),
        }
    }

    /// A value of it as people write it: `1%`, `120`, `4h`.
    pub fn shown(self, value: f64) -> String {
        match self {
            // Not rounded: a limit is what it is.
            Constraint::FalseRollback | Constraint::Detection | Constraint::Finish => format!("{}%", digits6(value * 100.0)),
            Constraint::Exposure => words::amount(value),
            Constraint::Duration => words::seconds(value),
        }
    }
}

impl Goals {
    /// What is asked for, where it is: fractions, requests, seconds.
    pub fn limit(&self, constraint: Constraint) -> Option<f64> {
        match constraint {
            Constraint::FalseRollback => self.max_false_rollback,
            Constraint::Detection => self.min_detection,
            Constraint::Exposure => self.max_exposure,
            Constraint::Duration => self.max_duration.map(Span::seconds),
            Constraint::Finish => None,
        }
    }

    /// The constraints that are asked for.
    pub fn asked(&self) -> Vec<Constraint> {
        Constraint::ASKED.into_iter().filter(|constraint| self.limit(*constraint).is_some()).collect()
    }

    /// The same without one of them.
    pub fn without(mut self, constraint: Constraint) -> Goals {
        match constraint {
            Constraint::FalseRollback => self.max_false_rollback = None,
            Constraint::Detection => self.min_detection = None,
            Constraint::Exposure => self.max_exposure = None,
            Constraint::Duration => self.max_duration = None,
            Constraint::Finish => (),
        }
        self
    }

    /// Whether a detection so many microseconds after the first harm comes soon enough: for [`super::Came::add`].
    pub fn in_time(&self, delay: u64) -> bool {
        self.detect_within.is_none_or(|within| delay <= within.0)
    }

    /// The fewest trials of a world that can show all rates that are asked for at all: without a single false rollback, and with every
    /// breach detected.
    pub fn trials_needed(&self, caution: Caution) -> u64 {
        let rates = [self.max_false_rollback, self.min_detection.map(|least| 1.0 - least)];
        rates.into_iter().flatten().map(|limit| caution.trials_needed(limit)).max().unwrap_or(1)
    }

    /// How many fresh trials of a world to play after a search with so many: four times as many, since few candidates are left, and enough
    /// that a candidate well within the limits is likely to show it.
    pub fn fresh_trials(&self, trials: u64) -> u64 {
        (4 * trials).max(3 * self.trials_needed(Caution::PROMISE))
    }

    /// Whether so many trials of a world can show what is asked for; if not, how many can.
    pub fn check_trials(&self, trials: u64) -> Result<(), String> {
        let needed = self.trials_needed(Caution::CHOICE);
        require(trials >= needed, || {
            format!(
                "{trials} trials of a scenario cannot show such rates, even if nothing ever goes wrong: ask for {needed} or more"
            )
        })
    }

    /// Whether these goals make sense in these worlds for such policies; if not, why, and what to do.
    pub fn check(&self, worlds: &[World], least: Least) -> Result<(), String> {
        self.check_rates()?;
        self.check_worlds(worlds)?;
        self.check_policies(least)?;
        self.cost.map_or(Ok(()), Cost::check)
    }

    fn check_rates(&self) -> Result<(), String> {
        let asked = [("--max-false-rollback", self.max_false_rollback), ("--min-detection", self.min_detection)];
        for (flag, rate) in asked.into_iter().filter_map(|(flag, rate)| Some((flag, rate?))) {
            require((0.0..=1.0).contains(&rate), || format!("{flag} {rate}: a rate is between 0% and 100%"))?;
        }
        require(self.max_false_rollback != Some(0.0), || never("--max-false-rollback 0%", "0.1%", 0.001))?;
        require(self.min_detection != Some(1.0), || never("--min-detection 100%", "99%", 0.01))
    }

    fn check_worlds(&self, worlds: &[World]) -> Result<(), String> {
        let remedy = "name one with --scenario";
        require(worlds.iter().any(World::has_breach), || {
            format!(
                "no scenario with a breach (expect: rollback) is among those to be played, so nothing is to be detected: {remedy}"
            )
        })?;
        let healthy = worlds.iter().any(|world| !world.has_breach());
        let lacking =
            |flag: &str| format!("{flag} is held against healthy scenarios (expect: promote), and there is none: {remedy}");
        // False rollbacks are counted before the harm of breaches, where nothing else is played.
        require(healthy || self.max_duration.is_none(), || lacking("--max-duration"))?;
        let healthy_costs = self.cost.is_some_and(|cost| cost.breach_rate < 1.0);
        require(healthy || !healthy_costs, || lacking("--cost with a --breach-rate below 100%"))
    }

    fn check_policies(&self, least: Least) -> Result<(), String> {
        if let Some(most) = self.max_exposure {
            let needs = "a number of requests, 0 or more";
            require(most >= 0.0 && most.is_finite(), || format!("--max-exposure {most}: {needs}"))?;
            require(most > 0.0 || !least.exposes, || {
                "--max-exposure 0: every stage that shows the canary to somebody exposes requests: ask for more".to_string()
            })?;
        }
        if let Some(most) = self.max_duration {
            require(most >= least.soaks, || {
                let soaks = least.soaks;
                format!("--max-duration {most}: the soaks alone add up to {soaks}: ask for more, or vary stages.NAME.soak")
            })?;
        }
        match self.detect_within.filter(|within| *within < least.round) {
            Some(within) => {
                let round = least.round;
                Err(format!("--detect-within {within}: gates judge once in {round}, so most breaches wait longer: ask for more"))
            }
            None => Ok(()),
        }
    }
}

impl Cost {
    fn check(self) -> Result<(), String> {
        let rate = self.breach_rate;
        require((0.0..=1.0).contains(&rate), || format!("--breach-rate {rate}: a rate is between 0% and 100%"))?;
        let parts = [("harm", self.harm), ("rollback", self.rollback), ("delay", self.delay)];
        for (part, cost) in parts {
            require(cost >= 0.0 && cost.is_finite(), || format!("--cost {part}={cost}: a cost is a number, 0 or more"))?;
        }
        require(parts.iter().any(|(_, cost)| *cost > 0.0), || {
            "--cost: everything is free, so all candidates cost the same: give harm, rollback or delay".to_string()
        })
    }
}

fn require(holds: bool, why_not: impl Fn() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why_not()) }
}

fn never(asked: &str, instead: &str, limit: f64) -> String {
    let trials = Caution::PROMISE.trials_needed(limit);
    format!("{asked}: no number of trials shows that; ask for {instead}, which takes {trials} of a scenario at least")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::Sizes;
    use gatecrash_sim::scenario::Expect;

    const LEAST: Least = Least { soaks: Span::from_secs(7_200), round: Span::from_secs(60), exposes: true };

    fn worlds(expect: &[Expect]) -> Vec<World> {
        let world = |(i, expect): (usize, &Expect)| World { scenario: format!("s{i}"), expect: *expect, sizes: Sizes::default() };
        expect.iter().enumerate().map(world).collect()
    }

    fn check(goals: Goals) -> String {
        goals.check(&worlds(&[Expect::Rollback, Expect::Promote]), LEAST).err().unwrap_or_default()
    }

    #[test]
    fn what_makes_sense_passes() {
        let cost = Some(Cost { breach_rate: 0.05, harm: 1.0, rollback: 500.0, delay: 2.0 });
        let goals = Goals { max_false_rollback: Some(0.01), min_detection: Some(0.95), cost, ..Goals::default() };
        let within =
            Goals { max_exposure: Some(10.0), max_duration: Some(LEAST.soaks), detect_within: Some(LEAST.round), ..goals };
        assert_eq!([check(Goals::default()), check(goals), check(within)], [const { String::new() }; 3]);
        assert!(Goals::default().check(&worlds(&[Expect::Rollback]), LEAST).is_ok());
    }

    #[test]
    fn contradictions_are_told_with_a_remedy() {
        let of = Goals::default();
        let cost = Cost { breach_rate: 0.05, harm: 0.0, rollback: 0.0, delay: 0.0 };
        let cases = [
            (Goals { max_false_rollback: Some(1.5), ..of }, "between 0% and 100%"),
            (Goals { min_detection: Some(f64::NAN), ..of }, "between 0% and 100%"),
            (Goals { max_false_rollback: Some(0.0), ..of }, "ask for 0.1%, which takes 2704"),
            (Goals { min_detection: Some(1.0), ..of }, "ask for 99%, which takes 268"),
            (Goals { max_exposure: Some(0.0), ..of }, "ask for more"),
            (Goals { max_exposure: Some(-1.0), ..of }, "0 or more"),
            (Goals { max_duration: Some(Span::from_secs(3_600)), ..of }, "add up to 2h"),
            (Goals { detect_within: Some(Span::from_secs(30)), ..of }, "once in 1m"),
            (Goals { cost: Some(cost), ..of }, "everything is free"),
            (Goals { cost: Some(Cost { breach_rate: 2.0, harm: 1.0, ..cost }), ..of }, "--breach-rate 2"),
            (Goals { cost: Some(Cost { harm: f64::INFINITY, ..cost }), ..of }, "harm=inf"),
        ];
        for (goals, expect) in cases {
            assert!(check(goals).contains(expect), "{goals:?}: {}", check(goals));
        }
    }

    #[test]
    fn a_goal_needs_a_world_to_be_held_against() {
        let cost = Cost { breach_rate: 0.05, harm: 1.0, rollback: 0.0, delay: 0.0 };
        let paid = |breach_rate| Goals { cost: Some(Cost { breach_rate, ..cost }), ..Goals::default() };
        let long = Goals { max_duration: Some(Span::from_secs(9_000)), ..Goals::default() };
        let told = |goals: Goals, expect: &[Expect]| goals.check(&worlds(expect), LEAST).expect_err("a contradiction");
        assert!(told(paid(0.05), &[Expect::Rollback]).starts_with("--cost with a --breach-rate below 100% is held against"));
        assert!(paid(1.0).check(&worlds(&[Expect::Rollback]), LEAST).is_ok());
        assert!(told(long, &[Expect::Rollback]).starts_with("--max-duration is held against healthy"));
        assert!(told(Goals::default(), &[Expect::Promote]).contains("no scenario with a breach"));
    }

    #[test]
    fn rarer_events_take_more_trials() {
        let goals = Goals { max_false_rollback: Some(0.01), min_detection: Some(0.95), ..Goals::default() };
        assert_eq!(goals.trials_needed(Caution::CHOICE), 70);
        assert_eq!(Goals::default().trials_needed(Caution::CHOICE), 1);
        assert_eq!((goals.fresh_trials(100), goals.fresh_trials(300)), (804, 1_200));
        assert!(goals.check_trials(70).is_ok() && goals.check_trials(69).expect_err("too few").ends_with("ask for 70 or more"));
    }

    #[test]
    fn what_is_eased_is_easier() {
        let shown = |constraint: Constraint, value: f64| constraint.shown(constraint.eased(value));
        assert_eq!([shown(Constraint::FalseRollback, 0.0231), shown(Constraint::FalseRollback, 0.3)], ["2.4%", "30%"]);
        assert_eq!([shown(Constraint::Detection, 0.9168), shown(Constraint::Exposure, 12.1)], ["91.6%", "13"]);
        assert_eq!([shown(Constraint::Duration, 3_601.0), Constraint::Detection.shown(0.975)], ["1h 1m", "97.5%"]);
    }

    #[test]
    fn every_constraint_has_its_key_and_can_be_dropped() {
        let goals = Goals {
            max_false_rollback: Some(0.01),
            min_detection: Some(0.9),
            max_exposure: Some(5.0),
            max_duration: Some(Span::from_secs(1)),
            ..Goals::default()
        };
        for constraint in Constraint::ASKED {
            assert_eq!(Constraint::of_key(constraint.key()), Some(constraint));
            assert!(!goals.without(constraint).asked().contains(&constraint) && goals.asked().contains(&constraint));
        }
    }
}
