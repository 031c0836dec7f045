//! Every combination of the values of some dials, each a policy.

use super::amount::Amount;
use super::dial::Dial;
use super::plan::Plan;
use crate::error::{Error, Problem};
use crate::load::{Loaded, loaded};
use crate::policy;
use crate::read::shortened;
use crate::source::Source;
use crate::yaml::Node;
use gatecrash_policies::policy::Policy;
use std::sync::Arc;

/// The combinations of the values of all dials. They are numbered from 0; the last dial turns fastest.
#[derive(Clone, Debug)]
pub struct Grid {
    pub(super) base: Loaded<Policy>,
    pub(super) dials: Vec<Dial>,
    /// In which order values are put in: what covers another comes first.
    pub(super) order: Vec<usize>,
    /// What the dials are called in messages.
    pub(super) arguments: Arc<[String]>,
    current: Option<u128>,
}

impl Grid {
    /// The grid of these `PATH=VALUES`. Whatever is wrong with one of them is an error that names it, before anything is played;
    /// so is a value that the reader of policies refuses whatever the values of the others are (of ranges, both ends are tried).
    pub fn new(policy: &Loaded<Policy>, arguments: &[impl AsRef<str>]) -> Result<Grid, Error> {
        let mut plan = Plan::new(policy, arguments.iter().map(|a| a.as_ref().to_string()).collect());
        plan.read_arguments()?;
        plan.finish()
    }

    pub(super) fn of(base: Loaded<Policy>, dials: Vec<Dial>, order: Vec<usize>) -> Grid {
        let arguments = dials.iter().map(|dial| dial.argument.clone()).collect();
        let mut grid = Grid { base, dials, order, arguments, current: None };
        grid.current = grid.find_current();
        grid
    }

    /// The dials, in the order in which they were given.
    pub fn dials(&self) -> &[Dial] {
        &self.dials
    }

    /// How many combinations there are; `u128::MAX` also stands for more.
    pub fn count(&self) -> u128 {
        self.dials.iter().fold(1, |all: u128, dial| all.saturating_mul(dial.count() as u128))
    }

    /// Which combination is the policy as it is written, if its values are among those given. What is compared is what they mean:
    /// `60m` is `1h`, and what is usual need not be written.
    pub fn current(&self) -> Option<u128> {
        self.current
    }

    /// The values of a combination, in the order of the dials.
    pub fn values(&self, index: u128) -> Vec<&str> {
        let picks = self.picks(index);
        self.dials.iter().zip(picks).map(|(dial, pick)| dial.choices.all[pick].text.as_str()).collect()
    }

    /// The paths and values of a combination, as [`super::edited`] takes them.
    pub fn changes(&self, index: u128) -> Vec<(&str, &str)> {
        self.dials.iter().map(Dial::path).zip(self.values(index)).collect()
    }

    /// The policy of a combination, as if its file said so: with all that the reader says of it, and what it says of values
    /// points at the arguments.
    pub fn policy(&self, index: u128) -> Result<Loaded<Policy>, Error> {
        self.of_picks(&self.picks(index))
    }

    fn of_picks(&self, picks: &[usize]) -> Result<Loaded<Policy>, Error> {
        let mut tree = self.base.source.tree.clone();
        for &dial in &self.order {
            let put = self.dials[dial].put(&mut tree, picks[dial]);
            put.map_err(|message| self.told(Problem { at: Some(super::dial::place(dial)), message }, picks))?;
        }
        read(&self.base, tree, &self.arguments).map_err(|problem| self.told(problem, picks))
    }

    /// Which value each dial has.
    fn picks(&self, index: u128) -> Vec<usize> {
        let mut rest = index;
        let mut picks: Vec<usize> = (self.dials.iter().rev())
            .map(|dial| {
                let pick = rest % dial.count() as u128;
                rest /= dial.count() as u128;
                pick as usize
            })
            .collect();
        picks.reverse();
        picks
    }

    fn index(&self, picks: &[usize]) -> Option<u128> {
        let place = |all: u128, (dial, pick): (&Dial, &usize)| all.checked_mul(dial.count() as u128)?.checked_add(*pick as u128);
        self.dials.iter().zip(picks).try_fold(0, place)
    }

    /// The problem as an error of the argument that it is in, or of the file together with these values.
    pub(super) fn told(&self, problem: Problem, picks: &[usize]) -> Error {
        let value = |n: usize| shortened(&self.dials[n].choices.all[picks[n]].text);
        let error = |problem| Source { arguments: self.arguments.clone(), ..(*self.base.source).clone() }.error(problem);
        match problem.at.and_then(crate::error::Spot::argument) {
            Some(n) if !problem.message.contains(&format!("`{}`", value(n))) => {
                error(Problem { message: format!("with `{}`: {}", value(n), problem.message), ..problem })
            }
            Some(_) => error(problem),
            None => {
                let values: Vec<String> = (0..self.dials.len()).map(|n| format!("{}={}", self.dials[n].path, value(n))).collect();
                error(Problem { message: format!("{} (with {})", problem.message, values.join(", ")), ..problem })
            }
        }
    }

    /// Whether a value can be read together with the first or the last values of all other dials.
    pub(super) fn allows(&self, dial: usize, pick: usize) -> bool {
        let ends = [|_: &Dial| 0, |dial: &Dial| dial.count() - 1];
        ends.into_iter().any(|end| {
            let mut picks: Vec<usize> = self.dials.iter().map(end).collect();
            picks[dial] = pick;
            self.of_picks(&picks).is_ok()
        })
    }

    /// The combination that is the policy itself.
    fn find_current(&self) -> Option<u128> {
        let likely: Vec<Vec<usize>> = self.dials.iter().map(|dial| self.likely(dial)).collect();
        let mut tried = vec![0; likely.len()];
        if likely.iter().any(Vec::is_empty) {
            return None;
        }
        loop {
            let picks: Vec<usize> = likely.iter().zip(&tried).map(|(list, at)| list[*at]).collect();
            if self.of_picks(&picks).is_ok_and(|candidate| candidate.value == self.base.value) {
                return self.index(&picks);
            }
            let turned = (0..likely.len()).rev().find(|n| tried[*n] + 1 < likely[*n].len())?;
            tried[turned] += 1;
            tried[turned + 1..].fill(0);
        }
    }

    /// The values of a dial that may be what is written: those of the same amount, or by themselves the same policy.
    fn likely(&self, dial: &Dial) -> Vec<usize> {
        let amount =
            |text: &str| Amount::read(text).and_then(Amount::meaning).map(|(form, _, number, below)| (form, number, below));
        let all = 0..dial.count();
        match dial.written().and_then(amount) {
            Some(there) => all.filter(|i| amount(&dial.choices.all[*i].text) == Some(there)).collect(),
            None if dial.choices.range => Vec::new(),
            None if self.stands_alone(dial) => all.filter(|i| self.is_current(dial, *i)).collect(),
            None => all.collect(),
        }
    }

    fn stands_alone(&self, dial: &Dial) -> bool {
        !self.dials.iter().any(|other| other.covers(&dial.path, Some(&dial.key)) || dial.covers(&other.path, Some(&other.key)))
    }

    fn is_current(&self, dial: &Dial, pick: usize) -> bool {
        let mut tree = self.base.source.tree.clone();
        let put = dial.put(&mut tree, pick);
        put.is_ok() && read(&self.base, tree, &self.arguments).is_ok_and(|policy| policy.value == self.base.value)
    }
}

/// Reads a tree as that of the policy's file.
pub(super) fn read(base: &Loaded<Policy>, tree: Node, arguments: &Arc<[String]>) -> Result<Loaded<Policy>, Problem> {
    let source = Source { tree, arguments: arguments.clone(), ..(*base.source).clone() };
    let mut warnings = Vec::new();
    let value = policy::read(&source.tree, &source, &mut warnings)?;
    Ok(loaded(value, base.file.clone(), None, warnings, source))
}
