//! Kayenta's judgement of one metric, against the outcomes in Spinnaker Kayenta's own tests (commit a69573be): MannWhitneySuite,
//! ClassifierSuite and StatisticSuite.

use gatecrash_policies::maths::{brent, normal, shift};
use gatecrash_policies::rules::kayenta::classify::{
    Class, Classifier, Config, Direction, Effect, Missing, Sizes, fences, larger,
};

/// The config of most of its tests.
fn config() -> Config {
    Config { tolerance: 0.1, confidence: 0.95, ..Config::default() }
}

fn sizes(decrease: f64, increase: f64) -> Sizes {
    Sizes { decrease, increase }
}

fn ascending(points: &[f64]) -> Vec<f64> {
    let mut sorted = points.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

/// The points of that name in `points.txt`, ascending.
fn points(name: &str) -> Vec<f64> {
    let lines = include_str!("kayenta/points.txt").lines();
    let own = lines.skip_while(|line| *line != name).skip(1).take_while(|line| line.starts_with(' '));
    let value = |word: &str| {
        let (value, times) = word.split_once('*').unwrap_or((word, "1"));
        std::iter::repeat_n(value.parse().expect("a number"), times.parse().expect("a count"))
    };
    own.flat_map(str::split_whitespace).flat_map(value).collect()
}

fn near(own: f64, published: f64, tolerance: f64) {
    assert!((own - published).abs() <= tolerance, "{own}, published {published}");
}

#[track_caller]
fn check(config: Config, experiment: &[f64], control: &[f64], class: Class, critical: bool) {
    let judged = Classifier::new(config).classify(experiment, control);
    assert_eq!((judged.class, judged.critical), (class, critical), "{judged:?}");
}

#[test]
fn intervals_end_where_its_own_do() {
    // Its solver stops within 1e-4 of a step: that the sixth digit agrees says that ours takes the same way there.
    let tied = shift::interval(&points("tied"), &points("tied_too"), 0.95).expect("the values differ");
    near(tied.low, -0.500002521696696, 1e-12);
    near(tied.high, -3.486287505871302e-05, 1e-12);
    near(tied.estimate, -0.4999393907180323, 1e-4);
}

#[test]
fn statistics_and_roots_are_its_own() {
    let (x, y) = (points("zeros"), points("zeros_too"));
    let (from, to) = (x[0] - y[y.len() - 1], x[x.len() - 1] - y[0]);
    near(from, -3.124999999999986, 1e-12);
    near(to, 5.555555555555557, 1e-12);
    let z = -normal::quantile(0.025);
    let (x, y) = (&x, &y);
    let beyond = |z: f64| move |by: f64| Some(shift::deviate(x, y, by)? - z);
    let at = |z: f64, by: f64| beyond(z)(by).expect("the values differ");
    near(at(z, from), 17.090968923762254, 1e-9);
    near(at(z, to), -20.997687930433106, 1e-9);
    near(at(-z, from), 21.01089689284236, 1e-9);
    near(at(-z, to), -17.077759961353, 1e-9);
    for (z, expect) in [(z, 3.521755377702165e-05), (-z, 2.02456461662334e-05), (0.0, 2.6279243045155653e-05)] {
        near(brent::root(beyond(z), from, to, shift::TOLERANCE).expect("the signs differ"), expect, 1e-12);
    }
}

#[test]
fn thirty_points_are_classified_as_there() {
    check(config(), &points("alike"), &points("alike_too"), Class::Pass, false);
    check(config(), &points("low"), &points("high"), Class::Low, false);
    let down = Config { direction: Direction::Decrease, ..config() };
    check(down.clone(), &points("higher"), &points("lower"), Class::Pass, false);
    check(down, &points("low"), &points("high"), Class::Low, false);
}

#[test]
fn the_size_of_the_effect_counts() {
    let (many, few) = ([20.0, 22.0, 21.0, 25.0, 30.0], [1.0, 2.2, 1.1, 2.5, 3.0]);
    check(Config { allowed: sizes(0.8, 1.2), ..config() }, &many, &few, Class::High, false);
    let halved = [10.0, 12.2, 10.1, 12.5, 23.0];
    check(Config { allowed: sizes(0.5, 1.0), ..config() }, &halved, &many, Class::Pass, false);
    let critical = Config { critical: true, allowed: sizes(1.0, 13.0), allowed_critical: sizes(1.0, 15.0), ..config() };
    check(critical, &many, &few, Class::Pass, false);
    let critical = Config { critical: true, allowed_critical: sizes(1.2, 1.0), ..config() };
    check(critical, &[2.0, 2.0, 2.0, 2.0, 3.0], &[10.0, 20.2, 10.1, 20.5, 30.0], Class::Low, true);
}

#[test]
fn the_size_may_be_a_chance() {
    let chance = |allowed| Config { tolerance: 0.2, effect: Effect::Larger, allowed, ..Config::default() };
    check(chance(sizes(0.5, 0.8)), &points("rare"), &points("rare_too"), Class::Pass, false);
    check(chance(sizes(0.2, 0.8)), &points("a_little_low"), &points("a_little_high"), Class::Low, false);
    assert_eq!(larger(&[1.0, 2.0, 3.0, 4.0, 5.0], &[1.0, 2.0, 3.0, 4.0, 5.0]), 0.5);
}

#[test]
fn constants_and_ties() {
    check(config(), &[1.0; 3], &[1.0; 2], Class::Pass, false);
    check(config(), &[0.0, 1.0, 1.0, 1.0, 1.0], &[1.0; 5], Class::Pass, false);
    check(config(), &[10.0; 5], &[1.0; 5], Class::High, false);
}

#[test]
fn a_mean_of_zero_has_no_ratio_and_counts_all_the_same() {
    let busy = [54.9, 54.5, 55.1, 55.6, 57.4];
    let judged = Classifier::new(Config { allowed: sizes(0.8, 1.2), ..config() }).classify(&busy, &[0.0; 5]);
    assert!(judged.class == Class::High && judged.deviation.is_nan(), "{judged:?}");
    let errors = [0.05, 0.05, 0.0167, 0.0167, 0.0167, 0.05, 0.0333, 0.05, 0.05, 0.1333];
    let critical = Config { missing: Missing::Zero, critical: true, allowed_critical: sizes(0.8, 1.2), ..config() };
    check(critical, &errors, &[0.0; 10], Class::High, true);
}

#[test]
fn missing_data() {
    check(Config { critical: true, ..config() }, &[], &[1.0, 2.0, 3.0, 4.0, 5.0], Class::Nodata, true);
    check(Config { critical: true, ..config() }, &[], &[], Class::Nodata, true);
}

#[test]
fn outliers_are_where_it_sees_them() {
    let data = ascending(&[21.0, 23.0, 24.0, 25.0, 50.0, 29.0, 23.0, 21.0]);
    let (low, high) = fences(&data, 1.5).expect("there are points");
    assert!(data.iter().filter(|v| !(low..=high).contains(v)).eq(&[50.0]));
    assert_eq!(fences(&[], 1.5), None);
}
