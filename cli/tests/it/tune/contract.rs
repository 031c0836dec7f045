//! The keys of `gatecrash.tune/v1`.

use super::*;

/// That there are these keys, and no others.
fn keys(value: &Value, expected: &str) {
    let mut expected = words(expected);
    let mut found: Vec<&str> = value.as_object().unwrap_or_else(|| panic!("a map: {value}")).keys().map(String::as_str).collect();
    expected.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn a_search_has_its_keys() {
    let folder = worlds();
    let report = json(folder.path(), &format!("{SEARCH} {LIMITS} --seed 7"));
    keys(
        &report,
        "schema policy seed fresh_seed goals ranked_by false_rollbacks_counted_in dials worlds candidates front advice winner current \
         closest best_other gain tried give_up out_of_reach would_take prices drift gates trials events_simulated events_saved",
    );
    assert_eq!((&report["schema"], &report["policy"], &report["seed"]), (&"gatecrash.tune/v1".into(), &"p".into(), &7.into()));
    let limits: Vec<Value> = ["4s", "6s", "8s", "10s", "12s"].map(Value::from).to_vec();
    assert_eq!(report["dials"][0]["values"], Value::from(limits.clone()));
    assert_eq!((&report["dials"][0]["path"], &report["dials"][0]["now"]), (&"gates.latency.limit".into(), &"20s".into()));

    let candidates = report["candidates"].as_array().unwrap();
    let values = candidates.iter().map(|candidate| candidate["values"]["gates.latency.limit"].clone());
    assert_eq!(values.collect::<Vec<_>>(), [limits, vec!["20s".into()]].concat(), "those of the dial, and the policy as written");
    for (index, candidate) in candidates.iter().enumerate() {
        keys(candidate, "index values trials feasible scores");
        assert_eq!((&candidate["index"], &candidate["trials"]), (&index.into(), &20.into()));
        let scores =
            "detection_rate false_rollback_rate time_to_detect_s exposed_requests harmed rollout_s cost share_real worst";
        keys(&candidate["scores"], scores);
    }
    let front: Vec<u64> = report["front"].as_array().unwrap().iter().map(|index| index.as_u64().unwrap()).collect();
    assert!(!front.is_empty() && front.iter().all(|index| *index < candidates.len() as u64));

    assert_eq!(report["advice"], "change");
    for finalist in ["winner", "current"] {
        keys(&report[finalist], "index values trials fresh_seed scores rows");
        assert_eq!(report[finalist]["trials"], 80, "four times as many on fresh seeds");
    }
    assert_eq!(report["current"]["index"], 5);
    assert!(report["gain"]["high"].as_f64().unwrap() < 0.0, "a change is better by more than noise");
    let sizes = |row: &Value| ["severity", "wobble"].map(|key| row[key].as_f64().unwrap());
    let played: Vec<_> = report["winner"]["rows"].as_array().unwrap().iter().map(sizes).collect();
    assert_eq!(
        played,
        [[1.0, 1.0], [1.0, 1.0], [0.71, 1.0], [1.41, 1.0], [1.0, 2.0]],
        "and in worlds that the search has not seen"
    );

    let gate = &report["gates"][0];
    assert_eq!(
        (&gate["gate"], &gate["never_decides"], &report["gates"][1]["never_decides"]),
        (&"latency".into(), &false.into(), &true.into())
    );
    let [trials, simulated, saved] = ["trials", "events_simulated", "events_saved"].map(|key| report[key].as_u64().unwrap());
    assert!(trials > 6 * 40 && simulated > 0 && saved > simulated, "{trials} {simulated} {saved}");
}
