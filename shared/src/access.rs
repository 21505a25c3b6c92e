//! Who may do what, and by which sessions and tokens somebody is known.

use serde::{Deserialize, Serialize};

/// What somebody is to the whole server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees and orders what is his own.
    #[default]
    Member,
    /// Sees what administrators see, and changes nothing.
    Auditor,
    Administrator,
}

impl Role {
    /// Whether moves of others, the board, the audit, drift and leftovers are shown.
    pub fn sees_all(self) -> bool {
        matches!(self, Self::Auditor | Self::Administrator)
    }
}

/// How much of what its user may do a token may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Look.
    Read,
    /// Also move, upload and make folders.
    Move,
    /// All, but for sessions and tokens, which are a person's.
    Administer,
}

impl Scope {
    pub const ALL: [Self; 3] = [Self::Read, Self::Move, Self::Administer];
}

/// A session, by the number under which it is listed; that is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(pub u32);

/// A token, by the number under which it is listed; that is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenId(pub u32);

/// Where somebody is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    pub id: SessionId,
    pub user: String,
    /// Milliseconds since 1970, like all times here.
    pub created_ms: i64,
    /// Within a minute.
    pub seen_ms: i64,
    /// From where it began, as far as that is known.
    pub address: Option<String>,
    pub program: Program,
    /// The session that asks.
    pub is_this: bool,
}

/// What a browser says that it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// `Firefox`; none if it is none that is known.
    pub name: Option<String>,
    /// `Linux`.
    pub system: Option<String>,
}

/// A script's way in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenView {
    pub id: TokenId,
    pub user: String,
    pub name: String,
    pub scope: Scope,
    pub created_ms: i64,
    pub expires_ms: i64,
    /// None if it was never used.
    pub used_ms: Option<i64>,
}

/// A new token. The secret is told this once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewToken {
    pub secret: String,
    pub token: TokenView,
}
