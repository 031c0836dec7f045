//! Rules together: all of them, any of them, k of n.

use super::entry::whole;
use super::{Alpha, Entry, Judge, Look, Note, Of, State, Wants};
use crate::fit::any_check;
use crate::verdict::Status;

/// See its `about`.
pub const ALL: Entry = Entry {
    name: "all",
    about: "fails when all of its rules fail, passes as soon as one passes",
    alpha: Alpha::Inner,
    missing: "as the rules in it; it holds while none passes and not all fail",
    cost: "the sum of its rules",
    right_for: "background-incident",
    parameters: &[],
    of: Of::Several,
    wants: Wants::NOTHING,
    fits: any_check,
    mistake: |_| None,
    make: |rule| State::Votes(Votes::new(rule.of.len(), rule)),
};

/// See its `about`.
pub const ANY: Entry = Entry {
    name: "any",
    about: "fails as soon as one of its rules fails, passes when all pass",
    right_for: "cancel-latency-spike",
    make: |rule| State::Votes(Votes::new(1, rule)),
    ..ALL
};

/// See its `about`.
pub const K_OF_N: Entry = Entry {
    name: "k_of_n",
    about: "fails when k of its rules fail, passes when k cannot fail any more",
    right_for: "reconnect-storm",
    parameters: &[whole("k", 2, 1, 100, "how many of its rules must fail")],
    mistake: |rule| {
        let n = rule.of.len();
        (rule.whole("k") as usize > n).then(|| format!("`k_of_n` needs 1 <= k <= {n}, the number of its rules"))
    },
    make: |rule| State::Votes(Votes::new(rule.whole("k") as usize, rule)),
    ..ALL
};

/// See [`K_OF_N`], of which [`ALL`] and [`ANY`] are the ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Votes {
    k: usize,
    /// The part of a shared chance of a false alarm that each of the rules may have.
    part: f64,
    of: Vec<State>,
}

impl Votes {
    fn new(k: usize, rule: &super::Rule) -> Votes {
        Votes { k, part: rule.part(), of: rule.of.iter().map(State::new).collect() }
    }
}

impl Judge for Votes {
    fn listen(&mut self, look: &Look) {
        self.of.iter_mut().for_each(|rule| rule.listen(look));
    }

    fn judge(&mut self, look: &Look, note: &mut Note) -> Status {
        let look = Look { alpha: look.alpha.map(|alpha| alpha * self.part), ..*look };
        let (mut fails, mut passes) = (0, 0);
        for rule in &mut self.of {
            let before = note.len();
            match rule.judge(&look, note) {
                Status::Fail => fails += 1,
                Status::Pass => passes += 1,
                _ => {}
            }
            note.set_off(before);
        }
        match () {
            () if fails >= self.k => Status::Fail,
            () if self.of.len() - passes < self.k => Status::Pass,
            () => Status::Inconclusive,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Rule;
    use crate::rules::tests::{said, share, status};

    /// A threshold, and an exact test that forgives chance.
    fn both(name: &str) -> State {
        State::new(&Rule::new(name).made_of(vec![Rule::new("threshold"), Rule::new("exceedance").with("alpha", 0.05)]))
    }

    #[test]
    fn all_any_and_two_of_two() {
        // Of 200, 5 % allowed: 10 are within, 12 are beyond but may be chance, 16 may not.
        let table = [(10, [Status::Pass; 3]), (12, [Status::Pass, Status::Fail, Status::Pass]), (16, [Status::Fail; 3])];
        for (bad, expect) in table {
            let own = ["all", "any", "k_of_n"].map(|name| status(&mut both(name), &share(bad, 200, 0.05)));
            assert_eq!(own, expect, "{bad} of 200");
        }
    }

    #[test]
    fn a_shared_chance_is_divided() {
        let look = Look { alpha: Some(0.08), ..share(16, 200, 0.05) };
        assert_eq!(status(&mut both("any"), &look), Status::Fail);
        let two = vec![Rule::new("exceedance"), Rule::new("exceedance")];
        // p = 0.044: within 0.08, beyond half of it.
        assert_eq!(status(&mut State::new(&Rule::new("any").made_of(two)), &look), Status::Pass);
    }

    #[test]
    fn notes_are_told_apart() {
        let two = vec![Rule::new("exceedance"), Rule::new("zero_tolerance")];
        let (_, note) = said(&mut State::new(&Rule::new("any").made_of(two)), &share(0, 200, 0.05));
        assert_eq!(note, "0 of 200 beyond, p = 1; none of 200: a rate below 1.49% at 95%");
    }
}
