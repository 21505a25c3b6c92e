//! Makes anew what cannot be retagged: symbolic links, fifos and devices on ext4 and XFS.
//!
//! The new one grows in a hidden folder, the workshop, whose inherit flag charges it, and gets all
//! that the old one had but its inode number. Then the two change places in one step: the name
//! leads to one of them at any time, and what others put there in the meantime comes out of the
//! exchange and goes back. Each pair is written down before, so that undoing makes back exactly
//! what was remade.
//!
//! Sockets stay what they are: whoever listens on one would be cut off. The plan says so.

use std::collections::{BTreeSet, HashMap, HashSet};

use tidelock_shared::id::ProjectId;
use tidelock_shared::name::FileName;
use tidelock_shared::strategy::EntryKind;

use super::super::context::{Context, holds, path_of};
use super::super::error::{StepError, StepResult};
use super::super::times::Times;
use super::charges::{charged_by, is_charged_apart};
use super::workshop::{self, Workshop};
use crate::copy::copy_metadata;
use crate::fs::walk::{Visit, unless_absent};
use crate::fs::{At, Folder, FsResult, Identity, open_below};
use crate::moves::event::Note;

/// So many are made before their pairs are written down and they take their places.
const BATCH: usize = 100;
/// Nobody replaces a name as often as this within a few calls.
const EXCHANGES_MAX: u32 = 16;
/// Until it has the old one's.
const MODE: u32 = 0o600;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    There,
    Back,
}

/// Made, and not yet under its name.
struct Ready {
    shelf: FileName,
    /// Names from the top down.
    below: Vec<FileName>,
    old: Identity,
    new: Identity,
}

pub(super) struct Remaker {
    way: Way,
    /// False where every kind can be retagged, or nothing can be made anew.
    is_needed: bool,
    is_first_walk: bool,
    /// What was made on the way there, by this run and those before, and for what.
    remade: HashMap<Identity, Identity>,
    /// Whom the old ones were charged to, where it was not whom their folders charge.
    charged: HashMap<Identity, ProjectId>,
    /// All that ever lay in the workshop by us, on either way.
    known: HashSet<Identity>,
    workshop: Option<Workshop>,
    ready: Vec<Ready>,
}

impl Remaker {
    /// Takes up the work, and clears away what a crash may have left of it.
    pub(super) fn begin(context: &mut Context<'_>, way: Way) -> StepResult<Self> {
        let looker = Self::looking(context)?;
        if looker.is_needed {
            workshop::clear(context, &looker.known)?;
        }
        Ok(Self { way, ..looker })
    }

    /// Whether anything was made anew on the way there.
    pub(super) fn has_work(&self) -> bool {
        !self.remade.is_empty()
    }

    /// False where every kind can be retagged, or nothing can be made anew.
    pub(super) fn is_needed(&self) -> bool {
        self.is_needed
    }

    pub(super) fn way(&self) -> Way {
        self.way
    }

    /// The first walk mends what a crash may have left.
    pub(super) fn is_first_walk(&self) -> bool {
        self.is_first_walk
    }

    /// For looking only.
    pub(super) fn looking(context: &Context<'_>) -> StepResult<Self> {
        let is_needed = context.fs.capabilities(&context.source_folder()?)?.abilities.remakes_other_kinds;
        let (mut remade, mut charged, mut known) = (HashMap::new(), HashMap::new(), HashSet::new());
        for note in context.notes() {
            if let Note::Remade { pairs } | Note::MadeBack { pairs } = note {
                known.extend(pairs.iter().flat_map(|(old, new)| [old, new]).cloned());
            }
            match note {
                Note::Remade { pairs } => remade.extend(pairs.iter().map(|(old, new)| (new.clone(), old.clone()))),
                Note::Charged { to } => charged.extend(to.iter().cloned()),
                _ => {}
            }
        }
        Ok(Self { way: Way::There, is_needed, is_first_walk: true, remade, charged, known, workshop: None, ready: Vec::new() })
    }

    /// Whether this entry is one that is still to be made anew.
    pub(super) fn is_left(&self, context: &Context<'_>, visit: &Visit<'_>) -> FsResult<bool> {
        if !self.is_needed || !is_charged_apart(visit.status.kind) {
            return Ok(false);
        }
        let is_remade = unless_absent(context.fs.identity(visit.at.into()))?.is_some_and(|found| self.remade.contains_key(&found));
        Ok(is_remade == (self.way == Way::Back))
    }

    /// Looks at one entry of the tree at `top`; answers how many changed or were missed.
    pub(super) fn visit(&mut self, context: &mut Context<'_>, top: At<'_>, visit: &Visit<'_>) -> StepResult<u64> {
        if visit.status.kind == EntryKind::Folder {
            return self.mend_times(context, visit.at).map(|()| 0);
        }
        if !self.is_left(context, visit)? {
            return Ok(0);
        }
        if visit.status.links > 1 {
            // The plan knew of none. A name given meanwhile stays with its inode on the way back.
            let path = visit.below.iter().fold(context.source_path(), |path, name| path.join(name.clone()));
            return if self.way == Way::Back { Ok(0) } else { Err(StepError::CannotRemake(path)) };
        }
        let folder = context.fs.tag(visit.at.folder.into())?.unwrap_or_default();
        let id = match self.way {
            Way::There => folder.id,
            Way::Back => match unless_absent(self.charge_of_old(context, visit.at))? {
                Some(known) => known.unwrap_or(charged_by(folder)),
                None => return Ok(1),
            },
        };
        let is_elsewhere = self.workshop.as_ref().and_then(Workshop::charges).is_some_and(|charged| charged != id);
        let changed = if is_elsewhere { self.flush(context, top)? } else { 0 };
        match self.make(context, visit, id) {
            Err(StepError::FileSystem(error)) if error.is_absent() => return Ok(changed + 1),
            answer => answer?,
        }
        Ok(changed + if self.ready.len() >= BATCH { self.flush(context, top)? } else { 0 })
    }

    /// Whom that was charged to for which this was made, if it is written down.
    fn charge_of_old(&self, context: &Context<'_>, at: At<'_>) -> FsResult<Option<ProjectId>> {
        let found = context.fs.identity(at.into())?;
        Ok(self.remade.get(&found).and_then(|old| self.charged.get(old)).copied())
    }

    /// A crash may have come before a folder had its times back.
    fn mend_times(&self, context: &Context<'_>, at: At<'_>) -> StepResult<()> {
        if !self.is_needed || !self.is_first_walk {
            return Ok(());
        }
        let Some(folder) = unless_absent(context.fs.open_folder(at))? else { return Ok(()) };
        match Times::remembered(context.fs, &folder)? {
            Some(times) => Ok(times.restore(context.fs, &folder)?),
            None => Ok(()),
        }
    }

    fn make(&mut self, context: &Context<'_>, visit: &Visit<'_>, id: ProjectId) -> StepResult<()> {
        let fs = context.fs;
        let workshop = match &mut self.workshop {
            Some(workshop) => workshop,
            none => none.insert(Workshop::open(context)?),
        };
        workshop.charge_to(fs, id)?;
        let shelf = workshop::shelf(self.ready.len())?;
        let at = workshop.folder().at(&shelf);
        let old = fs.identity(visit.at.into())?;
        if visit.status.kind == EntryKind::SymbolicLink {
            fs.create_symbolic_link(at, &fs.read_link(visit.at)?)?;
        } else {
            fs.create_special(at, visit.status.kind, MODE, visit.status.special_device)?;
        }
        copy_metadata(fs, visit.at.into(), &visit.status, at.into(), &BTreeSet::new())?;
        let new = fs.identity(at.into())?;
        self.ready.push(Ready { shelf, below: visit.below.to_vec(), old, new });
        Ok(())
    }

    /// What is still ready takes its places; answers how many there were.
    pub(super) fn end_walk(&mut self, context: &mut Context<'_>, top: At<'_>, saw_all: bool) -> StepResult<u64> {
        self.is_first_walk &= !saw_all;
        self.flush(context, top)
    }

    fn flush(&mut self, context: &mut Context<'_>, top: At<'_>) -> StepResult<u64> {
        let ready = std::mem::take(&mut self.ready);
        let Some(workshop) = &mut self.workshop else { return Ok(0) };
        if ready.is_empty() {
            return Ok(0);
        }
        let pairs: Vec<_> = ready.iter().map(|ready| (ready.old.clone(), ready.new.clone())).collect();
        self.known.extend(pairs.iter().flat_map(|(old, new)| [old, new]).cloned());
        let note = if self.way == Way::There { Note::Remade { pairs } } else { Note::MadeBack { pairs } };
        context.note(note)?;
        // Only now: without the flag what is found here after a crash is taken for known.
        workshop.charge_nothing(context.fs)?;
        for in_one_folder in ready.chunk_by(|one, next| folder_of(&one.below) == folder_of(&next.below)) {
            exchange_all(context, top, workshop.folder(), in_one_folder)?;
        }
        for one in &ready {
            unless_absent(context.fs.unlink(workshop.folder().at(&one.shelf)))?;
        }
        if self.way == Way::There {
            self.remade.extend(ready.iter().map(|ready| (ready.new.clone(), ready.old.clone())));
        }
        Ok(ready.len() as u64)
    }

    /// Closes the workshop.
    pub(super) fn end(self, context: &mut Context<'_>) -> StepResult<()> {
        if self.workshop.is_some() { workshop::clear(context, &self.known) } else { Ok(()) }
    }
}

fn folder_of(below: &[FileName]) -> &[FileName] {
    below.split_last().map_or(below, |(_, folders)| folders)
}

/// The names in one folder change hands, and the folder keeps its times.
fn exchange_all(context: &mut Context<'_>, top: At<'_>, workshop: &Folder, ready: &[Ready]) -> StepResult<()> {
    let fs = context.fs;
    let Some(first) = ready.first() else { return Ok(()) };
    let found = unless_absent(fs.open_folder(top).and_then(|top| open_below(fs, top, folder_of(&first.below))))?;
    // Moved inside the tree meanwhile: the next walk finds it.
    let Some(folder) = found else { return Ok(()) };
    let times = Times::remember(fs, &folder)?;
    for one in ready {
        if let Some(name) = one.below.last() {
            exchange(context, workshop.at(&one.shelf), folder.at(name), one)?;
            context.progress(1, 0)?;
        }
    }
    Ok(times.restore(fs, &folder)?)
}

/// The new one takes the old one's place, unless others have put something there meanwhile.
fn exchange(context: &Context<'_>, shelf: At<'_>, at: At<'_>, ready: &Ready) -> StepResult<()> {
    let fs = context.fs;
    if !holds(fs, at, &ready.old)? {
        return Ok(());
    }
    let (mut expected, mut given) = (ready.old.clone(), ready.new.clone());
    for _ in 0..EXCHANGES_MAX {
        if unless_absent(fs.exchange(shelf, at))?.is_none() {
            return Ok(());
        }
        let came_out = fs.identity(shelf.into())?;
        if came_out == expected {
            return Ok(());
        }
        // Somebody was quicker, and it has to go back; what comes out then should be what went in.
        (expected, given) = (given, came_out);
    }
    Err(StepError::TreeChanged(path_of(&context.item().source_folder, at.name)))
}
