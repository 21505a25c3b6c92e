//! Many users, of whom a reverse proxy or a provider of OpenID Connect says who they are.
//!
//! A proxy names the user with every request; a session says since when and where they are signed in here, so
//! that they can be shown it and end it. Neither is enough without the other, but for tokens, which speak for
//! scripts alone. A session begins with a page that somebody opens, never with a call; once it has ended, only
//! a person's word begins another one. A provider is asked when a session begins, and the session says from then
//! on who it is (`by_openid`).
//!
//! Not here: sentences (`user_error::sign_in`), and which requests need somebody (`http::guard`).

mod by_openid;

use std::path::Path;
use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, USER_AGENT};
use tidelock_engine::clock::{Clock, SystemClock};
use tidelock_shared::access::{NewToken, Role, Scope, SessionId, SessionView, TokenId, TokenView};

use super::accounts::{Accounts, Directory};
use super::failures::Failures;
use super::openid::{OpenId, OpenIdError};
use super::peer::{Peer, Said, Unfit, said};
use super::program::program_of;
use super::sessions::{BeginError, Found, From, Session, Sessions};
use super::store::{Store, StoreError};
use super::tokens::{ApiToken, ApiTokens};
use super::{Caller, Rights, User, cookie_in};
use crate::config::{Config, RoleRules, SignIn, Way, Who};

pub(crate) use by_openid::NotSignedIn;

/// Browsers take a cookie of this name from the host itself alone, over a safe connection, for all paths.
pub(super) const COOKIE: &str = "__Host-tidelock";
const FETCH_SITE: &str = "sec-fetch-site";

/// What a request wants, as far as it matters for who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// A person opens a page: a session may begin.
    Page,
    /// A person asks for a new session.
    SignIn,
    /// A page or a program asks for anything else.
    Other,
}

/// What a request says of who makes it.
#[derive(Clone, Copy)]
pub(crate) struct Asking<'r> {
    pub(crate) peer: Option<&'r Peer>,
    pub(crate) headers: &'r HeaderMap,
    pub(crate) wish: Wish,
}

/// Whoever makes a request, and what their browser is to remember.
pub(crate) struct Known {
    pub(crate) caller: Caller,
    pub(crate) set_cookie: Option<String>,
}

/// Why nobody is known to make a request.
#[derive(Debug)]
pub(crate) enum NotKnown {
    /// Nobody says who it is.
    Nobody,
    /// It came by a link of another site, with which browsers send no cookie: they do if they ask again.
    AskAgain,
    /// There is a user, and no session yet.
    NoSession,
    /// There was a session.
    SessionOver,
    /// The proxy's header came from somebody else.
    ForeignHeader,
    UnfitHeader(Unfit),
    UnknownUser(String),
    /// Root, or an account of the system.
    SystemAccount(String),
    /// This server can do nothing as that user.
    NotServed(String),
    /// The system could not say who that is.
    Directory(std::io::Error),
    /// A provider has not said who it is.
    OpenId(OpenIdError),
    WrongToken,
    TooManyFailures,
    /// No session could be made.
    NotBegun,
}

impl NotKnown {
    /// For the log.
    fn word(&self) -> &'static str {
        match self {
            Self::Nobody => "nobody is named",
            Self::AskAgain | Self::NoSession => "no session yet",
            Self::SessionOver => "the session is over",
            Self::ForeignHeader => "the header comes from elsewhere than the proxy",
            Self::UnfitHeader(_) => "the header names nobody",
            Self::UnknownUser(_) => "an unknown user",
            Self::SystemAccount(_) => "an account of the system",
            Self::NotServed(_) => "a user that this server cannot work as",
            Self::Directory(_) => "the directory does not answer",
            Self::OpenId(_) => "the provider has not said who it is",
            Self::WrongToken => "an unknown token",
            Self::TooManyFailures => "too many failures",
            Self::NotBegun => "no session can be made",
        }
    }
}

/// Whether this server can act as a user.
pub(crate) type IsServed = Box<dyn Fn(&User) -> bool + Send + Sync>;

pub(crate) struct ManyUsers {
    sign_in: SignIn,
    roles: RoleRules,
    accounts: Accounts,
    sessions: Sessions,
    tokens: ApiTokens,
    failures: Failures,
    openid: Option<OpenId>,
    is_served: IsServed,
}

impl ManyUsers {
    pub(crate) fn open(
        config: &Config,
        state_folder: &Path,
        directory: Box<dyn Directory>,
        is_served: IsServed,
    ) -> Result<Self, StoreError> {
        Self::new(config, Store::open(state_folder)?, directory, is_served)
    }

    #[cfg(test)]
    pub(crate) fn in_memory(config: &Config, directory: Box<dyn Directory>) -> Self {
        Self::new(config, Store::in_memory(), directory, Box::new(|_| true)).unwrap()
    }

    fn new(config: &Config, store: Store, directory: Box<dyn Directory>, is_served: IsServed) -> Result<Self, StoreError> {
        let store = Arc::new(store);
        let openid = match &config.sign_in.way {
            Way::OpenId(openid) => Some(OpenId::new((**openid).clone())),
            Way::Proxy(_) => None,
        };
        Ok(Self {
            sign_in: config.sign_in.clone(),
            roles: config.roles.clone(),
            accounts: Accounts::new(directory),
            sessions: Sessions::new(store.clone(), config.sessions)?,
            tokens: ApiTokens::new(store)?,
            failures: Failures::default(),
            openid,
            is_served,
        })
    }

    /// Whoever makes a request. It may wait for a directory.
    pub(crate) fn identify(&self, asking: Asking<'_>) -> Result<Known, NotKnown> {
        self.identify_at(asking, SystemClock.now_ms())
    }

    fn identify_at(&self, asking: Asking<'_>, now_ms: i64) -> Result<Known, NotKnown> {
        let Asking { peer, headers, wish } = asking;
        let address = self.address_of(asking);
        let address = address.as_deref();
        let told = match &self.sign_in.way {
            Way::Proxy(header) => said(header, &self.sign_in.from, peer, headers),
            Way::OpenId(_) => Said::Nothing,
        };
        let user = match told {
            Said::Nothing => None,
            Said::Name(name) => Some(self.user_called(name, address, now_ms)?),
            Said::Foreign => return Err(self.failed("a foreign header", address, now_ms, NotKnown::ForeignHeader)),
            Said::Unfit(unfit) => return Err(self.failed("an unfit header", address, now_ms, NotKnown::UnfitHeader(unfit))),
        };
        if let Some(authorization) = headers.get(AUTHORIZATION) {
            let secret = authorization.to_str().ok().and_then(|value| value.strip_prefix("Bearer "));
            let caller = secret.and_then(|secret| self.caller_of_token(secret, now_ms));
            // A token of one user is not to be used by another one.
            let caller = caller.filter(|caller| user.as_ref().is_none_or(|user| *user == caller.user));
            let known = caller.map(|caller| Known { caller, set_cookie: None });
            return known.ok_or_else(|| self.failed("a token", address, now_ms, NotKnown::WrongToken));
        }
        if self.openid.is_some() {
            return self.identify_by_session(asking, address, now_ms);
        }
        let user = user.ok_or(NotKnown::Nobody)?;
        let cookie = cookie_in(headers, COOKIE);
        let from = From { address, user_agent: text_of(headers) };
        match (cookie, wish) {
            (Some(secret), Wish::SignIn) => {
                if let Some(found) = self.sessions.find(secret, now_ms) {
                    self.end_one(found.session.id);
                }
                self.begin(user, from, now_ms)
            }
            (Some(secret), Wish::Page | Wish::Other) => match self.sessions.find(secret, now_ms) {
                Some(found) if found.session.user == user.name && found.session.uid == user.uid => {
                    Ok(Known { caller: self.caller(user, found), set_cookie: None })
                }
                Some(found) => {
                    tracing::info!(was = found.session.user, is = user.name, "another user: the session ends");
                    self.end_one(found.session.id);
                    if wish == Wish::Page { self.begin(user, from, now_ms) } else { Err(NotKnown::SessionOver) }
                }
                None => Err(NotKnown::SessionOver),
            },
            (None, Wish::Page) if is_led_here(headers) => Err(NotKnown::AskAgain),
            (None, Wish::Page | Wish::SignIn) => self.begin(user, from, now_ms),
            (None, Wish::Other) => Err(NotKnown::NoSession),
        }
    }

    /// From where a person asks, as far as that is known.
    fn address_of(&self, asking: Asking<'_>) -> Option<String> {
        let address = asking.peer.and_then(|peer| peer.address_of(asking.headers, &self.sign_in.from));
        address.map(|address| address.to_string())
    }

    /// The account that the proxy or the provider speaks of.
    fn user_called(&self, name: &str, address: Option<&str>, now_ms: i64) -> Result<User, NotKnown> {
        let tried = format!("the name {name}");
        if self.failures.are_too_many(&tried, now_ms) {
            return Err(NotKnown::TooManyFailures);
        }
        self.account(name, now_ms).map_err(|why| self.failed(&tried, address, now_ms, why))
    }

    fn account(&self, name: &str, now_ms: i64) -> Result<User, NotKnown> {
        let unknown = || NotKnown::UnknownUser(name.to_owned());
        let mapped = self.sign_in.rule.user(name).ok_or_else(unknown)?;
        let user = self.accounts.user(&mapped, now_ms).map_err(NotKnown::Directory)?.ok_or_else(unknown)?;
        self.check_account(&user)?;
        Ok(user)
    }

    fn check_account(&self, user: &User) -> Result<(), NotKnown> {
        if user.uid == 0 || user.uid < self.sign_in.minimum_uid {
            return Err(NotKnown::SystemAccount(user.name.clone()));
        }
        if (self.is_served)(user) { Ok(()) } else { Err(NotKnown::NotServed(user.name.clone())) }
    }

    /// Counts a failure, and writes it down unless there are too many.
    fn failed(&self, tried: &str, address: Option<&str>, now_ms: i64, why: NotKnown) -> NotKnown {
        let key = format!("{tried} from {}", address.unwrap_or("somewhere"));
        let is_news = self.failures.add(if tried.starts_with("the name") { tried } else { &key }, now_ms);
        if is_news {
            let cause: Option<&dyn std::error::Error> = match &why {
                NotKnown::Directory(error) => Some(error),
                NotKnown::OpenId(error) => Some(error),
                _ => None,
            };
            tracing::warn!(tried, address, cause, why = why.word(), "not signed in");
            return why;
        }
        NotKnown::TooManyFailures
    }

    fn begin(&self, user: User, from: From<'_>, now_ms: i64) -> Result<Known, NotKnown> {
        let begun = self.sessions.begin(&user.name, user.uid, from, now_ms);
        let (secret, found) = begun.map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "no session");
            NotKnown::NotBegun
        })?;
        tracing::info!(user = user.name, session = found.session.id.0, address = from.address, "signed in");
        let set_cookie = Some(set_cookie(secret.reveal()));
        Ok(Known { caller: self.caller(user, found), set_cookie })
    }

    fn caller(&self, user: User, found: Found) -> Caller {
        let rights = Rights::of(self.role_of(&user));
        Caller { user, rights, session: Some(found.session.id), has_ended: found.has_ended }
    }

    fn caller_of_token(&self, secret: &str, now_ms: i64) -> Option<Caller> {
        let (token, has_ended) = self.tokens.find(secret, now_ms)?;
        let user = self.accounts.user(&token.user, now_ms).ok()??;
        if user.uid != token.uid || self.check_account(&user).is_err() {
            return None;
        }
        let rights = Rights { role: self.role_of(&user), scope: token.scope };
        Some(Caller { user, rights, session: None, has_ended })
    }

    fn role_of(&self, user: &User) -> Role {
        let now_ms = SystemClock.now_ms();
        let is_one = |who: &Who| match who {
            Who::User(name) => *name == user.name,
            Who::Group(name) => self.accounts.group(name, now_ms).is_some_and(|gid| user.gids.contains(&gid)),
        };
        if self.roles.administrators.iter().any(is_one) {
            Role::Administrator
        } else if self.roles.auditors.iter().any(is_one) {
            Role::Auditor
        } else {
            Role::Member
        }
    }

    /// Ends the session of a request; answers the header that makes the browser forget it.
    pub(super) fn sign_out(&self, headers: &HeaderMap) -> String {
        if let Some(found) = cookie_in(headers, COOKIE).and_then(|secret| self.sessions.find(secret, SystemClock.now_ms())) {
            self.end_one(found.session.id);
        }
        format!("{}; Max-Age=0", set_cookie(""))
    }

    fn end_one(&self, id: SessionId) {
        if let Err(error) = self.sessions.end(|session| session.id == id) {
            tracing::error!(%error, "that the session has ended is not written down");
        }
    }

    /// Ends what is over, and what belongs to nobody any more. It may wait for a directory.
    pub(crate) fn settle(&self) -> rusqlite::Result<()> {
        let now_ms = SystemClock.now_ms();
        let is_gone = |name: &str, uid: u32| match self.accounts.user(name, now_ms) {
            Ok(user) => user.is_none_or(|user| user.uid != uid),
            // A directory that is away says nothing about anybody.
            Err(_) => false,
        };
        // Asked before anything is held, for it may take its time.
        let gone: Vec<_> = self.sessions.list(None, now_ms).into_iter().filter(|one| is_gone(&one.user, one.uid)).collect();
        let gone_tokens: Vec<_> = self.tokens.list(None, now_ms).into_iter().filter(|one| is_gone(&one.user, one.uid)).collect();
        self.sessions.end(|session| gone.iter().any(|one| one.id == session.id))?;
        self.tokens.end(|token| gone_tokens.iter().any(|one| one.id == token.id))?;
        self.sessions.settle(now_ms)?;
        self.tokens.settle(now_ms)
    }

    /// The sessions of a user, or of all.
    pub(crate) fn sessions(&self, user: Option<&str>, this: Option<SessionId>) -> Vec<SessionView> {
        let view = |session: Session| SessionView {
            id: session.id,
            is_this: this == Some(session.id),
            program: program_of(&session.user_agent),
            user: session.user,
            created_ms: session.created_ms,
            seen_ms: session.seen_ms,
            address: session.address,
        };
        self.sessions.list(user, SystemClock.now_ms()).into_iter().map(view).collect()
    }

    /// Ends those that are so, with what is streamed to them.
    pub(crate) fn end_sessions(&self, is_so: impl Fn(&Session) -> bool) -> rusqlite::Result<()> {
        self.sessions.end(is_so)
    }

    pub(crate) fn tokens(&self, user: Option<&str>) -> Vec<TokenView> {
        self.tokens.list(user, SystemClock.now_ms()).into_iter().map(token_view).collect()
    }

    /// Makes a token for a user that lasts so many days.
    pub(crate) fn make_token(&self, user: &User, name: String, scope: Scope, days: u32) -> Result<NewToken, BeginError> {
        let created_ms = SystemClock.now_ms();
        let expires_ms = created_ms + i64::from(days) * 86_400_000;
        let (user, uid) = (user.name.clone(), user.uid);
        let token = ApiToken { id: TokenId(0), user, uid, name, scope, created_ms, expires_ms, used_ms: None };
        let (secret, token) = self.tokens.make(token)?;
        Ok(NewToken { secret: secret.reveal().to_owned(), token: token_view(token) })
    }

    /// Ends those that are so, with what is streamed to them.
    pub(crate) fn end_tokens(&self, is_so: impl Fn(&ApiToken) -> bool) -> rusqlite::Result<()> {
        self.tokens.end(is_so)
    }
}

fn token_view(token: ApiToken) -> TokenView {
    let ApiToken { id, user, name, scope, created_ms, expires_ms, used_ms, .. } = token;
    TokenView { id, user, name, scope, created_ms, expires_ms, used_ms }
}

fn set_cookie(value: &str) -> String {
    format!("{COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=Strict")
}

/// Whether a page of another site has led a browser here: with such a request it sends no cookie of ours.
pub(crate) fn is_led_here(headers: &HeaderMap) -> bool {
    headers.get(FETCH_SITE).is_some_and(|site| site == "cross-site" || site == "same-site")
}

fn text_of(headers: &HeaderMap) -> &str {
    headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default()
}
