//! OpenMetrics as text, family by family: `# TYPE`, `# UNIT` and `# HELP`, then one series after the other, each in order of time.

use super::names::{Family, Form};
use super::sums::Numbers;
use gatecrash_policies::time::Time;
use std::fmt::{self, Display};
use std::io;

/// How much was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Families with at least one sample.
    pub families: u64,
    /// Lines with a value.
    pub samples: u64,
}

/// A name with its value: `("arm", "canary")`.
pub(super) type Label<'a> = (&'a str, &'a str);

/// Writes families one after the other.
pub(super) struct Writer<'a> {
    out: &'a mut dyn io::Write,
    /// What the beginning of the trial is, in milliseconds since 1970.
    from_ms: u64,
    written: Written,
    /// The family whose head is to be written before its first sample: a family without samples is left out.
    head: Option<&'a Family>,
    /// The family that is being written: its name with the unit.
    name: String,
    /// What the names of its plain samples end in.
    ending: &'static str,
}

impl<'a> Writer<'a> {
    pub fn new(out: &'a mut dyn io::Write, from_ms: u64) -> Writer<'a> {
        Writer { out, from_ms, written: Written::default(), head: None, name: String::new(), ending: "" }
    }

    /// What follows belongs to this family.
    pub fn family(&mut self, family: &'a Family) {
        self.name = family.name();
        self.head = Some(family);
        self.ending = match family.form {
            Form::Counter => "_total",
            Form::Info => "_info",
            Form::Gauge | Form::Histogram => "",
        };
    }

    /// A series of plain values in order of time. Milliseconds are the finest that readers keep: of several points in one the last
    /// is written.
    pub fn series<V: Into<Value>>(&mut self, labels: &[Label], points: impl IntoIterator<Item = (Time, V)>) -> io::Result<()> {
        let ending = self.ending;
        last_of_each_ms(points).try_for_each(|(at, value)| self.sample(ending, labels, value.into(), at))
    }

    /// A series of histograms in order of time.
    pub fn histograms(&mut self, labels: &[Label], points: impl IntoIterator<Item = (Time, Numbers)>) -> io::Result<()> {
        last_of_each_ms(points).try_for_each(|(at, numbers)| self.histogram(labels, &numbers, at))
    }

    fn histogram(&mut self, labels: &[Label], numbers: &Numbers, at: Time) -> io::Result<()> {
        for (limit, n) in numbers.within() {
            let limit = format!("{limit:?}"); // `1.0`, as the format wants it
            self.sample("_bucket", &[labels, &[("le", &limit)]].concat(), n.into(), at)?;
        }
        self.sample("_bucket", &[labels, &[("le", "+Inf")]].concat(), numbers.count().into(), at)?;
        self.sample("_count", labels, numbers.count().into(), at)?;
        self.sample("_sum", labels, numbers.sum().into(), at)
    }

    fn sample(&mut self, ending: &str, labels: &[Label], value: Value, at: Time) -> io::Result<()> {
        if let Some(family) = self.head.take() {
            self.begin(family)?;
        }
        self.written.samples += 1;
        write!(self.out, "{}{ending}", self.name)?;
        for (i, (name, text)) in labels.iter().enumerate() {
            write!(self.out, "{}{name}=\"{}\"", if i == 0 { '{' } else { ',' }, Quoted(text))?;
        }
        let ms = self.from_ms + at.0 / 1_000;
        let end = if labels.is_empty() { "" } else { "}" };
        writeln!(self.out, "{end} {value} {}.{:03}", ms / 1_000, ms % 1_000)
    }

    fn begin(&mut self, family: &Family) -> io::Result<()> {
        self.written.families += 1;
        writeln!(self.out, "# TYPE {} {}", self.name, family.form.name())?;
        if let Some(unit) = family.unit {
            writeln!(self.out, "# UNIT {} {unit}", self.name)?;
        }
        writeln!(self.out, "# HELP {} {}", self.name, Quoted(&family.help))
    }

    /// Ends the text.
    pub fn end(self) -> io::Result<Written> {
        writeln!(self.out, "# EOF")?;
        Ok(self.written)
    }
}

/// A value of a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    Whole(u64),
    Real(f64),
}

impl From<u64> for Value {
    fn from(value: u64) -> Value {
        Value::Whole(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Value {
        Value::Real(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Whole(value.into())
    }
}

impl Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Whole(n) => write!(f, "{n}"),
            Value::Real(f64::INFINITY) => f.write_str("+Inf"),
            Value::Real(f64::NEG_INFINITY) => f.write_str("-Inf"),
            Value::Real(x) => write!(f, "{x}"),
        }
    }
}

/// A text between quotes, or as help.
struct Quoted<'a>(&'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '\\' => f.write_str("\\\\")?,
                '"' => f.write_str("\\\"")?,
                '\n' => f.write_str("\\n")?,
                c => write!(f, "{c}")?,
            }
        }
        Ok(())
    }
}

/// The last of those points that lie in one millisecond.
fn last_of_each_ms<T>(points: impl IntoIterator<Item = (Time, T)>) -> impl Iterator<Item = (Time, T)> {
    let mut points = points.into_iter().peekable();
    std::iter::from_fn(move || {
        let mut point = points.next()?;
        while let Some(next) = points.next_if(|next| next.0.0 / 1_000 == point.0.0 / 1_000) {
            point = next;
        }
        Some(point)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openmetrics::own;

    #[test]
    fn a_family_stands_together_and_without_samples_not_at_all() {
        let mut out = Vec::new();
        let mut writer = Writer::new(&mut out, 1_700_000_000_250);
        writer.family(&own::SPEED);
        writer.family(&own::CLOCK);
        writer.series(&[("arm", "a\"b\\c\nd")], [(Time(1_000), 0.5), (Time(2_000_001), f64::INFINITY)]).unwrap();
        writer.family(&own::REFUSED);
        writer.series(&[], [(Time(0), 1u64), (Time(999), 2), (Time(1_000), 3)]).unwrap();
        assert_eq!(writer.end().unwrap(), Written { families: 2, samples: 4 });
        let expected = r#"# TYPE gatecrash_clock_seconds gauge
# UNIT gatecrash_clock_seconds seconds
# HELP gatecrash_clock_seconds simulated time since the beginning
gatecrash_clock_seconds{arm="a\"b\\c\nd"} 0.5 1700000000.251
gatecrash_clock_seconds{arm="a\"b\\c\nd"} +Inf 1700000002.250
# TYPE gatecrash_refused_requests counter
# HELP gatecrash_refused_requests requests for control that were refused
gatecrash_refused_requests_total 2 1700000000.250
gatecrash_refused_requests_total 3 1700000000.251
# EOF
"#;
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
