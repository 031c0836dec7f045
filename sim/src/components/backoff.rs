//! How long callers, writers and clients wait before they try again.

use crate::dice::Stream;
use crate::scenario::Backoff;
use gatecrash_policies::time::Span;

/// The wait before the attempt after attempt `n` (0 is the first).
pub fn backoff(backoff: &Backoff, n: u16, stream: &mut Stream) -> Span {
    let window = |base: Span, cap: Span| cap.min(Span(base.0.saturating_mul(1u64.checked_shl(u32::from(n)).unwrap_or(u64::MAX))));
    let part = |window: Span, stream: &mut Stream| Span(stream.below(window.0.saturating_add(1)));
    match *backoff {
        Backoff::None => Span::ZERO,
        Backoff::Constant(wait) => wait,
        Backoff::Uniform(window) => part(window, stream),
        Backoff::Exponential { base, cap } => window(base, cap),
        Backoff::FullJitter { base, cap } => part(window(base, cap), stream),
        Backoff::EqualJitter { base, cap } => {
            let half = Span(window(base, cap).0 / 2);
            half + part(half, stream)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::{Dice, Purpose};

    #[test]
    fn backoff_grows_and_is_capped() {
        let stream = &mut Dice::new(1).stream(Purpose::Backoff, 0, 0);
        let (base, cap) = (Span(100), Span(1_000));
        let exponential: Vec<u64> = (0..6).map(|n| backoff(&Backoff::Exponential { base, cap }, n, stream).0).collect();
        assert_eq!(exponential, [100, 200, 400, 800, 1_000, 1_000]);
        for n in 0..200 {
            let full = backoff(&Backoff::FullJitter { base, cap }, n % 10, stream);
            assert!(full <= Span(100u64 << (n % 10).min(4)).min(cap));
            let equal = backoff(&Backoff::EqualJitter { base, cap }, 9, stream);
            assert!((Span(500)..=cap).contains(&equal));
        }
    }
}
