//! Scenario and policy of a drill: read once, kept in the plan as text, and read again from there.

use crate::plan::{Plan, Text};
use crate::record::digest_of;
use gatecrash_policies::policy::Policy;
use gatecrash_scenarios::{
    Change, Loaded, fits, is_path, load_policy, load_scenario_with, policy_from_text, scenario_from_text_with,
};
use gatecrash_sim::Match;
use gatecrash_sim::scenario::Scenario;

/// Who plays what.
#[derive(Clone, Debug)]
pub struct Cast {
    /// What is played.
    pub scenario: Scenario,
    /// Whose rollout it is.
    pub policy: Policy,
    /// What looks odd about the files; whole sentences.
    pub warnings: Vec<String>,
    /// The two as a plan keeps them.
    pub texts: [Text; 2],
}

impl Cast {
    /// Reads what is built in or a file; `policy` is the scenario's own where none is named.
    ///
    /// # Errors
    /// What is wrong, with file and line, and what to do.
    pub fn load(scenario: &str, policy: Option<&str>, with: &[String]) -> Result<Cast, String> {
        let loaded = load_scenario_with(scenario, &typed(with)?).map_err(|error| error.to_string())?;
        let own = loaded.policy.clone();
        let policy = policy
            .map(str::to_string)
            .or(own)
            .ok_or_else(|| format!("{} names no policy of its own; add --policy, for instance --policy careful", loaded.file))?;
        let texts = [text_of(scenario, &loaded), text_of(&policy, &load_policy(&policy).map_err(|e| e.to_string())?)];
        Cast::of(loaded, load_policy(&policy).map_err(|error| error.to_string())?, texts)
    }

    /// Reads what a plan keeps.
    ///
    /// # Errors
    /// What is wrong, and what to do.
    pub fn of_plan(plan: &Plan) -> Result<Cast, String> {
        match Cast::of_plan_now(plan)? {
            (cast, None) => Ok(cast),
            (_, Some(changed)) => Err(format!("{changed}: play it with the version that made the record")),
        }
    }

    /// Reads what a plan keeps, what is built in as it is now; and says what of that is not what it was.
    ///
    /// # Errors
    /// What is wrong, and what to do.
    pub fn of_plan_now(plan: &Plan) -> Result<(Cast, Option<String>), String> {
        let changes = typed(&plan.with)?;
        let scenario = match &plan.scenario.text {
            Some(text) => scenario_from_text_with(&plan.scenario.name, text.as_bytes(), &changes),
            None => load_scenario_with(&plan.scenario.name, &changes),
        };
        let (scenario, policy) = (scenario.map_err(|e| e.to_string())?, policy_of(&plan.policy)?);
        let texts = [(&plan.scenario, scenario.text()), (&plan.policy, policy.text())];
        let changed = texts.into_iter().find(|(text, now)| digest_of(now) != text.digest);
        let changed = changed.map(|(text, _)| format!("`{}` is not what it was when the drill was held", text.name));
        Ok((Cast::of(scenario, policy, [plan.scenario.clone(), plan.policy.clone()])?, changed))
    }

    fn of(scenario: Loaded<Scenario>, policy: Loaded<Policy>, texts: [Text; 2]) -> Result<Cast, String> {
        let fit = fits(&scenario, &policy).map_err(|error| error.to_string())?;
        Match::new(&scenario.value, &[&policy.value])
            .map_err(|(_, error)| format!("{}: {}: {}", policy.file, error.gate, error.message))?;
        let warnings = [scenario.warnings, policy.warnings, fit].concat();
        Ok(Cast { scenario: scenario.value, policy: policy.value, warnings, texts })
    }

    /// The match of the two.
    pub fn game(&self) -> Match<'_> {
        Match::new(&self.scenario, &[&self.policy]).expect("they fit: it was seen when they were read")
    }
}

/// The policy that a plan keeps; what is built in as it is now.
///
/// # Errors
/// What is wrong with it.
pub fn policy_of(kept: &Text) -> Result<Loaded<Policy>, String> {
    let policy = match &kept.text {
        Some(text) => policy_from_text(&kept.name, text.as_bytes()),
        None => load_policy(&kept.name),
    };
    policy.map_err(|error| error.to_string())
}

fn typed(with: &[String]) -> Result<Vec<Change>, String> {
    with.iter().map(|change| Change::typed(change).map_err(|error| error.to_string())).collect()
}

fn text_of<T>(name: &str, loaded: &Loaded<T>) -> Text {
    let text = is_path(name).then(|| loaded.text().to_string());
    Text { name: name.into(), text, digest: digest_of(loaded.text()) }
}
