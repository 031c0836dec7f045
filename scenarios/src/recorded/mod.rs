//! Recorded traffic: a CSV file with a map of its columns.

mod clock;
mod rows;
mod trace;

use crate::error::{Read, suggestion};
use crate::library;
use crate::read::{multiple, shortened, small};
use crate::source::{Source, unreadable};
use crate::yaml::{Node, Value};
use clock::Clock;
pub(crate) use clock::Format;
pub use clock::{moment, unix_ms};
use gatecrash_policies::units;
use gatecrash_sim::scenario::Recorded;
use jiff::tz::TimeZone;
use rows::{Columns, Failed, Service};

/// A file larger than this is not read: two gigabytes of rows would not fit beside the simulation.
const FILE_MAX: u64 = 2 << 30;

pub(crate) const KEYS: &[&str] = &["file", "time", "key", "size", "outcome", "service", "speed", "repeat"];
pub(crate) const TIME: &[&str] = &["column", "zone", "format"];
pub(crate) const OUTCOME: &[&str] = &["column", "failed"];
pub(crate) const SERVICE: &[&str] = &["base", "per", "column", "unit"];
pub(crate) const UNITS: &[(&str, f64)] = &[("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("s", 1.0)];

/// What a scenario says about its trace, before the file is opened.
struct Plan<'a> {
    time: Column<'a>,
    format: Option<Format>,
    zone: Option<TimeZone>,
    key: Option<Column<'a>>,
    size: Option<Column<'a>>,
    outcome: Option<(Column<'a>, Vec<Failed>)>,
    service: ServicePlan<'a>,
    speed: f64,
    repeat: u32,
}

/// A column by name, and the place that names it.
struct Column<'a> {
    node: &'a Node,
    name: String,
}

enum ServicePlan<'a> {
    None,
    Model { base: f64, per: Vec<(Column<'a>, f64)> },
    Measured { column: Column<'a>, unit: f64 },
}

/// Reads `traffic: { recorded: .. }` and the file that it names.
pub(crate) fn read(node: &Node, source: &Source, warnings: &mut Vec<String>) -> Read<Recorded> {
    let fields = node.fields("recorded traffic", KEYS)?;
    let file = fields.need("file")?;
    let name = file.text("the path of a CSV file")?;
    let speed = fields.or("speed", 1.0, multiple)?;
    let plan = Plan {
        speed: if speed > 0.0 { speed } else { return Err(fields.need("speed")?.problem("`speed` is above 0x")) },
        repeat: fields.or("repeat", 1, small(1, 10_000))?,
        key: fields.get("key").map(column).transpose()?,
        size: fields.get("size").map(column).transpose()?,
        outcome: fields.get("outcome").map(outcome).transpose()?,
        service: fields.get("service").map_or(Ok(ServicePlan::None), service)?,
        ..time(fields.need("time")?)?
    };
    match &source.folder {
        Some(folder) => {
            let path = folder.join(name);
            let meta = std::fs::metadata(&path).map_err(|e| file.problem(format!("`{name}`: {}", unreadable(&e))))?;
            if meta.is_dir() {
                return Err(file.problem(format!("`{name}` is a directory; name a CSV file in it")));
            }
            if meta.len() > FILE_MAX {
                return Err(file.problem(format!("`{name}` has {} GB; 2 GB are the most", meta.len() >> 30)));
            }
            let open = std::fs::File::open(&path).map_err(|e| file.problem(format!("`{name}`: {}", unreadable(&e))))?;
            load(open, name, file, &plan, warnings)
        }
        None => match library::trace(name) {
            Some(text) => load(text.as_bytes(), name, file, &plan, warnings),
            None => Err(file.problem(format!("no built-in trace `{}`", shortened(name)))),
        },
    }
}

/// Reads the rows and makes requests of them.
fn load(input: impl std::io::Read, name: &str, file: &Node, plan: &Plan, warnings: &mut Vec<String>) -> Read<Recorded> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(input);
    let header = reader.byte_headers().map_err(|e| file.problem(format!("`{name}`: {e}")))?.clone();
    let header: Vec<String> = header.iter().map(|h| String::from_utf8_lossy(h).trim().to_string()).collect();
    if header.iter().all(String::is_empty) {
        return Err(file.problem(format!("`{name}` is empty; its first row must name the columns")));
    }
    let columns = plan.columns(&header)?;
    let clock = Clock { format: plan.format, zone: plan.zone.clone() };
    let read = rows::read(reader, &columns, clock).map_err(|problem| match problem {
        rows::Trouble::NeedsZone(example) => plan.time.node.problem(format!(
            "`{example}` in `{name}` is a naive timestamp; naive timestamps need a zone, like {{ column: {}, zone: UTC }}",
            plan.time.name
        )),
        rows::Trouble::UnknownFormat(example) => plan.time.node.problem(format!(
            "`{example}` in `{name}` is no time that is known; give `format`: rfc3339, naive, unix_s, unix_ms, unix_us or unix_ns"
        )),
        rows::Trouble::Other(message) => file.problem(format!("`{name}`: {message}")),
    })?;
    trace::build(read, name, plan.speed, plan.repeat, warnings).map_err(|message| file.problem(format!("`{name}`: {message}")))
}

impl Plan<'_> {
    fn columns(&self, header: &[String]) -> Read<Columns> {
        let index = |column: &Column| -> Read<usize> {
            header.iter().position(|h| *h == column.name).ok_or_else(|| {
                let names: Vec<&str> = header.iter().map(String::as_str).collect();
                column.node.problem(format!(
                    "no column `{}` in the file{}",
                    shortened(&column.name),
                    suggestion(&column.name, &names)
                ))
            })
        };
        Ok(Columns {
            time: index(&self.time)?,
            key: self.key.as_ref().map(index).transpose()?,
            size: self.size.as_ref().map(index).transpose()?,
            outcome: match &self.outcome {
                Some((column, failed)) => Some((index(column)?, failed.clone())),
                None => None,
            },
            service: match &self.service {
                ServicePlan::None => Service::None,
                ServicePlan::Measured { column, unit } => Service::Measured { column: index(column)?, unit: *unit },
                ServicePlan::Model { base, per } => Service::Model {
                    base: *base,
                    per: per.iter().map(|(c, factor)| Ok((index(c)?, c.name.clone(), *factor))).collect::<Read<_>>()?,
                },
            },
        })
    }
}

fn column(node: &Node) -> Read<Column<'_>> {
    Ok(Column { node, name: node.text("the name of a column")?.to_string() })
}

/// `time`: a column, and where needed its zone and format. The rest of the plan is empty.
fn time(node: &Node) -> Read<Plan<'_>> {
    let mut plan = Plan {
        time: Column { node, name: String::new() },
        format: None,
        zone: None,
        key: None,
        size: None,
        outcome: None,
        service: ServicePlan::None,
        speed: 1.0,
        repeat: 1,
    };
    if matches!(node.value, Value::Text(_)) {
        plan.time = column(node)?;
        return Ok(plan);
    }
    let fields = node.fields("the time", TIME)?;
    plan.time = column(fields.need("column")?)?;
    plan.format = fields.read("format", |n| n.word("format of times", Format::NAMES))?;
    plan.zone = fields.read("zone", |n| {
        n.parse("a time zone like UTC or Europe/Berlin", |text| {
            clock::zone(text)
                .ok_or_else(|| format!("unknown time zone `{}`; write it like UTC, +01:00 or Europe/Berlin", shortened(text)))
        })
    })?;
    Ok(plan)
}

/// `{ column: status, failed: [">=500", error] }`.
fn outcome(node: &Node) -> Read<(Column<'_>, Vec<Failed>)> {
    let fields = node.fields("the outcome", OUTCOME)?;
    let failed = fields.need("failed")?;
    let items = match &failed.value {
        Value::Text(_) => std::slice::from_ref(failed),
        _ => failed.list("a list of what counts as failed")?,
    };
    let failed =
        items.iter().map(|n| n.parse("what counts as failed, like error or \">=500\"", Failed::parse)).collect::<Read<_>>()?;
    Ok((column(fields.need("column")?)?, failed))
}

/// `{ base: 120ms, per: { Tokens: 0.05ms } }`, or `{ column: duration, unit: ms }`.
fn service(node: &Node) -> Read<ServicePlan<'_>> {
    let fields = node.fields("the service time", SERVICE)?;
    if let Some(name) = fields.get("column") {
        for key in ["base", "per"] {
            if let Some(node) = fields.get(key) {
                return Err(node.problem(format!("`{key}` is a model and `column` a measurement; keep one of them")));
            }
        }
        return Ok(ServicePlan::Measured { column: column(name)?, unit: fields.need("unit")?.word("unit", UNITS)? });
    }
    let seconds = |n: &Node| n.parse("a duration like 120ms", units::seconds);
    let mut per = Vec::new();
    for (key, value) in fields.get("per").map_or(Ok(&[][..]), |n| n.entries("a map of columns with a duration for each unit"))? {
        per.push((Column { node: value, name: key.name.clone() }, seconds(value)?));
    }
    match fields.get("base") {
        None if per.is_empty() => Err(fields.problem("the service time needs `base`, `per` or `column`")),
        base => Ok(ServicePlan::Model { base: base.map_or(Ok(0.0), seconds)?, per }),
    }
}
