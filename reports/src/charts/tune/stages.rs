//! In which stage breaches are caught, how soon, and with how many requests exposed by then.

use super::super::{Ink, sheet, write};
use super::marks::{Glyph, Key, filled};
use super::{Plate, Tile, capital, plot, short, tile};
use crate::tune::{Finalist, Role, Sum, View};
use crate::words::{self, percent};
use plotters::style::text_anchor::HPos;

const BAR: i32 = 17;
const TOP: i32 = 40;
/// Where bars begin, and how long the longest is.
const LEFT: i32 = 112;
const LENGTH: i32 = 110;
/// Where the columns of numbers end.
const COLUMNS: [i32; 3] = [268, 352, 432];

/// A policy's detections in one stage, of breaches as written.
struct Caught {
    delay: Sum,
    exposed: Sum,
}

/// The plate, where a breach was caught on fresh seeds.
pub fn plate(view: &View) -> Option<Plate> {
    let named = view.named();
    let finalists = view.report.finalists.iter().filter_map(|f| Some((f, named.iter().find(|(c, _)| *c == f.candidate)?)));
    let policies: Vec<(Role, &str, Vec<Caught>)> =
        finalists.map(|(f, (c, name))| (view.roles[*c], *name, by_stage(view, f))).collect();
    let total = |stages: &[Caught]| stages.iter().map(|s| s.delay.n).sum::<u64>();
    let policies: Vec<_> = policies.into_iter().filter(|(_, _, stages)| total(stages) > 0).collect();
    if policies.is_empty() {
        return None;
    }
    let told: Vec<String> = policies.iter().map(|(_, name, stages)| told(view, name, stages)).collect();
    let caption = format!("Share of detections on fresh seeds, by the stage in which they were decided. {}", told.join(" "));
    let key = |(role, name, _): &(Role, &str, _)| Key { glyph: Glyph::Bar(*role), text: name.to_string() };
    let keys = policies.iter().map(key).collect();
    Some(Plate { title: "When breaches are caught".to_string(), caption, keys, tiles: vec![draw(view, &policies)] })
}

/// In the order of the policy's stages.
fn by_stage(view: &View, finalist: &Finalist) -> Vec<Caught> {
    let breaches = || finalist.worlds.iter().zip(&finalist.came).filter(|(w, _)| w.is_as_written() && w.has_breach());
    let of = |stage: &String| {
        let (mut delay, mut exposed) = (Sum::default(), Sum::default());
        for (_, came) in breaches() {
            came.by_stage.get(stage).into_iter().for_each(|sum| delay.merge(*sum));
            came.exposed_by_stage.get(stage).into_iter().for_each(|sum| exposed.merge(*sum));
        }
        Caught { delay, exposed }
    };
    view.report.study.stages.iter().map(of).collect()
}

fn share(stages: &[Caught], i: usize) -> f64 {
    stages[i].delay.n as f64 / stages.iter().map(|s| s.delay.n).sum::<u64>().max(1) as f64
}

/// `Yours: 62% in `canary`, after 4m 10s.`
fn told(view: &View, name: &str, stages: &[Caught]) -> String {
    let most = (0..stages.len()).rev().max_by_key(|i| stages[*i].delay.n).unwrap_or(0);
    let delay = stages[most].delay.mean().map_or(words::NOTHING.to_string(), |m| words::seconds(m / 1e6));
    let share = percent(share(stages, most));
    format!("{}: {share} in `{}`, {delay} after the harm on average.", capital(name), view.report.study.stages[most])
}

fn draw(view: &View, policies: &[(Role, &str, Vec<Caught>)]) -> Tile {
    let stages = &view.report.study.stages;
    let used: Vec<usize> = (0..stages.len()).filter(|i| policies.iter().any(|(_, _, stages)| stages[*i].delay.n > 0)).collect();
    let step = BAR * policies.len() as i32 + 12;
    let height = TOP + step * used.len() as i32;
    let mut bars = String::new();
    let svg = sheet(plot::WIDTH as u32, height as u32, |area| {
        for (x, title) in COLUMNS.into_iter().zip(["share", "to detect", "exposed"]) {
            write(area, title, (x, 14), Ink::Muted, HPos::Right);
        }
        for (row, i) in used.iter().enumerate() {
            let y = TOP + step * row as i32;
            write(area, &short(&stages[*i], LEFT - 12), (4, y + 3), Ink::Text, HPos::Left);
            for (k, (_, _, mine)) in policies.iter().enumerate() {
                let y = y + BAR * k as i32 + 3;
                let delay = mine[*i].delay.mean().map(|m| words::seconds(m / 1e6));
                let exposed = mine[*i].exposed.mean().map(words::amount);
                for (x, text) in COLUMNS.into_iter().zip([Some(percent(share(mine, *i))), delay, exposed]) {
                    write(area, &text.unwrap_or(words::NOTHING.to_string()), (x, y), Ink::Text, HPos::Right);
                }
            }
        }
    });
    for (row, i) in used.iter().enumerate() {
        for (k, (role, _, mine)) in policies.iter().enumerate() {
            let y = TOP + step * row as i32 + BAR * k as i32;
            bars.push_str(&bar(*role, LEFT, y, share(mine, *i) * f64::from(LENGTH)));
        }
    }
    tile(svg, "Detections by stage", &bars, height)
}

/// A bar of a policy: that of yours is hollow, so that colour is not the only difference.
pub fn bar(role: Role, x: i32, y: i32, length: f64) -> String {
    let look = match role {
        Role::Yours => format!("{} fill-opacity=\"0.25\"", filled(Ink::Text)),
        _ => filled(Ink::Line(1)),
    };
    format!("<rect x=\"{x}\" y=\"{y}\" width=\"{length:.1}\" height=\"{}\" {look}/>\n", BAR - 3)
}
