//! A diff for people at a terminal: the verdict comes last.

use super::numbers::{change, level, p, size};
use super::report::DiffReport;
use super::sentence::sentence;
use super::verdict::{Compared, Score, Status};
use crate::formats::grid;
use crate::words::{self, one_line};
use std::io;

/// What stands above the scores.
pub(super) const HEADER: [&str; 6] = ["score", "old", "new", "change", "pairs", "verdict"];

impl DiffReport {
    /// Writes aligned text. `colour` says whether headings and the verdict may be set off by escape sequences.
    pub fn text(&self, colour: bool, out: &mut dyn io::Write) -> io::Result<()> {
        let bold = |text: &str| if colour { format!("\x1b[1m{text}\x1b[0m") } else { text.to_string() };
        if !self.is_equal() {
            writeln!(out, "{}", bold(&format!("{} -> {}", one_line(&self.old.given), one_line(&self.new.given))))?;
            self.fields_text(out)?;
            writeln!(out, "{}\n", self.played())?;
            for world in self.changed() {
                writeln!(out, "{}", bold(&one_line(&heading(world))))?;
                grid(&HEADER, rows(world).into_iter()).iter().try_for_each(|line| writeln!(out, "  {line}"))?;
                writeln!(out, "  {}\n", same_here(world))?;
            }
            for line in self.rest() {
                writeln!(out, "{}", one_line(&line))?;
            }
            self.shown_text(out)?;
            writeln!(out)?;
        }
        writeln!(out, "{}", bold(&one_line(&sentence(self))))
    }

    fn fields_text(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let cut = |text: &Option<String>| text.as_ref().map_or(words::NOTHING.to_string(), |text| short(text));
        let row = |field: &super::Field| {
            vec![one_line(&field.path), cut(&field.old), "->".into(), cut(&field.new), format!("(line {})", field.line)]
        };
        let lines = grid(&["", "", "", "", ""], self.fields.iter().map(row));
        lines.iter().filter(|line| !line.trim().is_empty()).try_for_each(|line| writeln!(out, "  {line}"))
    }

    fn shown_text(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let Some(shown) = &self.shown else { return Ok(()) };
        writeln!(out, "\n{}", one_line(&self.best()))?;
        writeln!(out, "  old: {}\n  new: {}", one_line(&shown.old), one_line(&shown.new))
    }

    /// What was played, and how sure the answer is.
    pub(super) fn played(&self) -> String {
        let worlds = self.judged.worlds.len() as u64;
        let last = self.seed.wrapping_add(self.trials.saturating_sub(1));
        let interrupted = if self.interrupted { ", interrupted" } else { "" };
        let of = words::count_of(self.judged.comparisons, "score");
        format!(
            "{} x {}, seeds {} to {last}{interrupted}; 95% sure of all {of} that decide at once (each at 5% / {})",
            words::count_of(worlds, "scenario"),
            words::count_of(self.trials, "pair"),
            self.seed,
            words::grouped(self.judged.divided_by)
        )
    }

    /// The worlds in which some score is not what it was, those with something worse first.
    pub(super) fn changed(&self) -> Vec<&Compared> {
        let mut changed: Vec<&Compared> = self.judged.worlds.iter().filter(|world| world.is_changed()).collect();
        changed.sort_by_key(|world| !world.verdict().is_worse());
        changed
    }

    /// Lines about all other worlds, and what was not played.
    pub(super) fn rest(&self) -> Vec<String> {
        let names = |wanted: fn(&Compared) -> bool| {
            self.judged.worlds.iter().filter(|w| !w.is_changed() && wanted(w)).map(|w| w.world.name()).collect::<Vec<_>>()
        };
        let (same, empty) = (names(Compared::has_data), names(|world| !world.has_data()));
        let mut lines = Vec::new();
        if !same.is_empty() {
            lines.push(format!("the same in {}: {}", words::count_of(same.len() as u64, "scenario"), words::list(&same)));
        }
        if !empty.is_empty() {
            lines.push(format!("no data in {}: {}", words::count_of(empty.len() as u64, "scenario"), words::list(&empty)));
        }
        lines.extend(
            self.left_out.iter().map(|left| format!("left out: {} does not fit {}: {}", left.policy, left.scenario, left.why)),
        );
        lines
    }

    /// What the trial that shows it best shows.
    pub(super) fn best(&self) -> String {
        self.shown.as_ref().map_or(String::new(), |shown| {
            let example = &shown.example;
            let unit = example.measure.spec().unit;
            let number = |score: u64| match unit {
                crate::measure::Unit::Share => ["no", "yes"][usize::from(score > 0)].to_string(),
                unit => level(unit, super::pairing::in_unit(unit, score as f64)),
            };
            let (name, old, new) = (example.measure.name(), number(example.old), number(example.new));
            format!("seed {} of {} shows it best ({name} {old} -> {new})", example.seed, example.world.name())
        })
    }
}

/// `cancel-latency-spike (expect rollback): worse`.
pub(super) fn heading(world: &Compared) -> String {
    format!("{} (expect {}): {}", world.world.name(), words::expect(world.world.expect), world.verdict().name())
}

/// The scores that are not what they were.
pub(super) fn rows(world: &Compared) -> Vec<Vec<String>> {
    let changed = world.scores.iter().filter(|score| !matches!(score.status, Status::Same | Status::NoData));
    changed.filter_map(row).collect()
}

fn row(score: &Score) -> Option<Vec<String>> {
    let (unit, found) = (score.measure.spec().unit, score.found?);
    let verdict = match score.status {
        Status::Tolerated => format!("worse within {}, {}", size(unit, found.tolerance), p(found.p)),
        Status::Changed => "shown, does not decide".to_string(),
        status => format!("{}, {}", status.name(), p(found.p)),
    };
    let [old, new] = [found.old, found.new].map(|side| level(unit, side.mean));
    Some(vec![score.measure.name().to_string(), old, new, change(unit, &found), words::grouped(score.pairs), verdict])
}

/// The other scores that decide: within what they are the same, and which have no data.
pub(super) fn same_here(world: &Compared) -> String {
    let deciding = || world.scores.iter().filter(|score| score.decides);
    let within = |score: &Score| {
        let (unit, found) = (score.measure.spec().unit, score.found?);
        let within = if found.differing == 0 && found.resolution() == 0.0 {
            "no pair differs".to_string()
        } else {
            format!("within {}", size(unit, found.resolution()))
        };
        let few = if score.pairs < world.pairs { format!(", {}", words::count_of(score.pairs, "pair")) } else { String::new() };
        Some(format!("{} ({within}{few})", score.measure.name()))
    };
    let same: Vec<String> = deciding().filter(|score| score.status == Status::Same).filter_map(within).collect();
    let none: Vec<String> =
        deciding().filter(|score| score.status == Status::NoData).map(|score| score.measure.name().to_string()).collect();
    let part =
        |title: &str, names: &[String]| if names.is_empty() { None } else { Some(format!("{title}: {}", names.join(", "))) };
    [part("same", &same), part("no data", &none)].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// At most 60 characters of what a field holds.
pub(super) fn short(text: &str) -> String {
    const MOST: usize = 60;
    let line = one_line(text);
    if line.chars().count() <= MOST { line } else { format!("{}...", line.chars().take(MOST - 3).collect::<String>()) }
}
