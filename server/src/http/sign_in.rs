//! Becoming somebody: the link of a single user, the demo's users, and whoever a reverse proxy names.
//!
//! Not here: the way to a provider of OpenID Connect, and back (`openid`).

use axum::extract::{Form, FromRequest, Path, Query, Request, State};
use axum::http::header::{CONTENT_TYPE, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use tidelock_shared::user_error::UserError;

use super::state::Running;
use super::{answer, openid};
use crate::identity::{Caller, Opened};
use crate::words::words;

/// Where a browser is led that has signed out.
pub(super) const SIGNED_OUT: &str = "/signed_out";

/// Where a session begins anew.
pub(super) const SIGN_IN: &str = "/sign_in";

pub(super) const SIGN_IN_CALL: &str = "/api/sign_in";

/// Browsers and proxies take no longer ones.
const PLACE_BYTES_MAX: usize = 8192;

/// Where somebody wants to go on.
#[derive(Deserialize)]
pub(super) struct GoOn {
    to: Option<String>,
    /// Asked by a provider though it knows who that is.
    #[serde(default)]
    pub(super) anew: bool,
}

impl GoOn {
    /// Only a path of ours: two slashes would begin the name of another site, and so would a backslash.
    pub(super) fn place(&self) -> &str {
        let is_ours = |to: &&str| {
            to.starts_with('/')
                && !to.starts_with("//")
                && to.len() <= PLACE_BYTES_MAX
                && to.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        };
        self.to.as_deref().filter(is_ours).unwrap_or("/")
    }
}

/// `GET /sign_in?to=<path>`: behind a reverse proxy the guard has begun a session, if there are any; where a provider
/// says who people are, it is asked.
pub(super) async fn sign_in(State(running): State<Running>, Query(go_on): Query<GoOn>, request: Request) -> Response {
    if running.identities.many().is_some_and(|many| many.provider_name().is_some()) {
        return openid::begin(running, go_on, request).await;
    }
    Redirect::to(go_on.place()).into_response()
}

/// Where one signs in and goes on at a place of ours.
pub(super) fn sign_in_to(uri: &Uri) -> String {
    format!("{SIGN_IN}?to={}", in_query(place_of(uri)))
}

/// The place that a request asks for.
pub(super) fn place_of(uri: &Uri) -> &str {
    uri.path_and_query().map_or("/", |path| path.as_str())
}

/// `POST /api/sign_in`: the same for a page that stays where it is.
pub(super) async fn signed_in(State(running): State<Running>) -> Response {
    match running.identities.many() {
        Some(_) => StatusCode::NO_CONTENT.into_response(),
        None => answer::error(UserError::new("not_found", words().no_sessions_here())),
    }
}

/// What a person sees whose session has ended: how it goes on at the same place.
pub(super) fn over(uri: &Uri) -> Response {
    let error = UserError::new("unauthorized", words().session_over()).hint(words().session_over_hint());
    answer::page_leading_to(&error, &sign_in_to(uri), words().sign_in_again())
}

/// A text as the value of a query.
pub(super) fn in_query(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.' | b'~');
    text.bytes().map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// `GET /open/<token>`: puts a session into the browser, once.
pub(super) async fn open(State(running): State<Running>, Path(token): Path<String>, caller: Option<Extension<Caller>>) -> Response {
    if caller.is_some() {
        return Redirect::to("/").into_response();
    }
    match running.identities.open(&token) {
        Ok(Opened::Now(cookie)) => {
            tracing::info!("the link was opened");
            ([(SET_COOKIE, cookie)], Redirect::to("/")).into_response()
        }
        Ok(Opened::UsedBefore) => answer::page(
            &UserError::new("unauthorized", words().link_used()).hint(words().link_used_hint()).hint(words().link_used_again()),
        ),
        Ok(Opened::Unknown) => {
            answer::page(&UserError::new("unauthorized", words().link_unknown()).hint(words().link_unknown_hint()))
        }
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "no session");
            answer::page(&UserError::new("internal", words().no_session()).hint(words().no_session_hint()))
        }
    }
}

#[derive(Deserialize)]
struct Become {
    user: String,
}

/// `POST /api/become` with a form or JSON, `user` in it: in the demo anyone may be anybody.
pub(super) async fn become_user(State(running): State<Running>, request: Request) -> Response {
    if !running.identities.is_demo() {
        return answer::error(UserError::new("not_found", words().only_demo()));
    }
    let is_json = request.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let wanted = if is_json {
        Json::<Become>::from_request(request, &()).await.map(|Json(wanted)| wanted).map_err(|problem| problem.body_text())
    } else {
        Form::<Become>::from_request(request, &()).await.map(|Form(wanted)| wanted).map_err(|problem| problem.body_text())
    };
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(problem) => {
            return answer::error(
                UserError::new("bad_request", words().request_unreadable(&problem)).hint(words().request_unreadable_hint()),
            );
        }
    };
    match running.identities.become_user(&wanted.user) {
        Some(cookie) if is_json => ([(SET_COOKIE, cookie)], StatusCode::NO_CONTENT).into_response(),
        Some(cookie) => ([(SET_COOKIE, cookie)], Redirect::to("/")).into_response(),
        None => answer::error(UserError::new("not_found", words().no_such_user(&wanted.user))),
    }
}

/// `POST /api/sign_out`: ends the session, and everything that is streamed to it. A form, which
/// is a person's, is led to the page that says so.
pub(super) async fn sign_out(State(running): State<Running>, headers: HeaderMap) -> Response {
    let cookie = [(SET_COOKIE, running.identities.sign_out(&headers))];
    let is_form = headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    if is_form { (cookie, Redirect::to(SIGNED_OUT)).into_response() } else { (cookie, StatusCode::NO_CONTENT).into_response() }
}

/// `GET /signed_out`: what is over, what goes on, and how to come back.
pub(super) async fn signed_out(State(running): State<Running>, caller: Option<Extension<Caller>>) -> Response {
    let page = |sentences: &[&str], links: &[(&str, &str)]| {
        let sentences: Vec<String> = sentences.iter().map(|&sentence| sentence.to_owned()).collect();
        answer::plain_page(StatusCode::OK, words().signed_out(), &sentences, links)
    };
    if running.identities.is_demo() {
        page(&[words().demo_lets_in()], &[("/", words().back_to_demo())])
    } else if caller.is_some() {
        Redirect::to("/").into_response()
    } else if let Some(many) = running.identities.many() {
        // Who is signed in there still is let in again without being asked.
        let there = many.place_to_sign_out().zip(many.provider_name().map(|name| words().sign_out_there(name)));
        let there = there.as_ref().map(|(place, words)| (place.as_str(), words.as_str()));
        let links: Vec<_> = [(SIGN_IN, words().sign_in_again())].into_iter().chain(there).collect();
        page(&[words().moves_go_on()], &links)
    } else {
        page(&[words().moves_go_on(), words().how_to_sign_in()], &[])
    }
}
