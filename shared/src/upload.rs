//! An upload: what is sent, whether names allow it, and what it needs.
//!
//! A path of something that is sent begins at the destination folder: `/results/a.csv` is to
//! become `results/a.csv` in it. The browser runs these rules for comfort, the server for truth.
//!
//! Not here: what is there already and whether it fits, which only the file system knows.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::name::{FileName, FilePath, PATH_LENGTH_MAX};
use crate::quota::Amount;
use crate::user_error::UserError;

/// Files and folders of one upload: more are better sent as an archive, or by several uploads.
pub const ENTRIES_MAX: usize = 10_000;
/// Bytes of one chunk.
pub const CHUNK_BYTES_MAX: u64 = 16 << 20;
/// An unfinished upload that nobody has gone on with for so long is removed.
pub const RETENTION_DAYS: i64 = 7;

/// The blocks in which content is charged, about: file systems differ, and smaller ones are rare.
const BLOCK_BYTES: u64 = 4096;
/// What the upload itself takes while it runs: its hidden folder, the folder with the content, its
/// description, the record of its end, and a barrier.
const OWN: Amount = Amount { bytes: 5 * BLOCK_BYTES, inodes: 5 };
/// Digits of an id: 128 random bits.
const ID_LENGTH: usize = 32;

/// The name of an upload, which nobody can guess.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct UploadId(String);

/// A text that is no upload's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("that is not the id of an upload")]
pub struct InvalidUploadId;

impl UploadId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for UploadId {
    type Error = InvalidUploadId;

    fn try_from(text: String) -> Result<Self, InvalidUploadId> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() == ID_LENGTH && text.bytes().all(is_digit) { Ok(Self(text)) } else { Err(InvalidUploadId) }
    }
}

impl From<UploadId> for String {
    fn from(id: UploadId) -> Self {
        id.0
    }
}

impl fmt::Display for UploadId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Debug for UploadId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whoever reads a log is not to write into the upload.
        out.write_str("upload")
    }
}

/// One file as the sender has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadFile {
    pub path: FilePath,
    pub size: u64,
    /// Milliseconds since 1970 in UTC, as browsers tell it.
    pub modified_ms: i64,
}

/// What somebody wants to send.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadRequest {
    /// An existing folder.
    pub folder: FilePath,
    pub files: Vec<UploadFile>,
    /// Folders that are to be there though nothing is in them; others come with their files.
    #[serde(default)]
    pub folders: Vec<FilePath>,
    #[serde(default)]
    pub on_taken: OnTaken,
}

/// What becomes of something at the top whose name is taken in the destination.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnTaken {
    #[default]
    Refuse,
    /// It gets a new name beside the other.
    KeepBoth,
    /// It is not sent.
    Skip,
}

/// What is wrong with a request, as far as names tell.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UploadProblem {
    #[error("nothing was picked to upload")]
    Nothing,
    #[error("{0} files and folders are more than one upload takes")]
    TooMany(usize),
    #[error("a file needs a name")]
    NoName,
    #[error("{0:?} has a name that only moves and uploads give")]
    HiddenName(FilePath),
    #[error("{0:?} would lie too deep")]
    TooDeep(FilePath),
    #[error("{0:?} is sent twice")]
    Twice(FilePath),
    #[error("{0:?} is sent as a file, and something in it too")]
    FileAndFolder(FilePath),
}

impl UploadRequest {
    /// Everything that is wrong with it.
    pub fn problems(&self) -> Vec<UploadProblem> {
        let count = self.files.len() + self.folders.len();
        match count {
            0 => return vec![UploadProblem::Nothing],
            many if many > ENTRIES_MAX => return vec![UploadProblem::TooMany(many)],
            _ => {}
        }
        let folders = self.all_folders();
        if self.files.len() + folders.len() > ENTRIES_MAX {
            return vec![UploadProblem::TooMany(self.files.len() + folders.len())];
        }
        let room = PATH_LENGTH_MAX.saturating_sub(self.folder.to_bytes().len());
        let mut problems = Vec::new();
        let mut seen = BTreeSet::new();
        for path in self.files.iter().map(|file| &file.path).chain(&self.folders) {
            if path.names().is_empty() {
                problems.push(UploadProblem::NoName);
            } else if path.names().iter().any(FileName::is_hidden_folder_of_a_move) {
                problems.push(UploadProblem::HiddenName(path.clone()));
            } else if path.to_bytes().len() > room {
                problems.push(UploadProblem::TooDeep(path.clone()));
            } else if !seen.insert(path) {
                problems.push(UploadProblem::Twice(path.clone()));
            }
        }
        for file in self.files.iter().filter(|file| folders.contains(&file.path)) {
            problems.push(UploadProblem::FileAndFolder(file.path.clone()));
        }
        problems
    }

    /// Every folder that has to be made, each after the one that it lies in.
    pub fn all_folders(&self) -> BTreeSet<FilePath> {
        let above_files = self.files.iter().filter_map(|file| Some(file.path.split_last()?.0));
        let mut folders = BTreeSet::new();
        for mut folder in above_files.chain(self.folders.iter().cloned()) {
            // Where one is known already, those above it are too.
            while let Some((above, _)) = folder.split_last() {
                if !folders.insert(folder) {
                    break;
                }
                folder = above;
            }
        }
        folders
    }

    /// The names that appear in the destination folder.
    pub fn tops(&self) -> BTreeSet<FileName> {
        let paths = self.files.iter().map(|file| &file.path).chain(&self.folders);
        paths.filter_map(|path| path.names().first().cloned()).collect()
    }

    /// The same without what lies at or below one of these names.
    #[must_use]
    pub fn without(mut self, tops: &BTreeSet<FileName>) -> Self {
        let stays = |path: &FilePath| path.names().first().is_none_or(|top| !tops.contains(top));
        self.files.retain(|file| stays(&file.path));
        self.folders.retain(stays);
        self
    }

    /// Bytes of content.
    pub fn bytes(&self) -> u64 {
        self.files.iter().fold(0, |sum, file| sum.saturating_add(file.size))
    }

    /// What the destination is charged in the end.
    pub fn adds(&self) -> Amount {
        let folders = self.all_folders().len() as u64;
        let blocks = self.files.iter().fold(folders, |sum, file| sum.saturating_add(file.size.div_ceil(BLOCK_BYTES)));
        Amount { bytes: blocks.saturating_mul(BLOCK_BYTES), inodes: self.files.len() as u64 + folders }
    }

    /// What has to be free before the first byte is sent.
    pub fn needs(&self) -> Amount {
        self.adds() + OWN
    }
}

/// An upload that is not finished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    pub id: UploadId,
    pub folder: FilePath,
    /// The first of the names that are to appear, and how many there are.
    pub name: FileName,
    pub names: u64,
    pub files: u64,
    pub bytes: u64,
    /// Everything was received and its names are appearing: it can only be finished now.
    pub is_appearing: bool,
    /// Until then it is kept if nobody goes on with it; milliseconds since 1970 in UTC.
    pub kept_until_ms: i64,
}

/// A file of an upload, and how much of it is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivedFile {
    #[serde(flatten)]
    pub file: UploadFile,
    pub received: u64,
}

/// An upload and what is there of it. A file is called by its place in `files`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadState {
    pub upload: Upload,
    pub files: Vec<ReceivedFile>,
    /// Names that were left out because they are taken.
    pub skipped: Vec<FileName>,
}

/// What a finished upload has become.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uploaded {
    pub folder: FilePath,
    /// The names that appeared in it.
    pub names: Vec<FileName>,
}

/// The answer to a chunk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkAnswer {
    /// Bytes of the file that are there: where the next chunk begins. None where nobody may know.
    pub length: Option<u64>,
    /// Why not all of the chunk was taken.
    pub problem: Option<UserError>,
}

/// The code of a chunk that does not begin where the file ends.
pub const REFUSED_OFFSET: &str = "refused_offset";
/// The code of a project or file system without room for more.
pub const REFUSED_FULL: &str = "refused_full";
/// The code of something that is being done already.
pub const REFUSED_BUSY: &str = "refused_busy";
/// The code of names that are taken in the destination.
pub const REFUSED_TAKEN: &str = "refused_name_taken";

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> FilePath {
        FilePath::parse(text.as_bytes()).unwrap()
    }

    fn request(files: &[(&str, u64)], folders: &[&str]) -> UploadRequest {
        UploadRequest {
            folder: path("/lustre/alpha"),
            files: files.iter().map(|(name, size)| UploadFile { path: path(name), size: *size, modified_ms: 0 }).collect(),
            folders: folders.iter().map(|folder| path(folder)).collect(),
            on_taken: OnTaken::Refuse,
        }
    }

    #[test]
    fn folders_are_counted_once_and_empty_files_have_no_blocks() {
        let request = request(&[("/a/b/one", 1), ("/a/b/two", 4097), ("/a/empty", 0), ("/plain", 4096)], &["/a", "/c/d"]);
        let folders: Vec<String> = request.all_folders().iter().map(FilePath::shown).collect();
        assert_eq!(folders, ["/a", "/a/b", "/c", "/c/d"]);
        assert_eq!(request.adds(), Amount { bytes: (1 + 2 + 1 + 4) * 4096, inodes: 8 });
        assert_eq!(request.needs().inodes, 13);
        assert_eq!(request.bytes(), 1 + 4097 + 4096);
        let tops: Vec<_> = request.tops().iter().map(|name| name.shown().into_owned()).collect();
        assert_eq!(tops, ["a", "c", "plain"]);
        let left = request.without(&BTreeSet::from([FileName::new(*b"a").unwrap()]));
        assert_eq!((left.files.len(), left.folders.len()), (1, 1));
    }

    #[test]
    fn every_problem_of_names_is_found() {
        let deep = format!("/{}", "d/".repeat(2045));
        for (files, folders, expected) in [
            (vec![], vec![], vec![UploadProblem::Nothing]),
            (vec![("/", 1)], vec![], vec![UploadProblem::NoName]),
            (
                vec![("/a", 1), ("/a", 2), ("/x/.tidelock-1", 1)],
                vec![],
                vec![UploadProblem::Twice(path("/a")), UploadProblem::HiddenName(path("/x/.tidelock-1"))],
            ),
            (vec![("/a", 1), ("/a/b", 1)], vec![], vec![UploadProblem::FileAndFolder(path("/a"))]),
            (vec![("/a", 1)], vec![deep.as_str()], vec![UploadProblem::TooDeep(path(&deep))]),
            (vec![("/a", 1), ("/b/c", 1)], vec!["/b/d"], vec![]),
        ] {
            assert_eq!(request(&files, &folders).problems(), expected);
        }
        let many: Vec<String> = (0..6000).map(|number| format!("/{number}/file")).collect();
        let many: Vec<_> = many.iter().map(|name| (name.as_str(), 1)).collect();
        assert_eq!(request(&many, &[]).problems(), [UploadProblem::TooMany(12_000)]);
    }

    #[test]
    fn only_what_the_server_draws_is_an_id() {
        let id = "0123456789abcdef0123456789abcdef";
        assert_eq!(UploadId::try_from(id.to_owned()).unwrap().as_str(), id);
        for text in ["", "0123", "0123456789ABCDEF0123456789abcdef", "../../../../../../../../../../aa.", &format!("{id}0")] {
            assert!(UploadId::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
