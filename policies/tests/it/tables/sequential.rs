//! Sequential rules: bounds at looks, probability ratios, evidence at all times.

mod evidence;
mod looks;
mod ratio;

use super::Entry;

/// What the project's own code says of an entry.
pub fn value(entry: &Entry) -> Option<Vec<f64>> {
    let one = |value: Option<f64>| value.map(|v| vec![v]);
    match entry.rule {
        "group_sequential" => one(looks::group_sequential(entry)),
        "multiplicity_looks" => one(looks::repeated(entry, "K")),
        "multiplicity_gates_looks" => one(looks::gates(entry)),
        "sequential_comparison" => one(looks::comparison(entry)),
        "sprt_bernoulli" => one(ratio::bernoulli(entry)),
        "sprt_normal" => one(ratio::normal(entry)),
        "msprt_normal" => evidence::msprt(entry),
        "dirichlet_multinomial_sequential" => evidence::multinomial(entry),
        _ => evidence::confseq(entry),
    }
}
