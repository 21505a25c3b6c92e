//! Walks a project's folder and reads the file system's own count beside it.
//!
//! The walk is by several hands, as fast as it may be, and holds no list of entries: sums, a few
//! examples, and the numbers of inodes with several names, which are charged once.

use std::collections::HashSet;
use std::time::Duration;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tidelock_shared::id::ProjectId;
use tidelock_shared::limits::Limits;
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::project::ProjectTag;
use tidelock_shared::quota::Amount;
use tidelock_shared::strategy::EntryKind;

use super::compare::{Finding, Readings, Recount, Stray, compare};
use crate::clock::Clock;
use crate::crew::{Crew, Found, Walker, walk_together};
use crate::executor::Throttle;
use crate::fs::walk::unless_absent;
use crate::fs::{At, Errno, FileSystem, Folder, FsResult};
use crate::inventory::keep_first;
use crate::survey::SurveyError;

/// So many other projects are told apart.
const PROJECTS_MAX: usize = 1000;
/// Charges arrive late: seconds on Lustre, and XFS frees inodes in the background. Numbers that do
/// not agree are read again for so long.
const SETTLES_WITHIN: Duration = Duration::from_secs(10);
const READ_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// How fast a scan goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// None is as fast as it can.
    pub entries_per_second: Option<u64>,
}

/// Who scans, and what with.
#[derive(Clone, Copy)]
pub struct Scanner<'a> {
    pub fs: &'a dyn FileSystem,
    pub crew: &'a dyn Crew,
    pub clock: &'a dyn Clock,
    pub pace: Pace,
    /// Whether a move is at work on something: that is charged to one or the other for the time being.
    pub is_in_motion: &'a (dyn Fn(&FilePath) -> bool + Sync),
}

/// What was found below a folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Scan {
    /// For people: `Lustre`, `ext4`, `XFS`, ….
    pub file_system: String,
    /// Whom the folder is charged to; none where there are no projects, or it belongs to none.
    pub project: Option<ProjectId>,
    /// The folder is all of its project: what lies above belongs to another.
    pub is_whole: bool,
    pub recount: Recount,
    /// None where the caller may not read them.
    pub readings: Option<Readings>,
    pub findings: Vec<Finding>,
}

impl<'a> Scanner<'a> {
    /// As fast as it can, where no moves are known of.
    pub fn new(fs: &'a dyn FileSystem, crew: &'a dyn Crew, clock: &'a dyn Clock) -> Self {
        Self { fs, crew, clock, pace: Pace::default(), is_in_motion: &|_| false }
    }

    /// Looks at everything below a folder. `hear` is told now and then how many entries there were; false stops.
    ///
    /// # Errors
    /// [`SurveyError::Stopped`], or why the folder cannot be read.
    pub fn scan(&self, path: &FilePath, hear: &mut dyn FnMut(u64) -> bool) -> Result<Scan, SurveyError> {
        let Self { fs, crew, clock, .. } = *self;
        let folder = fs.open_path(path)?;
        let (file_system, tag) = (fs.capabilities(&folder)?.kind, fs.tag((&folder).into())?);
        // What belongs to nobody may have anybody's projects in it.
        let (Some(tag), Some((above, name))) = (tag.filter(|tag| tag.id != ProjectId::NONE), path.split_last()) else {
            let recount = Recount::default();
            return Ok(Scan { file_system, project: None, is_whole: false, recount, readings: None, findings: Vec::new() });
        };
        let above = fs.open_path(&above)?;
        let device = fs.status((&folder).into())?.device;
        let is_whole =
            fs.status((&above).into())?.device != device || fs.tag((&above).into())?.is_none_or(|other| other.id != tag.id);
        let before = fs.quota(&folder, tag.id)?;
        let has_stripes = fs.mdts(&folder)?.is_some_and(|mdts| mdts > 1);
        let counting = Counting { has_stripes, ..Counting::new(self, path, device, tag) };
        let recount = counting.walk(crew, above.at(name), hear)?;
        let mut waited = Duration::ZERO;
        loop {
            let after = fs.quota(&folder, tag.id)?;
            let readings = before.zip(after).map(|(before, after)| Readings {
                before: before.usage,
                after: after.usage,
                limits: after.limits,
            });
            let findings = compare(&recount, readings.as_ref(), is_whole);
            let is_other = |finding: &Finding| matches!(finding, Finding::OtherInodes { .. } | Finding::OtherBytes { .. });
            if waited >= SETTLES_WITHIN || !findings.iter().any(is_other) {
                return Ok(Scan { file_system, project: Some(tag.id), is_whole, recount, readings, findings });
            }
            if !hear(recount.entries) {
                return Err(SurveyError::Stopped);
            }
            clock.pause(READ_AGAIN_AFTER);
            waited += READ_AGAIN_AFTER;
        }
    }

    /// What is charged elsewhere below a folder of a project; the file system is not asked what it counts.
    pub(crate) fn strays_below(&self, path: &FilePath, hear: &mut dyn FnMut(u64) -> bool) -> Result<Recount, SurveyError> {
        let folder = self.fs.open_path(path)?;
        let (Some(tag), Some((above, name))) = (self.fs.tag((&folder).into())?, path.split_last()) else {
            return Ok(Recount::default());
        };
        let (device, above) = (self.fs.status((&folder).into())?.device, self.fs.open_path(&above)?);
        Counting::new(self, path, device, tag).walk(self.crew, above.at(name), hear)
    }
}

/// A scan at work.
struct Counting<'a> {
    by: &'a Scanner<'a>,
    path: &'a FilePath,
    device: u64,
    /// The project's.
    tag: ProjectTag,
    has_stripes: bool,
    limits: Limits,
    throttle: Mutex<Throttle>,
    sums: Mutex<Sums>,
}

#[derive(Default)]
struct Sums {
    recount: Recount,
    /// Inodes with several names that were met.
    linked: HashSet<u64>,
}

impl<'a> Counting<'a> {
    fn new(by: &'a Scanner<'a>, path: &'a FilePath, device: u64, tag: ProjectTag) -> Self {
        let limits = Limits { operations_per_second: by.pace.entries_per_second, ..Limits::default() };
        Self { by, path, device, tag, has_stripes: false, limits, throttle: Mutex::default(), sums: Mutex::default() }
    }

    fn walk(self, crew: &dyn Crew, top: At<'_>, hear: &mut dyn FnMut(u64) -> bool) -> Result<Recount, SurveyError> {
        let look = |hand: &mut Walker<'_, '_, SurveyError>, found: &Found<'_>| {
            let enters = self.entry(found)?;
            hand.count(1, 0)?;
            Ok(enters)
        };
        walk_together(crew, self.by.fs, top, None, &look, &mut |entries, _| {
            if hear(entries) { Ok(()) } else { Err(SurveyError::Stopped) }
        })?;
        Ok(self.sums.into_inner().recount)
    }

    /// Counts one entry; answers whether to enter it.
    fn entry(&self, found: &Found<'_>) -> Result<bool, SurveyError> {
        let status = found.status;
        if status.is_mount_point && !found.is_top() || status.device != self.device {
            return Ok(false);
        }
        self.keep_pace();
        let is_folder = status.kind == EntryKind::Folder;
        let folder = if is_folder { self.readable(found)? } else { None };
        let parts = match &folder {
            Some(folder) if self.has_stripes => u64::try_from(self.by.fs.stripes(folder)?.len()).unwrap_or(0),
            _ => 0,
        };
        let tag = self.tag_of(found)?;
        let Sums { recount, linked } = &mut *self.sums.lock();
        recount.entries += 1;
        recount.parts += parts;
        recount.unread += u64::from(is_folder && folder.is_none());
        let is_first = is_folder || status.links < 2 || linked.insert(status.inode);
        let amount = if is_first { Amount { bytes: status.allocated, inodes: 1 } } else { Amount::ZERO };
        match tag {
            None => recount.untold += amount,
            Some(tag) if tag.id == self.tag.id => {
                recount.own += amount;
                if is_folder
                    && !tag.inherit
                    && let Some(path) = self.visible_path(found)
                {
                    recount.uninherited.add(amount, path);
                }
            }
            Some(tag) => {
                let Some(path) = self.visible_path(found) else { return Ok(folder.is_some()) };
                let has_place = recount.others.len() < PROJECTS_MAX || recount.others.contains_key(&tag.id);
                let stray = if has_place { recount.others.entry(tag.id).or_default() } else { &mut recount.further };
                stray.add(amount, path);
            }
        }
        Ok(folder.is_some())
    }

    fn keep_pace(&self) {
        if self.limits.operations_per_second.is_some() {
            let pause = self.throttle.lock().count(&self.limits, 1, 0, self.by.clock.now_ms());
            if !pause.is_zero() {
                self.by.clock.pause(pause);
            }
        }
    }

    /// None for what moves hide, or are at work on: they know of it.
    fn visible_path(&self, found: &Found<'_>) -> Option<FilePath> {
        if found.upward().any(FileName::is_hidden_folder_of_a_move) {
            return None;
        }
        let path = found.below().into_iter().fold(self.path.clone(), |path, name| path.join(name));
        (!(self.by.is_in_motion)(&path)).then_some(path)
    }

    /// None if nobody is told. An unreadable file hides its project on ext4 and XFS.
    fn tag_of(&self, found: &Found<'_>) -> FsResult<Option<ProjectTag>> {
        match self.by.fs.tag(found.at.into()) {
            Err(error) if matches!(error.errno, Errno::ACCESS | Errno::PERM) || error.is_absent() => Ok(None),
            answer => answer,
        }
    }

    fn readable(&self, found: &Found<'_>) -> FsResult<Option<Folder>> {
        let opened = self.by.fs.open_folder(found.at).and_then(|folder| self.by.fs.read_folder(&folder).map(|_| folder));
        match unless_absent(opened) {
            Err(error) if matches!(error.errno, Errno::ACCESS | Errno::PERM) => Ok(None),
            answer => answer,
        }
    }
}

impl Stray {
    fn add(&mut self, amount: Amount, path: FilePath) {
        self.entries += 1;
        self.amount += amount;
        keep_first(&mut self.examples, path, FilePath::cmp);
    }
}
