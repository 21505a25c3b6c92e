//! What stands before every request: from where it may come, whom it needs, and the headers that
//! every answer has.
//!
//! A page of another site must neither read nor order anything here, whatever it does: the `Host`
//! must be ours (a foreign name that leads to this machine is none of ours), what changes
//! something must come from our own pages or from no browser at all, and no answer may be framed.

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, ORIGIN, REFERRER_POLICY, RETRY_AFTER, VARY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use tidelock_app::serve;
use tidelock_shared::user_error::UserError;
use tracing::Instrument;

use super::state::Running;
use super::{answer, sign_in};
use crate::assets;
use crate::telemetry::path_to_log;
use crate::words::{answered_in, words};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Lets a request through, with its caller, or answers it.
pub(super) async fn guard(State(running): State<Running>, mut request: Request, next: Next) -> Response {
    static REQUESTS: AtomicU64 = AtomicU64::new(0);
    let id = REQUESTS.fetch_add(1, Ordering::Relaxed) + 1;
    let span = tracing::info_span!("request", id, method = %request.method(), path = path_to_log(request.uri().path()));
    let language = serve::language_of(request.headers());
    let answer = async {
        match admit(&running, &mut request) {
            Ok(()) => next.run(request).await,
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

fn admit(running: &Running, request: &mut Request) -> Result<(), Box<Response>> {
    let path = request.uri().path();
    let is_call = path.starts_with("/api/");
    let refuse = |error| Box::new(answer::either(error, is_call));
    if !is_our_name(request.headers(), running.address) {
        let error = UserError::new("permission_host", words().other_host());
        return Err(refuse(error.hint(words().other_host_hint())));
    }
    let only_looks = matches!(*request.method(), Method::GET | Method::HEAD);
    if !only_looks && !is_from_here(request.headers()) {
        return Err(refuse(UserError::new("permission_origin", words().other_origin())));
    }
    let is_asset = || assets::answer(&Method::HEAD, path, &HeaderMap::new()).is_some();
    if matches!(path, "/healthz" | "/readyz") || (only_looks && is_asset()) {
        return Ok(());
    }
    if !running.is_ready() {
        let error = UserError::new("unavailable", words().not_ready()).hint(words().try_again());
        let mut response = refuse(error);
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        return Err(response);
    }
    match running.identities.identify(request.headers()) {
        Some(caller) => {
            request.extensions_mut().insert(caller);
            Ok(())
        }
        None if path.starts_with("/open/") || path == sign_in::SIGNED_OUT => Ok(()),
        None => Err(refuse(UserError::new("unauthorized", words().not_known()).hint(words().how_to_sign_in()))),
    }
}

/// Whether the request calls us by an address or by a name that no foreign server can be given.
fn is_our_name(headers: &HeaderMap, ours: IpAddr) -> bool {
    let Some(authority) = headers.get(HOST).and_then(|host| host.to_str().ok()?.parse::<Authority>().ok()) else { return false };
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    match host.parse::<IpAddr>() {
        // Any address leads here without asking a name server; so listening on all is fine.
        Ok(address) => address.is_loopback() || address == ours || ours.is_unspecified(),
        Err(_) => host.eq_ignore_ascii_case("localhost"),
    }
}

/// Whether an order comes from our own page, or from a program that is no browser.
fn is_from_here(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get(FETCH_SITE) {
        return site == "same-origin" || site == "none";
    }
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match text(ORIGIN) {
        None => true,
        Some(origin) => origin.split_once("://").is_some_and(|(_, authority)| text(HOST) == Some(authority)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_names_are_answered() {
        let loopback: IpAddr = "127.0.0.1".parse().unwrap();
        let lan: IpAddr = "10.0.0.7".parse().unwrap();
        let everywhere: IpAddr = "0.0.0.0".parse().unwrap();
        for (host, ours, expected) in [
            ("127.0.0.1:3000", loopback, true),
            ("localhost", loopback, true),
            ("LOCALHOST:1", lan, true),
            ("[::1]:3000", loopback, true),
            ("10.0.0.7:3000", lan, true),
            ("10.0.0.7:3000", loopback, false),
            ("10.0.0.7", everywhere, true),
            ("evil.example:3000", everywhere, false),
            ("localhost.evil.example", loopback, false),
            ("", loopback, false),
        ] {
            let headers = HeaderMap::from_iter([(HOST, host.parse().unwrap())]);
            assert_eq!(is_our_name(&headers, ours), expected, "{host} at {ours}");
        }
    }

    #[test]
    fn orders_come_from_our_pages_or_from_programs() {
        for (headers, expected) in [
            (vec![], true),
            (vec![(FETCH_SITE, "same-origin")], true),
            (vec![(FETCH_SITE, "same-site")], false),
            (vec![(FETCH_SITE, "cross-site"), (ORIGIN, "http://127.0.0.1:3000")], false),
            (vec![(ORIGIN, "http://127.0.0.1:3000")], true),
            (vec![(ORIGIN, "http://127.0.0.1:4000")], false),
            (vec![(ORIGIN, "null")], false),
        ] {
            let mut all = HeaderMap::from_iter([(HOST, "127.0.0.1:3000".parse().unwrap())]);
            all.extend(headers.iter().map(|(name, value)| (name.clone(), value.parse::<HeaderValue>().unwrap())));
            assert_eq!(is_from_here(&all), expected, "{headers:?}");
        }
    }
}
