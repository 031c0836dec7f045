//! The deterministic core, on scenarios of the library: who decides, what is seen, and that it plays again.

use gatecrash_drill::account::{Account, Fate};
use gatecrash_drill::again::{self, Again};
use gatecrash_drill::cast::Cast;
use gatecrash_drill::event::{Event, Moment};
use gatecrash_drill::plan::{Mode, Plan};
use gatecrash_drill::record::{Record, Recorder};
use gatecrash_drill::role::{Caller, Role};
use gatecrash_drill::session::Session;
use gatecrash_drill::{Act, script};
use gatecrash_policies::time::Time;
use gatecrash_sim::trial::Outcome;
use serde_json::json;

const MINUTE: u64 = 60_000_000;

pub fn plan(cast: &Cast, mode: Mode, seed: u64) -> Plan {
    let [scenario, policy] = cast.texts.clone();
    Plan {
        scenario,
        with: Vec::new(),
        policy,
        seed,
        surprise: false,
        mode,
        start_us: 0,
        speed: Some(60.0),
        approve_within_us: 15 * MINUTE,
        stop_if: Vec::new(),
        held: "2026-11-22".into(),
    }
}

pub fn breach() -> Cast {
    Cast::load("cancel-latency-spike", Some("careful"), &[]).unwrap()
}

pub fn did(minutes: u64, who: &str, act: &str, settings: serde_json::Value) -> Moment {
    let act = Act::read(act, settings.as_object().unwrap().clone()).unwrap();
    let event = Event::Act { who: who.into(), role: Some(Role::Operator), act, said: String::new(), refused: false };
    Moment { t_us: minutes * MINUTE, event }
}

fn played(cast: &Cast, plan: &Plan, acts: &[Moment]) -> Again {
    again::play(plan, cast, acts, None).unwrap()
}

/// People who go through the stages as the policy would, see the breach, and roll back so many minutes after the policy would have.
fn people_roll_back(mode: Mode, late: u64) -> (Cast, Plan, Vec<Moment>) {
    let cast = breach();
    let mut plan = plan(&cast, mode, 3);
    let policy = cast.game().play(3, false).remove(0);
    let decided = policy.instants.decided.unwrap().0 / MINUTE + 1;
    plan.start_us = (decided - 5) * MINUTE;
    let acts = vec![
        did(decided + late / 2, "ana", "acknowledge", json!({"what": "cancel-to-ack"})),
        did(decided + late, "ana", "rollback", json!({"reason": "cancels pile up"})),
        did(decided + late + 1, "ana", "step", json!({})),
        did(decided + late + 3, "ben", "step", json!({})),
        did(decided + late + 5, "ana", "step", json!({})),
    ];
    (cast, plan, acts)
}

fn said(account: &Account, act: &str) -> Vec<Result<String, String>> {
    account.deeds.iter().filter(|deed| deed.act.name() == act).map(|deed| deed.answer.clone()).collect()
}

#[test]
fn automatic_with_nobody_there_is_the_trial() {
    let cast = breach();
    for seed in [1, 2] {
        let again = played(&cast, &plan(&cast, Mode::Automatic, seed), &[]);
        let alone = cast.game().play(seed, true).remove(0);
        assert_eq!(again.account.trial, alone);
        assert_eq!(again.account.automatic, alone);
        assert!(again.account.runs.iter().all(|run| run.who == "policy" && run.in_order), "{:?}", again.account.runs);
        assert!(!again.account.runs.is_empty());
    }
}

#[test]
fn by_hand_nobody_there_misses_the_breach() {
    let cast = breach();
    let again = played(&cast, &plan(&cast, Mode::Manual, 3), &[]);
    assert_eq!(again.account.reason, "horizon");
    assert_eq!(again.account.trial.instants.decided, None);
}

#[test]
fn people_roll_back_by_hand_and_are_seen_to_be_late() {
    let (cast, plan, acts) = people_roll_back(Mode::Manual, 20);
    let account = played(&cast, &plan, &acts).account;
    assert_eq!(account.trial.outcome, Outcome::Detected, "{:#?}", account.lines);
    assert!(said(&account, "rollback")[0].as_ref().unwrap().contains("the next step is"));
    let late = account.trial.instants.decided.unwrap().since(account.automatic.instants.decided.unwrap());
    assert!((19 * MINUTE..=22 * MINUTE).contains(&late.0), "{late}");
    assert!(account.trial.harmed > account.automatic.harmed);
    assert!(account.best.trial.harmed <= account.automatic.harmed, "the best is no worse than the policy");
    assert!(account.runs.iter().all(|run| run.in_order && run.done.is_some()), "{:?}", account.runs);
    assert_eq!(account.reason, "recovered", "{:?}", account.trial.instants);
    assert!(account.trial.instants.validated.is_some());
}

#[test]
fn a_record_plays_again_to_the_byte() {
    let (cast, plan, acts) = people_roll_back(Mode::Manual, 10);
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, again: &Again| {
        let path = folder.path().join(name);
        let mut recorder = Recorder::create(&path, &plan).unwrap();
        recorder.add(&again.moments, again.account.ended.0).unwrap();
        std::fs::read(path).unwrap()
    };
    let first = write("first", &played(&cast, &plan, &acts));
    let record = Record::read(&first).unwrap();
    assert!(record.is_ended());
    let cast = Cast::of_plan(&record.plan).unwrap();
    let again = again::replay(&record, &cast).unwrap();
    assert!(first == write("second", &again), "the same bytes");
    // What came of it is part of the record: another world is another record.
    let mut other = record.clone();
    other.plan.seed += 1;
    let why = again::replay(&other, &cast).err().unwrap();
    assert!(why.contains("line ") && why.contains("altered"), "{why}");
}

/// An engine plays as far as the wall clock has it; a replay plays from act to act.
#[test]
fn how_far_is_played_at_a_time_changes_nothing() {
    for (scenario, seed) in [("cancel-latency-spike", 3), ("stuck-rollback", 2), ("reconnect-storm", 1)] {
        let cast = Cast::load(scenario, Some("careful"), &[]).unwrap();
        let plan = plan(&cast, Mode::Manual, seed);
        // So many are called that several answer within a second.
        let calls = (0..120).map(|n| did(9, "ana", "page", json!({"whom": format!("number {n}")})));
        let step = |minutes, who: &str| did(minutes, who, "step", json!({"step": 1}));
        let acts: Vec<Moment> = calls.chain([step(12, "ana"), did(13, "ana", "page", json!({})), step(14, "ben")]).collect();
        let whole = played(&cast, &plan, &acts).moments;
        for (first, stride) in [(1, 777_777), (400_000, 3_300_000), (0, 61_000_000)] {
            let game = cast.game();
            let setup = game.setup(plan.seed);
            let mut session = Session::begin(&game, &setup, &cast.policy, &plan).unwrap();
            let (mut told, mut due) = (Vec::new(), acts.iter().peekable());
            let mut until = first;
            while session.over().is_none() {
                while let Some(Moment { t_us, event: Event::Act { who, role, act, .. } }) = due.next_if(|act| act.t_us <= until) {
                    session.advance(Time(*t_us));
                    let _ = session.act(&Caller { who: who.clone(), role: *role }, act);
                }
                session.advance(Time(until));
                told.extend(session.news().moments);
                until += stride;
            }
            assert!(told == whole, "{scenario} in strides of {stride} us");
        }
    }
}

#[test]
fn a_record_that_was_cut_off_in_time_plays_as_far_as_it_goes() {
    let (cast, plan, acts) = people_roll_back(Mode::Manual, 10);
    let whole = played(&cast, &plan, &acts);
    for share in [3, 5, 9] {
        let most = whole.moments.len() * share / 10;
        let moments = whole.moments[..most].to_vec();
        let reached_us = moments.last().unwrap().t_us;
        let record = Record { version: env!("CARGO_PKG_VERSION").into(), plan: plan.clone(), moments, reached_us };
        let again = again::replay(&record, &cast).unwrap();
        assert_eq!(again.account.reason, "interrupted");
        assert_eq!(again.account.ended, Time(reached_us));
    }
}

#[test]
fn what_is_proposed_is_confirmed_turned_down_or_lapses() {
    let (cast, mut plan, acts) = people_roll_back(Mode::Supervised, 20);
    plan.approve_within_us = 8 * MINUTE;
    let account = played(&cast, &plan, &acts).account;
    let fates: Vec<_> = account.proposals.iter().map(|p| (p.act, p.fate.as_ref().map(|(_, fate)| fate.clone()))).collect();
    let lapsed = fates.iter().filter(|(act, fate)| *act == "rollback" && *fate == Some(Fate::Lapsed)).count();
    assert!(lapsed >= 2, "20 minutes are two lapses of 8: {fates:?}");
    assert!(fates.contains(&("rollback", Some(Fate::Confirmed("ana".into())))), "{fates:?}");
    assert!(fates.contains(&("step", Some(Fate::Confirmed("ana".into())))), "{fates:?}");
    let held = vec![acts[0].clone(), Moment { t_us: acts[0].t_us, ..did(0, "ana", "hold", json!({})) }];
    let account = played(&cast, &plan, &held).account;
    let fates: Vec<_> = account.proposals.iter().map(|p| (p.act, p.fate.as_ref().map(|(_, fate)| fate.clone()))).collect();
    assert!(fates.contains(&("rollback", Some(Fate::TurnedDown("ana".into())))), "{fates:?}");
}

#[test]
fn what_cannot_be_done_is_refused_with_the_reason() {
    let (cast, plan, acts) = people_roll_back(Mode::Manual, 10);
    let after = acts[1].t_us / MINUTE + 2;
    let more = [
        did(after, "ana", "promote", json!({})),
        did(after, "ana", "rollback", json!({})),
        did(after, "ana", "step", json!({"step": "no such step"})),
        did(after, "ana", "step", json!({"step": 99})),
        did(after, "ana", "speed", json!({"speed": -1})),
        did(after, "ana", "inject", json!({"fault": "eror_burst"})),
        did(after, "lead", "inject", json!({"away": "ana", "for": "2m"})),
        did(after + 1, "ana", "note", json!({"text": "still here"})),
        did(after + 4, "ana", "note", json!({"text": "back again"})),
    ];
    let mut all = [acts.as_slice(), more.as_slice()].concat();
    all.sort_by_key(|moment| moment.t_us);
    let account = played(&cast, &plan, &all).account;
    let refused = |act: &str| said(&account, act).into_iter().filter_map(Result::err).collect::<Vec<_>>().join("; ");
    assert!(refused("promote").contains("rollback is under way"), "{}", refused("promote"));
    assert!(refused("rollback").contains("rollback is under way"));
    assert!(refused("step").contains("no step `no such step`") && refused("step").contains("no step 99"), "{}", refused("step"));
    assert!(refused("speed").contains("max"));
    assert!(refused("inject").contains("did you mean `error_burst`"), "{}", refused("inject"));
    assert!(refused("note").contains("ana is away"), "{}", refused("note"));
    assert_eq!(said(&account, "note").len(), 2, "and the second one was written");
}

#[test]
fn what_is_injected_happens_and_only_the_facilitator_sees_it() {
    let cast = Cast::load("healthy-day", Some("careful"), &[]).unwrap();
    let plan = plan(&cast, Mode::Manual, 2);
    let inject = json!({"fault": "cancel_latency_spike", "by": "8x", "on": "canary"});
    let herring = json!({"herring": "support hears that everything is slow"});
    let acts = [did(30, "lead", "inject", inject), did(31, "lead", "inject", herring)];
    let game = cast.game();
    let setup = game.setup(plan.seed);
    let mut session = Session::begin(&game, &setup, &cast.policy, &plan).unwrap();
    for moment in &acts {
        let Event::Act { who, act, .. } = &moment.event else { unreachable!() };
        session.advance(Time(moment.t_us));
        session.act(&Caller { who: who.clone(), role: Some(Role::Facilitator) }, act).unwrap();
    }
    session.advance(Time(60 * MINUTE));
    let lines = session.news().lines;
    let public: Vec<&str> = lines.iter().filter(|(_, hidden)| !hidden).map(|(line, _)| line.text.as_str()).collect();
    assert!(public.iter().all(|text| !text.contains("spike") && !text.contains("injected")), "{public:#?}");
    assert!(public.contains(&"support hears that everything is slow"));
    assert!(lines.iter().any(|(line, hidden)| *hidden && line.text.contains("cancel_latency_spike")));
    let truth = session.state().truth.unwrap();
    assert!(truth.faults.iter().any(|fault| fault.injected && fault.began_s == Some(1_800.0)), "{:?}", truth.faults);
    let account = played(&cast, &plan, &acts).account;
    assert_eq!(account.automatic.outcome, Outcome::FalseRollback, "what was put in is put in for the policy as well");
    assert!(account.automatic.instants.harmed.is_some());
}

#[test]
fn a_condition_ends_it() {
    let cast = breach();
    let mut plan = plan(&cast, Mode::Manual, 3);
    plan.stop_if = vec!["harmed >= 20".into()];
    let account = played(&cast, &plan, &[]).account;
    assert_eq!((account.reason.as_str(), account.text.as_str()), ("stop condition", "harmed >= 20"));
    assert!(account.trial.harmed >= 20);
}

#[test]
fn a_script_is_a_drill_written_down() {
    let text = "\
drill: friday
scenario: cancel-latency-spike
policy: careful
seed: 3
start: 8m
acts:
  - { at: +40m, who: ana, act: rollback, with: { reason: cancels pile up } }
  - { at: +42m, who: ana, act: step }
";
    let (cast, plan, acts) = script::read("friday.yaml", text, "2026-11-22").unwrap();
    let [one, two] = [0, 1].map(|_| played(&cast, &plan, &acts));
    assert_eq!(one.moments, two.moments);
    assert_eq!(one.account.trial, two.account.trial);
    assert_eq!(one.account.deeds.len(), 2);
    let late = text.replace("+42m", "+9h");
    let (cast, plan, acts) = script::read("friday.yaml", &late, "2026-11-22").unwrap();
    let why = again::play(&plan, &cast, &acts, None).err().unwrap();
    assert!(why.contains("step by ana") && why.contains("the drill is over by then (horizon"), "{why}");
    let wrong = |from: &str, to: &str| script::read("friday.yaml", &text.replace(from, to), "").err().unwrap();
    assert!(wrong("act: rollback", "act: rolback").contains("did you mean `rollback`"));
    assert!(wrong("+42m", "1s").contains("before people come in"));
    let misspelt = wrong("policy: careful", "polcy: careful");
    assert!(misspelt.starts_with("friday.yaml:3:1: unknown field `polcy`"), "{misspelt}");
    assert!(misspelt.contains("did you mean `policy`"), "{misspelt}");
    assert!(wrong(text, "").contains("the file is empty"));
    assert!(wrong("seed: 3", "seed: x").contains("friday.yaml"));
}
