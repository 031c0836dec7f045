//! The wall clock, and how simulated time follows it.

use gatecrash_policies::time::{Span, Time};
use std::time::{Duration, Instant};

/// How simulated time runs.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// At this moment of the wall clock it was that simulated time.
    since: (Instant, Time),
    speed: Option<f64>,
    paused: bool,
    /// Stands still again from here on.
    until: Option<Time>,
}

impl Pace {
    /// From now on.
    pub fn new(now: Instant, at: Time, speed: Option<f64>, paused: bool) -> Pace {
        Pace { since: (now, at), speed, paused, until: None }
    }

    /// Where simulated time should be.
    pub fn target(&self, now: Instant) -> Time {
        let (since, at) = self.since;
        let most = self.until.unwrap_or(Time::MAX);
        match (self.paused, self.speed) {
            (true, _) => at,
            // A single step is played at once.
            (false, None) => most,
            _ if self.until.is_some() => most,
            (false, Some(speed)) => at + Span::from_secs_f64(now.saturating_duration_since(since).as_secs_f64() * speed),
        }
    }

    /// How far simulated time lags behind, in simulated seconds.
    pub fn behind(&self, now: Instant, at: Time) -> f64 {
        if self.speed.is_none() || self.until.is_some() {
            return 0.0;
        }
        self.target(now).since(at).seconds()
    }

    /// Another speed from now on; a clock that stood still goes on.
    pub fn set_speed(&mut self, now: Instant, at: Time, speed: Option<f64>) {
        *self = Pace { since: (now, at), speed, paused: false, until: None };
    }

    /// Stands still, or goes on.
    pub fn pause(&mut self, now: Instant, at: Time, paused: bool) {
        *self = Pace { since: (now, at), paused, until: None, ..*self };
    }

    /// Plays so much at once, and stands still.
    pub fn step(&mut self, now: Instant, at: Time, step: Span) {
        *self = Pace { since: (now, at), paused: false, until: Some(at + step), ..*self };
    }

    /// Stands still where a single step has come to its end.
    pub fn arrive(&mut self, now: Instant, at: Time) {
        if self.until.is_some_and(|until| at >= until) {
            self.pause(now, at, true);
        }
    }

    /// Simulated seconds a second; `None` is as fast as it can.
    pub fn speed(&self) -> Option<f64> {
        self.speed
    }

    /// Whether it stands still.
    pub fn is_paused(&self) -> bool {
        self.paused
    }

    /// Whether it goes as fast as it can.
    pub fn is_flat_out(&self) -> bool {
        !self.paused && (self.speed.is_none() || self.until.is_some())
    }
}

/// How long the engine may wait for somebody before it looks at the clock again.
pub const BEAT: Duration = Duration::from_millis(100);

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "any moment will do")]
mod tests {
    use super::*;

    #[test]
    fn simulated_time_follows_the_clock() {
        let t0 = Instant::now();
        let after = |seconds: u64| t0 + Duration::from_secs(seconds);
        let at = |seconds: u64| Time(seconds * 1_000_000);
        let mut pace = Pace::new(t0, at(100), Some(60.0), false);
        assert_eq!(pace.target(after(2)), at(220));
        assert_eq!(pace.behind(after(2), at(200)), 20.0);
        pace.pause(after(2), at(220), true);
        assert_eq!(pace.target(after(9)), at(220), "it stands still");
        pace.step(after(9), at(220), Span::from_secs(60));
        assert_eq!(pace.target(after(9)), at(280), "at once");
        pace.arrive(after(9), at(279));
        assert!(!pace.is_paused());
        pace.arrive(after(9), at(280));
        assert!(pace.is_paused());
        pace.set_speed(after(10), at(280), Some(1.0));
        assert_eq!(pace.target(after(15)), at(285));
        pace.set_speed(after(15), at(285), None);
        assert_eq!(pace.target(after(15)), Time::MAX);
    }
}
