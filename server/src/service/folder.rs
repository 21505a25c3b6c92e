//! Rows of one folder, and what a browser needs to preview a move into or out of it.
//!
//! Which rows these are says `crate::listing`; here each is described.

use tidelock_engine::Engine;
use tidelock_engine::fs::walk::look;
use tidelock_engine::fs::{Errno, FileSystem, Folder, FsError, FsResult, HsmState};
use tidelock_engine::planner::payer_of;
use tidelock_engine::survey::{SurveyedFolder, survey_folder};
use tidelock_shared::listing::{CHOSEN_MAX, Destination, Entry, FolderInfo, FolderListing, ListingRequest, Mount, Rows};
use tidelock_shared::name::{FileName, FilePath, shown};
use tidelock_shared::project::{Project, ProjectTag};
use tidelock_shared::strategy::EntryKind;
use tidelock_shared::user_error::UserError;

use super::{EngineService, Site};
use crate::listing::Sorter;
use crate::user_error;
use crate::words::{Words, words};

/// Permissions that the process's umask takes from.
const FOLDER_MODE: u32 = 0o777;

/// A folder and the rows asked for, as the caller sees them.
pub(super) fn list(service: &EngineService, request: &ListingRequest) -> Result<FolderListing, UserError> {
    // Before anything is read: what happens meanwhile is newer than the listing, and told as such.
    let version = service.site.engine.version();
    Ok(FolderListing { folder: info(service, &request.path)?, rows: rows(service, request)?, version })
}

/// The rows asked for.
pub(super) fn rows(service: &EngineService, request: &ListingRequest) -> Result<Rows, UserError> {
    let (site, fs, path) = (&service.site, &service.fs, &request.path);
    let told = |error| user_error::fs_error(Words::doing_list, path, &error);
    let listed = Listed::open(service, path)?;
    let sorter = Sorter { fs: &**fs, folder: &listed.folder, crew: site.engine.crew(), owners: &site.names };
    let (reading, page) = site.readings.page(fs, &service.user.name, &sorter, request).map_err(told)?;
    let entries = page.names.into_iter().map(|name| listed.entry(name)).collect::<Result<_, _>>().map_err(told)?;
    Ok(Rows { reading, offset: page.offset, entries, total: page.total, is_complete: page.is_complete, found: page.found })
}

/// Those of the names that are there.
pub(super) fn entries(service: &EngineService, path: &FilePath, names: Vec<FileName>) -> Result<Vec<Entry>, UserError> {
    if names.len() as u64 > CHOSEN_MAX {
        let most = words().chosen_most(&CHOSEN_MAX.to_string());
        return Err(UserError::new("too_many", most).hint(words().chosen_most_hint()));
    }
    let listed = Listed::open(service, path)?;
    let found = names.into_iter().filter_map(|name| listed.entry(name).transpose());
    found.collect::<Result<_, _>>().map_err(|error| user_error::fs_error(Words::doing_list, path, &error))
}

/// What things of these names would meet in a folder.
pub(super) fn destination(service: &EngineService, path: &FilePath, names: Vec<FileName>) -> Result<Destination, UserError> {
    let folder = info(service, path)?;
    let taken = entries(service, path, names)?.into_iter().map(|entry| entry.name).collect();
    Ok(Destination { folder, taken })
}

/// Makes an empty folder. What it is charged to its folder decides, as for whoever uses mkdir.
pub(super) fn create(service: &EngineService, path: &FilePath, name: FileName) -> Result<Entry, UserError> {
    let shown = name.shown().into_owned();
    if name.is_hidden_folder_of_a_move() {
        return Err(UserError::new("invalid", words().hidden_name(&shown)).hint(words().other_name()));
    }
    let listed = Listed::open(service, path)?;
    let told = |error: FsError| match error.errno {
        Errno::EXIST => UserError::new("refused_name_taken", words().is_there(&shown)).hint(words().other_name()),
        Errno::DQUOT => UserError::new("refused_full", words().folder_full()).hint(words().folder_full_hint()),
        _ => user_error::fs_error(Words::doing_create, path, &error),
    };
    service.fs.create_folder(listed.folder.at(&name), FOLDER_MODE).map_err(told)?;
    let gone = || UserError::new("not_found", words().gone_already(&shown));
    listed.entry(name).map_err(told)?.ok_or_else(gone)
}

fn info(service: &EngineService, path: &FilePath) -> Result<FolderInfo, UserError> {
    let (site, fs) = (&*service.site, &*service.fs);
    let root = site.root_of(path)?;
    let told = |error| user_error::fs_error(Words::doing_list, path, &error);
    let surveyed = survey_folder(fs, path).map_err(told)?;
    let folder = fs.open_path(path).map_err(told)?;
    Ok(FolderInfo {
        path: path.clone(),
        root: root.clone(),
        tag: surveyed.folder.tag.unwrap_or_default(),
        project: project(site, &service.engine, &surveyed, top_of_project(site, fs, path, root, surveyed.folder.tag)),
        mount: mount(&service.engine, fs, &folder, &surveyed),
    })
}

/// Who pays for a folder, with the numbers.
pub(super) fn project(site: &Site, engine: &Engine, folder: &SurveyedFolder, root: FilePath) -> Project {
    let payer = payer_of(folder);
    let numbers = engine.numbers(folder);
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

fn mount(engine: &Engine, fs: &dyn FileSystem, folder: &Folder, surveyed: &SurveyedFolder) -> Mount {
    // What decides about a move are the abilities of whoever runs it.
    let runner = &**engine.file_system();
    let of_runner = runner.open_path(&surveyed.folder.path).and_then(|folder| runner.capabilities(&folder));
    let capabilities = of_runner.unwrap_or_else(|_| surveyed.capabilities.clone());
    Mount {
        // Two mounts of one file system have one device, and no rename goes between them.
        id: surveyed.mount.unwrap_or(surveyed.folder.device),
        kind: capabilities.kind,
        abilities: capabilities.abilities,
        placement: fs.placement(folder.into()).ok().flatten().map(|mdt| format!("MDT {mdt}")),
    }
}

/// A folder whose entries are described.
pub(super) struct Listed<'a> {
    site: &'a Site,
    fs: &'a dyn FileSystem,
    pub(super) folder: Folder,
    tag: Option<ProjectTag>,
}

impl<'a> Listed<'a> {
    fn open(service: &'a EngineService, path: &FilePath) -> Result<Self, UserError> {
        service.site.root_of(path)?;
        let folder = service.fs.open_path(path).and_then(|folder| Self::of(service, folder));
        folder.map_err(|error| user_error::fs_error(Words::doing_list, path, &error))
    }

    /// A folder that is open already, below a managed root.
    pub(super) fn of(service: &'a EngineService, folder: Folder) -> FsResult<Self> {
        let tag = service.fs.tag((&folder).into())?;
        Ok(Self { site: &service.site, fs: &*service.fs, folder, tag })
    }

    /// One entry; none if it vanished meanwhile.
    pub(super) fn entry(&self, name: FileName) -> FsResult<Option<Entry>> {
        let at = self.folder.at(&name);
        let Some(status) = look(self.fs, at)? else { return Ok(None) };
        let is_folder = status.kind == EntryKind::Folder;
        // What cannot be read of one entry must not hide the others.
        let tag = self.fs.tag(at.seen_as(status.kind).into()).ok().flatten();
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
}
