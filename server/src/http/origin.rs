//! What a request may call us, and from which pages an order may come.
//!
//! A page of another site must neither read nor order anything here, whatever it does: the `Host` must be ours (a
//! foreign name that leads to this machine is none of ours), and what changes something, or is a program's to
//! read, must come from our own pages or from no browser at all.

use std::net::IpAddr;

use axum::http::header::{HOST, HeaderName, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue};

use crate::config::PublicName;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What a request may call us.
#[derive(Clone, Debug)]
pub(super) enum Called {
    /// By the address that we listen at, and by the names of this machine's loopback.
    At(IpAddr),
    /// By the name behind the reverse proxy, and nothing else.
    By(PublicName),
}

impl Called {
    /// Whether the request calls us by one of our names.
    pub(super) fn is_our_name(&self, headers: &HeaderMap) -> bool {
        let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        match self {
            Self::At(ours) => {
                is_address_of_ours(host, |address| address.is_loopback() || address == *ours || ours.is_unspecified())
            }
            Self::By(name) => name.is_host(host),
        }
    }

    /// The same for whoever only asks whether we live: that may be a machine, which knows us by an address.
    pub(super) fn is_our_name_or_address(&self, headers: &HeaderMap) -> bool {
        let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        self.is_our_name(headers) || matches!(self, Self::By(_)) && is_address_of_ours(host, |_| true)
    }

    /// Whether an order comes from our own page, or from a program that is no browser.
    pub(super) fn is_from_here(&self, headers: &HeaderMap) -> bool {
        let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
        if let Some(site) = headers.get(FETCH_SITE) {
            return site == "same-origin" || site == "none";
        }
        match (text(ORIGIN), self) {
            (None, _) => true,
            (Some(origin), Self::At(_)) => origin.split_once("://").is_some_and(|(_, authority)| text(HOST) == Some(authority)),
            (Some(origin), Self::By(name)) => origin == name.origin(),
        }
    }
}

/// Whether a browser has said from where an order comes, as each does that people use.
pub(super) fn is_told(headers: &HeaderMap) -> bool {
    headers.contains_key(FETCH_SITE) || headers.contains_key(ORIGIN)
}

/// Whether a person opens a page, or a page that of another site which is shown in it.
pub(super) fn is_opened(headers: &HeaderMap) -> bool {
    let is = |name: &str, expected: &str| headers.get(name).is_none_or(|value: &HeaderValue| value == expected);
    is("sec-fetch-dest", "document") && is("sec-fetch-mode", "navigate")
}

/// Whether that is an address, which no name server is asked for, or this machine's own name.
fn is_address_of_ours(host: &str, is_ours: impl FnOnce(IpAddr) -> bool) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    match host.parse::<IpAddr>() {
        // Any address leads here without asking a name server; so listening on all is fine.
        Ok(address) => is_ours(address),
        Err(_) => host.eq_ignore_ascii_case("localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn public() -> Called {
        let config = Config::parse(include_str!("../../../packaging/tidelock.toml")).unwrap();
        Called::By(config.public)
    }

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
            assert_eq!(Called::At(ours).is_our_name(&headers), expected, "{host} at {ours}");
        }
    }

    #[test]
    fn behind_a_proxy_there_is_one_name_and_for_a_monitor_an_address() {
        for (host, is_name, is_address) in [
            ("tidelock.example.org", true, true),
            ("localhost:3000", false, true),
            ("10.0.0.7:3000", false, true),
            ("evil.example", false, false),
            ("", false, false),
        ] {
            let headers = HeaderMap::from_iter([(HOST, host.parse().unwrap())]);
            assert_eq!(public().is_our_name(&headers), is_name, "{host}");
            assert_eq!(public().is_our_name_or_address(&headers), is_address, "{host}");
        }
    }

    #[test]
    fn orders_come_from_our_pages_or_from_programs() {
        let at = Called::At("127.0.0.1".parse().unwrap());
        for (called, headers, expected) in [
            (&at, vec![], true),
            (&at, vec![(FETCH_SITE, "same-origin")], true),
            (&at, vec![(FETCH_SITE, "same-site")], false),
            (&at, vec![(FETCH_SITE, "cross-site"), (ORIGIN, "http://127.0.0.1:3000")], false),
            (&at, vec![(ORIGIN, "http://127.0.0.1:3000")], true),
            (&at, vec![(ORIGIN, "http://127.0.0.1:4000")], false),
            (&at, vec![(ORIGIN, "null")], false),
            (&public(), vec![], true),
            (&public(), vec![(ORIGIN, "https://tidelock.example.org")], true),
            (&public(), vec![(ORIGIN, "http://tidelock.example.org")], false),
            (&public(), vec![(ORIGIN, "http://127.0.0.1:3000")], false),
            (&public(), vec![(ORIGIN, "null")], false),
            (&public(), vec![(FETCH_SITE, "same-site")], false),
        ] {
            let mut all = HeaderMap::from_iter([(HOST, "127.0.0.1:3000".parse().unwrap())]);
            all.extend(headers.iter().map(|(name, value)| (name.clone(), value.parse::<HeaderValue>().unwrap())));
            assert_eq!(called.is_from_here(&all), expected, "{headers:?}");
        }
    }
}
