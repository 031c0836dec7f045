//! Real drills, without server and clock: a script of acts, played at once.

use crate::account::Account;
use crate::act::Act;
use crate::again;
use crate::cast::Cast;
use crate::event::{Event, Moment};
use crate::plan::{Mode, Plan};
use crate::role::Role;
use gatecrash_policies::time::Time;

/// (minute, who, act, its settings as JSON).
pub type Did = (f64, &'static str, &'static str, &'static str);

/// What is played.
pub struct Script {
    pub cast: Cast,
    pub plan: Plan,
    /// In order of time.
    pub acts: Vec<Did>,
}

pub fn minutes(minutes: f64) -> Time {
    Time((minutes * 60e6) as u64)
}

/// A library scenario with the policy `careful`, at 60x from minute 3 on.
pub fn script(scenario: &str, acts: &[Did]) -> Script {
    let cast = Cast::load(scenario, None, &[]).unwrap();
    let [scenario, policy] = cast.texts.clone();
    let plan = Plan {
        scenario,
        with: Vec::new(),
        policy,
        seed: 3,
        surprise: false,
        mode: Mode::Manual,
        start_us: minutes(3.0).0,
        speed: Some(60.0),
        approve_within_us: minutes(10.0).0,
        stop_if: Vec::new(),
        held: "2026-11-22".into(),
    };
    Script { cast, plan, acts: acts.to_vec() }
}

/// `fran` leads the drill, everybody else runs the rollout.
fn moment((minute, who, name, settings): &Did) -> Moment {
    let role = if *who == "fran" { Role::Facilitator } else { Role::Operator };
    let act = Act::read(name, serde_json::from_str(settings).unwrap()).unwrap();
    let event = Event::Act { who: who.to_string(), role: Some(role), act, said: String::new(), refused: false };
    Moment { t_us: minutes(*minute).0, event }
}

/// Plays a script to its end.
pub fn play(script: &Script) -> Account {
    let moments: Vec<Moment> = script.acts.iter().map(moment).collect();
    again::play(&script.plan, &script.cast, &moments, None).unwrap().account
}
