//! What a folder shows.

use serde::{Deserialize, Serialize};

use crate::id::ProjectId;
use crate::name::{FileName, FilePath};
use crate::project::{Project, ProjectTag};
use crate::strategy::{EntryKind, MountAbilities};

/// One folder, with everything a browser needs to preview a move into or out of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FolderListing {
    pub path: FilePath,
    /// The managed root that the folder lies in; nothing above it is shown.
    pub root: FilePath,
    pub tag: ProjectTag,
    /// What pays for new entries here.
    pub project: Project,
    pub mount: Mount,
    /// The rows asked for, in the order asked for.
    pub entries: Vec<Entry>,
    /// Entries of the whole folder that pass the filter, of which `entries` is a part.
    pub entries_total: u64,
    /// The position of the first row of `entries` within them.
    pub offset: u64,
    /// What had happened when the folder was read: every change of a move up to this sequence
    /// of the feed can be seen in it.
    pub version: u64,
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    pub sort: SortColumn,
    pub descending: bool,
    /// Keeps names that contain this text, ignoring case.
    pub filter: String,
    pub offset: u64,
    /// At most [`ROWS_MAX`].
    pub rows: u64,
}

/// The most rows of one answer.
pub const ROWS_MAX: u64 = 1000;

impl ListingRequest {
    /// The first rows by name.
    pub fn first_rows(path: FilePath) -> Self {
        Self { path, sort: SortColumn::Name, descending: false, filter: String::new(), offset: 0, rows: ROWS_MAX }
    }
}
