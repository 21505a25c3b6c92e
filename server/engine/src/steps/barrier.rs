//! Makes the names in the folders of a move durable, on the file system's own terms.
//!
//! A new file does it: it is created after the changes, so forcing its transaction forces theirs; on
//! Lustre, those on the same MDT. Without it `fsync` of a folder does nothing on Lustre, and on XFS
//! it reaches no further than the folder's own last change: project IDs changed below it were lost
//! (measured on Linux 6.1, three of three; none with the file). Where the file has gone, the folder
//! is synced as well. The destination's folder goes first (measured: the other way round a name can
//! be in neither).
//!
//! A striped folder keeps each name on the MDT that its hash says, so it takes a file on each.

use std::collections::BTreeSet;

use tidelock_shared::id::MoveId;
use tidelock_shared::name::FileName;
use tidelock_shared::strategy::EntryKind;

use super::context::{Context, find_known};
use super::error::{StepError, StepResult};
use super::times::Times;
use crate::fs::walk::unless_absent;
use crate::fs::{At, Errno, File, FileSystem, Folder, FsError, FsResult, NamesDurability};
use crate::planner::plan::FolderRef;
use crate::recovery::barrier_of;

/// So many entries are looked at before a barrier is given up.
const ENTRIES_LOOKED_AT: u32 = 10_000;
/// So many names are tried for each MDT of a striped folder: by chance one of them lies there.
const NAMES_FOR_EACH_MDT: usize = 64;

const BARRIER_MODE: u32 = 0o600;

pub(super) fn run(context: &mut Context<'_>) -> StepResult<()> {
    match barrier_in_those_there(context) {
        // One was taken away just then.
        Err(error) if error.is_folder_gone() => barrier_in_those_there(context),
        answer => answer,
    }
}

fn barrier_in_those_there(context: &Context<'_>) -> StepResult<()> {
    let folders = context.order.folders.iter().map(|known| known_or_above(context.fs, known)).collect::<StepResult<Vec<_>>>()?;
    barrier_in_all(context.fs, &folders, context.order.move_id)
}

/// Where others have taken a folder away, as they may once a move has emptied it, the one that it lay in: that has changed
/// after all that happened in the other.
fn known_or_above(fs: &dyn FileSystem, known: &FolderRef) -> StepResult<Folder> {
    let error = match find_known(fs, known) {
        Err(error) if error.is_folder_elsewhere() => error,
        answer => return answer,
    };
    let above = known.path.split_last().map(|(above, _)| fs.open_path(&above));
    above.map(unless_absent).transpose()?.flatten().ok_or(error)
}

/// Makes durable what was undone. Where others have taken a folder away, nothing was left to undo in it.
/// The way back leads to the folders that the way there had last: they go first now.
pub(super) fn undo(context: &mut Context<'_>) -> StepResult<()> {
    let mut folders = folders_still_there(context)?;
    folders.reverse();
    barrier_in_all(context.fs, &folders, context.order.move_id)
}

fn folders_still_there(context: &Context<'_>) -> StepResult<Vec<Folder>> {
    let mut folders = Vec::new();
    for known in &context.order.folders {
        match find_known(context.fs, known) {
            Err(error) if error.is_folder_elsewhere() => {}
            answer => folders.push(answer?),
        }
    }
    Ok(folders)
}

fn barrier_in_all(fs: &dyn FileSystem, folders: &[Folder], id: MoveId) -> StepResult<()> {
    for folder in folders {
        if let Some(missing) = reach(fs, folder, id, &mdts_of(fs, folder)?)? {
            reach_by_others(fs, folder, folders, id, missing)?;
        }
    }
    Ok(())
}

/// A file on the same MDT does it as well, whichever folder it is made in. Each file system has MDTs of
/// its own, of the same numbers.
fn reach_by_others(
    fs: &dyn FileSystem,
    folder: &Folder,
    folders: &[Folder],
    id: MoveId,
    mut missing: BTreeSet<u32>,
) -> StepResult<()> {
    let is_told = !missing.is_empty();
    let device = fs.status(folder.into())?.device;
    for other in folders.iter().filter(|other| !std::ptr::eq(*other, folder)) {
        if fs.status(other.into())?.device != device {
            continue;
        }
        let there: BTreeSet<u32> = mdts_of(fs, other)?.intersection(&missing).copied().collect();
        if !there.is_empty() {
            let still = reach(fs, other, id, &there)?.unwrap_or_default();
            missing.retain(|mdt| !there.contains(mdt) || still.contains(mdt));
        }
    }
    if is_told && missing.is_empty() { Ok(()) } else { Err(no_room().into()) }
}

/// Makes the names in one folder durable.
pub(super) fn barrier_in(fs: &dyn FileSystem, folder: &Folder, id: MoveId) -> StepResult<()> {
    match reach(fs, folder, id, &mdts_of(fs, folder)?)? {
        None => Ok(()),
        Some(_) => Err(no_room().into()),
    }
}

fn no_room() -> FsError {
    FsError::new("barrier", b"", Errno::DQUOT)
}

/// Makes durable by a folder what happened on these MDTs. Answers those that nothing in the folder
/// leads to; where nothing tells MDTs, an empty set stands for the only one.
fn reach(fs: &dyn FileSystem, folder: &Folder, id: MoveId, mdts: &BTreeSet<u32>) -> StepResult<Option<BTreeSet<u32>>> {
    reach_by_files(fs, folder, id, mdts).inspect_err(|_| clear_away(fs, folder, id))
}

/// Nobody may come again: what can be removed of a barrier that failed goes now.
fn clear_away(fs: &dyn FileSystem, folder: &Folder, id: MoveId) {
    let names = (0..).map_while(|number| name_of(id, number).ok());
    names.take_while(|name| fs.unlink(folder.at(name)).is_ok()).for_each(drop);
}

fn reach_by_files(fs: &dyn FileSystem, folder: &Folder, id: MoveId, mdts: &BTreeSet<u32>) -> StepResult<Option<BTreeSet<u32>>> {
    let made = make_files(fs, folder, id, mdts)?;
    for (file, name) in &made.files {
        // Without room for its byte the file is created all the same, which is what counts.
        match fs.write_at(file, 0, b"\n") {
            Err(error) if !error.is_full() => return Err(error.into()),
            _ => {}
        }
        fs.sync_file(file)?;
        unless_absent(fs.unlink(folder.at(name)))?;
    }
    match fs.capabilities(folder)?.names_durability {
        NamesDurability::FolderSync if made.left_out.is_some() => {
            fs.sync_file_system(folder)?;
            fs.sync_folder(folder)?;
            Ok(None)
        }
        NamesDurability::FolderSync => Ok(fs.sync_folder(folder).map(|()| None)?),
        NamesDurability::BarrierFile => Ok(touch_and_sync(fs, folder, made.left_out)?),
    }
}

/// Makes the name of a file durable that was made in the folder and synced itself.
pub(super) fn make_names_durable(fs: &dyn FileSystem, folder: &Folder) -> FsResult<()> {
    match fs.capabilities(folder)?.names_durability {
        NamesDurability::FolderSync => fs.sync_folder(folder),
        // The file is its own barrier.
        NamesDurability::BarrierFile => Ok(()),
    }
}

/// Whether this is the name of a barrier of the move, which a crash may have left anywhere.
pub(super) fn is_barrier(name: &FileName, id: MoveId) -> bool {
    barrier_of(name) == Some(id)
}

/// The first name has no number: a plain folder needs no more.
pub(super) fn name_of(id: MoveId, number: usize) -> StepResult<FileName> {
    let suffix = if number == 0 { String::new() } else { format!(".{number}") };
    FileName::new(format!(".tidelock-{id}.barrier{suffix}").into_bytes()).map_err(|_| StepError::Unnameable)
}

/// Every name that a barrier of a move may have had in a folder of so many stripes.
pub(crate) fn names(id: MoveId, stripes: usize) -> Vec<FileName> {
    // Where it is not striped, the first file lies on its only MDT.
    let most = if stripes > 1 { NAMES_FOR_EACH_MDT * stripes } else { 1 };
    (0..most).map_while(|number| name_of(id, number).ok()).collect()
}

/// The MDTs on which changes of a folder lie; none where there are no MDTs.
fn mdts_of(fs: &dyn FileSystem, folder: &Folder) -> FsResult<BTreeSet<u32>> {
    let Some(own) = fs.placement(folder.into())? else { return Ok(BTreeSet::new()) };
    Ok(fs.stripes(folder)?.into_iter().chain([own]).collect())
}

/// New files in a folder, and the MDTs where none could be made.
struct Made {
    files: Vec<(File, FileName)>,
    /// None if all are there; where nothing tells MDTs, an empty set stands for the only one.
    left_out: Option<BTreeSet<u32>>,
}

/// Makes a file in the folder on each of these MDTs; a single one where there are none.
fn make_files(fs: &dyn FileSystem, folder: &Folder, id: MoveId, mdts: &BTreeSet<u32>) -> StepResult<Made> {
    let mut missing = mdts.clone();
    let mut files = Vec::new();
    for number in 0..NAMES_FOR_EACH_MDT * mdts.len().max(1) {
        let name = name_of(id, number)?;
        let at = folder.at(&name);
        // Its removal is not durable: one may be left from before a crash.
        unless_absent(fs.unlink(at))?;
        let file = match fs.create_file(at, BARRIER_MODE) {
            Err(error) if error.is_full() || error.errno == Errno::ACCESS => return Ok(Made { files, left_out: Some(missing) }),
            answer => answer?,
        };
        let mdt = fs.placement((&file).into())?;
        if mdts.is_empty() || mdt.is_some_and(|mdt| missing.remove(&mdt)) {
            files.push((file, name));
        } else {
            fs.unlink(at)?;
        }
        if missing.is_empty() {
            return Ok(Made { files, left_out: None });
        }
    }
    Ok(Made { files, left_out: Some(missing) })
}

/// A barrier in one folder on each MDT that a tree lies on, which leaves the times of the tree's
/// folders as they are. `beside` is a folder outside the tree whose times do not matter.
///
/// Where names are made durable by syncing folders, or there is one MDT only, the barrier of the
/// move's own folders is enough.
pub(super) fn barrier_on_each_mdt(context: &Context<'_>, tree: &Folder, beside: &Folder) -> StepResult<()> {
    if context.fs.capabilities(tree)?.names_durability == NamesDurability::BarrierFile {
        EachMdt::beginning_with(context.fs, context.order.move_id, beside, BTreeSet::new())?.reach(tree)?;
    }
    Ok(())
}

/// The same for what was changed in place, wherever each inode lies, but for the MDTs of the move's own
/// folders, where a barrier follows.
pub(super) fn barrier_on_other_mdts(context: &Context<'_>, top: At<'_>, beside: &Folder) -> StepResult<()> {
    let fs = context.fs;
    if fs.capabilities(beside)?.names_durability != NamesDurability::BarrierFile || fs.mdts(beside)? == Some(1) {
        return Ok(());
    }
    let device = fs.status(beside.into())?.device;
    let mut reached = BTreeSet::new();
    for folder in folders_still_there(context)? {
        if fs.status((&folder).into())?.device == device {
            reached.extend(mdts_of(fs, &folder)?);
        }
    }
    let each = EachMdt::beginning_with(fs, context.order.move_id, beside, reached)?;
    if each.has_reached_all() { Ok(()) } else { EachMdt { looks_at_files: true, ..each }.entry(top, None) }
}

struct EachMdt<'a> {
    fs: &'a dyn FileSystem,
    beside: &'a Folder,
    id: MoveId,
    looks_at_files: bool,
    reached: BTreeSet<u32>,
    /// How many there are, as far as that is told.
    mdts: Option<u32>,
}

impl<'a> EachMdt<'a> {
    fn beginning_with(fs: &'a dyn FileSystem, id: MoveId, beside: &'a Folder, reached: BTreeSet<u32>) -> StepResult<Self> {
        Ok(Self { fs, beside, id, looks_at_files: false, reached, mdts: fs.mdts(beside)? })
    }

    /// Then nothing more has to be asked of the servers.
    fn has_reached_all(&self) -> bool {
        self.mdts.is_some_and(|mdts| self.reached.len() >= mdts as usize)
    }

    fn entry(&mut self, at: At<'_>, kind: Option<EntryKind>) -> StepResult<()> {
        if matches!(kind, None | Some(EntryKind::Folder)) {
            match self.fs.open_folder(at) {
                Ok(inner) => return self.reach(&inner),
                Err(error) if error.is_absent() => return Ok(()),
                Err(error) if matches!(error.errno, Errno::NOTDIR | Errno::LOOP) => {}
                Err(error) => return Err(error.into()),
            }
        }
        if self.looks_at_files { self.reach_by_file(at) } else { Ok(()) }
    }

    fn reach(&mut self, folder: &Folder) -> StepResult<()> {
        let fs = self.fs;
        let mdts = if self.has_reached_all() { BTreeSet::new() } else { mdts_of(fs, folder)? };
        let missing: BTreeSet<u32> = mdts.difference(&self.reached).copied().collect();
        if !missing.is_empty() {
            self.quiet_barrier(folder, &missing)?;
            self.reached.extend(missing);
        } else if let Some(times) = Times::remembered(fs, folder)? {
            // A crash came between a barrier here and the end of it.
            times.restore(fs, folder)?;
        }
        for entry in fs.read_folder(folder)? {
            let entry = entry?;
            self.entry(folder.at(&entry.name), entry.kind)?;
        }
        Ok(())
    }

    /// A file may lie on another MDT than its folder: it was brought there by a rename. One of the
    /// caller's own is its own barrier there; of other kinds nothing can be synced.
    fn reach_by_file(&mut self, at: At<'_>) -> StepResult<()> {
        if self.has_reached_all() {
            return Ok(());
        }
        let Some(mdt) = unless_absent(self.fs.placement(at.into()))?.flatten() else { return Ok(()) };
        if !self.reached.contains(&mdt) && touch(self.fs, at)? {
            self.reached.insert(mdt);
        }
        Ok(())
    }

    /// The files are made in the folder, so that their inodes lie on its MDTs, and leave it before
    /// the folder gets its times back: syncing them then saves those as well.
    fn quiet_barrier(&self, folder: &Folder, mdts: &BTreeSet<u32>) -> StepResult<()> {
        let (fs, beside) = (self.fs, self.beside);
        let times = Times::remember(fs, folder)?;
        let made = make_files(fs, folder, self.id, mdts)?;
        for (_, name) in &made.files {
            unless_absent(fs.unlink(beside.at(name)))?;
            bring_out(fs, folder.at(name), beside.at(name))?;
        }
        times.restore(fs, folder)?;
        for (file, name) in &made.files {
            // As with any own file: the same mode again, then a sync (measured).
            fs.set_mode(file.into(), BARRIER_MODE)?;
            fs.sync_file(file)?;
            unless_absent(fs.unlink(beside.at(name)))?;
        }
        match touch_and_sync(fs, folder, made.left_out)? {
            None => Ok(()),
            Some(_) => Err(no_room().into()),
        }
    }
}

/// Where no name goes from one MDT to another by a rename, one goes by a link (recorded).
fn bring_out(fs: &dyn FileSystem, from: At<'_>, to: At<'_>) -> FsResult<()> {
    match fs.rename(from, to) {
        Err(error) if error.errno == Errno::XDEV => {}
        answer => return answer,
    }
    fs.link(from, to)?;
    fs.unlink(from)
}

/// Where no file can be made: an own file in the folder, or below it on the same MDT, gets its
/// own mode again and is synced, which reaches the MDT like a new one (measured). Answers the MDTs
/// where none was found.
fn touch_and_sync(fs: &dyn FileSystem, folder: &Folder, left_out: Option<BTreeSet<u32>>) -> FsResult<Option<BTreeSet<u32>>> {
    let Some(left_out) = left_out else { return Ok(None) };
    let mut missing = BTreeSet::new();
    for mdt in &left_out {
        let mut entries_left = ENTRIES_LOOKED_AT;
        if !touch_one_below(fs, folder, *mdt, &mut entries_left)? {
            missing.insert(*mdt);
        }
    }
    let is_reached = !left_out.is_empty() && missing.is_empty();
    Ok((!is_reached).then_some(missing))
}

/// Whether an own file on this MDT was found and synced.
fn touch_one_below(fs: &dyn FileSystem, folder: &Folder, mdt: u32, entries_left: &mut u32) -> FsResult<bool> {
    let mut folders = Vec::new();
    let entries = match fs.read_folder(folder) {
        Err(error) if error.errno == Errno::ACCESS => return Ok(false),
        answer => answer?,
    };
    for entry in entries {
        let name = entry?.name;
        let at = folder.at(&name);
        *entries_left = entries_left.saturating_sub(1);
        let Some(status) = unless_absent(fs.status(at.into()))? else { continue };
        if status.kind == EntryKind::File {
            let is_there = unless_absent(fs.placement(at.into()))?.flatten() == Some(mdt);
            if is_there && touch(fs, at)? {
                return Ok(true);
            }
        }
        if status.kind == EntryKind::Folder && !status.is_mount_point {
            folders.push(name);
        }
    }
    for name in folders {
        if *entries_left == 0 {
            break;
        }
        // Whoever may not look into a folder finds nothing of his there.
        let Ok(inner) = fs.open_folder(folder.at(&name)) else { continue };
        if mdts_of(fs, &inner)?.contains(&mdt) && touch_one_below(fs, &inner, mdt, entries_left)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Gives an own file its mode again and syncs it; false for what is none, or on tape.
fn touch(fs: &dyn FileSystem, at: At<'_>) -> FsResult<bool> {
    let Some(status) = unless_absent(fs.status(at.into()))? else { return Ok(false) };
    let is_ours = |uid| fs.caller().is_root || uid == fs.caller().uid;
    if status.kind != EntryKind::File || !is_ours(status.uid) || fs.hsm_state(at)?.is_released() {
        return Ok(false);
    }
    // A file may be unreadable even for its owner.
    let Ok(file) = fs.open_file(at) else { return Ok(false) };
    // Somebody may have given the name to another file meanwhile.
    let opened = fs.status((&file).into())?;
    if opened.kind != EntryKind::File || !is_ours(opened.uid) {
        return Ok(false);
    }
    fs.set_mode((&file).into(), opened.mode)?;
    fs.sync_file(&file).map(|()| true)
}
