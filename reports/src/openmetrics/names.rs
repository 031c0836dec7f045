//! What families of metrics are called.

use super::own;
use gatecrash_policies::sample::{Catalog, Signal, SignalKind};
use gatecrash_sim::catalog;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// What a family is to those who read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Only ever rises.
    Counter,
    /// Rises and falls.
    Gauge,
    /// Outcomes by size.
    Histogram,
    /// Words in labels; its value is 1.
    Info,
}

/// Metrics of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// Its name, without the unit and without the endings that its form brings.
    pub stem: Cow<'static, str>,
    /// `seconds`, where it has a unit: a part of the name.
    pub unit: Option<&'static str>,
    /// What it is.
    pub form: Form,
    /// What it says, in a line.
    pub help: Cow<'static, str>,
}

impl Form {
    /// As in `# TYPE`.
    pub fn name(self) -> &'static str {
        ["counter", "gauge", "histogram", "info"][self as usize]
    }

    /// What the names of its samples end in, beside what some writers add.
    fn endings(self) -> &'static [&'static str] {
        match self {
            Form::Counter => &["_total", "_created"],
            Form::Gauge => &[],
            Form::Histogram => &["_bucket", "_sum", "_count", "_created"],
            Form::Info => &["_info"],
        }
    }
}

impl Family {
    /// Its name with the unit, as `# TYPE` has it: `gatecrash_runs_latency_seconds`.
    pub fn name(&self) -> String {
        self.unit.map_or_else(|| self.stem.to_string(), |unit| format!("{}_{unit}", self.stem))
    }

    /// Every name that it takes from others.
    fn taken(&self) -> Vec<String> {
        let name = self.name();
        let endings = self.form.endings().iter().map(|ending| format!("{name}{ending}"));
        endings.chain([name.clone()]).collect()
    }
}

/// The families of all signals, in their order. `gatecrash_COMPONENT_SIGNAL`, with `_` for what names of metrics may not have;
/// where that name is taken, by another signal or by one of our own, with `_2` behind it, and so on.
pub fn families(catalog: &Catalog) -> Vec<Family> {
    let mut taken: BTreeSet<String> = own::ALL.iter().flat_map(|family| family.taken()).collect();
    let family = |signal: &Signal| {
        let candidate = |n: u32| of(signal, if n == 1 { String::new() } else { format!("_{n}") });
        let is_free = |family: &Family| family.taken().iter().all(|name| !taken.contains(name));
        let family = (1..).map(candidate).find(is_free).expect("some number is free");
        taken.extend(family.taken());
        family
    };
    catalog.signals.iter().map(family).collect()
}

fn of(signal: &Signal, ending: String) -> Family {
    let plain = |name: &str| name.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    let (form, unit) = match signal.reads {
        SignalKind::Counter => (Form::Counter, None),
        SignalKind::Gauge => (Form::Gauge, None),
        SignalKind::Age => (Form::Gauge, Some("seconds")),
        SignalKind::Durations => (Form::Histogram, Some("seconds")),
        SignalKind::Amounts => (Form::Histogram, None),
    };
    let stem = format!("gatecrash_{}_{}{ending}", plain(&signal.component), plain(&signal.name));
    Family { stem: stem.into(), unit, form, help: help(signal).into() }
}

/// What the catalog of the world says of it, and its name in checks.
fn help(signal: &Signal) -> String {
    let known = catalog::kind(&signal.kind).and_then(|kind| kind.signals.iter().find(|spec| spec.name == signal.name));
    let about = known.map_or("as the scenario declares it", |spec| spec.about);
    format!("{}.{}: {about}", signal.component, signal.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signal(component: &str, name: &str, reads: SignalKind) -> Signal {
        Signal { component: component.into(), kind: "calls".into(), name: name.into(), reads }
    }

    fn names(signals: Vec<Signal>) -> Vec<String> {
        families(&Catalog { signals, ..Catalog::default() }).iter().map(Family::name).collect()
    }

    #[test]
    fn a_signal_has_its_component_and_its_unit_in_its_name() {
        let signals = vec![
            signal("runs", "errors", SignalKind::Counter),
            signal("runs", "latency", SignalKind::Durations),
            signal("my-runs", "hops", SignalKind::Amounts),
            signal("runs", "unknown_age", SignalKind::Age),
        ];
        let expected = [
            "gatecrash_runs_errors",
            "gatecrash_runs_latency_seconds",
            "gatecrash_my_runs_hops",
            "gatecrash_runs_unknown_age_seconds",
        ];
        assert_eq!(names(signals), expected);
    }

    #[test]
    fn no_name_is_given_twice() {
        let signals = vec![
            signal("a-b", "c", SignalKind::Counter),
            signal("a", "b_c", SignalKind::Counter),
            // Its samples would read as those of the first.
            signal("a", "b-c_total", SignalKind::Gauge),
            // One of our own.
            signal("gate", "failing", SignalKind::Gauge),
        ];
        let expected = ["gatecrash_a_b_c", "gatecrash_a_b_c_2", "gatecrash_a_b_c_total_2", "gatecrash_gate_failing_2"];
        assert_eq!(names(signals), expected);
    }

    #[test]
    fn help_says_what_checks_call_it() {
        assert_eq!(help(&signal("runs", "starts", SignalKind::Counter)), "runs.starts: requests that arrived");
        assert_eq!(help(&signal("runs", "tagged", SignalKind::Counter)), "runs.tagged: as the scenario declares it");
    }
}
