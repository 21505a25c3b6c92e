//! Why an upload is refused, waits or stops, in sentences.

use tidelock_engine::fs::{Errno, FsError};
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::quota::{Amount, Headroom};
use tidelock_shared::upload::{ENTRIES_MAX, REFUSED_BUSY, REFUSED_FULL, REFUSED_OFFSET, REFUSED_TAKEN, UploadProblem};
use tidelock_shared::user_error::UserError;

use super::{quoted, request_refusal};
use crate::uploads::{FinishError, StagingError};
use crate::words::{Words, bytes, grouped, words};

/// Everything that is wrong with a request: the first speaks, the others are its hints.
pub(crate) fn problems(problems: &[UploadProblem]) -> Result<(), UserError> {
    let mut told = problems.iter().map(problem);
    let Some(first) = told.next() else { return Ok(()) };
    Err(told.take(10).fold(first, |first, further| first.hint(words().also(&further.message))))
}

fn problem(problem: &UploadProblem) -> UserError {
    match problem {
        UploadProblem::Nothing => request_refusal(words().upload_nothing(), words().upload_nothing_hint()),
        UploadProblem::TooMany(entries) => UserError::new("too_many", words().upload_too_many(*entries as u64))
            .hint(words().upload_too_many_hint(&grouped(ENTRIES_MAX as u64))),
        UploadProblem::NoName => request_refusal(words().upload_no_name(), words().upload_no_name_hint()),
        UploadProblem::HiddenName(path) => request_refusal(&words().upload_hidden_name(&quoted(path)), words().rename_or_leave()),
        UploadProblem::TooDeep(path) => request_refusal(&words().upload_too_deep(&quoted(path)), words().upload_too_deep_hint()),
        UploadProblem::Twice(path) => request_refusal(&words().upload_twice(&quoted(path)), words().upload_twice_hint()),
        UploadProblem::FileAndFolder(path) => request_refusal(&words().upload_both(&quoted(path)), words().upload_both_hint()),
    }
}

pub(crate) fn no_headroom(payer: &str, needed: Amount, headroom: Headroom) -> UserError {
    let UserError { code, message, .. } = super::no_headroom(payer, needed, headroom);
    UserError::new(&format!("refused_{code}"), message).hint(words().upload_no_headroom_hint())
}

pub(crate) fn may_not(folder: &FilePath) -> UserError {
    UserError::new("no_permission", words().upload_may_not(&quoted(folder))).hint(words().ask_owner())
}

pub(crate) fn names_taken(names: &[FileName]) -> UserError {
    let message = match names {
        [name] => words().is_there(&name.shown()),
        [name, ..] => words().are_there(names.len() as u64, &name.shown()),
        [] => words().one_is_there().to_owned(),
    };
    UserError::new(REFUSED_TAKEN, message).hint(words().are_there_hint())
}

pub(crate) fn nothing_left() -> UserError {
    UserError::new("refused_nothing_left", words().upload_nothing_left()).hint(words().upload_nothing_left_hint())
}

pub(crate) fn too_many_open(most: usize) -> UserError {
    UserError::new("refused_too_many_open", words().upload_too_many_open(&most.to_string()))
        .hint(words().upload_too_many_open_hint())
}

pub(crate) fn no_such_upload() -> UserError {
    UserError::new("not_found", words().no_such_upload()).hint(words().no_such_upload_hint())
}

pub(crate) fn no_such_file() -> UserError {
    UserError::new("not_found", words().no_such_file())
}

pub(crate) fn busy() -> UserError {
    UserError::new(REFUSED_BUSY, words().upload_busy()).hint(words().try_again())
}

pub(crate) fn past_cancelling() -> UserError {
    UserError::new("refused_past_cancelling", words().upload_past_cancelling()).hint(words().upload_past_cancelling_hint())
}

/// The chunk begins elsewhere than the file ends.
pub(crate) fn offset(length: u64) -> UserError {
    UserError::new(REFUSED_OFFSET, words().upload_offset(&bytes(length)))
}

pub(crate) fn too_much() -> UserError {
    UserError::new("invalid_size", words().upload_too_much()).hint(words().upload_too_much_hint())
}

/// The body did not come whole.
pub(crate) fn cut_off() -> UserError {
    UserError::new("bad_request", words().upload_cut_off()).hint(words().upload_cut_off_hint())
}

/// The server's own list, or its randomness.
pub(crate) fn not_kept(error: &dyn std::error::Error) -> UserError {
    UserError::new("internal", words().upload_not_kept(&error.to_string())).hint(words().upload_not_kept_hint())
}

/// A call in the destination that failed.
pub(crate) fn fs_error(folder: &FilePath, error: &FsError) -> UserError {
    match error.errno {
        _ if error.is_full() => UserError::new(REFUSED_FULL, words().upload_full(&quoted(folder))).hint(words().upload_full_hint()),
        Errno::ROFS => UserError::new("refused_read_only", words().upload_read_only(&quoted(folder))),
        Errno::NAMETOOLONG => request_refusal(words().name_too_long(), words().name_too_long_hint()),
        _ => super::fs_error(Words::doing_upload, folder, error),
    }
}

/// Why the hidden folder of an upload cannot be used.
pub(crate) fn staging(folder: &FilePath, error: &StagingError) -> UserError {
    match error {
        StagingError::Gone => UserError::new("not_found", words().upload_gone(&quoted(folder))).hint(words().upload_gone_hint()),
        StagingError::NotOurs | StagingError::Unreadable => {
            UserError::new("refused_changed", words().upload_changed(&quoted(folder))).hint(words().upload_changed_hint())
        }
        StagingError::ChargedElsewhere => {
            UserError::new("refused_charged_elsewhere", words().upload_charged_elsewhere(&quoted(folder)))
                .hint(words().upload_charged_elsewhere_hint())
        }
        StagingError::FileSystem(error) => fs_error(folder, error),
    }
}

/// Why an upload is not finished.
pub(crate) fn finish(folder: &FilePath, error: &FinishError) -> UserError {
    match error {
        FinishError::Incomplete { files, example } => {
            UserError::new("refused_incomplete", words().upload_incomplete(*files, &quoted(example)))
                .hint(words().upload_incomplete_hint())
        }
        FinishError::NamesTaken(names) => names_taken(names),
        FinishError::Staging(error) => staging(folder, error),
    }
}
