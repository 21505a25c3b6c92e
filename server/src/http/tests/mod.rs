//! The server from outside, request by request, on the demo's world in memory.

mod access;
mod board;
mod calls;
mod compression;
mod downloads;
mod feeds;
mod many;
mod matrix;
mod metrics;
mod openid;
mod people;
mod ready;
mod refusals;
mod traversal;
mod uploads;

use std::future::Future;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{HeaderName, Method, Request, StatusCode};
use axum::response::Response;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tidelock_engine::journal::Journal;
use tidelock_shared::id::MoveId;
use tidelock_shared::name::FilePath;
use tidelock_shared::progress::MoveDetail;
use tidelock_shared::user_error::UserError;
use tower::ServiceExt;

use super::router::router;
use super::start::{of_demo, of_single_user};
use super::state::Running;
use crate::demo;
use crate::identity::Peer;
use crate::uploads::Uploads;

const ADDRESS: &str = "127.0.0.1:3000";
/// Of every server at that port.
const SESSION: &str = "tidelock_session_3000";

type Headers<'a> = &'a [(HeaderName, &'a str)];

/// A server that is asked without a network.
#[derive(Clone)]
struct Server {
    running: Running,
    router: Router,
}

fn server_of(running: Running) -> Server {
    Server { router: router(running.clone()), running }
}

/// The demo, recovered, as fast as it goes.
fn demo_server() -> Server {
    demo_server_with(Duration::ZERO)
}

/// The demo where each change takes so long.
fn demo_server_with(change: Duration) -> Server {
    let running =
        of_demo(demo::in_memory(change), Journal::in_memory(7).unwrap(), Uploads::default(), ADDRESS.parse().unwrap()).unwrap();
    running.set_ready();
    server_of(running)
}

/// A single user's server, and the path of its link.
fn single_user_server(root: &std::path::Path) -> (Server, String) {
    let root = FilePath::parse(root.as_os_str().as_encoded_bytes()).unwrap();
    let (running, link) =
        of_single_user(&[root], Journal::in_memory(7).unwrap(), Uploads::default(), ADDRESS.parse().unwrap()).unwrap();
    running.set_ready();
    (server_of(running), link)
}

/// Runs a test on threads like the server's own.
fn on_runtime(test: impl Future<Output = ()> + Send + 'static) {
    super::serve::runtime().unwrap().block_on(async { tokio::spawn(test).await.unwrap() });
}

impl Server {
    async fn ask(&self, method: Method, path: &str, headers: Headers<'_>, body: Body) -> Response {
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|(name, _)| *name == HOST) {
            request = request.header(HOST, ADDRESS);
        }
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap()
    }

    /// The same from a peer.
    async fn ask_from(&self, peer: Peer, method: Method, path: &str, headers: Headers<'_>, body: Body) -> Response {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        self.router.clone().oneshot(request.extension(ConnectInfo(peer)).body(body).unwrap()).await.unwrap()
    }

    async fn get(&self, path: &str, headers: Headers<'_>) -> Response {
        self.ask(Method::GET, path, headers, Body::empty()).await
    }

    async fn post(&self, call: &str, headers: Headers<'_>, arguments: &Value) -> Response {
        let headers: Vec<_> = headers.iter().cloned().chain([(CONTENT_TYPE, "application/json")]).collect();
        self.ask(Method::POST, &format!("/api/{call}"), &headers, arguments.to_string().into()).await
    }

    /// A call of the user that the demo begins with, or of the one named.
    async fn call_as<T: DeserializeOwned>(&self, user: &str, call: &str, arguments: Value) -> Result<T, (StatusCode, UserError)> {
        let cookie = format!("{SESSION}={user}");
        answer(self.post(call, &[(axum::http::header::COOKIE, &cookie)], &arguments).await).await
    }

    async fn call<T: DeserializeOwned>(&self, call: &str, arguments: Value) -> Result<T, (StatusCode, UserError)> {
        self.call_as("alice", call, arguments).await
    }
}

/// Waits until a move has ended.
async fn rests(server: &Server, id: MoveId) -> MoveDetail {
    for _ in 0..1000 {
        let detail: MoveDetail = server.call("move_detail", json!({ "id": id })).await.unwrap();
        if detail.view.state.is_final() {
            return detail;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("move {id} does not come to rest");
}

/// What a call answers, or how it fails.
async fn answer<T: DeserializeOwned>(response: Response) -> Result<T, (StatusCode, UserError)> {
    let status = response.status();
    let text = text(response).await;
    if status.is_success() {
        Ok(serde_json::from_str(&text).expect(&text))
    } else {
        Err((status, serde_json::from_str(&text).expect(&text)))
    }
}

async fn text(response: Response) -> String {
    String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().into()).unwrap()
}

fn listing(path: &str) -> Value {
    json!({ "request": { "path": path, "rows": 1000 } })
}

fn moving(source: &str, destination: &str) -> Value {
    json!({ "request": { "sources": [source], "destination": destination } })
}
