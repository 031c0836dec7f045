//! Reports of drills: of real plays, and of some that are made up.

mod laws;
mod made_up;
mod play;
mod real;

use super::{Score, html, json, markdown, score, verdict};
use crate::account::Account;

/// The report in every format; what holds of each is checked on the way.
fn reported(name: &str, account: &Account) -> (Score, String) {
    let score = score(account);
    let (page, text) = (html(account, &score), markdown(account, &score));
    look(&format!("{name}.html"), &page);
    look(&format!("{name}.md"), &text);
    self_contained(&page);
    matches_schema(&json(account, &score));
    assert!(!verdict(account, &score).contains(char::is_control), "the verdict is one line");
    (score, text)
}

/// Leaves a file beside the test binaries for a person to look at.
fn look(name: &str, text: &str) {
    let folder = std::env::current_exe().expect("a test runs").with_file_name("drill-reports");
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(folder.join(name), text))
        .expect("the target folder can be written");
}

fn self_contained(page: &str) {
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
    let document = roxmltree::Document::parse_with_options(page, options).expect("well-formed");
    for node in document.descendants() {
        assert!(!["script", "link", "img", "iframe", "object", "image", "use"].contains(&node.tag_name().name()), "{node:?}");
        for attribute in node.attributes() {
            assert!(!["src", "href"].contains(&attribute.name()) && !attribute.name().starts_with("on"), "{attribute:?}");
        }
    }
    // Namespaces are names, not addresses.
    assert!(
        !page.replace("http://www.w3.org/2000/svg", "").contains("http:") && !page.contains("url(") && !page.contains("@import")
    );
}

fn matches_schema(text: &str) {
    let published =
        gatecrash_reports::schemas::SCHEMAS.iter().find(|schema| schema.name == "drill-report").expect("it is published");
    let validator = jsonschema::draft202012::new(&serde_json::from_str(published.text).unwrap()).unwrap();
    let value = serde_json::from_str(text).unwrap();
    let wrong: Vec<String> = validator.iter_errors(&value).map(|e| format!("{e} at {}", e.instance_path())).collect();
    assert_eq!(wrong, Vec::<String>::new());
}
