//! The numbers behind the picture of a trial, one point per line.

use super::TrialReport;
use crate::stats::digits6;
use gatecrash_policies::time::Time;

impl TrialReport<'_> {
    /// `line,gate,at_s,value` with `line` one of `exposure` (a share), `harmed` (so far), `saw`, `limit` and `truth` (of a
    /// gate, in its unit: seconds, fractions, per second), or the name of an instant. Nothing without the trial's detail.
    pub fn csv(&self) -> Option<String> {
        let picture = self.picture()?;
        let mut writer = csv::Writer::from_writer(Vec::new());
        let mut put = |line: &str, gate: &str, points: &[(Time, f64)]| {
            points.iter().try_for_each(|(at, value)| {
                writer.write_record([line, gate, &at.seconds().to_string(), &digits6(*value).to_string()])
            })
        };
        let mut all = || {
            put("exposure", "", &picture.exposure)?;
            put("harmed", "", &picture.harmed)?;
            for gate in &picture.gates {
                put("saw", &gate.name, &gate.saw)?;
                put("limit", &gate.name, &gate.limit)?;
                put("truth", &gate.name, &gate.truth)?;
            }
            picture.instants.iter().try_for_each(|(name, at)| put(name, "", &[(*at, 1.0)]))
        };
        all().expect("memory takes it all");
        let body = writer.into_inner().expect("memory takes it all");
        Some(format!("line,gate,at_s,value\n{}", String::from_utf8(body).expect("it was written as text")))
    }
}
