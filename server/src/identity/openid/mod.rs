//! Signing in with a provider of OpenID Connect: the way there, and the way back.
//!
//! A browser goes to the provider with a state that is good once, and comes back with it and a code. For the
//! code, and a secret of this server's own, the provider gives a token that it has signed, which says who the
//! person is. A cookie binds the state to the browser. It is sent with the way back, which is a link of another
//! site, and says nothing else; the session's own cookie is not sent then, and need not be.
//!
//! Not here: whose account that is, and its session (`many`).

#[cfg(test)]
pub(crate) mod fake;
mod logins;
mod provider;

use axum::http::HeaderMap;
use serde::Deserialize;
use tidelock_shared::access::SessionId;

pub(crate) use logins::Login;
pub(crate) use provider::ProviderError;
#[cfg(feature = "fuzzing")]
pub(super) use provider::claims_of;

use super::cookie_in;
use super::token::{Fingerprint, NoRandomness, Token};
use crate::config;
use logins::{HOLDS_MS, Logins};
use provider::{Person, Provider};

/// As the session's own, but sent when another site leads here, and forgotten soon.
const COOKIE: &str = "__Host-tidelock_sign_in";

/// What a person wants who signs in.
pub(crate) struct WayOn {
    /// Where it goes on afterwards; a path of ours.
    pub(crate) to: String,
    /// To be asked though the provider knows who it is.
    pub(crate) anew: bool,
    /// The session that ends with the new one.
    pub(crate) replaces: Option<SessionId>,
}

/// A sign-in that has begun: where the browser goes, and what it is to remember.
pub(crate) struct Begun {
    pub(crate) place: String,
    pub(crate) set_cookie: String,
}

/// With what a browser comes back.
#[derive(Default, Deserialize)]
pub(crate) struct Returned {
    #[serde(default)]
    state: String,
    code: Option<String>,
    error: Option<String>,
}

/// Why nobody has signed in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenIdError {
    #[error("the state is unknown, used, late or another browser's")]
    Over,
    #[error("the person has not signed in")]
    Cancelled,
    #[error("the provider answers {0}")]
    Refused(String),
    #[error(transparent)]
    Provider(#[from] ProviderError),
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

pub(super) struct OpenId {
    provider: Provider,
    logins: Logins,
}

impl OpenId {
    pub(super) fn new(config: config::OpenId) -> Self {
        Self { provider: Provider::new(config), logins: Logins::default() }
    }

    pub(super) fn config(&self) -> &config::OpenId {
        self.provider.config()
    }

    /// Begins a sign-in. It waits for the provider when that has said nothing of itself for long.
    pub(super) fn begin(
        &self,
        headers: &HeaderMap,
        address: Option<&str>,
        way_on: WayOn,
        now_ms: i64,
    ) -> Result<Begun, OpenIdError> {
        let random = || Token::random_after("").map(|token| token.reveal().to_owned());
        // Several at once in one browser do not disturb each other.
        let browser = match cookie_in(headers, COOKIE).filter(|known| Token::looks_random(known)) {
            Some(known) => known.to_owned(),
            None => random()?,
        };
        let WayOn { to, anew, replaces } = way_on;
        let state = random()?;
        let login = Login {
            browser: Fingerprint::of(&browser),
            began_ms: now_ms,
            address: address.map(str::to_owned),
            nonce: random()?,
            verifier: random()?,
            to,
            replaces,
        };
        let place = self.provider.place_to_ask(state.clone(), &login, anew)?;
        self.logins.keep(&state, login);
        let age = HOLDS_MS / 1000;
        let set_cookie = format!("{COOKIE}={browser}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={age}");
        Ok(Begun { place, set_cookie })
    }

    /// The sign-in with which a browser comes back; nobody comes back with it again.
    pub(super) fn take(&self, headers: &HeaderMap, returned: &Returned, now_ms: i64) -> Result<Login, OpenIdError> {
        let login = cookie_in(headers, COOKIE).and_then(|browser| self.logins.take(&returned.state, browser, now_ms));
        login.ok_or(OpenIdError::Over)
    }

    /// Who has come back. It waits for the provider.
    pub(super) fn person_of(&self, login: &Login, returned: Returned, now_ms: i64) -> Result<Person, OpenIdError> {
        match (returned.error, returned.code) {
            (Some(error), _) if error == "access_denied" => Err(OpenIdError::Cancelled),
            (Some(error), _) => Err(OpenIdError::Refused(word_of(&error))),
            (None, Some(code)) => Ok(self.provider.person_of(code, login, now_ms)?),
            (None, None) => Err(OpenIdError::Refused("nothing".to_owned())),
        }
    }

    /// Where a person signs out of the provider too, if that is known.
    pub(super) fn place_to_sign_out(&self) -> Option<String> {
        self.provider.place_to_sign_out()
    }
}

/// A code of an error, which anybody may have written into a link.
fn word_of(error: &str) -> String {
    error.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(64).collect()
}

#[cfg(test)]
mod tests {
    use axum::http::header::COOKIE;
    use openidconnect::url::Url;
    use serde_json::json;

    use super::*;
    use crate::config::{Config, Way};

    const MINUTE: i64 = 60_000;

    /// Signs somebody in with a key of that number.
    fn signs_in(openid: &OpenId, provider: &fake::Provider, key: u8, now_ms: i64) -> Result<String, OpenIdError> {
        let way_on = WayOn { to: "/".to_owned(), anew: false, replaces: None };
        let begun = openid.begin(&HeaderMap::new(), None, way_on, now_ms)?;
        let place: Url = begun.place.parse().unwrap();
        let asked = |name: &str| place.query_pairs().find(|(asked, _)| asked == name).unwrap().1.into_owned();
        let header = json!({ "alg": "EdDSA", "kid": key.to_string() });
        provider.says.lock().id_token = Some(fake::signed(&header, &provider.claims("alice", &asked("nonce")), key));
        let cookie = begun.set_cookie.split(';').next().unwrap();
        let returned = Returned { state: asked("state"), code: Some("code".to_owned()), error: None };
        let login = openid.take(&HeaderMap::from_iter([(COOKIE, cookie.parse().unwrap())]), &returned, now_ms)?;
        openid.person_of(&login, returned, now_ms).map(|person| person.name)
    }

    fn openid_of(provider: &fake::Provider) -> OpenId {
        let example = include_str!("../../../../packaging/tidelock.toml");
        let (before, after) = example.split_once("[sign_in.proxy]").unwrap();
        let issuer = &provider.issuer;
        let openid =
            format!("[sign_in.openid]\nissuer = \"{issuer}\"\nclient_id = \"tidelock\"\nclient_secret_file = \"/nowhere\"\n");
        let after = after.split_once("[sessions]").unwrap().1;
        let Way::OpenId(config) = Config::parse(&format!("{before}{openid}[sessions]{after}")).unwrap().sign_in.way else {
            panic!()
        };
        OpenId::new(*config)
    }

    #[test]
    fn a_key_that_is_not_known_is_looked_for_once_a_minute() {
        let provider = fake::Provider::start();
        let openid = openid_of(&provider);
        assert_eq!(signs_in(&openid, &provider, 1, 0).unwrap(), "alice");
        provider.says.lock().keys = vec![2];
        for (key, now_ms, is_in, asked) in [
            (2, MINUTE - 1, false, 1),
            (2, MINUTE, true, 2),
            (1, MINUTE + 1, false, 2),
            (1, 2 * MINUTE, false, 3),
            (2, 3 * MINUTE, true, 3),
        ] {
            assert_eq!(signs_in(&openid, &provider, key, now_ms).is_ok(), is_in, "{key} at {now_ms}");
            assert_eq!(provider.was_asked("/jwks"), asked, "{key} at {now_ms}");
        }
    }

    #[test]
    fn what_a_provider_says_of_itself_is_read_every_hour_and_counts_while_it_is_away() {
        let provider = fake::Provider::start();
        let openid = openid_of(&provider);
        for (now_ms, asked) in [(0, 1), (59 * MINUTE, 1), (60 * MINUTE, 2)] {
            signs_in(&openid, &provider, 1, now_ms).unwrap();
            assert_eq!(provider.was_asked("/.well-known/openid-configuration"), asked, "at {now_ms}");
        }
        provider.says.lock().described = json!({ "issuer": "https://evil.example" });
        assert_eq!(signs_in(&openid, &provider, 1, 120 * MINUTE).unwrap(), "alice");
        assert_eq!(provider.was_asked("/.well-known/openid-configuration"), 3);
    }
}
