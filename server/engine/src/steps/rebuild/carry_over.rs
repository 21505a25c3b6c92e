//! Carrying the content of one folder tree over into another, entry by entry, replacing nothing.
//!
//! Both ways are one walk: *there* from the old folders into new ones, *back* from the new
//! folders into the old. What is there already is passed over, so the walk may stop anywhere and
//! begin again.

use std::collections::BTreeSet;

use tidelock_shared::id::MoveId;
use tidelock_shared::name::FileName;
use tidelock_shared::strategy::EntryKind;

use crate::copy::{copy_metadata, keep_layout};
use crate::fs::walk::{look, unless_absent};
use crate::fs::{At, Errno, FileSystem, Folder, FsResult, Object, Status};
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
    pub(super) losses: &'a BTreeSet<Loss>,
    /// Of the move, a barrier of which a crash may have left.
    pub(super) id: MoveId,
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
        // A listing that is read while entries leave may skip some: read again until none leaves.
        while self.pass(from, to, below, false)? > 0 {}
        // Folders stay where they are on the way there, and on the way back each is gone at once.
        while self.pass(from, to, below, true)? > 0 && self.way == Way::Back {}
        self.finish(from, to, times, below.is_empty())
    }

    /// One pass over the folders in `from`, or over everything else; answers how many left.
    fn pass(&mut self, from: &Folder, to: &Folder, below: &mut Vec<FileName>, wants_folders: bool) -> StepResult<u64> {
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
                EntryKind::Folder => self.folder(at, to, below)?,
                EntryKind::SymbolicLink => self.link(at, &status, to, below)?,
                _ => self.entry(at, to, below)?,
            };
            below.pop();
            carried += u64::from(has_left);
        }
        Ok(carried)
    }

    fn folder(&mut self, from: At<'_>, to: &Folder, below: &mut Vec<FileName>) -> StepResult<bool> {
        let there = look(self.fs, to.at(from.name))?;
        let (name, is_there) = match there.map(|there| there.kind) {
            Some(EntryKind::Folder) => (from.name.clone(), true),
            // Somebody made it anew in the shell: it stays there and is reported.
            Some(_) if self.way == Way::There => return Ok(false),
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
        (self.hear)(1)?;
        if self.way == Way::There {
            return Ok(false);
        }
        match self.fs.remove_folder(from) {
            // Somebody made something in it just now: the next pass takes that too.
            Err(error) if error.errno == Errno::NOTEMPTY => Ok(true),
            Err(error) if !error.is_absent() => Err(error.into()),
            _ => Ok(true),
        }
    }

    /// Everything but folders and symbolic links is renamed, which charges it anew.
    fn entry(&mut self, from: At<'_>, to: &Folder, below: &[FileName]) -> StepResult<bool> {
        let name = match self.what_is_at(from, to.at(from.name))? {
            There::Nothing => from.name.clone(),
            There::Same => {
                // Two names of one inode: a rename between them would do nothing.
                self.fs.unlink(from)?;
                return Ok(true);
            }
            // Somebody made it anew in the shell: it stays there and is reported.
            There::Other if self.way == Way::There => return Ok(false),
            There::Other => self.free_name(to, from.name, below)?,
        };
        match self.fs.rename(from, to.at(&name)) {
            Err(error) if error.is_absent() && look(self.fs, from)?.is_none() => return Ok(true),
            answer => answer?,
        }
        (self.hear)(1)?;
        Ok(true)
    }

    fn what_is_at(&self, from: At<'_>, to: At<'_>) -> FsResult<There> {
        let Some(there) = unless_absent(self.fs.identity(to.into()))? else { return Ok(There::Nothing) };
        let is_same = unless_absent(self.fs.identity(from.into()))?.is_some_and(|here| here == there);
        Ok(if is_same { There::Same } else { There::Other })
    }

    /// A link is made anew. On the way there the old one stays; on the way back the old one is
    /// there already, unless somebody made this one since.
    fn link(&mut self, from: At<'_>, status: &Status, to: &Folder, below: &[FileName]) -> StepResult<bool> {
        let points_to = self.fs.read_link(from)?;
        let there = look(self.fs, to.at(from.name))?;
        let is_twin = match there.as_ref().map(|there| there.kind) {
            Some(EntryKind::SymbolicLink) => self.fs.read_link(to.at(from.name))? == points_to,
            _ => false,
        };
        if there.is_some() && !is_twin && self.way == Way::There {
            return Ok(false);
        }
        if !is_twin {
            let name = if there.is_some() { self.free_name(to, from.name, below)? } else { from.name.clone() };
            self.fs.create_symbolic_link(to.at(&name), &points_to)?;
            copy_metadata(self.fs, from.into(), status, to.at(&name).into(), self.losses)?;
            (self.hear)(1)?;
        } else if self.way == Way::There {
            // A crash may have come between making it and giving it its owner and times.
            copy_metadata(self.fs, from.into(), status, to.at(from.name).into(), self.losses)?;
        }
        if self.way == Way::There {
            return Ok(false);
        }
        self.fs.unlink(from)?;
        Ok(true)
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
