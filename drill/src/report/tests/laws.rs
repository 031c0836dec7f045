//! What holds of every drill.

use crate::report::chain;
use crate::report::moments::Moment;
use crate::report::pace::Pace;
use gatecrash_policies::time::{Span, Time};
use proptest::collection::vec;
use proptest::prelude::*;

const NAMES: [&str; 9] =
    ["harmed", "shown", "noticed", "acknowledged", "decided", "first_right_action", "withdrawn", "clear", "validated"];

proptest! {
    /// Gaps are never negative (a span cannot be; so they follow one another without overlapping), and sum up to the whole.
    #[test]
    fn parts_follow_one_another_and_sum_up(
        at in vec(prop::option::of(0u64..10_000), 9), start in 0u64..5_000, end in 5_000u64..11_000, breach: bool,
        paces in vec((0u64..10_000, prop::option::of(1u32..100)), 0..5),
    ) {
        let second = |s: u64| Time(s * 1_000_000);
        let moment = |(name, at): (&'static str, Option<u64>)| Moment { name, at: at.map(second), who: None, before_start: false };
        let moments: Vec<Moment> = NAMES.into_iter().zip(at).map(moment).collect();
        let mut paces: Vec<(Time, Option<f64>)> = paces.into_iter().map(|(at, speed)| (second(at), speed.map(f64::from))).collect();
        paces.push((Time::ZERO, Some(60.0)));
        paces.sort_by_key(|(at, _)| *at);
        let chain = chain::of(&moments, breach, (second(start), second(end)), &Pace::made_of(paces));
        let sum = chain.parts.iter().fold(Span::ZERO, |sum, part| sum + part.length);
        prop_assert_eq!(sum, chain.length);
        prop_assert!(chain.parts.windows(2).all(|w| w[0].ended == w[1].began));
        prop_assert!(chain.parts.iter().all(|p| p.began <= p.ended && p.ended.since(p.began) == p.length && p.began >= second(start)));
        let own: Option<f64> = chain.parts.iter().map(|part| part.people_s).sum();
        prop_assert_eq!(own.is_some(), chain.people_s.is_some());
        prop_assert!((own.unwrap_or(0.0) - chain.people_s.unwrap_or(0.0)).abs() < 1e-6);
    }
}
