//! When people come in: at a time, or so long before the fault.

use crate::cast::Cast;
use gatecrash_policies::rollout::Drive;
use gatecrash_policies::time::{Span, Time};
use gatecrash_policies::units;
use gatecrash_sim::dice::{Dice, Purpose};

/// `--start` as people write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// At this time of the rollout.
    At(Time),
    /// So long before the first fault begins: `fault-10m`.
    Before(Span),
    /// So long after it: `fault+5m`.
    After(Span),
}

impl Start {
    /// Reads `35m`, `fault`, `fault-10m` or `fault+5m`.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn read(text: &str) -> Result<Start, String> {
        let how = "a start is a time of the rollout like 35m, or fault-10m";
        let span = |text: &str| units::span(text.trim()).map_err(|error| format!("`{text}`: {error}; {how}"));
        match text.strip_prefix("fault") {
            None => span(text).map(|span| Start::At(Time::ZERO + span)),
            Some("") => Ok(Start::Before(Span::ZERO)),
            Some(rest) => match (rest.strip_prefix('-'), rest.strip_prefix('+')) {
                (Some(before), _) => span(before).map(Start::Before),
                (_, Some(after)) => span(after).map(Start::After),
                _ => Err(format!("`{text}`: {how}")),
            },
        }
    }

    /// The time that it means for this seed. Where no fault ever begins it is a moment that says nothing: drawn between a tenth and
    /// four tenths of the rollout.
    pub fn time(self, cast: &Cast, seed: u64) -> Time {
        let fault = match self {
            Start::At(at) => return at,
            Start::Before(span) | Start::After(span) => (first_fault(cast, seed), span),
        };
        match (self, fault) {
            (_, (Err(end), _)) => {
                let share = 0.1 + 0.3 * Dice::new(seed).unit(Purpose::Drill, 0, 0);
                Time((end.0 as f64 * share) as u64)
            }
            (Start::After(_), (Ok(began), span)) => began + span,
            (_, (Ok(began), span)) => Time(began.0.saturating_sub(span.0)),
        }
    }
}

/// When the first fault begins in a rollout that goes forward and that nobody turns back; or when such a rollout ends without one.
fn first_fault(cast: &Cast, seed: u64) -> Result<Time, Time> {
    let game = cast.game();
    let setup = game.setup(seed);
    let mut live = game.live(&setup, seed);
    live.drive(Drive::Forward);
    loop {
        let began = live.faults().filter_map(|(_, began)| began).min();
        match (began, live.ending()) {
            (Some(began), _) => return Ok(began),
            (None, Some(_)) => return Err(live.now()),
            (None, None) => live.advance(live.now() + Span::from_secs(60)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_is_read() {
        assert_eq!(Start::read("35m"), Ok(Start::At(Time(35 * 60_000_000))));
        assert_eq!(Start::read("fault-10m"), Ok(Start::Before(Span::from_secs(600))));
        assert_eq!(Start::read("fault+5m"), Ok(Start::After(Span::from_secs(300))));
        assert_eq!(Start::read("fault"), Ok(Start::Before(Span::ZERO)));
        for wrong in ["fault10m", "fault-", "soon", ""] {
            assert!(Start::read(wrong).unwrap_err().contains("fault-10m"), "{wrong}");
        }
    }

    #[test]
    fn before_the_fault_is_before_the_fault() {
        let cast = Cast::load("cancel-latency-spike", Some("careful"), &[]).unwrap();
        let fault = Start::read("fault").unwrap().time(&cast, 3);
        assert!(fault > Time::ZERO);
        let before = Start::read("fault-2m").unwrap().time(&cast, 3);
        assert_eq!(fault.since(before), Span::from_secs(120));
        let healthy = Cast::load("healthy-day", Some("careful"), &[]).unwrap();
        let somewhere = Start::read("fault-10m").unwrap().time(&healthy, 3);
        assert!(somewhere > Time::ZERO, "it is not given away by beginning at the beginning");
    }
}
