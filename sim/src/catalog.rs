//! The vocabulary of the world: what kinds of component there are, which knobs they have and which signals they emit.

mod kinds;

pub use kinds::{CALLS, CHECKS, CONNECTIONS, EFFECTS, REVIEWS, TASKS};

use crate::scenario::{ComponentSpec, Scenario};
use gatecrash_policies::sample::{Catalog, Signal, SignalKind};

/// The unit in which a knob is bent by `Plus` or `Set`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A probability, 0..=1: `+2%`, `100%`, `on`, `off`.
    Share,
    /// A duration that is multiplied or lengthened: `6x`, `+200ms`.
    Time,
    /// Events per second: `0.5x`, `+10/s`, `500/s`.
    Rate,
    /// A factor that is 1 unless bent: `0.5x`.
    Factor,
    /// A plain number: `3`, `+2`, `0.5x`.
    Count,
}

/// A named parameter that a fault, a toggle or a rollback step may bend.
#[derive(Clone, Copy, Debug)]
pub struct Knob {
    /// Its name.
    pub name: &'static str,
    /// How it is bent.
    pub unit: Unit,
    /// What it is.
    pub about: &'static str,
}

/// A signal of a kind.
#[derive(Clone, Copy, Debug)]
pub struct SignalSpec {
    /// Its name.
    pub name: &'static str,
    /// How its samples are read.
    pub reads: SignalKind,
    /// What it is.
    pub about: &'static str,
}

/// A kind of component, or one of the world's own parts (which emit no signals).
#[derive(Clone, Copy, Debug)]
pub struct KindSpec {
    /// Its name in scenario files.
    pub name: &'static str,
    /// What it models.
    pub about: &'static str,
    /// Its knobs; the index is the knob's local id.
    pub knobs: &'static [Knob],
    /// Its signals; the index is the signal's local id.
    pub signals: &'static [SignalSpec],
}

use SignalKind::{Amounts, Counter};
use Unit::{Factor, Rate, Share, Time};
use kinds::knob;

/// The kinds of component, in the order of `gatecrash list components`.
pub const KINDS: [KindSpec; 6] = [CALLS, EFFECTS, CONNECTIONS, REVIEWS, CHECKS, TASKS];

/// The world's own parts: they have knobs and no signals.
pub const WORLD: [KindSpec; 4] = [
    KindSpec { name: "traffic", about: "what arrives", knobs: &[knob("rate", Rate, "arrivals")], signals: &[] },
    KindSpec {
        name: "telemetry",
        about: "how samples get out",
        knobs: &[
            knob("delay", Time, "from scrape to arrival"),
            knob("loss", Share, "probability that a sample is lost"),
            knob("freeze", Share, "probability that a scrape repeats the level before and counts nothing"),
            knob("duplicate", Share, "probability that a sample arrives twice"),
        ],
        signals: &[],
    },
    KindSpec {
        name: "steering",
        about: "how decisions get in",
        knobs: &[
            knob("propagation", Time, "from a step's end to its effect"),
            knob("stuck", Share, "share of subjects that a change of cohort does not reach"),
            knob("drift", Share, "whether changes do not reach the last environment"),
        ],
        signals: &[],
    },
    KindSpec {
        name: "operators",
        about: "the people",
        knobs: &[
            knob("acknowledge", Time, "from page to acknowledgement"),
            knob("away", Share, "whether nobody is there to acknowledge"),
        ],
        signals: &[],
    },
];

/// The specification of a kind or a part of the world.
pub fn kind(name: &str) -> Option<&'static KindSpec> {
    KINDS.iter().chain(WORLD.iter()).find(|k| k.name == name)
}

impl ComponentSpec {
    /// What kind it is.
    pub fn spec(&self) -> &'static KindSpec {
        match self.kind {
            crate::scenario::Kind::Calls(_) => &KINDS[0],
            crate::scenario::Kind::Effects(_) => &KINDS[1],
            crate::scenario::Kind::Connections(_) => &KINDS[2],
            crate::scenario::Kind::Reviews(_) => &KINDS[3],
            crate::scenario::Kind::Checks(_) => &KINDS[4],
            crate::scenario::Kind::Tasks(_) => &KINDS[5],
        }
    }

    /// The steps of the flow of its cases.
    fn flow(&self) -> &[(String, f64)] {
        match &self.kind {
            crate::scenario::Kind::Checks(checks) => &checks.flow,
            _ => &[],
        }
    }

    /// The component's signals: those of its kind, then a counter per mark, then a number per amount, then two counters per step
    /// of the flow.
    pub fn signals(&self) -> Vec<Signal> {
        let signal = |name: &str, reads| Signal {
            component: self.name.clone(),
            kind: self.spec().name.to_string(),
            name: name.to_string(),
            reads,
        };
        let own = self.spec().signals.iter().map(|s| signal(s.name, s.reads));
        let marks = self.marks.iter().map(|(name, _)| signal(name, Counter));
        let amounts = self.amounts.iter().map(|(name, _)| signal(name, Amounts));
        let flow = self.flow().iter().flat_map(|(name, _)| [signal(name, Counter), signal(&format!("{name}_eligible"), Counter)]);
        own.chain(marks).chain(amounts).chain(flow).collect()
    }

    /// The component's knobs: those of its kind, then the probability of each mark, the scale of each amount, and the probability of
    /// each step of the flow.
    pub fn knobs(&self) -> Vec<(String, Unit)> {
        let own = self.spec().knobs.iter().map(|k| (k.name.to_string(), k.unit));
        let marks = self.marks.iter().map(|(name, _)| (name.clone(), Share));
        let amounts = self.amounts.iter().map(|(name, _)| (name.clone(), Factor));
        let flow = self.flow().iter().map(|(name, _)| (name.clone(), Share));
        own.chain(marks).chain(amounts).chain(flow).collect()
    }
}

impl Scenario {
    /// All that can be measured in this world. `segments` is empty: the loop adds those that somebody reads.
    pub fn catalog(&self) -> Catalog {
        let names = |list: &[(String, f64)]| list.iter().map(|(v, _)| v.clone()).collect::<Vec<_>>();
        let mut attributes: Vec<_> = self.subjects.attributes.iter().map(|(a, values)| (a.clone(), names(values))).collect();
        if self.subjects.tenants > 0 {
            attributes.push(("tenant".into(), (0..self.subjects.tenants).map(|t| format!("t{t}")).collect()));
        }
        if self.subjects.channels > 0 {
            attributes.push(("channel".into(), (0..self.subjects.channels).map(|c| format!("c{c}")).collect()));
        }
        if self.subjects.nodes > 0 {
            attributes.push(("node".into(), (0..self.subjects.nodes).map(|n| format!("n{n}")).collect()));
        }
        attributes.push(("internal".into(), vec!["true".into(), "false".into()]));
        attributes.push(("environment".into(), names(&self.steering.environments)));
        // Two components may have the same label, with other values.
        for (label, values) in self.system.iter().flat_map(|c| &c.labels) {
            let known = match attributes.iter_mut().find(|(name, _)| name == label) {
                Some((_, known)) => known,
                None => {
                    attributes.push((label.clone(), Vec::new()));
                    &mut attributes.last_mut().expect("it was just put there").1
                }
            };
            let new: Vec<String> = names(values).into_iter().filter(|v| !known.contains(v)).collect();
            known.extend(new);
        }
        Catalog {
            signals: self.system.iter().flat_map(ComponentSpec::signals).collect(),
            segments: Vec::new(),
            attributes,
            kinds: KINDS.iter().map(|kind| kind.name.to_string()).collect(),
        }
    }

    /// The unit of a knob, if `component` (an instance, a kind, or a part of the world) has it.
    pub fn knob(&self, component: &str, name: &str) -> Option<Unit> {
        let of = |c: &ComponentSpec| c.knobs().into_iter().find(|(n, _)| n == name).map(|(_, unit)| unit);
        let world = || WORLD.iter().find(|w| w.name == component)?.knobs.iter().find(|k| k.name == name).map(|k| k.unit);
        let instance = || self.system.iter().find(|c| c.name == component).and_then(of);
        let kinds = || self.system.iter().filter(|c| c.spec().name == component).find_map(of);
        world().or_else(instance).or_else(kinds)
    }
}
