//! The configuration file of a server for many users: read, checked, and told in plain words.
//!
//! A file is either understood as a whole or not at all: whatever is wrong in it is told together, each
//! with its line and what would help. What cannot be known now, such as a group that no directory names
//! yet, is a warning.
//!
//! Not here: signing in (`identity`), and serving (`http`). Sentences are for the command line: English.

mod check;
mod file;
mod network;
mod problem;
mod public_name;
mod secret;
mod user_rule;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use axum::http::HeaderName;
use openidconnect::{ClientId, ClientSecret, IssuerUrl, RedirectUrl, Scope};
use serde::Serialize;
use tidelock_shared::name::FilePath;

pub(crate) use network::Network;
pub(crate) use problem::{ConfigError, Problem};
pub(crate) use public_name::{PublicName, is_safe};
pub(crate) use user_rule::UserRule;

use crate::http::Upkeep;

/// Where a browser comes back to from a provider, below the address of the site.
pub(crate) const RETURN: &str = "/sign_in/return";

/// What a file says, checked.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) listen: Listen,
    pub(crate) state_folder: PathBuf,
    pub(crate) public: PublicName,
    pub(crate) roots: Vec<FilePath>,
    pub(crate) upkeep: Upkeep,
    /// None for a trial: then nobody is served but the server's own user.
    pub(crate) broker: Option<BrokerPlace>,
    pub(crate) sign_in: SignIn,
    pub(crate) sessions: SessionLimits,
    pub(crate) roles: RoleRules,
    /// What is allowed and probably not wanted.
    pub(crate) warnings: Vec<Problem>,
}

/// Where requests come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Listen {
    Tcp(SocketAddr),
    /// A socket in the file system. Its owner may connect, and this group.
    Unix {
        path: PathBuf,
        group: Option<String>,
    },
}

impl std::fmt::Display for Listen {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(out),
            Self::Unix { path, .. } => write!(out, "unix:{}", path.display()),
        }
    }
}

/// The part of a site that becomes its users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BrokerPlace {
    pub(crate) socket: PathBuf,
    /// Whoever runs the server; the broker hears nobody else.
    pub(crate) server_user: String,
}

/// Who may sign in, and how.
#[derive(Clone, Debug)]
pub(crate) struct SignIn {
    /// Accounts below are the system's, and nobody's who signs in.
    pub(crate) minimum_uid: u32,
    /// From where the reverse proxy connects, if that is not by a Unix socket.
    pub(crate) from: Vec<Network>,
    pub(crate) rule: UserRule,
    pub(crate) way: Way,
}

/// Who says who somebody is.
#[derive(Clone, Debug)]
pub(crate) enum Way {
    /// The reverse proxy has asked, and writes the name into this header.
    Proxy(HeaderName),
    OpenId(Box<OpenId>),
}

/// A provider of OpenID Connect, and as whom it knows this server.
#[derive(Clone, Debug)]
pub(crate) struct OpenId {
    /// By which people know it.
    pub(crate) name: String,
    pub(crate) issuer: IssuerUrl,
    pub(crate) client_id: ClientId,
    pub(crate) client_secret_file: PathBuf,
    pub(crate) client_secret: ClientSecret,
    /// Besides `openid`.
    pub(crate) scopes: Vec<Scope>,
    /// Where it tells the name of the account.
    pub(crate) claim: String,
    /// Where it sends people back to.
    pub(crate) redirect: RedirectUrl,
}

/// How long a session lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct SessionLimits {
    /// Without any request.
    pub(crate) idle_minutes: u32,
    /// Whatever is asked.
    pub(crate) absolute_hours: u32,
}

impl Default for SessionLimits {
    /// An hour of rest, and a working day.
    fn default() -> Self {
        Self { idle_minutes: 60, absolute_hours: 12 }
    }
}

/// Who is more than a member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RoleRules {
    pub(crate) administrators: Vec<Who>,
    pub(crate) auditors: Vec<Who>,
}

/// A user, or all who are in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    User(String),
    Group(String),
}

impl std::fmt::Display for Who {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::User(name) => out.write_str(name),
            Self::Group(name) => write!(out, "@{name}"),
        }
    }
}

/// Whoever reads a secret from its file, or says what is wrong with that.
type ReadSecret = fn(&Path) -> Result<ClientSecret, String>;

impl Config {
    /// Reads and checks a file, and the secret that it names.
    pub(crate) fn read(path: &Path) -> Result<Self, ConfigError> {
        Self::read_by(path, secret::read)
    }

    /// The same for the broker, which needs no secret and has no right to read one.
    pub(crate) fn read_without_secrets(path: &Path) -> Result<Self, ConfigError> {
        Self::read_by(path, |_| Ok(ClientSecret::new(String::new())))
    }

    fn read_by(path: &Path, read_secret: ReadSecret) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        Self::parse_by(&text, read_secret).map_err(|problems| ConfigError::Wrong { path: path.to_owned(), problems })
    }

    /// What a text says, or everything that is wrong in it.
    fn parse_by(text: &str, read_secret: ReadSecret) -> Result<Self, Vec<Problem>> {
        check::check(text, &file::parse(text).map_err(|problem| vec![problem])?, read_secret)
    }

    /// The same without a look at any other file.
    #[cfg(test)]
    pub(crate) fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        Self::parse_by(text, |_| Ok(ClientSecret::new("secret".to_owned())))
    }
}

#[cfg(test)]
mod tests;
