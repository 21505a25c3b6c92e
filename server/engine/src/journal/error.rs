//! Why the journal cannot be used.

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("cannot create or write the state folder {path}")]
    Unwritable { path: PathBuf, source: std::io::Error },
    #[error("another tidelock uses the state folder {path}")]
    InUse { path: PathBuf },
    #[error("there is no journal in {path}")]
    Absent { path: PathBuf },
    #[error("the journal in {path} is damaged")]
    Damaged { path: PathBuf, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("the journal in {path} stays in mode {mode}, in which a power cut may take back what was written")]
    NotDurable { path: PathBuf, mode: String },
    #[error("the journal in {path} was written by a later release")]
    TooNew { path: PathBuf },
    #[error("the disk of the state folder is full")]
    Full { source: std::io::Error },
    #[error("the record of another move, with which this one was to be written, could not be")]
    FailedTogether,
    #[error("cannot {action} the journal")]
    Database { action: &'static str, source: rusqlite::Error },
    #[error("an event of move {number} cannot be understood")]
    Unreadable { number: u32, source: serde_json::Error },
    #[error("the journal has moves of its own and cannot take the place of another")]
    NotEmpty,
    #[error("the events of move {number} contradict each other")]
    Contradiction { number: u32, source: Box<crate::moves::state::IllegalTransition> },
}
