//! Rows of one folder, and what a browser needs to preview a move into or out of it.
//!
//! Of a large folder no more is asked than the order needs: by name the names alone, by another
//! column that column, and everything only of the rows that are sent.

use std::cmp::Ordering;

use tidelock_engine::fs::walk::look;
use tidelock_engine::fs::{FileSystem, Folder, HsmState, Status};
use tidelock_engine::planner::payer_of;
use tidelock_engine::survey::{SurveyedFolder, survey_folder};
use tidelock_shared::listing::{Entry, FolderListing, ListingRequest, Mount, ROWS_MAX, SortColumn};
use tidelock_shared::name::{FileName, FilePath, shown};
use tidelock_shared::project::{Project, ProjectTag};
use tidelock_shared::strategy::EntryKind;
use tidelock_shared::user_error::UserError;

use super::Site;
use crate::user_error;

/// Lists a folder as `fs` sees it.
pub(super) fn list(site: &Site, fs: &dyn FileSystem, request: &ListingRequest) -> Result<FolderListing, UserError> {
    let path = &request.path;
    let root = site.root_of(path)?;
    // Before anything is read: what happens meanwhile is newer than the listing, and told as such.
    let version = site.engine.version();
    let told = |error| user_error::fs_error("list", path, &error);
    let surveyed = survey_folder(fs, path).map_err(told)?;
    let folder = fs.open_path(path).map_err(told)?;
    let mut rows = rows(site, fs, &folder, request).map_err(told)?;
    rows.sort_by(|a, b| order(a, b, request.descending));
    let entries_total = rows.len() as u64;
    let skipped = usize::try_from(request.offset).unwrap_or(usize::MAX);
    let taken = usize::try_from(request.rows.min(ROWS_MAX)).unwrap_or(0);
    let listed = Listed { site, fs, folder: &folder, tag: surveyed.folder.tag };
    let entries = rows.into_iter().skip(skipped).take(taken).filter_map(|row| listed.entry(row.name).transpose());
    Ok(FolderListing {
        path: path.clone(),
        root: root.clone(),
        tag: surveyed.folder.tag.unwrap_or_default(),
        project: project(site, &surveyed, top_of_project(site, fs, path, root, surveyed.folder.tag)),
        mount: mount(site, fs, &folder, &surveyed),
        entries: entries.collect::<Result<_, _>>().map_err(told)?,
        entries_total,
        offset: request.offset,
        version,
    })
}

/// Who pays for a folder, with the numbers.
pub(super) fn project(site: &Site, folder: &SurveyedFolder, root: FilePath) -> Project {
    let payer = payer_of(folder);
    let numbers = site.engine.numbers(folder);
    Project {
        id: payer.project,
        name: site.names.payer(payer),
        root,
        usage: numbers.usage,
        limits: numbers.limits,
        reserved: numbers.reserved,
        capacity: numbers.free,
    }
}

/// The highest folder from `path` up to the root that is charged to the same project.
fn top_of_project(site: &Site, fs: &dyn FileSystem, path: &FilePath, root: &FilePath, tag: Option<ProjectTag>) -> FilePath {
    let Some(tag) = tag else { return root.clone() };
    if let Some(top) = site.tops.as_ref().and_then(|tops| tops.get(&tag.id)) {
        return top.clone();
    }
    let mut top = path.clone();
    while top != *root
        && let Some((above, _)) = top.split_last()
        && let Ok(Some(tag_above)) = fs.open_path(&above).and_then(|folder| fs.tag((&folder).into()))
        && tag_above.id == tag.id
    {
        top = above;
    }
    top
}

fn mount(site: &Site, fs: &dyn FileSystem, folder: &Folder, surveyed: &SurveyedFolder) -> Mount {
    // What decides about a move are the abilities of whoever runs it.
    let runner = &**site.engine.file_system();
    let of_runner = runner.open_path(&surveyed.folder.path).and_then(|folder| runner.capabilities(&folder));
    let capabilities = of_runner.unwrap_or_else(|_| surveyed.capabilities.clone());
    Mount {
        id: surveyed.folder.device,
        kind: capabilities.kind,
        abilities: capabilities.abilities,
        placement: fs.placement(folder).ok().flatten().map(|mdt| format!("MDT {mdt}")),
    }
}

/// A row with as much as its place in the order needs.
struct Row {
    name: FileName,
    is_folder: bool,
    key: Key,
    /// In lower case, for people sort without looking at case.
    text: String,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// By name, or unknown.
    Nothing,
    Number(i128),
    Text(String),
}

fn rows(
    site: &Site,
    fs: &dyn FileSystem,
    folder: &Folder,
    request: &ListingRequest,
) -> Result<Vec<Row>, tidelock_engine::fs::FsError> {
    let filter = request.filter.to_lowercase();
    let mut rows = Vec::new();
    for entry in fs.read_folder(folder)? {
        let entry = entry?;
        let text = entry.name.shown().to_lowercase();
        if entry.name.is_hidden_folder_of_a_move() || !text.contains(&filter) {
            continue;
        }
        let needs_status =
            entry.kind.is_none() || matches!(request.sort, SortColumn::Size | SortColumn::Modified | SortColumn::Owner);
        let status = if needs_status { look(fs, folder.at(&entry.name))? } else { None };
        if needs_status && status.is_none() {
            continue;
        }
        let kind = entry.kind.or(status.as_ref().map(|status| status.kind));
        let key = key(site, fs, folder, &entry.name, status.as_ref(), request.sort);
        rows.push(Row { is_folder: kind == Some(EntryKind::Folder), key, text, name: entry.name });
    }
    Ok(rows)
}

fn key(site: &Site, fs: &dyn FileSystem, folder: &Folder, name: &FileName, status: Option<&Status>, sort: SortColumn) -> Key {
    match (sort, status) {
        (SortColumn::Size, Some(status)) => Key::Number(status.size.into()),
        (SortColumn::Modified, Some(status)) => {
            Key::Number(i128::from(status.modified.seconds) * 1_000_000_000 + i128::from(status.modified.nanoseconds))
        }
        (SortColumn::Owner, Some(status)) => Key::Text(site.names.user(status.uid)),
        (SortColumn::Project, _) => match fs.tag(folder.at(name).into()) {
            Ok(Some(tag)) => Key::Number(tag.id.0.into()),
            _ => Key::Nothing,
        },
        _ => Key::Nothing,
    }
}

/// Folders first, then the column, then the name. Turning the order around leaves folders first.
fn order(a: &Row, b: &Row, descending: bool) -> Ordering {
    let turn = |ordering: Ordering| if descending { ordering.reverse() } else { ordering };
    let by_name = a.text.cmp(&b.text).then_with(|| a.name.cmp(&b.name));
    b.is_folder.cmp(&a.is_folder).then(turn(a.key.cmp(&b.key).then(by_name)))
}

/// A folder whose entries are described.
struct Listed<'a> {
    site: &'a Site,
    fs: &'a dyn FileSystem,
    folder: &'a Folder,
    tag: Option<ProjectTag>,
}

impl Listed<'_> {
    /// One entry; none if it vanished meanwhile.
    fn entry(&self, name: FileName) -> Result<Option<Entry>, tidelock_engine::fs::FsError> {
        let at = self.folder.at(&name);
        let Some(status) = look(self.fs, at)? else { return Ok(None) };
        let is_folder = status.kind == EntryKind::Folder;
        // What cannot be read of one entry must not hide the others.
        let tag = self.fs.tag(at.into()).ok().flatten();
        let points_to = (status.kind == EntryKind::SymbolicLink).then(|| self.fs.read_link(at).ok()).flatten();
        Ok(Some(Entry {
            kind: status.kind,
            size: status.size,
            modified: status.modified.seconds,
            owner: self.site.names.user(status.uid),
            group: self.site.names.group(status.gid),
            mode: status.mode,
            links: status.links,
            project: tag.map(|tag| tag.id),
            is_drifted: is_drifted(self.tag, tag, is_folder),
            is_released: status.kind == EntryKind::File && self.fs.hsm_state(at).is_ok_and(HsmState::is_released),
            points_to: points_to.map(|bytes| shown(&bytes).into_owned()),
            name,
        }))
    }
}

/// Whether an entry is charged otherwise than the folder that it lies in. Where the folder itself
/// belongs to no project, projects begin, and nothing has drifted.
fn is_drifted(folder: Option<ProjectTag>, entry: Option<ProjectTag>, is_folder: bool) -> bool {
    let (Some(folder), Some(entry)) = (folder, entry) else { return false };
    folder.id.0 != 0 && (entry.id != folder.id || (is_folder && !entry.inherit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidelock_shared::id::ProjectId;

    #[test]
    fn drift_is_marked_below_a_project_and_not_where_projects_begin() {
        let tag = |id, inherit| Some(ProjectTag { id: ProjectId(id), inherit });
        for (folder, entry, is_folder, expected) in [
            (tag(7, true), tag(7, true), true, false),
            (tag(7, true), tag(7, false), false, false),
            (tag(7, true), tag(7, false), true, true),
            (tag(7, true), tag(8, false), false, true),
            (tag(0, false), tag(7, true), true, false),
            (tag(7, true), None, false, false),
        ] {
            assert_eq!(is_drifted(folder, entry, is_folder), expected, "{folder:?} {entry:?}");
        }
    }

    #[test]
    fn folders_come_first_in_either_direction() {
        let row = |name: &str, is_folder, size| Row {
            name: FileName::new(name.as_bytes()).unwrap(),
            is_folder,
            key: Key::Number(size),
            text: name.to_lowercase(),
        };
        let mut rows = [row("small", false, 1), row("Folder", true, 4096), row("large", false, 9), row("also", false, 1)];
        let names = |rows: &[Row]| rows.iter().map(|row| row.name.shown().into_owned()).collect::<Vec<_>>();
        rows.sort_by(|a, b| order(a, b, false));
        assert_eq!(names(&rows), ["Folder", "also", "small", "large"]);
        rows.sort_by(|a, b| order(a, b, true));
        assert_eq!(names(&rows), ["Folder", "large", "small", "also"]);
    }
}
