//! The page of a live drill: the files that it is made of, embedded as they are. There is no build step, and nothing comes from elsewhere.
//!
//! `app.js` is where it begins: `stream.js` follows the server, `view.js`, `gates.js`, `playbook.js`, `log.js` and `facilitator.js`
//! show a part each, `acts.js` and `buttons.js` send what people do.

/// A file of the page.
#[derive(Clone, Copy, Debug)]
pub struct File {
    /// Where it is served.
    pub path: &'static str,
    /// Its content type.
    pub kind: &'static str,
    /// What is in it.
    pub text: &'static str,
}

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

const fn file(path: &'static str, kind: &'static str, text: &'static str) -> File {
    File { path, kind, text }
}

/// All of them.
pub const FILES: [File; 19] = [
    file("/", "text/html; charset=utf-8", include_str!("index.html")),
    file("/app.css", STYLE, include_str!("app.css")),
    file("/uplot.css", STYLE, include_str!("vendor/uPlot.min.css")),
    file("/uplot.js", SCRIPT, include_str!("vendor/uPlot.iife.min.js")),
    file("/acts.js", SCRIPT, include_str!("acts.js")),
    file("/api.js", SCRIPT, include_str!("api.js")),
    file("/app.js", SCRIPT, include_str!("app.js")),
    file("/buttons.js", SCRIPT, include_str!("buttons.js")),
    file("/charts.js", SCRIPT, include_str!("charts.js")),
    file("/columns.js", SCRIPT, include_str!("columns.js")),
    file("/dom.js", SCRIPT, include_str!("dom.js")),
    file("/facilitator.js", SCRIPT, include_str!("facilitator.js")),
    file("/gates.js", SCRIPT, include_str!("gates.js")),
    file("/log.js", SCRIPT, include_str!("log.js")),
    file("/playbook.js", SCRIPT, include_str!("playbook.js")),
    file("/presets.js", SCRIPT, include_str!("presets.js")),
    file("/stream.js", SCRIPT, include_str!("stream.js")),
    file("/view.js", SCRIPT, include_str!("view.js")),
    file("/words.js", SCRIPT, include_str!("words.js")),
];

/// The file of this path.
pub fn find(path: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.path == path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatecrash_sim::presets::PRESETS;

    /// What stands between two marks, each time.
    fn between<'a>(text: &'a str, before: &'a str, after: &'a str) -> impl Iterator<Item = &'a str> {
        text.split(before).skip(1).map(move |rest| rest.split(after).next().expect("split yields at least one"))
    }

    fn text(path: &str) -> &'static str {
        find(path).expect("it is a file of the page").text
    }

    fn own() -> impl Iterator<Item = &'static File> {
        FILES.iter().filter(|file| !file.path.starts_with("/uplot"))
    }

    #[test]
    fn all_that_is_asked_for_is_there() {
        for file in own().filter(|file| file.kind == SCRIPT) {
            for name in between(file.text, "from \".", "\"") {
                assert!(find(name).is_some(), "{} imports .{name}", file.path);
            }
        }
        for attribute in ["src=\"", "rel=\"stylesheet\" href=\""] {
            assert!(between(text("/"), attribute, "\"").all(|path| find(path).is_some()), "{attribute}");
        }
    }

    #[test]
    fn the_policy_for_content_is_kept() {
        let page = text("/");
        assert!(!page.contains("<style") && !page.contains("style=") && !page.contains("javascript:"));
        assert!(between(page, "<script", ">").all(|attributes| attributes.contains("src=")), "no script in the page itself");
        assert!(between(page, " on", "\"").all(|name| !name.ends_with('=') || name.contains(' ')), "no handler in an attribute");
        for file in own() {
            assert!(!file.text.contains("://"), "{}: nothing from elsewhere", file.path);
            for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "setAttribute(\"style"] {
                assert!(!file.text.contains(word), "{}: {word}", file.path);
            }
        }
    }

    #[test]
    fn what_scripts_look_for_is_in_the_page() {
        for file in own().filter(|file| file.kind == SCRIPT) {
            for call in ["el(\"", "clone(\""] {
                for id in between(file.text, call, "\"") {
                    assert!(text("/").contains(&format!("id=\"{id}\"")), "{}: {id}", file.path);
                }
            }
        }
    }

    #[test]
    fn every_preset_can_be_injected() {
        let offered: Vec<&str> = between(text("/presets.js"), "  [\"", "\"").collect();
        let presets: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
        assert_eq!(offered, presets, "presets.js is as `gatecrash list faults` prints");
        for preset in PRESETS {
            assert!(text("/presets.js").contains(preset.about), "{}", preset.name);
        }
    }
}
