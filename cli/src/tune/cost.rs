//! `--cost harm=1,rollback=500,delay=2/h`.

use gatecrash_reports::tune::Cost;

/// Reads what a rollout costs; what is not named costs nothing.
pub fn read(text: &str, breach_rate: f64) -> Result<Cost, String> {
    let mut cost = Cost { breach_rate, harm: 0.0, rollback: 0.0, delay: 0.0 };
    let mut named: Vec<&str> = Vec::new();
    for part in text.split(',').map(str::trim) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let (name, value) = (name.trim(), value.trim());
        let place = match name {
            "harm" => &mut cost.harm,
            "rollback" => &mut cost.rollback,
            "delay" => &mut cost.delay,
            _ => return Err(format!("--cost {text}: `{name}` is no cost; there are harm, rollback and delay, like {EXAMPLE}")),
        };
        if named.contains(&name) {
            return Err(format!("--cost {text}: {name} is given twice; keep one"));
        }
        named.push(name);
        let (value, hours) = if name == "delay" { per_hour(value) } else { (value, 1.0) };
        let number = value.replace('_', "").parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0);
        *place = hours
            * number.ok_or_else(|| format!("--cost {text}: `{part}` has no number of 0 or more; write it like {EXAMPLE}"))?;
    }
    Ok(cost)
}

const EXAMPLE: &str = "harm=1,rollback=500,delay=2/h";

/// A cost per unit of time, and how many of the units an hour has.
fn per_hour(value: &str) -> (&str, f64) {
    match value.rsplit_once('/') {
        Some((value, "h")) => (value, 1.0),
        Some((value, "m")) => (value, 60.0),
        Some((value, "d")) => (value, 1.0 / 24.0),
        Some(_) => ("", 1.0),
        None => (value, 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_read() {
        let cost = read("harm=1, rollback=1_500, delay=48/d", 0.05).expect("it is a cost");
        assert_eq!((cost.breach_rate, cost.harm, cost.rollback, cost.delay), (0.05, 1.0, 1_500.0, 2.0));
        assert_eq!(read("delay=2/h", 1.0).expect("it is a cost").harm, 0.0);
        assert_eq!(read("delay=0.5/m", 1.0).expect("it is a cost").delay, 30.0);
    }

    #[test]
    fn what_is_no_cost_is_refused() {
        for (text, says) in [
            ("", "is no cost"),
            ("harm", "no number"),
            ("harm=-1", "no number"),
            ("harm=inf", "no number"),
            ("delay=2/y", "no number"),
            ("harms=1", "there are harm"),
            ("harm=1,harm=2", "twice"),
        ] {
            let error = read(text, 0.05).expect_err(text);
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
