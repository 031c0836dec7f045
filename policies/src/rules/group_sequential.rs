//! Bounds for a known number of looks.

use super::entry::{OVERDISPERSION, alpha, whole, word};
use super::{Alpha, Counts, Dispersion, Entry, Judge, Look, Note, Of, State, Wants, tails};
use crate::fit::counts_or_multiples;
use crate::maths::digits::{Shown, round_p};
use crate::maths::looks::{Sides, constant, spending_bounds};
use crate::maths::normal;
use crate::verdict::Status;

/// See its `about`.
pub const ENTRY: Entry = Entry {
    name: "group_sequential",
    about: "looks a planned number of times, as outcomes come in, each time with an exact test at the level that the plan has for it: \
            fails at the first that rejects, passes after the last, and holds until then",
    alpha: Alpha::PerStage,
    missing: "outcomes that are missing count neither way, and put looks off; a look that was due twice is taken once",
    cost: "O(1); the plan is made once, in O(looks^2)",
    right_for: "traffic-surge",
    parameters: &[
        alpha(0.01, "the chance of a false alarm in a stage, at the limit"),
        whole("looks", 5, 1, 100, "how many looks the plan has, at equal steps of outcomes"),
        whole("samples", 1_000, 1, 1_000_000_000, "how many outcomes of the canary the last look takes"),
        word("boundary", BOUNDARIES, "strict at first, alike at every look, or by how alpha is spent"),
        OVERDISPERSION,
    ],
    of: Of::Nothing,
    wants: Wants::ARMS,
    fits: counts_or_multiples,
    mistake: |_| None,
    make: |rule| {
        let plan = GroupSequential::new(boundary(rule.word("boundary")), rule.whole("looks") as usize, rule.number("alpha"), Sides::One);
        State::PlannedLooks(PlannedLooks::new(&plan, rule.number("samples") as u64, rule.dispersion()))
    },
};

const BOUNDARIES: &[&str] = &["obrien_fleming", "pocock", "spending_obrien_fleming", "spending_pocock", "spending_power"];

/// The boundary of a name; `spending_power` spends with the square of the information.
fn boundary(name: &str) -> Boundary {
    match name {
        "pocock" => Boundary::POCOCK,
        "spending_obrien_fleming" => Boundary::Spending(Spending::OBrienFleming),
        "spending_pocock" => Boundary::Spending(Spending::Pocock),
        "spending_power" => Boundary::Spending(Spending::Power { rho: 2.0 }),
        _ => Boundary::O_BRIEN_FLEMING,
    }
}

/// How alpha is spent over information `t` in 0..=1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Spending {
    /// Little at first: nearly the bounds of O'Brien & Fleming. Lan & DeMets 1983.
    OBrienFleming,
    /// Evenly in logs: nearly the bounds of Pocock. Lan & DeMets 1983.
    Pocock,
    /// `alpha t^rho`: Kim & DeMets 1987.
    Power {
        /// Above 0; the larger, the later.
        rho: f64,
    },
}

impl Spending {
    /// What a side with `alpha` has spent by `t`; information beyond the plan's spends nothing more.
    pub fn spent(self, alpha: f64, t: f64) -> f64 {
        let t = t.min(1.0);
        match self {
            Spending::OBrienFleming => 2.0 * normal::upper_tail(-normal::quantile(alpha / 2.0) / t.sqrt()),
            Spending::Pocock => alpha * ((std::f64::consts::E - 1.0) * t).ln_1p(),
            Spending::Power { rho } => alpha * t.powf(rho),
        }
    }
}

/// The shape of the bounds on a Z-score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Boundary {
    /// `C (t)^(delta - 1/2)`: 1/2 is Pocock 1977, the same at every look; 0 is O'Brien & Fleming 1979, strict at first. Wang & Tsiatis
    /// 1987.
    Power {
        /// Of 0..=1/2.
        delta: f64,
    },
    /// What spends alpha so: any information times.
    Spending(Spending),
}

impl Boundary {
    /// The same bound at every look.
    pub const POCOCK: Boundary = Boundary::Power { delta: 0.5 };
    /// A bound that falls with the square root of information.
    pub const O_BRIEN_FLEMING: Boundary = Boundary::Power { delta: 0.0 };

    /// The Z-scores to reach at looks at information `times`, ascending to 1, so that one is crossed with chance `alpha` in all.
    pub fn bounds(self, times: &[f64], alpha: f64, sides: Sides) -> Vec<f64> {
        match self {
            Boundary::Power { delta } => {
                let shape: Vec<f64> = times.iter().map(|t| t.powf(delta - 0.5)).collect();
                let c = constant(times, &shape, sides, alpha);
                shape.iter().map(|s| c * s).collect()
            }
            Boundary::Spending(spending) => {
                let spent = |t: &f64| sides.count() * spending.spent(alpha / sides.count(), *t);
                spending_bounds(times, &times.iter().map(spent).collect::<Vec<_>>(), sides)
            }
        }
    }
}

/// The bounds of equally spaced looks, worked out once.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupSequential {
    bounds: Vec<f64>,
}

impl GroupSequential {
    /// So many looks (at least 1), of which some one crosses by chance with `alpha`.
    pub fn new(boundary: Boundary, looks: usize, alpha: f64, sides: Sides) -> GroupSequential {
        let bounds = boundary.bounds(&equal_times(looks), alpha, sides);
        GroupSequential { bounds: bounds.into_iter().map(round_p).collect() }
    }

    /// The Z-scores to reach, by look.
    pub fn bounds(&self) -> &[f64] {
        &self.bounds
    }
}

/// The information at each of so many equally spaced looks: 1 at the last.
pub fn equal_times(looks: usize) -> Vec<f64> {
    (1..=looks).map(|k| k as f64 / looks as f64).collect()
}

/// See [`ENTRY`].
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedLooks {
    /// The p-value that rejects, by look.
    levels: Vec<f64>,
    samples: u64,
    dispersion: Dispersion,
    /// Since the stage began.
    seen: Counts,
    /// The last look that was taken, from 1, and its p-value.
    last: (usize, f64),
    crossed: bool,
}

impl PlannedLooks {
    /// A plan of which no look was taken, the last being due at so many outcomes.
    pub fn new(plan: &GroupSequential, samples: u64, dispersion: Dispersion) -> PlannedLooks {
        let levels = plan.bounds().iter().map(|z| round_p(normal::upper_tail(*z))).collect();
        PlannedLooks { levels, samples, dispersion, seen: Counts::default(), last: (0, 1.0), crossed: false }
    }

    /// The look that is due; 0: none yet.
    fn due(&self) -> usize {
        let looks = self.levels.len() as u64;
        (self.seen.own.all.saturating_mul(looks) / self.samples).min(looks) as usize
    }

    fn take(&mut self, due: usize, look: &Look) {
        let p = round_p(tails::chance(look, &self.seen, self.dispersion.at(look)).unwrap_or(1.0));
        self.last = (due, p);
        self.crossed = p <= self.levels[due - 1];
    }
}

impl Judge for PlannedLooks {
    fn listen(&mut self, look: &Look) {
        self.seen.merge(&look.arrived());
    }

    fn judge(&mut self, look: &Look, note: &mut Note) -> Status {
        let (due, looks) = (self.due(), self.levels.len());
        if due > self.last.0 && !self.crossed {
            self.take(due, look);
        }
        let (taken, p) = self.last;
        let _ = match taken {
            0 => write!(note, "the first of {looks} looks is at {} outcomes", self.samples.div_ceil(looks as u64)),
            _ => write!(note, "look {taken} of {looks}: p = {}, {} fails", Shown(p), Shown(self.levels[taken - 1])),
        };
        match self.crossed {
            true => Status::Fail,
            false if taken == looks => Status::Pass,
            false => Status::Inconclusive,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::{look, said, status};
    use crate::rules::{Allowed, News, Tally};

    fn bounds(boundary: Boundary, looks: usize, alpha: f64) -> Vec<f64> {
        GroupSequential::new(boundary, looks, alpha, Sides::Two).bounds
    }

    fn near(own: &[f64], published: &[f64], tolerance: f64) {
        assert_eq!(own.len(), published.len());
        assert!(own.iter().zip(published).all(|(a, b)| (a - b).abs() < tolerance), "{own:?}");
    }

    #[test]
    fn five_looks_at_five_percent() {
        // Jennison & Turnbull 2000, tables 2.1 and 2.3.
        near(&bounds(Boundary::POCOCK, 5, 0.05), &[2.413; 5], 9e-4);
        near(&bounds(Boundary::O_BRIEN_FLEMING, 5, 0.05), &[4.56, 3.23, 2.63, 2.28, 2.04], 5.5e-3);
    }

    #[test]
    fn spending_like_o_brien_and_fleming() {
        // The known bounds of four looks, two sides of 2.5 % (gsDesign, ldbounds).
        let own = bounds(Boundary::Spending(Spending::OBrienFleming), 4, 0.05);
        near(&own, &[4.333, 2.963, 2.359, 2.014], 6e-4);
    }

    #[test]
    fn all_of_alpha_is_spent_and_no_more() {
        for spending in [Spending::OBrienFleming, Spending::Pocock, Spending::Power { rho: 3.0 }] {
            assert!((spending.spent(0.01, 1.0) - 0.01).abs() < 1e-12);
            assert_eq!(spending.spent(0.01, 1.5), spending.spent(0.01, 1.0));
            assert!(spending.spent(0.01, 0.3) < 0.01);
        }
    }

    #[test]
    fn a_single_look_is_the_plain_test() {
        for boundary in [Boundary::POCOCK, Boundary::O_BRIEN_FLEMING, Boundary::Spending(Spending::Power { rho: 2.0 })] {
            near(&bounds(boundary, 1, 0.05), &[1.95996], 1e-5);
            near(GroupSequential::new(boundary, 1, 0.05, Sides::One).bounds(), &[1.64485], 1e-5);
        }
    }
    /// Four looks at a limit of 5 %, of 100 outcomes each, at an alpha of 5 %.
    fn planned(name: &str) -> PlannedLooks {
        PlannedLooks::new(&GroupSequential::new(boundary(name), 4, 0.05, Sides::One), 400, Dispersion::Fixed(1.0))
    }

    fn after(rule: &mut PlannedLooks, bad: u64, all: u64) -> (Status, String) {
        let news = [News { tally: Tally { bad, all, exposure: 0.0 }, ..News::default() }];
        said(rule, &Look { allowed: Allowed::Share(0.05), news: &news, ..look(true) })
    }

    #[test]
    fn it_holds_between_looks_and_passes_after_the_last() {
        let mut rule = planned("pocock");
        assert_eq!(after(&mut rule, 8, 99), (Status::Inconclusive, "the first of 4 looks is at 100 outcomes".into()));
        let (first, note) = after(&mut rule, 0, 1);
        assert_eq!(first, Status::Inconclusive);
        assert_eq!(note, "look 1 of 4: p = 0.12796, 0.0193468 fails");
        // A look is taken once, and one that was due as well is skipped.
        assert_eq!(after(&mut rule, 40, 40).1, note);
        assert_eq!(status(&mut rule.clone(), &Look::default()), Status::Inconclusive);
        assert_eq!(after(&mut rule, 0, 250).0, Status::Fail);
        let mut healthy = planned("pocock");
        let all: Vec<Status> = (0..5).map(|_| after(&mut healthy, 5, 100).0).collect();
        assert_eq!(all, [[Status::Inconclusive; 3].as_slice(), &[Status::Pass; 2]].concat());
        assert_eq!(after(&mut healthy, 100, 100).0, Status::Pass, "the plan is over");
    }

    #[test]
    fn crossed_is_crossed() {
        let mut rule = planned("pocock");
        assert_eq!(after(&mut rule, 12, 100).0, Status::Fail);
        assert_eq!(after(&mut rule, 0, 1_000).0, Status::Fail);
        // O'Brien and Fleming are strict at first.
        assert_eq!(after(&mut planned("obrien_fleming"), 12, 100).0, Status::Inconclusive);
    }
}
