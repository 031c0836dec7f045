//! Who comes in.

use super::answer::Wrong;
use super::office::Office;
use crate::role::{Caller, Role};
use crate::tokens::{self, Entry};
use axum::extract::{FromRequestParts, Query, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use gatecrash_policies::suggest;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

/// How the log calls somebody of whom nothing is known.
const SOMEBODY: &str = "somebody";
/// Of a path that was refused the log shows so much.
const PATH_MAX: usize = 80;

/// Lets nobody in whom a foreign page has sent, on any route.
pub async fn guard(State(office): State<Arc<Office>>, request: Request, next: Next) -> Response {
    match foreign(&office, request.headers(), request.uri()) {
        None => {
            // A monitoring system that comes by is not somebody who reads.
            if request.uri().path() != "/metrics" {
                office.hub.visit();
            }
            next.run(request).await
        }
        Some(why) => {
            let what = format!("{} {}: {why}", request.method(), path(request.uri()));
            let caller = Caller { who: SOMEBODY.into(), role: None };
            office.refuse(&caller, StatusCode::FORBIDDEN, &what).into_response()
        }
    }
}

/// Why a request comes from elsewhere, if it does.
fn foreign(office: &Office, headers: &HeaderMap, uri: &Uri) -> Option<&'static str> {
    let host = match uri.authority() {
        Some(authority) => Some(authority.as_str()),
        None => headers.get(header::HOST).and_then(|host| host.to_str().ok()),
    };
    // Where there are no tokens, a name that somebody makes point to this machine would be enough.
    if !office.tokens.are_needed() && !host.is_some_and(is_loopback) {
        return Some("foreign Host; without tokens only requests to localhost are answered");
    }
    headers.get_all(header::ORIGIN).iter().find_map(|origin| {
        let origin = origin.to_str().unwrap_or_default();
        let own = origin.strip_prefix("http://").or(origin.strip_prefix("https://"));
        let same = own.zip(host).is_some_and(|(own, host)| own.eq_ignore_ascii_case(host));
        (!same).then_some("foreign Origin; use the drill's own page")
    })
}

/// Whether a host, with or without its port, is this machine by name or address.
fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A path as the log shows it.
pub fn path(uri: &Uri) -> String {
    uri.path().chars().take(PATH_MAX).collect()
}

/// Somebody who may come in.
#[derive(Clone, Debug)]
pub struct Known {
    /// Who, in which role.
    pub caller: Caller,
    /// Their token says what they are called.
    pub named: bool,
}

impl FromRequestParts<Arc<Office>> for Known {
    type Rejection = Wrong;

    async fn from_request_parts(parts: &mut Parts, office: &Arc<Office>) -> Result<Known, Wrong> {
        let said = Said::of(parts)?;
        if !office.tokens.are_needed() {
            return Ok(Known { caller: said.caller(said.role()?), named: false });
        }
        match said.token.as_deref().map(|token| office.tokens.find(token)) {
            Some(Some(entry)) => Ok(said.known(entry)),
            found => {
                let what = if found.is_none() { "no token" } else { "an unknown token" };
                let why = format!("{} {} with {what}; ask whoever leads the drill for one", parts.method, path(&parts.uri));
                Err(office.refuse(&said.caller(None), StatusCode::UNAUTHORIZED, &why))
            }
        }
    }
}

/// What a request says about who sends it.
#[derive(Debug, Default)]
struct Said {
    token: Option<String>,
    role: Option<String>,
    who: Option<String>,
}

impl Said {
    /// Headers before the query.
    fn of(parts: &Parts) -> Result<Said, Wrong> {
        let query: Query<BTreeMap<String, String>> = Query::try_from_uri(&parts.uri)
            .map_err(|_| Wrong::bad("the query cannot be read; write `?name=value&name=value`"))?;
        let said = |name: &str| query.get(name).filter(|value| !value.is_empty()).cloned();
        let who = header(&parts.headers, "x-gatecrash-who").or_else(|| said("who"));
        Ok(Said {
            token: bearer(&parts.headers).or_else(|| said("token")),
            role: header(&parts.headers, "x-gatecrash-role").or_else(|| said("role")),
            who: who.map(|who| tokens::name_of_person(&who)).transpose().map_err(|error| Wrong::bad(format!("who: {error}")))?,
        })
    }

    /// Their role, where everybody may choose.
    fn role(&self) -> Result<Option<Role>, Wrong> {
        let find = |name: &String| {
            Role::of_name(name).ok_or_else(|| {
                let names = Role::ALL.map(Role::name);
                let hint = suggest::did_you_mean(name, names);
                Wrong::bad(format!("there is no role `{name}`{hint}; there are {}", names.join(", ")))
            })
        };
        self.role.as_ref().map(find).transpose()
    }

    /// Them in this role, called as they say.
    fn caller(&self, role: Option<Role>) -> Caller {
        let who = self.who.clone().unwrap_or_else(|| role.map_or(SOMEBODY, Role::name).to_string());
        Caller { who, role }
    }

    /// The holder of a token: in its role, and called as it says.
    fn known(&self, entry: &Entry) -> Known {
        let mut caller = self.caller(Some(entry.role));
        if let Some(name) = &entry.name {
            caller.who.clone_from(name);
        }
        Known { caller, named: entry.name.is_some() }
    }
}

/// A header's text; browsers write letters beyond ASCII as Latin-1, scripts as UTF-8.
fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let bytes = headers.get(name)?.as_bytes();
    let text = std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().map(|b| char::from(*b)).collect(), str::to_string);
    Some(text).filter(|text| !text.is_empty())
}

/// The token of `Authorization: Bearer TOKEN`.
fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = header(headers, "authorization")?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_by_name_and_address() {
        for host in ["localhost", "LOCALHOST:80", "127.0.0.1:7878", "127.1.2.3", "[::1]", "[::1]:7878"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            ":80",
            "evil.example",
            "localhost.evil.example:7878",
            "127.0.0.1.evil.example",
            "10.0.0.1:7878",
            "127.0.0.1@evil",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn headers_come_before_the_query() {
        let said = |request: axum::http::request::Builder| Said::of(&request.body(()).unwrap().into_parts().0);
        let request = || Request::builder().uri("/api/state?token=q&role=observer&who=Jos%C3%A9+B");
        let from_query = said(request()).unwrap();
        let parts = (from_query.token.as_deref(), from_query.role.as_deref(), from_query.who.as_deref());
        assert_eq!(parts, (Some("q"), Some("observer"), Some("José B")));
        let headers = request().header("Authorization", "bearer h").header("X-Gatecrash-Who", &b"Zo\xeb"[..]);
        let from_headers = said(headers).unwrap();
        assert_eq!((from_headers.token.as_deref(), from_headers.who.as_deref()), (Some("h"), Some("Zoë")));
        assert!(said(Request::builder().uri("/?who=policy")).unwrap_err().text.contains("policy"));
        assert!(
            said(Request::builder().uri("/?role=oprator")).unwrap().role().unwrap_err().text.contains("did you mean `operator`?")
        );
    }
}
