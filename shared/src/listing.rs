//! What a folder shows.

use serde::{Deserialize, Serialize};

use crate::id::{ProjectId, ReadingId};
use crate::name::{FileName, FilePath};
use crate::project::{Project, ProjectTag};
use crate::strategy::{EntryKind, MountAbilities};

/// A folder and some of its rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FolderListing {
    pub folder: FolderInfo,
    pub rows: Rows,
    /// What had happened when the folder was read: every change of a move up to this sequence
    /// of the feed can be seen in it.
    pub version: u64,
}

/// A folder without its rows: everything a browser needs to preview a move into or out of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FolderInfo {
    pub path: FilePath,
    /// The managed root that the folder lies in; nothing above it is shown.
    pub root: FilePath,
    pub tag: ProjectTag,
    /// What pays for new entries here.
    pub project: Project,
    pub mount: Mount,
}

/// Some rows of a folder, in the order asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// Rows of the same reading are parts of the same whole.
    pub reading: ReadingId,
    /// The position of the first of `entries` in the whole.
    pub offset: u64,
    /// None where an entry vanished after its name was read.
    pub entries: Vec<Option<Entry>>,
    /// Entries of the whole folder that pass the filter, as far as it has been read.
    pub total: u64,
    /// Whether the folder has been read to its end. Until then rows may still come between.
    pub is_complete: bool,
    /// Where the row that was looked for stands.
    pub found: Option<u64>,
}

/// What a move would meet in a folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Destination {
    pub folder: FolderInfo,
    /// Those of the names asked about that are there already.
    pub taken: Vec<FileName>,
}

/// The file system under a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    /// The same for two folders exactly if a rename between them can work.
    pub id: u64,
    /// For people: `Lustre`, `ext4`, `XFS`, ….
    pub kind: String,
    pub abilities: MountAbilities,
    /// Where a folder's own inode lives, where the file system says so: `MDT 1`.
    pub placement: Option<String>,
}

/// One row of a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub name: FileName,
    pub kind: EntryKind,
    /// Bytes of content; of a folder, its own size and not that of its content.
    pub size: u64,
    /// Seconds since 1970 in UTC.
    pub modified: i64,
    pub owner: String,
    pub group: String,
    /// Permission bits, as `chmod` takes them.
    pub mode: u32,
    pub links: u64,
    /// None where the file system has no project IDs.
    pub project: Option<ProjectId>,
    /// Charged to another project than its folder's, or a folder that lacks the inherit flag.
    pub is_drifted: bool,
    /// The content is on tape only: reading waits for a restore.
    pub is_released: bool,
    /// Of a symbolic link: where it points, escaped for people.
    pub points_to: Option<String>,
}

/// Columns that a listing can be sorted by. Folders always come before the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SortColumn {
    #[default]
    Name,
    Size,
    Modified,
    Owner,
    Project,
}

/// Which rows of a folder, and in what order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingRequest {
    pub path: FilePath,
    #[serde(default)]
    pub sort: SortColumn,
    #[serde(default)]
    pub descending: bool,
    /// Keeps names that contain this text, ignoring case.
    #[serde(default)]
    pub filter: String,
    #[serde(default)]
    pub seek: Seek,
    /// At most [`ROWS_MAX`].
    pub rows: u64,
    /// A reading of this folder whose names will do; without one, or when it is gone, the folder
    /// is read anew.
    #[serde(default)]
    pub reading: Option<ReadingId>,
}

/// Which rows are wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seek {
    /// Those from a position on.
    Row(u64),
    /// The page that holds the row of this name; the first if it is not there. Pages are as long
    /// as the rows asked for.
    Name(FileName),
    /// The page that holds the first row whose name begins with this text, ignoring case.
    Prefix(String),
}

impl Default for Seek {
    fn default() -> Self {
        Self::Row(0)
    }
}

/// The most rows of one answer.
pub const ROWS_MAX: u64 = 1000;

/// The most entries that can be chosen at once: more are a folder's business.
pub const CHOSEN_MAX: u64 = 10_000;

impl ListingRequest {
    /// The first rows by name.
    pub fn first_rows(path: FilePath, rows: u64) -> Self {
        let (sort, seek) = (SortColumn::Name, Seek::default());
        Self { path, sort, descending: false, filter: String::new(), seek, rows, reading: None }
    }
}
