//! Pages that can be mailed: one file, nothing fetched, light and dark, readable on a phone. Without scripts, but for that of a search,
//! which is allowed by its hash and tells nothing that the page does not have without it.

mod hash;
mod score;
mod trial;
mod tune;

pub use score::html_score;
pub use trial::{html_trial, near};
pub use tune::html_tune;

use crate::charts;
use crate::words::Escaped;
pub(crate) use hash::sha256_hex;

const STYLE: &str = include_str!("style.css");

/// A whole page around a body that is HTML already.
fn page(title: &str, body: &str) -> String {
    page_with(title, "", None, body)
}

/// A page with more style than the others have, and with a script of its own.
pub fn page_with(title: &str, style: &str, script: Option<&str>, body: &str) -> String {
    let allowed = script.map_or(String::new(), |script| format!("; script-src '{}'", hash::source_of(script)));
    let script = script.map_or(String::new(), |script| format!("<script>{script}</script>\n"));
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'{allowed}\"/>\n\
         <title>{}</title>\n<style>\n{STYLE}{style}{}\n</style>\n</head>\n<body>\n{body}{script}</body>\n</html>\n",
        Escaped(title),
        charts::STYLE
    )
}

/// Text in which names stand in backquotes, as HTML.
pub fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let last = parts.len() - 1;
    let part = |(i, part): (usize, &&str)| match (i % 2, i == last) {
        (1, false) => format!("<code>{}</code>", Escaped(part)),
        (1, true) => format!("`{}", Escaped(part)),
        _ => Escaped(part).to_string(),
    };
    parts.iter().enumerate().map(part).collect()
}

/// A table of text. The first column names the row; `numbers` are the columns that are set to the right.
pub fn table(header: &[&str], numbers: &[usize], rows: impl Iterator<Item = Vec<String>>) -> String {
    let class = |i: usize| if numbers.contains(&i) { " class=\"n\"" } else { "" };
    let cells = |tag: &str, texts: &[String]| {
        let one = |(i, text): (usize, &String)| format!("<{tag}{}>{}</{tag}>", class(i), Escaped(text));
        texts.iter().enumerate().map(one).collect::<String>()
    };
    let head: Vec<String> = header.iter().map(|h| h.to_string()).collect();
    let body: String = rows.map(|row| format!("<tr>{}</tr>\n", cells("td", &row))).collect();
    format!(
        "<div class=\"wide\"><table>\n<thead><tr>{}</tr></thead>\n<tbody>\n{body}</tbody>\n</table></div>\n",
        cells("th", &head)
    )
}

/// A picture that keeps its size on a phone, where it can be moved sideways.
pub fn figure(svg: &str, caption: &str) -> String {
    format!("<figure><div class=\"wide\">\n{svg}</div><figcaption>{}</figcaption></figure>\n", Escaped(caption))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_allows_the_very_script_that_it_has() {
        let page = page_with("t", "", Some("let a = 1;\n"), "");
        let (_, script) = page.split_once("<script>").expect("a script");
        let (script, _) = script.split_once("</script>").expect("its end");
        assert!(page.contains(&format!("style-src 'unsafe-inline'; script-src '{}'\"", hash::source_of(script))), "{page}");
        assert!(!super::page("t", "").contains("script"));
    }
}
