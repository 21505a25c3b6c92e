//! By which address people know the server.

use axum::http::Uri;
use axum::http::uri::Authority;

/// An origin, and nothing below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicName {
    scheme: &'static str,
    /// Without the port that the scheme has by itself.
    authority: String,
}

impl PublicName {
    /// Reads `https://tidelock.example.org`, with a port if it has one.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let uri: Uri = text.parse().map_err(|_| "it is no address")?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return Err("it is no whole address") };
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() || text.contains('#') {
            return Err("the server needs a name of its own: nothing may follow the name and the port");
        }
        if authority.as_str().contains('@') {
            return Err("it names a user");
        }
        let scheme = match scheme {
            "https" => "https",
            // Browsers trust the machine that they run on as they trust https.
            "http" if is_safe(scheme, authority.host()) => "http",
            _ => return Err("it is not https, without which a browser keeps no safe cookie"),
        };
        let port = authority.port_u16().filter(|port| Some(*port) != default_port(scheme));
        let host = authority.host().to_ascii_lowercase();
        let authority = port.map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
        Ok(Self { scheme, authority })
    }

    /// `https://tidelock.example.org`: as a browser tells the origin of a request.
    pub(crate) fn origin(&self) -> String {
        format!("{}://{}", self.scheme, self.authority)
    }

    /// Whether a `Host` header calls the server by this name.
    pub(crate) fn is_host(&self, host: &str) -> bool {
        let Ok(authority) = host.parse::<Authority>() else { return false };
        let port = authority.port_u16().filter(|port| Some(*port) != default_port(self.scheme));
        let host = authority.host().to_ascii_lowercase();
        let called = port.map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
        called == self.authority && !authority.as_str().contains('@')
    }
}

/// Whether nobody can listen or answer in between: https, or this machine itself.
pub(crate) fn is_safe(scheme: &str, host: &str) -> bool {
    scheme == "https" || scheme == "http" && matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_called_by_its_own_name_only() {
        let name = PublicName::parse("https://Tidelock.example.org/").unwrap();
        assert_eq!(name.origin(), "https://tidelock.example.org");
        for host in ["tidelock.example.org", "TIDELOCK.example.org", "tidelock.example.org:443"] {
            assert!(name.is_host(host), "{host}");
        }
        for host in
            ["", "localhost", "127.0.0.1:443", "tidelock.example.org:80", "x.tidelock.example.org", "a@tidelock.example.org"]
        {
            assert!(!name.is_host(host), "{host}");
        }
        let name = PublicName::parse("https://tidelock.example.org:8443").unwrap();
        assert!(name.is_host("tidelock.example.org:8443") && !name.is_host("tidelock.example.org"));
    }

    #[test]
    fn what_a_browser_would_not_trust_is_refused() {
        for text in
            ["tidelock.example.org", "http://tidelock.example.org", "https://example.org/tidelock", "https://a@b", "ftp://b", "/"]
        {
            assert!(PublicName::parse(text).is_err(), "{text}");
        }
        assert!(PublicName::parse("http://localhost:8080").is_ok());
    }
}
