//! `gatecrash.lock` beside the suites: read before anything is played, compared with what came out, written when asked.

use super::plan::Plan;
use super::play::Played;
use crate::args::Test;
use crate::{Failure, output};
use gatecrash_reports::suite::SuiteReport;
use gatecrash_reports::suite::lock::{self, Difference, Digests, Lock, LockedSuite, digest};
use std::path::{Path, PathBuf};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The lock of every folder that a suite stands in.
pub struct Locks(Vec<Locked>);

struct Locked {
    path: PathBuf,
    /// Nothing where there is no file yet.
    lock: Option<Lock>,
}

impl Locks {
    /// Reads those that are there.
    pub fn read(plan: &Plan, args: &Test) -> Result<Locks, Failure> {
        let mut locks: Vec<Locked> = Vec::new();
        for suite in &plan.suites {
            let path = beside(&suite.file);
            if !locks.iter().any(|known| known.path == path) {
                locks.push(Locked { lock: open(&path)?, path });
            }
        }
        let locks = Locks(locks);
        if args.lock && !args.filter.is_empty() {
            locks.check_part(plan)?;
        }
        Ok(locks)
    }

    fn of(&mut self, file: &str) -> &mut Locked {
        let path = beside(file);
        self.0.iter_mut().find(|known| known.path == path).expect("the folder of every suite was looked at")
    }

    /// A part of a suite cannot be taken over from another version or seed: the rest would be taken for its work.
    fn check_part(&self, plan: &Plan) -> Result<(), Failure> {
        for suite in &plan.suites {
            let path = beside(&suite.file);
            let locks = self.0.iter().filter(|known| known.path == path).filter_map(|known| known.lock.as_ref());
            for locked in locks.filter_map(|lock| lock.suite(&name(&suite.file))) {
                if locked.version != VERSION || locked.seed != suite.value.seed {
                    return Err(Failure::Input(format!(
                        "{}: {} is locked by gatecrash {} with seed {}, and this is {VERSION} with seed {}; take all of it over: --lock without --filter",
                        path.display(),
                        locked.file,
                        locked.version,
                        locked.seed,
                        suite.value.seed
                    )));
                }
            }
        }
        Ok(())
    }

    /// Puts what has changed since into the report, and writes what is true now if that was asked for.
    pub fn settle(&mut self, played: &Played, report: &mut SuiteReport, args: &Test) -> Result<(), Failure> {
        for (number, suite) in played.plan.suites.iter().enumerate() {
            let now = LockedSuite::of(&report.suites[number], VERSION, digest(suite.text()), &digests(&played.plan, number));
            let locked = self.of(&suite.file);
            if let Some(before) = locked.lock.as_ref().and_then(|lock| lock.suite(&now.file)) {
                let difference = lock::compare(&suite.value.name, before, &now);
                let is_whole = args.filter.is_empty() && !played.interrupted;
                if !args.lock {
                    warn(&locked.path, before, &difference, is_whole);
                }
                report.changed.extend(difference.changed);
            }
            if args.lock {
                locked.lock.get_or_insert_with(Lock::empty).put(now, args.filter.is_empty());
            }
        }
        match (args.lock, played.interrupted) {
            (false, _) => {}
            (true, true) => output::warn("gatecrash.lock is left as it is: not everything was judged"),
            (true, false) => self.write()?,
        }
        Ok(())
    }

    fn write(&self) -> Result<(), Failure> {
        self.0.iter().try_for_each(|Locked { path, lock }| match lock {
            Some(lock) => output::file(path, |out| out.write_all(lock.text().as_bytes())),
            None => Ok(()),
        })
    }
}

/// The digests of what a suite's cases are played from, in the order of its results.
fn digests(plan: &Plan, suite: usize) -> Vec<Digests> {
    let of = |lane: super::plan::Lane| {
        let world = &plan.worlds[lane.world];
        Digests {
            scenario: world.digest.clone(),
            policy: digest(world.players[lane.player].policy.text()),
            drill: world.drill.as_ref().map(|drill| drill.digest.clone()),
        }
    };
    plan.rows.iter().filter(|row| row.suite == suite).map(|row| of(row.lane)).collect()
}

/// What is worth a line and no more.
fn warn(path: &Path, before: &LockedSuite, difference: &Difference, is_whole: bool) {
    let path = path.display();
    if before.version != VERSION && difference.changed.is_empty() {
        let version = &before.version;
        output::warn(&format!(
            "{path}: locked by gatecrash {version}, and this is {VERSION}; no verdict differs, --lock takes it over"
        ));
    }
    let gone = if is_whole { difference.gone } else { 0 };
    if difference.new + gone > 0 {
        let (new, file) = (difference.new, &before.file);
        output::warn(&format!(
            "{path}: {new} expectations of {file} are not in it and {gone} are no longer expected; --lock updates it"
        ));
    }
}

fn beside(suite: &str) -> PathBuf {
    Path::new(suite).with_file_name(lock::FILE)
}

fn name(suite: &str) -> String {
    Path::new(suite).file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

fn open(path: &Path) -> Result<Option<Lock>, Failure> {
    let shown = path.display();
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(Failure::Input(format!("cannot read `{shown}`: {error}; make it readable, or delete it and use --lock")));
        }
    };
    let place = |line: Option<usize>| line.map_or(String::new(), |line| format!(":{line}"));
    lock::parse(&text, VERSION).map(Some).map_err(|e| Failure::Input(format!("{shown}{}: {}", place(e.line), e.message)))
}
