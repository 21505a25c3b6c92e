//! Tokens for scripts: made by a person, told once, with a scope and an end.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tidelock_shared::access::{Scope, TokenId};
use tokio::sync::watch;

use super::sessions::BeginError;
use super::store::Store;
use super::token::{Fingerprint, Token};

/// What tells a token from other secrets, for those who look for leaked ones.
const PREFIX: &str = "tidelock_";

/// One, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiToken {
    pub(crate) id: TokenId,
    pub(crate) user: String,
    pub(crate) uid: u32,
    pub(crate) name: String,
    pub(crate) scope: Scope,
    pub(crate) created_ms: i64,
    pub(crate) expires_ms: i64,
    pub(crate) used_ms: Option<i64>,
}

pub(super) struct ApiTokens {
    store: Arc<Store>,
    live: Mutex<BTreeMap<Fingerprint, Live>>,
}

struct Live {
    token: ApiToken,
    written_ms: Option<i64>,
    ended: watch::Sender<bool>,
}

impl Live {
    fn new(token: ApiToken) -> Self {
        Self { written_ms: token.used_ms, token, ended: watch::Sender::new(false) }
    }
}

impl ApiTokens {
    pub(super) fn new(store: Arc<Store>) -> rusqlite::Result<Self> {
        let live = |(fingerprint, token): (Fingerprint, ApiToken)| (fingerprint, Live::new(token));
        let live = store.tokens()?.into_iter().map(live).collect();
        Ok(Self { store, live: Mutex::new(live) })
    }

    /// Makes one, and answers its secret.
    pub(super) fn make(&self, mut token: ApiToken) -> Result<(Token, ApiToken), BeginError> {
        let secret = Token::random_after(PREFIX)?;
        let fingerprint = Fingerprint::of(secret.reveal());
        token.id = self.store.add_token(&fingerprint, &token)?;
        self.live.lock().insert(fingerprint, Live::new(token.clone()));
        Ok((secret, token))
    }

    /// The token of a secret, which is used now; none if it is over.
    pub(super) fn find(&self, secret: &str, now_ms: i64) -> Option<(ApiToken, watch::Receiver<bool>)> {
        let mut live = self.live.lock();
        let one = live.get_mut(&Fingerprint::of(secret)).filter(|one| now_ms < one.token.expires_ms)?;
        one.token.used_ms = one.token.used_ms.max(Some(now_ms));
        Some((one.token.clone(), one.ended.subscribe()))
    }

    /// Those of a user, or all, the newest first.
    pub(super) fn list(&self, user: Option<&str>, now_ms: i64) -> Vec<ApiToken> {
        let live = self.live.lock();
        let tokens = live.values().map(|one| &one.token).filter(|token| now_ms < token.expires_ms);
        let mut tokens: Vec<_> = tokens.filter(|token| user.is_none_or(|user| user == token.user)).cloned().collect();
        tokens.sort_by_key(|token| std::cmp::Reverse(token.id));
        tokens
    }

    /// Ends all that are so, with everything that is streamed to them.
    pub(super) fn end(&self, is_so: impl Fn(&ApiToken) -> bool) -> rusqlite::Result<()> {
        let mut ended = Vec::new();
        self.live.lock().retain(|_, one| {
            let ends = is_so(&one.token);
            if ends {
                one.ended.send_replace(true);
                ended.push(one.token.id);
            }
            !ends
        });
        if ended.is_empty() { Ok(()) } else { self.store.remove_tokens(&ended) }
    }

    /// Lets go what is over, and writes down when the others were used.
    pub(super) fn settle(&self, now_ms: i64) -> rusqlite::Result<()> {
        self.end(|token| now_ms >= token.expires_ms)?;
        let mut used = Vec::new();
        for one in self.live.lock().values_mut().filter(|one| one.written_ms != one.token.used_ms) {
            one.written_ms = one.token.used_ms;
            used.extend(one.token.used_ms.map(|used_ms| (one.token.id, used_ms)));
        }
        if used.is_empty() { Ok(()) } else { self.store.set_used(&used) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(name: &str, scope: Scope) -> ApiToken {
        let (name, user) = (name.to_owned(), "alice".to_owned());
        ApiToken { id: TokenId(0), user, uid: 1000, name, scope, created_ms: 0, expires_ms: 100, used_ms: None }
    }

    #[test]
    fn a_token_works_until_its_end_and_outlives_a_restart() {
        let store = Arc::new(Store::in_memory());
        let tokens = ApiTokens::new(store.clone()).unwrap();
        let made = Scope::ALL.map(|scope| tokens.make(token("nightly", scope)).unwrap());
        tokens.find(made[1].0.reveal(), 50).unwrap();
        tokens.settle(51).unwrap();
        let again = ApiTokens::new(store.clone()).unwrap();
        for (secret, made) in &made {
            assert!(secret.reveal().starts_with("tidelock_"));
            assert_eq!(again.find(secret.reveal(), 99).unwrap().0.scope, made.scope);
            assert!(again.find(secret.reveal(), 100).is_none());
        }
        assert_eq!(store.tokens().unwrap()[1].1.used_ms, Some(50));
        again.end(|token| token.id == made[0].1.id).unwrap();
        assert!(again.find(made[0].0.reveal(), 1).is_none());
        again.settle(100).unwrap();
        assert!(store.tokens().unwrap().is_empty());
    }
}
