//! Repeated looks at a score: the exact chance to cross a bound at each.
//!
//! The score is a Brownian motion in information `t`: at `t` it is normal with mean `drift * t` and variance `t`, and its Z-score is
//! `score / sqrt(t)`. Whatever gathers evidence from independent outcomes has such a score, nearly. From look to look the density on
//! the region where nothing was crossed is carried on by quadrature: Armitage, McPherson & Rowe 1969.

use super::normal;
use super::quadrature::{gauss_legendre, on};
use super::roots::{bisect, interpolate};

/// On which sides of zero a Z-score crosses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides {
    /// Above only.
    One,
    /// Above, and below by as much.
    Two,
}

impl Sides {
    /// How many they are.
    pub fn count(self) -> f64 {
        match self {
            Sides::One => 1.0,
            Sides::Two => 2.0,
        }
    }

    /// The Z-score that is reached with chance `alpha` in a single look.
    pub fn critical(self, alpha: f64) -> f64 {
        -normal::quantile(alpha / self.count())
    }
}

/// Standard deviations beyond which a density counts as zero: what is lost is 1e-12.
const REACH: f64 = 7.0;
/// Quadrature nodes to a panel, and the panel's width in standard deviations of the step that led there: errors stay below 1e-10.
const NODES: usize = 16;
const PANEL: f64 = 5.0;

/// A score under way that has crossed nothing yet.
#[derive(Clone, Debug)]
pub struct Walk {
    drift: f64,
    t: f64,
    /// (score, chance to be there and not to have crossed), by score.
    at: Vec<(f64, f64)>,
    nodes: Vec<(f64, f64)>,
}

impl Walk {
    /// A score at zero.
    pub fn new(drift: f64) -> Walk {
        Walk { drift, t: 0.0, at: vec![(0.0, 1.0)], nodes: gauss_legendre(NODES) }
    }

    /// Mean and standard deviation of the step from here to information `t`.
    fn step(&self, t: f64) -> (f64, f64) {
        (self.drift * (t - self.t), (t - self.t).sqrt())
    }

    /// The chance to be above `score` at `t`, having crossed nothing before.
    pub fn above(&self, t: f64, score: f64) -> f64 {
        let (mean, sd) = self.step(t);
        self.at.iter().map(|(x, mass)| mass * normal::upper_tail((score - x - mean) / sd)).sum()
    }

    /// The chance to be below `score` at `t`, having crossed nothing before.
    pub fn below(&self, t: f64, score: f64) -> f64 {
        let (mean, sd) = self.step(t);
        self.at.iter().map(|(x, mass)| mass * normal::cdf((score - x - mean) / sd)).sum()
    }

    /// Goes on to `t`, where whatever is not between the scores `low` and `high` has crossed.
    pub fn advance(&mut self, t: f64, low: f64, high: f64) {
        let (mean, sd) = self.step(t);
        let (middle, reach) = (self.drift * t, REACH * t.sqrt());
        let (low, high) = (low.max(middle - reach), high.min(middle + reach));
        let panels = ((high - low) / (PANEL * sd)).ceil() as usize;
        let width = (high - low) / panels as f64;
        let panel = |i: usize| on(&self.nodes, low + width * i as f64, low + width * (i + 1) as f64);
        self.at = (0..panels).flat_map(panel).map(|(y, weight)| (y, weight * self.density(y - mean, sd))).collect();
        self.t = t;
    }

    /// The density at `y` after a step of mean zero.
    fn density(&self, y: f64, sd: f64) -> f64 {
        let from = self.at.partition_point(|(x, _)| *x < y - REACH * sd);
        let near = self.at[from..].iter().take_while(|(x, _)| *x <= y + REACH * sd);
        near.map(|(x, mass)| mass * normal::density((y - x) / sd)).sum::<f64>() / sd
    }
}

/// The chances of crossing first at one look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crossing {
    /// Above.
    pub up: f64,
    /// Below.
    pub down: f64,
}

/// The chances of crossing first at each of the looks at information `times` (ascending), where the Z-scores `bounds` cross.
pub fn crossings(times: &[f64], bounds: &[f64], sides: Sides, drift: f64) -> Vec<Crossing> {
    let mut walk = Walk::new(drift);
    let mut look = |(&t, &z): (&f64, &f64)| {
        let high = z * t.sqrt();
        let low = if sides == Sides::Two { -high } else { f64::NEG_INFINITY };
        let crossing = Crossing { up: walk.above(t, high), down: if sides == Sides::Two { walk.below(t, low) } else { 0.0 } };
        walk.advance(t, low, high);
        crossing
    };
    times.iter().zip(bounds).map(&mut look).collect()
}

/// The chance of crossing at all.
pub fn crossed(crossings: &[Crossing]) -> f64 {
    crossings.iter().map(|c| c.up + c.down).sum()
}

/// The C with which bounds of C times `shape` are crossed with chance `alpha` without a drift. The last of `shape` is 1.
pub fn constant(times: &[f64], shape: &[f64], sides: Sides, alpha: f64) -> f64 {
    let excess = |c: f64| {
        let bounds: Vec<f64> = shape.iter().map(|s| c * s).collect();
        crossed(&crossings(times, &bounds, sides, 0.0)) - alpha
    };
    // The last look alone spends alpha at the one end; all together spend no more than alpha at the other (Bonferroni).
    let lowest = shape.iter().copied().fold(f64::INFINITY, f64::min);
    let (from, to) = (sides.critical(alpha), sides.critical(alpha / times.len() as f64) / lowest);
    if times.len() == 1 { from } else { interpolate(excess, from, to, 1e-8) }
}

/// No bound is higher: beyond it the chances are those of rounding errors. So does Spotify's Confidence.
const BOUND_MAX: f64 = 8.0;

/// The bounds that are crossed by look k with chance `spent[k]` (ascending) without a drift, at each side its part.
pub fn spending_bounds(times: &[f64], spent: &[f64], sides: Sides) -> Vec<f64> {
    let mut walk = Walk::new(0.0);
    let mut before = 0.0;
    let mut look = |(&t, &spent): (&f64, &f64)| {
        let due = (spent - before) / sides.count();
        let lowest = if sides == Sides::Two { 0.0 } else { -BOUND_MAX };
        let z = bisect(|z| due - walk.above(t, z * t.sqrt()), lowest, BOUND_MAX);
        let high = z * t.sqrt();
        walk.advance(t, if sides == Sides::Two { -high } else { f64::NEG_INFINITY }, high);
        before = spent;
        z
    };
    times.iter().zip(spent).map(&mut look).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn equal(looks: usize) -> Vec<f64> {
        (1..=looks).map(|k| k as f64 / looks as f64).collect()
    }

    #[test]
    fn repeated_looks_at_five_percent() {
        // Armitage, McPherson & Rowe 1969: P(|Z| > 1.96 at some look).
        for (looks, chance) in [(1, 0.05), (2, 0.083), (4, 0.126), (10, 0.193), (50, 0.320)] {
            let own = crossed(&crossings(&equal(looks), &vec![1.959964; looks], Sides::Two, 0.0));
            assert!((own - chance).abs() < 0.0007, "{looks} looks: {own}");
        }
    }

    #[test]
    fn constants_of_pocock_and_of_o_brien_and_fleming() {
        // Jennison & Turnbull 2000, tables 2.1 and 2.3, alpha 5 %, two sides.
        for (looks, pocock, obf) in [(1, 1.960, 1.960), (3, 2.289, 2.004), (5, 2.413, 2.040), (9, 2.535, 2.080)] {
            let times = equal(looks);
            let rising: Vec<f64> = times.iter().map(|t| t.powf(-0.5)).collect();
            assert!((constant(&times, &vec![1.0; looks], Sides::Two, 0.05) - pocock).abs() < 0.0009);
            assert!((constant(&times, &rising, Sides::Two, 0.05) - obf).abs() < 0.0009);
        }
    }

    #[test]
    fn what_is_spent_is_what_is_crossed() {
        let (times, spent) = ([0.1, 0.35, 0.4, 1.0], [0.001, 0.01, 0.0101, 0.05]);
        for sides in [Sides::One, Sides::Two] {
            let bounds = spending_bounds(&times, &spent, sides);
            let own = crossings(&times, &bounds, sides, 0.0);
            for k in 0..4 {
                assert!((crossed(&own[..=k]) - spent[k]).abs() < 1e-10, "{sides:?}, look {k}");
            }
        }
    }

    #[test]
    fn one_look_is_the_normal_distribution() {
        let own = crossings(&[0.5], &[1.5], Sides::Two, 2.0)[0];
        let shift = 2.0 * 0.5f64.sqrt();
        assert!((own.up - normal::upper_tail(1.5 - shift)).abs() < 1e-15);
        assert!((own.down - normal::cdf(-1.5 - shift)).abs() < 1e-15);
    }

    #[test]
    fn nothing_is_lost_on_the_way() {
        let mut walk = Walk::new(1.0);
        for k in 1..=50 {
            walk.advance(f64::from(k) / 50.0, f64::NEG_INFINITY, f64::INFINITY);
        }
        assert!((walk.above(1.02, -99.0) - 1.0).abs() < 1e-9);
    }
}
