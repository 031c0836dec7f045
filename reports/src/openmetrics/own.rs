//! The families that are about the rollout, not about one signal of it.
//!
//! Those called `gatecrash_truth_*` are in exports only: a drill shows nobody the truth.

use super::names::{Family, Form};
use std::borrow::Cow;

const fn own(stem: &'static str, unit: Option<&'static str>, form: Form, help: &'static str) -> Family {
    Family { stem: Cow::Borrowed(stem), unit, form, help: Cow::Borrowed(help) }
}

macro_rules! own {
    ($($name:ident = $stem:literal, $unit:expr, $form:ident, $help:literal;)*) => {
        $(#[doc = $help] pub static $name: Family = own($stem, $unit, Form::$form, $help);)*
        /// All of them.
        pub static ALL: &[&Family] = &[$(&$name),*];
    };
}

own! {
    SUBJECTS = "gatecrash_subjects", None, Gauge, "subjects of an arm, as its newest sample tells";
    EXPOSURE = "gatecrash_exposure", None, Gauge, "share of subjects on the canary, 0 to 1, as the newest samples tell";
    STAGE = "gatecrash_stage", None, Info, "the stage in effect";
    STAGE_INDEX = "gatecrash_stage_index", None, Gauge, "the stage in effect, counted from 0";
    GATE_STATUS = "gatecrash_gate_status", None, Gauge, "1 at the status that a gate had in the last round, 0 at the others";
    GATE_FAILING = "gatecrash_gate_failing", None, Gauge, "whether a gate failed in the last round";
    GATE_VALUE = "gatecrash_gate_value", None, Gauge, "what a gate read; durations in seconds, shares as fractions";
    GATE_LIMIT = "gatecrash_gate_limit", None, Gauge, "what a gate held it against, and how";
    DECIDED = "gatecrash_rollback_decided", None, Gauge, "whether a rollback has been decided";
    CLOCK = "gatecrash_clock", Some("seconds"), Gauge, "simulated time since the beginning";
    SPEED = "gatecrash_speed", None, Gauge, "simulated seconds per second, 0 while paused";
    TELEMETRY_AGE = "gatecrash_telemetry_age", Some("seconds"), Gauge, "simulated time since the newest sample of an arm that has arrived was taken";
    BEHIND = "gatecrash_behind", Some("seconds"), Gauge, "how far the drill is behind its own pace";
    WATCHERS = "gatecrash_watchers", None, Gauge, "who follows the drill's events";
    SLOW_WATCHERS = "gatecrash_slow_watchers_dropped", None, Counter, "watchers who were let go because they did not read";
    REFUSED = "gatecrash_refused_requests", None, Counter, "requests for control that were refused";
    TRIAL = "gatecrash_truth_trial", None, Info, "what was played and how it ended";
    TRUE_EXPOSURE = "gatecrash_truth_exposure", None, Gauge, "share of subjects that the canary truly serves, 0 to 1";
    TRUE_HARMED = "gatecrash_truth_harmed", None, Counter, "outcomes that the rollout harmed";
    TRUE_INSTANT = "gatecrash_truth_instant_timestamp", Some("seconds"), Gauge, "when it happened, since 1970; from that moment on";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_is_ours_and_says_what_it_is() {
        for family in ALL {
            let name = family.name();
            assert!(name.starts_with("gatecrash_") && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{name}");
            assert!(!family.help.is_empty() && !family.help.contains(['\n', '\\', '"']), "{name}");
        }
    }
}
