//! Reads what the planner needs to know, and nothing else: the planner's only food.
//!
//! A survey holds no list of entries: it counts, and remembers an example of each finding, the
//! first by name, since several hands count at once. Only inodes with several names are remembered
//! one by one.

mod count;

use std::collections::{BTreeMap, BTreeSet};

use tidelock_shared::id::ProjectId;
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::project::ProjectTag;
use tidelock_shared::strategy::EntryKind;

use count::Count;

use crate::crew::{Crew, Found, Interrupted, Walker, walk_together};
use crate::fs::walk::unless_absent;
use crate::fs::{Capabilities, Capacity, Errno, FileSystem, Folder, FsError, FsResult, Identity, Quota};
use crate::planner::plan::{FolderRef, Loss, Place, Tally};

/// A folder as found: by whom it is charged, what it can do.
#[derive(Clone, Debug)]
pub struct SurveyedFolder {
    pub folder: FolderRef,
    /// By which mount it was reached; none where nobody says.
    pub mount: Option<u64>,
    pub capabilities: Capabilities,
    pub capacity: Capacity,
    /// Of the folder's own project.
    pub quota: Option<Quota>,
    /// Of project 0, to which new entries are charged where the folder has a project and no inherit flag.
    pub quota_of_nobody: Option<Quota>,
    pub may_change: bool,
    /// Its MDT; none but on Lustre.
    pub mdt: Option<u32>,
    /// A sticky folder of somebody else: the caller renames and removes only what is his own.
    pub lets_only_own_go: bool,
}

impl SurveyedFolder {
    /// Whether names can go between the two at all. Two mounts of one Lustre have the same device and the same
    /// inode numbers (recorded), and so has a folder that is bound elsewhere.
    pub fn is_within_reach_of(&self, other: &Self) -> bool {
        self.folder.device == other.folder.device && self.mount == other.mount
    }
}

/// One item as found.
#[derive(Clone, Debug)]
pub struct SurveyedItem {
    pub folder: SurveyedFolder,
    pub name: FileName,
    pub kind: EntryKind,
    pub identity: Identity,
    /// The MDT of its own inode; none but on Lustre.
    pub mdt: Option<u32>,
    pub tag: Option<ProjectTag>,
    pub mode: u32,
    pub tally: Tally,
    pub findings: Findings,
    /// Looked at for what a copy could not keep.
    pub is_surveyed_for_a_copy: bool,
    /// Inodes that have names elsewhere too, or the first thousand of them.
    pub shared: BTreeSet<u64>,
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
    /// Folders that spread their names over several MDTs; looked for where folders are made anew.
    pub striped: u64,
    /// Folders that say how new ones in them are spread over MDTs, otherwise than the destination does; looked for
    /// there as well.
    pub own_default_stripes: u64,
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

/// The first by name of what two surveys found, and how many there are.
fn add_examples(sum: &mut Option<(FilePath, u64)>, more: Option<(FilePath, u64)>) {
    let Some((example, number)) = more else { return };
    match sum {
        Some((first, count)) => {
            *count += number;
            if example < *first {
                *first = example;
            }
        }
        None => *sum = Some((example, number)),
    }
}

fn add_example(sum: &mut Option<FilePath>, more: Option<FilePath>) {
    if more.is_some() && (sum.is_none() || more < *sum) {
        *sum = more;
    }
}

impl Findings {
    fn add(&mut self, more: Self) {
        self.charged_elsewhere += more.charged_elsewhere;
        self.untold += more.untold;
        self.drifted += more.drifted;
        self.foreign += more.foreign;
        self.devices += more.devices;
        self.sockets += more.sockets;
        self.striped += more.striped;
        self.own_default_stripes += more.own_default_stripes;
        self.not_remakable += more.not_remakable;
        self.closed_folders += more.closed_folders;
        for (loss, count) in more.losses_of_remade {
            *self.losses_of_remade.entry(loss).or_default() += count;
        }
        add_example(&mut self.mount_point, more.mount_point);
        add_example(&mut self.hidden_folder, more.hidden_folder);
        add_examples(&mut self.frozen, more.frozen);
        add_examples(&mut self.unreadable, more.unreadable);
        add_examples(&mut self.lost, more.lost);
        self.top_is_foreign |= more.top_is_foreign;
        self.top_may_not_change |= more.top_may_not_change;
    }
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

impl From<Interrupted> for SurveyError {
    fn from(_: Interrupted) -> Self {
        Self::Stopped
    }
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
        mount: fs.mount(folder)?,
        capabilities: fs.capabilities(folder)?,
        capacity: fs.capacity(folder)?,
        quota,
        quota_of_nobody,
        may_change: fs.may_change(folder)?,
        mdt: fs.placement(folder.into())?,
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
        let Some(folder) = unless_absent(fs.open_path_to_look(&above))? else { continue };
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
    crew: &dyn Crew,
    parent: &FilePath,
    name: &FileName,
    question: &Question<'_>,
    hear: &mut dyn Hear,
) -> Result<SurveyedItem, SurveyError> {
    let folder = fs.open_path(parent)?;
    let at = folder.at(name);
    let identity = fs.identity(at.into())?;
    let top = fs.status(at.into())?;
    let count = Count::begin(fs, question, &folder, at, parent.join(name.clone()))?;
    let look = |hand: &mut Walker<'_, '_, SurveyError>, found: &Found<'_>| {
        let enters = count.entry(found)?;
        hand.count(1, 0)?;
        Ok(enters)
    };
    walk_together(crew, fs, at, None, &look, &mut |_, _| {
        if count.so_far(|tally| hear.counted(tally)) { Ok(()) } else { Err(SurveyError::Stopped) }
    })?;
    let top_tag = count.top_tag;
    let (tally, mut findings, shared) = count.close();
    findings.top_is_foreign = top.uid != fs.caller().uid;
    if top.kind == EntryKind::Folder && findings.unreadable.is_none() {
        findings.top_may_not_change = !fs.may_change(&fs.open_folder(at)?)?;
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
        mdt: fs.placement(at.into())?,
        tag: top_tag,
        mode: top.mode,
        tally,
        findings,
        shared,
        is_surveyed_for_a_copy: question.copied_to.is_some(),
    })
}
