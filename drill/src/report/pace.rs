//! How fast the simulated time went by for the people: at 60x a minute of theirs is an hour of the rollout.

use crate::account::Account;
use crate::act::Act;
use gatecrash_policies::time::Time;
use gatecrash_policies::units;

/// The pace from each moment on, in order of time: simulated seconds a second, or `None` for as fast as it can.
#[derive(Clone, Debug, PartialEq)]
pub struct Pace(Vec<(Time, Option<f64>)>);

impl Pace {
    /// The pace of a drill, by its plan and by what the facilitator did to the clock. A pause takes no simulated time, and how long
    /// people stood still is not recorded.
    pub fn of(account: &Account) -> Pace {
        let mut speed = account.plan.speed;
        let mut all = vec![(Time(account.plan.start_us), speed)];
        for deed in account.deeds.iter().filter(|deed| deed.answer.is_ok()) {
            match &deed.act {
                Act::Speed { speed: name } => {
                    speed = name.read().unwrap_or(speed);
                    all.push((deed.at, speed));
                }
                Act::Pause { step: Some(step), .. } => {
                    // Played at once: nobody lived through it.
                    let end = units::span(step).map_or(deed.at, |span| deed.at + span);
                    all.extend([(deed.at, None), (end, speed)]);
                }
                _ => {}
            }
        }
        all.sort_by_key(|(at, _)| *at);
        Pace(all)
    }

    /// The pace from each of these moments on; they are in order.
    #[cfg(test)]
    pub fn made_of(paces: Vec<(Time, Option<f64>)>) -> Pace {
        Pace(paces)
    }

    /// How many seconds of people's own went by between two moments; `None` where some of it was played as fast as it can.
    pub fn seconds(&self, from: Time, to: Time) -> Option<f64> {
        let ends = self.0.iter().skip(1).map(|(at, _)| *at).chain([Time::MAX]);
        let lived = self.0.iter().zip(ends).map(|((begins, speed), ends)| {
            let simulated = to.min(ends).since(from.max(*begins)).seconds();
            if simulated == 0.0 { Some(0.0) } else { speed.map(|speed| simulated / speed) }
        });
        lived.sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(at: u64) -> Time {
        Time(at * 1_000_000)
    }

    #[test]
    fn own_time_is_simulated_time_by_the_pace_of_its_moment() {
        let pace = Pace::made_of(vec![
            (seconds(100), Some(10.0)),
            (seconds(200), Some(60.0)),
            (seconds(800), None),
            (seconds(900), Some(1.0)),
        ]);
        assert_eq!(pace.seconds(seconds(100), seconds(200)), Some(10.0));
        assert_eq!(pace.seconds(seconds(150), seconds(260)), Some(6.0));
        assert_eq!(pace.seconds(seconds(900), seconds(907)), Some(7.0));
        assert_eq!(pace.seconds(seconds(700), seconds(801)), None, "some of it was played at once");
        assert_eq!(pace.seconds(seconds(850), seconds(850)), Some(0.0), "nothing is nothing at any pace");
    }
}
