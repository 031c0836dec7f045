//! Values written as `name(argument=value argument=value)`: distributions and back-offs. Arguments are separated by spaces or
//! commas; a value may hold spaces (`exp(mean=1h 30m)`).

use crate::error::{Read, suggestion};
use crate::read::shortened;
use crate::yaml::Node;
use gatecrash_policies::time::Span;
use gatecrash_policies::units;
use gatecrash_sim::dice::{Dist, normal_quantile};
use gatecrash_sim::scenario::Backoff;

/// A form taken apart.
struct Form<'a> {
    name: &'a str,
    arguments: Vec<(&'a str, String)>,
}

type Words<T> = Result<T, String>;

impl<'a> Form<'a> {
    /// The parts of `text`, or none if it has no brackets. An argument without a name is called "".
    fn parse(text: &'a str) -> Words<Option<Form<'a>>> {
        let Some((name, rest)) = text.trim().split_once('(') else { return Ok(None) };
        let Some(inside) = rest.strip_suffix(')') else {
            return Err(format!("`{}` does not end with `)`", shortened(text)));
        };
        let mut arguments: Vec<(&str, String)> = Vec::new();
        for part in inside.split(',').filter(|p| !p.trim().is_empty()) {
            let from = arguments.len();
            for word in part.split_whitespace() {
                match word.split_once('=') {
                    Some((key, _)) if arguments.iter().any(|(k, _)| *k == key) => {
                        return Err(format!("`{}` gives the argument `{key}` twice", shortened(text)));
                    }
                    Some((key, value)) => arguments.push((key, value.to_string())),
                    None if arguments.len() > from => {
                        let (_, value) = arguments.last_mut().expect("one was pushed");
                        value.push(' ');
                        value.push_str(word);
                    }
                    None => arguments.push(("", word.to_string())),
                }
            }
        }
        Ok(Some(Form { name: name.trim(), arguments }))
    }

    /// Complains about arguments that do not belong here.
    fn only(&self, known: &[&str]) -> Words<()> {
        match self.arguments.iter().find(|(key, _)| !known.contains(key)) {
            None => Ok(()),
            Some(("", value)) => Err(format!(
                "the argument `{}` of `{}` has no name; write it like {}({}=..)",
                shortened(value),
                self.name,
                self.name,
                known[0]
            )),
            Some((key, _)) => Err(format!("`{}` has no argument `{}`{}", self.name, shortened(key), suggestion(key, known))),
        }
    }

    fn get<T>(&self, key: &str, read: impl Fn(&str) -> Words<T>) -> Words<Option<T>> {
        self.arguments.iter().find(|(k, _)| *k == key).map(|(_, value)| read(value)).transpose()
    }

    fn need<T>(&self, key: &str, read: impl Fn(&str) -> Words<T>) -> Words<T> {
        self.get(key, read)?.ok_or_else(|| format!("`{}` needs the argument `{key}`", self.name))
    }

    /// The only argument, with or without its name.
    fn sole<T>(&self, key: &str, read: impl Fn(&str) -> Words<T> + Copy) -> Words<T> {
        if let [("", value)] = self.arguments.as_slice() {
            return read(value);
        }
        self.only(&[key])?;
        self.need(key, read)
    }
}

fn number(text: &str) -> Words<f64> {
    match units::number(text.trim()) {
        Some((value, "")) if value >= 0.0 => Ok(value),
        Some((_, "")) => Err(format!("`{}` is negative; a number of zero or more belongs here", shortened(text))),
        _ => Err(format!("`{}` is not a number", shortened(text))),
    }
}

/// Distributions.
pub(crate) const NAMES: &[&str] = &["constant", "exp", "uniform", "lognormal", "erlang", "hyperexp", "geometric"];

/// A distribution of durations, in seconds; a bare duration is a constant.
pub(crate) fn durations(node: &Node) -> Read<Dist> {
    node.parse("a distribution of durations like lognormal(median=2s p95=9s) or 20s", |text| dist(text, units::seconds))
}

/// A distribution of plain numbers; a bare number is a constant.
pub(crate) fn numbers(node: &Node) -> Read<Dist> {
    node.parse("a distribution of numbers like geometric(mean=3) or 2", |text| dist(text, number))
}

fn dist(text: &str, value: fn(&str) -> Words<f64>) -> Words<Dist> {
    let Some(form) = Form::parse(text)? else {
        // A name without arguments, such as `exp`, or a constant.
        let known = NAMES.contains(&text.trim());
        return if known { Err(format!("`{text}` lacks its arguments")) } else { value(text).map(Dist::Constant) };
    };
    let within = |what: &str, ok: bool| if ok { Ok(()) } else { Err(format!("`{}`: {what}", shortened(text))) };
    match form.name {
        "constant" => form.sole("value", value).map(Dist::Constant),
        "exp" => form.sole("mean", value).map(|mean| Dist::Exp { mean }),
        "uniform" => {
            form.only(&["low", "high"])?;
            let (low, high) = (form.get("low", value)?.unwrap_or(0.0), form.need("high", value)?);
            within("`low` is above `high`", low <= high)?;
            Ok(Dist::Uniform { low, high })
        }
        "erlang" => {
            form.only(&["k", "mean"])?;
            let (k, mean) = (form.need("k", units::count)?, form.need("mean", value)?);
            within("`k` lies between 1 and 1000", (1..=1_000).contains(&k))?;
            Ok(Dist::Erlang { k: k as u32, mean })
        }
        "hyperexp" => {
            form.only(&["mean", "cv2"])?;
            let (mean, cv2) = (form.need("mean", value)?, form.need("cv2", number)?);
            within("`cv2` lies between 1 and 10000", (1.0..=1e4).contains(&cv2))?;
            Ok(Dist::Hyperexp { mean, cv2 })
        }
        "geometric" => {
            let mean = form.sole("mean", number)?;
            within("its values are plain numbers, not durations", value("1").is_ok())?;
            within("`mean` lies between 1 and 1000000", (1.0..=1e6).contains(&mean))?;
            Ok(Dist::Geometric { mean })
        }
        "lognormal" => lognormal(&form, value),
        other => Err(format!("unknown distribution `{}`{}", shortened(other), suggestion(other, NAMES))),
    }
}

/// By median and p95, median and sigma, or mean and sigma.
fn lognormal(form: &Form, value: fn(&str) -> Words<f64>) -> Words<Dist> {
    form.only(&["median", "mean", "sigma", "p95"])?;
    let (median, mean) = (form.get("median", value)?, form.get("mean", value)?);
    let (sigma, p95) = (form.get("sigma", number)?, form.get("p95", value)?);
    if [median, mean, p95].into_iter().flatten().any(|v| v <= 0.0) {
        return Err("`lognormal` is above zero; so are its median, mean and p95".to_string());
    }
    let (mu, sigma) = match (median, mean, sigma, p95) {
        (Some(median), None, None, Some(p95)) if p95 < median => {
            return Err("`lognormal`: the p95 is below the median".to_string());
        }
        (Some(median), None, None, Some(p95)) => (libm::log(median), libm::log(p95 / median) / normal_quantile(0.95)),
        (Some(median), None, Some(sigma), None) => (libm::log(median), sigma),
        (None, Some(mean), Some(sigma), None) => (libm::log(mean) - sigma * sigma / 2.0, sigma),
        _ => return Err("`lognormal` needs median and p95, median and sigma, or mean and sigma".to_string()),
    };
    if sigma > 5.0 {
        return Err(format!("`lognormal`: sigma is {sigma:.1}; above 5 a few values would outlast any trial"));
    }
    Ok(Dist::Lognormal { mu, sigma })
}

/// A back-off; a bare duration is a constant.
pub(crate) fn backoff(node: &Node) -> Read<Backoff> {
    node.parse("a back-off like full_jitter(base=500ms cap=20s)", backoff_from)
}

/// Back-offs; all but the first have arguments.
pub(crate) const BACKOFFS: &[&str] = &["none", "constant", "uniform", "exponential", "full_jitter", "equal_jitter"];

fn backoff_from(text: &str) -> Words<Backoff> {
    let Some(form) = Form::parse(text)? else {
        return match text.trim() {
            "none" => Ok(Backoff::None),
            name if BACKOFFS.contains(&name) => Err(format!("`{name}` lacks its arguments, such as base and cap")),
            other if other.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                Err(format!("unknown back-off `{}`{}", shortened(other), suggestion(other, BACKOFFS)))
            }
            other => units::span(other).map(Backoff::Constant),
        };
    };
    let growing = || -> Words<(Span, Span)> {
        form.only(&["base", "cap"])?;
        let (base, cap) = (form.need("base", units::span)?, form.need("cap", units::span)?);
        if cap < base { Err(format!("`{}`: the cap is below the base", shortened(text))) } else { Ok((base, cap)) }
    };
    match form.name {
        "constant" => form.sole("value", units::span).map(Backoff::Constant),
        "uniform" => form.sole("window", units::span).map(Backoff::Uniform),
        "exponential" => growing().map(|(base, cap)| Backoff::Exponential { base, cap }),
        "full_jitter" => growing().map(|(base, cap)| Backoff::FullJitter { base, cap }),
        "equal_jitter" => growing().map(|(base, cap)| Backoff::EqualJitter { base, cap }),
        other => Err(format!("unknown back-off `{}`{}", shortened(other), suggestion(other, BACKOFFS))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_distribution_is_read() {
        let of = |text| dist(text, units::seconds);
        assert_eq!(of("20s"), Ok(Dist::Constant(20.0)));
        assert_eq!(of("constant(2s)"), Ok(Dist::Constant(2.0)));
        assert_eq!(of("exp(mean=1s)"), Ok(Dist::Exp { mean: 1.0 }));
        assert_eq!(of("exp(mean=1h 30m)"), Ok(Dist::Exp { mean: 5_400.0 }));
        assert_eq!(of("uniform(low=1s, high=2s)"), Ok(Dist::Uniform { low: 1.0, high: 2.0 }));
        assert_eq!(of("erlang(k=4 mean=1s)"), Ok(Dist::Erlang { k: 4, mean: 1.0 }));
        assert_eq!(of("hyperexp(mean=1s cv2=4)"), Ok(Dist::Hyperexp { mean: 1.0, cv2: 4.0 }));
        assert_eq!(dist("geometric(mean=3)", number), Ok(Dist::Geometric { mean: 3.0 }));
        let Ok(Dist::Lognormal { mu, sigma }) = of("lognormal(median=2s p95=9s)") else { panic!("a log-normal") };
        assert!((mu - 2f64.ln()).abs() < 1e-12 && ((mu + 1.644_853_627 * sigma).exp() - 9.0).abs() < 1e-6);
        assert!((of("lognormal(mean=1s sigma=1)").unwrap().mean() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for (text, says) in [
            ("lognorml(median=2s p95=9s)", "did you mean `lognormal`"),
            ("exp(man=1s)", "did you mean `mean`"),
            ("exp(mean=1)", "`1` is not a duration"),
            ("exp()", "needs the argument `mean`"),
            ("exp", "lacks its arguments"),
            ("exp(mean=1s", "does not end with `)`"),
            ("exp(mean=1s mean=2s)", "twice"),
            ("uniform(low=2s high=1s)", "`low` is above `high`"),
            ("geometric(mean=3)", "plain numbers, not durations"),
            ("hyperexp(mean=1s cv2=0.5)", "between 1 and"),
            ("erlang(k=0 mean=1s)", "between 1 and"),
            ("lognormal(median=2s p95=1s)", "below the median"),
            ("lognormal(median=2s)", "needs median and p95"),
            ("lognormal(median=0s p95=1s)", "above zero"),
            ("constant(-1s)", "negative"),
            ("constant(1s, 2s)", "has no name"),
        ] {
            let message = dist(text, units::seconds).unwrap_err();
            assert!(message.contains(says), "{text}: {message}");
        }
    }

    #[test]
    fn each_back_off_is_read() {
        let (base, cap) = (Span(500_000), Span::from_secs(20));
        assert_eq!(backoff_from("none"), Ok(Backoff::None));
        assert_eq!(backoff_from("constant(1s)"), Ok(Backoff::Constant(Span::from_secs(1))));
        assert_eq!(backoff_from("uniform(window=1s)"), Ok(Backoff::Uniform(Span::from_secs(1))));
        assert_eq!(backoff_from("exponential(base=500ms cap=20s)"), Ok(Backoff::Exponential { base, cap }));
        assert_eq!(backoff_from("full_jitter(base=500ms cap=20s)"), Ok(Backoff::FullJitter { base, cap }));
        assert_eq!(backoff_from("equal_jitter(base=500ms, cap=20s)"), Ok(Backoff::EqualJitter { base, cap }));
        assert!(backoff_from("full_jiter(base=1s cap=2s)").unwrap_err().contains("did you mean `full_jitter`"));
        assert!(backoff_from("jitter").unwrap_err().contains("unknown back-off"));
        assert!(backoff_from("exponential(base=3s cap=2s)").unwrap_err().contains("below the base"));
    }
}
