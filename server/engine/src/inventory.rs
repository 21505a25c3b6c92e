//! Who uses what below a folder, what is largest and oldest, and what is charged to somebody else.
//!
//! One walk by several hands. It changes nothing, and holds no list of entries: sums, a few
//! examples, and of inodes with several names their numbers, since they are charged once.
//!
//! Not here: what a move needs to know (`survey`), and what numbers are called.

use std::collections::{BTreeMap, HashSet};

use parking_lot::Mutex;
use tidelock_shared::inventory::{AGES_DAYS, OnTape, SHARES_MAX};
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::project::ProjectTag;
use tidelock_shared::quota::Amount;
use tidelock_shared::strategy::EntryKind;

use crate::crew::{Crew, Found, Walker, walk_together};
use crate::fs::walk::unless_absent;
use crate::fs::{At, Errno, FileSystem, FsResult, HsmState, Status};
use crate::survey::SurveyError;

/// So many parts are told apart; what further ones hold is counted together.
const PARTS_MAX: usize = 10_000;
const DAY_SECONDS: i64 = 24 * 3600;

/// What was found so far, or all of it.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    pub entries: u64,
    pub amount: Amount,
    /// By user.
    pub owners: BTreeMap<u32, Amount>,
    /// By entry of the folder itself, each with what lies below it; without `hidden`.
    pub parts: BTreeMap<FileName, Part>,
    /// What is neither in `parts` nor hidden: the folder itself, and what there was no place for.
    pub rest: Amount,
    /// By time since the content was changed: up to each of [`AGES_DAYS`], and longer.
    pub ages: [Amount; AGES_DAYS.len() + 1],
    /// Files with most bytes charged, the largest first.
    pub largest: Vec<Example>,
    /// Files whose content has not been changed for longest, the oldest first; no empty ones.
    pub oldest: Vec<Example>,
    /// Charged to another project than the folder, or that would charge what is made in them so.
    pub elsewhere: Amount,
    /// Some of those, the first by name.
    pub elsewhere_examples: Vec<FilePath>,
    /// In hidden folders of moves: retired sources, and the trash.
    pub hidden: Amount,
    pub on_tape: OnTape,
    /// Folders that may not be read, whose content is in no sum.
    pub unread: u64,
}

/// One entry of the folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Part {
    pub is_folder: bool,
    pub amount: Amount,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    pub path: FilePath,
    pub uid: u32,
    /// Bytes that are charged.
    pub bytes: u64,
    /// When its content was changed, in seconds since 1970.
    pub modified: i64,
}

/// Looks at everything below an entry, at this time in seconds since 1970.
///
/// `hear` is told now and then what there is so far; false stops.
pub fn take_inventory(
    fs: &dyn FileSystem,
    crew: &dyn Crew,
    path: &FilePath,
    now: i64,
    hear: &mut dyn FnMut(&Inventory) -> bool,
) -> Result<Inventory, SurveyError> {
    let Some((parent, name)) = path.split_last() else { return Ok(Inventory::default()) };
    let parent = fs.open_path(&parent)?;
    let top = parent.at(name);
    let (device, tag) = (fs.status(top.into())?.device, fs.tag(top.into())?);
    let counting = Counting { fs, path, device, tag, now, sums: Mutex::default() };
    let look = |hand: &mut Walker<'_, '_, SurveyError>, found: &Found<'_>| {
        let enters = counting.entry(found)?;
        hand.count(1, 0)?;
        Ok(enters)
    };
    walk_together(crew, fs, top, None, &look, &mut |_, _| {
        if hear(&counting.sums.lock().inventory) { Ok(()) } else { Err(SurveyError::Stopped) }
    })?;
    Ok(counting.sums.into_inner().inventory)
}

/// An inventory at work.
struct Counting<'a> {
    fs: &'a dyn FileSystem,
    path: &'a FilePath,
    device: u64,
    /// None where there are no projects.
    tag: Option<ProjectTag>,
    now: i64,
    sums: Mutex<Sums>,
}

#[derive(Default)]
struct Sums {
    inventory: Inventory,
    /// Inodes with several names that were met.
    linked: HashSet<u64>,
}

impl Counting<'_> {
    /// Counts one entry; answers whether to enter it.
    fn entry(&self, found: &Found<'_>) -> Result<bool, SurveyError> {
        let status = found.status;
        if status.is_mount_point && !found.is_top() || status.device != self.device {
            return Ok(false);
        }
        let is_folder = status.kind == EntryKind::Folder;
        let is_hidden = found.upward().any(FileName::is_hidden_folder_of_a_move);
        let is_elsewhere = !is_hidden && self.is_elsewhere(found.at, is_folder)?;
        let is_readable = is_folder && self.is_readable(found.at)?;
        let place = if status.kind == EntryKind::File { self.place_of_content(found.at)? } else { HsmState::Present };
        let Sums { inventory, linked } = &mut *self.sums.lock();
        inventory.entries += 1;
        inventory.unread += u64::from(is_folder && !is_readable);
        let is_counted = is_folder || status.links < 2 || linked.insert(status.inode);
        if is_counted {
            let charged = Amount { bytes: status.allocated, inodes: 1 };
            inventory.amount += charged;
            *inventory.owners.entry(status.uid).or_default() += charged;
            let days = (self.now - status.modified.seconds).div_euclid(DAY_SECONDS);
            let age = AGES_DAYS.iter().take_while(|limit| days >= **limit).count();
            if status.kind == EntryKind::File {
                inventory.ages[age] += charged;
            }
            if is_hidden {
                inventory.hidden += charged;
            } else {
                inventory.part(found, charged, is_folder);
            }
            if !is_hidden && status.kind == EntryKind::File {
                inventory.rank(status, || self.path_of(found));
            }
            if let Some(sum) = sum_of(&mut inventory.on_tape, place) {
                *sum += Amount { bytes: status.size, inodes: 1 };
            }
            if is_elsewhere {
                inventory.elsewhere += charged;
                keep_first(&mut inventory.elsewhere_examples, self.path_of(found), FilePath::cmp);
            }
        }
        Ok(is_readable)
    }

    fn path_of(&self, found: &Found<'_>) -> FilePath {
        found.below().into_iter().fold(self.path.clone(), |path, name| path.join(name))
    }

    fn is_elsewhere(&self, at: At<'_>, is_folder: bool) -> FsResult<bool> {
        let Some(own) = self.tag else { return Ok(false) };
        match self.fs.tag(at.into()) {
            // An unreadable file hides its project on ext4 and XFS.
            Err(error) if matches!(error.errno, Errno::ACCESS | Errno::PERM) => Ok(false),
            Err(error) if error.is_absent() => Ok(false),
            answer => Ok(answer?.is_some_and(|tag| tag.id != own.id || is_folder && tag.inherit != own.inherit)),
        }
    }

    fn place_of_content(&self, at: At<'_>) -> FsResult<HsmState> {
        Ok(unless_absent(self.fs.hsm_state(at))?.unwrap_or(HsmState::Present))
    }

    fn is_readable(&self, at: At<'_>) -> FsResult<bool> {
        match unless_absent(self.fs.open_folder(at).and_then(|folder| self.fs.read_folder(&folder).map(drop))) {
            Err(error) if matches!(error.errno, Errno::ACCESS | Errno::PERM) => Ok(false),
            answer => Ok(answer?.is_some()),
        }
    }
}

impl Inventory {
    fn part(&mut self, found: &Found<'_>, charged: Amount, is_folder: bool) {
        let has_place = self.parts.len() < PARTS_MAX;
        match found.upward().last() {
            Some(name) if has_place || self.parts.contains_key(name) => {
                let part = self.parts.entry(name.clone()).or_default();
                part.amount += charged;
                // Whatever lies below something makes it one.
                part.is_folder |= is_folder || found.upward().nth(1).is_some();
            }
            _ => self.rest += charged,
        }
    }

    fn rank(&mut self, status: &Status, path: impl Fn() -> FilePath) {
        let (bytes, modified) = (status.allocated, status.modified.seconds);
        let is_full = |examples: &Vec<Example>| examples.len() >= SHARES_MAX;
        // A path is made only of what may have a place.
        let is_large = !is_full(&self.largest) || self.largest.last().is_some_and(|last| bytes >= last.bytes);
        let is_old = !is_full(&self.oldest) || self.oldest.last().is_some_and(|last| modified <= last.modified);
        let example = || Example { path: path(), uid: status.uid, bytes, modified };
        if bytes > 0 && is_large {
            keep_first(&mut self.largest, example(), |one, other| {
                other.bytes.cmp(&one.bytes).then_with(|| one.path.cmp(&other.path))
            });
        }
        if bytes > 0 && is_old {
            keep_first(&mut self.oldest, example(), |one, other| {
                one.modified.cmp(&other.modified).then_with(|| one.path.cmp(&other.path))
            });
        }
    }
}

fn sum_of(on_tape: &mut OnTape, place: HsmState) -> Option<&mut Amount> {
    match place {
        HsmState::Present => None,
        HsmState::Released => Some(&mut on_tape.released),
        HsmState::Restoring => Some(&mut on_tape.restoring),
        HsmState::Lost => Some(&mut on_tape.lost),
    }
}

/// Keeps the first by this order, in order.
pub(crate) fn keep_first<T>(kept: &mut Vec<T>, one: T, order: impl Fn(&T, &T) -> std::cmp::Ordering) {
    let place = kept.partition_point(|known| order(known, &one).is_le());
    kept.insert(place, one);
    kept.truncate(SHARES_MAX);
}
