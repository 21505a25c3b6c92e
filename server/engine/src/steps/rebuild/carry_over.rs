//! Carrying the content of one folder tree over into another, entry by entry, replacing nothing.
//!
//! Both ways are one walk: *there* from the old folders into new ones, *back* from the new
//! folders into the old. What is there already is passed over, so the walk may stop anywhere and
//! begin again. Folders and symbolic links stay where they were made: a walk that begins again
//! after a power cut finds its way by them, and the times that are remembered on them.

use std::collections::BTreeSet;

use tidelock_shared::id::MoveId;
use tidelock_shared::name::FileName;
use tidelock_shared::strategy::EntryKind;

use super::landing::{Landing, land, left};
use super::places::{entry_place, folder_place, link_place};
use crate::copy::{copy_metadata, keep_layout};
use crate::fs::walk::{holds, look, unless_absent};
use crate::fs::{At, Errno, FileSystem, Folder, Object, Status};
use crate::planner::plan::Loss;
use crate::steps::barrier::is_barrier;
use crate::steps::bring_back::NAMES_TRIED;
use crate::steps::context::create_folder_beside;
use crate::steps::error::{StepError, StepResult};
use crate::steps::make_staging::STAGING_MODE;
use crate::steps::times::Times;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    There,
    Back,
    /// For what appeared meanwhile: the times of the old folders have been given back once.
    BackAgain,
}

/// What a walk tells.
pub(super) enum Told<'a> {
    /// One more is done.
    Entry,
    /// It gets another name than it had, in the folder that these names lead to from the top.
    Returns(&'a [FileName], &'a FileName),
}

pub(super) struct CarryOver<'a> {
    pub(super) fs: &'a dyn FileSystem,
    pub(super) way: Way,
    pub(super) losses: &'a BTreeSet<Loss>,
    /// Of the move, a barrier of which a crash may have left.
    pub(super) id: MoveId,
    /// The name of each [`Landing`].
    pub(super) landing: &'a FileName,
    /// Fails if the move is to be cancelled, or what is told could not be written down.
    pub(super) hear: &'a mut dyn FnMut(Told<'_>) -> StepResult<()>,
}

impl CarryOver<'_> {
    /// Carries everything in `from` over; `below` leads to it from the top.
    pub(super) fn content(&mut self, from: &Folder, to: &Folder, below: &mut Vec<FileName>) -> StepResult<()> {
        let times = match self.way {
            Way::There => Times::remember_on_new(self.fs, from, to)?,
            Way::Back => Times::remember_on_new(self.fs, to, from)?,
            Way::BackAgain => Times::remembered(self.fs, from)?.map_or_else(|| Times::of(self.fs, to), Ok)?,
        };
        let mut landing = if self.way == Way::There { Landing::Without } else { Landing::Unmade };
        // A listing that is read while entries leave may skip some: read again until none leaves.
        while self.pass(from, to, &mut landing, below, false)? > 0 {}
        if let Landing::Open(landing) = landing {
            self.land_all(&landing, to, below)?;
        }
        self.pass(from, to, &mut Landing::Without, below, true)?;
        self.finish(from, to, times, below.is_empty())
    }

    /// Gives everything its name that a crash has left in landings, wherever in the old tree: others may have taken
    /// away since what it came from.
    pub(super) fn land_what_is_left(&mut self, old: &Folder, below: &mut Vec<FileName>) -> StepResult<()> {
        if let Some(landing) = left(self.fs, old.at(self.landing))? {
            self.land_all(&landing, old, below)?;
        }
        for entry in self.fs.read_folder(old)? {
            let entry = entry?;
            let at = old.at(&entry.name);
            if look(self.fs, at)?.is_none_or(|status| status.kind != EntryKind::Folder || status.is_mount_point) {
                continue;
            }
            let inner = match self.fs.open_folder(at) {
                // Who cannot look into a folder has left nothing in it.
                Err(error) if error.is_absent() || matches!(error.errno, Errno::ACCESS | Errno::PERM) => continue,
                answer => answer?,
            };
            below.push(entry.name);
            self.land_what_is_left(&inner, below)?;
            below.pop();
        }
        Ok(())
    }

    /// One pass over the folders in `from`, or over everything else; answers how many left.
    fn pass(
        &mut self,
        from: &Folder,
        to: &Folder,
        landing: &mut Landing,
        below: &mut Vec<FileName>,
        wants_folders: bool,
    ) -> StepResult<u64> {
        let mut carried = 0;
        for entry in self.fs.read_folder(from)? {
            let name = entry?.name;
            let at = from.at(&name);
            if is_barrier(&name, self.id) {
                unless_absent(self.fs.unlink(at))?;
                continue;
            }
            let Some(status) = look(self.fs, at)? else { continue };
            if (status.kind == EntryKind::Folder) != wants_folders {
                continue;
            }
            match (status.kind, self.way) {
                (EntryKind::Folder, _) => self.folder(at, to, below)?,
                (EntryKind::SymbolicLink, _) => self.link(at, &status, to, below)?,
                (_, Way::There) => carried += u64::from(self.entry_there(at, to)?),
                _ => carried += u64::from(self.entry_back(at, to, landing, below)?),
            }
        }
        Ok(carried)
    }

    fn folder(&mut self, from: At<'_>, to: &Folder, below: &mut Vec<FileName>) -> StepResult<()> {
        let (name, is_there) = folder_place(self.fs, to, from.name)?;
        if self.way == Way::There && name != *from.name {
            // Somebody made something of that name in the new tree: it stays there and is reported.
            return Ok(());
        }
        self.tell_of_another_name(below, from.name, &name)?;
        let inner = self.fs.open_folder(from)?;
        if !is_there {
            create_folder_beside(self.fs, to.at(&name), STAGING_MODE, &inner)?;
        }
        let outer = self.fs.open_folder(to.at(&name))?;
        if !is_there {
            keep_layout(self.fs, &inner, &outer, self.losses)?;
        }
        if self.way != Way::There && (!is_there || self.lacks_attributes(&inner, &outer)?) {
            // Made by somebody after it was visible: no old folder remembers its attributes.
            let status = self.fs.status((&inner).into())?;
            copy_metadata(self.fs, Object::Folder(&inner), &status, Object::Folder(&outer), self.losses)?;
        }
        below.push(name);
        self.content(&inner, &outer, below)?;
        below.pop();
        (self.hear)(Told::Entry)
    }

    /// A crash may have come between making a folder and giving it what it is to have.
    fn lacks_attributes(&self, made: &Folder, old: &Folder) -> StepResult<bool> {
        let (made, old) = (self.fs.status(made.into())?, self.fs.status(old.into())?);
        Ok(old.uid == self.fs.caller().uid && old.mode & 0o777 == STAGING_MODE && made.mode & 0o777 != STAGING_MODE)
    }

    /// Everything but folders and symbolic links is renamed, which charges it anew. Answers whether it left.
    fn entry_there(&mut self, from: At<'_>, to: &Folder) -> StepResult<bool> {
        if let Some(there) = unless_absent(self.fs.identity(to.at(from.name).into()))? {
            if holds(self.fs, from, &there)? {
                // Two names of one inode: a rename between them would do nothing.
                self.fs.unlink(from)?;
                return Ok(true);
            }
            // Somebody made it anew in the old folder: it stays there and is reported.
            return Ok(false);
        }
        match self.fs.rename(from, to.at(from.name)) {
            Err(error) if error.is_absent() && look(self.fs, from)?.is_none() => return Ok(true),
            answer => answer?,
        }
        (self.hear)(Told::Entry)?;
        Ok(true)
    }

    fn entry_back(&mut self, from: At<'_>, to: &Folder, landing: &mut Landing, below: &[FileName]) -> StepResult<bool> {
        let Some(landing) = landing.open(self.fs, to.at(self.landing))? else {
            return self.entry_back_by_a_look(from, to, below);
        };
        match self.fs.rename(from, landing.at(from.name)) {
            Err(error) if error.is_absent() && look(self.fs, from)?.is_none() => return Ok(true),
            // It lies on another MDT than its folder, and the servers refuse renames between them.
            Err(error) if error.errno == Errno::XDEV => return self.entry_back_by_a_look(from, to, below),
            answer => answer?,
        }
        self.land(landing.at(from.name), to, below)?;
        (self.hear)(Told::Entry)?;
        Ok(true)
    }

    fn entry_back_by_a_look(&mut self, from: At<'_>, to: &Folder, below: &[FileName]) -> StepResult<bool> {
        let Some(identity) = unless_absent(self.fs.identity(from.into()))? else { return Ok(true) };
        let (name, is_there) = entry_place(self.fs, to, from.name, &identity)?;
        self.tell_of_another_name(below, from.name, &name)?;
        if is_there {
            self.fs.unlink(from)?;
        } else {
            self.fs.rename(from, to.at(&name))?;
        }
        (self.hear)(Told::Entry)?;
        Ok(true)
    }

    /// Gives an entry that has landed its old name, or one beside it. Answers whether it has left the landing.
    fn land(&mut self, from: At<'_>, to: &Folder, below: &[FileName]) -> StepResult<bool> {
        let Some(identity) = unless_absent(self.fs.identity(from.into()))? else { return Ok(false) };
        for _ in 0..NAMES_TRIED {
            // Every name that others are quicker to take is passed over the next time.
            let (name, _) = entry_place(self.fs, to, from.name, &identity)?;
            self.tell_of_another_name(below, from.name, &name)?;
            if land(self.fs, from, to.at(&name))? {
                return Ok(true);
            }
        }
        Err(StepError::Unnameable)
    }

    /// Gives everything in a landing its name; then the landing goes.
    fn land_all(&mut self, landing: &Folder, to: &Folder, below: &[FileName]) -> StepResult<()> {
        loop {
            let mut landed = 0_u64;
            for entry in self.fs.read_folder(landing)? {
                landed += u64::from(self.land(landing.at(&entry?.name), to, below)?);
            }
            if landed == 0 {
                return Ok(unless_absent(self.fs.remove_folder(to.at(self.landing))).map(drop)?);
            }
        }
    }

    /// Before it gets it: a crash may come right after.
    fn tell_of_another_name(&mut self, below: &[FileName], own: &FileName, name: &FileName) -> StepResult<()> {
        if name == own { Ok(()) } else { (self.hear)(Told::Returns(below, name)) }
    }

    /// A link is made anew beside its old one, which stays.
    fn link(&mut self, from: At<'_>, status: &Status, to: &Folder, below: &[FileName]) -> StepResult<()> {
        let points_to = self.fs.read_link(from)?;
        let (name, is_there) = link_place(self.fs, to, from.name, &points_to)?;
        if self.way == Way::There && name != *from.name {
            return Ok(());
        }
        if !is_there {
            self.tell_of_another_name(below, from.name, &name)?;
            self.fs.create_symbolic_link(to.at(&name), &points_to)?;
            (self.hear)(Told::Entry)?;
        }
        if !is_there || self.way == Way::There {
            // Of one that is there, too: a crash may have come between making it and this.
            copy_metadata(self.fs, from.into(), status, to.at(&name).into(), self.losses)?;
        }
        Ok(())
    }

    /// Gives the folder its attributes once everything is in it; the times come last.
    fn finish(&self, from: &Folder, to: &Folder, times: Times, is_top: bool) -> StepResult<()> {
        let fs = self.fs;
        if self.way != Way::There {
            return Ok(times.restore(fs, to)?);
        }
        let mut status = fs.status(from.into())?;
        (status.accessed, status.modified) = (times.accessed, times.modified);
        if is_top {
            // It stays hidden until it is published, which gives it its mode.
            status.mode = STAGING_MODE;
        }
        copy_metadata(fs, Object::Folder(from), &status, Object::Folder(to), self.losses)?;
        Ok(Times::forget(fs, to)?)
    }
}
