//! A file of any kind, told by its first key.

use crate::error::{Error, Problem, suggestion};
use crate::library::{Book, SCENARIOS, library_scenarios, policies};
use crate::load::{Loaded, family_of, load_policy, load_scenario, read_policy, read_scenario, read_suite};
use crate::read::shortened;
use crate::source::{Source, is_path};
use crate::suite::Suite;
use crate::yaml::Value;
use gatecrash_policies::Policy;
use gatecrash_sim::Scenario;

/// What a file of ours is.
#[derive(Clone, Debug)]
pub enum File {
    /// A policy.
    Policy(Box<Loaded<Policy>>),
    /// A scenario.
    Scenario(Box<Loaded<Scenario>>),
    /// A suite.
    Suite(Box<Loaded<Suite>>),
    /// A family: a file of many scenarios.
    Family(Vec<Loaded<Scenario>>),
}

/// A path, or the name of something built in; of a policy and a scenario of the same name the policy is meant.
pub fn open(name: &str) -> Result<File, Error> {
    if is_path(name) || std::path::Path::new(name).exists() {
        return read(Source::open(name)?);
    }
    let policy = |book: &Book| book.name == name;
    if policies().any(policy) {
        return load_policy(name).map(|policy| File::Policy(Box::new(policy)));
    }
    let scenarios: Vec<String> = library_scenarios().into_iter().map(|listed| listed.name).collect();
    if SCENARIOS.iter().any(policy) || scenarios.iter().any(|scenario| scenario == name) {
        return load_scenario(name).map(|scenario| File::Scenario(Box::new(scenario)));
    }
    let names: Vec<&str> = policies().map(|book| book.name).chain(scenarios.iter().map(String::as_str)).collect();
    let hint = suggestion(name, &names);
    let message = format!("no file and no built-in policy or scenario of this name{hint}");
    Err(Error { file: shortened(name), at: None, message, line: None })
}

fn read(source: Source) -> Result<File, Error> {
    let Value::Map(entries) = &source.tree.value else {
        return Err(source.error(source.tree.problem(format!("found {}; {FIRST}", source.tree.found()))));
    };
    let has = |name: &str| entries.iter().find(|(key, _)| key.name == name);
    // The first key tells; where it stands elsewhere, so does that.
    let first = entries.first().map_or("", |(key, _)| key.name.as_str());
    let kinds = [first, "policy", "scenario", "suite", "family"];
    // `policy:` stands in scenarios too.
    let kind = kinds.into_iter().find(|kind| match *kind {
        "policy" => has("policy").is_some() && has("scenario").is_none(),
        "scenario" | "suite" | "family" => has(kind).is_some(),
        _ => false,
    });
    match kind {
        Some("policy") => read_policy(source).map(|policy| File::Policy(Box::new(policy))),
        Some("scenario") => read_scenario(source, &[]).map(|scenario| File::Scenario(Box::new(scenario))),
        Some("suite") => read_suite(source).map(|suite| File::Suite(Box::new(suite))),
        Some(_) => family_of(source).map(File::Family),
        None => Err(source.error(unlike(&source, first))),
    }
}

const FIRST: &str = "a file of ours begins with `policy: NAME`, `scenario: NAME` or `suite: NAME`";

fn unlike(source: &Source, first: &str) -> Problem {
    let at = super::place::place(source, "");
    let hint = suggestion(first, &["policy", "scenario", "suite"]);
    let hint = if hint.contains("did you mean") { hint } else { String::new() };
    Problem { at: Some(at), message: format!("found the key `{}`; {FIRST}{hint}", shortened(first)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<File, Error> {
        read(Source::from_bytes("a.yaml".into(), None, text.as_bytes().to_vec())?)
    }

    #[test]
    fn names_and_first_keys_tell_what_a_file_is() {
        assert!(matches!(open("run-control"), Ok(File::Policy(_))));
        assert!(matches!(open("healthy-day"), Ok(File::Scenario(_))));
        assert!(matches!(open("run-control-cancel-to-ack"), Ok(File::Scenario(_))));
        assert!(open("helthy-day").unwrap_err().to_string().contains("did you mean `healthy-day`?"));
        assert!(open("none.yaml").unwrap_err().to_string().contains("no such file"));
        assert!(of("polcy: a\n").unwrap_err().to_string().contains("did you mean `policy`?"));
        assert!(of("- a\n").unwrap_err().to_string().contains("found a list"));
        let scenario = of("policy: careful\nscenario: a\n").unwrap_err().to_string();
        assert!(scenario.contains("a scenario needs"), "{scenario}");
    }
}
