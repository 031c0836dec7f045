//! What has been played, on disk as it is played, so that a search that was killed goes on where it was.

use crate::{Failure, output};
use gatecrash_policies::time::Time;
use gatecrash_sim::Played;
use gatecrash_sim::trial::{Instants, Outcome, Trial};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// A file of what was played: a first line that tells of which search, then a line for each set of trials.
pub struct Journal {
    path: PathBuf,
    /// What was played before, by task.
    known: BTreeMap<String, Played>,
    /// `None` where nothing can be kept.
    file: Option<Mutex<File>>,
    /// Whether the user named the file: then it is theirs, and stays.
    named: bool,
}

#[derive(Serialize, Deserialize)]
struct Head {
    journal: String,
    search: String,
}

#[derive(Serialize, Deserialize)]
struct Line {
    task: String,
    seed: u64,
    simulated: u64,
    groups: Vec<(Vec<(usize, usize)>, Kept)>,
}

/// A trial as far as scores are made of it; times in microseconds.
#[derive(Serialize, Deserialize)]
struct Kept {
    outcome: u8,
    reason: String,
    caught_by: Vec<String>,
    stage: String,
    instants: [Option<u64>; 6],
    lucky: bool,
    mitigated: bool,
    premature: Option<u64>,
    within_budget: Option<bool>,
    exposed: (u64, u64),
    harmed: (u64, u64),
    events: u64,
    ended: (u64, u64),
    finished: bool,
}

const FORMAT: &str = "gatecrash.journal/v1";

impl Journal {
    /// The journal of a search, and how many sets of trials it knows already. Without a path, one in the user's folder for such things,
    /// by the search's own digest.
    pub fn open(path: Option<&Path>, search: u64) -> Result<Journal, Failure> {
        let named = path.is_some();
        let search = format!("{search:016x}");
        let Some(path) = path.map(Path::to_path_buf).or_else(|| usual(&search)) else {
            output::warn("there is no folder to keep a journal in: if this is interrupted, it begins again (see --journal)");
            return Ok(Journal { path: PathBuf::new(), known: BTreeMap::new(), file: None, named });
        };
        match Journal::at(path.clone(), &search, named) {
            Err(Failure::Write(error)) if !named => {
                output::warn(&format!("cannot keep a journal in `{}`: {error}; see --journal", path.display()));
                Ok(Journal { path, known: BTreeMap::new(), file: None, named })
            }
            Err(Failure::Write(error)) => Err(Failure::Input(format!(
                "cannot keep a journal in `{}`: {error}; give a path in a folder that exists and may be written",
                path.display()
            ))),
            // Nobody asked for it, so nothing fails by it.
            Err(Failure::Input(message)) if !named => {
                output::warn(&format!("{message}; nothing of this run is kept"));
                Ok(Journal { path, known: BTreeMap::new(), file: None, named })
            }
            opened => opened,
        }
    }

    fn at(path: PathBuf, search: &str, named: bool) -> Result<Journal, Failure> {
        let mut file = OpenOptions::new().create(true).read(true).append(true).open(&path)?;
        if file.try_lock().is_err() {
            return Err(Failure::Input(format!(
                "the journal `{}` is in use: the same search is under way; wait for it, or name another one with --journal",
                path.display()
            )));
        }
        let (known, whole) = read(&path, &file, search)?;
        // What was being written when the process was killed is cut off.
        file.set_len(whole)?;
        if whole == 0 {
            file.write_all(&head(search))?;
        }
        if !known.is_empty() {
            eprintln!("going on from `{}`: {} trial sets have been played", path.display(), known.len());
        }
        Ok(Journal { path, known, file: Some(Mutex::new(file)), named })
    }

    /// What was played of a task before.
    pub fn known(&self, task: &str) -> Option<&Played> {
        self.known.get(task)
    }

    /// Keeps what was played.
    pub fn keep(&self, task: &str, seed: u64, played: &Played) {
        let Some(file) = &self.file else { return };
        let groups = played.groups.iter().map(|(ids, trial)| (runs(ids), Kept::of(trial))).collect();
        let line = Line { task: task.into(), seed, simulated: played.simulated, groups };
        let mut line = serde_json::to_string(&line).expect("a line is JSON");
        line.push('\n');
        // A line that cannot be written is one to be played again.
        let _ = file.lock().expect("no thread has panicked").write_all(line.as_bytes());
    }

    /// Where it is, if anything is kept.
    pub fn path(&self) -> Option<&Path> {
        self.file.as_ref().map(|_| self.path.as_path())
    }

    /// The search is over: the file goes, unless the user named it.
    pub fn close(self) {
        if self.file.is_some() && !self.named {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The journal that a search has when the user names none.
fn usual(search: &str) -> Option<PathBuf> {
    let of = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = of("XDG_CACHE_HOME").or_else(|| Some(of("HOME")?.join(".cache"))).or_else(|| of("LOCALAPPDATA"))?;
    let folder = folder.join("gatecrash");
    fs::create_dir_all(&folder).ok()?;
    Some(folder.join(format!("tune-{search}.jsonl")))
}

/// The first line of a search's journal.
fn head(search: &str) -> Vec<u8> {
    let head = Head { journal: FORMAT.into(), search: search.into() };
    let mut line = serde_json::to_vec(&head).expect("a head is JSON");
    line.push(b'\n');
    line
}

/// What a journal holds, and how many of its bytes are whole lines.
fn read(path: &Path, file: &File, search: &str) -> Result<(BTreeMap<String, Played>, u64), Failure> {
    let mut known = BTreeMap::new();
    let (mut lines, mut text, mut whole) = (BufReader::new(file), Vec::new(), 0);
    while lines.read_until(b'\n', &mut text)? > 0 && text.ends_with(b"\n") {
        if whole == 0 {
            check_head(path, &text, search)?;
        } else {
            let Ok(line) = serde_json::from_slice::<Line>(&text) else { break };
            known.insert(line.task.clone(), line.played());
        }
        whole += text.len() as u64;
        text.clear();
    }
    // A file of somebody else's is left alone; a head that was being written when the process was killed is ours.
    if whole == 0 && !head(search).starts_with(&text) {
        check_head(path, &text, search)?;
    }
    Ok((known, whole))
}

fn check_head(path: &Path, line: &[u8], search: &str) -> Result<(), Failure> {
    let path = path.display();
    let told = |message| Err(Failure::Input(message));
    match serde_json::from_slice::<Head>(line) {
        Ok(head) if head.journal != FORMAT => told(format!(
            "`{path}` is a journal of another version ({}); name a new file with --journal, or remove this one",
            head.journal
        )),
        Ok(head) if head.search != search => told(format!(
            "`{path}` is the journal of another search: another policy, scenario or argument; name a new file with --journal, or remove \
             this one"
        )),
        Ok(_) => Ok(()),
        Err(_) => told(format!("`{path}` is no journal of gatecrash, and is left alone; name a new file with --journal")),
    }
}

/// Numbers in rising order as (first, how many).
fn runs(ids: &[usize]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for id in ids {
        match runs.last_mut() {
            Some((first, many)) if *first + *many == *id => *many += 1,
            _ => runs.push((*id, 1)),
        }
    }
    runs
}

impl Line {
    fn played(self) -> Played {
        let ids = |runs: Vec<(usize, usize)>| runs.into_iter().flat_map(|(first, many)| first..first + many).collect();
        Played {
            groups: self.groups.into_iter().map(|(runs, kept)| (ids(runs), kept.trial(self.seed))).collect(),
            simulated: self.simulated,
        }
    }
}

const OUTCOMES: [Outcome; 5] =
    [Outcome::Detected, Outcome::Missed, Outcome::FalseRollback, Outcome::TruePromote, Outcome::Insufficient];

impl Kept {
    fn of(trial: &Trial) -> Kept {
        Kept {
            outcome: trial.outcome as u8,
            reason: trial.reason.clone(),
            caught_by: trial.caught_by.clone(),
            stage: trial.stage.clone(),
            instants: trial.instants.named().map(|(_, at)| at.map(|at| at.0)),
            lucky: trial.lucky,
            mitigated: trial.mitigated,
            premature: trial.premature_validation.map(|at| at.0),
            within_budget: trial.within_budget,
            exposed: (trial.exposed_requests, trial.exposed_subjects),
            harmed: (trial.harmed, trial.duplicates_leaked),
            events: trial.events,
            ended: (trial.ended.0, trial.stopped.0),
            finished: trial.finished,
        }
    }

    /// The trial, without the names and the lists that no score is made of.
    fn trial(self, seed: u64) -> Trial {
        let [harmed, shown, decided, withdrawn, clear, validated] = self.instants.map(|at| at.map(Time));
        Trial {
            scenario: String::new(),
            policy: String::new(),
            seed,
            outcome: OUTCOMES[usize::from(self.outcome).min(OUTCOMES.len() - 1)],
            reason: self.reason,
            caught_by: self.caught_by,
            stage: self.stage,
            instants: Instants { harmed, shown, decided, withdrawn, clear, validated },
            lucky: self.lucky,
            mitigated: self.mitigated,
            premature_validation: self.premature.map(Time),
            within_budget: self.within_budget,
            exposed_requests: self.exposed.0,
            exposed_subjects: self.exposed.1,
            harmed: self.harmed.0,
            duplicates_leaked: self.harmed.1,
            events: self.events,
            ended: Time(self.ended.0),
            stopped: Time(self.ended.1),
            finished: self.finished,
            open_items: Vec::new(),
            untrue_items: Vec::new(),
            cleanup: Vec::new(),
            timeline: Vec::new(),
            detail: None,
        }
    }
}
