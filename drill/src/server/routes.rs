//! All that can be asked: the table, and the router made of it.

use super::answer::Wrong;
use super::assets::{FILES, give};
use super::office::Office;
use super::{act, door, events, gates, leaving, metrics, state};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use std::sync::Arc;

/// A path, and what answers there with something of the drill.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// As axum reads it: `{name}` stands for a part.
    pub path: &'static str,
    /// How it may be asked; `HEAD` wherever `GET`.
    pub methods: &'static [&'static str],
    serve: fn() -> MethodRouter<Arc<Office>>,
}

const GET: &[&str] = &["GET"];
const POST: &[&str] = &["POST"];
const BOTH: &[&str] = &["GET", "POST"];

/// All of them, beside the files of the page. Whoever answers with anything of the drill takes a [`door::Known`].
pub const ROUTES: [Route; 13] = [
    Route { path: "/api/state", methods: GET, serve: || get(state::get) },
    Route { path: "/api/events", methods: GET, serve: || get(events::get) },
    Route { path: "/api/act/{name}", methods: POST, serve: || post(act::post) },
    Route { path: "/gate/open", methods: POST, serve: || post(gates::gate_open) },
    Route { path: "/gate/close", methods: POST, serve: || post(gates::gate_close) },
    Route { path: "/gate/check", methods: BOTH, serve: || get(gates::gate_check).post(gates::gate_check) },
    Route { path: "/rollback/open", methods: POST, serve: || post(gates::rollback_open) },
    Route { path: "/rollback/close", methods: POST, serve: || post(gates::rollback_close) },
    Route { path: "/rollback/check", methods: BOTH, serve: || get(gates::rollback_check).post(gates::rollback_check) },
    Route { path: "/metrics", methods: GET, serve: || get(metrics::get) },
    Route { path: "/report", methods: GET, serve: || get(leaving::html) },
    Route { path: "/report.md", methods: GET, serve: || get(leaving::markdown) },
    Route { path: "/record", methods: GET, serve: || get(leaving::record) },
];

/// The router of the table.
pub fn router(office: Arc<Office>) -> Router {
    let files = FILES.iter().fold(Router::new(), |router, file| router.route(file.path, get(|| async { give(file) })));
    let routes = ROUTES.iter().fold(files, |router, route| router.route(route.path, (route.serve)()));
    routes
        .fallback(nothing_here)
        .method_not_allowed_fallback(not_so)
        .layer(DefaultBodyLimit::max(office.limits.body_bytes))
        .layer(middleware::from_fn_with_state(office.clone(), door::guard))
        .layer(middleware::from_fn(headers))
        .with_state(office)
}

async fn nothing_here(request: Request) -> Wrong {
    let paths: Vec<&str> = ROUTES.iter().map(|route| route.path).collect();
    let path = door::path(request.uri());
    Wrong::new(StatusCode::NOT_FOUND, format!("there is nothing at {path}; there are {}", paths.join(", ")))
}

async fn not_so(request: Request) -> Wrong {
    let (method, path) = (request.method().clone(), door::path(request.uri()));
    Wrong::new(StatusCode::METHOD_NOT_ALLOWED, format!("{path} does not answer to {method}; use GET to look and POST to act"))
}

/// For the page: everything from here, nothing inline, in no frame.
const POLICY: &str = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What browsers are told with every answer, unless it says something else itself.
async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await.into_response();
    let said: [(HeaderName, &str); 4] = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in said {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
