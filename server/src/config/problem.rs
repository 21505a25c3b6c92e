//! What is wrong in a file, and where.

use std::ops::Range;
use std::path::PathBuf;

use serde::Serialize;

/// One thing that is wrong or doubtful.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Problem {
    /// From 1 on; none if it is nowhere, because something is missing.
    pub(crate) line: Option<usize>,
    pub(crate) message: String,
    /// What would help.
    pub(crate) help: String,
}

impl Problem {
    /// At a place in a text, in bytes.
    pub(super) fn at(text: &str, place: Option<Range<usize>>, message: impl Into<String>, help: impl Into<String>) -> Self {
        let line = place.map(|place| text.bytes().take(place.start).filter(|byte| *byte == b'\n').count() + 1);
        Self { line, message: message.into(), help: help.into() }
    }
}

/// Why a file says nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("cannot read the configuration {}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("the configuration {} has {} problems", path.display(), problems.len())]
    Wrong { path: PathBuf, problems: Vec<Problem> },
}
