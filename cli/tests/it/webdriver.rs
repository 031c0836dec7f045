//! A browser that tests steer: WebDriver, JSON over HTTP, to Debian's `chromedriver`. Without it whoever asks passes, and says so on stderr.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// The key under which WebDriver hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// How often a condition is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A headless browser of its own; ends with its session.
pub struct Browser {
    driver: Child,
    // Kept open: a driver that cannot say anything any more would end.
    _said: BufReader<ChildStdout>,
    port: u16,
    session: String,
}

/// The program of this name, where it is installed.
fn program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let all = std::env::split_paths(&path).flat_map(|folder| names.iter().map(move |name| folder.join(name)));
    all.into_iter().find(|path| path.is_file())
}

/// One request to this machine, and what is under `value` in its answer.
pub fn request(port: u16, method: &str, path: &str, body: &Value) -> Result<Value, String> {
    let said = |error: std::io::Error| error.to_string();
    let body = if method == "GET" { String::new() } else { body.to_string() };
    let mut stream = TcpStream::connect(("127.0.0.1", port)).map_err(said)?;
    stream.set_read_timeout(Some(Duration::from_secs(60))).map_err(said)?;
    let length = body.len();
    let head =
        format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    stream.write_all((head + &body).as_bytes()).map_err(said)?;
    let answer: Value = serde_json::from_slice(&answer(stream).map_err(said)?).map_err(|error| error.to_string())?;
    let value = &answer["value"];
    if value["error"].is_string() { Err(format!("{}: {}", value["error"], value["message"])) } else { Ok(value.clone()) }
}

/// The body of an answer, as long as its head says.
fn answer(stream: TcpStream) -> std::io::Result<Vec<u8>> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 && !line.trim().is_empty() {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().map_err(std::io::Error::other)?;
        }
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(body)
}

/// The port that the driver has taken, as it says.
fn port_of(said: &mut BufReader<ChildStdout>) -> Option<u16> {
    let mut ports = said.lines().map_while(Result::ok).filter_map(|line| {
        let (_, port) = line.split_once("started successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    ports.next()
}

impl Browser {
    /// A window of this size. `None`: nothing is installed, which has been said.
    pub fn open(width: u32, height: u32) -> Option<Browser> {
        let (driver, browser) = (program(&["chromedriver"]), program(&["chromium", "chromium-browser", "google-chrome"]));
        let (Some(driver), Some(browser)) = (driver, browser) else {
            eprintln!("skipped: there is no chromedriver with a chromium in PATH; Debian's chromium and chromium-driver are");
            return None;
        };
        let mut driver = Command::new(driver).arg("--port=0").stdout(Stdio::piped()).spawn().expect("chromedriver starts");
        let mut said = BufReader::new(driver.stdout.take().expect("it is piped"));
        let port = port_of(&mut said).expect("chromedriver says its port");
        let mut it = Browser { driver, _said: said, port, session: String::new() };
        let size = format!("--window-size={width},{height}");
        let args = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", &size];
        let options = json!({ "binary": browser, "args": args });
        let wanted = json!({ "browserName": "chrome", "goog:loggingPrefs": { "browser": "ALL" }, "goog:chromeOptions": options });
        let session = request(port, "POST", "/session", &json!({ "capabilities": { "alwaysMatch": wanted } }));
        it.session = session.expect("the browser starts")["sessionId"].as_str().expect("a session has an id").to_string();
        Some(it)
    }

    fn ask(&self, method: &str, path: &str, body: Value) -> Result<Value, String> {
        request(self.port, method, &format!("/session/{}{path}", self.session), &body)
    }

    /// Opens an address.
    pub fn go(&self, address: &str) {
        self.ask("POST", "/url", json!({ "url": address })).expect("the address opens");
    }

    /// What a script returns, or what its promise comes to.
    pub fn run(&self, script: &str) -> Value {
        self.ask("POST", "/execute/sync", json!({ "script": script, "args": [] })).expect("the script runs")
    }

    /// The element that a selector finds.
    fn find(&self, selector: &str) -> Result<String, String> {
        let found = self.ask("POST", "/element", json!({ "using": "css selector", "value": selector }))?;
        Ok(found[ELEMENT].as_str().expect("an element has an id").to_string())
    }

    /// Presses it, as somebody would: where it can be seen.
    pub fn click(&self, selector: &str) {
        let clicked = self.find(selector).and_then(|id| self.ask("POST", &format!("/element/{id}/click"), json!({})));
        clicked.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// The words of an element that can be seen; empty where there is none.
    pub fn text(&self, selector: &str) -> String {
        let text = self.find(selector).and_then(|id| self.ask("GET", &format!("/element/{id}/text"), json!({})));
        text.ok().and_then(|text| text.as_str().map(str::to_string)).unwrap_or_default()
    }

    /// Whether it is there and can be seen.
    pub fn shows(&self, selector: &str) -> bool {
        let shown = self.find(selector).and_then(|id| self.ask("GET", &format!("/element/{id}/displayed"), json!({})));
        shown == Ok(Value::Bool(true))
    }

    /// Waits until something can be seen.
    pub fn wait_for(&self, selector: &str, limit: Duration) {
        self.wait_until(selector, limit, |it| it.shows(selector));
    }

    /// Waits until something holds, for about so long. Panics with what the page says when that takes longer.
    pub fn wait_until(&self, what: &str, limit: Duration, holds: impl Fn(&Browser) -> bool) {
        for _ in 0..limit.as_millis() / LOOK_EVERY.as_millis() {
            if holds(self) {
                return;
            }
            sleep(LOOK_EVERY);
        }
        panic!("{what}: not within {limit:?}\n{}\n{:?}", self.text("body"), self.complaints());
    }

    /// What the browser complains about: errors of scripts, what a policy for content forbids, what could not be loaded.
    pub fn complaints(&self) -> Vec<String> {
        let log = self.ask("POST", "/se/log", json!({ "type": "browser" })).expect("there is a log");
        let all = log.as_array().into_iter().flatten().filter(|line| line["level"] == "SEVERE");
        // Browsers ask for an icon by themselves.
        all.map(|line| line["message"].to_string()).filter(|line| !line.contains("/favicon.ico")).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver ends its browser with the session; what goes wrong here fails no test.
        let _ = self.ask("DELETE", "", json!({}));
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
