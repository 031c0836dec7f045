//! A whole drill through its page, in a browser.

use crate::held::Drill;
use crate::webdriver::{Browser, request};
use serde_json::json;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, sleep};
use std::time::Duration;

/// For what takes a moment.
const SOON: Duration = Duration::from_secs(15);
/// For what takes minutes of the rollout, at 60 of its seconds a second.
const LATER: Duration = Duration::from_secs(120);
/// The second press counts from here on: a double click is no confirmation.
const DELIBERATE: Duration = Duration::from_millis(400);

/// A breach that comes soon, a minute of the rollout a second.
fn hold(record: &Path) -> Drill {
    let record = record.to_string_lossy();
    let speed = ["--seed", "3", "--start", "fault-2m", "--speed", "60", "--record", &record];
    Drill::hold(&[&["cancel-latency-spike", "--policy", "careful"], speed.as_slice()].concat())
}

/// Between the browser and the drill: can be pulled, and plugged in again.
struct Cable {
    port: u16,
    plugged: Arc<AtomicBool>,
    streams: Arc<Mutex<Vec<TcpStream>>>,
}

impl Cable {
    /// To the server at this address.
    fn to(address: &str) -> Cable {
        let server = address.trim_start_matches("http://").split('/').next().unwrap_or_default().to_string();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let cable = Cable { port, plugged: Arc::new(AtomicBool::new(true)), streams: Arc::default() };
        let (plugged, streams) = (cable.plugged.clone(), cable.streams.clone());
        thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let far = plugged.load(Ordering::SeqCst).then(|| TcpStream::connect(&server).ok()).flatten();
                far.and_then(|far| join(&streams, near, far).ok());
            }
        });
        cable
    }

    fn pull(&self) {
        self.plugged.store(false, Ordering::SeqCst);
        for stream in self.streams.lock().expect("no thread panics").drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    fn plug_in(&self) {
        self.plugged.store(true, Ordering::SeqCst);
    }
}

/// Copies what comes on either side to the other.
fn join(streams: &Mutex<Vec<TcpStream>>, near: TcpStream, far: TcpStream) -> std::io::Result<()> {
    for (mut from, mut to) in [(near.try_clone()?, far.try_clone()?), (far.try_clone()?, near.try_clone()?)] {
        thread::spawn(move || {
            let _ = std::io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Both);
        });
    }
    streams.lock().expect("no thread panics").extend([near, far]);
    Ok(())
}

/// Presses a button of the bar, and waits for the answer beside it.
fn press(browser: &Browser, button: &str) {
    browser.run("document.querySelector('#bar > .answer').textContent = ''");
    browser.click(button);
    browser.wait_until(button, SOON, |page| !page.text("#bar > .answer").is_empty());
    let answer = browser.text("#bar > .answer");
    assert!(browser.shows("#bar > .answer[data-ok='true']"), "{button}: {answer}");
}

fn roll_back(browser: &Browser) {
    browser.click("#rollback");
    browser.wait_for("#rollback[data-armed]", SOON);
    assert_eq!(browser.run("return document.body.dataset.phase"), "forward", "one press does nothing");
    sleep(DELIBERATE);
    browser.click("#rollback");
    browser.wait_for("body[data-phase='back']", SOON);
}

/// Runs what is next until nothing is; returns how many steps that were.
fn run_the_playbook(browser: &Browser, who: &str) -> usize {
    let mut ran = 0;
    while let Some(step) = browser.run("return document.querySelector('[data-next]')?.dataset.step ?? null").as_str() {
        press(browser, "#step");
        let ticked = format!("[data-step='{step}'][data-ran]");
        browser.wait_for(&ticked, SOON);
        assert!(browser.text(&format!("{ticked} .runs")).contains(who), "step {step} says who ran it");
        browser.wait_until("the next step", SOON, |page| !page.shows(&format!("[data-step='{step}'][data-next]")));
        ran += 1;
    }
    ran
}

/// From the breach to the report.
fn play(browser: &Browser) {
    browser.wait_for("[data-gate='cancel-to-ack'][data-status='fail']", LATER);
    browser.wait_for("#alarm[data-alarm='fail']", SOON);
    assert!(browser.run("return document.title").to_string().contains("FAIL cancel-to-ack"), "the tab says so too");
    assert!(browser.shows("#gate-cancel-to-ack canvas"), "there is a chart");
    press(browser, "#acknowledge");
    roll_back(browser);
    assert!(run_the_playbook(browser, "ana") >= 1, "there are steps");
    assert!(browser.text("#log").contains("ana"), "the log says who did what");
    browser.wait_for("#over", LATER);
    browser.wait_for("#report-link", SOON);
    assert_eq!(browser.complaints(), Vec::<String>::new());
    browser.click("#report-link");
    browser.wait_until("the report", SOON, |page| page.run("return location.pathname") == "/report");
    browser.wait_until("its heading", SOON, |page| !page.text("h1").is_empty());
}

/// The page's log, oldest first, against that of the server: `null` where they are the same, else both.
const SAME_LOG: &str = "return fetch('/api/state?role=operator').then((answer) => answer.json()).then(({ log }) => {
    const shown = [...document.querySelectorAll('#log .words')].map((node) => node.textContent).reverse();
    const kept = log.map((line) => line.text);
    return JSON.stringify(shown) === JSON.stringify(kept) ? null : { shown, kept };
})";

/// Events cut into pieces anywhere come to the same; times and values as people write them.
const COMPUTED: &str = r#"return Promise.all([import('/stream.js'), import('/words.js')]).then(([stream, words]) => {
    const text = ': ping\n\nid: 7\nevent: log\ndata: {"a":\ndata: 1}\n\nevent: reset\r\ndata: {}\r\n\r\n';
    const read = (pieces) => { const all = []; const feed = stream.parser((one) => all.push(one)); pieces.forEach(feed); return all; };
    return {
        whole: read([text]), pieces: read([...text]),
        times: [words.at(3661.9), words.at(432000), words.span(0), words.span(3840), words.span(86461)],
        values: [[0.72, 'seconds'], [0, 'seconds'], [9.175, 'seconds'], [5400, 'seconds'], [0.0283, 'share'], [0.05, 'per_second'], [12345.6, 'plain'],
                 [null, 'plain']].map(([n, unit]) => words.value(n, unit)),
    };
})"#;

#[test]
fn reconnecting_loses_nothing() {
    let Some(browser) = Browser::open(1400, 900) else { return };
    let folder = tempfile::tempdir().unwrap();
    let drill = hold(&folder.path().join("drill.jsonl"));
    let cable = Cable::to(&drill.address);
    browser.go(&format!("http://127.0.0.1:{}/?role=operator", cable.port));
    browser.wait_for("[data-link='live']", SOON);
    cable.pull();
    browser.wait_for("#lost", SOON);
    // Something happens that the page does not hear of.
    let port =
        drill.address.trim_end_matches('/').rsplit(':').next().and_then(|port| port.parse().ok()).expect("there is a port");
    for number in 1..=3 {
        let note = json!({ "text": format!("unseen, {number}") });
        request(port, "POST", "/api/act/note?role=observer", &note).expect("the note is taken");
    }
    sleep(Duration::from_secs(2));
    cable.plug_in();
    browser.wait_for("[data-link='live']", SOON);
    assert!(!browser.shows("#lost"));
    browser.wait_until("the server's log", SOON, |page| page.run(SAME_LOG).is_null());
    assert!((1..=3).all(|number| browser.text("#log").contains(&format!("unseen, {number}"))), "{}", browser.text("#log"));
}

#[test]
fn the_page_computes_what_it_should() {
    let Some(browser) = Browser::open(1400, 900) else { return };
    let folder = tempfile::tempdir().unwrap();
    let drill = hold(&folder.path().join("drill.jsonl"));
    browser.go(&drill.page("ana", "operator"));
    let computed = browser.run(COMPUTED);
    let events = json!([{ "id": "7", "event": "log", "data": "{\"a\":\n1}" }, { "event": "reset", "data": "{}" }]);
    assert_eq!(computed["whole"], events);
    assert_eq!(computed["pieces"], events);
    assert_eq!(computed["times"], json!(["T+01:01:01", "T+5d 00:00:00", "0s", "1h 4m", "1d"]));
    assert_eq!(
        computed["values"],
        json!(["720\u{a0}ms", "0\u{a0}s", "9.18\u{a0}s", "90\u{a0}min", "2.83\u{a0}%", "3/min", "12,346", "-"])
    );
}

#[test]
fn a_drill_is_played_through_its_page() {
    let Some(browser) = Browser::open(1400, 900) else { return };
    let folder = tempfile::tempdir().unwrap();
    let drill = hold(&folder.path().join("drill.jsonl"));
    browser.go(&drill.page("ana", "operator"));
    play(&browser);
}

#[test]
fn a_drill_is_played_on_a_phone() {
    let Some(browser) = Browser::open(500, 844) else { return };
    let folder = tempfile::tempdir().unwrap();
    let drill = hold(&folder.path().join("drill.jsonl"));
    browser.go(&drill.page("ana", "operator"));
    browser.wait_for("#buttons", SOON);
    let beyond = browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth");
    assert_eq!(beyond, 0, "nothing is wider than the window");
    play(&browser);
}
