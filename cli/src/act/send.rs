//! One request to a drill.

use serde_json::{Map, Value};
use std::time::Duration;
use ureq::Agent;

/// A drill answers within ten seconds or says that it does not.
const PATIENCE: Duration = Duration::from_secs(20);
/// An answer has at most so many bytes.
const ANSWER_MAX: u64 = 1 << 20;

/// Where a drill is, and who speaks to it.
pub struct Sender<'a> {
    /// `http://HOST:PORT`
    pub to: &'a str,
    /// The token, where one is needed.
    pub token: Option<&'a str>,
    /// The role, where none is.
    pub role: Option<&'a str>,
}

impl Sender<'_> {
    /// Has an act done: what happened, or why the drill refused it.
    ///
    /// # Errors
    /// There is no drill to ask, and what to do.
    pub fn send(&self, action: &str, body: Map<String, Value>) -> Result<Result<String, String>, String> {
        let url = format!("{}/api/act/{action}", base(self.to)?);
        let mut request = agent().post(&url);
        if let Some(token) = self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        if let Some(role) = self.role {
            request = request.header("X-Gatecrash-Role", role);
        }
        let mut answer = request.send_json(Value::Object(body)).map_err(|error| unreachable(self.to, &error))?;
        let status = answer.status();
        let text =
            answer.body_mut().with_config().limit(ANSWER_MAX).read_to_string().map_err(|error| unreachable(self.to, &error))?;
        let said = |name: &str| serde_json::from_str::<Value>(&text).ok()?[name].as_str().map(str::to_string);
        match (status.is_success().then(|| said("text")).flatten(), said("error")) {
            (Some(text), _) => Ok(Ok(text)),
            (None, Some(error)) => Ok(Err(error)),
            (None, None) => {
                Err(format!("what answers at {} is no drill ({status}); give the drill's address by `--to`", self.to))
            }
        }
    }
}

/// Straight to the drill: it is on this machine or in the team's own network.
fn agent() -> Agent {
    let config = Agent::config_builder().proxy(None).http_status_as_error(false).max_redirects(0).timeout_global(Some(PATIENCE));
    config.build().into()
}

/// The address without the slash at its end.
fn base(to: &str) -> Result<&str, String> {
    let base = to.trim_end_matches('/');
    let remedy = "write it as `http://HOST:PORT`, and give a token by `--token` or GATECRASH_TOKEN";
    match base.strip_prefix("http://") {
        Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']) => Ok(base),
        Some(_) => Err(format!("`{to}` is not the address of a drill; {remedy}")),
        None if to.starts_with("https://") => {
            Err(format!("`{to}`: only plain http is spoken; take the drill's own address, `http://HOST:PORT`, or a tunnel to it"))
        }
        None => Err(format!("`{to}` does not begin with http://; {remedy}")),
    }
}

fn unreachable(to: &str, error: &ureq::Error) -> String {
    format!("cannot ask the drill at {to}: {error}; is it running there? Give its address by `--to` or GATECRASH_DRILL")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_host_and_port() {
        assert_eq!(base("http://127.0.0.1:7878/"), Ok("http://127.0.0.1:7878"));
        assert_eq!(base("http://[::1]:7878"), Ok("http://[::1]:7878"));
        for (wrong, says) in [
            ("127.0.0.1:7878", "http://"),
            ("https://drill", "plain http"),
            ("http://drill/?token=x", "--token"),
            ("http://", "HOST:PORT"),
            ("http://a@b", "HOST:PORT"),
        ] {
            assert!(base(wrong).unwrap_err().contains(says), "{wrong}");
        }
    }
}
