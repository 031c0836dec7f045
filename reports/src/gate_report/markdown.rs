//! Gate reports for people.

use super::{Blocker, Cleanup, Execution, GateReport, KpiLine, Number, Readiness, StageLine, Statement, TimelineLine};
use crate::words::{self, markdown as plain};
use gatecrash_policies::time::{Span, Time};

/// `README.md`: what was decided where.
pub(super) fn index(report: &GateReport) -> String {
    let mut text = format!("# Gate reports: {} x {}\n\n", plain(&report.scenario), plain(&report.policy));
    text += &format!("{}\n\n", plain(&report.verdict));
    let owner = report.owner.as_deref().map_or("no role is named".into(), plain);
    text += &format!("- owner: {owner}\n- simulated time: {}\n", clock(report.ended_s));
    let rolled_back =
        [("decided to roll back", report.decided_s), ("withdrawn", report.withdrawn_s), ("recovered", report.validated_s)];
    for (what, at) in rolled_back.iter().filter(|_| report.decided_s.is_some()) {
        text += &format!("- {what}: {}\n", at.map_or("never".into(), clock));
    }
    if !report.caught_by.is_empty() {
        text += &format!("- gates that fired: {}\n", plain(&report.caught_by.join(", ")));
    }
    if let Some(kept) = report.within_budget {
        text += &format!("- within budget: {}\n", if kept { "yes" } else { "no" });
    }
    text += "\n## Decisions\n\n";
    let rows = report.executions.iter().map(|e| {
        let file = format!("[{0}.md]({0}.md)", e.file);
        vec![file, plain(&e.stage), e.decision.to_string(), e.action.to_string(), clock(e.at_s)]
    });
    text += &table(&["report", "stage", "decision", "action", "at"], rows);
    text += &stages(&report.stages);
    text += &readiness(&report.readiness);
    text += &measures(&report.measures);
    text += &cleanup(&report.cleanup);
    text + &replay(&report.replay, report.seed) + "Reports in this folder that are not listed above are of another run.\n"
}

/// One execution.
pub(super) fn execution(report: &Execution) -> String {
    let mut text =
        format!("# Gate report: {} x {}, {}\n\n", plain(&report.scenario), plain(&report.policy), plain(&report.stage));
    text += &statement(&report.statement);
    text += &stages(&report.stages);
    if !report.gates.is_empty() {
        text += &gates(report);
    }
    if !report.kpis.is_empty() {
        text += &kpis(&report.kpis);
    }
    text += &blockers(&report.blockers);
    text += &cleanup(&report.cleanup);
    text += &readiness(&report.readiness);
    text += &measures(&report.measures);
    text + &replay(&report.replay, report.seed)
}

fn statement(s: &Statement) -> String {
    let next = s.next_stage.as_ref().map_or(String::new(), |next| format!(" to {}", plain(next)));
    let by = s.owner.as_deref().map_or("no role is named".into(), plain);
    let mut text = format!("**{}**: {}{next}, at {}, by {by}.\n", s.decision.to_uppercase(), s.action, clock(s.at_s));
    if !s.reviews_s.is_empty() {
        let times: Vec<String> = s.reviews_s.iter().map(|at| clock(*at)).collect();
        let who = s.reviewed_by.as_deref().map_or("no role is named".into(), plain);
        text += &format!("Checkpoints held: {} ({who}).\n", times.join(", "));
    }
    text + "\n"
}

fn stages(stages: &[StageLine]) -> String {
    let rows = stages.iter().map(|s| {
        let left = s.left.map_or(words::NOTHING.into(), |left| format!("{} ({left})", time(s.left_s)));
        let reviews = if s.reviews_s.is_empty() { words::NOTHING.into() } else { s.reviews_s.len().to_string() };
        vec![plain(&s.stage), plain(&s.cohort), s.result.to_string(), time(s.asked_s), time(s.began_s), left, reviews]
    });
    format!("## Stages\n\n{}", table(&["stage", "cohort", "result", "asked", "began", "left", "checkpoints"], rows))
}

fn gates(report: &Execution) -> String {
    let shown = |text: &Option<String>| text.as_deref().map_or(words::NOTHING.into(), plain);
    let rows = report.gates.iter().map(|g| {
        let window = g.window_s.map_or(words::NOTHING.into(), |[from, to]| format!("{} - {}", clock(from), clock(to)));
        let samples = g.samples.map_or(words::NOTHING.into(), |n| format!("{n} of {}", g.min_samples));
        let name = g.row.as_ref().map_or(plain(&g.gate), |row| format!("{} ({})", plain(&g.gate), plain(row)));
        let verdict = if g.verdict == "fail" { "**fail**".into() } else { g.verdict.to_string() };
        vec![name, verdict, shown(&g.shown.value), shown(&g.shown.limit), window, samples, shown(&g.evidence)]
    });
    let header = ["gate", "verdict", "reading", "limit", "window", "samples of min", "evidence"];
    format!("## Gates\n\n{}", table(&header, rows))
}

fn kpis(kpis: &[KpiLine]) -> String {
    let shown = |n: &Option<Number>| n.as_ref().map_or(words::NOTHING.into(), |n| format!("{} (n={})", n.shown, n.samples));
    let back = kpis.iter().find_map(|k| k.after_is);
    let rows = kpis.iter().map(|k| {
        let before = if k.before.is_some() { format!("{}, {}", shown(&k.before), k.before_is) } else { words::NOTHING.into() };
        let after = back.map(|_| shown(&k.after));
        [plain(&k.gate), plain(&k.reads), before, shown(&k.canary)].into_iter().chain(after).collect()
    });
    let mut header = vec!["gate", "reads", "stable", "canary in this stage"];
    let title = back.map(|who| format!("{who} after the rollback"));
    header.extend(title.as_deref());
    let note = "All samples of each time together, whatever the gate's window; counts and rates are of the whole arm.\n\n";
    format!("## Snapshot before and after\n\n{}{note}", table(&header, rows))
}

fn blockers(blockers: &[Blocker]) -> String {
    if blockers.is_empty() {
        return String::new();
    }
    let rows = blockers.iter().map(|b| {
        let what = format!("{} {}", b.kind, plain(&b.what));
        vec![what, b.state.to_string(), plain(&b.evidence), plain(&b.remediation)]
    });
    format!("## Blockers\n\n{}", table(&["blocker", "state", "evidence", "what it asks for"], rows))
}

fn cleanup(left: &[Cleanup]) -> String {
    if left.is_empty() {
        return String::new();
    }
    let rows = left.iter().map(|c| vec![plain(&c.what), words::grouped(c.count)]);
    format!("## To clean up\n\n{}", table(&["what stays outside", "how many"], rows))
}

fn readiness(ready: &Readiness) -> String {
    if ready.items.is_empty() && ready.open.is_empty() && ready.untrue.is_empty() {
        return String::new();
    }
    let shown = |text: &Option<String>| text.as_deref().map_or(words::NOTHING.into(), plain);
    let rows = ready.items.iter().map(|i| {
        let fresh = i.fresh_s.map_or(words::NOTHING.into(), |s| Span::from_secs_f64(s).to_string());
        let state = match (i.open, i.untrue) {
            (true, _) => "**open**",
            (false, true) => "**ticked and not true**",
            (false, false) => "closed",
        };
        vec![plain(&i.item), i.kind.to_string(), shown(&i.owner), shown(&i.block), fresh, state.to_string()]
    });
    let mut text = format!("## Readiness\n\n{}", table(&["item", "kind", "owner", "block", "fresh", "state at the end"], rows));
    for (what, list) in [("Open", &ready.open), ("Ticked and not true", &ready.untrue)] {
        if !list.is_empty() {
            text += &format!("{what}: {}.\n\n", plain(&list.join(", ")));
        }
    }
    text
}

fn measures(lines: &[TimelineLine]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let rows = lines.iter().map(|l| vec![clock(l.at_s), l.kind.to_string(), plain(&l.text)]);
    format!("## Readings and checkpoints\n\n{}", table(&["at", "what", ""], rows))
}

fn replay(command: &str, seed: u64) -> String {
    format!(
        "## Again\n\n```sh\n{}\n```\n\nSeed {seed}; all times are simulated, since the trial began.\n",
        words::one_line(command)
    )
}

fn table(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let rule = header.iter().map(|_| "---|").collect::<String>();
    let lines: String = rows.map(|row| format!("| {} |\n", row.join(" | "))).collect();
    format!("| {} |\n|{rule}\n{lines}\n", header.join(" | "))
}

fn time(seconds: Option<f64>) -> String {
    seconds.map_or(words::NOTHING.into(), clock)
}

fn clock(seconds: f64) -> String {
    words::clock(Time::ZERO + Span::from_secs_f64(seconds))
}
