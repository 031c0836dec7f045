//! A case that plays a drill again: what the file says is for whoever plays it to read.

use super::{Case, Trials, expectations};
use crate::error::{Read, Spot};
use crate::read::Fields;
use crate::source::Source;
use crate::yaml::Node;
use std::path::Path;
use std::sync::Arc;

/// What the file of a drill says by itself.
pub(crate) const SAYS: [&str; 7] = ["scenario", "policy", "severity", "wobble", "with", "matrix", "trials"];

/// A case with a drill; `at` is where it stands, and its number.
pub(super) fn case(fields: &Fields, name: Option<String>, at: (Spot, usize), file: &Node, source: &Arc<Source>) -> Read<Case> {
    if let Some((key, node)) = SAYS.iter().find_map(|key| Some((key, fields.get(key)?))) {
        let message = format!(
            "`{key}` cannot stand beside `replay`: a drill is one trial, and its file says what was played; take one out"
        );
        return Err(node.problem(message));
    }
    let text = file.text("the path of a drill's record or script, like ./friday.jsonl,")?;
    let Some(stem) = Path::new(text).file_stem() else {
        return Err(file.problem("this names no file; a drill's record or script belongs here, like ./friday.jsonl"));
    };
    let path = source.folder.as_ref().map(|folder| folder.join(text).to_string_lossy().into_owned());
    Ok(Case {
        name: name.or_else(|| Some(stem.to_string_lossy().into_owned())),
        at: at.0,
        trials: Trials { min: 1, max: 1 },
        plays: Vec::new(),
        replay: Some(path.unwrap_or_else(|| text.to_string())),
        expect: fields.get("expect").map_or(Ok(Vec::new()), |node| expectations(node, at.1))?,
    })
}
