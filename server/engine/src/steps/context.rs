//! What every step works with: the file system, the order, and somebody who listens.

use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::project::ProjectTag;

use super::error::{StepError, StepResult};
use crate::crew::Crew;
pub(super) use crate::fs::walk::holds;
use crate::fs::walk::open_held;
use crate::fs::{At, Errno, FileSystem, Folder, FsError, FsResult, Identity, NamesDurability, Status};
use crate::moves::event::Note;
use crate::planner::plan::{FolderRef, PlannedItem, hidden_name, retired_name};
use crate::planner::sequence::StepKind;
use crate::worker::{Action, StepOrder, StepReport, Then};

/// So many entries of a folder are looked at for one that was renamed.
const ENTRIES_LOOKED_AT: usize = 10_000;

/// Of hidden folders in which something grows.
pub(super) const OWN_FOLDER_MODE: u32 = 0o700;

pub(super) struct Context<'a> {
    pub(super) fs: &'a dyn FileSystem,
    pub(super) crew: &'a dyn Crew,
    pub(super) order: &'a StepOrder,
    pub(super) hear: &'a mut dyn FnMut(StepReport) -> Then,
    /// What this run has had written down.
    noted: Vec<Note>,
}

impl<'a> Context<'a> {
    pub(super) fn new(
        fs: &'a dyn FileSystem,
        crew: &'a dyn Crew,
        order: &'a StepOrder,
        hear: &'a mut dyn FnMut(StepReport) -> Then,
    ) -> Self {
        Self { fs, crew, order, hear, noted: Vec::new() }
    }

    pub(super) fn item(&self) -> &PlannedItem {
        &self.order.item
    }

    /// Counts work; fails if the move is to be cancelled.
    pub(super) fn progress(&mut self, entries: u64, bytes: u64) -> StepResult<()> {
        match (self.hear)(StepReport::Progress { entries, bytes }) {
            Then::GoOn => Ok(()),
            Then::Stop => Err(StepError::Cancelled),
        }
    }

    /// Has a note written down; fails if it could not be, and then nothing more may be done.
    pub(super) fn note(&mut self, note: Note) -> StepResult<()> {
        match (self.hear)(StepReport::Noted(note.clone())) {
            Then::GoOn => {
                self.noted.push(note.clone());
                super::describe::add(self, note)
            }
            Then::Stop => Err(StepError::Cancelled),
        }
    }

    /// What was written down before this run.
    pub(super) fn notes(&self) -> impl Iterator<Item = &Note> {
        self.order.notes.iter()
    }

    /// The same with what this run has added.
    pub(super) fn all_notes(&self) -> impl Iterator<Item = &Note> {
        self.order.notes.iter().chain(&self.noted)
    }

    pub(super) fn source_folder(&self) -> StepResult<Folder> {
        self.folder(&self.item().source_folder)
    }

    pub(super) fn destination_folder(&self) -> StepResult<Folder> {
        self.folder(&self.item().destination_folder)
    }

    /// On the way to the commit a folder must be where the plan saw it; on any other way what was done
    /// in it is what counts, whatever its name has become.
    fn folder(&self, known: &FolderRef) -> StepResult<Folder> {
        let is_after_the_commit = matches!(self.order.kind, StepKind::Release | StepKind::Forget);
        let is_on_its_way = self.order.action == Action::Run && !is_after_the_commit;
        if is_on_its_way { open_known(self.fs, known) } else { find_known(self.fs, known) }
    }

    /// `.tidelock-<move>.<item>`: what is staged in the destination folder.
    pub(super) fn staging_name(&self) -> StepResult<FileName> {
        self.hidden_name("")
    }

    /// `.tidelock-<move>.<item>.retired`: the source, hidden beside itself.
    pub(super) fn retired_name(&self) -> StepResult<FileName> {
        retired_name(self.order.move_id, self.order.item_number).ok_or(StepError::Unnameable)
    }

    /// `.tidelock-<move>.<item>.hop`: where a retagged item passes its folder's inherit flag.
    pub(super) fn hop_name(&self) -> StepResult<FileName> {
        self.hidden_name(".hop")
    }

    /// `.tidelock-<move>.<item>.workshop`: where what cannot be retagged is made anew.
    pub(super) fn workshop_name(&self) -> StepResult<FileName> {
        self.hidden_name(".workshop")
    }

    /// `.tidelock-<move>.<item>.replaced`: what had the destination name.
    pub(super) fn replaced_name(&self) -> StepResult<FileName> {
        self.hidden_name(".replaced")
    }

    /// What others changed meanwhile and is kept for a person to look at.
    pub(super) fn kept_name(&self) -> StepResult<FileName> {
        self.hidden_name(".kept")
    }

    fn hidden_name(&self, role: &str) -> StepResult<FileName> {
        hidden_name(self.order.move_id, self.order.item_number, role).ok_or(StepError::Unnameable)
    }

    /// The name under which the source lies in its folder: its own, or the hidden one if it has
    /// been retired already and an earlier step runs again.
    pub(super) fn source_name_now(&self, folder: &Folder) -> StepResult<FileName> {
        let retired = self.retired_name()?;
        let is_retired = holds(self.fs, folder.at(&retired), &self.item().identity)?;
        Ok(if is_retired { retired } else { self.item().source_name.clone() })
    }

    /// Where the item was, for messages.
    pub(super) fn source_path(&self) -> FilePath {
        self.item().source_path()
    }

    /// What an inode in the destination is charged to.
    pub(super) fn destination_tag(&self) -> Option<ProjectTag> {
        self.item().destination_folder.tag
    }
}

/// Opens a folder by its path and makes sure that it is still the one that was planned with.
pub(super) fn open_known(fs: &dyn FileSystem, known: &FolderRef) -> StepResult<Folder> {
    let folder = fs.open_path(&known.path)?;
    if fs.identity((&folder).into())? == known.identity { Ok(folder) } else { Err(StepError::FolderReplaced(known.path.clone())) }
}

/// The same folder if somebody has renamed it, or one that it lies in, within the folder above.
///
/// # Errors
/// Those of [`open_known`] if it is nowhere near its old path.
pub(super) fn find_known(fs: &dyn FileSystem, known: &FolderRef) -> StepResult<Folder> {
    let error = match open_known(fs, known) {
        Err(error) if error.is_folder_elsewhere() => error,
        answer => return answer,
    };
    let names = known.path.names();
    let mut above = known.path.clone();
    let mut search = Search { fs, known, failed: None };
    for below in (1..=names.len()).rev().map(|depth| names.get(depth..).unwrap_or_default()) {
        let Some((parent, _)) = above.split_last() else { break };
        let opened = fs.open_path(&parent);
        if let Some(found) = search.passed(opened).and_then(|parent| search.below(&parent, below)) {
            return Ok(found);
        }
        above = parent;
    }
    Err(search.failed.map_or(error, StepError::from))
}

/// The folder, unless others have taken it away.
pub(super) fn open_if_there(fs: &dyn FileSystem, known: &FolderRef) -> StepResult<Option<Folder>> {
    match find_known(fs, known) {
        Err(error) if error.is_folder_elsewhere() => Ok(None),
        answer => answer.map(Some),
    }
}

/// Looks for a known folder. What is not there or closed to the caller is passed over.
struct Search<'a> {
    fs: &'a dyn FileSystem,
    known: &'a FolderRef,
    /// The first thing that could not be looked at for another reason: it may be there.
    failed: Option<FsError>,
}

impl Search<'_> {
    fn passed<T>(&mut self, answer: FsResult<T>) -> Option<T> {
        match answer {
            Ok(found) => Some(found),
            Err(error) => {
                let says_not_here =
                    matches!(error.errno, Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::ACCESS | Errno::PERM | Errno::XDEV);
                if !says_not_here {
                    self.failed.get_or_insert(error);
                }
                None
            }
        }
    }

    /// Looks at `below` in each folder of one.
    fn below(&mut self, parent: &Folder, below: &[FileName]) -> Option<Folder> {
        let entries = self.fs.read_folder(parent);
        for entry in self.passed(entries)?.take(ENTRIES_LOOKED_AT) {
            let Some(entry) = self.passed(entry) else { continue };
            let opened = self.fs.open_folder(parent.at(&entry.name));
            let Some(top) = self.passed(opened) else { continue };
            let opened = below.iter().try_fold(top, |folder, name| self.fs.open_folder(folder.at(name)));
            let Some(found) = self.passed(opened) else { continue };
            let identity = self.fs.identity((&found).into());
            if self.passed(identity).is_some_and(|identity| identity == self.known.identity) {
                return Some(found);
            }
        }
        None
    }
}

/// Opens the item where it lies, which has to be a folder and the one that was planned with.
pub(super) fn open_item(context: &Context<'_>, at: At<'_>) -> StepResult<Folder> {
    open_as(context, at, &context.item().identity)
}

/// The same of what became of the item, which has this identity.
pub(super) fn open_as(context: &Context<'_>, at: At<'_>, identity: &Identity) -> StepResult<Folder> {
    open_held(context.fs, at, identity)?.ok_or_else(|| StepError::ItemReplaced(context.item().source_path()))
}

/// Opens a hidden folder of the move, which nobody else may have made or may enter.
pub(super) fn open_own(fs: &dyn FileSystem, at: At<'_>, known: &FolderRef) -> StepResult<Folder> {
    let folder = fs.open_folder(at)?;
    let status = fs.status((&folder).into())?;
    if is_own(fs, &status) { Ok(folder) } else { Err(StepError::NotOurs(path_of(known, at.name))) }
}

/// The same, with nothing in it yet.
pub(super) fn open_own_empty(fs: &dyn FileSystem, at: At<'_>, known: &FolderRef) -> StepResult<Folder> {
    let folder = open_own(fs, at, known)?;
    let is_empty = fs.read_folder(&folder)?.next().is_none();
    if is_empty { Ok(folder) } else { Err(StepError::NotOurs(path_of(known, at.name))) }
}

/// Whether a folder is as the caller makes those that he hides.
pub(super) fn is_own(fs: &dyn FileSystem, status: &Status) -> bool {
    status.uid == fs.caller().uid && status.mode & 0o777 == OWN_FOLDER_MODE
}

/// So many times a folder is made until it lies on the wanted MDT: near the top of a mount they go round.
const PLACES_TRIED: u32 = 16;

/// Makes a folder on the MDT where another lies, as far as that can be had: a name goes from one MDT to
/// another under a lock of the whole file system, and on some sites not at all (`enable_remote_rename`).
/// Whoever may not choose the MDT takes another turn (recorded: down to the third level they go round).
pub(super) fn create_folder_beside(fs: &dyn FileSystem, at: At<'_>, mode: u32, beside: &Folder) -> FsResult<()> {
    fs.create_folder(at, mode)?;
    let wanted = match fs.mdts(at.folder)? {
        // The name decides, in a striped folder.
        Some(2..) if fs.stripes(at.folder)?.is_empty() => fs.placement(beside.into())?,
        _ => return Ok(()),
    };
    for _ in 0..PLACES_TRIED {
        if fs.placement(at.into())? == wanted {
            return Ok(());
        }
        match fs.remove_folder(at) {
            // Others have put something into it: then it stays where it is.
            Err(error) if matches!(error.errno, Errno::NOTEMPTY | Errno::EXIST) => return Ok(()),
            answer => answer?,
        }
        fs.create_folder(at, mode)?;
    }
    Ok(())
}

/// None where a sync is a sync, or others have taken the folder away.
pub(super) fn where_names_can_be_lost(context: &Context<'_>, folder: StepResult<Folder>) -> StepResult<Option<Folder>> {
    let folder = match folder {
        Err(error) if error.is_folder_elsewhere() => return Ok(None),
        answer => answer?,
    };
    let durability = context.fs.capabilities(&folder)?.names_durability;
    Ok(Some(folder).filter(|_| durability == NamesDurability::BarrierFile))
}

/// Whether others have taken the folder away that the item lay in before the move.
pub(super) fn is_source_folder_gone(context: &Context<'_>) -> StepResult<bool> {
    Ok(open_if_there(context.fs, &context.item().source_folder)?.is_none())
}

/// The path of a name in a known folder, for messages.
pub(super) fn path_of(folder: &FolderRef, name: &FileName) -> FilePath {
    folder.path.join(name.clone())
}
