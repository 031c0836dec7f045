//! This crate links plotters, which turns on features of num-traits in everything that shares it. No draw may move.

use gatecrash_sim::dice::golden;

#[test]
fn plotters_changes_no_draw() {
    assert_eq!(golden::draws(), golden::DRAWS);
}
