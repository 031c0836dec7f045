//! How decisions become effects: through people, steps that take their time, and flags that travel.

mod people;
mod turns;

use crate::context::{Context, stretched};
use crate::dice::Purpose;
use crate::queue::Event;
use crate::scenario::Side;
use gatecrash_policies::controller::Action;
use gatecrash_policies::policy::{Act, Cohort};
use gatecrash_policies::sample::Arm;
use gatecrash_policies::time::{Span, Time};
use turns::Turns;

/// One thing that is under way to take effect.
#[derive(Clone, Debug)]
struct Change {
    action: usize,
    what: What,
    /// Done by hand: reaches everybody.
    by_hand: bool,
}

#[derive(Clone, Debug)]
enum What {
    /// Somebody who was asked acknowledges, if there is anybody; what they then do takes some time.
    Acknowledge { then: Box<What>, takes: Span, missed: bool },
    /// People have looked, in this role.
    Looked(String),
    /// People have checked these items again.
    Checked(Vec<String>),
    /// An operator has acknowledged, or a step's time is over: its acts set out.
    SetOut(Vec<Act>),
    /// A cohort arrives in an environment.
    Route { environment: usize, cohort: Cohort, only: Option<u8>, is_withdrawal: bool },
    /// The n-th turn of knobs arrives in some environments.
    Turn { turn: usize, places: Vec<usize> },
    /// A component is restarted.
    Restart(String),
    /// Requests of our own are sent.
    Probe { name: String, count: u32 },
}

/// What the world has to do about a change.
pub enum Effect {
    /// Nothing more than was done.
    Nothing,
    /// Routes or knobs are different now.
    Changed,
    /// This component restarts.
    Restart(String),
    /// So many requests of this probe are sent.
    Probe(String, u32),
}

/// Actions issued, and what is under way.
#[derive(Clone, Debug, Default)]
pub struct Steering {
    /// Per action issued, when it had taken effect.
    pub done: Vec<Option<Time>>,
    /// Knobs that stages and steps have turned.
    pub turns: Turns,
    /// Per action, how many changes are still under way.
    open: Vec<u32>,
    /// Per action, what sets out when all before it has taken effect.
    after: Vec<Vec<Act>>,
    changes: Vec<Change>,
    /// Per environment, when the last cohort sent there arrives.
    latest: Vec<Time>,
    /// Changes that an environment which drifts has not taken.
    waiting: Vec<What>,
    /// (name, how many were sent) of the probes.
    probes: Vec<(String, u32)>,
    /// What the last step did: what an operator who is paged does again by hand.
    last_acts: Vec<Act>,
}

impl Steering {
    /// Begins to carry out an action.
    pub fn issue(&mut self, action: &Action, world: &mut Context) {
        let index = self.done.len();
        self.done.push(None);
        self.open.push(0);
        self.after.push(Vec::new());
        match action {
            Action::Review { by } => self.ask(index, What::Looked(by.clone()), Span::ZERO, true, world),
            Action::Recheck { items } => self.ask(index, What::Checked(items.clone()), Span::ZERO, true, world),
            Action::Stage { cohort, enter, .. } => self.enter(index, cohort, enter, world),
            Action::Step { acts, takes, by_operator } => {
                self.last_acts.clone_from(acts);
                let what = What::SetOut(acts.clone());
                if *by_operator {
                    self.ask(index, what, *takes, false, world);
                } else {
                    self.plan(world.now + *takes, Change { action: index, what, by_hand: false }, world);
                }
            }
            Action::Page => {
                let acts = self.last_acts.clone();
                self.ask(index, What::SetOut(acts), Span::ZERO, true, world);
            }
        }
    }

    /// A stage begins: its cohort and its knobs set out together, and the rest when they are in effect.
    fn enter(&mut self, index: usize, cohort: &Cohort, enter: &[Act], world: &mut Context) {
        let is_first = |act: &&Act| matches!(act, Act::Cohort { .. } | Act::Bend { .. });
        let mut first = vec![Act::Cohort { cohort: cohort.clone(), environments: Vec::new(), only: None }];
        first.extend(enter.iter().filter(is_first).cloned());
        self.after[index] = enter.iter().filter(|act| !is_first(act)).cloned().collect();
        self.set_out(index, first, false, false, world);
        self.close(index, world);
    }

    fn plan(&mut self, at: Time, change: Change, world: &mut Context) {
        self.open[change.action] += 1;
        world.queue.push(at, Event::Steer { change: self.changes.len() as u32 });
        self.changes.push(change);
    }

    /// A cohort never overtakes one that was sent to the same environment before: a withdrawal would be undone by the stage that
    /// was still under way.
    fn in_order(&mut self, environment: usize, at: Time) -> Time {
        if self.latest.len() <= environment {
            self.latest.resize(environment + 1, Time::ZERO);
        }
        self.latest[environment] = self.latest[environment].max(at);
        self.latest[environment]
    }

    /// A change takes effect.
    pub fn carry_out(&mut self, change: u32, world: &mut Context) -> Effect {
        let Change { action, what, by_hand } = self.changes[change as usize].clone();
        self.open[action] -= 1;
        let effect = match what {
            What::Acknowledge { .. } => {
                self.acknowledge(change, world);
                Effect::Nothing
            }
            What::Looked(_) | What::Checked(_) => {
                people::report(&what, world);
                Effect::Nothing
            }
            What::SetOut(acts) => {
                self.set_out(action, acts, true, by_hand, world);
                Effect::Nothing
            }
            What::Route { .. } | What::Turn { .. } => self.arrive(what, by_hand, world),
            What::Restart(component) => {
                world.note("steering", format!("{component} restarts"));
                Effect::Restart(component)
            }
            What::Probe { name, count } => Effect::Probe(name, count),
        };
        self.close(action, world);
        effect
    }

    /// A cohort or a knob arrives: what goes to the environment that drifts waits there, unless somebody does it by hand.
    fn arrive(&mut self, what: What, by_hand: bool, world: &mut Context) -> Effect {
        let drifting = if by_hand { None } else { drifting(world) };
        match (what, drifting) {
            (what @ What::Route { environment, .. }, Some(place)) if environment == place => self.wait(what, place, world),
            (What::Route { environment, cohort, only, is_withdrawal }, _) => {
                if by_hand && only.is_none() {
                    self.waiting.retain(|w| !matches!(w, What::Route { environment: own, .. } if *own == environment));
                }
                let is_flag = is_withdrawal && !by_hand;
                let knob = world.setup.world_knobs.stuck;
                let stuck = if is_flag { world.knobs.level(knob, Arm::Canary).share(0.0) } else { 0.0 };
                world.routing.set(world.setup, environment, cohort.clone(), only, stuck);
                self.report_route(environment, &cohort, stuck, world);
            }
            (What::Turn { turn, mut places }, drifting) => {
                if let Some(place) = drifting.filter(|place| places.contains(place)) {
                    places.retain(|p| *p != place);
                    self.wait(What::Turn { turn, places: vec![place] }, place, world);
                }
                self.turns.arrive(turn, &places);
            }
            _ => unreachable!("only cohorts and knobs travel"),
        }
        Effect::Changed
    }

    fn wait(&mut self, what: What, place: usize, world: &mut Context) {
        let name = &world.setup.scenario.steering.environments[place].0;
        let which = match &what {
            What::Route { cohort, .. } => format!("cohort {}", name_of(cohort)),
            What::Turn { turn, .. } => format!("the turn of {}", self.turns.name(*turn)),
            _ => unreachable!("only cohorts and knobs wait"),
        };
        world.note("steering", format!("{name} has drifted and does not take {which}"));
        self.waiting.push(what);
    }

    /// Whether changes that waited have taken effect, as nothing keeps them any more.
    pub fn release(&mut self, world: &mut Context) -> bool {
        if self.waiting.is_empty() || drifting(world).is_some() {
            return false;
        }
        world.note("steering", "the environment that had drifted takes the changes that waited".into());
        for what in std::mem::take(&mut self.waiting) {
            self.arrive(what, false, world);
        }
        true
    }

    /// The number of the next request of a probe.
    pub fn next_probe(&mut self, name: &str) -> u32 {
        let known = match self.probes.iter().position(|(own, _)| own == name) {
            Some(known) => known,
            None => {
                self.probes.push((name.into(), 0));
                self.probes.len() - 1
            }
        };
        let next = self.probes[known].1;
        self.probes[known].1 = next.wrapping_add(1);
        next
    }

    /// An action is done when nothing of it is under way.
    fn close(&mut self, action: usize, world: &mut Context) {
        if self.open[action] == 0 {
            let rest = std::mem::take(&mut self.after[action]);
            self.set_out(action, rest, false, false, world);
        }
        if self.open[action] == 0 && self.done[action].is_none() {
            self.done[action] = Some(world.now);
        }
    }

    fn report_route(&self, environment: usize, cohort: &Cohort, stuck: f64, world: &mut Context) {
        let environments = &world.setup.scenario.steering.environments;
        let place = if environments.len() > 1 { format!(" in {}", environments[environment].0) } else { String::new() };
        let share = format!("{:.2}", world.routing.exposure() * 100.0);
        let share = share.trim_end_matches('0').trim_end_matches('.');
        let stuck =
            if stuck > 0.0 { format!("; {:.0}% of subjects did not take the change", stuck * 100.0) } else { String::new() };
        world.note("steering", format!("cohort {}{place} in effect: {share}% of subjects on the canary{stuck}", name_of(cohort)));
    }

    /// Sends acts of an action on their way.
    fn set_out(&mut self, action: usize, acts: Vec<Act>, is_withdrawal: bool, by_hand: bool, world: &mut Context) {
        for act in acts {
            match act {
                Act::Cohort { cohort, environments, only } => {
                    let only = only.and_then(|surface| world.setup.bit("surface", &surface));
                    for environment in places(&environments, world) {
                        let what = What::Route { environment, cohort: cohort.clone(), only, is_withdrawal };
                        let at = self.in_order(environment, world.now + propagation(action, environment, world));
                        self.plan(at, Change { action, what, by_hand }, world);
                    }
                }
                Act::Bend { component, knob, by, environments, canary_only } => {
                    let on = if canary_only { Side::Canary } else { Side::Both };
                    let turn = self.turns.set_out(&component, &knob, by, on, !is_withdrawal, world.setup);
                    let places = places(&environments, world);
                    // A knob that is turned everywhere is one flag; one that is turned in some environments is a flag in each.
                    let flags =
                        if environments.is_empty() { vec![places] } else { places.into_iter().map(|p| vec![p]).collect() };
                    for places in flags {
                        let at = world.now + propagation(action, places[0], world);
                        self.plan(at, Change { action, what: What::Turn { turn, places }, by_hand }, world);
                    }
                }
                Act::Probe { name, count } => {
                    self.plan(world.now, Change { action, what: What::Probe { name, count }, by_hand }, world);
                }
                Act::Restart(component) => {
                    self.plan(world.now, Change { action, what: What::Restart(component), by_hand }, world);
                }
            }
        }
    }
}

/// The environments of these names, all when there are none.
fn places(names: &[String], world: &Context) -> Vec<usize> {
    let known = &world.setup.scenario.steering.environments;
    let is_named = |i: &usize| names.is_empty() || known.get(*i).is_some_and(|(own, _)| names.contains(own));
    (0..known.len().max(1)).filter(is_named).collect()
}

/// The environment that takes no changes at the moment: the last one of several, while a fault has it so.
fn drifting(world: &Context) -> Option<usize> {
    let environments = world.setup.scenario.steering.environments.len();
    (environments > 1 && is_on(world, world.setup.world_knobs.drift)).then(|| environments - 1)
}

/// Whether a knob of the world that is off by itself is on for either arm.
fn is_on(world: &Context, knob: u16) -> bool {
    [Arm::Stable, Arm::Canary].into_iter().any(|arm| world.knobs.level(knob, arm).share(0.0) >= 0.5)
}

/// How long a flag travels to an environment.
fn propagation(action: usize, environment: usize, world: &Context) -> Span {
    let mut stream = world.setup.dice.stream(Purpose::Flag, action as u64, environment as u64);
    let level = world.knobs.level(world.setup.world_knobs.propagation, Arm::Canary);
    stretched(level, stream.span(&world.setup.scenario.steering.propagation), 1.0)
}

/// A cohort as people write it.
pub fn name_of(cohort: &Cohort) -> String {
    let percent = |share: f64| format!("{}%", (share * 1e6).round() / 1e4);
    match cohort {
        Cohort::Nobody => "nobody".into(),
        Cohort::Shadow => "shadow".into(),
        Cohort::Internal => "internal".into(),
        Cohort::Share(share) => percent(*share),
        Cohort::TenantShare(share) => format!("{} of tenants", percent(*share)),
        Cohort::Named { attribute, values, count } => {
            let count = count.map_or(String::new(), |n| format!(" ({n})"));
            format!("{attribute} {}{count}", values.join(", "))
        }
        Cohort::Counted(groups) => groups.iter().map(|(what, n)| format!("{n} {what}")).collect::<Vec<_>>().join(" + "),
    }
}
