//! `checks`: every completed request of another component is one turn of its subject. A turn is graded by a verifier that errs,
//! may violate a rule, may match a trigger whose doings match again, and moves the subject's case along (`cases.rs`).

mod cases;

use super::{Component, Place};
use crate::context::{Context, Who};
use crate::demand::Request;
use crate::dice::{Purpose, Stream};
use crate::scenario::Checks as Spec;
use cases::Case;
use gatecrash_policies::sample::Arm;

/// Local ids of the signals, in the order of `catalog::CHECKS`.
mod signal {
    pub const SEEN: u16 = 0;
    pub const OUTCOMES: u16 = 1;
    pub const GRADED: u16 = 2;
    pub const PASSED: u16 = 3;
    pub const FAILED: u16 = 4;
    pub const VIOLATIONS: u16 = 5;
    pub const MATCHES: u16 = 6;
    pub const FALSE_POSITIVES: u16 = 7;
    pub const SKIPS: u16 = 8;
    pub const GUARD_SKIPS: u16 = 9;
    pub const DEPTH: u16 = 10;
    pub const AUDITED: u16 = 11;
    pub const AGREED: u16 = 12;
    pub const STREAK: u16 = 13;
    pub const CASES: u16 = 14;
    pub const STUCK_TURNS: u16 = 15;
    pub const SKIP_STREAK: u16 = 16;
}

/// Local ids of the knobs, in the order of `catalog::CHECKS`.
mod knob {
    pub const PASS_RATE: u16 = 0;
    pub const VIOLATION_RATE: u16 = 1;
    pub const MATCH_RATE: u16 = 2;
    pub const FALSE_POSITIVE_RATE: u16 = 3;
    pub const SKIP: u16 = 4;
    pub const RECURSION: u16 = 5;
    pub const GUARD: u16 = 6;
    pub const AUDIT: u16 = 7;
    pub const VERIFIER_ERROR: u16 = 8;
    pub const STUCK: u16 = 9;
}

/// A recursion ends here, whatever the guard does.
const DEEPEST: u16 = 20;

/// See the module.
#[derive(Clone, Debug)]
pub struct Checks<'a> {
    spec: &'a Spec,
    place: Place,
    /// Per subject, graded outcomes in a row that did not pass.
    streaks: Vec<u32>,
    /// Per subject, its case; empty where there is no flow.
    cases: Vec<Case>,
    /// The local ids of the flow's first signal and knob, which come after those of marks and amounts.
    flow: (u16, u16),
}

impl<'a> Checks<'a> {
    /// Nothing seen yet.
    pub fn new(spec: &'a Spec, place: Place) -> Checks<'a> {
        Checks { spec, place, streaks: Vec::new(), cases: Vec::new(), flow: (0, 0) }
    }

    /// A coin that falls as a knob has it. Always takes one draw.
    fn coin(&self, stream: &mut Stream, world: &Context, knob: u16, base: f64, who: &Who) -> bool {
        stream.coin(self.place.share(world, knob, who, base))
    }

    /// The verifier says whether the outcome passes; an audit knows better.
    fn grade(&mut self, who: &Who, stream: &mut Stream, world: &mut Context) {
        let is_graded = stream.coin(self.spec.probability);
        let passes = self.coin(stream, world, knob::PASS_RATE, self.spec.pass, who);
        let errs = self.coin(stream, world, knob::VERIFIER_ERROR, self.spec.verifier_error, who);
        let is_audited = self.coin(stream, world, knob::AUDIT, self.spec.audit, who);
        if !is_graded {
            return;
        }
        self.place.count(world, signal::OUTCOMES, who);
        self.place.count(world, signal::GRADED, who);
        self.place.mark(world, who);
        self.verdict(passes != errs, who, world);
        if is_audited {
            self.place.count(world, signal::AUDITED, who);
        }
        if is_audited && !errs {
            self.place.count(world, signal::AGREED, who);
        }
    }

    /// The grade as everybody sees it; a row of bad ones is told with each of them.
    fn verdict(&mut self, passed: bool, who: &Who, world: &mut Context) {
        let streak = &mut self.streaks[who.subject as usize];
        if passed {
            *streak = 0;
            return self.place.count(world, signal::PASSED, who);
        }
        *streak += 1;
        let so_far = u64::from(*streak) * 1000;
        self.place.count(world, signal::FAILED, who);
        self.place.value(world, signal::STREAK, who, so_far);
    }

    /// A trigger may match, and what it did may match again. The draws of a recursion, whose number varies, are the stream's last.
    fn trigger(&self, who: &Who, mut stream: Stream, world: &mut Context) {
        let matches = self.coin(&mut stream, world, knob::MATCH_RATE, self.spec.matches, who);
        let is_skipped = self.coin(&mut stream, world, knob::SKIP, self.spec.skip, who);
        let is_false = self.coin(&mut stream, world, knob::FALSE_POSITIVE_RATE, self.spec.false_positive, who);
        if !matches {
            return;
        }
        if is_skipped {
            return self.place.count(world, signal::SKIPS, who);
        }
        self.act(1, who, world);
        if is_false {
            self.place.count(world, signal::FALSE_POSITIVES, who);
        }
        for depth in 2..=DEEPEST {
            let recurs = self.coin(&mut stream, world, knob::RECURSION, self.spec.recursion, who);
            let is_guarded = self.coin(&mut stream, world, knob::GUARD, self.spec.guard, who);
            if !recurs {
                return;
            }
            if is_guarded {
                self.place.count(world, signal::SKIPS, who);
                return self.place.count(world, signal::GUARD_SKIPS, who);
            }
            self.act(depth, who, world);
        }
    }

    /// A match acts. Each depth is an outcome of its own in the books.
    fn act(&self, depth: u16, who: &Who, world: &mut Context) {
        let who = Who { attempt: depth - 1, ..*who };
        self.place.count(world, signal::MATCHES, &who);
        self.place.value(world, signal::DEPTH, &who, u64::from(depth) * 1000);
    }
}

impl Component for Checks<'_> {
    fn begin(&mut self, world: &mut Context) {
        let (setup, place) = (world.setup, self.place);
        let component = &setup.scenario.system[usize::from(place.id)];
        let own = (component.marks.len() + component.amounts.len()) as u16;
        self.flow = (place.kind_signals + own, place.kind_knobs + own);
        self.streaks = vec![0; setup.population.len()];
        if !self.spec.flow.is_empty() {
            self.cases = vec![Case::default(); setup.population.len()];
        }
    }

    /// A turn on the canary has met it already, so that nobody is exposed here.
    fn arrive(&mut self, request: Request, arm: Option<Arm>, world: &mut Context) {
        let arm = arm.unwrap_or_else(|| world.route(request.subject, request.ordinal, 0));
        let who = Who { subject: request.subject, ordinal: request.ordinal, attempt: 0, arm, shadow: false };
        self.place.count(world, signal::SEEN, &who);
        let mut stream = world.luck(Purpose::Grade, self.place.id, &who);
        self.grade(&who, &mut stream, world);
        if self.coin(&mut stream, world, knob::VIOLATION_RATE, self.spec.violation, &who) {
            self.place.count(world, signal::VIOLATIONS, &who);
        }
        let step = stream.unit();
        self.trigger(&who, stream, world);
        if !self.cases.is_empty() {
            self.turn(request, &who, step, world);
        }
    }

    fn handle(&mut self, code: u8, _slot: u32, _generation: u32, _world: &mut Context) {
        unreachable!("checks plans no event {code}: a turn is over at once");
    }
}
