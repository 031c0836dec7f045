//! Acts that came twice.

use std::collections::{BTreeSet, VecDeque};

/// So many ids are remembered.
const IDS_MAX: usize = 10_000;

/// The ids of the latest acts.
#[derive(Debug, Default)]
pub struct Replayed {
    known: BTreeSet<String>,
    order: VecDeque<String>,
}

impl Replayed {
    /// Whether an act of this id is new; from now on it is not.
    pub fn is_new(&mut self, id: &str) -> bool {
        if !self.known.insert(id.to_string()) {
            return false;
        }
        self.order.push_back(id.to_string());
        if self.order.len() > IDS_MAX {
            self.order.pop_front().map(|old| self.known.remove(&old));
        }
        true
    }

    /// The act of this id did not reach the drill: it may come again.
    pub fn forget(&mut self, id: &str) {
        self.known.remove(id);
        self.order.retain(|known| known != id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_ids_are_remembered() {
        let mut replayed = Replayed::default();
        assert!(replayed.is_new("a") && !replayed.is_new("a") && replayed.is_new("b"));
        replayed.forget("a");
        assert!(replayed.is_new("a"));
        assert!((0..IDS_MAX).all(|n| replayed.is_new(&n.to_string())));
        assert!(!replayed.is_new("0") && replayed.is_new("a"), "only the latest");
        assert_eq!((replayed.known.len(), replayed.order.len()), (IDS_MAX, IDS_MAX));
    }
}
