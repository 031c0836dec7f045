//! Kayenta's judgement of one metric, scrape by scrape.

pub mod classify;

use super::entry::{number, share, whole, word};
use super::{Alpha, Entry, Judge, Look, Note, Of, Rule, State, Versus, Wants};
use crate::fit::points_beside_stable;
use crate::maths::digits::round_p;
use crate::verdict::Status;
use classify::{Class, Classifier, Config, Direction, Judged, Sizes};

/// See its `about`.
pub const ENTRY: Entry = Entry {
    name: "kayenta",
    about: "fails as Spinnaker's judge does: when the readings of the canary's scrapes lie above stable's by more than a part of the \
            estimated shift, at its interval's near end, and their mean reaches the limit's multiple; 1x stable is any",
    alpha: Alpha::None,
    missing: "a scrape without a reading is no point; too few points of either arm hold the rollout",
    cost: "O(n log n), n scrapes of both arms",
    right_for: "cancel-latency-spike",
    parameters: &[
        number("tolerance", 0.25, 0.0, 1.0, "the part of the shift that the interval must lie beyond"),
        share("confidence", 0.98, "of the interval, at each look, if scrapes were independent and many"),
        word("outliers", &["keep", "remove"], "points beyond the first and last hundredth that are far beyond the quartiles"),
        number("outlier_factor", 3.0, 0.0, 100.0, "how far is far, in distances of the quartiles"),
        number("cles", 0.5, 0.5, 1.0, "how often a point of the canary must be worse than one of stable as well; 0.5 is any"),
        whole("points", 5, 2, 100_000, "how many each arm must have; with fewer, its interval means nothing"),
    ],
    of: Of::Nothing,
    wants: Wants::SERIES,
    fits: points_beside_stable,
    mistake: |_| None,
    make: |rule| State::Kayenta(Kayenta::new(rule)),
};

/// See [`ENTRY`]. It promises nothing: an interval holds at one look, of scrapes that are independent, and neither is so.
#[derive(Clone, Debug, PartialEq)]
pub struct Kayenta {
    classifier: Classifier,
    cles: f64,
    points: usize,
}

/// Points are scaled to about a thousand, since shifts are sought to within a ten-thousandth: as if they were milliseconds.
const SCALE_BITS: i32 = 10;

/// The power of two that makes the largest point about a thousand; 1 where all are 0.
fn scale(points: impl Iterator<Item = f64>) -> f64 {
    let largest = points.map(f64::abs).fold(0.0, f64::max);
    let exponent = (largest.to_bits() >> 52) as i32 - 1_023;
    if largest.is_normal() { 2f64.powi((SCALE_BITS - exponent).clamp(-1_000, 1_000)) } else { 1.0 }
}

impl Kayenta {
    fn new(rule: &Rule) -> Kayenta {
        let config = Config {
            tolerance: rule.number("tolerance"),
            confidence: rule.number("confidence"),
            outlier_factor: (rule.word("outliers") == "remove").then(|| rule.number("outlier_factor")),
            ..Config::default()
        };
        Kayenta { classifier: Classifier::new(config), cles: rule.number("cles"), points: rule.whole("points") as usize }
    }

    fn classify(&mut self, look: &Look, multiple: f64) -> Judged {
        let (own, stable) = (look.series.own, look.series.stable);
        let config = &mut self.classifier.config;
        config.direction = if look.series.climb { Direction::Decrease } else { Direction::Increase };
        config.allowed = Sizes { decrease: multiple, increase: multiple };
        config.scale = scale(own.iter().chain(stable).copied());
        self.classifier.classify(own, stable)
    }

    /// How often a point of the canary is the worse one.
    fn worse(&self, look: &Look) -> f64 {
        let larger = self.classifier.larger();
        if look.series.climb { 1.0 - larger } else { larger }
    }
}

impl Judge for Kayenta {
    fn judge(&mut self, look: &Look, note: &mut Note) -> Status {
        let Some(Versus::Times(multiple)) = look.versus else {
            note.push_str("no multiple of stable to compare with");
            return Status::Inconclusive;
        };
        let (own, stable) = (look.series.own.len(), look.series.stable.len());
        if own.min(stable) < self.points {
            let _ = write!(note, "{own} points against {stable}, of the {} it takes", self.points);
            return Status::Inconclusive;
        }
        let judged = self.classify(look, multiple);
        let _ = write!(note, "{:?}: {own} points against {stable}", judged.class);
        if matches!(judged.class, Class::Nodata | Class::NodataFailMetric | Class::Error) {
            return Status::Inconclusive;
        }
        let worse = round_p(self.worse(look));
        let _ = write!(note, ", mean {:.3}x, worse in {:.1}% of pairs", judged.deviation, 100.0 * worse);
        if judged.class != Class::Pass && worse >= self.cles { Status::Fail } else { Status::Pass }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::{look, said};
    use crate::rules::{Series, Setting};

    /// Stable's points: 100 ms and more, in seconds; the canary's are so many times that.
    fn points(times: f64) -> Vec<f64> {
        (0..40).map(|i| times * (0.1 + 0.001 * f64::from(i * 17 % 40))).collect()
    }

    fn judge(rule: &Rule, own: &[f64], multiple: f64, climb: bool) -> (Status, String) {
        let stable = points(1.0);
        let series = Series { own, stable: &stable, climb };
        said(&mut Kayenta::new(rule), &Look { versus: Some(Versus::Times(multiple)), series, ..look(true) })
    }

    #[test]
    fn the_limit_is_the_size_that_counts() {
        let rule = Rule::new("kayenta");
        let of = |times, multiple| judge(&rule, &points(times), multiple, false).0;
        assert_eq!([of(1.0, 1.0), of(1.3, 1.0), of(1.3, 1.2), of(1.3, 1.4)], [
            Status::Pass,
            Status::Fail,
            Status::Fail,
            Status::Pass
        ]);
        assert_eq!(of(0.5, 1.0), Status::Pass, "quicker is not worse");
        let note = "High: 40 points against 40, mean 1.300x, worse in 97.5% of pairs";
        assert_eq!(judge(&rule, &points(1.3), 1.0, false).1, note);
    }

    #[test]
    fn what_must_not_fall_fails_when_it_falls() {
        let of = |times| judge(&Rule::new("kayenta"), &points(times), 0.9, true).0;
        assert_eq!([of(1.0), of(2.0), of(0.95), of(0.5)], [Status::Pass, Status::Pass, Status::Pass, Status::Fail]);
    }

    #[test]
    fn the_unit_makes_no_difference() {
        let stable = points(1.0);
        for unit in [1e-9, 1.0, 1e9] {
            let scaled = |times: f64| points(times).iter().map(|v| v * unit).collect::<Vec<_>>();
            let (own, stable): (_, Vec<f64>) = (scaled(1.3), stable.iter().map(|v| v * unit).collect());
            let series = Series { own: &own, stable: &stable, climb: false };
            let look = Look { versus: Some(Versus::Times(1.0)), series, ..look(true) };
            assert_eq!(said(&mut Kayenta::new(&Rule::new("kayenta")), &look).0, Status::Fail, "{unit}");
        }
        assert_eq!(scale([0.0].into_iter()), 1.0);
        assert_eq!(scale([0.25, -700.0].into_iter()), 2.0);
    }

    #[test]
    fn it_can_ask_for_points_that_are_mostly_worse() {
        let rule = Rule::new("kayenta").with("cles", 0.98);
        assert_eq!(judge(&rule, &points(1.3), 1.0, false).0, Status::Pass);
        assert_eq!(judge(&rule, &points(1.4), 1.0, false).0, Status::Fail);
    }

    #[test]
    fn outliers_are_left_out_where_asked() {
        let mut rule = Rule::new("kayenta");
        let mut own = points(1.02);
        own[7] = 90.0;
        assert!(!judge(&rule, &own, 1.0, false).1.contains("mean 1.0"));
        rule.set("outliers", Setting::Word("remove")).expect("a word of it");
        assert!(judge(&rule, &own, 1.0, false).1.contains("mean 1.0"));
    }

    #[test]
    fn too_few_points_hold() {
        let rule = Rule::new("kayenta");
        let (status, note) = judge(&rule, &points(9.0)[..4], 1.0, false);
        assert_eq!((status, note.as_str()), (Status::Inconclusive, "4 points against 40, of the 5 it takes"));
        assert_eq!(judge(&rule, &points(9.0)[..5], 1.0, false).0, Status::Fail);
        assert_eq!(said(&mut Kayenta::new(&rule), &look(true)).0, Status::Inconclusive);
    }
}
