//! How decisions become effects: through people, steps that take their time, and flags that travel.

use crate::context::{Context, stretched};
use crate::dice::Purpose;
use crate::knobs::Bent;
use crate::queue::Event;
use crate::scenario::{Hours, Operators, Side};
use gatecrash_policies::controller::Action;
use gatecrash_policies::policy::{Act, Cohort};
use gatecrash_policies::sample::Arm;
use gatecrash_policies::time::{Span, Time};

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
    /// An operator has acknowledged, or a step's time is over: its acts set out.
    SetOut(Vec<Act>),
    /// A cohort arrives in an environment.
    Route { environment: usize, cohort: Cohort, only: Option<u8>, is_withdrawal: bool },
    /// A knob is turned.
    Bend(Vec<Bent>),
    /// A component is restarted.
    Restart(String),
}

/// What the world has to do about a change.
pub enum Effect {
    /// Nothing more than was done.
    Nothing,
    /// Routes or knobs are different now.
    Changed,
    /// This component restarts.
    Restart(String),
}

/// Actions issued, and what is under way.
#[derive(Clone, Debug, Default)]
pub struct Steering {
    /// Per action issued, when it had taken effect.
    pub done: Vec<Option<Time>>,
    /// Per action, how many changes are still under way.
    open: Vec<u32>,
    changes: Vec<Change>,
    /// Per environment, when the last cohort sent there arrives.
    latest: Vec<Time>,
    /// Knobs that steps have turned.
    pub bends: Vec<Bent>,
    /// What the last step did: what an operator who is paged does again by hand.
    last_acts: Vec<Act>,
}

impl Steering {
    /// Begins to carry out an action.
    pub fn issue(&mut self, action: &Action, world: &mut Context) {
        let index = self.done.len();
        self.done.push(None);
        self.open.push(0);
        match action {
            Action::Stage { cohort, .. } => {
                let act = Act::Cohort { cohort: cohort.clone(), environments: Vec::new(), only: None };
                self.set_out(index, vec![act], false, false, world);
            }
            Action::Step { acts, takes, by_operator } => {
                let acknowledged = if *by_operator { self.page(index, world) } else { world.now };
                self.last_acts.clone_from(acts);
                self.plan(
                    acknowledged + *takes,
                    Change { action: index, what: What::SetOut(acts.clone()), by_hand: false },
                    world,
                );
            }
            Action::Page => {
                let acknowledged = self.page(index, world);
                let acts = self.last_acts.clone();
                self.plan(acknowledged, Change { action: index, what: What::SetOut(acts), by_hand: true }, world);
            }
        }
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

    /// When an operator who is paged now acknowledges.
    fn page(&self, action: usize, world: &mut Context) -> Time {
        let operators = &world.setup.scenario.operators;
        let mut stream = world.setup.dice.stream(Purpose::Operator, action as u64, 0);
        let level = world.knobs.level(world.setup.world_knobs.acknowledge, Arm::Stable);
        let reaction = stretched(level, stream.span(&operators.acknowledge), 1.0);
        let at = at_work(operators, world.now) + reaction;
        world.note("operator", format!("paged; acknowledges after {}", at.since(world.now)));
        at
    }

    /// A change takes effect.
    pub fn carry_out(&mut self, change: u32, world: &mut Context) -> Effect {
        let Change { action, what, by_hand } = self.changes[change as usize].clone();
        self.open[action] -= 1;
        let effect = match what {
            What::SetOut(acts) => {
                self.set_out(action, acts, true, by_hand, world);
                Effect::Nothing
            }
            What::Route { environment, cohort, only, is_withdrawal } => {
                let stuck = if is_withdrawal && !by_hand {
                    world.knobs.level(world.setup.world_knobs.stuck, Arm::Canary).share(0.0)
                } else {
                    0.0
                };
                world.routing.set(world.setup, environment, cohort.clone(), only, stuck);
                self.report_route(environment, &cohort, stuck, world);
                Effect::Changed
            }
            What::Bend(bends) => {
                self.bends.extend(bends);
                Effect::Changed
            }
            What::Restart(component) => {
                world.note("steering", format!("{component} restarts"));
                Effect::Restart(component)
            }
        };
        if self.open[action] == 0 {
            self.done[action] = Some(world.now);
        }
        effect
    }

    fn report_route(&self, environment: usize, cohort: &Cohort, stuck: f64, world: &mut Context) {
        let environments = &world.setup.scenario.steering.environments;
        let place = if environments.len() > 1 { format!(" in {}", environments[environment].0) } else { String::new() };
        let share = format!("{:.2}", world.routing.exposure() * 100.0);
        let share = share.trim_end_matches('0').trim_end_matches('.');
        let stuck =
            if stuck > 0.0 { format!("; {:.0}% of subjects did not take the change", stuck * 100.0) } else { String::new() };
        world.note("steering", format!("cohort {}{place} in effect: {share}% of subjects on the canary{stuck}", name(cohort)));
    }

    /// Sends the acts of an action on their way.
    fn set_out(&mut self, action: usize, acts: Vec<Act>, is_withdrawal: bool, by_hand: bool, world: &mut Context) {
        for act in acts {
            match act {
                Act::Cohort { cohort, environments, only } => {
                    let only = only.and_then(|surface| world.setup.bit("surface", &surface));
                    let names = &world.setup.scenario.steering.environments;
                    for environment in 0..names.len().max(1) {
                        let is_named = |name: &String| names.get(environment).is_some_and(|(own, _)| own == name);
                        if environments.is_empty() || environments.iter().any(is_named) {
                            let what = What::Route { environment, cohort: cohort.clone(), only, is_withdrawal };
                            let at = self.in_order(environment, world.now + propagation(action, environment, world));
                            self.plan(at, Change { action, what, by_hand }, world);
                        }
                    }
                }
                Act::Bend { component, knob, by } => {
                    let knobs = world.setup.knob_map.find(&component, &knob);
                    let bent = |knob| Bent { knob, on: Side::Both, segment: None, by, size: 1.0 };
                    let what = What::Bend(knobs.into_iter().map(bent).collect());
                    let at = world.now + propagation(action, 0, world);
                    self.plan(at, Change { action, what, by_hand }, world);
                }
                Act::Restart(component) => {
                    self.plan(world.now, Change { action, what: What::Restart(component), by_hand }, world);
                }
            }
        }
        if self.open[action] == 0 {
            self.done[action] = Some(world.now);
        }
    }
}

/// How long a flag travels to an environment.
fn propagation(action: usize, environment: usize, world: &Context) -> Span {
    let mut stream = world.setup.dice.stream(Purpose::Flag, action as u64, environment as u64);
    let level = world.knobs.level(world.setup.world_knobs.propagation, Arm::Canary);
    stretched(level, stream.span(&world.setup.scenario.steering.propagation), 1.0)
}

/// `now`, or the next moment at which people are at work.
fn at_work(operators: &Operators, now: Time) -> Time {
    let Some(hours) = operators.hours else { return now };
    const DAY: u64 = 86_400_000_000;
    let week = (operators.start + Span(now.0)).0;
    let (day, of_day) = (week / DAY, week % DAY);
    let works = |hours: Hours, day: u64| !hours.weekdays_only || day % 7 < 5;
    if works(hours, day) && (hours.from.0..hours.to.0).contains(&of_day) {
        return now;
    }
    let today = u64::from(of_day >= hours.from.0); // today's beginning is over, or still to come
    let next = (day + today..).find(|d| works(hours, *d)).expect("some day of the week is worked");
    now + Span(next * DAY + hours.from.0 - week)
}

/// A cohort as people write it.
pub fn name(cohort: &Cohort) -> String {
    let percent = |share: f64| format!("{}%", (share * 1e6).round() / 1e4);
    match cohort {
        Cohort::Nobody => "nobody".into(),
        Cohort::Shadow => "shadow".into(),
        Cohort::Internal => "internal".into(),
        Cohort::Share(share) => percent(*share),
        Cohort::TenantShare(share) => format!("{} of tenants", percent(*share)),
        Cohort::Named { attribute, values } => format!("{attribute} {}", values.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Dist;

    #[test]
    fn people_acknowledge_when_they_are_at_work() {
        let hour = Span::from_secs(3_600);
        let hours = Hours { weekdays_only: true, from: Span(9 * hour.0), to: Span(18 * hour.0) };
        let mut operators = Operators { acknowledge: Dist::ZERO, hours: Some(hours), start: Span(10 * hour.0) };
        let after = |operators: &Operators, hours: u64| at_work(operators, Time(hours * hour.0)).0 / hour.0;
        assert_eq!(after(&operators, 2), 2, "Monday noon");
        assert_eq!(after(&operators, 9), 23, "Monday 19:00 waits for Tuesday 09:00");
        assert_eq!(after(&operators, 4 * 24 + 9), 7 * 24 - 1, "Friday 19:00 waits for Monday 09:00");
        operators.start = Span(8 * hour.0);
        assert_eq!(after(&operators, 0), 1, "Monday 08:00 waits an hour");
        operators.hours = None;
        assert_eq!(after(&operators, 500), 500);
    }
}
