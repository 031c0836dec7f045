//! Words of a command line as the settings of an act.

use gatecrash_drill::Act;
use gatecrash_drill::act::ACTS;
use gatecrash_policies::suggest;
use serde_json::{Map, Value};

/// The settings of an act; the first is what a word without a key is.
fn keys(action: &str) -> &'static [&'static str] {
    match action {
        "promote" => &["stage"],
        "hold" | "rollback" | "end" => &["reason"],
        "step" => &["step"],
        "acknowledge" => &["what"],
        "page" => &["whom"],
        "note" => &["text"],
        "inject" => &["fault", "by", "on", "for", "herring", "away", "back"],
        "pause" => &["on", "step"],
        "speed" => &["speed"],
        _ => &[],
    }
}

/// `VALUE` and `KEY=VALUE` as JSON.
///
/// # Errors
/// What is wrong with them, and what to write.
pub fn read(action: &str, words: &[String]) -> Result<Map<String, Value>, String> {
    if !ACTS.contains(&action) {
        let hint = suggest::did_you_mean(action, ACTS);
        return Err(format!("there is no action `{action}`{hint}; there are {}", ACTS.join(", ")));
    }
    let keys = keys(action);
    let mut settings = Map::new();
    for word in words {
        let (key, value) = part(action, keys, word)?;
        if settings.insert(key.into(), typed(action, key, value)?).is_some() {
            return Err(format!(
                "{action}: `{key}` is given twice, the second time as `{value}`; put quotes around a text of several words"
            ));
        }
    }
    // The drill checks again; here it is still known which word is wrong.
    Act::read(action, settings.clone())?;
    Ok(settings)
}

/// The key of a word and what it is set to.
fn part<'a>(action: &str, keys: &'static [&'static str], word: &'a str) -> Result<(&'static str, &'a str), String> {
    let is_key = |key: &str| !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let Some((name, value)) = word.split_once('=').filter(|(name, _)| is_key(name)) else { return Ok((keys[0], word)) };
    match keys.iter().find(|key| **key == name) {
        Some(key) => Ok((key, value)),
        None => {
            let (hint, main) = (suggest::did_you_mean(name, keys.iter().copied()), keys[0]);
            let list = keys.join(", ");
            Err(format!(
                "{action}: there is no setting `{name}`{hint}; it takes {list}; a text with `=` in it is `{main}={word}`"
            ))
        }
    }
}

/// A value as the kind that its setting has.
fn typed(action: &str, key: &str, value: &str) -> Result<Value, String> {
    Ok(match (action, key) {
        ("pause", "on") => match value {
            "on" | "true" => true.into(),
            "off" | "false" => false.into(),
            other => return Err(format!("pause: `{other}` is neither `on` nor `off`; a step is `step={other}`")),
        },
        ("step", "step") => value.parse::<u32>().map_or_else(|_| value.into(), Value::from),
        ("speed", "speed") => match value.parse::<f64>() {
            Ok(speed) if speed.is_finite() => speed.into(),
            _ => value.into(),
        },
        _ => value.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(action: &str, words: &[&str]) -> Result<String, String> {
        let words: Vec<String> = words.iter().map(|word| word.to_string()).collect();
        read(action, &words).map(|settings| Value::Object(settings).to_string())
    }

    #[test]
    fn words_become_settings() {
        let cases: [(&str, &[&str], &str); 14] = [
            ("promote", &[], "{}"),
            ("promote", &["half"], r#"{"stage":"half"}"#),
            ("rollback", &["errors rise"], r#"{"reason":"errors rise"}"#),
            ("step", &["3"], r#"{"step":3}"#),
            ("step", &["drain"], r#"{"step":"drain"}"#),
            ("note", &["text=x=1 looks odd"], r#"{"text":"x=1 looks odd"}"#),
            ("note", &["p99 = 3s"], r#"{"text":"p99 = 3s"}"#),
            ("note", &["-5 % sales"], r#"{"text":"-5 % sales"}"#),
            ("pause", &[], "{}"),
            ("pause", &["off"], r#"{"on":false}"#),
            ("pause", &["step=1m"], r#"{"step":"1m"}"#),
            ("speed", &["60"], r#"{"speed":60.0}"#),
            ("speed", &["max"], r#"{"speed":"max"}"#),
            ("inject", &["error_burst", "by=10%", "for=5m"], r#"{"by":"10%","fault":"error_burst","for":"5m"}"#),
        ];
        for (action, words, expected) in cases {
            assert_eq!(json(action, words).as_deref(), Ok(expected), "{action} {words:?}");
        }
        assert_eq!(json("inject", &["away=ben", "for=10m"]).unwrap(), r#"{"away":"ben","for":"10m"}"#);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let cases: [(&str, &[&str], &str); 8] = [
            ("rolback", &[], "did you mean `rollback`?"),
            ("rollback", &["reson=x"], "did you mean `reason`?"),
            ("note", &["x=1"], "`text=x=1`"),
            ("note", &[], "text"),
            ("note", &["the", "graph"], "put quotes around"),
            ("inject", &["error_burst", "herring=x"], "only one of"),
            ("pause", &["1m"], "`step=1m`"),
            ("speed", &[], "speed"),
        ];
        for (action, words, says) in cases {
            let error = json(action, words).unwrap_err();
            assert!(error.contains(says), "{action} {words:?}: {error}");
        }
    }

    #[test]
    fn every_action_has_its_settings() {
        assert!(ACTS.iter().all(|action| !keys(action).is_empty()));
    }
}
