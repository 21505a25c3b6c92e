//! Who is at the other end of a connection, and whom a proxy there speaks for.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName};

use crate::config::Network;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Longer names are nobody's, and are not written into the log.
const NAME_BYTES_MAX: usize = 256;

/// The other end of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    Address(IpAddr),
    /// Whoever may connect to our Unix socket, which is the proxy alone.
    Socket,
}

/// What a request says of its user through the proxy's header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said<'r> {
    Nothing,
    /// The proxy says so, and it looks like a name.
    Name(&'r str),
    /// Somebody else says so.
    Foreign,
    /// The proxy says what no name is.
    Unfit(Unfit),
}

/// Why a header names nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    Twice,
    Empty,
    TooLong,
    /// Other than visible ASCII.
    Characters,
}

impl Peer {
    /// Whether the proxy's header counts from here.
    pub(super) fn is_proxy(&self, from: &[Network]) -> bool {
        match self {
            Self::Socket => true,
            Self::Address(address) => from.iter().any(|network| network.contains(*address)),
        }
    }

    /// The address of the person, as far as it is known: a proxy tells for whom it asks, and what it adds stands last.
    pub(super) fn address_of(&self, headers: &HeaderMap, from: &[Network]) -> Option<IpAddr> {
        if self.is_proxy(from) {
            let last = headers.get_all(FORWARDED_FOR).into_iter().next_back()?.to_str().ok()?;
            return last.rsplit(',').next()?.trim().parse::<IpAddr>().ok().map(|address| address.to_canonical());
        }
        match self {
            Self::Address(address) => Some(address.to_canonical()),
            Self::Socket => None,
        }
    }
}

/// Reads the proxy's header. One that comes from elsewhere is never passed over: whoever sends it tries something.
pub(super) fn said<'r>(header: &HeaderName, from: &[Network], peer: Option<&Peer>, headers: &'r HeaderMap) -> Said<'r> {
    let mut values = headers.get_all(header).into_iter();
    let Some(value) = values.next() else { return Said::Nothing };
    if !peer.is_some_and(|peer| peer.is_proxy(from)) {
        return Said::Foreign;
    }
    if values.next().is_some() {
        return Said::Unfit(Unfit::Twice);
    }
    let bytes = value.as_bytes();
    if bytes.is_empty() {
        return Said::Unfit(Unfit::Empty);
    }
    if bytes.len() > NAME_BYTES_MAX {
        return Said::Unfit(Unfit::TooLong);
    }
    match std::str::from_utf8(bytes) {
        Ok(name) if bytes.iter().all(u8::is_ascii_graphic) => Said::Name(name),
        _ => Said::Unfit(Unfit::Characters),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const REMOTE_USER: HeaderName = HeaderName::from_static("x-remote-user");

    fn from() -> Vec<Network> {
        vec!["10.0.0.7".parse().unwrap()]
    }

    fn headers(values: &[&[u8]]) -> HeaderMap {
        values.iter().map(|value| (REMOTE_USER, HeaderValue::from_bytes(value).unwrap())).collect()
    }

    fn said<'r>(peer: Option<&Peer>, headers: &'r HeaderMap) -> Said<'r> {
        super::said(&REMOTE_USER, &from(), peer, headers)
    }

    #[test]
    fn the_header_counts_from_the_proxy_alone() {
        let one = headers(&[b"alice"]);
        let at = |address: &str| Peer::Address(address.parse().unwrap());
        for (peer, expected) in [
            (Some(at("10.0.0.7")), Said::Name("alice")),
            (Some(at("::ffff:10.0.0.7")), Said::Name("alice")),
            (Some(Peer::Socket), Said::Name("alice")),
            (Some(at("10.0.0.8")), Said::Foreign),
            (Some(at("127.0.0.1")), Said::Foreign),
            (None, Said::Foreign),
        ] {
            assert_eq!(said(peer.as_ref(), &one), expected, "{peer:?}");
        }
        assert_eq!(said(Some(&Peer::Socket), &HeaderMap::new()), Said::Nothing);
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let long = [b'a'; 257];
        for (values, expected) in [
            (&[&b"alice"[..], b"bob"][..], Unfit::Twice),
            (&[b"alice", b"alice"], Unfit::Twice),
            (&[b""], Unfit::Empty),
            (&[&long], Unfit::TooLong),
            (&[b"a b"], Unfit::Characters),
            (&[b"a\tb"], Unfit::Characters),
            (&["ålice".as_bytes()], Unfit::Characters),
            (&[b"\xff"], Unfit::Characters),
        ] {
            assert_eq!(said(Some(&Peer::Socket), &headers(values)), Said::Unfit(expected), "{values:?}");
        }
    }

    #[test]
    fn only_the_proxy_says_for_whom_it_asks() {
        let mut headers = HeaderMap::new();
        headers.append(FORWARDED_FOR, HeaderValue::from_static("6.6.6.6"));
        headers.append(FORWARDED_FOR, HeaderValue::from_static("7.7.7.7, 192.0.2.1"));
        let address = |peer: Peer| peer.address_of(&headers, &from()).map(|address| address.to_string());
        assert_eq!(address(Peer::Socket).as_deref(), Some("192.0.2.1"));
        assert_eq!(address(Peer::Address("10.0.0.7".parse().unwrap())).as_deref(), Some("192.0.2.1"));
        assert_eq!(address(Peer::Address("10.0.0.9".parse().unwrap())).as_deref(), Some("10.0.0.9"));
        assert_eq!(Peer::Socket.address_of(&HeaderMap::new(), &[]), None);
    }
}
