//! `gatecrash.lock`: what suites were judged to be, by which version and from which files, so that a verdict that changes can be
//! explained.

use super::Verdict;
use super::expectation;
use super::report::{CaseResult, Changed, Checked, SuiteResult};
use crate::html::sha256_hex;
use crate::stats::digits6;
use serde::{Deserialize, Serialize};

/// The name of the file, in the folder of the suites that it is of.
pub const FILE: &str = "gatecrash.lock";

const SCHEMA: &str = "gatecrash.lock/v1";

/// The suites of a folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    schema: String,
    /// Each with the version that judged it: a folder's suites need not be judged together.
    pub suites: Vec<LockedSuite>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedSuite {
    /// Its file's name, without folders.
    pub file: String,
    /// The version of gatecrash.
    pub version: String,
    /// The first seed.
    pub seed: u64,
    /// Of its text; see [`digest`].
    pub digest: String,
    /// Every scenario and policy of every case.
    pub cases: Vec<LockedCase>,
}

/// A scenario and a policy of a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedCase {
    /// As [`CaseResult::title`] has it.
    pub case: String,
    /// The policy's name.
    pub policy: String,
    /// Of the scenario's text.
    pub scenario_digest: String,
    /// Of the policy's text.
    pub policy_digest: String,
    /// Of the record or the script, where a drill is played again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill_digest: Option<String>,
    /// In file order.
    pub expectations: Vec<LockedExpectation>,
}

/// What became of an expectation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedExpectation {
    /// As it was written.
    pub expectation: String,
    /// What became of it.
    pub verdict: Verdict,
    /// After so many trials.
    pub trials: u64,
    /// The number that they had, to six digits.
    pub value: Option<f64>,
}

/// What tells one edition of a file from another: 16 digits of the SHA-256 of its text, whichever way its lines end.
pub fn digest(text: &str) -> String {
    sha256_hex(text.replace("\r\n", "\n").as_bytes())[..16].to_string()
}

/// The digests of what a case is played from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Digests {
    /// Of the scenario's text.
    pub scenario: String,
    /// Of the policy's text.
    pub policy: String,
    /// Of the record or the script, where a drill is played again.
    pub drill: Option<String>,
}

impl LockedSuite {
    /// Of a result; the digests are case by case.
    pub fn of(result: &SuiteResult, version: &str, digest: String, digests: &[Digests]) -> LockedSuite {
        let file = result.file.rsplit(['/', '\\']).next().unwrap_or_default().to_string();
        let cases = result.cases.iter().zip(digests).map(|(case, digests)| LockedCase::of(case, digests)).collect();
        LockedSuite { file, version: version.to_string(), seed: result.seed, digest, cases }
    }
}

impl LockedCase {
    fn of(case: &CaseResult, digests: &Digests) -> LockedCase {
        let Digests { scenario, policy, drill } = digests.clone();
        let locked = |checked: &Checked| LockedExpectation {
            expectation: checked.expectation.clone(),
            verdict: checked.verdict,
            trials: checked.trials,
            value: checked.value.map(digits6),
        };
        LockedCase {
            case: case.title(),
            policy: case.policy.clone(),
            scenario_digest: scenario,
            policy_digest: policy,
            drill_digest: drill,
            expectations: case.expectations.iter().map(locked).collect(),
        }
    }
}

impl LockedExpectation {
    /// `pass (99.5%, 200 trials)`
    fn shown(&self) -> String {
        let verdict = match self.verdict {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::Undecided => "undecided",
        };
        let expectation = expectation::parse(&self.expectation).ok();
        let value = expectation.zip(self.value).map_or("no data".into(), |(e, value)| e.shown(e.of_unit(value)));
        format!("{verdict} ({value}, {})", crate::words::count_of(self.trials, "trial"))
    }
}

/// What sets a lock apart from what is true now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    /// Verdicts that are not the same.
    pub changed: Vec<Changed>,
    /// Expectations that the lock does not know.
    pub new: usize,
    /// Expectations that only the lock knows.
    pub gone: usize,
}

/// What has changed of a suite, called by its name, since it was locked. Cases and expectations of the same words are taken in their
/// order.
pub fn compare(suite: &str, before: &LockedSuite, now: &LockedSuite) -> Difference {
    let mut difference = Difference::default();
    let mut left: Vec<(&LockedCase, &LockedExpectation)> = pairs(before).collect();
    for (case, expectation) in pairs(now) {
        let is_it = |(c, e): &(&LockedCase, &LockedExpectation)| {
            c.case == case.case && c.policy == case.policy && e.expectation == expectation.expectation
        };
        let Some(at) = left.iter().position(is_it) else {
            difference.new += 1;
            continue;
        };
        let (old_case, old) = left.remove(at);
        if old.verdict != expectation.verdict {
            let what = format!("{suite}: {} x {}: {}", case.case, case.policy, expectation.expectation);
            let why = why((before, old_case), (now, case));
            difference.changed.push(Changed { what, before: old.shown(), now: expectation.shown(), why });
        }
    }
    difference.gone = left.len();
    difference
}

fn pairs(suite: &LockedSuite) -> impl Iterator<Item = (&LockedCase, &LockedExpectation)> {
    suite.cases.iter().flat_map(|case| case.expectations.iter().map(move |expectation| (case, expectation)))
}

/// Everything that is not the same: the version, the seed, the files.
fn why((before, old): (&LockedSuite, &LockedCase), (now, new): (&LockedSuite, &LockedCase)) -> String {
    let mut causes = Vec::new();
    if before.version != now.version {
        causes.push(format!("gatecrash {} -> {}", before.version, now.version));
    }
    if before.seed != now.seed {
        causes.push(format!("the seed is {}, it was {}", now.seed, before.seed));
    }
    let files = [
        (old.policy_digest != new.policy_digest, format!("the policy {}", new.policy)),
        (old.scenario_digest != new.scenario_digest, "the scenario".to_string()),
        (old.drill_digest != new.drill_digest, "the drill".to_string()),
        (before.digest != now.digest, format!("the suite {}", now.file)),
    ];
    let altered: Vec<String> = files.iter().filter(|(altered, _)| *altered).map(|(_, what)| what.clone()).collect();
    let have = if altered.len() == 1 { "has" } else { "have" };
    match (altered.is_empty(), causes.is_empty()) {
        (false, _) => causes.push(format!("{} {have} changed since", crate::words::list(&altered))),
        (true, false) => causes.push("the policy, the scenario and the suite are the same".to_string()),
        (true, true) => causes.push(
            "version, seed, policy, scenario and suite are the same: another build, or another file that the scenario reads"
                .to_string(),
        ),
    }
    causes.join("; ")
}

impl Lock {
    /// Of nothing yet.
    pub fn empty() -> Lock {
        Lock { schema: SCHEMA.to_string(), suites: Vec::new() }
    }

    /// The suite of this file.
    pub fn suite(&self, file: &str) -> Option<&LockedSuite> {
        self.suites.iter().find(|suite| suite.file == file)
    }

    /// Takes a suite over. `is_whole` is whether all of it was judged: otherwise what was not stays as it is, and so does the digest of
    /// the suite, which is that of when all of it was.
    pub fn put(&mut self, suite: LockedSuite, is_whole: bool) {
        match self.suites.iter_mut().find(|known| known.file == suite.file) {
            None => self.suites.push(suite),
            Some(known) if is_whole => *known = suite,
            Some(known) => suite.cases.into_iter().for_each(|case| known.put(case)),
        }
        self.suites.sort_by(|a, b| a.file.cmp(&b.file));
    }

    /// The file: a line for each suite, case and expectation, so that a change of one is a change of a line.
    pub fn text(&self) -> String {
        let line = |value: &dyn Fn() -> serde_json::Result<String>| value().expect("strings and numbers are written");
        let mut text = format!("{{\"schema\": \"{SCHEMA}\", \"suites\": [");
        for (i, suite) in self.suites.iter().enumerate() {
            let LockedSuite { file, version, seed, digest, cases } = suite;
            let [file, version, digest] = [file, version, digest].map(|word| line(&|| serde_json::to_string(word)));
            text += if i == 0 { "\n" } else { ",\n" };
            text +=
                &format!("  {{\"file\": {file}, \"version\": {version}, \"seed\": {seed}, \"digest\": {digest}, \"cases\": [");
            for (i, case) in cases.iter().enumerate() {
                text += if i == 0 { "\n" } else { ",\n" };
                text += &case.text();
            }
            text += "\n  ]}";
        }
        text + "\n]}\n"
    }
}

impl LockedSuite {
    fn put(&mut self, case: LockedCase) {
        match self.cases.iter_mut().find(|known| known.case == case.case && known.policy == case.policy) {
            Some(known) => *known = case,
            None => self.cases.push(case),
        }
    }
}

impl LockedCase {
    fn text(&self) -> String {
        let json = |word: &String| serde_json::to_string(word).expect("a string is written");
        let LockedCase { case, policy, scenario_digest, policy_digest, drill_digest, expectations } = self;
        let drill = drill_digest.as_ref().map_or(String::new(), |digest| format!(", \"drill_digest\": {}", json(digest)));
        let [case, policy, scenario, digest] = [case, policy, scenario_digest, policy_digest].map(json);
        let begin = format!("\"case\": {case}, \"policy\": {policy}");
        let mut text =
            format!("    {{{begin}, \"scenario_digest\": {scenario}, \"policy_digest\": {digest}{drill}, \"expectations\": [");
        for (i, expectation) in expectations.iter().enumerate() {
            text += if i == 0 { "\n" } else { ",\n" };
            text += &format!("      {}", serde_json::to_string(expectation).expect("strings and numbers are written"));
        }
        text + "\n    ]}"
    }
}

/// Why a text is no lock that this version can use: the line, if it is on one, and what was found and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable {
    /// From 1.
    pub line: Option<usize>,
    /// What was found and what to do about it.
    pub message: String,
}

const REMEDY: &str = "restore the file, or delete it and write it anew with --lock";

/// Reads a lock, for a gatecrash of this version.
pub fn parse(text: &str, version: &str) -> Result<Lock, Unusable> {
    let not_json =
        |error: serde_json::Error| Unusable { line: Some(error.line()), message: format!("{}; {REMEDY}", cause(&error)) };
    let value: serde_json::Value = serde_json::from_str(text).map_err(not_json)?;
    let on_line_of = |what: &str| text.lines().position(|line| line.contains(what)).map(|line| line + 1);
    let unusable = |at: &str, message: String| Err(Unusable { line: on_line_of(at), message });
    match value["schema"].as_str() {
        Some(SCHEMA) => {}
        Some(other) => {
            return unusable("\"schema\"", format!("found schema `{other}`, and gatecrash {version} reads {SCHEMA}; {REMEDY}"));
        }
        None => return unusable("\"schema\"", format!("there is no `schema` in it; {REMEDY}")),
    }
    // Before the rest is read: a newer version may have more to say.
    let versions = value["suites"].as_array().into_iter().flatten().filter_map(|suite| suite["version"].as_str());
    if let Some(newer) = versions.into_iter().find(|other| is_newer(other, version)) {
        let what = format!("written by gatecrash {newer}, and this is {version}");
        return unusable(newer, format!("{what}; use {newer}, or delete the file and write it anew with --lock"));
    }
    serde_json::from_str(text).map_err(not_json)
}

/// Without the place, which is said before it.
fn cause(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_string()
}

/// By numbers, from the left; what is behind them does not count.
fn is_newer(version: &str, than: &str) -> bool {
    let numbers = |version: &str| -> Vec<u64> { version.split(['.', '-', '+']).map_while(|part| part.parse().ok()).collect() };
    numbers(version) > numbers(than)
}

#[cfg(test)]
mod tests {
    use super::super::examples;
    use super::*;

    fn locked(version: &str) -> LockedSuite {
        let digests = [0, 1].map(|i| Digests { scenario: format!("s{i}"), policy: format!("p{i}"), drill: None });
        LockedSuite::of(&examples::report().suites[0], version, "d".into(), &digests)
    }

    #[test]
    fn what_is_written_is_read_and_has_a_line_for_each_expectation() {
        let mut lock = Lock::empty();
        lock.put(locked("0.1.0"), true);
        let text = lock.text();
        assert_eq!(parse(&text, "0.1.0"), Ok(lock));
        assert_eq!(text.lines().filter(|line| line.starts_with("      {\"expectation\":")).count(), 4);
        assert_eq!(text.lines().count(), 1 + 1 + 2 * 2 + 4 + 1 + 1, "{text}");
        assert_eq!(parse(&Lock::empty().text(), "0.1.0"), Ok(Lock::empty()));
    }

    #[test]
    fn a_verdict_that_changes_is_explained_by_what_is_not_the_same() {
        let now = locked("0.1.0");
        let before = |change: &dyn Fn(&mut LockedSuite)| {
            let mut before = now.clone();
            before.cases[1].expectations[1].verdict = Verdict::Pass;
            change(&mut before);
            compare("regression", &before, &now).changed
        };
        let changed = before(&|suite| suite.version = "0.0.9".into());
        assert_eq!(changed.len(), 1);
        assert_eq!(changed[0].what, "regression: spike at 2x with faults.0.by=3x x careful: time_to_detect.p95 <= 45m");
        assert_eq!((changed[0].before.as_str(), changed[0].now.as_str()), ("pass (1h, 200 trials)", "fail (1h, 200 trials)"));
        assert_eq!(changed[0].why, "gatecrash 0.0.9 -> 0.1.0; the policy, the scenario and the suite are the same");
        assert_eq!(
            before(&|suite| suite.seed = 2)[0].why,
            "the seed is 1, it was 2; the policy, the scenario and the suite are the same"
        );
        let files = before(&|suite| (suite.cases[1].policy_digest, suite.digest) = ("x".into(), "y".into()));
        assert_eq!(files[0].why, "the policy careful and the suite all.yaml have changed since");
        let scenario = before(&|suite| suite.cases[1].scenario_digest = "x".into());
        assert_eq!(scenario[0].why, "the scenario has changed since");
        assert!(before(&|_| ())[0].why.contains("another build"));
    }

    #[test]
    fn a_drill_is_locked_by_its_file() {
        let locked = |digest: &str| {
            let digests = ["old", digest].map(|drill| Digests { drill: Some(drill.into()), ..Digests::default() });
            LockedSuite::of(&examples::drills().suites[0], "0.1.0", "d".into(), &digests)
        };
        let mut lock = Lock::empty();
        lock.put(locked("old"), true);
        assert!(lock.text().contains("\"drill_digest\": \"old\", \"expectations\""), "{}", lock.text());
        assert_eq!(parse(&lock.text(), "0.1.0"), Ok(lock));
        let (before, mut now) = (locked("old"), locked("new"));
        now.cases[1].expectations[0].verdict = Verdict::Fail;
        assert_eq!(compare("drilled", &before, &now).changed[0].why, "the drill has changed since");
    }

    #[test]
    fn what_is_new_and_what_is_gone_is_counted() {
        let (whole, mut part) = (locked("0.1.0"), locked("0.1.0"));
        part.cases[1].expectations.remove(0);
        part.cases.remove(0);
        assert_eq!(compare("s", &part, &whole), Difference { new: 2, ..Difference::default() });
        assert_eq!(compare("s", &whole, &part), Difference { gone: 2, ..Difference::default() });
        assert_eq!(compare("s", &whole, &whole), Difference::default());
    }

    #[test]
    fn what_was_not_judged_stays_as_it_is() {
        let mut lock = Lock::empty();
        lock.put(locked("0.1.0"), true);
        let mut part = locked("0.1.0");
        part.cases.remove(0);
        part.digest = "new".into();
        part.cases[0].policy_digest = "new".into();
        lock.put(part.clone(), false);
        assert_eq!((lock.suites[0].digest.as_str(), lock.suites[0].cases.len()), ("d", 2));
        assert_eq!(lock.suites[0].cases[1].policy_digest, "new");
        lock.put(part, true);
        assert_eq!((lock.suites[0].digest.as_str(), lock.suites[0].cases.len()), ("new", 1));
    }

    #[test]
    fn what_cannot_be_used_is_explained() {
        let mut lock = Lock::empty();
        lock.put(locked("0.1.0"), true);
        let text = lock.text();
        let wrong = [
            ("<<<<<<< ours".to_string() + &text, Some(1), "expected value; restore the file"),
            (text.replace("lock/v1", "lock/v2"), Some(1), "found schema `gatecrash.lock/v2`, and gatecrash 0.1.0 reads"),
            ("{}".into(), None, "there is no `schema`"),
            (text.replacen("\"verdict\":\"pass\"", "\"verdict\":\"fine\"", 1), Some(4), "unknown variant `fine`"),
            (text.replacen("\"seed\"", "\"sead\"", 1), Some(2), "unknown field `sead`"),
            (
                text.replace("\"0.1.0\"", "\"0.2.0\""),
                Some(2),
                "written by gatecrash 0.2.0, and this is 0.1.0; use 0.2.0, or delete",
            ),
        ];
        for (text, line, says) in wrong {
            let error = parse(&text, "0.1.0").expect_err(says);
            assert!(error.line == line && error.message.contains(says), "{says}: {error:?}");
        }
        assert!(parse(&text, "0.2.0").is_ok(), "an older one is for `compare` to speak of");
    }

    #[test]
    fn digests_know_texts_apart_and_not_line_ends() {
        assert_eq!(digest("a\nb\n"), digest("a\r\nb\r\n"));
        assert_ne!(digest("a\nb\n"), digest("a\nc\n"));
        assert_eq!(digest("abc"), "ba7816bf8f01cfea", "the first digits that NIST publishes");
    }

    #[test]
    fn versions_are_compared_by_number() {
        assert!(is_newer("0.10.0", "0.9.3") && is_newer("1.0.0", "0.9.3") && !is_newer("0.1.0", "0.1.0"));
        assert!(!is_newer("0.0.9", "0.1.0") && !is_newer("what", "0.1.0"));
    }
}
