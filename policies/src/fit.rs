//! Whether reading, limit, window and rule of a check go together.

use crate::policy::{Check, Limit, Metric, Op, Reading, Rule, Scope};
use crate::reading::Reduce;
use crate::sample::SignalKind;

/// What does not go together, whatever the system.
pub(crate) fn fits(check: &Check, rule: &Rule) -> Result<(), String> {
    if let Some(mistake) = rule.mistake() {
        return Err(mistake.into());
    }
    let relative = matches!(check.limit, Limit::TimesStable(_) | Limit::StablePlus(_));
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
    match rule {
        Rule::Exceedance { .. } => exceedance(check),
        Rule::PoissonRatio { .. } => poisson_ratio(check, arm),
        Rule::MannKendall { .. } => mann_kendall(check),
        _ => Ok(()),
    }
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

fn exceedance(check: &Check) -> Result<(), String> {
    if !matches!(check.reading, Reading::Quantile(..) | Reading::Share(..) | Reading::Ratio(..)) {
        return Err("the rule `exceedance` tests a share: a quantile such as p95(..), share(..) or ratio(..)".into());
    }
    if check.op == Op::Equal { Err("the rule `exceedance` needs <= or >=".into()) } else { Ok(()) }
}

fn poisson_ratio(check: &Check, arm: Option<Scope>) -> Result<(), String> {
    let counts = matches!(check.reading, Reading::Rate(_) | Reading::Count(_));
    let above = matches!(check.op, Op::AtMost | Op::Below) && matches!(check.limit, Limit::TimesStable(_));
    if !counts || !above {
        return Err("the rule `poisson_ratio` tests events against stable's: rate(..) or count(..) <= 2x stable".into());
    }
    if arm == Some(Scope::All) {
        return Err("[arm=all] holds stable's own events; `poisson_ratio` compares two arms".into());
    }
    Ok(())
}

fn mann_kendall(check: &Check) -> Result<(), String> {
    if !matches!(check.reading, Reading::Growth(_)) {
        return Err("the rule `mann_kendall` tests for a trend: growth(..) or growth(total(..))".into());
    }
    if check.op == Op::Equal { Err("the rule `mann_kendall` needs <= or >=".into()) } else { Ok(()) }
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
        let poisson = Rule::PoissonRatio { alpha: 0.01 };
        for text in ["rate(a.b) <= 2x stable", "count(a.b) < 1.5x stable over 1h", "rate(a.b[arm=former]) <= 2x stable"] {
            assert_eq!(mistake(text, &poisson), "");
        }
        for text in ["rate(a.b) <= 2/h", "rate(a.b) >= 2x stable", "mean(a.b) <= 2x stable", "rate(a.b) <= stable + 1/h"] {
            assert!(mistake(text, &poisson).contains("rate(..) or count(..) <= 2x stable"), "{text}");
        }
        assert!(mistake("rate(a.b[arm=all]) <= 2x stable", &poisson).contains("two arms"));
        let trend = Rule::MannKendall { alpha: 0.01 };
        assert_eq!(mistake("growth(total(a.b)) > 0/h over 6h", &trend), "");
        assert!(mistake("rate(a.b) <= 2/h", &trend).contains("tests for a trend"));
        assert!(mistake("growth(a.b) == 0/h", &trend).contains("needs <= or >="));
        assert!(mistake("growth(a.b) <= 0/h", &Rule::MannKendall { alpha: 1.0 }).contains("0 < alpha < 1"));
    }

    #[test]
    fn arms_that_cannot_be() {
        let of = |text| mistake(text, &Rule::Threshold);
        assert!(of("ratio(a.b[arm=stable] / a.c) <= 1%").contains("the same arm"));
        assert!(of("rate(a.b[arm=stable]) <= 2x stable").contains("with itself"));
        assert_eq!(of("ratio(a.b[op=put, arm=all] / a.c[op=put, arm=all]) <= 1%"), "");
    }
}
