//! What went wrong, as a person or a script is told.

use serde::{Deserialize, Serialize};

/// A refusal, a warning or an error: a stable code, one sentence, and what would help.
///
/// The code is for scripts and for the documentation; the message is never parsed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct UserError {
    pub code: String,
    pub message: String,
    pub hints: Vec<String>,
}

impl UserError {
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), hints: Vec::new() }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}
