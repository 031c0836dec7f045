//! Which share of the subjects a cohort, a segment, or both are expected to hold.

use gatecrash_policies::policy::Cohort;
use gatecrash_sim::population::BUCKETS;
use gatecrash_sim::scenario::{Assign, Scenario, Traffic};

/// How many subjects there are.
pub(super) fn subjects(scenario: &Scenario) -> f64 {
    match &scenario.traffic {
        Some(Traffic::Recorded(recorded)) => recorded.keys.len() as f64,
        _ => f64::from(scenario.subjects.count),
    }
}

/// The share of subjects that is expected to meet the canary, 0..=1. A copy of the traffic exposes nobody.
pub(super) fn exposed(scenario: &Scenario, cohort: &Cohort) -> f64 {
    let all = subjects(scenario);
    let so_many = |count: u32, of: f64| if of > 0.0 { (f64::from(count) / of).min(1.0) } else { 0.0 };
    match cohort {
        Cohort::Nobody | Cohort::Shadow => 0.0,
        Cohort::Internal => scenario.subjects.internal,
        Cohort::Share(share) => match scenario.assign {
            Assign::Subject => (share * f64::from(BUCKETS)).round() / f64::from(BUCKETS),
            Assign::Request => *share,
            Assign::Replica { of } if *share > 0.0 => (share * f64::from(of)).round().max(1.0) / f64::from(of),
            Assign::Replica { .. } => 0.0,
        },
        Cohort::TenantShare(share) if scenario.subjects.tenants > 0 => *share,
        Cohort::TenantShare(_) => 0.0,
        Cohort::Named { attribute, values, count } => {
            let all_of_them = values.iter().map(|value| segment(scenario, attribute, value)).sum::<f64>().min(1.0);
            count.map_or(all_of_them, |count| all_of_them.min(so_many(count, all)))
        }
        Cohort::Counted(parts) => {
            let none = parts.iter().map(|(what, count)| {
                1.0 - match groups(scenario, what) {
                    Some(groups) => so_many(*count, groups),
                    None => so_many(*count, all),
                }
            });
            1.0 - none.product::<f64>()
        }
    }
}

/// How many groups of this attribute there are; `None`: single subjects are counted.
fn groups(scenario: &Scenario, what: &str) -> Option<f64> {
    let subjects = &scenario.subjects;
    match what {
        "session" | "user" | "subject" => None,
        "node" if subjects.nodes == 0 => None,
        "node" => Some(f64::from(subjects.nodes)),
        "channel" => Some(f64::from(subjects.channels)),
        "tenant" => Some(f64::from(subjects.tenants)),
        other => subjects.attributes.iter().find(|(name, _)| name == other).map(|(_, values)| values.len() as f64),
    }
}

/// The share of subjects with this value of an attribute, 0..=1; of a label, the share of requests.
pub(super) fn segment(scenario: &Scenario, attribute: &str, value: &str) -> f64 {
    let subjects = &scenario.subjects;
    let listed = |list: &[(String, f64)]| list.iter().find(|(name, _)| name == value).map(|(_, share)| *share);
    let even = |count: u32| if count > 0 { 1.0 / f64::from(count) } else { 0.0 };
    match attribute {
        "tenant" => even(subjects.tenants),
        "channel" if subjects.channels > 0 => even(subjects.channels),
        "node" if subjects.nodes > 0 => even(subjects.nodes),
        "internal" => {
            if value == "true" {
                subjects.internal
            } else {
                1.0 - subjects.internal
            }
        }
        "environment" => {
            let all = &scenario.steering.environments;
            listed(all).unwrap_or(f64::from(u8::from(all.is_empty())))
        }
        _ => {
            let own = subjects.attributes.iter().find(|(name, _)| name == attribute).and_then(|(_, list)| listed(list));
            let label = || scenario.system.iter().flat_map(|c| &c.labels).find(|(name, _)| name == attribute);
            own.or_else(|| label().and_then(|(_, list)| listed(list))).unwrap_or(0.0)
        }
    }
}

/// The share of subjects that are both in the cohort and in the segment. Attributes are drawn apart, so that shares multiply, except
/// where the cohort is made of the same attribute.
pub(super) fn both(scenario: &Scenario, cohort: &Cohort, of: Option<&(String, String)>) -> f64 {
    let exposed = exposed(scenario, cohort);
    let Some((attribute, value)) = of else { return exposed };
    let share = segment(scenario, attribute, value);
    match cohort {
        Cohort::Named { attribute: own, values, .. } if own == attribute => {
            let all: f64 = values.iter().map(|v| segment(scenario, own, v)).sum();
            if values.contains(value) && all > 0.0 { exposed * share / all } else { 0.0 }
        }
        Cohort::Internal if attribute == "internal" => {
            if value == "true" {
                exposed
            } else {
                0.0
            }
        }
        _ => exposed * share,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_by_hand() {
        // 2,000 subjects, 1 % internal, 60 / 25 / 15 % by surface, 40 tenants.
        let scenario = crate::load_scenario("healthy-day").unwrap().value;
        let named = |values: &[&str], count| Cohort::Named {
            attribute: "surface".into(),
            values: values.iter().map(|v| v.to_string()).collect(),
            count,
        };
        let table = [
            (Cohort::Nobody, 0.0),
            (Cohort::Shadow, 0.0),
            (Cohort::Internal, 0.01),
            (Cohort::Share(0.05), 0.05),
            (Cohort::TenantShare(0.25), 0.25),
            (named(&["web", "ios"], None), 0.75),
            (named(&["ios"], Some(20)), 0.01),
            (Cohort::Counted(vec![("tenant".into(), 4), ("session".into(), 200)]), 1.0 - 0.9 * 0.9),
        ];
        for (cohort, share) in table {
            assert!((exposed(&scenario, &cohort) - share).abs() < 1e-12, "{cohort:?}");
        }
        let ios = Some(("surface".to_string(), "ios".to_string()));
        assert!((both(&scenario, &Cohort::Share(0.1), ios.as_ref()) - 0.015).abs() < 1e-12);
        assert!((both(&scenario, &named(&["web", "ios"], None), ios.as_ref()) - 0.15).abs() < 1e-12);
        assert_eq!(both(&scenario, &named(&["web"], None), ios.as_ref()), 0.0);
    }
}
