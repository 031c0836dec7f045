//! How fast an error budget burns, over a long window and a short one: chapter 5 of Google's SRE Workbook.
//!
//! A burn rate is the share of bad outcomes over the share that is allowed; at 1 the budget lasts just as long as its period. The
//! long window says that enough of it burnt, the short one that it still burns.

use super::entry::{number, span};
use super::{Allowed, Alpha, Entry, Judge, Look, Note, Of, Rule, State, Wants};
use crate::fit::share;
use crate::maths::digits::round_p;
use crate::time::{Span, Time};
use crate::verdict::Status;

/// See its `about`.
pub const ENTRY: Entry = Entry {
    name: "burn_rate",
    about: "fails when the error budget, the share that the limit allows, burns so fast over a long window and still does over a \
            short one; several paces are any: [{ burn_rate: .. }, { burn_rate: .. }]",
    alpha: Alpha::None,
    missing: "late samples count where they belong; while the short window is empty, a long one that burns holds the rollout",
    cost: "O(long / short)",
    right_for: "lagging-telemetry",
    parameters: &[
        span("long", 3_600, 1, 30 * 86_400, "the window in which so much burnt; what came before the stage is not in it"),
        span("short", 300, 1, 30 * 86_400, "the window in which it still burns; a twelfth of the long one is usual"),
        number("burn", 14.4, 0.1, 100_000.0, "so many times as fast as the budget allows; 14.4 spends 2% of a month's in an hour"),
    ],
    of: Of::Nothing,
    wants: Wants::NEWS,
    fits: share,
    mistake,
    make: |rule| State::BurnRate(BurnRate::new(rule.span("short"), rule.span("long"), rule.number("burn"))),
};

/// See [`ENTRY`]. With few outcomes one bad one is a fast burn: give the gate a `min_samples`.
#[derive(Clone, Debug, PartialEq)]
pub struct BurnRate {
    short: Span,
    long: Span,
    burn: f64,
    windows: Windows,
}

impl BurnRate {
    /// Nothing seen yet.
    pub fn new(short: Span, long: Span, burn: f64) -> BurnRate {
        BurnRate { short, long, burn, windows: Windows::new(short, long) }
    }
}

/// The long window is at most so many times the short one: memory, and the time of a look.
const RATIO_MAX: u64 = 360;

fn mistake(rule: &Rule) -> Option<String> {
    let (short, long) = (rule.span("short"), rule.span("long"));
    let fits = short <= long && long.0 / RATIO_MAX <= short.0;
    (!fits).then(|| format!("`burn_rate` needs a `long` of 1 to {RATIO_MAX} times `short`; {long} and {short} are not"))
}

impl Judge for BurnRate {
    fn listen(&mut self, look: &Look) {
        look.news.iter().for_each(|news| self.windows.add(news.stamp, news.tally.bad, news.tally.all));
    }

    fn judge(&mut self, look: &Look, note: &mut Note) -> Status {
        let Allowed::Share(allowed) = look.allowed else {
            note.push_str("no share to burn");
            return Status::Inconclusive;
        };
        if self.burn * allowed > 1.0 {
            let _ = write!(note, "never: {} times {allowed} is more than all outcomes", self.burn);
            return Status::Inconclusive;
        }
        let burn = self.windows.burn(look.now, allowed);
        let Some(long) = burn.long else {
            let _ = write!(note, "no outcomes within {}", self.long);
            return Status::Inconclusive;
        };
        let _ = write!(note, "burns {long:.3}x over {}", self.long);
        match burn.short {
            Some(short) => _ = write!(note, ", {short:.3}x over {}", self.short),
            None => _ = write!(note, ", nothing within {}", self.short),
        }
        match burn.short {
            _ if burn.reaches(self.burn) => Status::Fail,
            None if long >= self.burn => Status::Inconclusive,
            _ => Status::Pass,
        }
    }
}

/// The burn rate that spends a share `budget` of the budget of `period` within `window`.
pub fn threshold(budget: f64, period: f64, window: f64) -> f64 {
    budget * period / window
}

/// The share of the budget of `period` that a burn rate spends within `window`: 1 is all of it.
pub fn budget_spent(burn: f64, window: f64, period: f64) -> f64 {
    burn * window / period
}

/// How long the budget of `period` lasts at a burn rate.
pub fn exhaustion(burn: f64, period: f64) -> f64 {
    period / burn
}

/// How long after errors begin, a share `errors` of outcomes from none before, a window's burn rate reaches `burn`, in the window's
/// unit: the part of the window that they have to fill. `None`: never.
pub fn detection(burn: f64, allowed: f64, errors: f64, window: f64) -> Option<f64> {
    (errors > burn * allowed).then(|| burn * allowed / errors * window)
}

/// How long after errors end that have filled a window its burn rate is back below `burn`. `None`: they never reached it.
pub fn reset(burn: f64, allowed: f64, errors: f64, window: f64) -> Option<f64> {
    detection(burn, allowed, errors, window).map(|filled| window - filled)
}

/// So many buckets make up the short window: it is known to within a twelfth.
const SHORT_BUCKETS: u64 = 12;

/// Bad outcomes and all outcomes of a bucket.
type Counts = (u64, u64);

/// What of the last windows has arrived, in buckets by the stamp of the samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Windows {
    /// A bucket's length.
    bucket: Span,
    /// How many whole buckets the long window has.
    long: u64,
    /// The newest bucket there is, counted from the beginning of time.
    newest: u64,
    /// One more than the long window has, since the newest is not full: a ring.
    buckets: Vec<Counts>,
}

/// The burn rates of both windows, to six digits; `None` where a window holds no outcomes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Burn {
    /// Of the long window.
    pub long: Option<f64>,
    /// Of the short window.
    pub short: Option<f64>,
}

impl Burn {
    /// Whether both windows burn as fast as `limit` or faster. What is not known does not.
    pub fn reaches(&self, limit: f64) -> bool {
        [self.long, self.short].iter().all(|burn| burn.is_some_and(|b| b >= limit))
    }
}

impl Windows {
    /// Empty windows. Neither is shorter than it says, nor longer by more than a twelfth of the short one.
    pub fn new(short: Span, long: Span) -> Windows {
        let bucket = Span(short.0.div_ceil(SHORT_BUCKETS).max(1));
        let whole = long.0.div_ceil(bucket.0).max(SHORT_BUCKETS);
        Windows { bucket, long: whole, newest: 0, buckets: vec![(0, 0); whole as usize + 1] }
    }

    /// Adds the outcomes of a sample that has arrived, late or not. What is older than the long window is let go.
    pub fn add(&mut self, stamp: Time, bad: u64, all: u64) {
        let index = stamp.0 / self.bucket.0;
        self.open(index);
        if index >= self.oldest() {
            let counts = self.at(index);
            *counts = (counts.0 + bad, counts.1 + all);
        }
    }

    /// The burn rates at `now`, when a share `allowed` of outcomes may be bad.
    pub fn burn(&self, now: Time, allowed: f64) -> Burn {
        let rate = |counts: Counts| (counts.1 > 0).then(|| round_p(burn(counts, allowed)));
        Burn { long: rate(self.sum(now, self.long)), short: rate(self.sum(now, SHORT_BUCKETS)) }
    }

    /// The outcomes of so many whole buckets before that of `now`, and of it.
    fn sum(&self, now: Time, whole: u64) -> Counts {
        let last = now.0 / self.bucket.0;
        let held = last.saturating_sub(whole).max(self.oldest())..=last.min(self.newest);
        held.map(|index| self.buckets[self.slot(index)]).fold((0, 0), |sum, counts| (sum.0 + counts.0, sum.1 + counts.1))
    }

    /// Empties the buckets from the newest up to this one.
    fn open(&mut self, index: u64) {
        let first = (self.newest + 1).max(index.saturating_sub(self.long));
        (first..=index).for_each(|fresh| *self.at(fresh) = (0, 0));
        self.newest = self.newest.max(index);
    }

    fn oldest(&self) -> u64 {
        self.newest.saturating_sub(self.long)
    }

    fn slot(&self, index: u64) -> usize {
        (index % self.buckets.len() as u64) as usize
    }

    fn at(&mut self, index: u64) -> &mut Counts {
        let slot = self.slot(index);
        &mut self.buckets[slot]
    }
}

/// Where nothing is allowed, nothing bad burns nothing, and anything bad burns without end.
fn burn((bad, all): Counts, allowed: f64) -> f64 {
    if bad == 0 { 0.0 } else { bad as f64 / all as f64 / allowed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::{self, said, status};
    use crate::rules::{News, Setting, Tally};

    const MINUTE: u64 = 60_000_000;

    #[test]
    fn thresholds_as_published() {
        // SRE Workbook table 5-8, and the tests of slok/sloth for periods of 30, 28 and 7 days: (budget %, period, window in hours).
        let table = [
            (2.0, 720.0, 1.0, 14.4),
            (5.0, 720.0, 6.0, 6.0),
            (10.0, 720.0, 24.0, 3.0),
            (10.0, 720.0, 72.0, 1.0),
            (2.0, 672.0, 1.0, 13.44),
            (10.0, 672.0, 24.0, 2.8),
            (8.0, 168.0, 1.0, 13.44),
            (20.0, 168.0, 24.0, 1.4),
        ];
        for (percent, period, window, expect) in table {
            let own = threshold(percent / 100.0, period, window);
            assert!((own - expect).abs() < 1e-9, "{percent}% within {window} h: {own}");
            assert!((budget_spent(own, window, period) - percent / 100.0).abs() < 1e-12);
        }
    }

    #[test]
    fn the_workbooks_numbers() {
        // Chapter 5: a 10 min window detects a full outage in 0.6 s, one of 36 h in 2 min 10 s; at 35 times the rate the budget
        // lasts 20.5 h; an alert that waits for an hour lets a full outage spend 140 %.
        let near = |own: f64, expect: f64| assert!((own / expect - 1.0).abs() < 0.01, "{own}, not {expect}");
        near(detection(1.0, 0.001, 1.0, 600.0).expect("it burns"), 0.6);
        near(detection(1.0, 0.001, 1.0, 36.0 * 3600.0).expect("it burns"), 130.0);
        near(exhaustion(35.0, 720.0), 20.5);
        near(budget_spent(1000.0, 1.0, 720.0), 1.4);
        assert_eq!(detection(14.4, 0.001, 0.01, 60.0), None);
    }

    /// The long and short window in minutes, and the burn rate: the workbook's three tiers.
    const TIERS: [(u64, u64, f64); 3] = [(60, 5, 14.4), (360, 30, 6.0), (4320, 360, 1.0)];

    /// 1000 outcomes each step, a share `errors` of them bad from `begin` until `end`: the first moments at which both windows burn
    /// and at which they do no more.
    fn outage(tier: (u64, u64, f64), errors: f64, begin: u64, end: u64, step: u64) -> (Option<u64>, Option<u64>) {
        let (long, short, limit) = tier;
        let mut windows = Windows::new(Span(short * MINUTE), Span(long * MINUTE));
        let (mut fired, mut over) = (None, None);
        for now in (0..end + 2 * short * MINUTE).step_by(step as usize) {
            let bad = if (begin..end).contains(&now) { (1000.0 * errors).round() as u64 } else { 0 };
            windows.add(Time(now), bad, 1000);
            match windows.burn(Time(now), 0.001).reaches(limit) {
                true => _ = fired.get_or_insert(now),
                false if fired.is_some() => _ = over.get_or_insert(now),
                false => (),
            }
        }
        (fired, over)
    }

    #[test]
    fn an_outage_is_seen_and_over_within_a_bucket_of_the_closed_form() {
        for tier in TIERS {
            let (long, short, limit) = tier;
            let (bucket, step) = (short * MINUTE / 12, short * MINUTE / 240);
            let (begin, end) = (long * MINUTE + 7 * step, 2 * long * MINUTE + 11 * step);
            for errors in [1.0, 0.5, 0.1, 0.02, 0.015, 0.005] {
                let (fired, over) = outage(tier, errors, begin, end, step);
                let after = |from: u64, minutes: Option<f64>| minutes.map(|m| from as f64 + m * MINUTE as f64);
                let near = |own: Option<u64>, closed: Option<f64>| match (own, closed) {
                    (Some(own), Some(closed)) => (own as f64 - closed).abs() <= (bucket + step) as f64,
                    (own, closed) => own.is_none() && closed.is_none(),
                };
                let detected = after(begin, detection(limit, 0.001, errors, long as f64));
                assert!(near(fired, detected), "{tier:?}, {errors}: {fired:?}, {detected:?}");
                let ended = after(end, reset(limit, 0.001, errors, short as f64));
                assert!(near(over, ended), "{tier:?}, {errors}: {over:?}, {ended:?}");
            }
        }
    }

    /// A look at what arrived a minute after the last one, of a share of 1 %.
    fn look(minute: u64, news: &[News]) -> Look<'_> {
        let now = Time(minute * MINUTE);
        Look { now, news, allowed: Allowed::Share(0.01), ..tests::look(false) }
    }

    fn news(minute: u64, bad: u64) -> [News; 1] {
        [News { stamp: Time(minute * MINUTE), tally: Tally { bad, all: 100, exposure: 60.0 }, value: None }]
    }

    #[test]
    fn it_fails_while_both_windows_burn() {
        let mut rule = BurnRate::new(Span(5 * MINUTE), Span(60 * MINUTE), 10.0);
        let bad = |minute| if (60..120).contains(&minute) { 30 } else { 0 };
        let said: Vec<Status> = (0..140).map(|minute| status(&mut rule, &look(minute, &news(minute, bad(minute))))).collect();
        // 30 % bad burns 30 times the budget: a third of the hour fills the long window. The short one forgets soon.
        let fails = said.iter().enumerate().filter(|(_, status)| **status == Status::Fail).map(|(minute, _)| minute);
        assert!(fails.eq(80..124), "{said:?}");
        assert!(said.iter().all(|status| *status != Status::Inconclusive));
    }

    #[test]
    fn what_is_not_known_holds() {
        let mut rule = BurnRate::new(Span(5 * MINUTE), Span(60 * MINUTE), 10.0);
        assert_eq!(said(&mut rule, &look(1, &[])), (Status::Inconclusive, "no outcomes within 1h".into()));
        assert_eq!(said(&mut rule, &look(1, &news(1, 50))).1, "burns 50.000x over 1h, 50.000x over 5m");
        assert_eq!(said(&mut rule, &look(20, &[])), (Status::Inconclusive, "burns 50.000x over 1h, nothing within 5m".into()));
        let wide = Look { allowed: Allowed::Share(0.2), ..look(20, &[]) };
        assert_eq!(said(&mut rule, &wide), (Status::Inconclusive, "never: 10 times 0.2 is more than all outcomes".into()));
        assert_eq!(said(&mut rule, &tests::look(false)).0, Status::Inconclusive);
    }

    #[test]
    fn windows_that_do_not_go_together_are_a_mistake() {
        let with = |short, long| {
            let mut rule = Rule::new("burn_rate");
            for (name, seconds) in [("short", short), ("long", long)] {
                rule.set(name, Setting::Span(Span::from_secs(seconds))).expect("within its range");
            }
            rule.mistake()
        };
        assert_eq!(with(300, 3_600), None);
        assert_eq!(with(300, 300), None);
        assert_eq!(with(600, 300).as_deref(), Some("`burn_rate` needs a `long` of 1 to 360 times `short`; 5m and 10m are not"));
        assert!(with(10, 3_601).is_some_and(|mistake| mistake.contains("360 times")));
    }

    #[test]
    fn late_samples_count_where_they_belong() {
        let minute = |m: u64| Time(m * MINUTE);
        let samples = [(3, 1, 100), (14, 0, 100), (40, 2, 100), (52, 9, 100), (58, 3, 100)];
        let mut prompt = Windows::new(Span(5 * MINUTE), Span(60 * MINUTE));
        let mut late = prompt.clone();
        samples.iter().for_each(|(m, bad, all)| prompt.add(minute(*m), *bad, *all));
        samples.iter().rev().for_each(|(m, bad, all)| late.add(minute(*m), *bad, *all));
        for now in 58..130 {
            assert_eq!(prompt.burn(minute(now), 0.01), late.burn(minute(now), 0.01), "{now} min");
        }
        late.add(minute(200), 0, 1);
        late.add(minute(10), 50, 50);
        assert_eq!(late.burn(minute(200), 0.01), Burn { long: Some(0.0), short: Some(0.0) }, "too late to count");
    }

    #[test]
    fn the_edge_fires_and_no_data_does_not() {
        let mut windows = Windows::new(Span(5 * MINUTE), Span(60 * MINUTE));
        assert!(!windows.burn(Time(MINUTE), 0.001).reaches(0.0), "nothing is known");
        windows.add(Time(MINUTE), 144, 10_000);
        let allowed = 1.0 - 0.999;
        assert!(windows.burn(Time(MINUTE), allowed).reaches(14.4), "exactly the limit");
        assert!(!windows.burn(Time(MINUTE), allowed).reaches(14.5));
        assert_eq!(windows.burn(Time(20 * MINUTE), allowed).short, None, "the short window has run empty");
        assert_eq!(windows.burn(Time(MINUTE), 0.0).short, Some(f64::INFINITY));
    }
}
