//! Families: many small scenarios in one file.

use gatecrash_policies::policy::By;
use gatecrash_policies::time::Span;
use gatecrash_scenarios::{Loaded, family_from_text, fits, load_policy};
use gatecrash_sim::Scenario;
use gatecrash_sim::scenario::{Expect, Kind, Onset, Traffic};

pub const GOOD: &str = "\
family: careful
about: A small world.
base:
  horizon: 1h
  subjects: { count: 100, tenants: 4 }
  traffic: { poisson: { rate: 5/s } }
  system:
    runs: { calls: { service: exp(mean=1s) } }
    sockets: { connections: { accept_rate: 50/s } }
  telemetry: { scrape: 15s }
  objectives: [ runs.latency <= 5s ]
cases:
  - gate: errors
    telemetry: { scrape: 30s }
    breach:
      about: Too many.
      faults: [ { fault: error_burst, at: 10m }, { fault: warm_up, at: 5m } ]
      with: { system.sockets.connections.drop: 2/h, faults.0.by: +7%, telemetry.hides.tenant: t1 }
    near: { about: Hardly any., faults: [ { fault: error_burst, by: 1%, at: 10m } ], horizon: 2h, begin: tenth }
  - { name: healthy, expect: promote, about: Nothing is wrong., faults: [], with: { system.runs.calls.errors: 1% } }
  - gate: errors
    name: errors-slow
    with: { traffic.poisson.rate: 6/s }
    breach: { about: Slowly., faults: [ { bend: { runs.error_rate: +1% }, at: 1m } ], with: { faults.0.bend.runs.latency: 2x } }
";

fn family(text: &str) -> Vec<Loaded<Scenario>> {
    family_from_text("families/careful.yaml", text.as_bytes()).unwrap_or_else(|e| panic!("{e}"))
}

/// The complaint about the good one with `from` replaced by `to` is at this line and column, and says this.
fn check(from: &str, to: &str, at: &str, says: &str) {
    assert!(GOOD.contains(from), "{from}");
    let text = GOOD.replacen(from, to, 1);
    let error = family_from_text("a.yaml", text.as_bytes()).map(|_| ()).unwrap_err().to_string();
    assert!(error.starts_with(&format!("a.yaml:{at}: ")), "`{to}` is not at {at}: {error}");
    assert!(error.contains(says), "`{to}`: {error}");
}

#[test]
fn names_follow_from_gates() {
    let all = family(GOOD);
    let names: Vec<_> = all.iter().map(|s| (s.value.name.as_str(), s.value.expect, s.value.about.as_str())).collect();
    let expected = [
        ("careful-errors", Expect::Rollback, "Too many."),
        ("careful-errors-near", Expect::Promote, "Hardly any."),
        ("careful-healthy", Expect::Promote, "Nothing is wrong."),
        ("careful-errors-slow", Expect::Rollback, "Slowly."),
    ];
    assert_eq!(names, expected);
    for loaded in &all {
        assert_eq!(loaded.policy.as_deref(), Some("careful"));
        assert_eq!(loaded.file, format!("{}.yaml", loaded.value.name));
        assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
        fits(loaded, &load_policy("careful").unwrap())
            .map(|_| ())
            .unwrap_or_else(|e| assert!(e.message.contains("tenth"), "{e}"));
    }
}

#[test]
fn a_case_replaces_what_the_base_says() {
    let all = family(GOOD);
    let scrapes: Vec<u64> = all.iter().map(|s| s.value.telemetry.scrape.0 / 1_000_000).collect();
    assert_eq!(scrapes, [30, 30, 15, 15], "beside the gate it is said for both");
    let horizons: Vec<Span> = all.iter().map(|s| s.value.horizon).collect();
    assert_eq!(horizons, [1, 2, 1, 1].map(|hours| Span::from_secs(hours * 3_600)));
    let begins: Vec<_> = all.iter().map(|s| s.value.begin.as_deref()).collect();
    assert_eq!(begins, [None, Some("tenth"), None, None]);
}

#[test]
fn with_replaces_and_adds_by_path() {
    let all = family(GOOD);
    let breach = &all[0].value;
    let Kind::Connections(sockets) = &breach.system[1].kind else { panic!("connections") };
    assert_eq!((sockets.drop, sockets.accept_rate), (2.0 / 3_600.0, 50.0));
    assert_eq!((breach.faults[0].bends[0].by, breach.faults.len()), (By::Plus(0.07), 2));
    assert_eq!(breach.telemetry.hides, Some(("tenant".into(), "t1".into())));
    assert_eq!(breach.telemetry.scrape, Span::from_secs(30));
    let Kind::Calls(runs) = &all[2].value.system[0].kind else { panic!("calls") };
    assert_eq!(runs.errors, 0.01);
    let slow = &all[3].value;
    assert_eq!(slow.traffic, Some(Traffic::Poisson { rate: 6.0 }), "beside the gate too");
    let knobs: Vec<&str> = slow.faults[0].bends.iter().map(|bend| bend.knob.as_str()).collect();
    assert_eq!(knobs, ["error_rate", "latency"], "keys of bends hold a dot");
    let Kind::Connections(sockets) = &all[1].value.system[1].kind else { panic!("connections") };
    assert_eq!(sockets.drop, 0.0, "other cases keep the base");
    assert!(matches!(all[1].value.faults[0].at, Onset::At(_)));
}

#[test]
fn what_a_case_says_is_found_in_the_family_s_file() {
    let all = family(GOOD);
    let line = |i: usize, path: &str| all[i].spot(path).map(|spot| spot.line);
    assert_eq!(line(0, "telemetry.scrape"), Some(14));
    assert_eq!(line(0, "faults.0.by"), Some(18));
    assert_eq!(line(0, "system.sockets.connections.drop"), Some(18));
    assert_eq!(line(1, "faults.0.by"), Some(19));
    assert_eq!(line(2, "system.runs.calls.service"), Some(8));
    let error = all[1].error("faults.0.by", "too small").to_string();
    assert!(error.starts_with("families/careful.yaml:19:") && error.contains("by: 1%"), "{error}");
}

#[test]
fn mistakes_are_placed_where_they_stand() {
    check("rate: 5/s", "rate: 5", "6:31", "is not a rate");
    check("rate: 5/s", "rate: 5", "6:31", "(in the scenario careful-errors)");
    check(
        "fault: error_burst, by",
        "fault: eror_burst, by",
        "19:52",
        "did you mean `error_burst`? (in the scenario careful-errors-near)",
    );
    check("drop: 2/h", "drop: 2h", "18:48", "is not a rate");
    check("system.sockets.connections.drop", "system.sockets.connections.drip", "18:15", "unknown key `drip` in connections");
    check("faults.0.by", "faults.7.by", "18:53", "`faults.7.by` leads nowhere: there is no `7.by` in a list");
    check("system.sockets.connections.drop", "horizon.long", "18:15", "there is no `long` in `1h`");
    check("system.sockets.connections.drop", "system..drop", "18:15", "is not a path");
    check("  horizon: 1h\n", "", "15:7", "needs the key `horizon`");
}

#[test]
fn keys_of_families() {
    check("family: careful", "famly: careful", "1:1", "unknown key `famly` in a family; did you mean `family`?");
    check("family: careful\n", "", "1:1", "a family needs the key `family`");
    check("family: careful", "family: nobody-knows", "1:9", "no built-in policy `nobody-knows`");
    check("  horizon: 1h", "  faults: []\n  horizon: 1h", "4:3", "`faults` differs from case to case");
    check("  horizon: 1h", "  scenario: x\n  horizon: 1h", "4:3", "unknown key `scenario` in the base of a family");
    check("  horizon: 1h", "  horizn: 1h", "4:3", "did you mean `horizon`?");
    check("near: { about", "nearly: { about", "19:5", "unknown key `nearly` in a case; did you mean `near`?");
    check("near: { about", "near: { abut", "19:13", "unknown key `abut` in a breach or a near miss; did you mean `about`?");
    check("    breach:\n", "    expect: rollback\n    breach:\n", "15:13", "a breach expects a rollback");
    check("  - gate: errors\n    telemetry", "  - telemetry", "13:5", "a case needs the key `gate`");
    check("name: healthy, ", "", "20:5", "a case needs the key `name`");
    check("    name: errors-slow\n", "", "21:5", "a second case makes the scenario `careful-errors`; give it a `name`");
    check("name: healthy, expect: promote,", "name: healthy,", "20:5", "a scenario needs the key `expect`");
    check("gate: errors", "gate: too many", "13:11", "cannot name anything");
    let none = "family: careful\nbase: {}\ncases: []\n";
    let error = family_from_text("a.yaml", none.as_bytes()).map(|_| ()).unwrap_err().to_string();
    assert!(error.starts_with("a.yaml:1:1: a family needs cases"), "{error}");
}

#[test]
fn an_expectation_may_be_said_in_a_breach() {
    let text = GOOD.replace("about: Too many.", "about: It is held, and never goes on.\n      expect: promote");
    assert_eq!(family(&text)[0].value.expect, Expect::Promote);
}

#[test]
fn a_family_is_neither_a_scenario_nor_a_policy() {
    let as_scenario = gatecrash_scenarios::scenario_from_text("a.yaml", GOOD.as_bytes()).map(|_| ()).unwrap_err().to_string();
    assert!(as_scenario.starts_with("a.yaml:1:1: this is a family file; its scenarios are built in"), "{as_scenario}");
    let as_policy = gatecrash_scenarios::policy_from_text("a.yaml", GOOD.as_bytes()).map(|_| ()).unwrap_err().to_string();
    assert!(as_policy.starts_with("a.yaml:1:1: this is a family file"), "{as_policy}");
}
