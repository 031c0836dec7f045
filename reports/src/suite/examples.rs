//! A result with something of everything, for the tests of the formats.

use super::report::{CaseResult, Checked, PolicyLine, SuiteReport, SuiteResult, Worst};
use super::{Verdict, expectation};
use gatecrash_sim::scenario::Expect;

fn checked(text: &str, verdict: Verdict, [value, low, high]: [Option<f64>; 3], trials: u64) -> Checked {
    let expectation = expectation::parse(text).expect(text);
    let look = super::Look { of: 5, is_last: false };
    let mut checked = Checked::new(&expectation, verdict, None, look, trials);
    (checked.value, checked.low, checked.high, checked.n) = (value, low, high, trials);
    (checked.line, checked.column) = (9, 5);
    if verdict != Verdict::Pass {
        let replay = "gatecrash run spike --seed 7".to_string();
        checked.worst = Some(Worst { seed: 7, value, replay });
    }
    checked
}

fn case(name: &str, scenario: &str, trials: u64, expectations: Vec<Checked>) -> CaseResult {
    CaseResult {
        name: Some(name.to_string()).filter(|name| !name.is_empty()),
        scenario: scenario.into(),
        policy: "careful".into(),
        replay: None,
        expect: Expect::Rollback,
        severity: 1.0,
        wobble: 1.0,
        with: vec![],
        trials,
        insufficient: 0,
        reason: None,
        expectations,
    }
}

/// Two cases: one passed; of the other, one expectation each passed, failed and is undecided.
pub fn report() -> SuiteReport {
    let some = |value: f64, low: f64, high: f64| [value, low, high].map(Some);
    let passed = checked("false_rollback_rate <= 5%", Verdict::Pass, some(0.0, 0.0, 0.03), 200);
    let weak = checked("detection_rate >= 9%", Verdict::Pass, some(0.5, 0.4, 0.6), 400);
    let mut failed = checked("time_to_detect.p95 <= 45m", Verdict::Fail, some(3_600.0, 3_000.0, 3_900.0), 200);
    failed.n = 150;
    let path = "gates.errors.check".to_string();
    failed.policy_line = Some(PolicyLine { file: "suites/../mine.yaml".into(), line: 12, column: 5, path });
    let mut open = checked("caught_by(errors) >= 90%", Verdict::Undecided, [Some(0.91), None, Some(0.99)], 400);
    open.reason = Some("the limit lies within the interval".into());
    let mut spike = case("", "spike", 400, vec![weak, failed, open]);
    (spike.severity, spike.with) = (2.0, vec!["faults.0.by=3x".into()]);
    let cases = vec![case("healthy", "healthy-day", 200, vec![passed]), spike];
    let suite = SuiteResult { suite: "regression".into(), file: "suites/all.yaml".into(), seed: 1, cases };
    SuiteReport::new("0.1.0", vec![suite], 600, false)
}

/// A drill that plays otherwise than it was recorded, and one that does as it should.
pub fn drills() -> SuiteReport {
    let exact = |number: f64| [Some(number), None, None];
    let mut differs = checked(expectation::AS_RECORDED, Verdict::Fail, exact(0.0), 1);
    differs.reason = Some("line 7: the record says so".into());
    differs.worst = Some(Worst { seed: 7, value: Some(0.0), replay: "gatecrash replay friday.jsonl".into() });
    let kept = checked("harmed.max <= 100", Verdict::Pass, exact(40.0), 1);
    let drill =
        |name: &str, checked| CaseResult { replay: Some(format!("{name}.jsonl")), ..case(name, "spike", 1, vec![checked]) };
    let cases = vec![drill("friday", differs), drill("monday", kept)];
    let suite = SuiteResult { suite: "drilled".into(), file: "drills.yaml".into(), seed: 1, cases };
    SuiteReport::new("0.1.0", vec![suite], 2, false)
}

/// So many failures of one case, the worst in the middle, with a name that is not fit for any format.
pub fn failures(n: usize) -> SuiteReport {
    let failed = |i: usize| {
        let value = 0.5 - 0.4 * (i == n / 2) as u8 as f64;
        let mut checked = checked("detection_rate >= 99%", Verdict::Fail, [Some(value), Some(0.0), Some(0.6)], 200);
        checked.line = i + 1;
        checked
    };
    let mut case = case("", "a|b <c> `d` \u{1b}[2J\u{0}]]>\u{ffff}", 200, (0..n).map(failed).collect());
    case.policy = "x".repeat(100);
    let suite = SuiteResult { suite: "many".into(), file: "many.yaml".into(), seed: 1, cases: vec![case] };
    SuiteReport::new("0.1.0", vec![suite], 200, false)
}
