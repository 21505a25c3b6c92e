//! What is charged wrongly below projects' folders, as scans have found it.

use serde::{Deserialize, Serialize};

use crate::id::ProjectId;
use crate::name::FilePath;
use crate::quota::Amount;

/// The newest scan of one folder, as far as it has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftScan {
    pub path: FilePath,
    /// Milliseconds since 1970 in UTC; none while it waits for its turn.
    pub started_ms: Option<i64>,
    /// None while it waits or goes on.
    pub finished_ms: Option<i64>,
    /// Entries that were looked at.
    pub entries: u64,
    pub project: Option<ProjectId>,
    /// Charged to the project as its entries say, and as the file system says.
    pub counted: Option<Amount>,
    pub charged: Option<Amount>,
    pub findings: Vec<DriftFinding>,
    /// What could not be looked at.
    pub remarks: Vec<String>,
    /// Why it ended before its end.
    pub error: Option<String>,
    /// How many before it, whose findings are known, came to their end.
    pub earlier: u64,
}

/// What an earlier scan of the same folder has found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierScan {
    /// Milliseconds since 1970 in UTC.
    pub finished_ms: i64,
    pub entries: u64,
    /// A sentence for each.
    pub findings: Vec<String>,
}

/// One thing that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftFinding {
    pub kind: DriftKind,
    pub message: String,
    /// Where it comes from, and what mends it.
    pub hints: Vec<String>,
    pub examples: Vec<FilePath>,
}

/// What kind of thing is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriftKind {
    /// An inode's project ID is not its project's, or a folder hands none down. A repair mends it.
    TagDrift,
    /// The inodes agree, their bytes do not.
    ObjectDrift,
    /// The file system counts other inodes than there are.
    AccountingDrift,
    /// No drift, but wrong all the same.
    OverLimit,
}
