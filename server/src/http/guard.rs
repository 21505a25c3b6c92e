//! What stands before every request: from where it may come, whom it needs, and the headers that
//! every answer has.
//!
//! Not here: what we are called and from where orders come (`origin`), and who is who (`identity`).

use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, RETRY_AFTER, SET_COOKIE, VARY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use tidelock_app::serve;
use tidelock_shared::user_error::UserError;
use tracing::Instrument;

use super::origin::{Called, is_opened, is_told};
use super::state::Running;
use super::{answer, openid, sign_in};
use crate::assets;
use crate::config::RETURN;
use crate::identity::{Asking, Known, ManyUsers, NotKnown, Peer, Wish};
use crate::telemetry::path_to_log;
use crate::user_error;
use crate::words::{answered_in, words};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Lets a request through, with its caller, or answers it.
pub(super) async fn guard(State(running): State<Running>, mut request: Request, next: Next) -> Response {
    static REQUESTS: AtomicU64 = AtomicU64::new(0);
    let id = REQUESTS.fetch_add(1, Ordering::Relaxed) + 1;
    let span = tracing::info_span!("request", id, method = %request.method(), path = path_to_log(request.uri().path()));
    let language = serve::language_of(request.headers());
    let answer = async {
        match admit(&running, &mut request).await {
            Ok(None) => next.run(request).await,
            Ok(Some(cookie)) => {
                let mut response = next.run(request).await;
                response.headers_mut().append(SET_COOKIE, cookie);
                response
            }
            Err(refusal) => *refusal,
        }
    };
    let mut response = answered_in(language, answer.instrument(span.clone())).await;
    span.in_scope(|| tracing::debug!(status = response.status().as_u16(), "answered"));
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, id.into());
    for (name, value) in [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (OPENER_POLICY, "same-origin"),
        (RESOURCE_POLICY, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(X_FRAME_OPTIONS).or_insert(HeaderValue::from_static("DENY"));
    // An asset says for itself what it depends on.
    if !headers.contains_key(VARY) {
        headers.insert(VARY, HeaderValue::from_static("accept-language, cookie"));
    }
    // What one caller saw is nobody else's, and old a moment later. Assets and pages say for themselves.
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    response
}

/// Who asks goes with the request. Answers what the browser is to remember.
async fn admit(running: &Running, request: &mut Request) -> Result<Option<HeaderValue>, Box<Response>> {
    let path = request.uri().path();
    let is_call = path.starts_with("/api/");
    let refuse = |error| Box::new(answer::either(error, is_call));
    let only_asks_for_life = matches!(path, "/healthz" | "/readyz");
    let called = &running.called;
    let is_our_name = if only_asks_for_life { Called::is_our_name_or_address } else { Called::is_our_name };
    if !is_our_name(called, request.headers()) {
        let error = UserError::new("permission_host", words().other_host());
        return Err(refuse(error.hint(words().other_host_hint())));
    }
    let only_looks = matches!(*request.method(), Method::GET | Method::HEAD);
    if (!only_looks || is_call) && !called.is_from_here(request.headers()) {
        return Err(refuse(UserError::new("permission_origin", words().other_origin())));
    }
    let is_asset = || assets::answer(&Method::HEAD, path, &HeaderMap::new()).is_some();
    if only_asks_for_life || (only_looks && is_asset()) {
        return Ok(None);
    }
    if !running.is_ready() {
        let error = UserError::new("unavailable", words().not_ready()).hint(words().try_again());
        let mut response = refuse(error);
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        return Err(response);
    }
    let provider = running.identities.many().and_then(ManyUsers::provider_name);
    let signs_in = provider.is_some() && matches!(path, sign_in::SIGN_IN | RETURN);
    let needs_nobody = path == sign_in::SIGNED_OUT || signs_in;
    if let Called::By(public) = called {
        let wish = wish(request, only_looks);
        let headers = request.headers().clone();
        let peer = request.extensions().get::<ConnectInfo<Peer>>().map(|ConnectInfo(peer)| peer.clone());
        let known = match identify(running, peer, headers, wish).await {
            Ok(known) => known,
            Err(NotKnown::AskAgain | NotKnown::NoSession | NotKnown::SessionOver) if needs_nobody => return Ok(None),
            Err(NotKnown::AskAgain) => return Err(Box::new(answer::onwards(sign_in::place_of(request.uri())))),
            Err(NotKnown::NoSession) if !is_call && let Some(name) = provider => {
                return Err(Box::new(openid::entrance(name, request.uri())));
            }
            Err(NotKnown::SessionOver) if !is_call => return Err(Box::new(sign_in::over(request.uri()))),
            Err(why) => {
                let mut response = refuse(user_error::sign_in::not_known(&why, public, running.identities.many()));
                if matches!(why, NotKnown::TooManyFailures) {
                    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("60"));
                }
                return Err(response);
            }
        };
        // Every browser says from where an order comes; what keeps still about it and has a cookie is none of ours.
        if !only_looks && known.caller.session.is_some() && !is_told(request.headers()) {
            return Err(refuse(UserError::new("permission_origin", words().other_origin())));
        }
        request.extensions_mut().insert(known.caller);
        return Ok(known.set_cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()));
    }
    match running.identities.identify(request.headers()) {
        Some(caller) => {
            request.extensions_mut().insert(caller);
            Ok(None)
        }
        None if path.starts_with("/open/") || needs_nobody => Ok(None),
        None => Err(refuse(UserError::new("unauthorized", words().not_known()).hint(words().how_to_sign_in()))),
    }
}

/// What a request wants, as far as it matters for who asks.
fn wish(request: &Request, only_looks: bool) -> Wish {
    let path = request.uri().path();
    let is_no_page = |path: &str| path.starts_with("/api/") || path.starts_with("/download/") || path.starts_with("/content/");
    match path {
        sign_in::SIGN_IN if only_looks && is_opened(request.headers()) => Wish::SignIn,
        // The guard has seen already that one of our own pages asks.
        sign_in::SIGN_IN_CALL if !only_looks && is_told(request.headers()) => Wish::SignIn,
        "/metrics" | sign_in::SIGNED_OUT => Wish::Other,
        path if only_looks && !is_no_page(path) && is_opened(request.headers()) => Wish::Page,
        _ => Wish::Other,
    }
}

/// Who asks behind a reverse proxy; a directory is asked where waiting is allowed.
async fn identify(running: &Running, peer: Option<Peer>, headers: HeaderMap, wish: Wish) -> Result<Known, NotKnown> {
    let running = running.clone();
    let span = tracing::Span::current();
    let identified = tokio::task::spawn_blocking(move || {
        let asking = Asking { peer: peer.as_ref(), headers: &headers, wish };
        span.in_scope(|| running.identities.many().map(|many| many.identify(asking)))
    });
    identified.await.ok().flatten().unwrap_or(Err(NotKnown::Nobody))
}
