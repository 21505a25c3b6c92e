//! How much all moves together may do at once.

use serde::{Deserialize, Serialize};

/// What an administrator allows; it changes while moves run. None is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Moves that run at the same time, at least 1; others wait for their turn.
    pub moves_at_once: u32,
    /// Calls that change names or attributes, or look at them for a plan, about: what a metadata server feels.
    pub operations_per_second: Option<u64>,
    /// Copied bytes.
    pub bytes_per_second: Option<u64>,
    /// Nothing new comes into sight: moves prepare, and wait before others could see anything of them.
    #[serde(default)]
    pub is_drained: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { moves_at_once: 4, operations_per_second: None, bytes_per_second: None, is_drained: false }
    }
}

impl Limits {
    /// Whether moves can get anywhere within them.
    pub fn lets_work_be_done(&self) -> bool {
        self.moves_at_once > 0 && self.operations_per_second != Some(0) && self.bytes_per_second != Some(0)
    }
}
