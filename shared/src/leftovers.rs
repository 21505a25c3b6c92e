//! What moves have hidden and no journal accounts for: found by a search, settled by a person.

use serde::{Deserialize, Serialize};

use crate::id::{EngineId, MoveId};
use crate::name::FilePath;
use crate::quota::Amount;

/// The newest search below all managed folders, as far as it has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leftovers {
    /// Milliseconds since 1970 in UTC; none while nobody has looked since the server began.
    pub started_ms: Option<i64>,
    /// None while it goes on.
    pub finished_ms: Option<i64>,
    pub things: Vec<Leftover>,
    /// Folders that could not be read.
    pub unreadable: u64,
    /// There are more than are listed.
    pub is_cut: bool,
    /// Why it ended before everything was looked at.
    pub error: Option<String>,
}

/// One hidden thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leftover {
    pub path: FilePath,
    /// What it is and why it is there, in words.
    pub what: String,
    pub owner: String,
    pub age_seconds: i64,
    /// Itself and everything in it.
    pub entries: u64,
    pub amount: Amount,
    pub of_move: Option<MoveId>,
    /// The name that it had, if its record tells it.
    pub original: Option<FilePath>,
    /// What can be done about it here.
    pub deeds: Vec<Deed>,
}

/// What a person can do about a thing that was left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// It gets its old name back.
    Restore,
    /// It is deleted for good.
    Delete,
    /// Its server runs nowhere any more: look again, and judge it as one's own.
    Adopt(EngineId),
}
