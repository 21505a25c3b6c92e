//! Signing in where a provider says who people are: from its word to a session, and from a session to its user.

use tidelock_engine::clock::{Clock, SystemClock};
use tidelock_shared::access::SessionId;

use super::{Asking, COOKIE, Known, ManyUsers, NotKnown, Wish, cookie_in, is_led_here, text_of};
use crate::identity::openid::{Begun, OpenIdError, Returned, WayOn};
use crate::identity::sessions::From;

/// So long somebody counts as present who has shown who he is.
const PRESENCE_HOLDS_MS: i64 = 600_000;

/// Somebody who has signed in: where he goes on, and what his browser is to remember.
pub(crate) struct SignedIn {
    pub(crate) to: String,
    pub(crate) set_cookie: Option<String>,
}

/// Somebody who has not, and where he wanted to go on, if that is known.
pub(crate) struct NotSignedIn {
    pub(crate) why: NotKnown,
    pub(crate) to: Option<String>,
}

impl ManyUsers {
    /// By which people know the provider that says who they are; none where a proxy does.
    pub(crate) fn provider_name(&self) -> Option<&str> {
        self.openid.as_ref().map(|openid| openid.config().name.as_str())
    }

    /// The claim in which it does.
    pub(crate) fn provider_claim(&self) -> Option<&str> {
        self.openid.as_ref().map(|openid| openid.config().claim.as_str())
    }

    /// Where a person signs out of the provider too, if that is known.
    pub(crate) fn place_to_sign_out(&self) -> Option<String> {
        self.openid.as_ref()?.place_to_sign_out()
    }

    /// Whether somebody has shown lately who he is, where there is somebody who could ask.
    pub(crate) fn was_asked_lately(&self, session: SessionId) -> bool {
        self.openid.is_none() || self.sessions.was_asked_since(session, SystemClock.now_ms() - PRESENCE_HOLDS_MS)
    }

    /// Begins to sign somebody in. It may wait for the provider.
    pub(crate) fn begin_sign_in(&self, asking: Asking<'_>, way_on: WayOn) -> Result<Begun, NotKnown> {
        let now_ms = SystemClock.now_ms();
        let openid = self.openid.as_ref().ok_or(NotKnown::Nobody)?;
        let address = self.address_of(asking);
        let begun = openid.begin(asking.headers, address.as_deref(), way_on, now_ms);
        begun.map_err(|error| self.failed("the provider", address.as_deref(), now_ms, NotKnown::OpenId(error)))
    }

    /// Begins the session of whoever comes back from the provider. It may wait for that, and for a directory.
    pub(crate) fn finish_sign_in(&self, asking: Asking<'_>, returned: Returned) -> Result<SignedIn, NotSignedIn> {
        let now_ms = SystemClock.now_ms();
        let address = self.address_of(asking);
        let address = address.as_deref();
        let refused = |error| self.failed("the provider's word", address, now_ms, NotKnown::OpenId(error));
        let taken = self.openid.as_ref().ok_or(OpenIdError::Over).and_then(|openid| {
            let login = openid.take(asking.headers, &returned, now_ms)?;
            Ok((openid, login))
        });
        let (openid, login) = taken.map_err(|error| NotSignedIn { why: refused(error), to: None })?;
        let from = From { address, user_agent: text_of(asking.headers) };
        let begun = openid.person_of(&login, returned, now_ms).map_err(refused).and_then(|person| {
            let user = self.user_called(&person.name, address, now_ms)?;
            Ok((self.begin(user, from, now_ms)?, person.asked_ms))
        });
        match begun {
            Ok((Known { caller, set_cookie }, asked_ms)) => {
                if let Some((session, asked_ms)) = caller.session.zip(asked_ms) {
                    self.sessions.set_asked(session, asked_ms);
                }
                if let Some(old) = login.replaces {
                    self.end_one(old);
                }
                Ok(SignedIn { to: login.to, set_cookie })
            }
            Err(why) => Err(NotSignedIn { why, to: Some(login.to) }),
        }
    }

    /// Whoever has the session that a browser remembers.
    pub(super) fn identify_by_session(&self, asking: Asking<'_>, address: Option<&str>, now_ms: i64) -> Result<Known, NotKnown> {
        let Some(secret) = cookie_in(asking.headers, COOKIE) else {
            return Err(if asking.wish == Wish::Page && is_led_here(asking.headers) {
                NotKnown::AskAgain
            } else {
                NotKnown::NoSession
            });
        };
        let found = self.sessions.find(secret, now_ms).ok_or(NotKnown::SessionOver)?;
        let user = self.accounts.user(&found.session.user, now_ms);
        let user = user.map_err(|error| self.failed("a session", address, now_ms, NotKnown::Directory(error)))?;
        match user.filter(|user| user.uid == found.session.uid) {
            Some(user) => {
                self.check_account(&user)?;
                Ok(Known { caller: self.caller(user, found), set_cookie: None })
            }
            None => {
                self.end_one(found.session.id);
                Err(NotKnown::SessionOver)
            }
        }
    }
}
