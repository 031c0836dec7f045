//! The reading of a check over a span of time, without a verdict: for reports of how things stood.

use crate::bind::{bind_reading, unit};
use crate::policy::Check;
use crate::sample::{Arm, Catalog, Sample};
use crate::show::Unit;
use crate::time::Time;
use crate::window::Window;

/// A number and what it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kpi {
    /// The reading, in `unit`.
    pub value: f64,
    /// In what it is expressed.
    pub unit: Unit,
    /// Outcomes behind it: what `min_samples` counts.
    pub samples: u64,
}

/// What `check` reads of `arm` in samples whose stamps lie in (from, to], in any order; copies count once. Where the check names
/// an arm itself, that one is read. A check of every segment is read over everybody. `None` when there is nothing to read, and
/// when the check does not fit the system.
pub fn read(check: &Check, catalog: &Catalog, samples: &[Sample], arm: Arm, from: Time, to: Time) -> Option<Kpi> {
    let source = bind_reading(check, catalog).ok().flatten()?;
    let scope = check.reading.metrics()[0].arm;
    let reads = |sample: &Arm| scope.map_or(*sample == arm, |scope| scope.holds(*sample));
    let mut window = Window::new(source, None);
    window.stage_began(from);
    for sample in samples.iter().filter(|s| s.stamp <= to && reads(&s.arm)) {
        window.take(sample);
    }
    let value = window.value()?;
    Some(Kpi { value, unit: unit(check, catalog), samples: window.sums().outcomes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::parse;
    use crate::sample::{Series, Signal, SignalKind};
    use crate::time::Span;

    fn catalog() -> Catalog {
        let signal =
            |name: &str| Signal { component: "runs".into(), kind: "calls".into(), name: name.into(), reads: SignalKind::Counter };
        Catalog { signals: vec![signal("outcomes"), signal("errors")], ..Catalog::default() }
    }

    fn sample(arm: Arm, minute: u64, outcomes: u64, errors: u64) -> Sample {
        let stamp = Time::ZERO + Span::from_secs(60 * minute);
        let series = |signal| Series { signal, part: 0 };
        Sample {
            arm,
            stamp,
            arrived: stamp,
            span: Span::from_secs(60),
            subjects: vec![10],
            counters: vec![(series(0), outcomes), (series(1), errors)],
            gauges: Vec::new(),
            hists: Vec::new(),
        }
    }

    #[test]
    fn the_interval_is_open_at_its_beginning_and_each_arm_is_read_alone() {
        let samples = [
            sample(Arm::Canary, 3, 20, 4),
            sample(Arm::Canary, 1, 10, 9),
            sample(Arm::Canary, 2, 20, 0),
            sample(Arm::Canary, 2, 20, 0),
            sample(Arm::Canary, 4, 20, 20),
            sample(Arm::Stable, 3, 60, 6),
        ];
        let minute = |n: u64| Time::ZERO + Span::from_secs(60 * n);
        let of = |text: &str, arm| {
            let check = parse(text).expect("it is a check");
            read(&check, &catalog(), &samples, arm, minute(1), minute(3)).map(|k| (k.unit.show(k.value), k.samples))
        };
        let errors = "ratio(runs.errors / runs.outcomes) <= 5%";
        assert_eq!(of(errors, Arm::Canary), Some(("10%".into(), 40)));
        assert_eq!(of(errors, Arm::Stable), Some(("10%".into(), 60)));
        assert_eq!(of(errors, Arm::Former), None);
        let all = "ratio(runs.errors[arm=all] / runs.outcomes[arm=all]) <= 5%";
        assert_eq!(of(all, Arm::Canary), Some(("10%".into(), 100)));
        assert_eq!(of("count(runs.absent) == 0", Arm::Canary), None);
    }
}
