//! What the knobs of a component stand at before anything bends them, and where stages and faults turn them to.

use gatecrash_policies::policy::{Act, By, Policy};
use gatecrash_sim::dice::Dist;
use gatecrash_sim::knobs::{Level, level_of};
use gatecrash_sim::scenario::{ComponentSpec, Kind, Scenario, Traffic};

/// A knob's own value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Base {
    /// A number in the knob's unit: fraction, per second, plain.
    Number(f64),
    /// A length of time, or a plain number, that is drawn.
    Drawn(Dist),
}

/// A knob that is turned, on the canary.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Turn {
    /// A component or a kind.
    pub component: String,
    /// The knob.
    pub knob: String,
    /// By how much.
    pub by: By,
}

/// What stages have turned on the canary by the time that this one is in effect.
pub(super) fn turns(policy: &Policy, stage: usize) -> Vec<Turn> {
    let acts = policy.stages[..=stage].iter().flat_map(|stage| &stage.enter);
    let turn = |act: &Act| match act {
        Act::Bend { component, knob, by, .. } => Some(Turn { component: component.clone(), knob: knob.clone(), by: *by }),
        _ => None,
    };
    acts.filter_map(turn).collect()
}

/// Whether a bend of `named.knob` means a knob of this component: by its name, or by its kind where nothing has that name.
pub(super) fn means(scenario: &Scenario, named: &str, component: &ComponentSpec) -> bool {
    let is_name = scenario.system.iter().any(|c| c.name == named);
    if is_name { component.name == named } else { component.spec().name == named }
}

/// Where a knob of a component stands after these turns.
pub(super) fn level(scenario: &Scenario, turns: &[Turn], component: &ComponentSpec, knob: &str) -> Level {
    let own = turns.iter().filter(|turn| turn.knob == knob && means(scenario, &turn.component, component));
    own.fold(Level::IDENTITY, |level, turn| {
        let then = level_of(turn.by, 1.0);
        Level { times: level.times * then.times, plus: level.plus * then.times + then.plus }
    })
}

/// The own value of a knob of the world's own parts.
pub(super) fn world_base(scenario: &Scenario, part: &str, knob: &str) -> Option<Base> {
    Some(match (part, knob) {
        ("traffic", "rate") => Base::Number(match scenario.traffic.as_ref()? {
            Traffic::Poisson { rate } | Traffic::Sessions { rate, .. } => *rate,
            Traffic::Diurnal { mean, .. } => *mean,
            Traffic::Bursty { base, .. } => *base,
            Traffic::Recorded(_) => return None,
        }),
        ("telemetry", "delay") => Base::Drawn(scenario.telemetry.delay),
        ("telemetry", "loss") => Base::Number(scenario.telemetry.loss),
        ("telemetry", "duplicate") => Base::Number(scenario.telemetry.duplicate),
        ("steering", "propagation") => Base::Drawn(scenario.steering.propagation),
        ("operators", "acknowledge") => Base::Drawn(scenario.operators.acknowledge),
        ("telemetry", "freeze") | ("steering", "stuck" | "drift") | ("operators", "away") => Base::Number(0.0),
        _ => return None,
    })
}

/// The own value of a knob of a component; `None`: it has no such knob, or nothing for it to bend.
pub(super) fn base(component: &ComponentSpec, knob: &str) -> Option<Base> {
    let own = match &component.kind {
        Kind::Calls(_) => calls(component, knob),
        Kind::Effects(_) => effects(component, knob),
        Kind::Connections(_) => connections(component, knob),
        Kind::Reviews(_) => reviews(component, knob),
        Kind::Checks(_) => checks(component, knob),
        Kind::Tasks(_) => tasks(component, knob),
    };
    let mark = || component.marks.iter().find(|(name, _)| name == knob).map(|(_, split)| Base::Number(split.base));
    let amount = || component.amounts.iter().find(|(name, _)| name == knob).map(|(_, split)| Base::Drawn(split.base));
    own.or_else(mark).or_else(amount)
}

fn calls(component: &ComponentSpec, knob: &str) -> Option<Base> {
    let Kind::Calls(c) = &component.kind else { return None };
    let (dependency, hops) = (c.dependency.as_ref(), c.hops.as_ref());
    Some(match knob {
        "latency" => Base::Drawn(c.service),
        "cancel_latency" => Base::Drawn(c.cancel_latency),
        "dependency_latency" => Base::Drawn(dependency?.latency),
        "hops" => Base::Drawn(hops?.count),
        _ => Base::Number(match knob {
            "error_rate" => c.errors,
            "cancel" => c.cancel,
            "capacity" => f64::from(c.servers?),
            "drop" => c.drop,
            "duplicate_final" => c.duplicate_final,
            "dependency_errors" => dependency?.errors,
            "fallback" => dependency?.fallback,
            "unsafe_end" => dependency?.unsafe_end,
            "duplicate_read" => hops?.duplicate_read,
            "mode" => c.mode,
            _ => return None,
        }),
    })
}

fn effects(component: &ComponentSpec, knob: &str) -> Option<Base> {
    let Kind::Effects(e) = &component.kind else { return None };
    Some(match knob {
        "latency" => Base::Drawn(e.commit),
        "reconcile" => Base::Drawn(e.reconcile?),
        _ => Base::Number(match knob {
            "probability" => e.probability,
            "error_rate" => e.errors,
            "timeout_after_commit" => e.timeout_after_commit,
            "idempotency" => e.idempotency,
            "durability" => e.durability,
            "bypass" => e.bypass,
            "untraced" => e.untraced,
            "suppress" => e.suppress,
            "stop_on_unknown" => e.stop_on_unknown,
            "after_failure" => e.after_failure,
            _ => return None,
        }),
    })
}

fn connections(component: &ComponentSpec, knob: &str) -> Option<Base> {
    let Kind::Connections(c) = &component.kind else { return None };
    Some(match knob {
        "replay_cost" => Base::Drawn(c.replay),
        "consumer_speed" => Base::Drawn(c.consumer_speed),
        "message_lag" => Base::Drawn(c.message_lag),
        _ => Base::Number(match knob {
            "drop_rate" => c.drop,
            "disconnect" => 0.0,
            "accept_rate" => c.accept_rate,
            "auth_errors" => c.auth_errors,
            "stale_cursor" => c.stale_cursor,
            "messages" => c.messages,
            "duplicate_message" => c.duplicate_message,
            _ => return None,
        }),
    })
}

fn reviews(component: &ComponentSpec, knob: &str) -> Option<Base> {
    let Kind::Reviews(r) = &component.kind else { return None };
    Some(match knob {
        "session_ttl" => Base::Drawn(r.session?),
        _ => Base::Number(match knob {
            "probability" => r.probability,
            "reviewers" => f64::from(r.reviewers),
            "reviewer_speed" | "expiry" => 1.0,
            "fallback" => r.fallback,
            "session_visible" => r.session_visible,
            "reinit" => r.reinit,
            "reinit_checked" => r.reinit_checked,
            "reinit_linked" => r.reinit_linked,
            "revoked" => r.revoked,
            "revocation_honoured" => r.revocation_honoured,
            _ => return None,
        }),
    })
}

fn checks(component: &ComponentSpec, knob: &str) -> Option<Base> {
    let Kind::Checks(c) = &component.kind else { return None };
    let step = || c.flow.iter().find(|(name, _)| name == knob).map(|(_, share)| *share);
    Some(Base::Number(match knob {
        "pass_rate" => c.pass,
        "violation_rate" => c.violation,
        "match_rate" => c.matches,
        "false_positive_rate" => c.false_positive,
        "skip" => c.skip,
        "recursion" => c.recursion,
        "guard" => c.guard,
        "audit" => c.audit,
        "verifier_error" => c.verifier_error,
        "stuck" => c.stuck,
        _ => step()?,
    }))
}

fn tasks(component: &ComponentSpec, knob: &str) -> Option<Base> {
    let Kind::Tasks(t) = &component.kind else { return None };
    Some(match knob {
        "work" => Base::Drawn(t.work),
        _ => Base::Number(match knob {
            "sla" => t.sla.seconds(),
            "cap" => f64::from(t.cap),
            "fanout" => f64::from(t.targets),
            "record_only" => t.record_only,
            "record_only_kept" => 1.0,
            "cap_kept" => t.cap_kept,
            "replay" => t.replay,
            "idempotency" => t.idempotency,
            "disorder" => t.disorder,
            "order_check" => t.order_check,
            "shared_claim" => t.shared_claim,
            "foreign_claim" => t.foreign_claim,
            "assignee_check" => t.assignee_check,
            "rewrite" => t.rewrite,
            "publish" => t.publish,
            "pipeline_failure" => t.pipeline_failure,
            _ => return None,
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatecrash_sim::catalog::WORLD;

    #[test]
    fn every_knob_of_the_library_stands_somewhere() {
        // What a scenario does not have (no dependency, no sessions, no servers that are counted) has no knob to turn.
        let idle = ["capacity", "dependency_errors", "dependency_latency", "fallback", "unsafe_end", "hops", "duplicate_read"];
        let idle = [idle.as_slice(), &["reconcile", "session_ttl", "backoff"]].concat();
        for listed in crate::library_scenarios() {
            let scenario = crate::load_scenario(&listed.name).unwrap().value;
            for component in &scenario.system {
                for (knob, _) in component.knobs() {
                    assert!(base(component, &knob).is_some() || idle.contains(&knob.as_str()), "{}: {knob}", listed.name);
                }
            }
            for part in WORLD {
                for knob in part.knobs {
                    let known = world_base(&scenario, part.name, knob.name).is_some() || part.name == "traffic";
                    assert!(known, "{}.{}", part.name, knob.name);
                }
            }
        }
    }
}
