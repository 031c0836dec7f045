//! The page: prose that holds whatever the numbers, and tables of them.

use crate::entrants::{self, Entrant, TOTAL};
use crate::worlds::{self, World};
use crate::{FIRST_SEED, Played};
use gatecrash_benches::{Cell, duration};
use gatecrash_policies::Bound;
use gatecrash_policies::rules::{Of, RULES};
use gatecrash_reports::stats::Rate;

/// A share of the trials of a cell.
fn rate(hits: u64, cell: &Cell) -> Rate {
    Rate::of(hits, cell.trials).expect("something was played")
}

fn percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}

/// Whether more than what was promised, by more than luck.
fn is_beyond(cell: &Cell) -> bool {
    rate(cell.false_rollbacks, cell).interval().0 > TOTAL
}

fn mean(sum: u64, cell: &Cell) -> String {
    (sum / cell.trials).to_string()
}

fn promised(bound: &Bound) -> String {
    match bound {
        Bound { without, .. } if !without.is_empty() => "nothing".into(),
        Bound { chance, .. } if *chance == 0.0 => "never".into(),
        Bound { chance, .. } => format!("{}%", (chance * 1_000.0).round() / 10.0),
    }
}

/// What the tables hold.
const COLUMNS: &str = "
In the tables:

- A world in which nothing is wrong with the canary: how often it was rolled back for nothing. **Bold** is more than 5% by more than
  luck: the 95% interval lies beyond (of rules that keep to just 5%, one in forty does).
- A world in which the release breaks: how often it was rolled back after that.
- `at 2x after`: the median time from the moment when the release broke to the decision.
- `harmed`, `exposed`: outcomes and requests, means of all trials. What rolls back whatever comes harms nobody.
- `holds`: the share of drifting trials in which the rule had not made up its mind half an hour after the rollout could have ended.

Beside stable the limit is what stable does: a healthy canary is *at* the limit, which is what promises are about. A rule that weighs one
arm takes stable's reading for a fact there, though it is an estimate, and so promises nothing. A number as a limit lies a little above
what is usual, as limits do, so that a healthy canary is within it: few false rollbacks are no merit of the rule there, and twice the
errors are less than twice the limit.";

/// What the page is, what was played and how sure it is.
fn head(trials: u64, worlds: &[World]) {
    let error = |share: f64| 196.0 * (share * (1.0 - share) / trials as f64).sqrt();
    println!(
        "# What each rule is worth\n\n\
         Every rule of the catalog as the only gate of a policy, over the same worlds with the same luck, each with the same chance of a\n\
         false rollback: `alpha: {{ total: {total}, split: bonferroni }}`. Written by `cargo run --release -p gatecrash-benches --bin rules`:\n\
         {trials} trials of each world, seeds {FIRST_SEED} to {last}. A share that is truly 5% shows as 5% give or take {five:.1} points (in \
         95 of 100\ncells), one of 50% give or take {half:.1}.\n\n\
         Two stages of an hour, a tenth of everybody and then half, in rounds of a minute; a gate reads since its stage began and takes\n\
         {least} outcomes. Rules whose promise is per look or per stage get their part of the {total}; rules with a run length one that is\n\
         as long as it takes for all looks together (or their longest); rules that promise nothing are as they are unless told, and so\n\
         is every other parameter. Rules that hold another one hold `exceedance`. The system:\n\n```yaml fragment\n{system}```\n\n\
         | world | |\n|---|---|",
        total = percent(TOTAL),
        last = FIRST_SEED + trials - 1,
        five = error(TOTAL),
        half = error(0.5),
        least = entrants::LEAST,
        system = worlds::BASE,
    );
    worlds.iter().for_each(|world| println!("| {} | {} |", world.name, world.about));
    println!("{COLUMNS}");
}

/// The lines of the entrants that read the same.
fn table(check: &str, worlds: &[World], entrants: &[Entrant], played: &[Played]) {
    let names: Vec<&str> = worlds.iter().map(|world| world.name).collect();
    println!(
        "\n## `{check}`\n\n| rule | promises | {} | at 2x after | at 4x after | harmed at 2x | exposed at 2x | holds |",
        names.join(" | ")
    );
    println!("|---|---|{}---:|---:|---:|---:|---:|", "---:|".repeat(names.len()));
    for (i, entrant) in entrants.iter().enumerate().filter(|(_, entrant)| entrant.check == check) {
        let at = |name: &str| &played[names.iter().position(|own| *own == name).expect("there is such a world")].cells[i];
        let (two, four, drifting) = (at("2x"), at("4x"), at("drifting"));
        let mut cells: Vec<String> = worlds.iter().zip(played).map(|(world, played)| shown(world, &played.cells[i])).collect();
        cells.extend([
            duration(two.median_delay()),
            duration(four.median_delay()),
            mean(two.harmed, two),
            mean(two.exposed, two),
        ]);
        cells.push(percent(rate(drifting.insufficient, drifting).value()));
        println!("| {} | {} | {} |", entrant.entry.name, promised(&played[0].bounds[i]), cells.join(" | "));
    }
}

fn shown(world: &World, cell: &Cell) -> String {
    if world.is_broken() {
        return percent(rate(cell.detected, cell).value());
    }
    let text = percent(rate(cell.false_rollbacks, cell).value());
    if is_beyond(cell) { format!("**{text}**") } else { text }
}

/// What the tables say when they are read together.
fn findings(worlds: &[World], entrants: &[Entrant], played: &[Played]) {
    println!("\n## Read together\n\nMore false rollbacks than promised, by more than luck:\n");
    let name =
        |i: usize| format!("`{}` {}", entrants[i].entry.name, if entrants[i].is_beside() { "beside stable" } else { "alone" });
    let promises = |i: &usize| played[0].bounds[*i].without.is_empty();
    for (world, played) in worlds.iter().zip(played).filter(|(world, _)| !world.is_broken()) {
        let beyond = (0..entrants.len()).filter(promises).filter(|i| is_beyond(&played.cells[*i]));
        let of = |i: usize| format!("{} ({})", name(i), percent(rate(played.cells[i].false_rollbacks, &played.cells[i]).value()));
        let list: Vec<String> = beyond.map(of).collect();
        let list = if list.is_empty() { "none of the rules".into() } else { list.join(", ") };
        println!("- {}: {list}.", world.name);
    }
    let at = |name: &str| &played[worlds.iter().position(|w| w.name == name).expect("there is such a world")].cells;
    let (two, still, drifting) = (at("2x"), at("still"), at("drifting"));
    let is_usable =
        |i: &usize| !is_beyond(&still[*i]) && !is_beyond(&drifting[*i]) && 2 * drifting[*i].insufficient <= drifting[*i].trials;
    println!(
        "\nOf those that keep their promise, whether services drift or not, and let a good release pass, these find most at 2x:\n"
    );
    for check in checks(entrants) {
        let mut best: Vec<usize> =
            (0..entrants.len()).filter(|i| entrants[*i].check == check).filter(promises).filter(is_usable).collect();
        // Stable: the order of the catalog among equals.
        best.sort_by_key(|i| (std::cmp::Reverse(two[*i].detected), two[*i].median_delay()));
        let of = |i: &usize| {
            let (found, delay) = (percent(rate(two[*i].detected, &two[*i]).value()), duration(two[*i].median_delay()));
            format!("`{}` ({found}, after {delay})", entrants[*i].entry.name)
        };
        let list: Vec<String> = best.iter().take(3).map(of).collect();
        println!("- `{check}`: {}.", if list.is_empty() { "none of the rules".into() } else { list.join(", ") });
    }
}

/// What is read, in the order of the entrants.
fn checks(entrants: &[Entrant]) -> Vec<&'static str> {
    let mut checks = Vec::new();
    for entrant in entrants {
        if !checks.contains(&entrant.check) {
            checks.push(entrant.check);
        }
    }
    checks
}

/// All but the peeking and the catalog.
pub fn print(trials: u64, worlds: &[World], entrants: &[Entrant], played: &[Played]) {
    head(trials, worlds);
    checks(entrants).iter().for_each(|check| table(check, worlds, entrants, played));
    let list = |names: Vec<&str>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let several = RULES.iter().filter(|entry| entry.of == Of::Several).map(|entry| entry.name).collect();
    println!("\nNot compared, since they weigh other rules together and promise what those do: {}.", list(several));
    let unread = entrants::left_out();
    if !unread.is_empty() {
        println!("Not compared, since they take none of these readings: {}.", list(unread));
    }
    findings(worlds, entrants, played);
}

/// What the catalog says of each rule.
pub fn print_catalog() {
    println!("\n## The catalog\n\nAs `gatecrash list rules` has it, where the parameters stand as well.\n");
    println!("| rule | what its alpha means | missing or late samples | cost of a look | try it on |\n|---|---|---|---|---|");
    for entry in RULES {
        let about = [entry.alpha.about(), entry.missing, entry.cost].join(" | ");
        println!("| {} | {about} | {} |", entry.name, entry.right_for);
    }
}
