//! Change detectors and rules that count rounds: how long they run, and what they say of a series.

use super::Entry;
use gatecrash_policies::maths::chain::Chain;
use gatecrash_policies::maths::normal;
use gatecrash_policies::maths::run_length::{self, Detector};
use gatecrash_policies::rules::cusum;
use gatecrash_policies::rules::cusum::poisson::PoissonCusum;
use gatecrash_policies::rules::ewma::{self, Side};
use gatecrash_policies::rules::page_hinkley::Climb;
use gatecrash_policies::rules::shiryaev_roberts;
use gatecrash_policies::rules::western_electric::{PATTERNS, Runs};
use gatecrash_policies::rules::{Judge, Look, Note, Rule, State};
use gatecrash_policies::verdict::Status;

/// What the project's own code says of an entry.
pub fn value(entry: &Entry) -> Option<Vec<f64>> {
    match entry.rule {
        "cusum_normal" => cusum(entry),
        "cusum_normal_drift" => cusum_under_drift(entry),
        "cusum_poisson" => poisson_cusum(entry),
        "ewma_normal" => ewma(entry),
        "ewma_normal_drift" => ewma_under_drift(entry),
        "shiryaev_roberts" => shiryaev_roberts(entry),
        "page_hinkley" => page_hinkley(entry),
        "m_of_n" if entry.params.get("p_breach").is_some() => m_of_n(entry),
        "m_of_n" => western_electric(entry),
        "consecutive" => consecutive(entry),
        _ => None,
    }
}

fn one(value: f64) -> Option<Vec<f64>> {
    Some(vec![value])
}

/// What a detector makes of a series.
fn trace(detector: &impl Detector, series: &[f64], start: f64) -> Vec<f64> {
    let next = |state: &mut f64, x: &f64| {
        *state = detector.step(*state, *x);
        Some(*state)
    };
    series.iter().scan(start, next).collect()
}

fn two_sided(entry: &Entry) -> bool {
    entry.text("sided") == "two"
}

/// Where the detector starts: a number, or half its limit.
fn headstart(entry: &Entry, limit: f64) -> f64 {
    let named = ["headstart", "hs", "S0", "s0", "z0"].iter().find_map(|name| entry.number(name));
    if entry.text("headstart") == "h/2" { limit / 2.0 } else { named.unwrap_or(0.0) }
}

fn cusum(entry: &Entry) -> Option<Vec<f64>> {
    let k = entry.number("k")?;
    if let Some(series) = entry.list("x") {
        let sign = if entry.quantity.contains("lower") { -1.0 } else { 1.0 };
        let series: Vec<f64> = series.iter().map(|x| sign * x).collect();
        return Some(trace(&cusum::Chart { k, h: f64::INFINITY }, &series, headstart(entry, 0.0)));
    }
    if let ("h", Some(target)) = (entry.quantity, entry.number("target_ARL0")) {
        return one(cusum::Chart::with_run_length(k, if two_sided(entry) { 2.0 * target } else { target }).h);
    }
    let rule = cusum::Chart { k, h: entry.number("h")? };
    let (mean, start) = (entry.number("mu").unwrap_or(0.0), headstart(entry, rule.h));
    match entry.quantity {
        "ARL" if two_sided(entry) => one(of_both_sides(|mean, start| run_length::mean(&rule, mean, start), mean, start)),
        "ARL" => one(run_length::mean(&rule, mean, start)),
        "run_length_quantile" if !two_sided(entry) => one(run_length::quantile(&rule, mean, start, entry.number("q")?) as f64),
        _ => None,
    }
}

/// The mean run length of an upper and a lower CUSUM together (Lucas & Crosier 1982), by those of each.
fn of_both_sides(run_length: impl Fn(f64, f64) -> f64, mean: f64, start: f64) -> f64 {
    let [upper, lower] = [mean, -mean].map(|mean| (run_length(mean, 0.0), run_length(mean, start)));
    (upper.1 * lower.0 + upper.0 * lower.1 - upper.0 * lower.0) / (upper.0 + lower.0)
}

/// The mean at look t of a drift that begins with the first or, unless told, the second look.
fn drift(entry: &Entry) -> Option<impl Fn(u32) -> f64> {
    let delta = entry.number("delta").filter(|delta| *delta > 0.0)?;
    let before = if entry.text("mean_at_t") == "delta*t" { 0 } else { 1 };
    (entry.quantity == "ARL").then_some(move |look| delta * f64::from(look - before))
}

fn cusum_under_drift(entry: &Entry) -> Option<Vec<f64>> {
    let rule = cusum::Chart { k: entry.number("k")?, h: entry.number("h")? };
    let drift = drift(entry).filter(|_| !two_sided(entry))?;
    one(run_length::mean_under_drift(&rule, drift, headstart(entry, rule.h)))
}

/// The chances of 0, 1, 2, ... events, while they can be told from none.
fn poisson(mean: f64) -> Vec<(u64, f64)> {
    let more = |(events, chance): &(u64, f64)| Some((events + 1, chance * mean / (events + 1) as f64));
    let likely = |(events, chance): &(u64, f64)| (*events as f64) < mean || *chance > 1e-30;
    std::iter::successors(Some((0, (-mean).exp())), more).take_while(likely).collect()
}

fn poisson_cusum(entry: &Entry) -> Option<Vec<f64>> {
    let sign = if entry.text("side") == "lower" { -1.0 } else { 1.0 };
    let scale = entry.number("scale_m").unwrap_or(1.0);
    let scaled = |whole: &str, name: &str| entry.number(whole).or_else(|| Some(scale * entry.number(name)?));
    let rule = PoissonCusum { event: sign * scale, exposure: -sign * scaled("km", "k")?, h: scaled("hm", "h")? };
    let start = entry.number("headstart_scaled").unwrap_or_else(|| scale * headstart(entry, rule.h / scale));
    let step = |sum: &f64, events: &u64| Some(rule.step(*sum, *events, 1.0)).filter(|next| !rule.alarms(*next));
    let chain = Chain::walk(start, &poisson(entry.number("mean")?), step);
    (entry.quantity == "ARL").then(|| vec![chain.mean_steps()])
}

fn ewma(entry: &Entry) -> Option<Vec<f64>> {
    let rule = ewma_rule(entry)?;
    let start = headstart(entry, rule.limit);
    if let Some(series) = entry.list("x") {
        return Some(trace(&rule, &series, start));
    }
    match entry.quantity {
        "L" => one(ewma::Chart::with_run_length(rule.weight, rule.side, entry.number("target_ARL0")?).limit),
        "ARL" => one(run_length::mean(&rule, entry.number("mu").unwrap_or(0.0), start)),
        "run_length_quantile" => {
            one(run_length::quantile(&rule, entry.number("mu").unwrap_or(0.0), start, entry.number("q")?) as f64)
        }
        _ => None,
    }
}

/// The limit is in standard deviations of the mean or, as `h_absolute`, in those of a score.
fn ewma_rule(entry: &Entry) -> Option<ewma::Chart> {
    let weight = entry.number("lam")?;
    let absolute = entry.number("h_absolute").map(|h| h / (weight / (2.0 - weight)).sqrt());
    let limit = entry.number("L").or(absolute).unwrap_or(f64::INFINITY);
    let side = if entry.text("sided") == "one" { Side::Upper } else { Side::Both };
    Some(ewma::Chart { weight, limit, side, varying: entry.text("limits") == "time_varying" })
}

fn ewma_under_drift(entry: &Entry) -> Option<Vec<f64>> {
    let rule = ewma_rule(entry).filter(|rule| rule.limit.is_finite())?;
    one(run_length::mean_under_drift(&rule, drift(entry)?, headstart(entry, rule.limit)))
}

fn shiryaev_roberts(entry: &Entry) -> Option<Vec<f64>> {
    let start = entry.number("R0").unwrap_or(0.0).ln();
    let rule = shiryaev_roberts::Chart { theta: entry.number("theta")?, level: entry.number("A").unwrap_or(f64::INFINITY).ln() };
    if let Some(series) = entry.list("x") {
        return Some(trace(&rule, &series, start).iter().map(|ln_r| ln_r.exp()).collect());
    }
    let mean = entry.number("true_mean").or(entry.number("mu")).unwrap_or(0.0);
    (entry.quantity == "ARL").then(|| vec![run_length::mean(&rule, mean, start)])
}

fn page_hinkley(entry: &Entry) -> Option<Vec<f64>> {
    let mut rule = Climb::new(entry.number("delta")?, f64::INFINITY);
    let climbed = |x: &f64| {
        rule.step(*x);
        rule.climbed()
    };
    Some(entry.list("x")?.iter().map(climbed).collect())
}

/// All that a rule of rounds can remember, each round breached with this chance.
fn rounds(rule: &Rule, breached: f64) -> Chain {
    let step = |state: &State, within: &bool| {
        let mut next = state.clone();
        let status = next.judge(&Look { within: *within, enough: true, ..Look::default() }, &mut Note::new());
        (status != Status::Fail).then_some(next)
    };
    Chain::walk(State::new(rule), &[(true, 1.0 - breached), (false, breached)], step)
}

/// The mean rounds until a rule fails, or the chance that it does within `T`.
fn of_rounds(entry: &Entry, chain: Chain) -> Option<Vec<f64>> {
    match entry.quantity {
        quantity if quantity.starts_with("mean windows") => one(chain.mean_steps()),
        quantity if quantity.starts_with("P(alarm within") => one(chain.alarm_within(entry.whole("T")?)),
        _ => None,
    }
}

fn m_of_n(entry: &Entry) -> Option<Vec<f64>> {
    let rule = Rule::new("m_of_n").with("m", entry.number("m")?).with("n", entry.number("n")?);
    of_rounds(entry, rounds(&rule, entry.number("p_breach")?))
}

fn consecutive(entry: &Entry) -> Option<Vec<f64>> {
    let rule = Rule::new("consecutive").with("times", entry.number("r")?);
    of_rounds(entry, rounds(&rule, entry.number("p")?))
}

/// The patterns of the handbook that the entry's words name; none when they name another.
fn patterns(words: &str) -> Option<[bool; 4]> {
    let parts: Vec<String> = words.split(" or ").map(|part| part.replace(" of ", "/")).collect();
    let named = PATTERNS.map(|p| format!("{}/{}", p.m, p.n)).map(|name| parts.iter().any(|part| part.starts_with(&name)));
    (!parts.is_empty() && parts.len() == named.iter().filter(|named| **named).count()).then_some(named)
}

/// Scores of every zone between the borders of the patterns, each with its chance.
fn zones(mean: f64) -> Vec<(f64, f64)> {
    let chance = |from: f64, to: f64| normal::cdf(to - mean) - normal::cdf(from - mean);
    let within = (-3..3).map(|sd| (f64::from(sd) + 0.5, chance(f64::from(sd), f64::from(sd + 1))));
    within.chain([(-3.5, normal::cdf(-3.0 - mean)), (3.5, normal::upper_tail(3.0 - mean))]).collect()
}

fn western_electric(entry: &Entry) -> Option<Vec<f64>> {
    let which = patterns(entry.text("rule"))?;
    let step = |sides: &[Runs; 2], z: &f64| {
        let [mut above, mut below] = *sides;
        let alarm = above.step(*z) | (entry.text("sided") != "one" && below.step(-z));
        (!alarm).then_some([above, below])
    };
    let chain = Chain::walk([Runs::new(which); 2], &zones(entry.number("mu")?), step);
    (entry.quantity == "ARL").then(|| vec![chain.mean_steps()])
}
