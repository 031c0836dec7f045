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

#[derive(Clone, Copy, Debug)]
struct Entry {
    at: Time,
    /// Counts round: of two entries for the same time, the one less than half a turn behind is the older.
    inserted: u32,
    event: Event,
}

impl Entry {
    fn before(&self, other: &Entry) -> bool {
        self.at < other.at || (self.at == other.at && (self.inserted.wrapping_sub(other.inserted) as i32) < 0)
    }
}

/// The pending events: a heap with four children to a node, which keeps siblings in one or two cache lines.
///
/// Cancelled events stay until they are due; whoever gets one compares generations and ignores it.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    heap: Vec<Entry>,
    inserted: u32,
}

impl Queue {
    /// Plans `event` for `at`, after all that is planned for the same time already.
    pub fn push(&mut self, at: Time, event: Event) {
        let entry = Entry { at, inserted: self.inserted, event };
        self.inserted = self.inserted.wrapping_add(1);
        self.heap.push(entry);
        let mut child = self.heap.len() - 1;
        while child > 0 {
            let parent = (child - 1) / 4;
            if !entry.before(&self.heap[parent]) {
                break;
            }
            self.heap[child] = self.heap[parent];
            child = parent;
        }
        self.heap[child] = entry;
    }

    /// The next event, if it is due at or before `until`.
    pub fn pop(&mut self, until: Time) -> Option<(Time, Event)> {
        let first = *self.heap.first()?;
        if first.at > until {
            return None;
        }
        let last = self.heap.pop().expect("there is a first");
        if !self.heap.is_empty() {
            self.sink(last);
        }
        Some((first.at, first.event))
    }

    /// Puts `entry` where the root was.
    fn sink(&mut self, entry: Entry) {
        let mut parent = 0;
        loop {
            let first = 4 * parent + 1;
            if first >= self.heap.len() {
                break;
            }
            let end = (first + 4).min(self.heap.len());
            let mut least = first;
            for child in first + 1..end {
                if self.heap[child].before(&self.heap[least]) {
                    least = child;
                }
            }
            if !self.heap[least].before(&entry) {
                break;
            }
            self.heap[parent] = self.heap[least];
            parent = least;
        }
        self.heap[parent] = entry;
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
        assert_eq!((size_of::<Event>(), size_of::<Entry>()), (12, 24));
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
