//! A drill played again from its record or script, and what it came to.

use crate::account::{Account, Best};
use crate::cast::Cast;
use crate::event::{Event, Moment};
use crate::plan::Plan;
use crate::record::Record;
use crate::role::Caller;
use crate::session::{Ended, News, Session};
use gatecrash_policies::rollout::{Drive, Order};
use gatecrash_policies::time::Time;
use gatecrash_sim::Trial;
use gatecrash_sim::scenario::Fault;

/// How many instants between the first harm and the end are tried for the best decision.
const TRIED: u64 = 8;

/// A drill that was played again.
pub struct Again {
    /// What it came to.
    pub account: Account,
    /// Everything that happened: what a record of it holds.
    pub moments: Vec<Moment>,
}

/// Plays a record again, and sees that all comes out as it says.
///
/// # Errors
/// The line from which on it comes out otherwise, and what that means.
pub fn replay(record: &Record, cast: &Cast) -> Result<Again, String> {
    let again = play(&record.plan, cast, &record.moments, Some(Time(record.reached_us)))?;
    differs(record, &again.moments).map_or(Ok(again), Err)
}

/// Where what was played again is not what a record says: the line, what both say, and what that means.
pub fn differs(record: &Record, played: &[Moment]) -> Option<String> {
    let differs = record.moments.iter().zip(played).position(|(told, played)| told != played);
    let short = (played.len() < record.moments.len()).then_some(played.len());
    let place = differs.or(short)?;
    let (told, played) = (in_words(record.moments.get(place)), in_words(played.get(place)));
    let version = env!("CARGO_PKG_VERSION");
    let who = if record.version == version {
        "the record was altered, or another build of this version made it".to_string()
    } else {
        format!("it was made by gatecrash {}, and this is {version}", record.version)
    };
    Some(format!("line {}: the record says {told}, and played again it is {played}: {who}", place + 2))
}

fn in_words(moment: Option<&Moment>) -> String {
    moment.map_or("nothing".into(), |moment| {
        let event = serde_json::to_string(&moment.event).expect("plain data is JSON");
        format!("`{event}` at {}", Time(moment.t_us))
    })
}

/// Plays a plan with what people did. `reached`: how far to play where it did not end; without it, to its own end.
///
/// # Errors
/// A condition of the plan that is none; without `reached`, something that is done when the drill is over.
pub fn play(plan: &Plan, cast: &Cast, moments: &[Moment], reached: Option<Time>) -> Result<Again, String> {
    let (ended, moments) = play_once(plan, cast, moments, reached)?;
    Ok(Again { account: account(plan, cast, ended), moments })
}

/// The same without what else could have been done: what it came to, and everything that happened.
///
/// # Errors
/// See [`play`].
pub fn play_once(plan: &Plan, cast: &Cast, moments: &[Moment], reached: Option<Time>) -> Result<(Ended, Vec<Moment>), String> {
    let game = cast.game();
    let setup = game.setup(plan.seed);
    let mut session = Session::begin(&game, &setup, &cast.policy, plan)?;
    let mut told = Vec::new();
    for moment in moments {
        repeat(&mut session, moment);
        // Of a record that plays otherwise it is seen where; in a script it is a mistake.
        if let (None, Event::Act { who, act, .. }, Some((at, reason))) = (reached, &moment.event, session.over_before(moment)) {
            let (act, due) = (act.name(), Time(moment.t_us));
            return Err(format!(
                "{act} by {who} at {due}: the drill is over by then ({reason}, at {at}); do it sooner, or leave it out"
            ));
        }
        keep(&mut told, session.news());
    }
    session.advance(reached.unwrap_or(Time::MAX));
    keep(&mut told, session.news());
    // A process that was killed has written no end.
    session.end("interrupted", "the record stops here");
    Ok((session.ended(), told))
}

fn keep(told: &mut Vec<Moment>, news: News) {
    told.extend(news.moments);
}

/// Does again what came from outside; the rest follows by itself.
fn repeat(session: &mut Session, moment: &Moment) {
    let caller = |who: &String, role: &Option<crate::role::Role>| Caller { who: who.clone(), role: *role };
    match &moment.event {
        Event::Log { .. } | Event::Check { .. } => {}
        Event::Act { who, role, act, .. } => {
            session.advance(Time(moment.t_us));
            let _ = session.act(&caller(who, role), act);
        }
        Event::Refused { who, role, text } => {
            session.advance(Time(moment.t_us));
            session.refused(&caller(who, role), text);
        }
        Event::End { reason, text } => {
            session.advance(Time(moment.t_us));
            session.end(reason, text);
        }
    }
}

/// What an ended session came to, beside what the policy alone and the best decision would have.
pub fn account(plan: &Plan, cast: &Cast, ended: Ended) -> Account {
    let Ended { trial, over: (at, reason, text), deeds, steps, runs, due, proposals, log, injected } = ended;
    let automatic = alone(plan, cast, &injected, Decision::ByPolicy);
    let best = best(plan, cast, &injected, trial.instants.decided.unwrap_or(trial.stopped));
    Account {
        scenario: cast.scenario.clone(),
        policy: cast.policy.clone(),
        plan: plan.clone(),
        ended: at,
        reason,
        text,
        trial,
        automatic,
        best,
        deeds,
        steps,
        due,
        runs,
        proposals,
        lines: log,
    }
}

/// Who decides to roll back where nobody is there.
#[derive(Clone, Copy, Debug)]
enum Decision {
    ByPolicy,
    At(Time),
    Never,
}

/// The same world with the same faults put in, and nobody there.
fn alone(plan: &Plan, cast: &Cast, injected: &[(Time, Fault)], decision: Decision) -> Trial {
    let game = cast.game();
    let setup = game.setup(plan.seed);
    let mut live = game.live(&setup, plan.seed);
    live.drive(if matches!(decision, Decision::ByPolicy) { Drive::Policy } else { Drive::Forward });
    let turn = match decision {
        Decision::At(at) => Some((at, None)),
        _ => None,
    };
    let mut todo: Vec<(Time, Option<&Fault>)> = injected.iter().map(|(at, fault)| (*at, Some(fault))).chain(turn).collect();
    todo.sort_by_key(|(at, _)| *at);
    for (at, fault) in todo {
        live.advance(at);
        match fault {
            Some(fault) => live.inject(fault.clone()).expect("it was put in before"),
            None => {
                live.drive(Drive::Policy);
                // It may have finished before.
                let _ = live.order(Order::Rollback);
            }
        }
    }
    live.advance(Time::MAX);
    live.trial()
}

/// The decision instant that would have left the least harm: never, at the first harm, when telemetry first showed it, and some
/// moments between the first harm and `last`. Of equals the one that decides least, then the earliest.
fn best(plan: &Plan, cast: &Cast, injected: &[(Time, Fault)], last: Time) -> Best {
    let never = alone(plan, cast, injected, Decision::Never);
    let (harmed, shown) = (never.instants.harmed, never.instants.shown);
    let mut tried = vec![(None, never.harmed)];
    let mut best = (None, never);
    let between = harmed.into_iter().flat_map(|from| {
        let span = last.since(from).0;
        (1..=TRIED).map(move |i| Time(from.0 + span * i / TRIED))
    });
    let mut instants: Vec<Time> = harmed.into_iter().chain(shown).chain(between).collect();
    instants.sort_unstable();
    instants.dedup();
    for at in instants {
        let trial = alone(plan, cast, injected, Decision::At(at));
        tried.push((Some(at), trial.harmed));
        if trial.harmed < best.1.harmed {
            best = (Some(at), trial);
        }
    }
    Best { decided: best.0, trial: best.1, tried }
}
