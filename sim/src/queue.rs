//! What happens next: a total order by time, and first in, first out at the same time.

mod wheel;

use gatecrash_policies::time::Time;
use wheel::Wheel;

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
    event: Event,
}

/// As many are kept in order at most. Measured: with 64 or more, 64 pending take half as long again; 32 are no better.
const NEAR_MAX: usize = 48;

/// The pending events: the next few in a sorted list, all that is due from a horizon on in a wheel. With few pending the wheel stays
/// empty.
///
/// Whatever is planned for one time is in the list or in one slot of the wheel, in order of insertion: nothing is numbered. Cancelled
/// events stay until they are due; whoever gets one compares generations and ignores it.
#[derive(Clone, Debug)]
pub struct Queue {
    /// All that is due before the horizon, the soonest last.
    near: Vec<Entry>,
    horizon: Time,
    far: Wheel,
}

impl Default for Queue {
    fn default() -> Queue {
        Queue { near: Vec::new(), horizon: Time::MAX, far: Wheel::default() }
    }
}

impl Queue {
    /// Plans `event` for `at`, after all that is planned for the same time already. What was asked for with `pop` is past: nothing is
    /// planned before it.
    #[inline]
    pub fn push(&mut self, at: Time, event: Event) {
        if at < self.horizon && self.near.len() >= NEAR_MAX {
            self.make_room();
        }
        let entry = Entry { at, event };
        if at < self.horizon { insert(&mut self.near, entry) } else { self.far.insert(entry) }
    }

    /// The next event, if it is due at or before `until`.
    #[inline]
    pub fn pop(&mut self, until: Time) -> Option<(Time, Event)> {
        if self.near.is_empty()
            && let Some(horizon) = self.far.take_next(until, &mut self.near)
        {
            self.horizon = horizon;
        }
        let next = self.near.pop_if(|entry| entry.at <= until)?;
        Some((next.at, next.event))
    }

    /// The later half of the list goes to the wheel.
    #[cold]
    fn make_room(&mut self) {
        self.horizon = self.near[self.near.len() / 2].at;
        let far = self.near.partition_point(|entry| entry.at >= self.horizon);
        for entry in self.near.drain(..far).rev() {
            self.far.insert(entry);
        }
    }

    /// How many events are pending, stale ones included.
    pub fn len(&self) -> usize {
        self.near.len() + self.far.len()
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Puts an entry where it belongs in a short list with the soonest last: before all others of its time.
fn insert(near: &mut Vec<Entry>, entry: Entry) {
    near.push(entry);
    let list = near.as_mut_slice();
    let mut place = list.len() - 1;
    while place > 0 && list[place - 1].at <= entry.at {
        list[place] = list[place - 1];
        place -= 1;
    }
    list[place] = entry;
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_comes_at_the_last_moment_comes_in_order_too() {
        let mut queue = Queue::default();
        let times = (0..200).map(|i| if i % 3 == 0 { u64::MAX } else { u64::MAX - i % 7 });
        let mut expected: Vec<_> = times.clone().zip(0u32..).collect();
        times.zip(0..).for_each(|(at, slot)| queue.push(Time(at), Event::Session { slot }));
        expected.sort();
        assert_eq!(std::iter::from_fn(|| queue.pop(Time::MAX)).map(slot_of).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn looking_ahead_moves_nothing() {
        let mut queue = Queue::default();
        let times = || (0..100u64).chain(10_000..10_100);
        let event = |at| Event::Session { slot: at as u32 };
        times().for_each(|at| queue.push(Time(at), event(at)));
        times().take(100).for_each(|at| assert_eq!(queue.pop(Time::MAX), Some((Time(at), event(at)))));
        assert_eq!(queue.pop(Time(200)), None);
        (200..300).for_each(|at| queue.push(Time(at), event(at)));
        (200..300).chain(10_000..10_100).for_each(|at| assert_eq!(queue.pop(Time::MAX), Some((Time(at), event(at)))));
    }

    #[test]
    fn an_entry_stays_small() {
        assert_eq!((size_of::<Event>(), size_of::<Entry>()), (12, 24));
    }

    fn slot_of((at, event): (Time, Event)) -> (u64, u32) {
        match event {
            Event::Session { slot } => (at.0, slot),
            _ => unreachable!("only sessions went in"),
        }
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
            let popped: Vec<_> = std::iter::from_fn(|| queue.pop(Time::MAX)).map(slot_of).collect();
            prop_assert_eq!(popped, expected);
        }

        #[test]
        fn pushing_and_popping_is_a_sorted_list(steps in proptest::collection::vec((0u32..40, 0u64..64, 0usize..4), 0..400),
                                                few in 1usize..4) {
            let mut queue = Queue::default();
            let mut list = std::collections::BTreeMap::new();
            let mut now = 0;
            for (slot, (scale, digits, pops)) in steps.into_iter().enumerate() {
                let at = now + (digits << scale);
                queue.push(Time(at), Event::Session { slot: slot as u32 });
                list.insert((at, slot as u32), ());
                let until = now + (1u64 << (scale / 2)) * pops as u64;
                for _ in 0..pops.min(few) {
                    let expected = list.first_key_value().map(|(key, ())| *key).filter(|(at, _)| *at <= until);
                    let popped = queue.pop(Time(until)).map(slot_of);
                    prop_assert_eq!(popped, expected);
                    now = popped.map_or(until, |(at, _)| at);
                    if let Some(key) = expected {
                        list.remove(&key);
                    }
                }
                prop_assert_eq!(queue.len(), list.len());
            }
            let mut clone = queue.clone();
            let expected: Vec<_> = list.into_keys().collect();
            for queue in [&mut queue, &mut clone] {
                let left: Vec<_> = std::iter::from_fn(|| queue.pop(Time::MAX)).map(slot_of).collect();
                prop_assert_eq!(&left, &expected);
            }
        }

        #[test]
        fn holding_is_a_sorted_list(delays in proptest::collection::vec(0u64..9_000, 600), pending in 1usize..300, step in 1u64..99) {
            let mut queue = Queue::default();
            let mut list = std::collections::BTreeSet::new();
            let (mut now, mut until) = (0, 0);
            for (slot, delay) in delays.into_iter().enumerate() {
                queue.push(Time(now + delay), Event::Session { slot: slot as u32 });
                list.insert((now + delay, slot as u32));
                while list.len() > pending {
                    until += step;
                    now = until;
                    if let Some(popped) = queue.pop(Time(until)).map(slot_of) {
                        prop_assert_eq!(Some(popped), list.pop_first());
                        now = popped.0;
                        until = now;
                    }
                    prop_assert!(list.first().is_none_or(|(at, _)| *at >= now));
                }
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
