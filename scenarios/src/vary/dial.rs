//! One `PATH=VALUES`: a part of a policy, and what it may be.

use super::address::{Address, Part, resolve};
use super::values::{Choice, Choices, misfit};
use crate::error::Spot;
use crate::read::shortened;
use crate::yaml::{Key, Node, Value};
use gatecrash_policies::check::{Places, places};
use gatecrash_policies::policy::Policy;

/// A part of a policy and its values, one `PATH=VALUES` of the command line.
///
/// PATH follows the keys of the policy's file, and the names or numbers (from 0) of items: `stages.canary.soak`,
/// `rollback.playbook.0.takes`. `gates.NAME.limit`, `.limit.SEGMENT` and `.window` are parts of the gate's check; settings of a rule
/// stand right behind `rule`, as in `gates.NAME.rule.alpha`, and those of rules that it is made of behind `rule.of.0` or
/// `rule.rule`.
///
/// VALUES are a list, `5m,10m,30m`, in which commas within brackets do not part; a range with a step, `200ms..900ms/25ms`, whose
/// lower end is a value, and so is the upper one when the steps meet it; or a range without a step, for which about eight round
/// values are chosen: multiples of a round step, or numbers in about equal ratio where the upper end is ten times the lower one
/// or more, and both ends in either case.
#[derive(Clone, Debug)]
pub struct Dial {
    pub(super) argument: String,
    pub(super) path: String,
    /// What it addresses; see [`Address::key`].
    pub(super) key: Vec<String>,
    pub(super) choices: Choices,
    pub(super) written: Option<String>,
}

impl Dial {
    /// The path as it was written: `gates.cancel-to-ack.limit`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// How many values it has.
    pub fn count(&self) -> usize {
        self.choices.all.len()
    }

    /// Its values as text, in the order in which they were given.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.choices.all.iter().map(|choice| choice.text.as_str())
    }

    /// What stands there in the policy as it is written, or what that is unless told; `None` where there is neither.
    pub fn written(&self) -> Option<&str> {
        self.written.as_deref()
    }

    /// Whether what the other addresses is a part of what this addresses.
    pub(super) fn covers(&self, path: &str, key: Option<&[String]>) -> bool {
        let inside = path.strip_prefix(&self.path).is_some_and(|rest| rest.starts_with('.'));
        inside || key.is_some_and(|key| key.len() > self.key.len() && key.starts_with(&self.key))
    }

    /// Puts a value where the path leads in this tree.
    pub(super) fn put(&self, tree: &mut Node, index: usize) -> Result<(), String> {
        put(tree, &resolve(tree, &self.path)?, &self.choices.all[index])
    }
}

/// What stands at an address, as text; what it is unless told where nothing does.
pub(super) fn written(address: &Address, policy: &Policy) -> Option<String> {
    if let Some(node) = &address.found {
        return match (&node.value, &address.part) {
            (Value::Text(text), Part::Whole) => Some(text.clone()),
            (Value::Text(check), part) => Some(check[range(&places(check).ok()?, part)?].to_string()),
            _ => Some(node.flow()),
        };
    }
    let all_gates = || format!("[{}]", policy.gates.iter().map(|gate| gate.name.as_str()).collect::<Vec<_>>().join(", "));
    let of_stage = matches!(address.key.as_slice(), [stages, _, gates] if stages == "stages" && gates == "gates");
    if of_stage { Some(all_gates()) } else { address.usual.clone() }
}

fn range(places: &Places, part: &Part) -> Option<std::ops::Range<usize>> {
    match part {
        Part::Whole => None,
        Part::Limit => Some(places.limit.clone()),
        Part::LimitOf(segment) => places.segments.iter().find(|(name, _)| name == segment).map(|(_, range)| range.clone()),
        Part::Window => places.over.clone(),
    }
}

fn put(tree: &mut Node, address: &Address, choice: &Choice) -> Result<(), String> {
    let set = |tree: &mut Node, path: &str, node: &Node| tree.set(&Key::new(choice.node.at, path), node).map_err(|p| p.message);
    for (path, node) in &address.opens {
        set(tree, path, node)?;
    }
    let node = match (&address.part, &address.found) {
        (Part::Whole, _) => choice.node.clone(),
        (part, Some(Node { value: Value::Text(check), .. })) => {
            Node::new(choice.node.at, Value::Text(spliced(check, part, &choice.text)?))
        }
        _ => return Err("no check is written there".to_string()),
    };
    set(tree, &address.raw, &node)
}

/// The check with a part of it replaced.
fn spliced(check: &str, part: &Part, value: &str) -> Result<String, String> {
    let there = places(check).map_err(|error| error.to_string())?;
    let (text, from) = match range(&there, part) {
        Some(range) => (format!("{}{value}{}", &check[..range.start], &check[range.end..]), range.start),
        None => (format!("{} over {value}", check.trim_end()), check.trim_end().len() + " over ".len()),
    };
    // Without what follows, which a limit that is more than one would collide with. What is no check the reader explains.
    let sample = if *part == Part::Limit { &text[..from + value.len()] } else { &text };
    if places(sample).is_ok_and(|places| range(&places, part) != Some(from..from + value.len())) {
        let what = if *part == Part::Window { "window" } else { "limit" };
        return Err(format!("`{}` is not a {what} alone; what else there is of a check has paths of its own", shortened(value)));
    }
    Ok(text)
}

/// Why a value cannot stand at this address, where the reader of files would take it.
pub(super) fn refused(address: &Address, choice: &Choice) -> Option<String> {
    match (&address.part, &address.found) {
        (Part::Limit, Some(Node { value: Value::Text(check), .. })) => misfit(check, &choice.text),
        _ => None,
    }
}

/// The path and the values of an argument.
pub(super) fn parted(argument: &str) -> Result<(&str, &str), String> {
    let how = "write it like gates.cancel-to-ack.limit=200ms..900ms/25ms";
    let (path, values) = argument.split_once('=').ok_or_else(|| format!("there is no `=` in it; {how}"))?;
    match path.trim() {
        path if path.split('.').any(str::is_empty) => Err(format!("`{}` is not a path; {how}", shortened(path))),
        path => Ok((path, values)),
    }
}

/// How an argument is called in messages: as it was typed, on one line, and not for ever.
pub(super) fn called(argument: &str) -> String {
    const LONGEST: usize = 200;
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    let shown: String = argument.chars().take(LONGEST).map(clean).collect();
    let more = if argument.chars().nth(LONGEST).is_some() { "..." } else { "" };
    format!("--vary {shown}{more}")
}

/// The place of the n-th argument.
pub(super) fn place(n: usize) -> Spot {
    Spot::of_argument(n)
}
