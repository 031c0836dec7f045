//! "Did you mean": the known name that is nearest to a wrong one.

/// `; did you mean x?` when a known name is near enough to be a slip of the finger, otherwise nothing.
pub fn did_you_mean<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    // A third of the letters may be wrong: more than that is another word.
    let most = wrong.chars().count().div_ceil(3);
    let near = known.into_iter().map(|name| (strsim::osa_distance(wrong, name), name)).filter(|(far, _)| *far <= most).min();
    near.map_or(String::new(), |(_, name)| format!("; did you mean `{name}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_offered_and_far_ones_are_not() {
        let known = ["count", "rate", "ratio"];
        assert_eq!(did_you_mean("cuont", known), "; did you mean `count`?");
        assert_eq!(did_you_mean("frequency", known), "");
    }
}
