//! What is searched below a folder, and what was found.

use serde::{Deserialize, Serialize};

use crate::id::{ProjectId, SearchId};
use crate::listing::Entry;
use crate::name::FilePath;
use crate::strategy::EntryKind;

/// The most results that are kept of one search.
pub const FOUND_MAX: u64 = 10_000;

/// What to look for, and below which folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchRequest {
    pub path: FilePath,
    #[serde(default)]
    pub wanted: Wanted,
}

/// What an entry has to be: all that is given has to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wanted {
    /// Text that the name contains, ignoring case. With `*` (any text) or `?` (any character) in it,
    /// a pattern for the whole name.
    pub name: String,
    pub kind: Option<EntryKind>,
    /// Bytes of content at least; of a file.
    pub size_from: Option<u64>,
    /// Bytes of content at most; of a file.
    pub size_to: Option<u64>,
    /// Changed at this time or later, in seconds since 1970.
    pub modified_from: Option<i64>,
    /// Changed at this time or earlier.
    pub modified_to: Option<i64>,
    /// A user's name, or the number of one without a name.
    pub owner: Option<String>,
    pub project: Option<ProjectId>,
    /// Only files whose content is on tape only.
    pub is_released: bool,
}

impl Wanted {
    /// Whether all holds of an entry but what is said of its name.
    pub fn accepts(&self, entry: &Entry) -> bool {
        let is_file = entry.kind == EntryKind::File;
        let has_size =
            |limit: Option<u64>, holds: fn(u64, u64) -> bool| limit.is_none_or(|limit| is_file && holds(entry.size, limit));
        self.kind.is_none_or(|kind| kind == entry.kind)
            && has_size(self.size_from, |size, from| size >= from)
            && has_size(self.size_to, |size, to| size <= to)
            && self.modified_from.is_none_or(|from| entry.modified >= from)
            && self.modified_to.is_none_or(|to| entry.modified <= to)
            && self.owner.as_ref().is_none_or(|owner| *owner == entry.owner)
            && self.project.is_none_or(|project| entry.project == Some(project))
            && (!self.is_released || entry.is_released)
    }
}

/// One result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Where it lies.
    pub folder: FilePath,
    pub entry: Entry,
}

/// How far a search has come, and some of what it found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchResults {
    pub id: SearchId,
    /// The position of the first of `found` among all results, which keep their positions.
    pub offset: u64,
    pub found: Vec<Found>,
    /// Entries looked at so far.
    pub looked_at: u64,
    /// Folders that could not be read: their content may hold more.
    pub passed_over: u64,
    pub is_complete: bool,
    /// There are more than [`FOUND_MAX`]; the search ended there.
    pub is_cut: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::FileName;

    fn entry() -> Entry {
        Entry {
            name: FileName::new(*b"run").unwrap(),
            kind: EntryKind::File,
            size: 100,
            modified: 1000,
            owner: "alice".to_owned(),
            group: "climate".to_owned(),
            mode: 0o644,
            links: 1,
            project: Some(ProjectId(7)),
            is_drifted: false,
            is_released: false,
            points_to: None,
        }
    }

    #[test]
    fn all_that_is_given_has_to_hold() {
        let accepts = |wanted: Wanted| wanted.accepts(&entry());
        let any = Wanted::default;
        assert!(accepts(any()));
        for (fits, does_not) in [
            (Wanted { kind: Some(EntryKind::File), ..any() }, Wanted { kind: Some(EntryKind::Folder), ..any() }),
            (Wanted { size_from: Some(100), ..any() }, Wanted { size_from: Some(101), ..any() }),
            (Wanted { size_to: Some(100), ..any() }, Wanted { size_to: Some(99), ..any() }),
            (Wanted { modified_from: Some(1000), ..any() }, Wanted { modified_from: Some(1001), ..any() }),
            (Wanted { modified_to: Some(1000), ..any() }, Wanted { modified_to: Some(999), ..any() }),
            (Wanted { owner: Some("alice".to_owned()), ..any() }, Wanted { owner: Some("bob".to_owned()), ..any() }),
            (Wanted { project: Some(ProjectId(7)), ..any() }, Wanted { project: Some(ProjectId(8)), ..any() }),
        ] {
            assert!(accepts(fits.clone()), "{fits:?}");
            assert!(!accepts(does_not.clone()), "{does_not:?}");
            assert!(!accepts(Wanted { is_released: true, ..fits }));
        }
    }

    #[test]
    fn a_folder_has_no_size_to_be_found_by() {
        let folder = Entry { kind: EntryKind::Folder, size: 4096, ..entry() };
        assert!(!Wanted { size_from: Some(1), ..Wanted::default() }.accepts(&folder));
        assert!(!Wanted { size_to: Some(u64::MAX), ..Wanted::default() }.accepts(&folder));
    }
}
