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
mod user_rule;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use axum::http::HeaderName;
use serde::Serialize;
use tidelock_shared::name::FilePath;

pub(crate) use network::Network;
pub(crate) use problem::{ConfigError, Problem};
pub(crate) use public_name::PublicName;
pub(crate) use user_rule::UserRule;

use crate::http::Upkeep;

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
    pub(crate) proxy: Proxy,
}

/// A reverse proxy that has asked people who they are.
#[derive(Clone, Debug)]
pub(crate) struct Proxy {
    /// Where it writes the name.
    pub(crate) header: HeaderName,
    /// From where it connects, if that is not by a Unix socket.
    pub(crate) from: Vec<Network>,
    pub(crate) rule: UserRule,
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

impl Config {
    /// Reads and checks a file.
    pub(crate) fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        Self::parse(&text).map_err(|problems| ConfigError::Wrong { path: path.to_owned(), problems })
    }

    /// What a text says, or everything that is wrong in it.
    pub(crate) fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        check::check(text, &file::parse(text).map_err(|problem| vec![problem])?)
    }
}

#[cfg(test)]
mod tests;
