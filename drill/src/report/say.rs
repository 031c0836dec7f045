//! Figures and sentences that several formats share.

use super::chain::Part;
use super::findings::Severity;
use super::outcome::Kind;
use super::pace::Pace;
use super::score::Score;
use crate::account::Account;
use gatecrash_policies::time::{Span, Time};
use gatecrash_reports::words;

/// A moment as on a clock: `0:31:02`.
pub fn clock_of(at: Time) -> String {
    words::clock(at)
}

/// `12m 30s`.
pub fn length(span: Span) -> String {
    words::seconds(span.seconds())
}

/// `12m 30s (13s of people's time)`; the latter only where it differs.
pub fn took(account: &Account, from: Time, to: Time) -> String {
    let span = to.since(from);
    with_people(span, Pace::of(account).seconds(from, to))
}

/// The same of what is measured already.
pub fn with_people(span: Span, people: Option<f64>) -> String {
    match people {
        Some(seconds) if (seconds - span.seconds()).abs() > 0.5 => {
            format!("{} ({} of people's time)", length(span), words::seconds(seconds))
        }
        _ => length(span),
    }
}

/// People's time of a part; `-` where it was played as fast as it can.
pub fn people(part: &Part) -> String {
    part.people_s.map_or(words::NOTHING.into(), words::seconds)
}

/// With a capital first letter.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// The line that says it all, the last one of what is printed.
pub fn verdict(_: &Account, score: &Score) -> String {
    let mut parts = vec![format!("{}: {}", score.outcome.kind.title(), score.outcome.text.trim_end_matches('.'))];
    if score.outcome.kind == Kind::Detected {
        parts.push(match score.gaps.parts.last().filter(|part| part.to == "validated") {
            Some(_) => format!("recovery was validated after {} in all", with_people(score.gaps.length, score.gaps.people_s)),
            None => "recovery was not validated".into(),
        });
    }
    if score.outcome.kind.is_breach() {
        parts.push(format!("regret {}", words::grouped(score.regret.harmed)));
    }
    parts.push(found(score));
    words::one_line(&format!("{}.", parts.join("; ")))
}

/// `3 findings, 1 serious`.
pub fn found(score: &Score) -> String {
    let serious = score.findings.iter().filter(|finding| finding.severity == Severity::Serious).count();
    match (score.findings.len(), serious) {
        (0, _) => "no findings".into(),
        (all, serious) if all == serious => words::count_of(all as u64, "serious finding"),
        (all, 0) => words::count_of(all as u64, "minor finding"),
        (all, serious) => format!("{}, {serious} serious", words::count_of(all as u64, "finding")),
    }
}

/// Why there are no gaps.
pub const NO_GAPS: &str = "The rollout did no harm that counts and nobody rolled back: there is no time to account for.";

/// What harm without a breach means.
pub fn by_chance(score: &Score) -> Option<String> {
    let harmed = score.costs.people.harmed;
    let stray = harmed > 0 && !score.outcome.kind.is_breach();
    stray.then(|| {
        let outcomes = words::count_of(harmed, "outcome");
        format!(
            "{outcomes} met another fate on the canary than on stable and count as harmed, though that is not what was to be \
            found here."
        )
    })
}

/// What no finding does and does not mean.
pub const NOTHING_FOUND: &str = "No rule found anything. That means that this team met this one world and did nothing that the \
     rules look for; it does not mean that the next world, another hour or another team would go as well.";

/// Why regret may be nothing, or less than that.
pub fn regret(score: &Score) -> String {
    let (regret, costs) = (&score.regret, &score.costs);
    if !regret.applies {
        return "Regret 0: there was no harm of the rollout to be spared.".into();
    }
    let when = costs.best.decided.map_or("never deciding".into(), |at| format!("deciding at {}", clock_of(at)));
    let tried = words::count_of(costs.tried as u64, "instant");
    let cut = if costs.cut_short {
        " The drill was ended early: people's harm is counted up to then, that of the others to their end."
    } else {
        ""
    };
    let of = words::count_of(regret.harmed, "outcome");
    let text = match (regret.harmed, regret.better_by) {
        (0, 0) => format!("Regret 0: of {tried} that were tried none does less harm."),
        (0, better) => {
            format!("Regret 0: people did better than all {tried} that were tried, by {}.", words::count_of(better, "outcome"))
        }
        _ => format!("Regret {of}: of {tried} that were tried, {when} does least harm."),
    };
    text + cut
}

/// What there is to clean up.
pub fn clean_up(score: &Score) -> String {
    let real =
        "Nothing real: the rollout, its traffic and its faults were simulated, and the drill's own process is all that ran.";
    if score.cleanup.is_empty() {
        return real.into();
    }
    let left: Vec<String> = score.cleanup.iter().map(|left| format!("{} {}", words::grouped(left.count), left.what)).collect();
    format!("{real} Had it been real, this would be left: {}.", words::list(&left))
}

/// The title of the report.
pub fn title(account: &Account) -> String {
    format!("Drill: {} x {}", account.trial.scenario, account.trial.policy)
}

/// How the drill was set up, in (name, value).
pub fn facts(account: &Account) -> Vec<(&'static str, String)> {
    let plan = &account.plan;
    let speed = plan.speed.map_or("as fast as it can".into(), |speed| format!("{speed}x"));
    let drawn = if plan.surprise { "; scenario and seed were drawn, and nobody knew them" } else { "" };
    let start = Time(plan.start_us);
    let mut facts = vec![
        ("held", plan.held.clone()),
        ("mode", plan.mode.name().into()),
        ("what was right", words::expect(super::outcome::expect(account)).into()),
        ("seed", format!("{}{drawn}", plan.seed)),
        ("pace", format!("{speed} from {} on", clock_of(start))),
        (
            "ended",
            format!(
                "{} ({}){}",
                clock_of(account.ended),
                account.reason,
                if account.text.is_empty() { String::new() } else { format!(": {}", account.text) }
            ),
        ),
    ];
    let people = people_of(account);
    if !people.is_empty() {
        facts.push(("people", people.join(", ")));
    }
    facts
}

/// `alice (operator)`, in order of their first act.
fn people_of(account: &Account) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for deed in &account.deeds {
        let who = deed.role.map_or(deed.who.clone(), |role| {
            if role.name() == deed.who { deed.who.clone() } else { format!("{} ({})", deed.who, role.name()) }
        });
        if !all.contains(&who) {
            all.push(who);
        }
    }
    all
}

/// What was counted from the start of the drill rather than from where it began.
pub fn from_start(score: &Score) -> Option<String> {
    let before: Vec<String> = score.instants.iter().filter(|m| m.before_start).map(|m| m.title()).collect();
    (score.gaps.from_start && !before.is_empty()).then(|| {
        format!(
            "People came in at {}: {} came before that, so the time is counted from there.",
            clock_of(score.start),
            words::list(&before)
        )
    })
}
