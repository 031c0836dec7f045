//! Reads OpenMetrics text back, and holds it to what the format promises.

use std::collections::{BTreeMap, BTreeSet};

/// A series: its name with its labels, as they are written.
pub type Name = String;

/// What a text says.
#[derive(Debug, Default)]
pub struct Text {
    /// (family, type) in their order.
    pub families: Vec<(String, String)>,
    /// By series: (milliseconds since 1970, value) in the order of the text.
    pub series: BTreeMap<Name, Vec<(u64, f64)>>,
}

/// Reads a text with a time in every line. Panics where it breaks the format's rules.
pub fn read(text: &str) -> Text {
    let body = text.strip_suffix("# EOF\n").expect("it ends with its mark");
    let mut read = Text::default();
    for line in body.lines() {
        match line.strip_prefix("# ") {
            Some(about) => read.about(about),
            None => read.sample(line),
        }
    }
    let names: BTreeSet<_> = read.families.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), read.families.len(), "a family stands together");
    read.series.iter().for_each(|(name, points)| check(name, points));
    read
}

/// Times rise; what counts never falls.
fn check(name: &str, points: &[(u64, f64)]) {
    assert!(points.is_sorted_by(|a, b| a.0 < b.0), "times rise: {name}");
    let counts = name.contains("_total") || name.contains("_bucket{") || name.contains("_count{") || name.contains("_sum{");
    assert!(!counts || points.is_sorted_by(|a, b| a.1 <= b.1), "it counts: {name}");
}

impl Text {
    fn about(&mut self, about: &str) {
        let words: Vec<&str> = about.splitn(3, ' ').collect();
        let name = words[1];
        match words[0] {
            "TYPE" => self.families.push((name.to_string(), words[2].to_string())),
            "UNIT" => assert!(self.is_current(name) && name.ends_with(&format!("_{}", words[2])), "{about}"),
            "HELP" => assert!(self.is_current(name) && !words[2].is_empty(), "{about}"),
            _ => panic!("what is that: {about}"),
        }
    }

    fn is_current(&self, name: &str) -> bool {
        self.families.last().is_some_and(|(family, _)| family == name)
    }

    fn sample(&mut self, line: &str) {
        let mut words = line.rsplitn(3, ' ');
        let (time, value, name) = (words.next().unwrap(), words.next().unwrap(), words.next().expect("name, value, time"));
        let (family, form) = self.families.last().expect("a sample follows its family");
        let plain = name.split('{').next().unwrap();
        let endings: &[&str] = match form.as_str() {
            "counter" => &["_total"],
            "info" => &["_info"],
            "histogram" => &["_bucket", "_count", "_sum"],
            _ => &[""],
        };
        assert!(endings.iter().any(|ending| plain == format!("{family}{ending}")), "not of {family}: {line}");
        let (seconds, ms) = time.split_once('.').expect("times have milliseconds");
        assert_eq!(ms.len(), 3, "{line}");
        let at = 1_000 * seconds.parse::<u64>().unwrap() + ms.parse::<u64>().unwrap();
        self.series.entry(name.to_string()).or_default().push((at, value.parse().expect("a number")));
    }

    /// The points of a series.
    pub fn points(&self, name: &str) -> &[(u64, f64)] {
        self.series.get(name).unwrap_or_else(|| panic!("there is no {name}"))
    }

    /// Its last value.
    pub fn last(&self, name: &str) -> f64 {
        self.points(name).last().expect("a series has points").1
    }
}
