//! Headers that say who asks, from any bytes.

use std::sync::OnceLock;

use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::{HeaderMap, HeaderValue};

use super::{Identities, User, cookie_in, many, openid, program};

/// A server of one person, whom no browser knows yet.
fn alone() -> Option<&'static Identities> {
    static ALONE: OnceLock<Option<Identities>> = OnceLock::new();
    let user = || User { name: "me".to_owned(), uid: 1000, gids: vec![1000] };
    ALONE.get_or_init(|| Identities::of_single_user(user(), 1).ok().map(|(identities, _)| identities)).as_ref()
}

/// The value of a cookie is a part of one line, and nothing of another cookie.
pub fn cookies(bytes: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append(COOKIE, value);
        }
    }
    if let Some(value) = cookie_in(&headers, many::COOKIE) {
        assert!(!value.contains(';') && value.bytes().all(|byte| byte == b'\t' || (b' '..0x7f).contains(&byte)));
        let lines: Vec<&str> = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok()).collect();
        assert!(lines.iter().any(|line| line.contains(&format!("{}={value}", many::COOKIE))));
    }
    assert!(alone().is_none_or(|identities| identities.identify(&headers).is_none()), "nobody was given a session");
}

/// No token is right that was not made here; of an ID token any bytes are read without trust.
pub fn tokens(bytes: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(bytes) else { return };
    let _ = value.to_str().map(program::program_of);
    if let Some(claims) = value.to_str().ok().and_then(openid::claims_of) {
        assert!(value.as_bytes().contains(&b'.'), "{claims}");
    }
    let headers = HeaderMap::from_iter([(AUTHORIZATION, value)]);
    assert!(alone().is_none_or(|identities| identities.identify(&headers).is_none()), "nobody was given this token");
}
