//! Addresses from which a proxy connects.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

/// One address, or all that begin alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Network(IpNet);

impl Network {
    pub(crate) fn contains(self, address: IpAddr) -> bool {
        // A socket for both kinds tells an IPv4 address as an IPv6 one.
        self.0.contains(&address.to_canonical())
    }

    /// Whether every user of this machine connects from there.
    pub(super) fn is_loopback(self) -> bool {
        self.0.addr().is_loopback()
    }

    pub(super) fn is_everything(self) -> bool {
        self.0.prefix_len() == 0
    }
}

/// `10.0.0.7`, `10.0.0.0/24`, `2001:db8::/32`.
impl FromStr for Network {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self(address.into()));
        }
        let network: IpNet = text.parse().map_err(|_| "an address such as 10.0.0.7, or a network such as 10.0.0.0/24")?;
        if network.trunc() == network { Ok(Self(network)) } else { Err("a network whose last bits are 0, such as 10.0.0.0/24") }
    }
}

impl std::fmt::Display for Network {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.prefix_len() == self.0.max_prefix_len() { self.0.addr().fmt(out) } else { self.0.fmt(out) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_in_its_network_in_whichever_form_it_comes() {
        for (network, inside, outside) in [
            ("10.0.0.7", &["10.0.0.7", "::ffff:10.0.0.7"][..], &["10.0.0.8", "::1"][..]),
            ("10.0.0.0/24", &["10.0.0.0", "10.0.0.255"], &["10.0.1.0", "::ffff:10.0.1.0"]),
            ("2001:db8::/32", &["2001:db8::1"], &["2001:db9::1", "10.0.0.1"]),
        ] {
            let network: Network = network.parse().unwrap();
            assert!(inside.iter().all(|address| network.contains(address.parse().unwrap())), "{network}");
            assert!(!outside.iter().any(|address| network.contains(address.parse().unwrap())), "{network}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["", "proxy.example.org", "10.0.0.1/24", "10.0.0.0/33", "10.0.0"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
