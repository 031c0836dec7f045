//! `explain`: what can be said of a scenario and a policy without playing them.

mod grid;
mod json;
mod text;
mod worth;

use crate::args::{Explain, ExplainFormat};
use crate::{Failure, output};
use gatecrash_policies::Policy;
use gatecrash_scenarios::{Forecast, fits, forecast, load_policy, load_scenario};
use gatecrash_sim::Scenario;

/// What is said, and of what.
struct Said<'a> {
    scenario: &'a Scenario,
    policy: &'a Policy,
    forecast: &'a Forecast,
}

/// Works it out and prints it.
pub fn explain(args: &Explain) -> Result<(), Failure> {
    let mut scenario = load_scenario(&args.scenario)?;
    let name = args.policy.clone().or(scenario.policy.clone()).ok_or_else(|| {
        let message = format!("{} names no policy of its own; add --policy, for instance --policy careful", scenario.file);
        Failure::Input(message)
    })?;
    let policy = load_policy(&name)?;
    // What does not go together is an error; gates that are not judged are told below.
    fits(&scenario, &policy)?;
    scenario.warnings.iter().chain(&policy.warnings).for_each(|warning| output::warn(warning));
    scenario.value.severity = args.severity;
    let forecast = forecast(&scenario.value, &policy.value)
        .map_err(|error| Failure::Input(format!("{}: {}: {}", policy.file, error.gate, error.message)))?;
    let said = Said { scenario: &scenario.value, policy: &policy.value, forecast: &forecast };
    output::stdout(|out| match args.format {
        ExplainFormat::Text => text::write(&said, out),
        ExplainFormat::Json => json::write(&said, out),
    })
}
