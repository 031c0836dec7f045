//! What a drill shows to monitoring systems: the same as an export of the same samples, and Prometheus reads it.

use crate::counterparties::find;
use crate::openmetrics::read;
use crate::support::{folder, gatecrash, path};
use gatecrash_drill::metrics::{CONTENT_TYPE, Exposition, Facts, GateFact};
use gatecrash_policies::policy::Op;
use gatecrash_policies::sample::Sample;
use gatecrash_policies::verdict::Status;
use gatecrash_scenarios::{load_policy, load_scenario};
use gatecrash_sim::Match;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The page when every sample of a trial that was not lost has arrived.
fn page(scenario: &str) -> String {
    let scenario = load_scenario(scenario).expect("it is built in");
    let policy = load_policy("careful").expect("it is built in");
    let game = Match::new(&scenario.value, &[&policy.value]).expect("they go together");
    let trial = game.play(1, true).remove(0);
    let detail = trial.detail.expect("it was asked for");
    let mut arrived: Vec<&Sample> = detail.samples.iter().zip(&detail.lost).filter(|(_, lost)| !**lost).map(|(s, _)| s).collect();
    arrived.sort_by_key(|sample| sample.arrived);
    let mut exposition = Exposition::new(&detail.catalog);
    arrived.into_iter().for_each(|sample| exposition.take(sample));
    let gate = GateFact { name: "errors".into(), status: Status::Fail, value: Some(0.05), op: Op::AtMost, limit: Some(0.02) };
    let stage = Some((0, "canary".to_string()));
    exposition.render(&Facts { clock_s: trial.stopped.seconds(), stage, gates: vec![gate], speed: 1.0, ..Facts::default() })
}

/// The values of a page by series, the labels in order.
fn values(page: &str) -> BTreeMap<String, f64> {
    let lines = page.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.rsplit_once(' ').expect("a value"))
        .map(|(name, value)| (sorted(name), value.parse().expect("a number")))
        .collect()
}

fn sorted(name: &str) -> String {
    let Some((plain, labels)) = name.split_once('{') else { return name.to_string() };
    let mut labels: Vec<&str> = labels.trim_end_matches('}').split(',').collect();
    labels.sort_unstable();
    format!("{plain}{{{}}}", labels.join(","))
}

#[test]
fn a_page_and_an_export_tell_the_same() {
    for scenario in ["cancel-latency-spike", "lost-telemetry"] {
        let page = values(&page(scenario));
        let export = read(&gatecrash(&["export", "openmetrics", scenario, "--policy", "careful"]).ok());
        let mut same = 0;
        for (name, points) in &export.series {
            let counts = ["_total{", "_bucket{", "_count{", "_sum{"].iter().any(|ending| name.contains(ending));
            if counts && !name.contains("_truth_") {
                assert_eq!(page.get(&sorted(name)), points.last().map(|point| &point.1), "{name}");
                same += 1;
            }
        }
        assert!(same > 200, "{scenario}: {same} series");
        assert!(!page.keys().any(|name| name.contains("_truth_")), "nobody is told the truth");
    }
}

/// Answers every request with this page, for as long as the tests last.
fn serve(page: String) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("some port is free");
    let port = listener.local_addr().expect("it is bound").port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let _ = stream.read(&mut [0; 4096]);
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: {CONTENT_TYPE}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                page.len()
            );
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(page.as_bytes()));
        }
    });
    port
}

/// A Prometheus that ends with the test.
pub struct Prometheus {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Prometheus {
    /// With the kit's configuration, but every second, and another target.
    pub fn watching(target: u16) -> Option<Prometheus> {
        let program = find("prometheus")?;
        let config = include_str!("../../../drill/kit/prometheus.yml");
        let config = config.replace("127.0.0.1:7878", &format!("127.0.0.1:{target}")).replace("5s", "1s");
        // An alert of the kit that waits for a minute waits for two seconds here.
        let rules = include_str!("../../../drill/kit/rules.yml").replace("for: 1m", "for: 2s");
        let folder = folder(&[("prometheus.yml", &config), ("rules.yml", &rules)]);
        let port = TcpListener::bind("127.0.0.1:0").expect("some port is free").local_addr().expect("it is bound").port();
        let child = Command::new(program)
            .arg(format!("--config.file={}", path(&folder, "prometheus.yml")))
            .arg(format!("--storage.tsdb.path={}", path(&folder, "data")))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .arg("--log.level=error")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("prometheus starts");
        Some(Prometheus { child, port, _folder: folder })
    }

    /// The series that an expression gives now; none while there is no answer.
    fn ask(&self, expression: &str) -> Vec<serde_json::Value> {
        let url = format!("http://127.0.0.1:{}/api/v1/query", self.port);
        let answer = ureq::get(url).query("query", expression).call();
        let answer: serde_json::Value = match answer.map(|mut answer| answer.body_mut().read_json()) {
            Ok(Ok(json)) => json,
            _ => return Vec::new(),
        };
        answer["data"]["result"].as_array().cloned().unwrap_or_default()
    }

    /// The same, once there is something; at most half a minute.
    pub fn wait_for(&self, expression: &str) -> Vec<serde_json::Value> {
        for _ in 0..150 {
            let found = self.ask(expression);
            if !found.is_empty() {
                return found;
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        panic!("prometheus knows nothing of {expression}; of the target: {:?}", self.ask("up"));
    }
}

#[test]
fn prometheus_reads_the_page_and_alerts() {
    let page = page("cancel-latency-spike");
    let Some(prometheus) = Prometheus::watching(serve(page.clone())) else { return };
    prometheus.wait_for("up == 1");
    let (said, mut same) = (values(&page), 0);
    for found in prometheus.wait_for("{job=\"gatecrash\",__name__=~\"gatecrash_.+\"}") {
        let labels = found["metric"].as_object().expect("labels").iter();
        let own = labels.filter(|(name, _)| !["__name__", "job", "instance"].contains(&name.as_str()));
        let own: Vec<String> = own.map(|(name, value)| format!("{name}={value}")).collect();
        let plain = found["metric"]["__name__"].as_str().expect("a name");
        let name = if own.is_empty() { plain.to_string() } else { sorted(&format!("{plain}{{{}", own.join(","))) };
        let value: f64 = found["value"][1].as_str().expect("a value").parse().expect("a number");
        assert_eq!(said.get(&name), Some(&value), "{name}");
        same += 1;
    }
    assert_eq!(same, said.len(), "nothing is left out");
    let alert = prometheus.wait_for("ALERTS{alertname=\"GatecrashGateFails\",gate=\"errors\"}");
    assert_eq!(alert.len(), 1);
}
