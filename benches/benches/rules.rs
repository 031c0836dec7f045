//! An update of each rule: what is new is heard, and the evidence weighed.

use criterion::{Criterion, criterion_group, criterion_main};
use gatecrash_policies::rules::{
    Allowed, Counts, Judge, Look, News, Note, Of, RULES, Rule, Series, State, Tally, Values, Versus,
};
use gatecrash_policies::time::{Span, Time};
use std::hint::black_box;

/// A scrape of 20 outcomes on the canary and 180 on stable, one in 50 bad, in a window of a hundred such.
struct Scrapes {
    news: [News; 1],
    fresh: Counts,
    window: Counts,
    own: Vec<f64>,
    stable: Vec<f64>,
    cells: Vec<(u16, u64)>,
}

fn tally(times: u64, bad: u64, all: u64) -> Tally {
    Tally { bad: bad * times, all: all * times, exposure: 15.0 * (all * times) as f64 }
}

fn scrapes() -> Scrapes {
    let own = tally(1, 1, 20);
    let counts = |times| Counts { own: tally(times, 1, 20), stable: tally(times, 4, 180) };
    // Points that neither repeat nor climb.
    let points = |start: u64| (0..60).map(|i| ((i * 37 + start) % 61) as f64).collect();
    Scrapes {
        news: [News { stamp: Time::ZERO, tally: own, value: Some(1.0) }],
        fresh: counts(1),
        window: counts(100),
        own: points(3),
        stable: points(11),
        cells: (1_000..1_200).map(|cell| (cell, 10)).collect(),
    }
}

impl Scrapes {
    /// The i-th round. Every other one has nothing bad in it, so that no rule stays in its alarm.
    fn look(&mut self, i: u64) -> Look<'_> {
        let now = Time::ZERO + Span::from_secs(15 * i);
        self.news[0].stamp = now;
        self.news[0].tally.bad = i % 2;
        self.fresh.own.bad = i % 2;
        Look {
            now,
            within: i.is_multiple_of(2),
            samples: self.window.own.all,
            enough: true,
            allowed: Allowed::Share(0.05),
            versus: Some(Versus::Times(2.0)),
            window: self.window,
            fresh: self.fresh,
            news: &self.news,
            series: Series { own: &self.own, stable: &self.stable, climb: false },
            values: Values { own: &self.cells, stable: &self.cells },
            spread: Some(1.0),
            dispersion: 1.0,
            alpha: None,
        }
    }
}

fn update(c: &mut Criterion) {
    let mut group = c.benchmark_group("rules/update");
    for entry in RULES {
        let rule = Rule::new(entry.name);
        let rule =
            if entry.of == Of::Several { rule.made_of(vec![Rule::new("threshold"), Rule::new("exceedance")]) } else { rule };
        let (mut state, mut scrapes, mut note, mut round) = (State::new(&rule), scrapes(), Note::with_capacity(1_024), 0);
        group.bench_function(entry.name, |b| {
            b.iter(|| {
                round += 1;
                note.clear();
                let look = scrapes.look(round);
                state.listen(black_box(&look));
                state.judge(black_box(&look), &mut note)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, update);
criterion_main!(benches);
