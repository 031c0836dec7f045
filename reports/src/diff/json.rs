//! `gatecrash.diff/v1`. Times in seconds, shares and their differences as fractions.

use super::family::ERROR;
use super::pairing::{Level, in_unit};
use super::report::DiffReport;
use super::verdict::{Compared, Found, Score};
use crate::measure::Unit;
use crate::stats::digits6;
use crate::words;
use serde::Serialize;
use std::io;

impl DiffReport {
    /// Writes it as indented JSON.
    pub fn json(&self, out: &mut dyn io::Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, &document(self))?;
        writeln!(out)
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    verdict: &'static str,
    old: PartyOut<'a>,
    new: PartyOut<'a>,
    /// Whether both play alike, so that nothing was played.
    equal: bool,
    same_text: bool,
    seed: u64,
    trials: u64,
    interrupted: bool,
    error: f64,
    comparisons: u64,
    divided_by: u64,
    changes: Vec<FieldOut<'a>>,
    scenarios: Vec<WorldOut<'a>>,
    left_out: Vec<LeftOutOut<'a>>,
    example: Option<ExampleOut<'a>>,
}

#[derive(Serialize)]
struct PartyOut<'a> {
    given: &'a str,
    policy: &'a str,
}

#[derive(Serialize)]
struct FieldOut<'a> {
    path: &'a str,
    old: Option<&'a str>,
    new: Option<&'a str>,
    line: usize,
}

#[derive(Serialize)]
struct WorldOut<'a> {
    scenario: &'a str,
    expect: &'static str,
    severity: f64,
    pairs: u64,
    verdict: &'static str,
    scores: Vec<ScoreOut>,
}

#[derive(Serialize)]
struct ScoreOut {
    measure: &'static str,
    unit: &'static str,
    decides: bool,
    status: &'static str,
    pairs: u64,
    old: Option<LevelOut>,
    new: Option<LevelOut>,
    difference: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    resolution: Option<f64>,
    p: Option<f64>,
    tolerance: Option<f64>,
}

#[derive(Serialize)]
struct LevelOut {
    mean: f64,
    p50: f64,
}

#[derive(Serialize)]
struct LeftOutOut<'a> {
    scenario: &'a str,
    policy: &'a str,
    why: &'a str,
}

#[derive(Serialize)]
struct ExampleOut<'a> {
    scenario: &'a str,
    severity: f64,
    seed: u64,
    measure: &'static str,
    old: f64,
    new: f64,
    replay: Replay<'a>,
}

#[derive(Serialize)]
struct Replay<'a> {
    old: &'a str,
    new: &'a str,
}

fn document(report: &DiffReport) -> Document<'_> {
    Document {
        schema: "gatecrash.diff/v1",
        verdict: report.verdict().name(),
        old: PartyOut { given: &report.old.given, policy: &report.old.policy },
        new: PartyOut { given: &report.new.given, policy: &report.new.policy },
        equal: report.is_equal(),
        same_text: report.same_text,
        seed: report.seed,
        trials: report.trials,
        interrupted: report.interrupted,
        error: ERROR,
        comparisons: report.judged.comparisons,
        divided_by: report.judged.divided_by,
        changes: report
            .fields
            .iter()
            .map(|field| FieldOut { path: &field.path, old: field.old.as_deref(), new: field.new.as_deref(), line: field.line })
            .collect(),
        scenarios: report.judged.worlds.iter().map(world).collect(),
        left_out: report
            .left_out
            .iter()
            .map(|left| LeftOutOut { scenario: &left.scenario, policy: &left.policy, why: &left.why })
            .collect(),
        example: report.shown.as_ref().map(example),
    }
}

fn world(compared: &Compared) -> WorldOut<'_> {
    WorldOut {
        scenario: &compared.world.scenario,
        expect: words::expect(compared.world.expect),
        severity: compared.world.severity,
        pairs: compared.pairs,
        verdict: compared.verdict().name(),
        scores: compared.scores.iter().map(score).collect(),
    }
}

fn score(score: &Score) -> ScoreOut {
    let number = |of: fn(&Found) -> f64| score.found.as_ref().map(|found| digits6(of(found)));
    let level = |of: fn(&Found) -> Level| {
        score.found.as_ref().map(of).map(|level| LevelOut { mean: digits6(level.mean), p50: digits6(level.median) })
    };
    ScoreOut {
        measure: score.measure.name(),
        unit: unit(score.measure.spec().unit),
        decides: score.decides,
        status: score.status.name(),
        pairs: score.pairs,
        old: level(|found| found.old),
        new: level(|found| found.new),
        difference: number(|found| found.difference),
        low: number(|found| found.low),
        high: number(|found| found.high),
        resolution: number(Found::resolution),
        p: number(|found| found.p),
        tolerance: number(|found| found.tolerance),
    }
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Share => "share",
        Unit::Time => "s",
        Unit::Count => "count",
    }
}

fn example(shown: &super::Shown) -> ExampleOut<'_> {
    let example = &shown.example;
    let number = |score: u64| in_unit(example.measure.spec().unit, score as f64);
    ExampleOut {
        scenario: &example.world.scenario,
        severity: example.world.severity,
        seed: example.seed,
        measure: example.measure.name(),
        old: number(example.old),
        new: number(example.new),
        replay: Replay { old: &shown.old, new: &shown.new },
    }
}
