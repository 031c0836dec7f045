//! The deterministic core of a drill: one simulated rollout, and people who act in it at simulated moments.
//!
//! A [`Session`] knows no wall clock. What it comes to depends on its [`Plan`], and on what was done at which simulated moment; so a
//! record of both plays it again, to the byte.

mod acts;
mod hear;
mod propose;
mod view;

use crate::account::{Deed, Proposed, Run};
use crate::event::{Event, Moment};
use crate::plan::{Mode, Plan};
use crate::role::Caller;
use crate::state::{Line, Person, Points, Proposal, Switches};
use crate::stop::StopIf;
use gatecrash_policies::Controller;
use gatecrash_policies::monitor::Monitor;
use gatecrash_policies::policy::Policy;
use gatecrash_policies::rollout::Drive;
use gatecrash_policies::sample::Sample;
use gatecrash_policies::time::{Span, Time};
use gatecrash_sim::Match;
use gatecrash_sim::play::{Ending, Harm, Live};
use gatecrash_sim::scenario::{Fault, Scenario};
use gatecrash_sim::setup::Setup;

/// How often the record says where the world stood, so that a replay can tell that it is the same.
const CHECK: Span = Span::from_secs(600);

/// How often a session takes in what is new, beside rounds and acts: what stands in the record in which order must not hang on how far
/// somebody happened to play at a time. Weeks are played with a longer breath.
const BEATS: [Span; 2] = [Span::from_secs(1), Span::from_secs(10)];
const LONG: Span = Span::from_secs(86_400);

/// A drill under way.
pub struct Session<'a> {
    scenario: &'a Scenario,
    policy: &'a Policy,
    plan: &'a Plan,
    live: Live<'a>,
    monitor: Monitor,
    stop_if: Vec<StopIf>,
    /// How much of what the live trial tells was taken in: samples, words of the rollout, words of the world, stages that began.
    heard: [usize; 4],
    /// When the rollout had its last round, as it said before.
    next_round: Time,
    next_check: Time,
    /// By gate: what it says, and since when.
    statuses: Vec<Option<(&'static str, Time, String)>>,
    /// Whether people are there.
    is_live: bool,
    held: bool,
    /// How much of its soak the stage lacked when somebody last promoted, in seconds.
    unserved_s: f64,
    harm: Harm,
    /// Subjects of stable and of the canary, as the last samples of both tell.
    subjects: [Option<u32>; 2],
    proposal: Option<Proposal>,
    /// The act that was turned down and is not proposed again until the policy has not wanted it for a round.
    turned_down: Option<&'static str>,
    people: Vec<(Person, Option<Time>)>,
    /// Those who were called: (whom, number of the action).
    pages: Vec<(String, usize)>,
    /// Per run, the number of its action.
    run_actions: Vec<usize>,
    switches: Switches,
    injected: Vec<(Time, Fault)>,
    over: Option<(Time, String, String)>,
    deeds: Vec<Deed>,
    runs: Vec<Run>,
    proposals: Vec<Proposed>,
    /// All lines so far, each with whether it is for the facilitator alone.
    log: Vec<(Line, bool)>,
    /// What has happened and nobody has taken yet.
    news: News,
}

/// What is new in a session since somebody last asked.
#[derive(Clone, Debug, Default)]
pub struct News {
    /// For the record.
    pub moments: Vec<Moment>,
    /// For the log, each with whether it is for the facilitator alone.
    pub lines: Vec<(Line, bool)>,
    /// For the charts.
    pub points: Vec<Points>,
    /// What telemetry brought.
    pub samples: Vec<Sample>,
}

/// What is left of a session that is over.
pub struct Ended {
    /// The trial as people played it.
    pub trial: gatecrash_sim::Trial,
    /// When and why it ended, and more about that.
    pub over: (Time, String, String),
    /// What people did.
    pub deeds: Vec<Deed>,
    /// The steps that can be run.
    pub steps: Vec<gatecrash_policies::policy::Step>,
    /// The steps that were run.
    pub runs: Vec<Run>,
    /// The steps that applied at the decision.
    pub due: Vec<usize>,
    /// What was proposed.
    pub proposals: Vec<Proposed>,
    /// The log.
    pub log: Vec<(Line, bool)>,
    /// Faults that were put in, and when.
    pub injected: Vec<(Time, Fault)>,
}

impl<'a> Session<'a> {
    /// A drill at the moment at which people come in: what was before is played at once. `setup` is that of the match for the plan's
    /// seed.
    ///
    /// # Errors
    /// A condition of the plan that is none, in words.
    pub fn begin(game: &'a Match<'a>, setup: &'a Setup<'a>, policy: &'a Policy, plan: &'a Plan) -> Result<Session<'a>, String> {
        let live = game.live(setup, plan.seed);
        let stop_if = plan.stop_if.iter().map(|text| StopIf::read(text)).collect::<Result<_, _>>()?;
        let mut session = Session {
            scenario: setup.scenario,
            policy,
            plan,
            monitor: Monitor::new(policy, &setup.catalog),
            live,
            stop_if,
            heard: [0; 4],
            next_round: Time::MAX,
            next_check: Time::ZERO + CHECK,
            statuses: vec![None; policy.gates.len()],
            is_live: false,
            held: false,
            unserved_s: 0.0,
            harm: Harm::default(),
            subjects: [None; 2],
            proposal: None,
            turned_down: None,
            people: Vec::new(),
            pages: Vec::new(),
            run_actions: Vec::new(),
            switches: Switches::default(),
            injected: Vec::new(),
            over: None,
            deeds: Vec::new(),
            runs: Vec::new(),
            proposals: Vec::new(),
            log: Vec::new(),
            news: News::default(),
        };
        session.come_in();
        Ok(session)
    }

    /// Plays what was before, and hands over to people.
    fn come_in(&mut self) {
        let automatic = self.plan.mode == Mode::Automatic;
        self.live.drive(if automatic { Drive::Policy } else { Drive::Forward });
        self.advance(Time(self.plan.start_us));
        self.live.drive(if automatic { Drive::Policy } else { Drive::People });
        self.is_live = true;
        self.say("clock", format!("people come in ({})", self.plan.mode.name()));
    }

    /// Now.
    pub fn now(&self) -> Time {
        self.live.now()
    }

    /// Why it is over, if it is.
    pub fn over(&self) -> Option<&str> {
        self.over.as_ref().map(|(_, reason, _)| reason.as_str())
    }

    /// When and why it ended, where that was before something.
    pub fn over_before(&self, moment: &Moment) -> Option<(Time, &str)> {
        self.over.as_ref().filter(|(at, ..)| at.0 < moment.t_us).map(|(at, reason, _)| (*at, reason.as_str()))
    }

    /// Plays to this time, or to its end.
    pub fn advance(&mut self, until: Time) {
        while self.over.is_none() && self.now() < until {
            let moment = self.next_moment();
            self.live.advance(moment.min(until));
            if until < moment && self.live.ending().is_none() {
                return;
            }
            self.hear();
            self.lapse();
            self.come_back();
            self.check();
            self.end_with_the_trial();
        }
    }

    /// When something may happen that does not wait for anybody.
    fn next_moment(&self) -> Time {
        let lapses = self.proposal.as_ref().and_then(|p| p.expires_s).map(in_us);
        let back = self.people.iter().filter_map(|(_, until)| *until).min();
        let round = self.live.rollout().next_round();
        let beat = BEATS[usize::from(self.scenario.horizon > LONG)].0;
        let beat = Time((self.now().0 / beat + 1) * beat);
        [Some(round), Some(beat), lapses, back, Some(self.next_check)].into_iter().flatten().min().expect("there is a next round")
    }

    /// People who were away for some time are there again.
    fn come_back(&mut self) {
        let now = self.now();
        for i in 0..self.people.len() {
            if self.people[i].1.is_some_and(|until| until <= now) {
                self.people[i].1 = None;
                self.people[i].0.away = false;
                let text = format!("{} is there again", self.people[i].0.who);
                self.say("report", text);
            }
        }
    }

    /// Writes down where the world stands.
    fn check(&mut self) {
        if self.now() >= self.next_check {
            self.next_check = self.now() + CHECK;
            self.write_check();
        }
    }

    fn write_check(&mut self) {
        let (events, samples) = (self.live.events(), self.live.arrived().len() as u64);
        let exposed = self.live.exposed_requests();
        self.write(Event::Check { events, samples, exposed });
    }

    fn end_with_the_trial(&mut self) {
        let Some(ending) = self.live.ending() else { return };
        let (reason, text) = match ending {
            Ending::Finished => ("finished", "everyone is on the canary"),
            Ending::Recovered => ("recovered", "recovery was validated, and watched for a while"),
            Ending::Horizon => ("horizon", "the scenario's time is up"),
        };
        self.end(reason, text);
    }

    /// Ends the drill.
    pub fn end(&mut self, reason: &str, text: &str) {
        if self.over.is_some() {
            return;
        }
        self.over = Some((self.now(), reason.into(), text.into()));
        let more = if text.is_empty() { String::new() } else { format!(": {text}") };
        self.line(Line { kind: "over".into(), ..self.blank(format!("the drill is over ({reason}){more}")) }, false);
        self.write_check();
        self.write(Event::End { reason: reason.into(), text: text.into() });
    }

    /// Somebody was refused at the door.
    pub fn refused(&mut self, caller: &Caller, text: &str) {
        if self.over.is_some() {
            return;
        }
        let line = Line { kind: "refused".into(), who: Some(caller.who.clone()), role: caller.role, ..self.blank(text.into()) };
        self.show(line, false);
        self.write(Event::Refused { who: caller.who.clone(), role: caller.role, text: text.into() });
    }

    /// What is new since it was last asked for.
    pub fn news(&mut self) -> News {
        std::mem::take(&mut self.news)
    }

    /// What is left when it is over.
    pub fn ended(self) -> Ended {
        let due = self.due();
        let over = self.over.unwrap_or((self.live.now(), "interrupted".into(), String::new()));
        Ended {
            due,
            over,
            steps: self.live.rollout().steps(),
            trial: self.live.trial(),
            deeds: self.deeds,
            runs: self.runs,
            proposals: self.proposals,
            log: self.log,
            injected: self.injected,
        }
    }

    fn write(&mut self, event: Event) {
        self.news.moments.push(Moment { t_us: self.live.now().0, event });
    }

    fn blank(&self, text: String) -> Line {
        Line { t_s: self.now().seconds(), kind: String::new(), who: None, role: None, text }
    }

    /// A line that nobody in particular says.
    fn say(&mut self, kind: &str, text: String) {
        self.line(Line { kind: kind.into(), ..self.blank(text) }, false);
    }

    /// A line for the log and the record.
    fn line(&mut self, line: Line, hidden: bool) {
        let t_us = in_us(line.t_s).0;
        let event = Event::Log { kind: line.kind.clone(), text: line.text.clone(), hidden };
        self.news.moments.push(Moment { t_us, event });
        self.show(line, hidden);
    }

    /// A line for the log alone.
    fn show(&mut self, line: Line, hidden: bool) {
        self.log.push((line.clone(), hidden));
        self.news.lines.push((line, hidden));
    }
}

/// Seconds back to microseconds, to the nearest.
fn in_us(seconds: f64) -> Time {
    Time((seconds * 1e6).round() as u64)
}
