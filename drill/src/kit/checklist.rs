//! Before, during, after.

use gatecrash_policies::policy::{Item, Policy, Step};
use std::fmt::Write;

/// `checklist.md`: from the policy's readiness and its playbook.
pub fn text(policy: &Policy) -> String {
    format!("# Checklist: a drill of {}\n\n{}\n{}\n{}", policy.name, before(policy), during(policy), after(policy))
}

fn before(policy: &Policy) -> String {
    let mut text = "## Before\n\n\
        - [ ] Everybody knows that it is a drill, when it begins and what ends it (`abort.md`)\n\
        - [ ] No stop condition is empty\n\
        - [ ] Roles have names, and everybody has their token (`roles.md`)\n\
        - [ ] `hypothesis.md` is filled in up to \"seen\"\n\
        - [ ] The page opens for everybody; somebody has tried `note`\n\
        - [ ] Whoever watches alerts of this team knows that those of the drill are not real\n\
        - [ ] At 1x only: Prometheus runs with `prometheus.yml`, its alerts are in `rules.yml` and `gate-rules.yml`, and \
        `dashboard.json` is imported into Grafana\n"
        .to_string();
    let items = policy.readiness.iter().flat_map(|readiness| &readiness.items);
    let lines: String = items.map(item).collect();
    if !lines.is_empty() {
        text += "\nWhat the policy asks for before anybody is exposed; in the drill it closes as the policy and the scenario say, \
                 for your own system see whether it is so:\n\n";
        text += &lines;
    }
    text
}

fn item(item: &Item) -> String {
    let says = [&item.block, &item.owner].into_iter().filter(|text| !text.is_empty()).map(String::as_str).collect::<Vec<_>>();
    let says = if says.is_empty() { String::new() } else { format!(" ({})", says.join(", ")) };
    let what = if item.blocks { "is not the case: " } else { "" };
    format!("- [ ] {what}{}{says}\n", item.name)
}

fn during(policy: &Policy) -> String {
    let mut text = "## During\n\n\
        - [ ] Acknowledge what you have noticed, so that others know that somebody has it\n\
        - [ ] Say aloud what you see, what you think and what you do\n\
        - [ ] Observers write notes: what was seen, who said what, where people searched\n\
        - [ ] Promote only when the gates pass and the soak is served\n\
        - [ ] One of you decides; the decision is `rollback`, the playbook comes after it\n\n\
        The playbook, in order (steps that do not apply to what failed are left out):\n\n"
        .to_string();
    if policy.rollback.playbook.is_empty() {
        text += "- [ ] withdraw: everyone back at once (the policy has no playbook)\n";
    }
    policy.rollback.playbook.iter().for_each(|each| text += &step(policy, each));
    text + "- [ ] Recovery is validated: the drill says so, not a graph\n"
}

fn step(policy: &Policy, step: &Step) -> String {
    let names = |gates: &[usize]| {
        gates.iter().filter_map(|gate| policy.gates.get(*gate)).map(|gate| gate.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    let mut text = format!("- [ ] {} (takes {}", step.name, step.takes);
    if !step.when.is_empty() {
        let _ = write!(text, "; only when one of these failed: {}", names(&step.when));
    }
    if !step.unless.is_empty() {
        let _ = write!(text, "; not when one of these failed: {}", names(&step.unless));
    }
    if let Some(span) = step.try_for {
        let _ = write!(text, "; see for {span} whether it helps");
    }
    text + ")\n"
}

fn after(policy: &Policy) -> String {
    let owner = if policy.owner.is_empty() { "whoever owns the rollout" } else { &policy.owner };
    format!(
        "## After\n\n\
         - [ ] Everybody says what surprised them, before the truth is told\n\
         - [ ] The facilitator tells what was played\n\
         - [ ] The report is read together; `hypothesis.md` has what was seen\n\
         - [ ] Every finding has a ticket, its owner and its day to test again; {owner} has agreed\n\
         - [ ] The record is kept (`gatecrash replay drill.jsonl` plays it again), and goes into a suite where it should not \
         happen again\n\
         - [ ] The tokens are deleted, and Prometheus does not scrape the drill any more\n\
         - [ ] Real: nothing. The rollout was simulated, and there is nothing to clean up\n"
    )
}
