//! Checks and rules, as the policies crate reads them.

use crate::error::{Problem, Read};
use crate::read::shortened;
use crate::source::Source;
use crate::yaml::Node;
use gatecrash_policies::policy::Check;

/// A check such as `p95(runs.latency) <= 2s over 10m`.
pub(crate) fn check(node: &Node, source: &Source) -> Read<Check> {
    let text = node.text("a check like p95(runs.latency) <= 2s over 10m; quote it if it holds braces or commas")?;
    gatecrash_policies::check::parse(text).map_err(|error| {
        let found =
            if error.found.is_empty() { "the end of the check".to_string() } else { format!("`{}`", shortened(&error.found)) };
        Problem { at: Some(source.inside(node, error.at)), message: format!("found {found}: {}", error.message) }
    })
}
