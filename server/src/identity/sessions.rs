//! Sessions: begun, recognised, listed, ended.
//!
//! They are held in memory, where every request looks, and written through. When one was seen last is written
//! with the next [`Sessions::settle`], once a minute; a kill loses no more than that.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tidelock_shared::access::SessionId;
use tokio::sync::watch;

use super::store::Store;
use super::token::{Fingerprint, NoRandomness, Token};
use crate::config::SessionLimits;

/// So many one user has; with one more the one that was not seen for the longest ends.
const OF_A_USER_MAX: usize = 32;
const USER_AGENT_CHARACTERS_MAX: usize = 256;

/// One, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    pub(crate) user: String,
    /// A name that was given to another account is not the user's any more.
    pub(crate) uid: u32,
    pub(crate) created_ms: i64,
    pub(crate) seen_ms: i64,
    pub(crate) address: Option<String>,
    pub(crate) user_agent: String,
}

struct Live {
    session: Session,
    written_ms: i64,
    /// When the person has shown last who he is. It is not written down: with another process he does so again.
    asked_ms: Option<i64>,
    ended: watch::Sender<bool>,
}

/// No session could be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BeginError {
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    #[error("cannot write down the session")]
    Store(#[from] rusqlite::Error),
}

pub(super) struct Sessions {
    limits: SessionLimits,
    store: Arc<Store>,
    live: Mutex<BTreeMap<Fingerprint, Live>>,
}

/// A session as a request finds it.
pub(super) struct Found {
    pub(super) session: Session,
    pub(super) has_ended: watch::Receiver<bool>,
}

impl Sessions {
    /// Takes up those that an earlier server left.
    pub(super) fn new(store: Arc<Store>, limits: SessionLimits) -> rusqlite::Result<Self> {
        let live = |(fingerprint, session): (Fingerprint, Session)| (fingerprint, Live::new(session));
        let live = store.sessions()?.into_iter().map(live).collect();
        Ok(Self { limits, store, live: Mutex::new(live) })
    }

    /// Begins one of an account, and answers its secret.
    pub(super) fn begin(&self, user: &str, uid: u32, from: From<'_>, now_ms: i64) -> Result<(Token, Found), BeginError> {
        let secret = Token::random_after("")?;
        let fingerprint = Fingerprint::of(secret.reveal());
        let user_agent = from.user_agent.chars().filter(|c| !c.is_control()).take(USER_AGENT_CHARACTERS_MAX).collect();
        let mut session = Session {
            id: SessionId(0),
            user: user.to_owned(),
            uid,
            created_ms: now_ms,
            seen_ms: now_ms,
            address: from.address.map(str::to_owned),
            user_agent,
        };
        session.id = self.store.add_session(&fingerprint, &session)?;
        let live = Live::new(session.clone());
        let has_ended = live.ended.subscribe();
        self.live.lock().insert(fingerprint, live);
        self.end_the_oldest_of(user)?;
        Ok((secret, Found { session, has_ended }))
    }

    /// The session of a secret, which is seen now; none if it is over.
    pub(super) fn find(&self, secret: &str, now_ms: i64) -> Option<Found> {
        let mut live = self.live.lock();
        let one = live.get_mut(&Fingerprint::of(secret))?;
        if self.is_over(&one.session, now_ms) {
            // `settle` takes it away.
            one.ended.send_replace(true);
            return None;
        }
        one.session.seen_ms = one.session.seen_ms.max(now_ms);
        Some(Found { session: one.session.clone(), has_ended: one.ended.subscribe() })
    }

    /// Remembers when the person has shown who he is.
    pub(super) fn set_asked(&self, id: SessionId, asked_ms: i64) {
        if let Some(one) = self.live.lock().values_mut().find(|one| one.session.id == id) {
            one.asked_ms = Some(asked_ms);
        }
    }

    pub(super) fn was_asked_since(&self, id: SessionId, since_ms: i64) -> bool {
        self.live.lock().values().any(|one| one.session.id == id && one.asked_ms.is_some_and(|asked_ms| asked_ms >= since_ms))
    }

    fn is_over(&self, session: &Session, now_ms: i64) -> bool {
        let idle_ms = i64::from(self.limits.idle_minutes) * 60_000;
        let absolute_ms = i64::from(self.limits.absolute_hours) * 3_600_000;
        now_ms - session.seen_ms >= idle_ms || now_ms - session.created_ms >= absolute_ms
    }

    /// Those of a user, or all, the newest first.
    pub(super) fn list(&self, user: Option<&str>, now_ms: i64) -> Vec<Session> {
        let live = self.live.lock();
        let sessions = live.values().map(|one| &one.session).filter(|session| !self.is_over(session, now_ms));
        let mut sessions: Vec<_> = sessions.filter(|session| user.is_none_or(|user| user == session.user)).cloned().collect();
        sessions.sort_by_key(|session| std::cmp::Reverse(session.id));
        sessions
    }

    /// Ends all that are so, with everything that is streamed to them.
    ///
    /// They are over for this server even if that could not be written down.
    pub(super) fn end(&self, is_so: impl Fn(&Session) -> bool) -> rusqlite::Result<()> {
        let mut ended = Vec::new();
        self.live.lock().retain(|_, one| {
            let ends = is_so(&one.session);
            if ends {
                one.ended.send_replace(true);
                ended.push(one.session.id);
            }
            !ends
        });
        if ended.is_empty() { Ok(()) } else { self.store.remove_sessions(&ended) }
    }

    fn end_the_oldest_of(&self, user: &str) -> rusqlite::Result<()> {
        let mut of_user: Vec<(i64, SessionId)> = {
            let live = self.live.lock();
            let sessions = live.values().map(|one| &one.session).filter(|session| session.user == user);
            sessions.map(|session| (session.seen_ms, session.id)).collect()
        };
        of_user.sort_unstable();
        let too_many = of_user.len().saturating_sub(OF_A_USER_MAX);
        let oldest: Vec<SessionId> = of_user.into_iter().take(too_many).map(|(_, id)| id).collect();
        if oldest.is_empty() { Ok(()) } else { self.end(|session| oldest.contains(&session.id)) }
    }

    /// Ends what is over, and writes down when the others were seen.
    pub(super) fn settle(&self, now_ms: i64) -> rusqlite::Result<()> {
        self.end(|session| self.is_over(session, now_ms))?;
        let mut seen = Vec::new();
        for one in self.live.lock().values_mut().filter(|one| one.written_ms != one.session.seen_ms) {
            one.written_ms = one.session.seen_ms;
            seen.push((one.session.id, one.session.seen_ms));
        }
        if seen.is_empty() { Ok(()) } else { self.store.set_seen(&seen) }
    }
}

/// From where a session begins.
#[derive(Clone, Copy)]
pub(super) struct From<'r> {
    pub(super) address: Option<&'r str>,
    pub(super) user_agent: &'r str,
}

impl Live {
    fn new(session: Session) -> Self {
        Self { written_ms: session.seen_ms, session, asked_ms: None, ended: watch::Sender::new(false) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;
    const FROM: From<'_> = From { address: Some("10.0.0.1"), user_agent: "Firefox/1\n" };

    fn sessions_in(store: &Arc<Store>) -> Sessions {
        Sessions::new(store.clone(), SessionLimits { idle_minutes: 60, absolute_hours: 12 }).unwrap()
    }

    #[test]
    fn a_session_outlives_a_restart_and_only_its_fingerprint_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(Store::open(folder.path()).unwrap());
        let sessions = sessions_in(&store);
        let (secret, found) = sessions.begin("alice", 1000, FROM, 0).unwrap();
        assert_eq!((found.session.user_agent.as_str(), secret.reveal().len()), ("Firefox/1", 64));
        sessions.find(secret.reveal(), 30 * MINUTE).unwrap();
        sessions.settle(30 * MINUTE).unwrap();
        drop((sessions, store));
        let kept = std::fs::read(folder.path().join("sign_in.sqlite")).unwrap();
        assert!(!kept.windows(64).any(|window| window == secret.reveal().as_bytes()));

        let again = sessions_in(&Arc::new(Store::open(folder.path()).unwrap()));
        assert_eq!(again.find(secret.reveal(), 89 * MINUTE).unwrap().session.user, "alice");
        assert!(again.find("0", 0).is_none());
    }

    #[test]
    fn a_session_ends_when_it_rests_and_in_any_case_after_a_while() {
        let sessions = sessions_in(&Arc::new(Store::in_memory()));
        let (rests, found) = sessions.begin("alice", 1000, FROM, 0).unwrap();
        let (works, _) = sessions.begin("alice", 1000, FROM, 0).unwrap();
        for minute in (0..720).step_by(59) {
            assert!(sessions.find(works.reveal(), minute * MINUTE).is_some(), "{minute}");
        }
        assert_eq!(sessions.list(None, 100 * MINUTE).len(), 1);
        assert!(!*found.has_ended.borrow());
        assert!(sessions.find(rests.reveal(), 60 * MINUTE).is_none());
        assert!(*found.has_ended.borrow(), "what streams to it ends");
        assert!(sessions.find(works.reveal(), 720 * MINUTE).is_none());
        sessions.settle(720 * MINUTE).unwrap();
        assert!(sessions.store.sessions().unwrap().is_empty());
    }

    #[test]
    fn when_it_was_seen_is_written_with_the_next_settling_only() {
        let store = Arc::new(Store::in_memory());
        let sessions = sessions_in(&store);
        let (secret, _) = sessions.begin("alice", 1000, FROM, 0).unwrap();
        sessions.find(secret.reveal(), 7).unwrap();
        assert_eq!(store.sessions().unwrap()[0].1.seen_ms, 0);
        sessions.settle(8).unwrap();
        assert_eq!(store.sessions().unwrap()[0].1.seen_ms, 7);
    }

    #[test]
    fn one_ends_alone_and_all_of_a_user_together() {
        let store = Arc::new(Store::in_memory());
        let sessions = sessions_in(&store);
        let begin = |user: &str| sessions.begin(user, 1000, FROM, 0).unwrap();
        let (alices, bobs) = ([begin("alice"), begin("alice")], begin("bob"));
        let first = alices[0].1.session.id;
        sessions.end(|session| session.id == first).unwrap();
        assert!(*alices[0].1.has_ended.borrow() && !*alices[1].1.has_ended.borrow());
        sessions.end(|session| session.user == "alice").unwrap();
        assert!(sessions.find(alices[1].0.reveal(), 1).is_none());
        assert!(sessions.find(bobs.0.reveal(), 1).is_some());
        assert_eq!(store.sessions().unwrap().len(), 1);
    }

    #[test]
    fn a_user_has_no_more_than_so_many() {
        let sessions = sessions_in(&Arc::new(Store::in_memory()));
        let begun: Vec<_> = (0..40).map(|minute| sessions.begin("alice", 1000, FROM, minute).unwrap().0).collect();
        assert_eq!(sessions.list(Some("alice"), 40).len(), OF_A_USER_MAX);
        assert!(sessions.find(begun[0].reveal(), 40).is_none() && sessions.find(begun[39].reveal(), 40).is_some());
    }
}
