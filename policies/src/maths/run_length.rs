//! How many looks a detector takes until it alarms, when what it sees is normal with standard deviation 1.
//!
//! The integral equation of the mean run length is solved by Gauss-Legendre nodes, each a state of a chain; moving means and limits
//! by carrying the distribution of the state from look to look. Both are built on the detector's own step and its inverse.

use super::chain::Chain;
use super::normal;
use super::quadrature::{gauss_legendre, on};

/// A detector whose memory is one number, moved by one observation a look.
pub trait Detector {
    /// The state after an observation.
    fn step(&self, state: f64, x: f64) -> f64;

    /// The observation that takes one state to another: what undoes [`Detector::step`]. Linear in `to`.
    fn needed(&self, from: f64, to: f64) -> f64;

    /// The states without an alarm at a look, counted from 1.
    fn range(&self, look: u32) -> Range;

    /// The looks after which the range no longer changes.
    fn settled(&self) -> u32 {
        0
    }
}

/// The states of a detector that has not alarmed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The lowest.
    pub from: f64,
    /// The highest.
    pub to: f64,
    /// Whether what would go below the lowest stays there; otherwise it is an alarm.
    pub stays: bool,
}

/// A share of runs that adds nothing to a mean of their lengths.
const NONE: f64 = 1e-15;

/// States, each with its chance. Some may be missing: those that alarmed.
type Spread = Vec<(f64, f64)>;

/// A detector on nodes.
struct Grid<'a, D> {
    detector: &'a D,
    nodes: Vec<(f64, f64)>,
    /// Observation per state.
    slope: f64,
}

impl<D: Detector> Grid<'_, D> {
    /// Two nodes per standard deviation of a step and some more bring the error of the integral to that of the arithmetic.
    fn new(detector: &D) -> Grid<'_, D> {
        let Range { from, to, .. } = detector.range(detector.settled() + 1);
        let slope = detector.needed(from, from + 1.0) - detector.needed(from, from);
        let nodes = gauss_legendre(16 + (2.0 * slope * (to - from)).ceil() as usize);
        Grid { detector, nodes, slope }
    }

    /// The states at a look, and the share of a density that each stands for; none for the lowest, where chance itself gathers.
    fn states(&self, range: Range) -> Vec<(f64, Option<f64>)> {
        let floor = range.stays.then_some((range.from, None));
        floor.into_iter().chain(on(&self.nodes, range.from, range.to).map(|(x, w)| (x, Some(w * self.slope)))).collect()
    }

    /// The chances of one state to become another.
    fn row(&self, from: f64, states: &[(f64, Option<f64>)], mean: f64) -> Vec<f64> {
        let chance = |&(to, weight): &(f64, Option<f64>)| {
            let x = self.detector.needed(from, to) - mean;
            weight.map_or_else(|| normal::cdf(x), |w| w * normal::density(x))
        };
        states.iter().map(chance).collect()
    }

    fn alarm(&self, from: f64, range: Range, mean: f64) -> f64 {
        let below = if range.stays { 0.0 } else { normal::cdf(self.detector.needed(from, range.from) - mean) };
        below + normal::upper_tail(self.detector.needed(from, range.to) - mean)
    }

    /// The spread after the look of this number.
    fn next(&self, spread: &Spread, look: u32, mean: f64) -> Spread {
        let states = self.states(self.detector.range(look));
        let mut next: Spread = states.iter().map(|(state, _)| (*state, 0.0)).collect();
        for (from, mass) in spread {
            let row = self.row(*from, &states, mean);
            next.iter_mut().zip(row).for_each(|((_, to), chance)| *to += mass * chance);
        }
        next
    }

    /// The chain from a spread: its state 0 is the spread, the others are the nodes.
    fn chain(&self, spread: &Spread, mean: f64) -> Chain {
        let look = self.detector.settled() + 1;
        let range = self.detector.range(look);
        let states = self.states(range);
        let mut go = vec![vec![0.0]];
        go[0].extend(self.next(spread, look, mean).iter().map(|(_, to)| to / mass(spread)));
        let first = spread.iter().map(|(from, m)| m * self.alarm(*from, range, mean)).sum::<f64>() / mass(spread);
        go.extend(states.iter().map(|(from, _)| [vec![0.0], self.row(*from, &states, mean)].concat()));
        let alarm = std::iter::once(first).chain(states.iter().map(|(from, _)| self.alarm(*from, range, mean))).collect();
        Chain::new(go, alarm)
    }
}

fn mass(spread: &Spread) -> f64 {
    spread.iter().map(|(_, mass)| mass).sum()
}

/// The mean looks until the alarm of a detector that starts in a state, when observations have this mean.
pub fn mean(detector: &impl Detector, mean: f64, start: f64) -> f64 {
    let grid = Grid::new(detector);
    let mut spread = vec![(start, 1.0)];
    let mut looks = 0.0;
    for look in 1..=detector.settled() {
        looks += mass(&spread);
        spread = grid.next(&spread, look, mean);
    }
    if mass(&spread) < NONE {
        return looks;
    }
    looks + mass(&spread) * grid.chain(&spread, mean).mean_steps()
}

/// P(no alarm in the first t looks) for t = 0, 1, ... without end; the observation of look t has mean `mean(t)`.
pub fn survival<D: Detector>(detector: &D, mean: impl Fn(u32) -> f64, start: f64) -> impl Iterator<Item = f64> {
    let grid = Grid::new(detector);
    let mut spread = vec![(start, 1.0)];
    (1..).map(move |look| {
        let alive = mass(&spread);
        spread = grid.next(&spread, look, mean(look));
        alive
    })
}

/// The mean looks until the alarm when the mean climbs: it must leave no run without an end.
pub fn mean_under_drift(detector: &impl Detector, mean: impl Fn(u32) -> f64, start: f64) -> f64 {
    survival(detector, mean, start).take_while(|alive| *alive > NONE).sum()
}

/// The least number of looks within which a share `q` of runs alarms.
pub fn quantile(detector: &impl Detector, mean: f64, start: f64, q: f64) -> u64 {
    let before = survival(detector, |_| mean, start).take_while(|alive| 1.0 - alive < q).count();
    before as u64
}

/// The level, between 0 and `most`, at which a mean run length that grows with it is `run_length`: false position on logarithms, which
/// are almost straight. The end at which it stops, when no level between does.
pub fn level(run_length: f64, most: f64, mean_at: impl Fn(f64) -> f64) -> f64 {
    let excess = |level: f64| (mean_at(level) / run_length).ln();
    let (mut low, mut high) = ((0.0, excess(0.0)), (most, excess(most)));
    if low.1 >= 0.0 || high.1 <= 0.0 {
        return if low.1 >= 0.0 { low.0 } else { high.0 };
    }
    let mut last = 0.0;
    loop {
        let between = low.0 - low.1 * (high.0 - low.0) / (high.1 - low.1);
        let off = excess(between);
        if off.abs() < 1e-8 || high.0 - low.0 < 1e-9 * most {
            return between;
        }
        // An end that stays a second time counts half (Illinois), lest it stay for ever.
        let again = if off * last > 0.0 { 0.5 } else { 1.0 };
        (low, high) =
            if off < 0.0 { ((between, off), (high.0, high.1 * again)) } else { ((low.0, low.1 * again), (between, off)) };
        last = off;
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::rules::cusum::Chart;
    use crate::rules::{ewma, shiryaev_roberts};

    /// The solver is as good as the inverse of the rule's step.
    pub(crate) fn step_and_needed_undo_each_other(detector: &impl Detector) {
        let Range { from, to, .. } = detector.range(1);
        let state = |i: u32| from + (to - from) * f64::from(i) / 16.0;
        for (a, b) in (0..=16).flat_map(|i| (0..=16).map(move |j| (state(i), state(j)))) {
            let there = detector.step(a, detector.needed(a, b));
            assert!((there - b).abs() < 1e-12, "from {a} to {b}: {there}");
        }
    }

    /// And as the range that it is solved on, at the first look.
    pub(crate) fn range_is_where_it_does_not_alarm(detector: &impl Detector, alarms: impl Fn(f64) -> bool) {
        let Range { from, to, stays } = detector.range(1);
        assert!(!alarms(from + 1e-9) && !alarms(to - 1e-9));
        assert!(alarms(to + 1e-9));
        assert_eq!(alarms(from - 1e-9), !stays);
    }

    #[test]
    fn survival_sums_to_the_mean() {
        let rule = Chart { k: 0.5, h: 3.0 };
        let alive: f64 = survival(&rule, |_| 1.0, 1.5).take(400).sum();
        let own = mean(&rule, 1.0, 1.5);
        // The tails of the normal distribution have 10 digits.
        assert!((alive - own).abs() < 1e-9, "{alive}, {own}");
    }

    #[test]
    fn more_nodes_change_nothing() {
        let rule = Chart { k: 0.1, h: 12.0 };
        let coarse = Grid::new(&rule);
        let fine = Grid { nodes: gauss_legendre(3 * coarse.nodes.len()), ..Grid::new(&rule) };
        let [a, b] = [coarse, fine].map(|grid| grid.chain(&vec![(0.0, 1.0)], 0.0).mean_steps());
        assert!((a / b - 1.0).abs() < 1e-11, "{a}, {b}");
    }

    #[test]
    fn a_level_is_found_or_the_nearest_end() {
        let own = level(100.0, 20.0, |x| (x * x / 10.0).exp());
        assert!((own - (10.0 * 100f64.ln()).sqrt()).abs() < 1e-6, "{own}");
        assert_eq!(level(0.5, 20.0, |x| x.exp()), 0.0);
        assert!((level(1e10, 20.0, |x| x.exp()) - 20.0).abs() < 1e-6);
    }

    #[test]
    fn no_look_has_more_than_its_part_of_the_false_alarms() {
        // A detector that begins with nothing is slow to alarm at first: so many looks of 1000 are at most that part of its alarms.
        fn within(detector: &impl Detector, start: f64) {
            let alive = survival(detector, |_| 0.0, start).take(500).enumerate();
            alive.for_each(|(looks, alive)| assert!(1.0 - alive <= looks as f64 / 1_000.0 + 1e-9, "{looks}: {alive}"));
        }
        within(&Chart::with_run_length(0.5, 1_000.0), 0.0);
        within(&ewma::Chart::with_run_length(0.2, ewma::Side::Upper, 1_000.0), 0.0);
        within(&shiryaev_roberts::Chart::with_run_length(1.0, 1_000.0), f64::NEG_INFINITY);
    }
}
