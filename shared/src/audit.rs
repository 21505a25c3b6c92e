//! Who had what done, as administrators read it.

use serde::{Deserialize, Serialize};

use crate::id::MoveId;

/// Some of the audit, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRecords {
    pub records: Vec<AuditRecord>,
    /// The number before which to ask for older ones; none if there are none.
    pub older_before: Option<u64>,
}

/// One act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// Counts up from 1.
    pub number: u64,
    /// Milliseconds since 1970 in UTC.
    pub time_ms: i64,
    /// Whoever asked for it; none where Tidelock did it by itself.
    pub user: Option<String>,
    /// In words.
    pub what: String,
    pub id: Option<MoveId>,
}

/// What a reading of the whole audit found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditCheck {
    pub records: u64,
    /// The digest of the last record, to be kept elsewhere.
    pub head: String,
    /// Why it does not hold, if it does not.
    pub broken: Option<String>,
}
