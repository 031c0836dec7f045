//! Kayenta's judgement of one metric: NetflixACAJudge-v1.0 of Spinnaker.
//!
//! The canary's points against stable's: a shift whose interval lies wholly beyond a quarter of the estimated shift is High or Low.

use crate::maths::normal::quantile;
use crate::maths::percentile;
use crate::maths::ranks::Ranks;
use crate::maths::shift::{Shift, interval};

/// How a metric is judged. The defaults are Kayenta's.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Which way is worse.
    pub direction: Direction,
    /// What becomes of missing points.
    pub missing: Missing,
    /// Points further beyond the quartiles than so many times their distance are left out; 3 is usual. `None`: all are kept.
    pub outlier_factor: Option<f64>,
    /// The share of the estimated shift that the interval has to exceed, 0..=1.
    pub tolerance: f64,
    /// Of the interval, 0..1.
    pub confidence: f64,
    /// Without points the metric fails, rather than not to count.
    pub must_have_data: bool,
    /// Whether the metric alone fails the canary.
    pub critical: bool,
    /// What points are multiplied by first: shifts are sought to within [`TOLERANCE`](crate::maths::shift::TOLERANCE), whatever the
    /// unit.
    pub scale: f64,
    /// How the size of an effect is measured.
    pub effect: Effect,
    /// The sizes from which a shift counts.
    pub allowed: Sizes,
    /// The sizes from which a critical metric's shift is critical.
    pub allowed_critical: Sizes,
}

/// Which way a metric is worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// When it is higher.
    Increase,
    /// When it is lower.
    Decrease,
    /// Both ways.
    Either,
}

/// What becomes of points that are not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// They are left out, and no points at all are no data.
    Removed,
    /// They count as 0, and no points at all pass: for errors, of which there may have been none.
    Zero,
}

/// How the size of an effect is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The canary's mean over stable's; 1 is none.
    MeanRatio,
    /// The chance that a point of the canary is larger than one of stable, ties counted half; 0.5 is none.
    Larger,
}

/// The size of an effect each way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sizes {
    /// A decrease counts at or below it.
    pub decrease: f64,
    /// An increase counts at or above it.
    pub increase: f64,
}

impl Sizes {
    /// Sizes that every effect has.
    pub fn any(effect: Effect) -> Sizes {
        let none = if effect == Effect::MeanRatio { 1.0 } else { 0.5 };
        Sizes { decrease: none, increase: none }
    }
}

impl Default for Config {
    fn default() -> Config {
        Config {
            direction: Direction::Either,
            missing: Missing::Removed,
            outlier_factor: None,
            tolerance: 0.25,
            confidence: 0.98,
            must_have_data: false,
            critical: false,
            scale: 1.0,
            effect: Effect::MeanRatio,
            allowed: Sizes::any(Effect::MeanRatio),
            allowed_critical: Sizes::any(Effect::MeanRatio),
        }
    }
}

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Neither.
    Pass,
    /// The canary's is higher.
    High,
    /// The canary's is lower.
    Low,
    /// An arm has no points.
    Nodata,
    /// An arm has no points, and must have some.
    NodataFailMetric,
    /// The points do not let themselves be compared: some shift makes them all equal.
    Error,
}

/// The judgement of a metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    /// What it is.
    pub class: Class,
    /// Whether it fails the canary on its own.
    pub critical: bool,
    /// The canary's mean over stable's; NaN when either is 0, 1 where none was taken.
    pub deviation: f64,
    /// By how much the canary's points lie above stable's, where that was asked; scaled as they were.
    pub shift: Option<Shift>,
}

/// The judge of a metric, with its buffers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Classifier {
    /// How it judges.
    pub config: Config,
    experiment: Vec<f64>,
    control: Vec<f64>,
}

impl Classifier {
    /// A judge that allocates as more points come than ever before, and no more after that.
    pub fn new(config: Config) -> Classifier {
        Classifier { config, ..Classifier::default() }
    }

    /// Judges the canary's points against stable's, in any order; NaN where one is missing.
    pub fn classify(&mut self, experiment: &[f64], control: &[f64]) -> Judged {
        load(&mut self.experiment, experiment, &self.config);
        load(&mut self.control, control, &self.config);
        let judged = |class| Judged { class, critical: false, deviation: 1.0, shift: None };
        if self.experiment.is_empty() || self.control.is_empty() {
            return self.config.without_points();
        }
        match self.experiment == self.control || self.constant() {
            true => judged(Class::Pass),
            false => self.compare(),
        }
    }

    /// The chance that a point of the canary is larger than one of stable, ties counted half, of those last judged.
    pub fn larger(&self) -> f64 {
        larger(&self.experiment, &self.control)
    }

    /// Whether all points of both arms are one value.
    fn constant(&self) -> bool {
        alike(&self.experiment) && alike(&self.control) && self.experiment[0] == self.control[0]
    }

    fn compare(&mut self) -> Judged {
        let deviation = mean_ratio(&self.experiment, &self.control);
        let size = match self.config.effect {
            Effect::MeanRatio => deviation,
            Effect::Larger => self.larger(),
        };
        if alike(&self.experiment) && alike(&self.control) {
            spread(&mut self.experiment);
            spread(&mut self.control);
        }
        let shift = interval(&self.experiment, &self.control, self.config.confidence);
        let (class, critical) = shift.map_or((Class::Error, false), |shift| self.config.weigh(&shift, size));
        Judged { class, critical, deviation, shift }
    }
}

impl Config {
    fn without_points(&self) -> Judged {
        let (class, critical) = match self.missing {
            Missing::Zero => (Class::Pass, false),
            Missing::Removed if self.must_have_data && !self.critical => (Class::NodataFailMetric, false),
            Missing::Removed => (Class::Nodata, self.critical),
        };
        Judged { class, critical, deviation: 1.0, shift: None }
    }

    /// An effect whose size is not known counts whatever size it had to have.
    fn weigh(&self, shift: &Shift, size: f64) -> (Class, bool) {
        let bound = self.tolerance * shift.estimate.abs();
        let up = |sizes: &Sizes| size.is_nan() || size >= sizes.increase;
        let down = |sizes: &Sizes| size.is_nan() || size <= sizes.decrease;
        if self.direction != Direction::Decrease && shift.low > bound && up(&self.allowed) {
            (Class::High, self.critical && up(&self.allowed_critical))
        } else if self.direction != Direction::Increase && shift.high < -bound && down(&self.allowed) {
            (Class::Low, self.critical && down(&self.allowed_critical))
        } else {
            (Class::Pass, false)
        }
    }
}

/// Takes points into a buffer, ascending: missing ones and outliers as the metric asks.
fn load(buffer: &mut Vec<f64>, points: &[f64], config: &Config) {
    buffer.clear();
    match config.missing {
        Missing::Removed => buffer.extend(points.iter().filter(|v| !v.is_nan()).map(|v| v * config.scale)),
        Missing::Zero => buffer.extend(points.iter().map(|v| if v.is_nan() { 0.0 } else { v * config.scale })),
    }
    buffer.sort_unstable_by(f64::total_cmp);
    if let Some((low, high)) = config.outlier_factor.and_then(|factor| fences(buffer, factor)) {
        buffer.retain(|v| (low..=high).contains(v));
    }
}

/// The values beyond which points are outliers: so many times the quartiles' distance beyond them, and no more than 1 % each way.
pub fn fences(sorted: &[f64], factor: f64) -> Option<(f64, f64)> {
    let at = |p| percentile::linear(sorted, p);
    let (lower, upper) = (at(0.25)?, at(0.75)?);
    let reach = factor * (upper - lower);
    Some((at(0.01)?.min(lower - reach), at(0.99)?.max(upper + reach)))
}

/// Whether sorted values are all one.
fn alike(sorted: &[f64]) -> bool {
    sorted.first() == sorted.last()
}

/// The mean of `x` over that of `y`; NaN when either is 0.
pub fn mean_ratio(x: &[f64], y: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    match (mean(x), mean(y)) {
        (x, y) if x == 0.0 || y == 0.0 => f64::NAN,
        (x, y) => x / y,
    }
}

/// The chance that a value of `x` is larger than one of `y`, ties counted half. Both ascend.
pub fn larger(x: &[f64], y: &[f64]) -> f64 {
    Ranks::of(x.iter().map(|v| (*v, 1)), y.iter().map(|v| (*v, 1))).larger()
}

/// Two arms of one value each are a shift apart that makes all points equal. Kayenta adds normal noise of 1e-5 of the value; here
/// the points get what such noise is expected to be, place by place, so that the same points are judged the same.
fn spread(values: &mut [f64]) {
    let (n, deviation) = (values.len() as f64, 1e-5 * values[0].abs());
    for (i, value) in values.iter_mut().enumerate() {
        *value += deviation * quantile((i as f64 + 0.5) / n);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(config: Config, experiment: &[f64], control: &[f64]) -> (Class, bool) {
        let judged = Classifier::new(config).classify(experiment, control);
        (judged.class, judged.critical)
    }

    #[test]
    fn the_direction_decides_what_is_worse() {
        let (high, low) = ([20.0, 22.0, 21.0, 25.0, 30.0], [1.0, 2.2, 1.1, 2.5, 3.0]);
        let judge = |direction| class(Config { direction, ..Config::default() }, &high, &low).0;
        assert_eq!(judge(Direction::Either), Class::High);
        assert_eq!(judge(Direction::Increase), Class::High);
        assert_eq!(judge(Direction::Decrease), Class::Pass);
        assert_eq!(class(Config { direction: Direction::Decrease, ..Config::default() }, &low, &high).0, Class::Low);
    }

    #[test]
    fn no_points_are_no_data_unless_they_must_be_there() {
        let nan = [f64::NAN; 3];
        let judge = |missing, must_have_data, critical| {
            class(Config { missing, must_have_data, critical, ..Config::default() }, &nan, &[1.0, 2.0])
        };
        assert_eq!(judge(Missing::Removed, false, false), (Class::Nodata, false));
        assert_eq!(judge(Missing::Removed, false, true), (Class::Nodata, true));
        assert_eq!(judge(Missing::Removed, true, false), (Class::NodataFailMetric, false));
        assert_eq!(judge(Missing::Removed, true, true), (Class::Nodata, true));
        assert_eq!(class(Config { missing: Missing::Zero, ..Config::default() }, &[], &[1.0]), (Class::Pass, false));
    }

    #[test]
    fn two_constants_are_told_apart_the_same_each_time() {
        let mut judge = Classifier::new(Config::default());
        let first = judge.classify(&[10.0; 5], &[1.0; 5]);
        assert_eq!((first.class, first.deviation), (Class::High, 10.0));
        assert_eq!(judge.classify(&[10.0; 5], &[1.0; 5]), first);
        assert_eq!(judge.classify(&[7.0; 5], &[7.0; 3]).class, Class::Pass);
        assert_eq!(judge.classify(&[10.0], &[1.0]).class, Class::Error, "one point each: a shift makes them equal");
    }

    #[test]
    fn outliers_are_left_out_where_asked() {
        let control: Vec<f64> = (0..200).map(|i| 100.0 + f64::from(i % 7)).collect();
        let mut experiment = control.clone();
        experiment[17] = 1e6;
        let deviation = |outlier_factor| {
            Classifier::new(Config { outlier_factor, ..Config::default() }).classify(&experiment, &control).deviation
        };
        assert!(deviation(None) > 40.0);
        assert!((deviation(Some(3.0)) - 1.0).abs() < 1e-3);
    }
}
