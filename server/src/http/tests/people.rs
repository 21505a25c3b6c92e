//! A server for many users on the demo's world, and the people who sign in there.

use std::io;

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, SET_COOKIE};
use axum::http::{HeaderName, Method};
use axum::response::Response;
use serde_json::Value;
use tidelock_engine::journal::Journal;

use super::{Headers, Server, server_of};
use crate::config::Config;
use crate::demo;
use crate::http::origin::Called;
use crate::http::start::site_of_demo;
use crate::http::state::Running;
use crate::identity::{Directory, Identities, ManyUsers, Peer, User};
use crate::service::Site;
use crate::uploads::Uploads;

pub(super) const NAME: &str = "tidelock.example.org";
pub(super) const REMOTE_USER: HeaderName = HeaderName::from_static("x-remote-user");
pub(super) const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// alice and bob are members, chen is an administrator, dora an auditor by her group.
const CONFIG: &str = r#"
listen = "10.0.0.1:3000"
state = "/nowhere"
url = "https://tidelock.example.org"
roots = ["/lustre"]
[sign_in.proxy]
header = "X-Remote-User"
from = ["10.0.0.7"]
[roles]
administrators = ["chen"]
auditors = ["@audit"]
"#;

const AUDIT: u32 = 300;

struct People;

impl Directory for People {
    fn user(&self, name: &str) -> io::Result<Option<User>> {
        let user = |uid, gids: &[u32]| Some(User { name: name.to_owned(), uid, gids: gids.to_vec() });
        Ok(match name {
            "alice" => user(1001, &[100, 2001, 2002, 2004, 2006]),
            "bob" => user(1002, &[100, 2002, 2003, 2005]),
            "chen" => user(1003, &[100, 2001, 2002]),
            "dora" => user(1005, &[100, 2001, AUDIT]),
            "root" => user(0, &[0]),
            "daemon" => user(2, &[2]),
            "away" => return Err(io::Error::other("no answer")),
            _ => None,
        })
    }

    fn group(&self, name: &str) -> io::Result<Option<u32>> {
        Ok((name == "audit").then_some(AUDIT))
    }
}

pub(super) fn proxy() -> Peer {
    Peer::Address("10.0.0.7".parse().unwrap())
}

pub(super) fn many_server() -> Server {
    server_with(CONFIG)
}

/// A server on the demo's world for whomever a configuration lets in.
pub(super) fn server_with(config: &str) -> Server {
    let config = Config::parse(config).unwrap();
    let world = demo::in_memory(std::time::Duration::ZERO);
    let site = site_of_demo(world, Journal::in_memory(7).unwrap(), Uploads::default()).unwrap();
    let site = Site { are_moves_private: true, ..site };
    let identities = Identities::of_many_users(ManyUsers::in_memory(&config, Box::new(People))).unwrap();
    let running = Running::new(site, identities, Called::By(config.public));
    running.set_ready();
    server_of(running)
}

/// Somebody who is signed in, in one browser.
pub(super) struct Person<'s> {
    pub(super) server: &'s Server,
    pub(super) name: &'static str,
    pub(super) cookie: String,
}

/// The cookie that an answer sets, as a browser sends it back.
pub(super) fn cookie_of(response: &Response) -> String {
    let header = response.headers()[SET_COOKIE].to_str().unwrap();
    for part in ["__Host-tidelock=", "; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict"] {
        assert!(header.contains(part), "{header}");
    }
    header.split(';').next().unwrap().to_owned()
}

impl<'s> Person<'s> {
    pub(super) async fn signs_in(server: &'s Server, name: &'static str) -> Self {
        let page = server.ask_from(proxy(), Method::GET, "/guarantees", &[(HOST, NAME), (REMOTE_USER, name)], Body::empty()).await;
        assert_eq!(page.status(), 200, "{name}");
        Self { server, name, cookie: cookie_of(&page) }
    }

    pub(super) async fn ask(&self, method: Method, path: &str, body: Body) -> Response {
        let headers: Headers<'_> = &[
            (HOST, NAME),
            (REMOTE_USER, self.name),
            (COOKIE, &self.cookie),
            (FETCH_SITE, "same-origin"),
            (CONTENT_TYPE, "application/json"),
        ];
        self.server.ask_from(proxy(), method, path, headers, body).await
    }

    pub(super) async fn get(&self, path: &str) -> Response {
        self.ask(Method::GET, path, Body::empty()).await
    }

    pub(super) async fn post(&self, call: &str, arguments: &Value) -> Response {
        self.ask(Method::POST, &format!("/api/{call}"), arguments.to_string().into()).await
    }
}

/// A script with a token.
pub(super) async fn with_token(server: &Server, secret: &str, call: &str, arguments: &Value) -> Response {
    let bearer = format!("Bearer {secret}");
    let headers: Headers<'_> = &[(HOST, NAME), (AUTHORIZATION, &bearer), (CONTENT_TYPE, "application/json")];
    let peer = Peer::Address("192.0.2.1".parse().unwrap());
    server.ask_from(peer, Method::POST, &format!("/api/{call}"), headers, arguments.to_string().into()).await
}
