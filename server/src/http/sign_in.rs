//! Becoming somebody: the link of a single user, and the demo's users.

use axum::extract::{Form, FromRequest, Path, Request, State};
use axum::http::header::{CONTENT_TYPE, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use tidelock_shared::user_error::UserError;

use super::answer;
use super::state::Running;
use crate::identity::{Caller, Opened};

/// Where a browser is led that has signed out.
pub(super) const SIGNED_OUT: &str = "/signed_out";

pub(super) const HOW_TO_SIGN_IN: &str = "To sign in, open the link that `tidelock serve` printed when it started. It works \
     once; starting the server again prints a new one, and running moves continue where they were.";

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
            &UserError::new("unauthorized", "This link has been used.")
                .hint("It lets one browser in, once. If that was not yours, end the server now.")
                .hint("Starting the server again prints a new link."),
        ),
        Ok(Opened::Unknown) => answer::page(
            &UserError::new("unauthorized", "This link is not of this server.")
                .hint("Each start of the server prints a new one; the one printed last is good."),
        ),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "no session");
            answer::page(&UserError::new("internal", "No session could be made.").hint("The server's log tells why."))
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
        return answer::error(UserError::new("not_found", "Only the demo lets one become somebody else."));
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
                UserError::new("bad_request", format!("The request could not be read: {problem}"))
                    .hint("Name the 'user' in a form or in JSON."),
            );
        }
    };
    match running.identities.become_user(&wanted.user) {
        Some(cookie) if is_json => ([(SET_COOKIE, cookie)], StatusCode::NO_CONTENT).into_response(),
        Some(cookie) => ([(SET_COOKIE, cookie)], Redirect::to("/")).into_response(),
        None => answer::error(UserError::new("not_found", format!("There is no user '{}' here.", wanted.user))),
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
    let page = |sentences: &[&str], link| {
        let sentences: Vec<String> = sentences.iter().map(|&sentence| sentence.to_owned()).collect();
        answer::plain_page(StatusCode::OK, "You are signed out", &sentences, link)
    };
    if running.identities.is_demo() {
        page(&["The demo needs no password: whoever opens it is let in."], Some("Back to the demo"))
    } else if caller.is_some() {
        Redirect::to("/").into_response()
    } else {
        page(&["Moves that are running go on.", HOW_TO_SIGN_IN], None)
    }
}
