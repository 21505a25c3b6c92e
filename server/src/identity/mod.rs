//! Who asks.
//!
//! In the demo anyone may be any of its invented users, chosen by a cookie that is no secret. A
//! single user's server knows one person: a link that works once puts a session into their
//! browser, and a token in the state folder, which only they can read, speaks for their programs.
//! Their sessions live as long as the process. Where many users share a server, a reverse proxy or a
//! provider of OpenID Connect says who they are, and sessions and tokens are kept (`many`).
//!
//! Not here: which requests need an identity, and from where they may come (`http::guard`).

mod accounts;
mod failures;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzz;
mod many;
mod openid;
mod peer;
mod program;
mod sessions;
mod store;
mod token;
mod tokens;

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE};
use parking_lot::Mutex;
use tidelock_shared::access::{Role, Scope, SessionId};
use tokio::sync::watch;

pub(crate) use accounts::{Directory, SystemDirectory};
pub(crate) use many::{Asking, Known, ManyUsers, NotKnown, NotSignedIn, Wish, is_led_here};
#[cfg(test)]
pub(crate) use openid::fake;
pub(crate) use openid::{OpenIdError, ProviderError, Returned, WayOn};
pub(crate) use peer::{Peer, Unfit};
pub(crate) use sessions::BeginError;
pub(crate) use store::StoreError;
pub(crate) use token::{NoRandomness, Token, random_bytes};

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
    pub(crate) rights: Rights,
    /// None for a program's token, and where sessions are not kept.
    pub(crate) session: Option<SessionId>,
    /// True once the session has ended; what streams to it ends too.
    pub(crate) has_ended: watch::Receiver<bool>,
}

/// What a caller may do here, besides what the file system lets them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rights {
    pub(crate) role: Role,
    pub(crate) scope: Scope,
}

impl Rights {
    /// A person's own, in full.
    fn of(role: Role) -> Self {
        Self { role, scope: Scope::Administer }
    }

    pub(crate) fn may_administer(self) -> bool {
        self.role == Role::Administrator && self.scope == Scope::Administer
    }

    pub(crate) fn may_change(self) -> bool {
        self.role != Role::Auditor && self.scope >= Scope::Move
    }
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
    Many(Box<ManyUsers>),
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

    /// Many people, each as whoever a proxy or a provider says.
    pub(crate) fn of_many_users(many: ManyUsers) -> Result<Self, NoRandomness> {
        Self::new(People::Many(Box::new(many)), 0)
    }

    /// What speaks for the programs of whoever can read the state folder. Many users have tokens of their own.
    pub(crate) fn bearer(&self) -> Option<&Token> {
        self.many().is_none().then_some(&self.bearer)
    }

    pub(crate) fn many(&self) -> Option<&ManyUsers> {
        match &self.people {
            People::Many(many) => Some(many),
            People::Demo(_) | People::Single { .. } => None,
        }
    }

    pub(crate) fn is_demo(&self) -> bool {
        matches!(self.people, People::Demo(_))
    }

    /// Users that `user` may become without a password.
    pub(crate) fn others(&self, user: &User) -> Vec<String> {
        match &self.people {
            People::Demo(users) => users.iter().filter(|other| *other != user).map(|other| other.name.clone()).collect(),
            People::Single { .. } | People::Many(_) => Vec::new(),
        }
    }

    /// Whoever a request comes from, where no proxy says it; none if it does not say so credibly.
    pub(crate) fn identify(&self, headers: &HeaderMap) -> Option<Caller> {
        if let Some(authorization) = headers.get(AUTHORIZATION) {
            let token = authorization.to_str().ok()?.strip_prefix("Bearer ")?;
            let owner = match &self.people {
                People::Demo(users) => users.last(),
                People::Single { user, .. } => Some(user),
                People::Many(_) => None,
            };
            return owner.filter(|_| self.bearer.is(token)).map(|user| self.caller(user, self.never_ends.subscribe()));
        }
        let cookie = cookie_in(headers, &self.cookie);
        match &self.people {
            People::Demo(users) => {
                let user = users.iter().find(|user| cookie == Some(&user.name)).or(users.first())?;
                Some(self.caller(user, self.never_ends.subscribe()))
            }
            People::Single { user, sessions, .. } => {
                let has_ended = sessions.lock().get(cookie?)?.subscribe();
                Some(self.caller(user, has_ended))
            }
            People::Many(_) => None,
        }
    }

    /// Whoever runs a server alone is its administrator; in the demo that is root.
    fn caller(&self, user: &User, has_ended: watch::Receiver<bool>) -> Caller {
        let role = if self.is_demo() && user.uid != 0 { Role::Member } else { Role::Administrator };
        Caller { user: user.clone(), rights: Rights::of(role), session: None, has_ended }
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
        sessions.lock().insert(session.reveal().to_owned(), watch::Sender::new(false));
        *link = Link::Used(known.clone());
        Ok(Opened::Now(self.set_cookie(session.reveal())))
    }

    /// The header that makes a browser the demo's user of that name; none if there is no such user.
    pub(crate) fn become_user(&self, name: &str) -> Option<String> {
        let People::Demo(users) = &self.people else { return None };
        users.iter().find(|user| user.name == name).map(|user| self.set_cookie(&user.name))
    }

    /// Ends the session of a request; answers the header that makes the browser forget it.
    pub(crate) fn sign_out(&self, headers: &HeaderMap) -> String {
        if let People::Many(many) = &self.people {
            return many.sign_out(headers);
        }
        if let (People::Single { sessions, .. }, Some(session)) = (&self.people, cookie_in(headers, &self.cookie))
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

/// The value of a cookie.
fn cookie_in<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(found, _)| *found == name).map(|(_, value)| value).next()
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
        let right = headers(AUTHORIZATION, &format!("Bearer {}", identities.bearer().unwrap().reveal()));
        assert_eq!(identities.identify(&right).unwrap().user.name, "admin");
    }
}
