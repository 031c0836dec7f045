//! A server with an engine that only writes down what it is asked, and requests byte by byte.

use gatecrash_drill::desk::{Ask, Done, Publication, Refusal};
use gatecrash_drill::hub::Hub;
use gatecrash_drill::role::Caller;
use gatecrash_drill::server::{Limits, Server};
use gatecrash_drill::state::{Line, State};
use gatecrash_drill::{Act, Tokens};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tokio::sync::oneshot;

pub const FACILITATOR: &str = "facilitator-token-0123456789";
pub const OPERATOR: &str = "operator-token-0123456789";
pub const OBSERVER: &str = "observer-token-0123456789";

/// A token for each role; the operator's has a name.
pub fn tokens() -> Tokens {
    let text = format!("facilitator {FACILITATOR}\noperator {OPERATOR} Ben\nobserver {OBSERVER}\n");
    Tokens::parse(&text, "tokens").unwrap()
}

/// What the engine was asked.
#[derive(Default)]
pub struct Asked {
    pub acts: Vec<(Act, Caller)>,
    pub refused: Vec<(Caller, String)>,
}

/// A server that runs.
pub struct Drill {
    pub hub: Arc<Hub>,
    pub address: SocketAddr,
    pub asked: Arc<Mutex<Asked>>,
    stop: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<()>>,
}

/// Says yes to whatever it is asked, but to promotions, which are not possible, and to the reason `never`, which it leaves open.
fn engine(asks: Receiver<Ask>, asked: Arc<Mutex<Asked>>) {
    let mut open = Vec::new();
    for ask in asks {
        let mut asked = asked.lock().unwrap();
        match ask {
            Ask::Act { act: Act::Hold { reason }, answer, .. } if reason == "never" => open.push(answer),
            Ask::Act { act, caller, answer } => {
                let answered = match &act {
                    Act::Promote { .. } => Err(Refusal::Conflict("the stage has not soaked".into())),
                    Act::Step { .. } => Err(Refusal::Bad("there is no such step".into())),
                    Act::Page { .. } => Err(Refusal::Forbidden("ben is away".into())),
                    act => Ok(Done { t_s: 12.5, text: format!("{} does {}", caller.who, act.name()) }),
                };
                asked.acts.push((act, caller));
                let _ = answer.send(answered);
            }
            Ask::Refused { caller, text } => asked.refused.push((caller, text)),
            Ask::Stop => break,
        }
    }
}

impl Drill {
    /// One with these tokens and limits.
    pub fn new(tokens: Tokens, limits: Limits) -> Drill {
        let (asks, desk) = mpsc::sync_channel(64);
        let asked = Arc::new(Mutex::new(Asked::default()));
        let theirs = asked.clone();
        thread::spawn(move || engine(desk, theirs));
        let mut drill = Drill::before(asks, tokens, limits);
        drill.asked = asked;
        drill
    }

    /// One before an engine of the test's own.
    pub fn before(asks: SyncSender<Ask>, tokens: Tokens, limits: Limits) -> Drill {
        let hub = Hub::new();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let any = "127.0.0.1:0".parse().unwrap();
        let server = runtime.block_on(Server::bind(any, hub.clone(), tokens, asks)).unwrap().with(limits);
        let address = server.address().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let server = thread::spawn(move || {
            runtime.block_on(server.serve(async {
                let _ = stopped.await;
            }))
        });
        Drill { hub, address, asked: Arc::default(), stop: Some(stop), server: Some(server) }
    }

    /// Everybody may do everything.
    pub fn open() -> Drill {
        Drill::new(Tokens::default(), Limits::default())
    }

    /// Asks and waits for the whole answer.
    pub fn ask(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        ask(self.address, method, target, headers, body)
    }

    pub fn get(&self, target: &str) -> Answer {
        self.ask("GET", target, &[], "")
    }

    pub fn post(&self, target: &str, body: &str) -> Answer {
        self.ask("POST", target, &[], body)
    }

    /// The same with a token.
    pub fn with(&self, token: &str, method: &str, target: &str, body: &str) -> Answer {
        self.ask(method, target, &[("Authorization", &format!("Bearer {token}"))], body)
    }

    /// The refusals that the engine heard of, as soon as there is another.
    pub fn refused(&self, count: usize) -> Vec<(Caller, String)> {
        eventually(|| self.asked.lock().unwrap().refused.len() >= count);
        self.asked.lock().unwrap().refused.clone()
    }

    /// Stops it, and waits until it has.
    pub fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(server) = self.server.take() {
            server.join().expect("the server ends without a panic");
        }
    }
}

impl Drop for Drill {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Waits for something that will be so in a moment.
pub fn eventually(mut is_so: impl FnMut() -> bool) {
    for _ in 0..4_000 {
        if is_so() {
            return;
        }
        thread::sleep(Duration::from_millis(5));
    }
    panic!("in twenty seconds it has not come to be");
}

/// What a server says.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    /// What it says about why not.
    pub fn error(&self) -> String {
        assert_eq!(self.json()["ok"], false, "{}", self.body);
        self.json()["error"].as_str().unwrap().to_string()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// A request as HTTP/1.0, whose answer ends with the connection and comes in one piece.
pub fn request(address: SocketAddr, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> String {
    let mut text = format!("{method} {target} HTTP/1.0\r\n");
    if !headers.iter().any(|(name, _)| *name == "Host") {
        text += &format!("Host: {address}\r\n");
    }
    headers.iter().filter(|(_, value)| !value.is_empty()).for_each(|(name, value)| text += &format!("{name}: {value}\r\n"));
    text + &format!("Content-Length: {}\r\n\r\n{body}", body.len())
}

/// Asks and waits for the whole answer.
pub fn ask(address: SocketAddr, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(request(address, method, target, headers, body).as_bytes()).unwrap();
    answer(&mut stream).expect("there is an answer")
}

/// The answer that comes; `None` where the connection ends without one.
pub fn answer(stream: &mut TcpStream) -> Option<Answer> {
    let mut bytes = Vec::new();
    // A reset after the answer is how a server closes on somebody who has more to say.
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, head: head.to_string(), body: body.to_string() })
}

/// Somebody who watches.
pub struct Watcher {
    lines: BufReader<TcpStream>,
}

/// An event as it came.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Event {
    pub id: u64,
    pub name: String,
    pub data: String,
}

impl Watcher {
    /// Begins to watch.
    pub fn new(address: SocketAddr, target: &str, headers: &[(&str, &str)]) -> Watcher {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(request(address, "GET", target, headers, "").as_bytes()).unwrap();
        let mut lines = BufReader::new(stream);
        let mut line = String::new();
        while lines.read_line(&mut line).unwrap() > 2 {
            assert!(!line.starts_with("HTTP") || line.contains("200"), "{line}");
            line.clear();
        }
        Watcher { lines }
    }

    /// The next event; `None` at the end.
    pub fn next(&mut self) -> Option<Event> {
        let mut event = Event::default();
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line).expect("the stream goes on or ends") == 0 {
                return None;
            }
            match line.trim_end().split_once(": ") {
                Some(("id", id)) => event.id = id.parse().unwrap(),
                Some(("event", name)) => event.name = name.into(),
                Some(("data", data)) => event.data = data.into(),
                None if !event.name.is_empty() => return Some(event),
                _ => (),
            }
        }
    }
}

/// A publication with a line.
pub fn said(text: impl Into<String>) -> Publication {
    let line = Line { t_s: 1.0, kind: "note".into(), who: None, role: None, text: text.into() };
    Publication { state: State::default(), lines: vec![(line, false)], ..Publication::default() }
}
