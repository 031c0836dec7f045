//! Named faults. A preset is data: knobs to bend by default sizes, in a default shape, on a default arm.
//!
//! A preset may bend what scenarios declare by convention beside the knobs of a kind: a mark such as `tagged`, or a step of a flow
//! such as `matching_complete`. Whatever a system lacks of it is left alone.

mod runbooks;

use crate::catalog;
use crate::scenario::{Scenario, Shape, Side};
use gatecrash_policies::policy::By;
use gatecrash_policies::time::Span;

/// A named set of bends.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// What scenario files call it.
    pub name: &'static str,
    /// What it does, in a line.
    pub about: &'static str,
    /// (kind or part of the world, knob, default size), those that a system lacks included. `by` in a file replaces the size of the
    /// first that it has.
    pub bends: &'static [(&'static str, &'static str, By)],
    /// How it moves in time.
    pub shape: Shape,
    /// How long it lasts; `None` is for good, zero an instant.
    pub lasting: Option<Span>,
    /// On which arm.
    pub on: Side,
}

use By::{Plus, Set, Times};
use Side::{Both, Canary, Stable};

const fn preset(name: &'static str, about: &'static str, on: Side, bends: &'static [(&'static str, &'static str, By)]) -> Preset {
    Preset { name, about, bends, shape: Shape::Step, lasting: None, on }
}

const MINUTE: u64 = 60;

/// Those of any system.
const COMMON: &[Preset] = &[
    preset(
        "cancel_latency_spike",
        "cancels take much longer to be acknowledged",
        Canary,
        &[("calls", "cancel_latency", Times(6.0))],
    ),
    Preset {
        lasting: Some(Span::from_secs(15 * MINUTE)),
        ..preset(
            "reconnect_storm",
            "clients lose their connections over and over, and meet a slower acceptor and a dearer replay",
            Canary,
            &[
                ("connections", "drop_rate", Times(20.0)),
                ("connections", "accept_rate", Times(0.3)),
                ("connections", "replay_cost", Times(5.0)),
            ],
        )
    },
    preset(
        "duplicate_side_effects",
        "writes commit, their answers get lost, and the idempotency key is not honoured",
        Canary,
        &[("effects", "timeout_after_commit", Plus(0.02)), ("effects", "idempotency", Set(0.0))],
    ),
    preset("error_burst", "more attempts fail", Canary, &[("calls", "error_rate", Plus(0.05))]),
    preset("latency_regression", "every request takes longer", Canary, &[("calls", "latency", Times(2.0))]),
    Preset {
        shape: Shape::Leak(Span::from_secs(30 * MINUTE)),
        ..preset(
            "slow_consumer_leak",
            "clients read ever more slowly until they are thrown out",
            Canary,
            &[("connections", "consumer_speed", Times(0.5))],
        )
    },
    Preset {
        lasting: Some(Span::from_secs(20 * MINUTE)),
        ..preset(
            "stale_cursor_wave",
            "clients come back with cursors that are gone and need a full replay",
            Canary,
            &[("connections", "stale_cursor", Plus(0.3)), ("connections", "drop_rate", Times(4.0))],
        )
    },
    preset("auth_failures", "attempts to connect are refused", Canary, &[("connections", "auth_errors", Plus(0.1))]),
    preset("replay_regression", "what a client must be sent takes longer", Canary, &[("connections", "replay_cost", Times(5.0))]),
    preset("telemetry_lag", "samples arrive late, of both arms", Both, &[("telemetry", "delay", Plus(300.0))]),
    preset("telemetry_loss", "samples are lost, of both arms", Both, &[("telemetry", "loss", Set(1.0))]),
    preset(
        "telemetry_freeze",
        "counters stand still and levels repeat, on both arms",
        Both,
        &[("telemetry", "freeze", Set(1.0))],
    ),
    preset("flag_lag", "changes of cohort take effect late", Both, &[("steering", "propagation", Plus(600.0))]),
    preset("rollback_stuck", "a part of the fleet does not take the change back", Both, &[("steering", "stuck", Set(0.3))]),
    Preset {
        shape: Shape::Above(0.2),
        ..preset(
            "load_triggered_collapse",
            "the canary holds up until it is given real load",
            Canary,
            &[("calls", "latency", Times(4.0)), ("calls", "error_rate", Plus(0.05))],
        )
    },
    Preset {
        lasting: Some(Span::from_secs(15 * MINUTE)),
        ..preset(
            "background_incident",
            "something that both arms depend on breaks: rolling back is wrong",
            Both,
            &[("calls", "error_rate", Plus(0.05)), ("calls", "latency", Times(1.5))],
        )
    },
    Preset {
        lasting: Some(Span::from_secs(20 * MINUTE)),
        ..preset(
            "traffic_surge",
            "more traffic than usual, which the system can take: rolling back is wrong",
            Both,
            &[("traffic", "rate", Times(2.0))],
        )
    },
    Preset {
        lasting: Some(Span::from_secs(5 * MINUTE)),
        ..preset("warm_up", "the canary is slow for its first minutes: harmless", Canary, &[("calls", "latency", Times(1.5))])
    },
    preset(
        "scaled_down_stable",
        "stable has given up servers, so that a rollback lands on too few",
        Stable,
        &[("calls", "capacity", Times(0.4))],
    ),
];

/// All presets, in the order of `gatecrash list faults`.
pub const PRESETS: &[Preset] = &JOINED;

const COUNT: usize = COMMON.len() + runbooks::PRESETS.len();

const JOINED: [Preset; COUNT] = {
    let mut all = [COMMON[0]; COUNT];
    let mut i = 0;
    while i < COUNT {
        all[i] = if i < COMMON.len() { COMMON[i] } else { runbooks::PRESETS[i - COMMON.len()] };
        i += 1;
    }
    all
};

/// The preset of this name.
pub fn find(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|p| p.name == name)
}

/// What a knob of a preset is where its kind does not have it: what scenarios declare under this name by convention.
pub fn convention(kind: &str, knob: &str) -> Option<&'static str> {
    let own = catalog::kind(kind).is_some_and(|k| k.knobs.iter().any(|known| known.name == knob));
    match kind {
        _ if own => None,
        "checks" => Some("flow step"),
        _ => Some("mark"),
    }
}

impl Preset {
    /// The bends that a system has the components and knobs for.
    pub fn applying(&self, scenario: &Scenario) -> Vec<(&'static str, &'static str, By)> {
        self.bends.iter().filter(|(part, knob, _)| scenario.knob(part, knob).is_some()).copied().collect()
    }

    /// What a system would need for the preset to bend something: `calls`, or `calls with the mark tagged`, without repetition.
    pub fn needs(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for (part, knob, _) in self.bends {
            let need = match convention(part, knob) {
                Some(what) => format!("{part} with the {what} `{knob}`"),
                None => part.to_string(),
            };
            if !all.contains(&need) {
                all.push(need);
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_every_size_bends() {
        for (i, preset) in PRESETS.iter().enumerate() {
            assert!(PRESETS[..i].iter().all(|other| other.name != preset.name), "{}", preset.name);
            assert!(!preset.bends.is_empty() && !preset.about.is_empty(), "{}", preset.name);
            let is_nothing = |by: &By| crate::knobs::level_of(*by, 1.0) == crate::knobs::Level::IDENTITY;
            assert!(!preset.bends.iter().any(|(_, _, by)| is_nothing(by)), "{}", preset.name);
        }
    }

    #[test]
    fn what_no_kind_has_is_a_mark_or_a_step() {
        assert_eq!(convention("calls", "latency"), None);
        assert_eq!(convention("calls", "tagged"), Some("mark"));
        assert_eq!(convention("checks", "matching_complete"), Some("flow step"));
        assert_eq!(find("tag_loss").map(Preset::needs), Some(vec!["calls with the mark `tagged`".to_string()]));
        assert_eq!(find("recursion_loop").map(Preset::needs), Some(vec!["checks".to_string(), "calls".to_string()]));
        let known = |(part, _, _): &(&str, &str, By)| catalog::kind(part).is_some();
        assert!(PRESETS.iter().all(|preset| preset.bends.iter().all(known)));
    }
}
