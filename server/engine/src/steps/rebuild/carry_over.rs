//! Carrying the content of one folder tree over into another, entry by entry, replacing nothing.
//!
//! Both ways are one walk: *there* from the old folders into new ones, *back* from the new
//! folders into the old. What is there already is passed over, so the walk may stop anywhere and
//! begin again. Folders and symbolic links stay where they were made: a walk that begins again
//! after a power cut finds its way by them, and the times that are remembered on them.

use std::collections::BTreeSet;

use tidelock_shared::id::MoveId;
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::strategy::EntryKind;

use super::landing::{Landing, land};
use super::shells::{clear, remove_if_empty};
use crate::copy::{copy_metadata, keep_layout};
use crate::fs::walk::{look, unless_absent};
use crate::fs::{At, FileSystem, Folder, FsResult, Object, Status};
use crate::planner::plan::Loss;
use crate::steps::barrier::is_barrier;
use crate::steps::bring_back::beside;
use crate::steps::context::create_folder_beside;
use crate::steps::error::{StepError, StepResult};
use crate::steps::make_staging::STAGING_MODE;
use crate::steps::times::Times;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    There,
    Back,
}

/// How many new names are tried for an entry whose old one was taken meanwhile.
const NAMES_TRIED: u32 = 100;

pub(super) struct CarryOver<'a> {
    pub(super) fs: &'a dyn FileSystem,
    pub(super) way: Way,
    /// Where the tree belongs.
    pub(super) top: FilePath,
    pub(super) losses: &'a BTreeSet<Loss>,
    /// Of the move, a barrier of which a crash may have left.
    pub(super) id: MoveId,
    /// Hidden, of the move's own, in each folder that entries come back to.
    pub(super) landing: &'a FileName,
    /// Told of entries as they are done; fails if the move is to be cancelled.
    pub(super) hear: &'a mut dyn FnMut(u64) -> StepResult<()>,
    /// Entries that came back under another name, by their way below the top.
    pub(super) returned: &'a mut Vec<Vec<FileName>>,
}

impl CarryOver<'_> {
    /// Carries everything in `from` over; `below` leads to it from the top.
    pub(super) fn content(&mut self, from: &Folder, to: &Folder, below: &mut Vec<FileName>) -> StepResult<()> {
        let (old, new) = if self.way == Way::There { (from, to) } else { (to, from) };
        let times = Times::remember_on_new(self.fs, old, new)?;
        let mut landing = match self.way {
            Way::There => Landing::Without,
            Way::Back => Landing::find(self.fs, to.at(self.landing))?,
        };
        self.land_all(&mut landing, to, below)?;
        // A listing that is read while entries leave may skip some: read again until none leaves.
        while self.pass(from, to, &mut landing, below, false)? > 0 {}
        self.land_all(&mut landing, to, below)?;
        self.pass(from, to, &mut landing, below, true)?;
        self.finish(from, to, times, below.is_empty())
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
            below.push(name.clone());
            let has_left = match status.kind {
                EntryKind::Folder => {
                    self.folder(at, to, below)?;
                    false
                }
                EntryKind::SymbolicLink => self.link(at, &status, to, below)?,
                _ => self.entry(at, to, landing, below)?,
            };
            below.pop();
            carried += u64::from(has_left);
        }
        Ok(carried)
    }

    fn folder(&mut self, from: At<'_>, to: &Folder, below: &mut Vec<FileName>) -> StepResult<()> {
        let there = look(self.fs, to.at(from.name))?;
        let (name, is_there) = match there.map(|there| there.kind) {
            Some(EntryKind::Folder) => (from.name.clone(), true),
            // Somebody made it anew in the shell: it stays there and is reported.
            Some(_) if self.way == Way::There => return Ok(()),
            Some(_) => (self.free_name(to, from.name, below)?, false),
            None => (from.name.clone(), false),
        };
        let inner = self.fs.open_folder(from)?;
        if !is_there {
            create_folder_beside(self.fs, to.at(&name), STAGING_MODE, &inner)?;
        }
        let outer = self.fs.open_folder(to.at(&name))?;
        if !is_there {
            keep_layout(self.fs, &inner, &outer, self.losses)?;
        }
        if !is_there && self.way == Way::Back {
            // Made by somebody after it was visible: no old folder remembers its attributes.
            let status = self.fs.status((&inner).into())?;
            copy_metadata(self.fs, Object::Folder(&inner), &status, Object::Folder(&outer), self.losses)?;
        }
        self.content(&inner, &outer, below)?;
        if name != *from.name && clear(self.fs, &inner, Some(&outer))? {
            // Nobody would know it for the same.
            remove_if_empty(self.fs, from)?;
        }
        (self.hear)(1)
    }

    /// Everything but folders and symbolic links is renamed, which charges it anew.
    fn entry(&mut self, from: At<'_>, to: &Folder, landing: &mut Landing, below: &[FileName]) -> StepResult<bool> {
        let mut name = from.name.clone();
        let landing = match self.way {
            Way::There => None,
            Way::Back => landing.open(self.fs, to.at(self.landing))?,
        };
        if landing.is_none() {
            match self.what_is_at(from, to.at(&name))? {
                There::Nothing => {}
                There::Same => {
                    // Two names of one inode: a rename between them would do nothing.
                    self.fs.unlink(from)?;
                    return Ok(true);
                }
                // Somebody made it anew in the shell: it stays there and is reported.
                There::Other if self.way == Way::There => return Ok(false),
                There::Other => name = self.free_name(to, from.name, below)?,
            }
        }
        match self.fs.rename(from, landing.unwrap_or(to).at(&name)) {
            Err(error) if error.is_absent() && look(self.fs, from)?.is_none() => return Ok(true),
            answer => answer?,
        }
        if let Some(landing) = landing {
            self.land(landing.at(from.name), to, below)?;
        }
        (self.hear)(1)?;
        Ok(true)
    }

    /// Gives an entry that has landed its old name, or one beside it.
    fn land(&mut self, from: At<'_>, to: &Folder, below: &[FileName]) -> StepResult<()> {
        let path = below.iter().fold(self.top.clone(), |path, name| path.join(name.clone()));
        if !land(self.fs, from, to.at(from.name), &path)? {
            let name = self.free_name(to, from.name, below)?;
            if !land(self.fs, from, to.at(&name), &path)? {
                return Err(StepError::NameTaken(path));
            }
        }
        Ok(())
    }

    /// What a crash left in the landing gets its name too; then the landing goes.
    fn land_all(&mut self, landing: &mut Landing, to: &Folder, below: &mut Vec<FileName>) -> StepResult<()> {
        let Landing::Open(folder) = landing else { return Ok(()) };
        for entry in self.fs.read_folder(folder)? {
            let name = entry?.name;
            below.push(name.clone());
            self.land(folder.at(&name), to, below)?;
            below.pop();
        }
        unless_absent(self.fs.remove_folder(to.at(self.landing)))?;
        *landing = Landing::Unmade;
        Ok(())
    }

    fn what_is_at(&self, from: At<'_>, to: At<'_>) -> FsResult<There> {
        let Some(there) = unless_absent(self.fs.identity(to.into()))? else { return Ok(There::Nothing) };
        let is_same = unless_absent(self.fs.identity(from.into()))?.is_some_and(|here| here == there);
        Ok(if is_same { There::Same } else { There::Other })
    }

    /// A link is made anew beside its old one, which stays.
    fn link(&mut self, from: At<'_>, status: &Status, to: &Folder, below: &[FileName]) -> StepResult<bool> {
        let points_to = self.fs.read_link(from)?;
        let there = look(self.fs, to.at(from.name))?;
        let is_twin = match there.as_ref().map(|there| there.kind) {
            Some(EntryKind::SymbolicLink) => self.fs.read_link(to.at(from.name))? == points_to,
            _ => false,
        };
        if is_twin {
            if self.way == Way::There {
                // A crash may have come between making it and giving it its owner and times.
                copy_metadata(self.fs, from.into(), status, to.at(from.name).into(), self.losses)?;
            }
            return Ok(false);
        }
        if there.is_some() && self.way == Way::There {
            return Ok(false);
        }
        let name = if there.is_some() { self.free_name(to, from.name, below)? } else { from.name.clone() };
        self.fs.create_symbolic_link(to.at(&name), &points_to)?;
        copy_metadata(self.fs, from.into(), status, to.at(&name).into(), self.losses)?;
        (self.hear)(1)?;
        if there.is_some() {
            // Nobody would know it for a twin.
            self.fs.unlink(from)?;
        }
        Ok(there.is_some())
    }

    /// `name (returned)` and so on: the old name was taken meanwhile.
    fn free_name(&mut self, to: &Folder, name: &FileName, below: &[FileName]) -> StepResult<FileName> {
        for attempt in 1..=NAMES_TRIED {
            let name = beside(name, attempt).ok_or(StepError::Unnameable)?;
            if look(self.fs, to.at(&name))?.is_none() {
                let folders = below.split_last().map_or(&[][..], |(_, folders)| folders);
                self.returned.push(folders.iter().cloned().chain([name.clone()]).collect());
                return Ok(name);
            }
        }
        Err(StepError::Unnameable)
    }

    /// Gives the folder its attributes once everything is in it; the times come last.
    fn finish(&self, from: &Folder, to: &Folder, times: Times, is_top: bool) -> StepResult<()> {
        let fs = self.fs;
        if self.way == Way::Back {
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

enum There {
    Nothing,
    Same,
    Other,
}
