//! How a rollout went through its stages: what gate reports are made of.

use crate::time::Time;
use crate::verdict::Verdict;

/// One stage as the rollout went through it.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    /// Index into `Policy::stages`.
    pub stage: usize,
    /// When it was asked for.
    pub asked: Time,
    /// When it took effect, if it did.
    pub began: Option<Time>,
    /// When it was left, and how; `None` while it lasts.
    pub left: Option<(Time, Left)>,
    /// What its gates said last: (index in the policy, verdict).
    pub verdicts: Vec<(usize, Verdict)>,
    /// When people held a checkpoint in it.
    pub reviews: Vec<Time>,
}

/// How a stage was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// For the next one.
    Advanced,
    /// It was the last one, and its soak is served.
    Finished,
    /// A gate rolled back.
    RolledBack,
    /// A `stop` gate fired.
    Stopped,
}

/// The passage in effect: it began and was not left.
pub(crate) fn opened(passages: &mut [Passage]) -> Option<&mut Passage> {
    passages.iter_mut().rev().find(|p| p.began.is_some() && p.left.is_none())
}

/// The last stage that was asked for took effect: the one before is left for it.
pub(crate) fn begun(passages: &mut [Passage], at: Time) {
    if let Some(before) = opened(passages) {
        before.left = Some((at, Left::Advanced));
    }
    if let Some(passage) = passages.last_mut() {
        passage.began = Some(at);
    }
}

/// The way forward ends: with it the passage in effect, and one that was asked for and never began.
pub(crate) fn closed(passages: &mut [Passage], at: Time, how: Left) {
    passages.iter_mut().filter(|p| p.left.is_none()).for_each(|p| p.left = Some((at, how)));
}
