//! Which worlds the two policies are compared in.

use super::party::Side;
use crate::args::Diff;
use crate::replay::Replay;
use crate::select::{fitting, own_scenarios};
use crate::{Failure, output};
use gatecrash_reports::diff::{LeftOut, World};
use gatecrash_scenarios::{Loaded, fits, load_scenario};
use gatecrash_sim::Scenario;

/// What is played.
pub struct Plan {
    pub scenarios: Vec<Scenario>,
    /// By scenario, as it was named: a built-in name or a path.
    names: Vec<String>,
    pub left_out: Vec<LeftOut>,
}

impl Plan {
    /// The scenarios that were named; without any, all that either policy would play of its own and that both fit.
    pub fn new(args: &Diff, old: &Side, new: &Side) -> Result<Plan, Failure> {
        let mut plan = Plan { scenarios: Vec::new(), names: Vec::new(), left_out: Vec::new() };
        if args.scenarios.is_empty() {
            plan.own(args, old, new)?;
        } else {
            // Who asks for a scenario by name is told why it cannot be.
            for side in [new, old] {
                fitting(&side.policy, &args.scenarios, true)?;
            }
            for name in &args.scenarios {
                plan.add(args, name, load_scenario(name)?);
            }
        }
        if plan.scenarios.is_empty() {
            plan.left_out
                .iter()
                .for_each(|left| output::warn(&format!("{} does not fit {}: {}", left.policy, left.scenario, left.why)));
            return Err(Failure::Nothing(
                "no built-in scenario is left that both policies may play; name one with --scenario".into(),
            ));
        }
        Ok(plan)
    }

    fn own(&mut self, args: &Diff, old: &Side, new: &Side) -> Result<(), Failure> {
        let mut names = own_scenarios(&new.policy.value.name);
        let more = own_scenarios(&old.policy.value.name);
        names.extend(more.into_iter().filter(|name| !names.contains(name)).collect::<Vec<_>>());
        for name in names {
            let scenario = load_scenario(&name)?;
            let misfit = [(args.old.as_str(), old), (&args.new, new)].into_iter().find_map(|(given, side)| {
                let error = fits(&scenario, &side.policy).err()?;
                Some(LeftOut { scenario: name.clone(), policy: given.to_string(), why: error.message })
            });
            match misfit {
                Some(misfit) => self.left_out.push(misfit),
                None => self.add(args, &name, scenario),
            }
        }
        Ok(())
    }

    /// A scenario at every severity.
    fn add(&mut self, args: &Diff, name: &str, scenario: Loaded<Scenario>) {
        // Without faults every size of them is the same.
        let mut severities = if scenario.value.faults.is_empty() { vec![1.0] } else { args.severity.clone() };
        severities.sort_by(f64::total_cmp);
        severities.dedup();
        for severity in severities {
            self.scenarios.push(Scenario { severity, ..scenario.value.clone() });
            self.names.push(name.to_string());
        }
    }

    /// How reports call what is played.
    pub fn worlds(&self) -> impl Iterator<Item = World> {
        self.scenarios.iter().map(world)
    }

    /// What plays a world again.
    pub fn replay(&self, wanted: &World) -> Replay {
        let index = self.worlds().position(|world| world == *wanted).expect("it was played");
        Replay { scenario: self.names[index].clone(), severity: wanted.severity, wobble: 1.0, with: Vec::new() }
    }
}

fn world(scenario: &Scenario) -> World {
    World { scenario: scenario.name.clone(), expect: scenario.expect, severity: scenario.severity }
}
