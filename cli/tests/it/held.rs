//! A drill that the binary holds, for tests.

use crate::support::Ran;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle, sleep};
use std::time::Duration;

/// For what takes a moment.
const SOON: Duration = Duration::from_secs(30);
/// How often to look before giving up: two minutes.
const LOOKS: u32 = 2_400;

/// A drill under way; ends with the test.
pub struct Drill {
    pub program: Child,
    /// Where its page is, with a slash at the end.
    pub address: String,
    out: Option<JoinHandle<String>>,
    err: Option<JoinHandle<String>>,
}

impl Drill {
    /// Begins one on a free port.
    pub fn hold(args: &[&str]) -> Drill {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gatecrash"));
        command.args(["drill", "--listen", "127.0.0.1:0"]).args(args);
        let mut program = command.stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the binary starts");
        let lines = BufReader::new(program.stderr.take().expect("it is piped")).lines();
        let mut stdout = program.stdout.take().expect("it is piped");
        let (found, address) = mpsc::channel();
        // Both are read to the end, so that the program never waits for somebody to read.
        let err = thread::spawn(move || {
            let mut all = String::new();
            for line in lines.map_while(Result::ok) {
                let word = line.split_whitespace().find(|word| word.starts_with("http://127.0.0.1:"));
                word.into_iter().for_each(|word| drop(found.send(word.to_string())));
                all.push_str(&line);
                all.push('\n');
            }
            all
        });
        let out = thread::spawn(move || {
            let mut all = String::new();
            let _ = stdout.read_to_string(&mut all);
            all
        });
        let address = address.recv_timeout(SOON);
        let drill = Drill { program, address: address.clone().unwrap_or_default(), out: Some(out), err: Some(err) };
        address.expect("the program prints where the page is");
        drill
    }

    /// The page's address for somebody in a role.
    pub fn page(&self, who: &str, role: &str) -> String {
        format!("{}?who={who}&role={role}", self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.trim_end_matches('/').rsplit(':').next().and_then(|port| port.parse().ok()).expect("there is a port")
    }

    /// What it looks like now to an operator.
    pub fn state(&self) -> Value {
        let mut answer = ureq::get(format!("{}api/state", self.address)).call().expect("it answers");
        answer.body_mut().read_json().expect("it is JSON")
    }

    /// Does something as ana, an operator: the status, and what was said.
    pub fn act(&self, act: &str, settings: &Value) -> (u16, Value) {
        let mut body = json!({"who": "ana"});
        settings.as_object().expect("an object").iter().for_each(|(key, value)| body[key] = value.clone());
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        let mut answer = agent.post(format!("{}api/act/{act}", self.address)).send_json(&body).expect("it answers");
        (answer.status().as_u16(), answer.body_mut().read_json().expect("it is JSON"))
    }

    /// Waits until a gate says something.
    pub fn wait_for_gate(&self, gate: &str, status: &str) {
        self.wait_until(|state| {
            state["gates"].as_array().expect("gates").iter().any(|g| g["name"] == gate && g["status"] == status)
        });
    }

    /// Waits until it looks so.
    pub fn wait_until(&self, holds: impl Fn(&Value) -> bool) {
        let mut looks = 0;
        while !holds(&self.state()["state"]) {
            looks += 1;
            assert!(looks < LOOKS, "it does not come to this: {}", self.state()["state"]);
            sleep(Duration::from_millis(50));
        }
    }

    /// Sends a signal by name, and waits for the end: what it printed.
    pub fn signal(self, name: &str) -> Ran {
        let status = Command::new("kill").args([&format!("-{name}"), &self.program.id().to_string()]).status();
        assert!(status.expect("kill starts").success());
        self.end()
    }

    /// Waits for the end: what it printed. The code is -1 where a signal ended it.
    pub fn end(mut self) -> Ran {
        let code = self.program.wait().expect("it ends").code().unwrap_or(-1);
        let text = |thread: Option<JoinHandle<String>>| thread.expect("once").join().expect("no thread panics");
        Ran { code, out: text(self.out.take()), err: text(self.err.take()) }
    }
}

impl Drop for Drill {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}
