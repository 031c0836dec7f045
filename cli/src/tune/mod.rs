//! `tune`: the gate that is worth having.

mod arena;
mod cost;
mod entries;
mod finals;
mod journal;
mod plan;
mod search;
mod take;
mod worth;
mod write;

use crate::Failure;
use crate::args::Tune;
use crate::crew::Crew;
use arena::Arena;
use gatecrash_reports::tune::Advice;
use journal::Journal;
use plan::Plan;

/// Searches, plays the finals and writes what was asked for.
pub fn tune(args: &Tune) -> Result<(), Failure> {
    write::check(args)?;
    let plan = Plan::new(args)?;
    write::check_out(args, &plan)?;
    if plan.trials > args.trials {
        let (trials, asked) = (plan.trials, args.trials);
        crate::output::warn(&format!("{trials} trials instead of {asked}: fewer cannot show what the constraints ask for"));
    }
    let journal = Journal::open(args.journal.as_deref(), plan.digest())?;
    let arena = Arena::new(plan, Crew::new(args.jobs)?, journal);
    arena.crew.expect(search::sets(&arena) + finals::sets(&arena));
    let study = search::search(&arena)?;
    let report = finals::finals(&arena, study)?;
    arena.crew.finish();
    write::write(args, &arena.plan, &report)?;
    arena.close();
    if matches!(report.advice, Advice::Impossible { .. }) { Err(Failure::Unmet) } else { Ok(()) }
}
