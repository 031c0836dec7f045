//! Reviews of a stage: when people are asked to look, and whether they have.

use crate::controller::View;
use crate::policy::Review;
use crate::time::{Span, Time};

/// The reviews of the stage in effect.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Checkpoints {
    /// When the stage took effect, or people last looked.
    last: Time,
    /// The action with which they were asked, until they have looked.
    asked: Option<usize>,
    /// Whether they have looked since the soak was served.
    after_soak: bool,
}

impl Checkpoints {
    /// Of a stage that took effect `at`.
    pub fn since(at: Time) -> Checkpoints {
        Checkpoints { last: at, ..Checkpoints::default() }
    }

    /// Whether people were asked and have not looked.
    pub fn under_way(&self) -> bool {
        self.asked.is_some()
    }

    /// The n-th action asks them to look.
    pub fn ask(&mut self, action: usize) {
        self.asked = Some(action);
    }

    /// When they looked, in the round that learns of it.
    pub fn held(&mut self, view: &View, served: bool) -> Option<Time> {
        let at = view.done.get(self.asked?).copied().flatten()?;
        *self = Checkpoints { last: at, asked: None, after_soak: self.after_soak || served };
        Some(at)
    }

    /// Whether it is time to ask: again, or, when all else is `ready`, once before the next stage. One review does for both.
    pub fn is_due(&self, review: &Review, now: Time, ready: bool) -> bool {
        let again = review.every.is_some_and(|every| every > Span::ZERO && now.since(self.last) >= every);
        !self.under_way() && (again || (review.before_next && ready && !self.after_soak))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Calendar;

    #[test]
    fn one_review_does_for_both_reasons() {
        let review = Review { every: Some(Span(100)), before_next: true, by: String::new() };
        let view =
            |now, done| View { now: Time(now), arrived: &[], before: 0, done, claims: None, calendar: Calendar::default() };
        let mut points = Checkpoints::since(Time(50));
        assert!(!points.is_due(&review, Time(149), false));
        assert!(points.is_due(&review, Time(150), true) && points.is_due(&review, Time(149), true));
        points.ask(0);
        assert_eq!(points.held(&view(160, &[None]), true), None);
        assert!(!points.is_due(&review, Time(400), true), "asked already");
        assert_eq!(points.held(&view(170, &[Some(Time(165))]), true), Some(Time(165)));
        assert!(!points.is_due(&review, Time(170), true), "they have just looked");
        assert!(points.is_due(&review, Time(265), false));
    }
}
