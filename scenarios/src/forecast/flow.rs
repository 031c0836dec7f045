//! Expected numbers of events, as sums of what brings them about.

use std::ops::{Add, Mul};

/// How many events of a signal an arm has on average, by what brings them about.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Flow {
    /// Per request of the traffic.
    pub request: f64,
    /// Per copy of a request that a shadow canary is sent.
    pub copy: f64,
    /// Per second and subject.
    pub subject: f64,
    /// Per second, whoever is there.
    pub second: f64,
    /// Per subject that has come to the arm.
    pub mover: f64,
}

/// What an arm had of these in a stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Load {
    /// Requests of the traffic.
    pub requests: f64,
    /// Copies of requests.
    pub copies: f64,
    /// Subjects x seconds.
    pub subject_seconds: f64,
    /// Seconds in which it existed.
    pub seconds: f64,
    /// Subjects that came to it.
    pub movers: f64,
}

impl Flow {
    /// So many per request of the traffic, and per copy of one.
    pub fn per_request(events: f64) -> Flow {
        Flow { request: events, copy: events, ..Flow::default() }
    }

    /// The same of what follows: what is done with a copy goes no further.
    pub fn without_copies(self) -> Flow {
        Flow { copy: 0.0, ..self }
    }

    /// Expected events under a load.
    pub fn over(&self, load: &Load) -> f64 {
        self.request * load.requests
            + self.copy * load.copies
            + self.subject * load.subject_seconds
            + self.second * load.seconds
            + self.mover * load.movers
    }
}

impl Add for Load {
    type Output = Load;
    fn add(self, other: Load) -> Load {
        Load {
            requests: self.requests + other.requests,
            copies: self.copies + other.copies,
            subject_seconds: self.subject_seconds + other.subject_seconds,
            seconds: self.seconds + other.seconds,
            movers: self.movers + other.movers,
        }
    }
}

impl Add for Flow {
    type Output = Flow;
    fn add(self, other: Flow) -> Flow {
        Flow {
            request: self.request + other.request,
            copy: self.copy + other.copy,
            subject: self.subject + other.subject,
            second: self.second + other.second,
            mover: self.mover + other.mover,
        }
    }
}

impl Mul<f64> for Flow {
    type Output = Flow;
    fn mul(self, by: f64) -> Flow {
        Flow {
            request: self.request * by,
            copy: self.copy * by,
            subject: self.subject * by,
            second: self.second * by,
            mover: self.mover * by,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_summed_by_their_causes() {
        let flow = Flow { request: 0.5, copy: 0.0, subject: 0.01, second: 0.1, mover: 1.0 } * 2.0 + Flow::per_request(1.0);
        let load = Load { requests: 100.0, copies: 5.0, subject_seconds: 600.0, seconds: 60.0, movers: 10.0 };
        assert_eq!(flow.over(&load), 200.0 + 5.0 + 12.0 + 12.0 + 20.0);
        assert_eq!(flow.without_copies().over(&load), 244.0);
    }
}
