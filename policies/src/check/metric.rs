//! A metric of a check: `component.signal[attribute=value, arm=stable]`.

use super::{Parsed, Parser};
use crate::policy::{Metric, Scope};
use crate::suggest::did_you_mean;

/// What stands in the brackets of a metric.
type Brackets = (Option<(String, String)>, Option<Scope>);

impl Parser<'_> {
    pub(super) fn metric(&mut self) -> Parsed<Metric> {
        let component = self.name("a metric such as runs.latency")?.to_string();
        if !self.rest().starts_with('.') {
            return Err(self.wrong(format!("expected `.` and a signal after `{component}`: a metric is component.signal")));
        }
        self.at += 1;
        let signal = self.name("a signal after the dot")?.to_string();
        let (segment, arm) = if self.take("[") { self.brackets()? } else { (None, None) };
        Ok(Metric { component, signal, segment, arm })
    }

    /// One segment and one arm at most, in any order.
    fn brackets(&mut self) -> Parsed<Brackets> {
        let (mut segment, mut arm) = (None, None);
        loop {
            self.space();
            let start = self.at;
            let attribute = self.name("an attribute, such as surface, or arm")?.to_string();
            self.expect("=", "and the attribute's value")?;
            if attribute == "arm" {
                if arm.replace(self.scope()?).is_some() {
                    return Err(self.wrong_at(start, "a metric names one arm"));
                }
            } else if segment.replace((attribute, self.name("the attribute's value")?.to_string())).is_some() {
                return Err(self.wrong_at(start, "a metric names one segment, and an arm beside it"));
            }
            if !self.take(",") {
                self.expect("]", "after the segment")?;
                return Ok((segment, arm));
            }
        }
    }

    fn scope(&mut self) -> Parsed<Scope> {
        self.space();
        let start = self.at;
        let name = self.name("an arm: canary, stable, former or all")?;
        let unknown = || {
            let near = did_you_mean(name, Scope::ALL.map(Scope::name));
            self.wrong_at(start, format!("expected an arm: canary, stable, former or all{near}"))
        };
        Scope::ALL.into_iter().find(|scope| scope.name() == name).ok_or_else(unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::parse;

    fn metric(text: &str) -> Metric {
        let check = parse(&format!("count({text}) == 0")).unwrap_or_else(|error| panic!("{text}: {error}"));
        check.reading.metrics()[0].clone()
    }

    #[test]
    fn a_segment_and_an_arm_stand_side_by_side() {
        let put = Some(("op".to_string(), "put".to_string()));
        for text in ["a.b[op=put, arm=stable]", "a.b[ arm = stable,op=put ]"] {
            assert_eq!((metric(text).segment, metric(text).arm), (put.clone(), Some(Scope::Stable)), "{text}");
        }
        assert_eq!((metric("a.b[arm=all]").segment, metric("a.b[arm=all]").arm), (None, Some(Scope::All)));
        assert_eq!((metric("a.b").segment, metric("a.b").arm), (None, None));
    }

    #[test]
    fn mistakes_in_brackets_are_explained() {
        let table = [
            ("a.b[arm=stabel]", "did you mean `stable`?"),
            ("a.b[arm=all, arm=all]", "names one arm"),
            ("a.b[op=put, op=get]", "names one segment"),
            ("a.b[op=put", "expected `]`"),
            ("a.b[op=put,]", "an attribute, such as surface"),
        ];
        for (text, message) in table {
            let error = parse(&format!("count({text}) == 0")).expect_err(text);
            assert!(error.message.contains(message), "{text}: {error}");
        }
    }
}
