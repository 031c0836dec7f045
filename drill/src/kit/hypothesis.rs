//! What people expect, written down before they see it.

use crate::report::WITHDRAW_WITHIN;
use gatecrash_policies::bind::unit;
use gatecrash_policies::policy::{Check, OnFail, Policy};
use gatecrash_policies::sample::Catalog;
use gatecrash_reports::picture::check_text;
use gatecrash_reports::words;
use std::fmt::Write;

/// `hypothesis.md`: of the policy alone, with blanks for whatever would tell more.
pub fn text(policy: &Policy, catalog: &Catalog) -> String {
    let said = |check: &Check| check_text(check, unit(check, catalog));
    let mut text = format!(
        "# Hypothesis: a drill of {}\n\n## Steady state\n\nAs long as nothing is wrong, all of this holds on the canary:\n\n",
        policy.name
    );
    for gate in &policy.gates {
        let then = match gate.on_fail {
            OnFail::Rollback => "rolls back",
            OnFail::Hold => "holds",
            OnFail::Stop => "stops",
        };
        let _ = writeln!(text, "- `{}`: {} (else: {then})", gate.name, said(&gate.check));
    }
    text + &expected(policy, said)
}

fn expected(policy: &Policy, said: impl Fn(&Check) -> String) -> String {
    let rollback = &policy.rollback;
    let withdraw = match rollback.withdraw_within {
        Some(within) => format!("{within} (the policy's budget)"),
        None => format!("{WITHDRAW_WITHIN} (the policy has no budget: within an hour of a breach)"),
    };
    let recover = rollback
        .recover_within
        .map_or("____ (the policy has no budget)".into(), |within| format!("{within} (the policy's budget)"));
    let reads: Vec<String> = rollback
        .validate
        .gates
        .iter()
        .filter_map(|gate| policy.gates.get(*gate))
        .map(|gate| format!("`{}`", gate.name))
        .collect();
    let checks = rollback.validate.checks.iter().map(|check| format!("`{}`", said(check)));
    let reads: Vec<String> = reads.into_iter().chain(checks).collect();
    let reads = if reads.is_empty() { "the gates that failed".into() } else { words::list(&reads) };
    format!(
        "\n## We expect\n\nIf the rollout does harm:\n\n\
         | what                                | expected | seen |\n\
         | ----------------------------------- | -------- | ---- |\n\
         | the gate that fails first           | ____     | ____ |\n\
         | from the first harm to that         | ____     | ____ |\n\
         | from that to the first one who acts | 10m      | ____ |\n\
         | from that to the decision           | ____     | ____ |\n\
         | first harm to nobody on the canary  | {withdraw} | ____ |\n\
         | from there to validated recovery    | {recover} | ____ |\n\
         | harmed outcomes                     | ____     | ____ |\n\n\
         Recovery is validated when {reads} have passed for {} on those who were on the canary.\n\n\
         If it does none: nobody rolls back, and whoever holds says why and goes on within ____.\n\n\
         ## We would be wrong if\n\n____\n\n## What we saw\n\n____\n",
        rollback.validate.clean_for
    )
}
