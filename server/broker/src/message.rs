//! What the broker can be asked, and what it answers.

use serde::{Deserialize, Serialize};

/// Everything that the server can ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// A worker that has become this user.
    StartWorker { user: String },
    /// A worker that may look at everything below the roots, and change nothing.
    StartReader,
}

/// What comes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case", deny_unknown_fields)]
pub enum Answer {
    /// The other end of the worker's only connection comes with it.
    Started,
    /// Nothing was done; why, for the log.
    Refused { why: String },
}
