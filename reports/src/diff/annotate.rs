//! A diff as annotations on the lines of the new policy that changed.

use super::report::DiffReport;
use super::sentence::told;
use super::verdict::Status;
use crate::github::{Annotation, Kind};

impl DiffReport {
    /// What became worse as errors and what became better as notices, each on the first line that changed, and every change of the
    /// policy as a warning on its own line where some score did; nothing where the new policy is no file.
    pub fn annotations(&self) -> Vec<Annotation> {
        let (Some(file), Some(first)) = (&self.new.file, self.fields.first()) else { return Vec::new() };
        let remark =
            |kind, line, title: String, message| Annotation { kind, file: file.clone(), at: Some((line, 1)), title, message };
        let scores = self.changed().into_iter().flat_map(|world| world.scores.iter().map(move |score| (world, score)));
        let scores = scores.filter_map(|(world, score)| {
            let kind = match score.status {
                Status::Worse => Kind::Error,
                Status::Better => Kind::Notice,
                _ => return None,
            };
            let found = score.found.as_ref()?;
            let title = format!("{} in {}", score.status.name(), world.world.name());
            Some(remark(kind, first.line, title, format!("`{}` {}", self.new.given, told(score, found))))
        });
        let mut all: Vec<Annotation> = scores.collect();
        if !all.is_empty() {
            all.extend(self.fields.iter().map(|field| remark(Kind::Warning, field.line, "changed".into(), field.short())));
        }
        all
    }
}
