//! What is due later: slots of time, coarser the further away (a hierarchical timing wheel; Varghese and Lauck 1987).

use super::{Entry, insert};
use gatecrash_policies::time::Time;

/// A level splits a slot of the level above into 2^6: one word tells which are occupied.
const BITS: u32 = 6;

/// A slot with so few entries is sorted at once and not split first.
const SPLIT_ABOVE: usize = 16;

/// A larger slot gives its memory back when it is emptied.
const KEPT_MAX: usize = 4_096;

#[derive(Clone, Debug)]
struct Level {
    /// Bit i: slot i has entries.
    occupied: u64,
    slots: [Vec<Entry>; 1 << BITS],
}

/// Entries by time, those of the same time in order of insertion.
///
/// An entry lies on the level of the highest six bits in which its time differs from the base, in the slot that these bits name. The
/// base moves on from slot to slot, and what is in a slot moves down when the base gets there: so all of one time are always together.
#[derive(Clone, Debug, Default)]
pub(super) struct Wheel {
    /// No entry is due before it.
    base: u64,
    /// The finest first; those that were never needed are not there.
    levels: Vec<Level>,
}

impl Wheel {
    /// Adds an entry, after all others of its time.
    pub(super) fn insert(&mut self, entry: Entry) {
        debug_assert!(entry.at.0 >= self.base, "nothing is planned for the past");
        let level = ((entry.at.0 ^ self.base) | 1).ilog2() / BITS;
        let slot = entry.at.0 >> (BITS * level) & 63;
        while self.levels.len() <= level as usize {
            self.levels.push(Level { occupied: 0, slots: [const { Vec::new() }; 1 << BITS] });
        }
        let level = &mut self.levels[level as usize];
        level.occupied |= 1 << slot;
        level.slots[slot as usize].push(entry);
    }

    /// Moves the entries of the next slot to `near`, which is empty, unless that slot begins after `until`. Everything that is left is
    /// due at or after the time that is returned.
    pub(super) fn take_next(&mut self, until: Time, near: &mut Vec<Entry>) -> Option<Time> {
        loop {
            let index = self.levels.iter().position(|level| level.occupied != 0)?;
            let level = &mut self.levels[index];
            let slot = level.occupied.trailing_zeros();
            let shift = BITS * index as u32;
            let start = (self.base >> shift & !63 | u64::from(slot)) << shift;
            if start > until.0 {
                return None;
            }
            self.base = start;
            level.occupied &= level.occupied - 1;
            let entries = &mut level.slots[slot as usize];
            if index == 0 {
                // All of one time; what is planned for it from now on comes after them.
                near.extend(entries.drain(..).rev());
                return Some(Time(start));
            }
            if entries.len() <= SPLIT_ABOVE {
                entries.drain(..).for_each(|entry| insert(near, entry));
                return Some(Time(start.saturating_add(1 << shift)));
            }
            self.split(index, slot as usize);
        }
    }

    /// Moves the entries of a slot, at which the base has arrived, to the levels below.
    fn split(&mut self, level: usize, slot: usize) {
        let mut entries = std::mem::take(&mut self.levels[level].slots[slot]);
        entries.iter().for_each(|entry| self.insert(*entry));
        if entries.capacity() <= KEPT_MAX {
            entries.clear();
            self.levels[level].slots[slot] = entries;
        }
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.levels.iter().flat_map(|level| &level.slots).map(Vec::len).sum()
    }
}
