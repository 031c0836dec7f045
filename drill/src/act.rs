//! What people do: buttons, commands and requests come down to these.

use gatecrash_policies::suggest;
use serde::{Deserialize, Serialize};

/// One thing that somebody does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "lowercase", deny_unknown_fields)]
pub enum Act {
    /// Goes on to the next stage.
    Promote {
        /// The stage to go on to: refused when it is not the next one. For scripts that would otherwise promote twice.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stage: Option<String>,
    },
    /// Stays in the stage: nothing promotes until somebody does; a proposal is turned down.
    Hold {
        /// Why.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// Decides to roll back.
    Rollback {
        /// Why.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// Runs a step of the playbook.
    Step {
        /// Its name or its number from 1; the next one that was not run when there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<StepName>,
    },
    /// Has noticed, and says so.
    Acknowledge {
        /// What: a gate, an alert; may be empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        what: String,
    },
    /// Calls somebody.
    Page {
        /// A role or a name; the operator on call when empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        whom: String,
    },
    /// Writes something down.
    Note {
        /// What.
        text: String,
    },
    /// The facilitator makes something happen.
    Inject(Box<Inject>),
    /// Stops the clock, or lets it go on.
    Pause {
        /// Whether it is to stand still.
        #[serde(default = "yes")]
        on: bool,
        /// Plays so much simulated time at once, and then stands still (`1m`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<String>,
    },
    /// Sets the pace.
    Speed {
        /// Simulated seconds a second, or `max`.
        speed: SpeedName,
    },
    /// Ends the drill.
    End {
        /// Why.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
}

fn yes() -> bool {
    true
}

/// What a facilitator makes happen: one of `fault`, `herring`, `away` and `back`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inject {
    /// A fault preset (`error_burst`), with the keys that it has in a scenario file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// How large, as in a scenario file: `6x`, `10%`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// On which side: `canary`, `stable` or `both`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// How long it lasts, or how long somebody is away: `10m`. Without it, for good.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub lasting: Option<String>,
    /// A red herring: a line that people see and that means nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub herring: Option<String>,
    /// This person is not there any more: what they do is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub away: Option<String>,
    /// This person is there again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<String>,
}

/// A step of the playbook, by name or by number from 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum StepName {
    /// From 1.
    Number(u32),
    /// As in the policy.
    Name(String),
}

/// A pace as people write it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SpeedName {
    /// Simulated seconds a second.
    Times(f64),
    /// The same as text, or `max`.
    Name(String),
}

impl SpeedName {
    /// Simulated seconds a second, more than 0 and at most 100,000; `None` is as fast as it can.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn read(&self) -> Result<Option<f64>, String> {
        let number = match self {
            SpeedName::Name(name) if name == "max" => return Ok(None),
            SpeedName::Name(name) => name.trim_end_matches('x').parse().ok(),
            SpeedName::Times(times) => Some(*times),
        };
        let fits = number.filter(|speed: &f64| *speed > 0.0 && *speed <= 100_000.0);
        fits.map(Some).ok_or_else(|| "a speed is a number like 1, 10 or 60, above 0 and at most 100,000, or `max`".into())
    }
}

/// The names of the acts, in the order in which help lists them.
pub const ACTS: [&str; 11] =
    ["promote", "hold", "rollback", "step", "acknowledge", "page", "note", "inject", "pause", "speed", "end"];

impl Act {
    /// Its name, as in `/api/act/NAME`.
    pub fn name(&self) -> &'static str {
        match self {
            Act::Promote { .. } => "promote",
            Act::Hold { .. } => "hold",
            Act::Rollback { .. } => "rollback",
            Act::Step { .. } => "step",
            Act::Acknowledge { .. } => "acknowledge",
            Act::Page { .. } => "page",
            Act::Note { .. } => "note",
            Act::Inject(_) => "inject",
            Act::Pause { .. } => "pause",
            Act::Speed { .. } => "speed",
            Act::End { .. } => "end",
        }
    }

    /// Whether it belongs to whoever leads the drill.
    pub fn is_of_the_facilitator(&self) -> bool {
        matches!(self, Act::Inject(_) | Act::Pause { .. } | Act::Speed { .. } | Act::End { .. })
    }

    /// The act of this name with the settings of a JSON object (`{}` is none).
    ///
    /// # Errors
    /// What is wrong with it, in words, for whoever sent it.
    pub fn read(name: &str, settings: serde_json::Map<String, serde_json::Value>) -> Result<Act, String> {
        if !ACTS.contains(&name) {
            let hint = suggest::did_you_mean(name, ACTS);
            return Err(format!("there is no act `{name}`{hint}; there are {}", ACTS.join(", ")));
        }
        let mut tagged = settings;
        if tagged.insert("act".into(), name.into()).is_some() {
            return Err("`act` is said by the address already".into());
        }
        let act: Act = serde_json::from_value(tagged.into()).map_err(|error| format!("{name}: {error}"))?;
        act.check()?;
        Ok(act)
    }

    /// What types do not say.
    fn check(&self) -> Result<(), String> {
        match self {
            Act::Note { text } if text.trim().is_empty() => Err("note: `text` is empty".into()),
            Act::Inject(inject) => inject.check(),
            _ => Ok(()),
        }
    }
}

impl Inject {
    fn check(&self) -> Result<(), String> {
        let kinds = [&self.fault, &self.herring, &self.away, &self.back];
        match kinds.iter().filter(|kind| kind.is_some()).count() {
            1 => Ok(()),
            0 => Err("inject: say one of `fault`, `herring`, `away` and `back`".into()),
            _ => Err("inject: only one of `fault`, `herring`, `away` and `back` at a time".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, json: &str) -> Result<Act, String> {
        Act::read(name, serde_json::from_str(json).unwrap())
    }

    #[test]
    fn every_act_has_its_name() {
        for name in ACTS {
            let settings = match name {
                "note" => r#"{"text":"the graph is flat"}"#,
                "inject" => r#"{"fault":"error_burst","by":"10%","for":"5m"}"#,
                "speed" => r#"{"speed":60}"#,
                _ => "{}",
            };
            let act = read(name, settings).unwrap();
            assert_eq!(act.name(), name);
            let again: Act = serde_json::from_str(&serde_json::to_string(&act).unwrap()).unwrap();
            assert_eq!(again, act, "written and read back");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert!(read("rolback", "{}").unwrap_err().contains("did you mean `rollback`"));
        assert!(read("rollback", r#"{"reson":"x"}"#).unwrap_err().contains("reson"));
        assert!(read("inject", "{}").unwrap_err().contains("one of"));
        assert!(read("note", r#"{"text":" "}"#).unwrap_err().contains("empty"));
    }
}
