//! The thread that plays: it follows the wall clock, does what people ask, writes the record, and publishes what is new.

#![allow(clippy::disallowed_methods, reason = "here simulated time meets the wall clock")]

use crate::account::Account;
use crate::act::Act;
use crate::again;
use crate::cast::Cast;
use crate::desk::{Ask, Publication};
use crate::hub::Hub;
use crate::metrics::{Exposition, Facts};
use crate::pace::{BEAT, Pace};
use crate::plan::Plan;
use crate::record::Recorder;
use crate::session::{News, Session};
use crate::state::Over;
use gatecrash_policies::time::Span;
use gatecrash_policies::units;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// Something new is published at most so often.
const PUBLISH: Duration = Duration::from_millis(200);
/// How often the record says how far the drill has come, when nothing else happens.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// Playing goes on for so long before somebody is listened to again.
const STRETCH: Duration = Duration::from_millis(50);
/// And for so much simulated time between two looks at the clock.
const STRIDE: Span = Span::from_secs(60);

/// When a drill ends by itself, by the wall clock.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// It lasts at most so long.
    pub time_limit: Duration,
    /// It ends when nobody has watched or done anything for so long.
    pub attend_within: Duration,
}

/// All that an engine works with.
pub struct Engine<'a> {
    /// Who plays what.
    pub cast: &'a Cast,
    /// What the drill is set up with.
    pub plan: &'a Plan,
    /// What people ask.
    pub asks: Receiver<Ask>,
    /// Where what is new goes.
    pub hub: Arc<Hub>,
    /// Where the drill is written down.
    pub recorder: Option<Recorder>,
    /// When it ends by itself.
    pub patience: Patience,
    /// Whether the clock stands still at first.
    pub paused: bool,
}

/// Why an engine could not go on.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The plan cannot be played.
    #[error("{0}")]
    Plan(String),
    /// The record cannot be written: what is not written down cannot be scored.
    #[error("the record cannot be written: {0}")]
    Record(#[from] io::Error),
}

/// What moves while an engine runs.
struct Run<'a, 'e> {
    engine: &'e mut Engine<'a>,
    session: Session<'e>,
    pace: Pace,
    exposition: Exposition,
    began: Instant,
    attended: Instant,
    published: Option<Instant>,
    beat: Instant,
    news: News,
}

impl Engine<'_> {
    /// Plays to the end of the drill. Says what it came to; the hub has report and record by then only if `leave` puts them there.
    ///
    /// # Errors
    /// The plan cannot be played, or the record cannot be written.
    pub fn run(mut self, leave: impl FnOnce(&Account) -> (String, String)) -> Result<Account, Failure> {
        let (cast, plan) = (self.cast, self.plan);
        let game = cast.game();
        let setup = game.setup(plan.seed);
        let session = Session::begin(&game, &setup, &cast.policy, plan).map_err(Failure::Plan)?;
        let now = Instant::now();
        let pace = Pace::new(now, session.now(), plan.speed, self.paused);
        let exposition = Exposition::new(&setup.catalog);
        let (began, attended, beat) = (now, now, now);
        let mut run =
            Run { engine: &mut self, session, pace, exposition, began, attended, published: None, beat, news: News::default() };
        run.play()?;
        let state = run.session.state();
        let metrics = run.metrics();
        let account = again::account(plan, cast, run.session.ended());
        let report = leave(&account);
        let over = state.over.map(|over| Over { report: Some("/report".into()), ..over });
        let state = crate::state::State { over, ..state };
        let record = self.recorder.as_ref().map(Recorder::bytes).transpose()?;
        self.hub.publish(Publication { state, metrics, report: Some(report), record, ..Publication::default() });
        Ok(account)
    }
}

impl Run<'_, '_> {
    fn play(&mut self) -> Result<(), Failure> {
        while self.session.over().is_none() {
            self.go_on();
            self.write()?;
            self.publish();
            self.listen()?;
            self.be_patient();
        }
        self.write()?;
        self.published = None;
        self.publish();
        Ok(())
    }

    /// Plays until simulated time is where it should be, or for a stretch.
    fn go_on(&mut self) {
        let began = Instant::now();
        while self.session.over().is_none() && began.elapsed() < STRETCH {
            let now = Instant::now();
            let target = self.pace.target(now);
            let at = self.session.now();
            if at >= target {
                break;
            }
            self.session.advance(target.min(at + STRIDE));
        }
        self.pace.arrive(Instant::now(), self.session.now());
        self.take_news();
    }

    fn take_news(&mut self) {
        let News { moments, lines, points, samples } = self.session.news();
        samples.iter().for_each(|sample| self.exposition.take(sample));
        self.news.moments.extend(moments);
        self.news.lines.extend(lines);
        self.news.points.extend(points);
    }

    /// Writes down what has happened, and every second how far the drill has come.
    fn write(&mut self) -> io::Result<()> {
        let moments = std::mem::take(&mut self.news.moments);
        let Some(recorder) = &mut self.engine.recorder else { return Ok(()) };
        let is_due = self.beat.elapsed() >= HEARTBEAT;
        if is_due || !moments.is_empty() {
            recorder.add(&moments, self.session.now().0)?;
        }
        if is_due {
            self.beat = Instant::now();
            recorder.sync()?;
        }
        Ok(())
    }

    fn publish(&mut self) {
        let now = Instant::now();
        if self.published.is_some_and(|last| now.duration_since(last) < PUBLISH) {
            return;
        }
        self.published = Some(now);
        let mut state = self.session.state();
        state.clock.speed = self.pace.speed();
        state.clock.paused = self.pace.is_paused();
        state.clock.behind_s = self.behind();
        let (lines, points) = (std::mem::take(&mut self.news.lines), std::mem::take(&mut self.news.points));
        let metrics = self.metrics();
        self.engine.hub.publish(Publication { state, lines, points, metrics, ..Publication::default() });
    }

    /// How far simulated time lags behind its pace, in simulated seconds; a beat's worth is none.
    fn behind(&self) -> f64 {
        let behind = self.pace.behind(Instant::now(), self.session.now());
        if behind > self.pace.speed().unwrap_or(0.0) * 2.0 * BEAT.as_secs_f64() { behind } else { 0.0 }
    }

    fn metrics(&self) -> String {
        let hub = &self.engine.hub;
        let speed = if self.pace.is_paused() { 0.0 } else { self.pace.speed().unwrap_or(f64::INFINITY) };
        self.exposition.render(&Facts {
            speed,
            behind_s: self.behind(),
            watchers: hub.watchers() as u64,
            slow_watchers_dropped: hub.slow_dropped(),
            refused: hub.refusals(),
            ..self.session.facts()
        })
    }

    /// Does what people ask, for as long as there is nothing else to do.
    fn listen(&mut self) -> io::Result<()> {
        let wait = if self.pace.is_flat_out() { Duration::ZERO } else { BEAT };
        match self.engine.asks.recv_timeout(wait) {
            Ok(ask) => self.answer(ask)?,
            Err(RecvTimeoutError::Timeout) => {}
            // Nobody can ask any more.
            Err(RecvTimeoutError::Disconnected) => std::thread::sleep(wait),
        }
        while let Ok(ask) = self.engine.asks.try_recv() {
            self.answer(ask)?;
        }
        Ok(())
    }

    fn answer(&mut self, ask: Ask) -> io::Result<()> {
        match ask {
            Ask::Act { act, caller, answer } => {
                self.attended = Instant::now();
                self.go_on();
                let done = self.session.act(&caller, &act);
                if done.is_ok() {
                    self.set_pace(&act);
                }
                self.take_news();
                // What was done is seen at once, and is written down before it is said to be done.
                self.published = None;
                let written = self.write();
                // Whoever asked may have gone away.
                let _ = answer.send(done);
                return written;
            }
            Ask::Refused { caller, text } => self.session.refused(&caller, &text),
            Ask::Stop => self.session.end("interrupted", "the process was told to end"),
        }
        self.take_news();
        Ok(())
    }

    fn set_pace(&mut self, act: &Act) {
        let (now, at) = (Instant::now(), self.session.now());
        match act {
            Act::Speed { speed } => self.pace.set_speed(now, at, speed.read().expect("it was read before")),
            Act::Pause { step: Some(step), .. } => self.pace.step(now, at, units::span(step).expect("it was read before")),
            Act::Pause { on, .. } => self.pace.pause(now, at, *on),
            _ => {}
        }
    }

    /// Ends a drill that takes too long, or that nobody attends.
    fn be_patient(&mut self) {
        let Patience { time_limit, attend_within } = self.engine.patience;
        if self.engine.hub.watchers() > 0 {
            self.attended = Instant::now();
        }
        if self.began.elapsed() >= time_limit {
            self.session.end("time limit", &format!("it has lasted for {}", in_words(time_limit)));
        } else if self.attended.elapsed() >= attend_within {
            self.session.end("nobody attended", &format!("nobody has watched or done anything for {}", in_words(attend_within)));
        }
        self.take_news();
    }
}

fn in_words(duration: Duration) -> String {
    Span(duration.as_micros() as u64).to_string()
}
