//! Whether reading, limit, window and rule of a check go together.

use crate::policy::{Check, Limit, Metric, Op, Reading, Rule, Scope};
use crate::reading::Reduce;
use crate::sample::SignalKind;

/// What does not go together, whatever the system.
pub(crate) fn fits(check: &Check, rule: &Rule) -> Result<(), String> {
    let relative = check.limit.is_relative();
    match &check.reading {
        Reading::Growth(_) | Reading::Streak(_) if relative => {
            return Err("growth and streak are held against a number, not against stable".into());
        }
        Reading::Total(_) if check.over.is_some() => {
            return Err("total(..) runs since the stage began and has no window; use count(..) for a window".into());
        }
        _ => {}
    }
    let arm = arm(check)?;
    if relative && arm == Some(Scope::Stable) {
        return Err("[arm=stable] against stable compares stable with itself; use a number".into());
    }
    if arm == Some(Scope::All) && rule.wants().news {
        return Err(format!("[arm=all] is two arms, and the rule `{}` follows one", rule.name()));
    }
    rule.fits(check)
}

/// The arm that a check names.
fn arm(check: &Check) -> Result<Option<Scope>, String> {
    let mut arms = check.reading.metrics().into_iter().map(|m| m.arm);
    let first = arms.next().flatten();
    if arms.any(|arm| arm != first) {
        return Err("all metrics of a check name the same arm, or none".into());
    }
    Ok(first)
}

/// Whatever the check.
pub(crate) fn any_check(_: &Check) -> Result<(), String> {
    Ok(())
}

fn has_a_side(check: &Check) -> Result<(), String> {
    if check.op == Op::Equal { Err("needs <= or >=".into()) } else { Ok(()) }
}

fn is_share(reading: &Reading) -> bool {
    matches!(reading, Reading::Quantile(..) | Reading::Share(..) | Reading::Ratio(..))
}

fn is_number(check: &Check) -> bool {
    matches!(check.limit, Limit::Absolute(_) | Limit::PerSegment(_))
}

/// A reading in a unit of its own, rather than a count.
pub(crate) fn is_valued(reading: &Reading) -> bool {
    matches!(reading, Reading::Mean(_) | Reading::Min(_) | Reading::Max(_) | Reading::Last(_))
}

/// Nothing at all, `0x stable`, is no comparison.
fn is_beside_stable(check: &Check) -> bool {
    let compares =
        matches!(check.limit, Limit::TimesStable(factor) if factor > 0.0) || matches!(check.limit, Limit::StablePlus(_));
    matches!(check.op, Op::AtMost | Op::Below) && compares
}

/// A share of outcomes.
pub(crate) fn share(check: &Check) -> Result<(), String> {
    if !is_share(&check.reading) {
        return Err("tests a share: a quantile such as p95(..), share(..) or ratio(..)".into());
    }
    has_a_side(check)
}

/// A share that is read as one.
pub(crate) fn plain_share(check: &Check) -> Result<(), String> {
    if !matches!(check.reading, Reading::Share(..) | Reading::Ratio(..)) {
        return Err("tests a share: ratio(..) or share(..); for a quantile there is exceedance".into());
    }
    has_a_side(check)
}

/// A quantile of outcomes.
pub(crate) fn quantile(check: &Check) -> Result<(), String> {
    if !matches!(check.reading, Reading::Quantile(..)) {
        return Err("bounds a quantile, such as p95(..)".into());
    }
    has_a_side(check)
}

/// A share of outcomes, or events against a number.
pub(crate) fn counts(check: &Check) -> Result<(), String> {
    let rate = matches!(check.reading, Reading::Rate(_)) && is_number(check);
    if !rate && !is_share(&check.reading) {
        return Err("counts outcomes: ratio(..), share(..), a quantile such as p95(..), or rate(..) against a number".into());
    }
    if rate && matches!(check.op, Op::AtLeast | Op::Above) {
        return Err("counts events that should not be: rate(..) <= a number".into());
    }
    has_a_side(check)
}

/// A reading that each sample has on its own.
pub(crate) fn stream(check: &Check) -> Result<(), String> {
    if is_valued(&check.reading) { has_a_side(check) } else { counts(check) }
}

/// Shares of outcomes of two arms.
pub(crate) fn shares_beside_stable(check: &Check) -> Result<(), String> {
    if !matches!(check.reading, Reading::Share(..) | Reading::Ratio(..)) || !is_beside_stable(check) {
        return Err("tests a share against stable's: ratio(..) or share(..) <= 1.5x stable, or <= stable + 1%".into());
    }
    two_arms(check)
}

/// Events of two arms.
pub(crate) fn rates_beside_stable(check: &Check) -> Result<(), String> {
    let counts = matches!(check.reading, Reading::Rate(_) | Reading::Count(_));
    if !counts || !is_beside_stable(check) || !matches!(check.limit, Limit::TimesStable(_)) {
        return Err("tests events against stable's: rate(..) or count(..) <= 2x stable".into());
    }
    two_arms(check)
}

/// Counts of two arms: events, or shares.
pub(crate) fn counts_beside_stable(check: &Check) -> Result<(), String> {
    let either = rates_beside_stable(check).or_else(|_| shares_beside_stable(check));
    either.map_err(|_| "tests counts against stable's: rate(..), count(..), ratio(..) or share(..) <= 2x stable".into())
}

/// Counts of two arms, or a share against a number.
pub(crate) fn share_or_beside_stable(check: &Check) -> Result<(), String> {
    if is_number(check) && is_share(&check.reading) { has_a_side(check) } else { counts_beside_stable(check) }
}

/// Counts of two arms, against a multiple.
pub(crate) fn multiples_of_stable(check: &Check) -> Result<(), String> {
    counts_beside_stable(check)?;
    match check.limit {
        Limit::TimesStable(_) => Ok(()),
        _ => Err("tests a multiple of stable's: write the limit like 1.5x stable".into()),
    }
}

/// Counts against a number above zero.
pub(crate) fn counts_above_zero(check: &Check) -> Result<(), String> {
    counts(check)?;
    if leaves_some(check) {
        Ok(())
    } else {
        Err("needs a limit that allows some: for what must never happen take zero_tolerance".into())
    }
}

/// Whether some outcomes may be bad and some must not, where that does not hang on stable.
fn leaves_some(check: &Check) -> bool {
    let most = if matches!(check.reading, Reading::Rate(_)) { f64::INFINITY } else { 1.0 };
    let some = |limit: f64| limit > 0.0 && limit < most;
    match &check.limit {
        _ if matches!(check.reading, Reading::Quantile(..)) => true,
        Limit::Absolute(limit) => some(*limit),
        Limit::PerSegment(limits) => limits.iter().all(|(_, limit)| some(*limit)),
        Limit::TimesStable(_) | Limit::StablePlus(_) => true,
    }
}

/// Counts of one arm or of two.
pub(crate) fn counts_of_arms(check: &Check) -> Result<(), String> {
    if check.limit.is_relative() { counts_beside_stable(check) } else { counts_above_zero(check) }
}

/// Counts of one arm, or of two against a multiple.
pub(crate) fn counts_or_multiples(check: &Check) -> Result<(), String> {
    if check.limit.is_relative() { multiples_of_stable(check) } else { counts_above_zero(check) }
}

/// A share of outcomes against a number.
pub(crate) fn share_of_a_number(check: &Check) -> Result<(), String> {
    if check.limit.is_relative() {
        return Err("holds a share against a number; beside stable take msprt or multinomial_e_process".into());
    }
    share(check)
}

/// A quantile against a number, or all outcomes of a stage beside stable's.
pub(crate) fn quantile_at_any_time(check: &Check) -> Result<(), String> {
    if !matches!(check.reading, Reading::Quantile(..)) {
        return Err("tests a quantile such as p95(..)".into());
    }
    if !check.limit.is_relative() {
        return has_a_side(check);
    }
    quantile_beside_stable(check)?;
    match check.over {
        Some(over) => Err(format!("compares both arms since the stage began: leave out `over {over}`")),
        None => Ok(()),
    }
}

/// Outcomes of two arms.
pub(crate) fn quantile_beside_stable(check: &Check) -> Result<(), String> {
    if !matches!(check.reading, Reading::Quantile(..)) || !is_beside_stable(check) {
        return Err("tests outcomes against stable's: a quantile such as p50(..) <= 1.2x stable".into());
    }
    if !matches!(check.limit, Limit::TimesStable(_)) {
        return Err("scales stable's outcomes: write the limit as a multiple such as 1.2x stable".into());
    }
    two_arms(check)
}

/// Readings of two arms, scrape by scrape, that do not grow with the arm.
pub(crate) fn points_beside_stable(check: &Check) -> Result<(), String> {
    if !is_valued(&check.reading) && !is_share(&check.reading) {
        return Err("compares readings of single scrapes, such as mean(..), last(..), p95(..) or ratio(..); what counts events \
                    grows with the arm: divide it by outcomes, with ratio(..)"
            .into());
    }
    let counts = |times: f64| match check.op {
        Op::AtMost | Op::Below => times >= 1.0,
        Op::AtLeast | Op::Above => times <= 1.0,
        Op::Equal => false,
    };
    if !matches!(check.limit, Limit::TimesStable(times) if counts(times)) {
        return Err("takes a multiple of stable that is worse than stable: <= 1.2x stable, or >= 0.8x stable".into());
    }
    two_arms(check)
}

fn two_arms(check: &Check) -> Result<(), String> {
    match arm(check)? {
        Some(Scope::All) => Err("compares two arms; [arm=all] holds stable's own".into()),
        _ => Ok(()),
    }
}

/// A slope.
pub(crate) fn trend(check: &Check) -> Result<(), String> {
    if !matches!(check.reading, Reading::Growth(_)) {
        return Err("tests for a trend: growth(..) or growth(total(..))".into());
    }
    has_a_side(check)
}

/// How a reading of such a signal is reduced; `None` when it makes no sense.
pub(crate) fn reduce(reading: &Reading, reads: SignalKind) -> Option<Reduce> {
    use SignalKind::{Age, Amounts, Counter, Durations, Gauge};
    let sized = matches!(reads, Durations | Amounts);
    Some(match reading {
        Reading::Count(_) | Reading::Total(_) if !reads.is_level() => Reduce::Count,
        Reading::Rate(_) if !reads.is_level() => Reduce::Rate,
        Reading::Ratio(..) if !reads.is_level() => Reduce::Ratio,
        Reading::Share(_, op, value) if sized => {
            let scale = if reads == Durations { 1e6 } else { 1e3 };
            Reduce::Share(*op, (value * scale).round() as u64)
        }
        Reading::Mean(_) if reads != Counter => Reduce::Mean,
        Reading::Min(_) if reads != Counter => Reduce::Min,
        Reading::Max(_) if reads != Counter => Reduce::Max,
        Reading::Last(_) if !sized => Reduce::Last,
        Reading::Quantile(q, _) if sized => Reduce::Quantile(*q),
        Reading::Growth(inner) if !sized => match **inner {
            Reading::Total(_) if reads == Counter => Reduce::GrowthOfTotal,
            Reading::Last(_) => Reduce::Growth,
            _ => return None,
        },
        // A counter does not tell whose outcomes it counts: the component must count the run itself.
        Reading::Streak(_) if matches!(reads, Gauge | Age) => Reduce::Max,
        Reading::Streak(_) if reads == Amounts => Reduce::Streak,
        _ => return None,
    })
}

/// Why a reading cannot be taken of such a signal.
pub(crate) fn misfit(reading: &Reading, metric: &Metric, reads: SignalKind) -> String {
    let (is, fits) = match reads {
        SignalKind::Counter => ("a counter", "count, rate, ratio, total, last or growth"),
        SignalKind::Gauge | SignalKind::Age => ("a level", "mean, min, max, last or growth"),
        SignalKind::Durations => ("a duration", "a quantile such as p95, share, mean, min, max or count"),
        SignalKind::Amounts => ("an amount", "a quantile such as p95, share, mean, min, max or count"),
    };
    format!("`{reading}` cannot be read: {metric} is {is}; use {fits}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::parse;

    fn mistake(text: &str, rule: &Rule) -> String {
        fits(&parse(text).expect("it is a check"), rule).err().unwrap_or_default()
    }

    #[test]
    fn each_rule_says_what_it_tests() {
        let poisson = Rule::new("poisson_ratio");
        for text in ["rate(a.b) <= 2x stable", "count(a.b) < 1.5x stable over 1h", "rate(a.b[arm=former]) <= 2x stable"] {
            assert_eq!(mistake(text, &poisson), "");
        }
        for text in ["rate(a.b) <= 2/h", "rate(a.b) >= 2x stable", "mean(a.b) <= 2x stable", "rate(a.b) <= stable + 1/h"] {
            assert!(mistake(text, &poisson).contains("rate(..) or count(..) <= 2x stable"), "{text}");
        }
        assert!(mistake("rate(a.b[arm=all]) <= 2x stable", &poisson).contains("two arms"));
        let trend = Rule::new("mann_kendall");
        assert_eq!(mistake("growth(total(a.b)) > 0/h over 6h", &trend), "");
        assert!(mistake("rate(a.b) <= 2/h", &trend).contains("tests for a trend"));
        assert!(mistake("growth(a.b) == 0/h", &trend).contains("needs <= or >="));
        let ranks = Rule::new("mann_whitney");
        assert_eq!(mistake("p95(a.b) <= 1.2x stable", &ranks), "");
        assert!(mistake("p95(a.b) <= stable + 100ms", &ranks).contains("write the limit as a multiple"));
        assert!(mistake("mean(a.b) <= 1.2x stable", &ranks).contains("p50(..) <= 1.2x stable"));
        let points = Rule::new("kayenta");
        for text in ["mean(a.b) <= 1x stable", "p95(a.b) < 1.5x stable over 1h", "ratio(a.b / a.c) >= 0.9x stable"] {
            assert_eq!(mistake(text, &points), "");
        }
        for text in ["mean(a.b) <= 0.9x stable", "mean(a.b) == 1x stable", "mean(a.b) <= 1s", "ratio(a.b / a.c) <= stable + 1%"] {
            assert!(mistake(text, &points).contains("worse than stable"), "{text}");
        }
        assert!(mistake("rate(a.b) <= 1x stable", &points).contains("with ratio(..)"));
        assert!(mistake("mean(a.b) <= 10", &Rule::new("burn_rate")).contains("tests a share"));
    }

    #[test]
    fn rules_at_any_time_say_what_they_hold_against_what() {
        let of = |rule, text| mistake(text, &Rule::new(rule));
        let share = "ratio(a.b / a.c) <= 1%";
        for rule in ["sprt", "msprt", "group_sequential"] {
            for text in [share, "rate(a.b) <= 2/h", "p95(a.b) <= 1s over 5m", "ratio(a.b / a.c) >= 99%"] {
                assert_eq!(of(rule, text), "", "{rule}: {text}");
            }
            for text in ["ratio(a.b / a.c) <= 0%", "rate(a.b) <= 0/h", "ratio(a.b / a.c) >= 100%"] {
                assert!(of(rule, text).contains("take zero_tolerance"), "{rule}: {text}");
            }
        }
        assert_eq!(of("sprt", "ratio(a.b / a.c) <= 2x stable"), "");
        assert_eq!(of("msprt", "ratio(a.b / a.c) <= stable + 1%"), "");
        for rule in ["multinomial_e_process", "group_sequential"] {
            assert_eq!(of(rule, "count(a.b) <= 2x stable over 5m"), "");
            assert!(of(rule, "ratio(a.b / a.c) <= stable + 1%").contains("like 1.5x stable"));
            assert!(of(rule, "p95(a.b) <= 2x stable").contains("counts against stable's"));
        }
        assert_eq!(of("confidence_sequence", share), "");
        assert!(of("confidence_sequence", "ratio(a.b / a.c) <= 2x stable").contains("against a number"));
        for text in ["p95(a.b) <= 1s over 5m", "p5(a.b) >= 1s", "p95(a.b) <= 1.2x stable"] {
            assert_eq!(of("quantile_sequence", text), "", "{text}");
        }
        assert!(of("quantile_sequence", "p95(a.b) <= 1.2x stable over 10m").contains("leave out `over 10m`"));
        assert!(of("quantile_sequence", "p95(a.b) >= 1.2x stable").contains("<= 1.2x stable"));
        assert!(of("quantile_sequence", share).contains("a quantile such as p95"));
    }

    #[test]
    fn arms_that_cannot_be() {
        let of = |text| mistake(text, &Rule::new("threshold"));
        assert!(of("ratio(a.b[arm=stable] / a.c) <= 1%").contains("the same arm"));
        assert!(of("rate(a.b[arm=stable]) <= 2x stable").contains("with itself"));
        assert_eq!(of("ratio(a.b[op=put, arm=all] / a.c[op=put, arm=all]) <= 1%"), "");
    }
}
