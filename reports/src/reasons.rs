//! Why trials say nothing, without the times that are each trial's own: so that a hundred trials have a few reasons.

/// The reason with its stage and the gates that stood in the way, but without how far each had come: `soak: 2h 5m of 24h served`
/// becomes `soak: part of 24h served`, and any other length of time `some time`. What follows the word `stage` is a name.
pub fn cause(reason: &str) -> String {
    let words: Vec<&str> = reason.split(' ').collect();
    let mut kept: Vec<String> = Vec::new();
    let mut i = 0;
    while i < words.len() {
        let named = i > 0 && words[i - 1] == "stage";
        let times = if named { 0 } else { words[i..].iter().take_while(|word| is_amount(word)).count() };
        if times == 0 {
            kept.push(words[i].to_string());
            i += 1;
            continue;
        }
        let last = words[i + times - 1];
        let whole = kept.len() > 1 && kept[kept.len() - 1] == "of" && kept[kept.len() - 2] == "part";
        if words.get(i + times) == Some(&"of") {
            kept.push("part".into());
        } else if whole || !words[i..i + times].iter().any(|word| is_span(word)) {
            kept.extend(words[i..i + times].iter().map(|word| word.to_string()));
        } else {
            kept.push(format!("some time{}", &last[bare(last).len()..]));
        }
        i += times;
    }
    kept.join(" ")
}

/// Without the punctuation that ends it.
fn bare(word: &str) -> &str {
    word.trim_end_matches([',', ';', ':', '.', ')'])
}

/// `2h`, `250ms`, `0s`.
fn is_span(word: &str) -> bool {
    let word = bare(word);
    let unit = word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    unit.len() < word.len() && ["us", "ms", "s", "m", "h", "d"].contains(&unit)
}

/// A length of time or a plain number.
fn is_amount(word: &str) -> bool {
    is_span(word) || bare(word).parse::<f64>().is_ok_and(f64::is_finite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_no_cause() {
        let reason =
            |soak: &str| format!("not finished by the horizon: stage 24h: gate errors: no-data, soak: {soak} of 24h served");
        let told = cause(&reason("2h 5m"));
        assert_eq!(told, "not finished by the horizon: stage 24h: gate errors: no-data, soak: part of 24h served");
        assert!(["0s", "5m", "23h 59m"].iter().all(|soak| cause(&reason(soak)) == told));
        assert_eq!(cause("soak: 0.4 of 2 business days served"), "soak: part of 2 business days served");
        assert_eq!(
            cause("waits for an operator since 3h 5m, stage 5%: open"),
            "waits for an operator since some time, stage 5%: open"
        );
        assert_eq!(cause("nothing was harmed before the rollout finished"), "nothing was harmed before the rollout finished");
        assert_eq!(cause("gate g2: needs 200 outcomes"), "gate g2: needs 200 outcomes");
    }

    #[test]
    fn what_blocks_is_a_cause() {
        let gate = |name: &str| format!("stage canary: gate {name}: inconclusive, soak: 2h of 6h served");
        assert_ne!(cause(&gate("errors")), cause(&gate("latency")));
    }
}
