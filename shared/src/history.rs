//! What a project has used over time.

use serde::{Deserialize, Serialize};

use crate::quota::Amount;

/// A project's usage at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageSample {
    /// Milliseconds since 1970 in UTC.
    pub time_ms: i64,
    pub usage: Amount,
}
