//! What happens next: a total order by time, and first in, first out at the same time.

use gatecrash_policies::time::Time;

/// Something that happens in the world. One closed list: the world's loop matches on it, and components on their own codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The next request of the arrival process; stale when the generation is.
    Arrival {
        /// The demand's generation when this was planned.
        generation: u32,
    },
    /// The next request of a session.
    Session {
        /// Which.
        slot: u32,
    },
    /// A burst begins or ends.
    Burst,
    /// Slow things move: wobble, rate curves, ramps, buffers.
    Tick,
    /// Telemetry reads all arms.
    Scrape,
    /// A sample becomes visible.
    SampleArrives {
        /// Its place among the samples under way.
        slot: u32,
    },
    /// A fault begins, ends or pulses.
    FaultEdge {
        /// Which fault.
        fault: u16,
    },
    /// A part of an action is carried out.
    Steer {
        /// Its place among the changes under way.
        change: u32,
    },
    /// A component's own event.
    Component {
        /// Which component.
        id: u8,
        /// What, in the component's own code.
        code: u8,
        /// To which of its things.
        slot: u32,
        /// The thing's generation when this was planned.
        generation: u32,
    },
}

/// The time above, the number of insertions before it below: one comparison orders both.
type Key = u128;

#[derive(Clone, Copy, Debug)]
struct Entry {
    key: Key,
    event: Event,
}

/// The pending events: a heap with four children to a node, which keeps siblings in two cache lines.
///
/// Cancelled events stay until they are due; whoever gets one compares generations and ignores it.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    heap: Vec<Entry>,
    inserted: u64,
}

impl Queue {
    /// Plans `event` for `at`, after all that is planned for the same time already.
    pub fn push(&mut self, at: Time, event: Event) {
        let entry = Entry { key: Key::from(at.0) << 64 | Key::from(self.inserted), event };
        self.inserted += 1;
        self.heap.push(entry);
        self.rise(self.heap.len() - 1, entry);
    }

    /// The next event, if it is due at or before `until`.
    pub fn pop(&mut self, until: Time) -> Option<(Time, Event)> {
        let first = *self.heap.first()?;
        let at = Time((first.key >> 64) as u64);
        if at > until {
            return None;
        }
        let last = self.heap.pop().expect("there is a first");
        if !self.heap.is_empty() {
            let hole = self.sink();
            self.rise(hole, last);
        }
        Some((at, first.event))
    }

    /// Moves the hole at the root down to a leaf. The entry that will fill it came from the bottom and mostly belongs there, so
    /// it is not compared on the way.
    fn sink(&mut self) -> usize {
        let heap = self.heap.as_mut_slice();
        let mut hole = 0;
        while let Some(children) = heap.get(4 * hole + 1..4 * hole + 5) {
            let left = usize::from(children[1].key < children[0].key);
            let right = 2 + usize::from(children[3].key < children[2].key);
            let least = if children[right].key < children[left].key { right } else { left };
            heap[hole] = children[least];
            hole = 4 * hole + 1 + least;
        }
        let first = 4 * hole + 1;
        if let Some(least) = (first..heap.len()).min_by_key(|child| heap[*child].key) {
            heap[hole] = heap[least];
            hole = least;
        }
        hole
    }

    /// Puts `entry` where it belongs between the hole and the root.
    fn rise(&mut self, mut hole: usize, entry: Entry) {
        while hole > 0 {
            let parent = (hole - 1) / 4;
            if entry.key >= self.heap[parent].key {
                break;
            }
            self.heap[hole] = self.heap[parent];
            hole = parent;
        }
        self.heap[hole] = entry;
    }

    /// How many events are pending, stale ones included.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_entry_stays_small() {
        assert_eq!((size_of::<Event>(), size_of::<Entry>()), (12, 32));
    }

    proptest! {
        #[test]
        fn events_come_in_order_of_time_and_then_of_insertion(times in proptest::collection::vec(0u64..20, 0..200)) {
            let mut queue = Queue::default();
            for (slot, &at) in times.iter().enumerate() {
                queue.push(Time(at), Event::Session { slot: slot as u32 });
            }
            let mut expected: Vec<_> = times.iter().enumerate().map(|(slot, &at)| (at, slot as u32)).collect();
            expected.sort();
            let popped: Vec<_> = std::iter::from_fn(|| queue.pop(Time::MAX))
                .map(|(at, event)| match event { Event::Session { slot } => (at.0, slot), _ => unreachable!("only sessions went in") })
                .collect();
            prop_assert_eq!(popped, expected);
        }

        #[test]
        fn pushing_and_popping_is_a_sorted_list(steps in proptest::collection::vec((0u32..40, 0u64..64, 0usize..4), 0..200)) {
            let mut queue = Queue::default();
            let mut list = std::collections::BTreeMap::new();
            let mut now = 0;
            for (slot, (scale, digits, pops)) in steps.into_iter().enumerate() {
                let at = now + (digits << scale);
                queue.push(Time(at), Event::Session { slot: slot as u32 });
                list.insert((at, slot as u32), ());
                let until = now + (1u64 << (scale / 2)) * pops as u64;
                for _ in 0..pops {
                    let expected = list.first_key_value().map(|(key, ())| *key).filter(|(at, _)| *at <= until);
                    let popped = queue.pop(Time(until)).map(|(at, event)| match event {
                        Event::Session { slot } => (at.0, slot),
                        _ => unreachable!("only sessions went in"),
                    });
                    prop_assert_eq!(popped, expected);
                    now = popped.map_or(until, |(at, _)| at);
                    if let Some(key) = expected {
                        list.remove(&key);
                    }
                }
                prop_assert_eq!(queue.len(), list.len());
            }
        }

        #[test]
        fn nothing_comes_before_it_is_due(times in proptest::collection::vec(0u64..20, 0..50), until in 0u64..20) {
            let mut queue = Queue::default();
            for &at in &times {
                queue.push(Time(at), Event::Scrape);
            }
            let due = std::iter::from_fn(|| queue.pop(Time(until))).count();
            prop_assert_eq!(due, times.iter().filter(|&&at| at <= until).count());
            prop_assert_eq!(queue.len(), times.len() - due);
        }
    }
}
