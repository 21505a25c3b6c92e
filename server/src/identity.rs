//! Who asks.
//!
//! In the demo anyone may be any of its invented users, chosen by a cookie that is no secret. A
//! single user's server knows one person: a link that works once puts a session into their
//! browser, and a token in the state folder, which only they can read, speaks for their programs.
//! Sessions live as long as the process.
//!
//! Not here: which requests need an identity, and from where they may come (`http::guard`).

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE};
use parking_lot::Mutex;
use tokio::sync::watch;

/// A person as the file system knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) uid: u32,
    pub(crate) gids: Vec<u32>,
}

/// Whoever made a request.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) user: User,
    /// True once the session has ended; what streams to it ends too.
    pub(crate) has_ended: watch::Receiver<bool>,
}

/// A secret: 128 random bits in hexadecimal.
#[derive(Clone)]
pub(crate) struct Token(String);

/// The system gave no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no random bits")]
pub(crate) struct NoRandomness(#[source] std::io::Error);

impl Token {
    pub(crate) fn random() -> Result<Self, NoRandomness> {
        Ok(Self(random_bytes::<16>()?.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// Takes the same time wherever the two differ.
    fn is(&self, other: &str) -> bool {
        let pairs = self.0.bytes().zip(other.bytes());
        self.0.len() == other.len() && pairs.fold(0, |differs, (ours, theirs)| differs | (ours ^ theirs)) == 0
    }
}

/// Bytes from the operating system.
pub(crate) fn random_bytes<const LENGTH: usize>() -> Result<[u8; LENGTH], NoRandomness> {
    let mut bytes = [0; LENGTH];
    let mut filled = 0;
    while filled < LENGTH {
        match rustix::rand::getrandom(&mut bytes[filled..], rustix::rand::GetRandomFlags::empty()) {
            Ok(count) => filled += count,
            Err(rustix::io::Errno::INTR) => {}
            Err(errno) => return Err(NoRandomness(errno.into())),
        }
    }
    Ok(bytes)
}

/// Everybody that this server knows.
pub(crate) struct Identities {
    people: People,
    /// Speaks for the programs of whoever can read the state folder.
    bearer: Token,
    /// Browsers send the cookies of one port to all ports of a host, so the name tells them apart.
    cookie: String,
    /// For callers whose session cannot end before the server does.
    never_ends: watch::Sender<bool>,
}

enum People {
    /// The first is whoever has not chosen; programs act as the last, who is the administrator.
    Demo(Vec<User>),
    Single {
        user: User,
        link: Mutex<Link>,
        sessions: Mutex<BTreeMap<String, watch::Sender<bool>>>,
    },
}

enum Link {
    Fresh(Token),
    Used(Token),
}

/// What became of a link.
pub(crate) enum Opened {
    /// The header that puts the session into the browser.
    Now(String),
    UsedBefore,
    Unknown,
}

impl Identities {
    /// The demo's. There must be at least one user.
    pub(crate) fn of_demo(users: Vec<User>, port: u16) -> Result<Self, NoRandomness> {
        Self::new(People::Demo(users), port)
    }

    /// One person, who is this process's user, and the token of the link that lets them in.
    pub(crate) fn of_single_user(user: User, port: u16) -> Result<(Self, Token), NoRandomness> {
        let link = Token::random()?;
        let people = People::Single { user, link: Mutex::new(Link::Fresh(link.clone())), sessions: Mutex::default() };
        Ok((Self::new(people, port)?, link))
    }

    fn new(people: People, port: u16) -> Result<Self, NoRandomness> {
        Ok(Self {
            people,
            bearer: Token::random()?,
            cookie: format!("tidelock_session_{port}"),
            never_ends: watch::Sender::new(false),
        })
    }

    pub(crate) fn bearer(&self) -> &Token {
        &self.bearer
    }

    pub(crate) fn is_demo(&self) -> bool {
        matches!(self.people, People::Demo(_))
    }

    /// Users that `user` may become without a password.
    pub(crate) fn others(&self, user: &User) -> Vec<String> {
        match &self.people {
            People::Demo(users) => users.iter().filter(|other| *other != user).map(|other| other.name.clone()).collect(),
            People::Single { .. } => Vec::new(),
        }
    }

    /// Whoever a request comes from; none if it does not say so credibly.
    pub(crate) fn identify(&self, headers: &HeaderMap) -> Option<Caller> {
        let forever = |user: &User| Caller { user: user.clone(), has_ended: self.never_ends.subscribe() };
        if let Some(authorization) = headers.get(AUTHORIZATION) {
            let token = authorization.to_str().ok()?.strip_prefix("Bearer ")?;
            let owner = match &self.people {
                People::Demo(users) => users.last(),
                People::Single { user, .. } => Some(user),
            };
            return owner.filter(|_| self.bearer.is(token)).map(forever);
        }
        let cookie = self.cookie(headers);
        match &self.people {
            People::Demo(users) => users.iter().find(|user| cookie == Some(&user.name)).or(users.first()).map(forever),
            People::Single { user, sessions, .. } => {
                let has_ended = sessions.lock().get(cookie?)?.subscribe();
                Some(Caller { user: user.clone(), has_ended })
            }
        }
    }

    fn cookie<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        let lines = headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.filter(|(name, _)| *name == self.cookie).map(|(_, value)| value).next()
    }

    /// Uses the link that was printed at the start.
    pub(crate) fn open(&self, token: &str) -> Result<Opened, NoRandomness> {
        let People::Single { link, sessions, .. } = &self.people else { return Ok(Opened::Unknown) };
        let mut link = link.lock();
        let (Link::Fresh(known) | Link::Used(known)) = &*link;
        if !known.is(token) {
            return Ok(Opened::Unknown);
        }
        if matches!(*link, Link::Used(_)) {
            return Ok(Opened::UsedBefore);
        }
        let session = Token::random()?;
        sessions.lock().insert(session.0.clone(), watch::Sender::new(false));
        *link = Link::Used(known.clone());
        Ok(Opened::Now(self.set_cookie(&session.0)))
    }

    /// The header that makes a browser the demo's user of that name; none if there is no such user.
    pub(crate) fn become_user(&self, name: &str) -> Option<String> {
        let People::Demo(users) = &self.people else { return None };
        users.iter().find(|user| user.name == name).map(|user| self.set_cookie(&user.name))
    }

    /// Ends the session of a request; answers the header that makes the browser forget it.
    pub(crate) fn sign_out(&self, headers: &HeaderMap) -> String {
        if let (People::Single { sessions, .. }, Some(session)) = (&self.people, self.cookie(headers))
            && let Some(ended) = sessions.lock().remove(session)
        {
            ended.send_replace(true);
        }
        format!("{}; Max-Age=0", self.set_cookie(""))
    }

    fn set_cookie(&self, value: &str) -> String {
        format!("{}={value}; Path=/; HttpOnly; SameSite=Strict", self.cookie)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str) -> User {
        User { name: name.to_owned(), uid: 1000, gids: vec![1000] }
    }

    fn headers(name: axum::http::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn a_link_lets_one_browser_in_and_then_says_so() {
        let (identities, link) = Identities::of_single_user(user("me"), 1).unwrap();
        assert!(matches!(identities.open("0123").unwrap(), Opened::Unknown));
        let Opened::Now(cookie) = identities.open(link.reveal()).unwrap() else { panic!("the link is fresh") };
        assert!(matches!(identities.open(link.reveal()).unwrap(), Opened::UsedBefore));
        let pair = cookie.split(';').next().unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
        let known = headers(COOKIE, &format!("a=b; {pair}"));
        let caller = identities.identify(&known).unwrap();
        assert_eq!(caller.user.name, "me");

        identities.sign_out(&known);
        assert!(identities.identify(&known).is_none());
        assert!(*caller.has_ended.borrow());
    }

    #[test]
    fn a_wrong_token_is_not_made_up_for_by_a_cookie() {
        let identities = Identities::of_demo(vec![user("alice"), user("admin")], 1).unwrap();
        let mut both = headers(AUTHORIZATION, "Bearer 00");
        both.insert(COOKIE, "tidelock_session_1=alice".parse().unwrap());
        assert!(identities.identify(&both).is_none());
        let right = headers(AUTHORIZATION, &format!("Bearer {}", identities.bearer().reveal()));
        assert_eq!(identities.identify(&right).unwrap().user.name, "admin");
    }
}
