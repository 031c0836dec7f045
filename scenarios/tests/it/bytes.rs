//! Nothing that is fed in makes the loader panic.

use crate::{families, kinds, rollouts};
use gatecrash_scenarios::{family_from_text, fits, load_policy, load_scenario, policy_from_text, scenario_from_text};
use proptest::prelude::*;

const SCENARIO: &str = include_str!("../../library/lost-telemetry.yaml");
const POLICY: &str = include_str!("../../../policies/library/careful.yaml");

/// As every kind of file; what loads is held against something built in.
fn each(bytes: &[u8]) {
    let scenario = scenario_from_text("a.yaml", bytes);
    let policy = policy_from_text("a.yaml", bytes);
    let family = family_from_text("a.yaml", bytes);
    if let Ok(scenario) = &scenario {
        let _ = fits(scenario, &load_policy("careful").unwrap());
    }
    if let Ok(policy) = &policy {
        let _ = fits(&load_scenario("lost-telemetry").unwrap(), policy);
    }
    for error in [scenario.err(), policy.err(), family.err()].into_iter().flatten() {
        assert!(error.to_string().starts_with("a.yaml"));
    }
}

/// One scalar of a good file replaced by another.
fn damaged(text: &str, word: usize, by: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let at = word % words.len();
    words.iter().enumerate().map(|(i, w)| if i == at { by } else { w }).collect::<Vec<_>>().join(" ")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        each(&bytes);
    }

    #[test]
    fn arbitrary_text_never_panics(text in "[a-z0-9:{}\\[\\] \n%().,&*'\"|>=-]{0,200}") {
        each(text.as_bytes());
    }

    #[test]
    fn a_damaged_file_never_panics(
        word in any::<usize>(),
        by in prop_oneof![Just("~".to_string()), Just("-1".into()), Just(".nan".into()), Just("99999999999999999999".into()),
            Just("0s".into()), Just("1e300".into()), Just("[]".into()), Just("{}".into()), Just("exp(".into()), Just("é".into()),
            Just("1000000000d".into()), "[ -~]{0,12}"],
    ) {
        for text in [SCENARIO, POLICY, kinds::GOOD, rollouts::GOOD, families::GOOD] {
            each(damaged(text, word, &by).as_bytes());
        }
    }

    #[test]
    fn arbitrary_csv_never_panics(rows in proptest::collection::vec("[0-9a-zTZ:. ,\"-]{0,40}", 0..30)) {
        let folder = std::env::temp_dir().join(format!("gatecrash-bytes-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("any.csv");
        std::fs::write(&file, format!("t,k\n{}", rows.join("\n"))).unwrap();
        let text = "scenario: a\nexpect: promote\nhorizon: 1h\ntraffic: { recorded: { file: any.csv, time: { column: t, zone: UTC }, key: k } }\n\
                    system: { llm: { calls: { service: 1s } } }\ntelemetry: { scrape: 15s }\n";
        let _ = scenario_from_text(&folder.join("a.yaml").to_string_lossy(), text.as_bytes());
    }
}
