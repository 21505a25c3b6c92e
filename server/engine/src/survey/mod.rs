//! Reads what the planner needs to know, and nothing else: the planner's only food.
//!
//! A survey holds no list of entries: it counts, and remembers an example of each finding.
//! Only inodes with several names are remembered one by one.

use std::collections::{BTreeMap, HashMap};

use tidelock_shared::id::ProjectId;
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::project::ProjectTag;
use tidelock_shared::quota::Amount;
use tidelock_shared::strategy::EntryKind;

use crate::copy::{belongs_to_file_system, is_privileged};
use crate::fs::walk::{Visit, unless_absent, walk};
use crate::fs::{
    At, Capabilities, Capacity, Errno, FileSystem, Folder, FsError, FsResult, HsmState, Identity, Object, Quota, Status,
};
use crate::planner::plan::{FolderRef, Loss, Place, Tally};

/// A folder as found: by whom it is charged, what it can do.
#[derive(Clone, Debug)]
pub struct SurveyedFolder {
    pub folder: FolderRef,
    pub capabilities: Capabilities,
    pub capacity: Capacity,
    /// Of the folder's own project.
    pub quota: Option<Quota>,
    /// Of project 0, to which new entries are charged where the folder has a project and no inherit flag.
    pub quota_of_nobody: Option<Quota>,
    pub may_change: bool,
    /// A sticky folder of somebody else: the caller renames and removes only what is his own.
    pub lets_only_own_go: bool,
}

/// One item as found.
#[derive(Clone, Debug)]
pub struct SurveyedItem {
    pub folder: SurveyedFolder,
    pub name: FileName,
    pub kind: EntryKind,
    pub identity: Identity,
    pub tag: Option<ProjectTag>,
    pub mode: u32,
    pub tally: Tally,
    pub findings: Findings,
    /// Looked at for what a copy could not keep.
    pub is_surveyed_for_a_copy: bool,
}

/// The project that everything is charged to which no folder charges to another.
pub const NOBODY: ProjectId = ProjectId(0);

/// The mode bit that keeps everybody but owners from renaming and removing.
const STICKY: u32 = 0o1000;

impl SurveyedItem {
    pub fn path(&self) -> FilePath {
        self.folder.folder.path.join(self.name.clone())
    }
}

/// What may speak against a move, with an example of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Inodes that are not charged as the destination is.
    pub charged_elsewhere: u64,
    /// Inodes whose project ID the caller was not told.
    pub untold: u64,
    /// Inodes that are not charged as the item's own top is.
    pub drifted: u64,
    /// Inodes of somebody else.
    pub foreign: u64,
    pub devices: u64,
    pub sockets: u64,
    /// Symbolic links, fifos and devices that the caller could not make anew as they are.
    pub not_remakable: u64,
    /// Folders that the caller may not take entries out of.
    pub closed_folders: u64,
    /// What folders and symbolic links lose that the caller makes anew, per class.
    pub losses_of_remade: BTreeMap<Loss, u64>,
    pub mount_point: Option<FilePath>,
    pub frozen: Option<(FilePath, u64)>,
    pub unreadable: Option<(FilePath, u64)>,
    pub hidden_folder: Option<FilePath>,
    /// On tape only, and the archive has lost them.
    pub lost: Option<(FilePath, u64)>,
    /// The top is somebody else's.
    pub top_is_foreign: bool,
    /// The top is a folder that changes its parent, and the caller may not write to it.
    pub top_may_not_change: bool,
}

/// How far a survey has come; told while it runs.
pub trait Hear {
    /// Answers false to stop the survey.
    fn counted(&mut self, tally: &Tally) -> bool;
}

impl<F: FnMut(&Tally) -> bool> Hear for F {
    fn counted(&mut self, tally: &Tally) -> bool {
        self(tally)
    }
}

/// Why a survey stopped.
#[derive(Debug, thiserror::Error)]
pub enum SurveyError {
    #[error("stopped")]
    Stopped,
    #[error(transparent)]
    FileSystem(#[from] FsError),
}

/// Reads a folder by its path.
pub fn survey_folder(fs: &dyn FileSystem, path: &FilePath) -> FsResult<SurveyedFolder> {
    describe(fs, &fs.open_path(path)?, path)
}

fn describe(fs: &dyn FileSystem, folder: &Folder, path: &FilePath) -> FsResult<SurveyedFolder> {
    let tag = fs.tag(folder.into())?;
    let identity = fs.identity(folder.into())?;
    let status = fs.status(folder.into())?;
    let device = status.device;
    let caller = fs.caller();
    let charges_nobody = tag.is_some_and(|tag| !tag.inherit && tag.id != NOBODY);
    let quota_of_nobody = if charges_nobody { told_quota(fs, folder, NOBODY)? } else { None };
    let quota = tag.map_or(Ok(None), |tag| told_quota(fs, folder, tag.id))?;
    Ok(SurveyedFolder {
        folder: FolderRef { path: path.clone(), identity, device, tag },
        capabilities: fs.capabilities(folder)?,
        capacity: fs.capacity(folder)?,
        quota,
        quota_of_nobody,
        may_change: fs.may_change(folder)?,
        lets_only_own_go: status.mode & STICKY != 0 && !caller.is_root && status.uid != caller.uid,
    })
}

/// The numbers of a project, as far as they can be told now.
fn told_quota(fs: &dyn FileSystem, folder: &Folder, project: ProjectId) -> FsResult<Option<Quota>> {
    match fs.quota(folder, project) {
        Err(error) if error.errno == Errno::REMOTEIO => Ok(None),
        answer => answer,
    }
}

/// Every folder on the way to a path and itself, the file system's top first.
pub fn lineage(fs: &dyn FileSystem, path: &FilePath) -> FsResult<Vec<Place>> {
    let mut places = Vec::new();
    for depth in 0..=path.names().len() {
        let above = path.names().iter().take(depth).fold(FilePath::default(), |path, name| path.join(name.clone()));
        // Above the first managed folder there may be nothing to look at.
        let Some(folder) = unless_absent(fs.open_path(&above))? else { continue };
        let device = fs.status((&folder).into())?.device;
        places.push(Place { device, identity: fs.identity((&folder).into())? });
    }
    Ok(places)
}

/// What a survey compares with and looks for.
pub struct Question<'a> {
    /// The tag that everything will carry; none if the destination has no project IDs.
    pub destination_tag: Option<ProjectTag>,
    /// Look for what a copy into this folder cannot keep.
    pub copied_to: Option<&'a Folder>,
}

/// Reads one item and everything below it.
///
/// # Errors
/// If the item is not there, or the file system fails. What may speak against a move is no
/// error: it is a finding.
pub fn survey_item(
    fs: &dyn FileSystem,
    parent: &FilePath,
    name: &FileName,
    question: &Question<'_>,
    hear: &mut dyn Hear,
) -> Result<SurveyedItem, SurveyError> {
    let folder = fs.open_path(parent)?;
    let at = folder.at(name);
    let identity = fs.identity(at.into())?;
    let top = fs.status(at.into())?;
    let mut count = Count {
        fs,
        question,
        keeps: question.copied_to.map(|to| Keeps::of(fs, to)).transpose()?,
        top_path: parent.join(name.clone()),
        top_tag: fs.tag(at.into())?,
        device: top.device,
        remakes_other_kinds: fs.capabilities(&folder)?.abilities.remakes_other_kinds,
        tally: Tally::default(),
        findings: Findings::default(),
        names: HashMap::new(),
    };
    walk(fs, at, &mut |visit| count.entry(&visit, hear))?;
    count.close();
    count.findings.top_is_foreign = top.uid != fs.caller().uid;
    if top.kind == EntryKind::Folder && count.findings.unreadable.is_none() {
        count.findings.top_may_not_change = !fs.may_change(&fs.open_folder(at)?)?;
    }
    if fs.identity(at.into())? != identity {
        // Another move's claim, for instance, that has become the folder it was made for.
        return Err(FsError::new("survey", name.as_bytes(), Errno::STALE).into());
    }
    Ok(SurveyedItem {
        folder: describe(fs, &folder, parent)?,
        name: name.clone(),
        kind: top.kind,
        identity,
        tag: count.top_tag,
        mode: top.mode,
        tally: count.tally,
        findings: count.findings,
        is_surveyed_for_a_copy: question.copied_to.is_some(),
    })
}

/// What a copy in the destination can carry.
struct Keeps {
    xattrs: bool,
    flags: bool,
    nanoseconds: bool,
}

impl Keeps {
    fn of(fs: &dyn FileSystem, to: &Folder) -> FsResult<Self> {
        let capabilities = fs.capabilities(to)?;
        let flags = fs.tag(to.into())?.is_some();
        let probed = fs.xattr(to.into(), b"user.tidelock");
        let xattrs = !matches!(probed, Err(error) if error.errno == Errno::OPNOTSUPP);
        Ok(Self { xattrs, flags, nanoseconds: capabilities.keeps_nanoseconds })
    }
}

struct Count<'a> {
    fs: &'a dyn FileSystem,
    question: &'a Question<'a>,
    keeps: Option<Keeps>,
    top_path: FilePath,
    top_tag: Option<ProjectTag>,
    device: u64,
    remakes_other_kinds: bool,
    tally: Tally,
    findings: Findings,
    /// Of inodes with several names: how many were met, of how many.
    names: HashMap<u64, (u64, u64)>,
}

impl Count<'_> {
    /// Counts one entry; answers whether to enter it.
    fn entry(&mut self, visit: &Visit<'_>, hear: &mut dyn Hear) -> Result<bool, SurveyError> {
        let status = &visit.status;
        let is_folder = status.kind == EntryKind::Folder;
        self.tally.entries += 1;
        if status.is_mount_point || status.device != self.device {
            self.findings.mount_point.get_or_insert_with(|| self.top_path.clone());
            return Ok(false);
        }
        if !visit.below.is_empty() && visit.at.name.is_hidden_folder_of_a_move() {
            self.findings.hidden_folder.get_or_insert_with(|| path_below(&self.top_path, visit.below));
        }
        let is_new = is_folder || status.links < 2 || self.is_first_name(status.inode, status.links);
        if is_new {
            self.inode(visit)?;
        }
        if !hear.counted(&self.tally) {
            return Err(SurveyError::Stopped);
        }
        Ok(is_folder && self.is_readable(visit)?)
    }

    fn is_first_name(&mut self, inode: u64, links: u64) -> bool {
        let (met, _) = self.names.entry(inode).and_modify(|(met, _)| *met += 1).or_insert((1, links));
        *met == 1
    }

    fn inode(&mut self, visit: &Visit<'_>) -> Result<(), SurveyError> {
        let status = &visit.status;
        let is_folder = status.kind == EntryKind::Folder;
        self.tally.amount += Amount { bytes: status.allocated, inodes: 1 };
        let caller = self.fs.caller();
        self.findings.foreign += u64::from(status.uid != caller.uid);
        match status.kind {
            EntryKind::File => {
                let on_disk = status.size.min(status.allocated.max(status.size.min(4096)));
                self.tally.content_bytes += if self.is_on_tape(visit)? { status.size } else { on_disk };
            }
            EntryKind::Folder => {}
            EntryKind::CharacterDevice | EntryKind::BlockDevice => {
                self.findings.devices += 1;
                self.tally.other_kinds += 1;
            }
            EntryKind::SymbolicLink | EntryKind::Fifo => self.tally.other_kinds += 1,
            EntryKind::Socket => {
                self.findings.sockets += 1;
                self.tally.other_kinds += 1;
            }
        }
        self.remaking(visit)?;
        if status.is_frozen {
            let path = path_below(&self.top_path, visit.below);
            self.findings.frozen.get_or_insert((path, 0)).1 += 1;
        }
        self.charge(visit.at, is_folder)?;
        if self.keeps.is_some() {
            self.count_losses(visit)?;
        }
        Ok(())
    }

    fn is_on_tape(&mut self, visit: &Visit<'_>) -> FsResult<bool> {
        let state = self.fs.hsm_state(visit.at)?;
        if state.is_released() {
            self.tally.released += 1;
            self.tally.released_bytes += visit.status.size.saturating_sub(visit.status.allocated);
        }
        if state == HsmState::Lost {
            let path = path_below(&self.top_path, visit.below);
            self.findings.lost.get_or_insert((path, 0)).1 += 1;
        }
        Ok(state.is_released())
    }

    /// Whether what may have to be made anew could be: by us, with its owner and attributes, and
    /// without parting it from its other names.
    fn remaking(&mut self, visit: &Visit<'_>) -> Result<(), SurveyError> {
        let (fs, status) = (self.fs, &visit.status);
        let is_remade = !matches!(status.kind, EntryKind::File | EntryKind::Folder | EntryKind::Socket);
        if !self.remakes_other_kinds || !is_remade {
            return Ok(());
        }
        let is_device = matches!(status.kind, EntryKind::CharacterDevice | EntryKind::BlockDevice);
        let is_ours = fs.caller().is_root
            || !is_device
                && status.uid == fs.caller().uid
                && fs.is_in_group(status.gid)
                && !fs.xattr_names(visit.at.into())?.iter().any(|name| is_privileged(name) && !belongs_to_file_system(name));
        self.findings.not_remakable += u64::from(status.links > 1 || !is_ours);
        Ok(())
    }

    fn charge(&mut self, at: At<'_>, is_folder: bool) -> Result<(), SurveyError> {
        if self.top_tag.is_none() && self.question.destination_tag.is_none() {
            return Ok(());
        }
        // An unreadable file hides its tag on ext4 and XFS; the reading right is a finding of
        // its own where it matters.
        let tag = match self.fs.tag(at.into()) {
            Err(error) if matches!(error.errno, Errno::ACCESS | Errno::PERM) => {
                self.findings.untold += 1;
                None
            }
            answer => answer?,
        };
        let Some(tag) = tag else { return Ok(()) };
        let differs =
            |from: Option<ProjectTag>| from.is_some_and(|from| tag.id != from.id || (is_folder && tag.inherit != from.inherit));
        self.findings.charged_elsewhere += u64::from(differs(self.question.destination_tag));
        self.findings.drifted += u64::from(differs(self.top_tag));
        Ok(())
    }

    fn is_readable(&mut self, visit: &Visit<'_>) -> Result<bool, SurveyError> {
        let opened = unless_absent(self.fs.open_folder(visit.at));
        let readable = opened.and_then(|folder| folder.map(|folder| self.look_into(&folder, &visit.status)).transpose());
        match readable {
            Err(error) if matches!(error.errno, Errno::ACCESS | Errno::PERM) => {
                self.unreadable(visit);
                Ok(false)
            }
            Err(error) => Err(error.into()),
            Ok(found) => Ok(found.is_some()),
        }
    }

    fn look_into(&mut self, folder: &Folder, status: &Status) -> FsResult<()> {
        drop(self.fs.read_folder(folder)?);
        let caller = self.fs.caller();
        // In a sticky folder of somebody else only own entries may be renamed.
        let is_sticky = status.mode & STICKY != 0 && status.uid != caller.uid;
        let is_closed = !caller.is_root && (is_sticky || !self.fs.may_change(folder)?);
        self.findings.closed_folders += u64::from(is_closed);
        Ok(())
    }

    fn unreadable(&mut self, visit: &Visit<'_>) {
        let path = path_below(&self.top_path, visit.below);
        self.findings.unreadable.get_or_insert((path, 0)).1 += 1;
    }

    /// What a copy of this inode would lack.
    fn count_losses(&mut self, visit: &Visit<'_>) -> Result<(), SurveyError> {
        let (fs, status) = (self.fs, &visit.status);
        let caller = fs.caller();
        let Some(keeps) = &self.keeps else { return Ok(()) };
        let mut lost = BTreeMap::<Loss, u64>::new();
        let mut lose = |loss, is_lost: bool| *lost.entry(loss).or_default() += u64::from(is_lost);
        lose(Loss::Owner, !caller.is_root && status.uid != caller.uid);
        lose(Loss::Nanoseconds, !keeps.nanoseconds && (status.modified.nanoseconds, status.accessed.nanoseconds) != (0, 0));
        let object = Object::Entry(visit.at);
        let names = fs.xattr_names(object)?;
        let mut own = names.iter().filter(|name| !belongs_to_file_system(name)).peekable();
        let has_privileged = own.clone().any(|name| is_privileged(name));
        lose(Loss::ExtendedAttributes, !keeps.xattrs && own.peek().is_some());
        lose(Loss::PrivilegedAttributes, keeps.xattrs && !caller.is_root && has_privileged);
        if status.kind == EntryKind::File && !caller.is_root && status.uid != caller.uid {
            match fs.open_file(visit.at) {
                Err(error) if matches!(error.errno, Errno::ACCESS | Errno::PERM) => {
                    self.unreadable(visit);
                    return Ok(());
                }
                other => drop(other?),
            }
        }
        if matches!(status.kind, EntryKind::File | EntryKind::Folder)
            && !(keeps.flags && (caller.is_root || status.uid == caller.uid))
        {
            lose(Loss::InodeFlags, fs.flags(object)? != 0);
        }
        let is_remade = matches!(status.kind, EntryKind::Folder | EntryKind::SymbolicLink);
        for (loss, count) in lost.into_iter().filter(|(_, count)| *count > 0) {
            *self.tally.losses.entry(loss).or_default() += count;
            if is_remade {
                *self.findings.losses_of_remade.entry(loss).or_default() += count;
            }
        }
        Ok(())
    }

    fn close(&mut self) {
        let leaving = self.names.values().filter(|(met, links)| met < links).count();
        self.tally.hard_links_leaving = leaving as u64;
    }
}

fn path_below(top: &FilePath, below: &[FileName]) -> FilePath {
    below.iter().fold(top.clone(), |path, name| path.join(name.clone()))
}
