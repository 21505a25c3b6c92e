//! Words for what is wrong with names and requests, to stand within a sentence.

use tidelock_shared::name::{FilePath, InvalidName};
use tidelock_shared::request::RequestProblem;
use tidelock_shared::upload::UploadProblem;

use crate::format;
use crate::words::{Words, words};

/// Why bytes are not a name or a path.
pub fn invalid_name(words: Words, problem: InvalidName) -> &'static str {
    match problem {
        InvalidName::Empty => words.name_empty(),
        InvalidName::Dots => words.name_dots(),
        InvalidName::ForbiddenByte => words.name_slash(),
        InvalidName::TooLong => words.name_too_long(),
        InvalidName::NotAbsolute => words.path_not_absolute(),
        InvalidName::PathTooLong => words.path_too_long(),
        InvalidName::NotBase64 => words.path_not_base64(),
    }
}

/// What is wrong with a move that somebody asks for.
pub fn request(problem: &RequestProblem) -> String {
    match problem {
        RequestProblem::NoSource => words().request_no_source().to_owned(),
        RequestProblem::NewNameForSeveral => words().request_one_name().to_owned(),
        RequestProblem::SourceIsRoot => words().request_root().to_owned(),
        RequestProblem::IntoItself(path) => words().request_into_itself(&shown(path)),
        RequestProblem::AlreadyThere(path) => words().request_already_there(&shown(path)),
        RequestProblem::SameName(one, other) => words().request_same_name(&shown(one), &shown(other)),
        RequestProblem::Nested(inner, outer) => words().request_nested(&shown(inner), &shown(outer)),
    }
}

/// What is wrong with an upload.
pub fn upload(problem: &UploadProblem) -> String {
    match problem {
        UploadProblem::Nothing => words().upload_no_source().to_owned(),
        UploadProblem::TooMany(count) => words().upload_too_many(&format::count(*count as u64)),
        UploadProblem::NoName => words().upload_no_name().to_owned(),
        UploadProblem::HiddenName(path) => words().upload_reserved(&shown(path)),
        UploadProblem::TooDeep(path) => words().upload_too_deep(&shown(path)),
        UploadProblem::Twice(path) => words().upload_twice(&shown(path)),
        UploadProblem::FileAndFolder(path) => words().upload_file_and_folder(&shown(path)),
    }
}

fn shown(path: &FilePath) -> String {
    words().quoted(&path.shown())
}
