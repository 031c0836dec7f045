//! `gatecrash.drill-report/v1`.

use super::score::Score;
use super::seconds;
use super::timeline::{self, Row};
use super::{outcome, say};
use crate::account::Account;
use gatecrash_policies::time::Time;
use gatecrash_reports::words;
use serde::Serialize;

/// The schema of the report as JSON.
pub const SCHEMA: &str = "gatecrash.drill-report/v1";

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    scenario: &'a str,
    policy: &'a str,
    seed: u64,
    surprise: bool,
    mode: &'static str,
    held: &'a str,
    expect: &'static str,
    #[serde(serialize_with = "seconds::at")]
    ended_s: Time,
    reason: &'a str,
    text: &'a str,
    score: &'a Score,
    timeline: Vec<Row>,
    verdict: String,
}

/// The report for scripts: the numbers, the story, the verdict.
pub fn json(account: &Account, score: &Score) -> String {
    let report = Report {
        schema: SCHEMA,
        scenario: &account.trial.scenario,
        policy: &account.trial.policy,
        seed: account.plan.seed,
        surprise: account.plan.surprise,
        mode: account.plan.mode.name(),
        held: &account.plan.held,
        expect: words::expect(outcome::expect(account)),
        ended_s: account.ended,
        reason: &account.reason,
        text: &account.text,
        score,
        timeline: timeline::rows(account, score),
        verdict: say::verdict(account, score),
    };
    serde_json::to_string_pretty(&report).expect("plain data") + "\n"
}
