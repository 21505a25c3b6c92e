//! Sign-ins that have begun here and have not come back from the provider.
//!
//! Each is found by its state, by the browser in which it began alone, once, and within ten minutes. So nobody
//! brings somebody else's browser to an account of his own, and no answer of a provider counts twice.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use tidelock_shared::access::SessionId;

use crate::identity::token::Fingerprint;

/// So long a person may take at the provider.
pub(super) const HOLDS_MS: i64 = 600_000;
/// With one more the oldest goes; of one address too, so that nobody alone takes all the room.
const MAX: usize = 4096;
const OF_AN_ADDRESS_MAX: usize = 512;

/// One that has begun.
#[derive(Clone)]
pub(crate) struct Login {
    pub(super) browser: Fingerprint,
    pub(super) began_ms: i64,
    pub(super) address: Option<String>,
    /// What the ID token has to say again.
    pub(super) nonce: String,
    /// What shows that we are whoever has asked.
    pub(super) verifier: String,
    /// Where it goes on afterwards.
    pub(crate) to: String,
    /// The session that ends with the new one.
    pub(crate) replaces: Option<SessionId>,
}

#[derive(Default)]
pub(super) struct Logins(Mutex<BTreeMap<Fingerprint, Login>>);

impl Logins {
    pub(super) fn keep(&self, state: &str, login: Login) {
        let mut kept = self.0.lock();
        let now_ms = login.began_ms;
        kept.retain(|_, login| login.holds(now_ms));
        let of_address = |other: &Login| login.address.is_some() && other.address == login.address;
        if kept.values().filter(|other| of_address(other)).count() >= OF_AN_ADDRESS_MAX {
            remove_oldest(&mut kept, of_address);
        }
        if kept.len() >= MAX {
            remove_oldest(&mut kept, |_| true);
        }
        kept.insert(Fingerprint::of(state), login);
    }

    /// The one that has begun with a state in a browser, which is over with that.
    pub(super) fn take(&self, state: &str, browser: &str, now_ms: i64) -> Option<Login> {
        let state = Fingerprint::of(state);
        let mut kept = self.0.lock();
        // Whoever knows the state alone takes it from nobody.
        kept.get(&state).filter(|login| login.browser == Fingerprint::of(browser))?;
        kept.remove(&state).filter(|login| login.holds(now_ms))
    }
}

impl Login {
    fn holds(&self, now_ms: i64) -> bool {
        (0..HOLDS_MS).contains(&(now_ms - self.began_ms))
    }
}

fn remove_oldest(kept: &mut BTreeMap<Fingerprint, Login>, is_one: impl Fn(&Login) -> bool) {
    let oldest = kept.iter().filter(|(_, login)| is_one(login)).min_by_key(|(_, login)| login.began_ms);
    if let Some(state) = oldest.map(|(state, _)| *state) {
        kept.remove(&state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(browser: &str, address: &str, began_ms: i64) -> Login {
        let browser = Fingerprint::of(browser);
        let (nonce, verifier, to) = Default::default();
        Login { browser, began_ms, address: Some(address.to_owned()), nonce, verifier, to, replaces: None }
    }

    #[test]
    fn each_comes_back_once_to_its_own_browser_and_in_time() {
        let logins = Logins::default();
        for state in ["a", "b", "c"] {
            logins.keep(state, login("mine", "10.0.0.1", 0));
        }
        for (state, browser, now_ms, expected) in [
            ("a", "other", 1, false),
            ("x", "mine", 1, false),
            ("a", "mine", 1, true),
            ("a", "mine", 2, false),
            ("b", "mine", HOLDS_MS - 1, true),
            ("c", "mine", HOLDS_MS, false),
            ("c", "mine", 3, false),
        ] {
            assert_eq!(logins.take(state, browser, now_ms).is_some(), expected, "{state} in {browser} at {now_ms}");
        }
    }

    #[test]
    fn there_are_so_many_and_one_address_does_not_take_all_the_room() {
        let logins = Logins::default();
        logins.keep("first", login("mine", "10.0.0.1", 0));
        for number in 0..1000 {
            logins.keep(&format!("flood {number}"), login("theirs", "10.0.0.2", 1));
        }
        assert_eq!(logins.0.lock().len(), 1 + OF_AN_ADDRESS_MAX);
        for number in 0..MAX {
            logins.keep(&format!("crowd {number}"), login("theirs", &number.to_string(), 2));
        }
        assert_eq!(logins.0.lock().len(), MAX);
        assert!(logins.take("first", "mine", 3).is_none(), "the oldest has gone");
        logins.keep("late", login("mine", "10.0.0.1", HOLDS_MS + 2));
        assert_eq!(logins.0.lock().len(), 1, "what is over takes no room");
    }
}
