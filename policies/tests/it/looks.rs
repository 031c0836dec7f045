//! Looks by hand, for any rule: what a check shows of two arms, scrape by scrape.

use gatecrash_policies::hist::cell_of;
use gatecrash_policies::policy::{Check, Limit, Op, Reading, Rule};
use gatecrash_policies::rules::{Allowed, Counts, Look, News, Of, RULES, Series, Tally, Values, Versus};
use gatecrash_policies::{Span, Time, parse};

/// Checks of every shape; each rule can weigh at least one.
const CHECKS: [&str; 10] = [
    "ratio(runs.errors / runs.outcomes) <= 5%",
    "ratio(runs.errors / runs.outcomes) <= 1.5x stable",
    "ratio(runs.errors / runs.outcomes) <= stable + 2%",
    "rate(runs.errors) <= 2/m",
    "rate(runs.errors) <= 1.5x stable",
    "mean(runs.queue) <= 2",
    "mean(runs.queue) <= 1.5x stable",
    "p95(runs.latency) <= 100ms",
    "p50(runs.latency) <= 1.2x stable",
    "growth(runs.queue) <= 1/m",
];

/// Every rule of the catalog with a check that it can weigh; those that hold others hold two.
pub fn rules() -> Vec<(Rule, Check)> {
    let mut all = Vec::new();
    for entry in RULES {
        let rule = Rule::new(entry.name);
        let of =
            if entry.of == Of::Several { vec![Rule::new("threshold"), Rule::new("zero_tolerance")] } else { rule.of.clone() };
        let rule = rule.made_of(of);
        let checks = CHECKS.iter().map(|text| parse(text).unwrap_or_else(|error| panic!("{text}: {error}")));
        let before = all.len();
        all.extend(checks.filter(|check| rule.fits(check).is_ok()).map(|check| (rule.clone(), check)));
        assert!(all.len() > before, "no check fits {}", entry.name);
    }
    all
}

/// Outcomes in a scrape of the canary, and of stable.
const SIZE: [u64; 2] = [40, 360];
/// Subjects of either.
const SUBJECTS: [f64; 2] = [10.0, 90.0];
/// Seconds from scrape to scrape.
const SCRAPE: u64 = 60;

/// What has been scraped of both arms, and what was new in the last one.
#[derive(Clone, Debug)]
pub struct Stage {
    check: Check,
    /// How many scrapes a window holds.
    over: usize,
    scrapes: usize,
    /// Bad outcomes in each scrape of the window: of the canary, of stable.
    bad: [Vec<u64>; 2],
    series: [Vec<f64>; 2],
    cells: [Vec<(u16, u64)>; 2],
    news: [News; 1],
    fresh: Counts,
}

impl Stage {
    pub fn new(check: &Check, over: usize) -> Stage {
        Stage {
            check: check.clone(),
            over,
            scrapes: 0,
            bad: Default::default(),
            series: Default::default(),
            cells: Default::default(),
            news: Default::default(),
            fresh: Counts::default(),
        }
    }

    /// Adds a scrape with so many bad outcomes of the canary, and of stable; and looks at it.
    pub fn scrape(&mut self, bad: [u64; 2]) -> Look<'_> {
        self.scrapes += 1;
        for (arm, bad) in bad.into_iter().enumerate() {
            self.bad[arm].push(bad.min(SIZE[arm]));
            let gone = self.bad[arm].len().saturating_sub(self.over);
            self.bad[arm].drain(..gone);
            self.series[arm] = self.bad[arm].iter().map(|n| self.value(*n, arm)).collect();
            if matches!(self.check.reading, Reading::Growth(_)) {
                // A level that every bad outcome lifts.
                (1..self.series[arm].len()).for_each(|i| self.series[arm][i] += self.series[arm][i - 1]);
            }
            self.cells[arm] = cells(self.bad[arm].iter().sum(), self.bad[arm].len() as u64 * SIZE[arm], arm);
        }
        let own = self.tally(&self.bad[0][self.bad[0].len() - 1..], 0);
        let stable = self.tally(&self.bad[1][self.bad[1].len() - 1..], 1);
        self.fresh = Counts { own, stable };
        self.news = [News { stamp: self.now(), tally: own, value: self.series[0].last().copied() }];
        self.look()
    }

    fn now(&self) -> Time {
        Time::ZERO + Span::from_secs(self.scrapes as u64 * SCRAPE)
    }

    /// The reading of one scrape of an arm.
    fn value(&self, bad: u64, arm: usize) -> f64 {
        match self.check.reading {
            Reading::Mean(_) | Reading::Growth(_) => 40.0 * bad as f64 / SIZE[arm] as f64,
            Reading::Rate(_) => bad as f64 / SCRAPE as f64,
            Reading::Quantile(q, _) => quantile(&cells(bad, SIZE[arm], arm), q),
            _ => bad as f64 / SIZE[arm] as f64,
        }
    }

    fn tally(&self, bad: &[u64], arm: usize) -> Tally {
        let all = bad.len() as u64 * SIZE[arm];
        let subjects = if self.versus().is_some() { SUBJECTS[arm] } else { 1.0 };
        let exposure = subjects * (bad.len() as u64 * SCRAPE) as f64;
        Tally { bad: bad.iter().sum(), all, exposure }
    }

    /// The reading of the window.
    fn reading(&self, arm: usize) -> f64 {
        match self.check.reading {
            Reading::Quantile(q, _) => quantile(&self.cells[arm], q),
            Reading::Growth(_) => self.series[arm][self.series[arm].len() - 1] / (self.series[arm].len() as u64 * SCRAPE) as f64,
            _ => self.series[arm].iter().sum::<f64>() / self.series[arm].len() as f64,
        }
    }

    fn versus(&self) -> Option<Versus> {
        match self.check.limit {
            Limit::TimesStable(times) => Some(Versus::Times(times)),
            Limit::StablePlus(more) => Some(Versus::Plus(more)),
            _ => None,
        }
    }

    fn limit(&self) -> f64 {
        let per_subject = if matches!(self.check.reading, Reading::Rate(_)) { SUBJECTS[0] / SUBJECTS[1] } else { 1.0 };
        match self.check.limit {
            Limit::TimesStable(times) => times * self.reading(1) * per_subject,
            Limit::StablePlus(more) => self.reading(1) + more,
            Limit::Absolute(limit) => limit,
            Limit::PerSegment(_) => panic!("no check of these has parts"),
        }
    }

    fn allowed(&self, limit: f64) -> Allowed {
        match self.check.reading {
            Reading::Quantile(q, _) => Allowed::Share(1.0 - q),
            Reading::Ratio(..) => Allowed::Share(limit.min(1.0)),
            Reading::Rate(_) if self.versus().is_none() => Allowed::Rate(limit),
            Reading::Mean(_) => Allowed::Value { limit, worse_is_up: true },
            _ => Allowed::Unknown,
        }
    }

    fn look(&self) -> Look<'_> {
        let limit = self.limit();
        let (own, stable) = (self.tally(&self.bad[0], 0), self.tally(&self.bad[1], 1));
        Look {
            now: self.now(),
            within: if self.check.op == Op::AtMost { self.reading(0) <= limit } else { panic!("all of these are upper limits") },
            samples: own.all,
            enough: true,
            allowed: self.allowed(limit),
            versus: self.versus(),
            window: Counts { own, stable },
            fresh: self.fresh,
            news: &self.news,
            series: Series { own: &self.series[0], stable: &self.series[1], climb: false },
            values: Values { own: &self.cells[0], stable: &self.cells[1] },
            spread: Some(1.0),
            dispersion: 1.0,
            alpha: None,
        }
    }
}

/// Good outcomes take 50 ms to 90 ms, bad ones 150 ms to 190 ms, in milliseconds.
fn cells(bad: u64, all: u64, arm: usize) -> Vec<(u16, u64)> {
    let spread = |from: u64, n: u64| {
        let each = move |i: u64| n / 20 + u64::from((i + arm as u64) % 20 < n % 20);
        (0..20).map(move |i| (cell_of(from + 2 * i), each(i))).filter(|(_, n)| *n > 0)
    };
    spread(50, all - bad).chain(spread(150, bad)).collect()
}

/// In seconds.
fn quantile(cells: &[(u16, u64)], q: f64) -> f64 {
    let rank = (q * cells.iter().map(|(_, n)| *n).sum::<u64>() as f64).ceil() as u64;
    let mut seen = 0;
    let cell = cells.iter().find(|(_, n)| {
        seen += n;
        seen >= rank
    });
    cell.map_or(0.0, |(cell, _)| f64::from(*cell) / 1e3)
}
