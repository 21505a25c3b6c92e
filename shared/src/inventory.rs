//! Who uses what below a folder: by user, by part, by age, with the largest and the oldest files.

use serde::{Deserialize, Serialize};

use crate::name::{FileName, FilePath};
use crate::quota::Amount;

/// Of each list so many are told, the first.
pub const SHARES_MAX: usize = 10;

/// Content is counted by its age: changed within so many days, and so on, and longer ago.
pub const AGES_DAYS: [i64; 4] = [30, 182, 365, 730];

/// What was found so far, or all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    pub path: FilePath,
    /// Grows with each that is told.
    pub sequence: u64,
    pub entries: u64,
    pub amount: Amount,
    /// By user, most bytes first.
    pub owners: Vec<OwnerShare>,
    /// What further users hold.
    pub other_owners: Amount,
    /// By entry of the folder, most bytes first, each with what lies below it.
    pub parts: Vec<PartShare>,
    /// What further entries hold, and the folder itself.
    pub other_parts: Amount,
    /// Files by the time since their content was changed, as [`AGES_DAYS`] divides it.
    pub ages: [Amount; AGES_DAYS.len() + 1],
    /// Files with most bytes charged, the largest first.
    pub largest: Vec<FileExample>,
    /// Files whose content has not been changed for longest, the oldest first; no empty ones.
    pub oldest: Vec<FileExample>,
    /// Charged to another project than the folder, or that would charge what is made in them so.
    pub elsewhere: Amount,
    pub elsewhere_examples: Vec<FilePath>,
    /// Kept by finished moves, and the trash.
    pub hidden: Amount,
    pub on_tape: OnTape,
    /// Folders that the caller may not read, whose content is in no sum.
    pub unread: u64,
    /// Milliseconds since 1970.
    pub started_ms: i64,
    /// None while it goes on.
    pub finished_ms: Option<i64>,
    /// Why it ended early.
    pub error: Option<String>,
}

/// Files whose content is in the archive only, with its bytes: what they would be charged here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnTape {
    pub released: Amount,
    /// On its way back.
    pub restoring: Amount,
    /// The archive has lost it too.
    pub lost: Amount,
}

/// What one user's files and folders are charged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerShare {
    /// A user's name, or the number of one without a name.
    pub owner: String,
    pub amount: Amount,
}

/// What one entry of a folder is charged, with all below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartShare {
    pub name: FileName,
    pub is_folder: bool,
    pub amount: Amount,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileExample {
    pub path: FilePath,
    pub owner: String,
    /// Bytes that are charged.
    pub bytes: u64,
    /// When its content was changed, in seconds since 1970.
    pub modified: i64,
}
