//! How much a reading differs from sample to sample by itself.

use crate::reading::Reduce;
use crate::window::Window;

/// With fewer samples, how much they differ is not known.
pub(crate) const FEWEST: usize = 8;

/// Whether only samples tell: how much shares and rates differ follows from their counts.
pub(crate) fn is_told_by_samples(reduce: Reduce) -> bool {
    matches!(reduce, Reduce::Mean | Reduce::Min | Reduce::Max | Reduce::Last)
}

/// The standard deviation of samples that are like stable's but as large as an arm's own. A mean of fewer outcomes differs more than
/// one of many; that one of more differs less is not relied on, for it need not be chance that moves it.
pub(crate) fn of(own: &Window, stable: &Window) -> Option<f64> {
    let source = own.source();
    let is_mean_of_outcomes = source.reduce == Reduce::Mean && !source.reads.is_level();
    let fewer = if is_mean_of_outcomes { each(stable) / each(own) } else { 1.0 };
    deviation(stable).map(|deviation| deviation * fewer.max(1.0).sqrt())
}

/// Outcomes of a sample, in the mean.
fn each(window: &Window) -> f64 {
    window.sums().outcomes as f64 / window.points().count().max(1) as f64
}

fn deviation(window: &Window) -> Option<f64> {
    let values = || window.points().filter_map(|p| window.source().value_of(p));
    let n = values().count();
    if n < FEWEST {
        return None;
    }
    let mean = values().sum::<f64>() / n as f64;
    let squares = values().map(|v| (v - mean).powi(2)).sum::<f64>();
    let deviation = (squares / (n - 1) as f64).sqrt();
    // The mean of values that are all alike is not theirs to the last bit.
    Some(if deviation > 1e-9 * mean.abs() { deviation } else { 0.0 })
}
