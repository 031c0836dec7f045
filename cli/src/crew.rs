//! Threads that take one task after the other, and a bar that says how far they are.

use crate::{Failure, output};
use indicatif::{ProgressBar, ProgressStyle};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A pool of threads that Ctrl-C stops.
pub struct Crew {
    pool: rayon::ThreadPool,
    stopped: Arc<AtomicBool>,
    bar: ProgressBar,
}

impl Crew {
    /// Of so many threads; without a number, one per core.
    pub fn new(jobs: Option<u16>) -> Result<Crew, Failure> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs.map_or(0, usize::from)).build();
        let pool = pool.map_err(|error| Failure::Input(format!("cannot start the threads: {error}; try a smaller --jobs")))?;
        // Draws nothing without a terminal.
        let style = ProgressStyle::with_template("{bar:40} {percent}% of {len} trial sets, {elapsed} gone, {eta} to go {msg}");
        let bar = ProgressBar::new(0).with_style(style.expect("the template is well-formed"));
        Ok(Crew { pool, stopped: stop_flag(), bar })
    }

    /// Says how many tasks there will be in all, as far as is known.
    pub fn expect(&self, tasks: u64) {
        self.bar.set_length(tasks);
    }

    /// Says what is done now.
    pub fn say(&self, what: &str) {
        self.bar.set_message(what.to_string());
    }

    /// Does the tasks 0 up to `tasks`. Each thread takes the next one until there is none, so that all are busy to the end; the order in
    /// which tasks end is anybody's guess. Whether all were done: not when Ctrl-C was pressed.
    pub fn run(&self, tasks: u64, task: impl Fn(u64) + Sync) -> bool {
        let next = AtomicU64::new(0);
        if self.bar.length() < Some(self.bar.position() + tasks) {
            self.bar.set_length(self.bar.position() + tasks);
        }
        self.pool.broadcast(|_| {
            while !self.is_stopped() {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= tasks {
                    break;
                }
                task(number);
                self.bar.inc(1);
            }
        });
        !self.is_stopped()
    }

    /// Whether somebody has had enough.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Raised by Ctrl-C; a second one ends the process at once.
fn stop_flag() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&flag);
    let handler = move || {
        if raised.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    };
    if let Err(error) = ctrlc::set_handler(handler) {
        output::warn(&format!("Ctrl-C will end the job without a report: {error}"));
    }
    flag
}
