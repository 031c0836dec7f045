//! Pages that can be mailed: one file, no scripts, nothing fetched, light and dark, readable on a phone.

mod score;
mod trial;

pub use score::html_score;
pub use trial::html_trial;

use crate::charts;
use crate::words::Escaped;

const STYLE: &str = include_str!("style.css");

/// A whole page around a body that is HTML already.
fn page(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n\
         <title>{}</title>\n<style>\n{STYLE}{}\n</style>\n</head>\n<body>\n{body}</body>\n</html>\n",
        Escaped(title),
        charts::STYLE
    )
}

/// Text in which names stand in backquotes.
fn prose(text: &str) -> String {
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
fn table(header: &[&str], numbers: &[usize], rows: impl Iterator<Item = Vec<String>>) -> String {
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
fn figure(svg: &str, caption: &str) -> String {
    format!("<figure><div class=\"wide\">\n{svg}</div><figcaption>{}</figcaption></figure>\n", Escaped(caption))
}
