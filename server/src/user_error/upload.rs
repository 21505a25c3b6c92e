//! Why an upload is refused, waits or stops, in sentences.

use tidelock_engine::fs::{Errno, FsError};
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::quota::{Amount, Headroom};
use tidelock_shared::upload::{ENTRIES_MAX, REFUSED_BUSY, REFUSED_FULL, REFUSED_OFFSET, REFUSED_TAKEN, UploadProblem};
use tidelock_shared::user_error::UserError;

use super::{quoted, request_refusal};
use crate::uploads::{FinishError, StagingError};
use crate::words::{bytes, count, grouped};

/// Everything that is wrong with a request: the first speaks, the others are its hints.
pub(crate) fn problems(problems: &[UploadProblem]) -> Result<(), UserError> {
    let mut told = problems.iter().map(problem);
    let Some(first) = told.next() else { return Ok(()) };
    Err(told.take(10).fold(first, |first, further| first.hint(format!("Also: {}", further.message))))
}

fn problem(problem: &UploadProblem) -> UserError {
    match problem {
        UploadProblem::Nothing => request_refusal("Nothing was picked to upload.", "Pick files or a folder."),
        UploadProblem::TooMany(entries) => UserError::new(
            "too_many",
            format!("{} are more than one upload takes.", count(*entries as u64, "file or folder", "files and folders")),
        )
        .hint(format!(
            "An upload takes {}: send the parts one after the other, or all as one archive.",
            grouped(ENTRIES_MAX as u64)
        )),
        UploadProblem::NoName => request_refusal("A file that is sent needs a name.", "Pick it anew."),
        UploadProblem::HiddenName(path) => request_refusal(
            &format!("{} has a name that only moves and uploads give.", quoted(path)),
            "Rename it, or leave it out.",
        ),
        UploadProblem::TooDeep(path) => request_refusal(
            &format!("{} would lie too deep: its path would be too long.", quoted(path)),
            "Send it to a folder further up, or as an archive.",
        ),
        UploadProblem::Twice(path) => request_refusal(&format!("{} is sent twice.", quoted(path)), "Pick it once."),
        UploadProblem::FileAndFolder(path) => {
            request_refusal(&format!("{} is sent both as a file and as a folder.", quoted(path)), "Send one of them.")
        }
    }
}

pub(crate) fn no_headroom(payer: &str, needed: Amount, headroom: Headroom) -> UserError {
    let UserError { code, message, .. } = super::no_headroom(payer, needed, headroom);
    UserError::new(&format!("refused_{code}"), message).hint("Free some room there, ask for more quota, or send less.")
}

pub(crate) fn may_not(folder: &FilePath) -> UserError {
    UserError::new("no_permission", format!("You may not upload to {}.", quoted(folder))).hint("Ask its owner for permission.")
}

pub(crate) fn names_taken(names: &[FileName]) -> UserError {
    let message = match names {
        [name] => format!("'{}' is there already.", name.shown()),
        [name, ..] => {
            format!("{} are there already, '{}' for example.", count(names.len() as u64, "name", "names"), name.shown())
        }
        [] => "A name is there already.".to_owned(),
    };
    UserError::new(REFUSED_TAKEN, message).hint("Keep both, or skip what is there.")
}

pub(crate) fn nothing_left() -> UserError {
    UserError::new("refused_nothing_left", "All of it is there already, so nothing is left to upload.")
        .hint("Keep both, or send it to another folder.")
}

pub(crate) fn too_many_open(most: usize) -> UserError {
    UserError::new("refused_too_many_open", format!("You have {most} uploads that are not finished."))
        .hint("Finish or cancel some of them first.")
}

pub(crate) fn no_such_upload() -> UserError {
    UserError::new("not_found", "There is no such upload.")
        .hint("It may be finished, cancelled, or removed because nobody went on with it.")
}

pub(crate) fn no_such_file() -> UserError {
    UserError::new("not_found", "The upload has no such file.")
}

pub(crate) fn busy() -> UserError {
    UserError::new(REFUSED_BUSY, "The upload is being worked on.").hint("Try again in a moment.")
}

pub(crate) fn past_cancelling() -> UserError {
    UserError::new("refused_past_cancelling", "All of the upload has come and its names are appearing: it can only be finished.")
        .hint("Finish it, and delete what you do not want.")
}

/// The chunk begins elsewhere than the file ends.
pub(crate) fn offset(length: u64) -> UserError {
    UserError::new(REFUSED_OFFSET, format!("{} of the file are there; the next chunk begins after them.", bytes(length)))
}

pub(crate) fn too_much() -> UserError {
    UserError::new("invalid_size", "The file is larger than what was announced.")
        .hint("It may have been changed meanwhile: cancel the upload and begin a new one.")
}

/// The body did not come whole.
pub(crate) fn cut_off() -> UserError {
    UserError::new("bad_request", "The chunk was cut off.").hint("Send the rest from where the file ends.")
}

/// The server's own list, or its randomness.
pub(crate) fn not_kept(error: &dyn std::error::Error) -> UserError {
    UserError::new("internal", format!("The server cannot keep uploads in mind: {error}."))
        .hint("Its state folder may be full: show this to an administrator.")
}

/// A call in the destination that failed.
pub(crate) fn fs_error(folder: &FilePath, error: &FsError) -> UserError {
    match error.errno {
        _ if error.is_full() => UserError::new(REFUSED_FULL, format!("The project of {} has no room left.", quoted(folder)))
            .hint("Free some room there or ask for more quota, then go on: nothing has to be sent again."),
        Errno::ROFS => {
            UserError::new("refused_read_only", format!("{} cannot be written: its file system is read-only.", quoted(folder)))
        }
        Errno::NAMETOOLONG => request_refusal("A name is too long for this file system.", "Give it a shorter name."),
        _ => super::fs_error("upload to", folder, error),
    }
}

/// Why the hidden folder of an upload cannot be used.
pub(crate) fn staging(folder: &FilePath, error: &StagingError) -> UserError {
    match error {
        StagingError::Gone => UserError::new("not_found", format!("The upload to {} is there no more.", quoted(folder)))
            .hint("Its folder was moved or deleted meanwhile. Begin a new upload."),
        StagingError::NotOurs | StagingError::Unreadable => {
            UserError::new("refused_changed", format!("Somebody has changed what the upload to {} had made.", quoted(folder)))
                .hint("Cancel it and begin a new one.")
        }
        StagingError::ChargedElsewhere => UserError::new(
            "refused_charged_elsewhere",
            format!("What is made in {} is not charged to the folder's project.", quoted(folder)),
        )
        .hint("Show this to an administrator."),
        StagingError::FileSystem(error) => fs_error(folder, error),
    }
}

/// Why an upload is not finished.
pub(crate) fn finish(folder: &FilePath, error: &FinishError) -> UserError {
    match error {
        FinishError::Incomplete { files, example } => UserError::new(
            "refused_incomplete",
            format!("{} not come whole, {} for example.", super::have(*files, "file", "files"), quoted(example)),
        )
        .hint("Send the rest first."),
        FinishError::NamesTaken(names) => names_taken(names),
        FinishError::Staging(error) => staging(folder, error),
    }
}
