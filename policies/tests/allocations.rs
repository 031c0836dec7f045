//! No rule allocates while it listens and judges.

#[path = "it/looks.rs"]
mod looks;

use allocation_counter::measure;
use gatecrash_policies::rules::{Judge, Note, State};
use looks::{Stage, rules};

/// Scrapes until every memory is full, and as many as are measured after them.
const SCRAPES: u64 = 1_000;
/// Scrapes in a window: so few that tails are exact, and more.
const OVER: [usize; 2] = [8, 30];

#[test]
fn no_rule_allocates_once_it_is_warm() {
    for ((rule, check), over) in rules().iter().flat_map(|both| OVER.map(|over| (both, over))) {
        let (mut state, mut stage) = (State::new(rule), Stage::new(check, over));
        let mut note = Note::with_capacity(4_096);
        for i in 0..2 * SCRAPES {
            let look = stage.scrape([i * 7 % 5, i * 11 % 40]);
            note.clear();
            let count = measure(|| {
                state.listen(&look);
                state.judge(&look, &mut note);
            });
            let allowed = if i < SCRAPES { u64::MAX } else { 0 };
            assert!(count.count_total <= allowed, "{} of {check} allocated {} times at {i}", rule.name(), count.count_total);
        }
    }
}
