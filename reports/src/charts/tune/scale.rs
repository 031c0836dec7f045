//! Where values stand along an axis, and where its ticks are.

use crate::tune::Measure;
use crate::words;

/// What an axis is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A proportion.
    Share,
    /// A proportion of which the small values matter: stands at its square root.
    Rare,
    /// A count or the mean of counts.
    Count,
    /// Seconds.
    Time,
}

impl Kind {
    /// What a measure is in.
    pub fn of(measure: Measure) -> Kind {
        match measure {
            Measure::FalseRollback => Kind::Rare,
            Measure::Detection => Kind::Share,
            Measure::Exposure => Kind::Count,
            Measure::Delay | Measure::Duration => Kind::Time,
        }
    }
}

/// From the beginning to the end of an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    kind: Kind,
    low: f64,
    high: f64,
    /// What stands at 0, 1, 2 and so on, where these are not the values themselves.
    names: Vec<String>,
}

/// What is left free at either end, so that no mark is cut.
const MARGIN: f64 = 0.03;
/// A goal so many times as far out as the furthest value would only make the picture small.
const GOAL_FAR: f64 = 1.5;
const RARE_TICKS: [f64; 18] = [0.0, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0];
const SHARE_STEPS: [f64; 7] = [1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1];
const TIME_STEPS_S: [f64; 26] = [
    1e-3,
    1e-2,
    0.1,
    0.5,
    1.0,
    2.0,
    5.0,
    10.0,
    20.0,
    30.0,
    60.0,
    120.0,
    300.0,
    600.0,
    900.0,
    1_800.0,
    3_600.0,
    7_200.0,
    14_400.0,
    28_800.0,
    43_200.0,
    86_400.0,
    172_800.0,
    432_000.0,
    864_000.0,
    1_728_000.0,
];

impl Scale {
    /// Wide enough for all values and, where it is not far out, the goal.
    pub fn of(kind: Kind, values: impl Iterator<Item = f64> + Clone, goal: Option<f64>) -> Scale {
        let most = values.clone().fold(0.0, f64::max);
        let least = values.fold(most, f64::min);
        let near = goal.filter(|g| *g <= most * GOAL_FAR);
        let above = near.map_or(most, |g| g.max(most));
        let (low, high) = match kind {
            Kind::Share => {
                let least = goal.map_or(least, |g| g.min(least)).min(0.9);
                ((least * 10.0).floor() / 10.0, 1.0)
            }
            Kind::Rare => (0.0, above.clamp(0.01, 1.0)),
            // Points are told apart by where they stand, unlike bars: the axis need not begin at zero.
            Kind::Count | Kind::Time => {
                let under = near.map_or(least, |g| g.min(least));
                let low = if under > above / 2.0 && above > under { under - (above - under) / 8.0 } else { 0.0 };
                (low, if above > 0.0 { above } else { 1.0 })
            }
        };
        Scale { kind, low, high, names: Vec::new() }
    }

    /// Factors beside each other at the same distance, whatever they are: the first at 0, the next at 1.
    pub fn named(factors: &[f64]) -> Scale {
        let names: Vec<String> = factors.iter().map(|f| format!("{f}x")).collect();
        Scale { kind: Kind::Count, low: -0.3, high: names.len() as f64 - 0.7, names }
    }

    /// Where a value stands: 0 is the beginning of the axis, 1 its end.
    pub fn place(&self, value: f64) -> f64 {
        let bent = |v: f64| if self.kind == Kind::Rare { v.max(0.0).sqrt() } else { v };
        let share = (bent(value) - bent(self.low)) / (bent(self.high) - bent(self.low));
        MARGIN + (1.0 - 2.0 * MARGIN) * share
    }

    /// Whether a value is on the axis.
    pub fn holds(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// Round values, at most so many.
    pub fn ticks(&self, most: usize) -> Vec<f64> {
        if !self.names.is_empty() {
            return (0..self.names.len()).map(|i| i as f64).collect();
        }
        if self.kind == Kind::Rare {
            return self.rare_ticks(most);
        }
        let fits = |step: &f64| (self.high - self.low) / step <= most as f64;
        let step = match self.kind {
            Kind::Time => TIME_STEPS_S.into_iter().find(fits),
            Kind::Share | Kind::Rare => SHARE_STEPS.into_iter().find(fits),
            Kind::Count => None,
        };
        let step = step.unwrap_or_else(|| decimal_step((self.high - self.low) / most as f64));
        let first = (self.low / step - 1e-9).ceil() as i64;
        (first..).map(|k| k as f64 * step).take_while(|v| *v <= self.high + step * 1e-9).collect()
    }

    /// As many as stand far enough from each other.
    fn rare_ticks(&self, most: usize) -> Vec<f64> {
        let mut ticks: Vec<f64> = Vec::new();
        for tick in RARE_TICKS.into_iter().filter(|t| self.holds(*t)) {
            if ticks.last().is_none_or(|last| self.place(tick) - self.place(*last) >= 1.0 / most as f64) {
                ticks.push(tick);
            }
        }
        ticks
    }

    /// A tick's label.
    pub fn show(&self, value: f64) -> String {
        if let Some(name) = self.names.get(value as usize) {
            return name.clone();
        }
        match self.kind {
            Kind::Share | Kind::Rare => {
                let percent = value * 100.0;
                format!("{}%", (percent * 1e4).round() / 1e4)
            }
            Kind::Count if value == value.round() => words::grouped(value as u64),
            Kind::Count => format!("{}", (value * 1e6).round() / 1e6),
            Kind::Time => words::seconds(value),
        }
    }
}

/// 1, 2 or 5 times a power of ten, at least `least`.
fn decimal_step(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|step| *step >= least * (1.0 - 1e-9)).unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(kind: Kind, values: &[f64], goal: Option<f64>, most: usize) -> Vec<String> {
        let scale = Scale::of(kind, values.iter().copied(), goal);
        scale.ticks(most).into_iter().map(|v| scale.show(v)).collect()
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(shown(Kind::Count, &[3.0, 1_100.0], None, 6), ["0", "200", "400", "600", "800", "1,000"]);
        assert_eq!(shown(Kind::Count, &[0.9, 1.0], None, 6), ["0.9", "0.92", "0.94", "0.96", "0.98", "1"]);
        assert_eq!(shown(Kind::Time, &[10.0, 1_300.0], None, 6), ["0s", "5m", "10m", "15m", "20m"]);
        assert_eq!(shown(Kind::Share, &[0.63, 0.99], None, 6), ["60%", "70%", "80%", "90%", "100%"]);
        assert_eq!(shown(Kind::Rare, &[0.0, 0.21], Some(0.01), 8), ["0%", "0.5%", "2%", "5%", "10%", "20%"]);
    }

    #[test]
    fn a_single_value_has_an_axis() {
        for (kind, value) in [(Kind::Count, 0.0), (Kind::Count, 310.0), (Kind::Time, 0.0), (Kind::Share, 1.0), (Kind::Rare, 0.0)]
        {
            let scale = Scale::of(kind, [value].into_iter(), None);
            assert!((0.0..=1.0).contains(&scale.place(value)) && scale.ticks(6).len() > 1, "{kind:?} {value}: {scale:?}");
        }
        assert!(Scale::of(Kind::Count, std::iter::empty(), None).place(0.0).is_finite());
    }

    #[test]
    fn a_goal_that_is_near_is_on_the_axis() {
        assert!(Scale::of(Kind::Count, [100.0, 200.0].into_iter(), Some(250.0)).holds(250.0));
        assert!(!Scale::of(Kind::Count, [100.0, 200.0].into_iter(), Some(2_500.0)).holds(2_500.0));
        assert!(Scale::of(Kind::Count, [190.0, 200.0].into_iter(), Some(20.0)).holds(20.0));
        assert!(Scale::of(Kind::Share, [1.0].into_iter(), Some(0.5)).holds(0.5));
    }
}
