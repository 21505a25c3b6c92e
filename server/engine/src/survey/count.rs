//! What one entry adds to a survey, and the sums.

use std::collections::{BTreeMap, HashMap};

use parking_lot::Mutex;
use tidelock_shared::name::FilePath;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::quota::Amount;
use tidelock_shared::strategy::EntryKind;

use super::{Findings, Question, STICKY, SurveyError};
use crate::copy::{belongs_to_file_system, is_privileged};
use crate::crew::Found;
use crate::fs::walk::unless_absent;
use crate::fs::{At, Errno, FileSystem, Folder, FsResult, HsmState, Object, Status};
use crate::planner::plan::{Loss, Tally};

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

/// Counts the entries of one item, whoever visits them.
pub(super) struct Count<'a> {
    fs: &'a dyn FileSystem,
    question: &'a Question<'a>,
    keeps: Option<Keeps>,
    top_path: FilePath,
    pub(super) top_tag: Option<ProjectTag>,
    device: u64,
    remakes_other_kinds: bool,
    sums: Mutex<Sums>,
}

#[derive(Default)]
struct Sums {
    counted: Counted,
    /// Of inodes with several names: how many were met, of how many.
    names: HashMap<u64, (u64, u64)>,
}

/// What one entry adds, and the sum of it.
#[derive(Default)]
struct Counted {
    tally: Tally,
    findings: Findings,
}

impl Sums {
    fn is_first_name(&mut self, inode: u64, links: u64) -> bool {
        let (met, _) = self.names.entry(inode).and_modify(|(met, _)| *met += 1).or_insert((1, links));
        *met == 1
    }
}

impl<'a> Count<'a> {
    pub(super) fn begin(
        fs: &'a dyn FileSystem,
        question: &'a Question<'a>,
        folder: &Folder,
        top: At<'_>,
        top_path: FilePath,
    ) -> FsResult<Self> {
        Ok(Self {
            fs,
            question,
            keeps: question.copied_to.map(|to| Keeps::of(fs, to)).transpose()?,
            top_path,
            top_tag: fs.tag(top.into())?,
            device: fs.status(top.into())?.device,
            remakes_other_kinds: fs.capabilities(folder)?.abilities.remakes_other_kinds,
            sums: Mutex::default(),
        })
    }

    /// Shows what was counted so far.
    pub(super) fn so_far<T>(&self, show: impl FnOnce(&Tally) -> T) -> T {
        show(&self.sums.lock().counted.tally)
    }

    pub(super) fn close(self) -> (Tally, Findings) {
        let Sums { counted: Counted { mut tally, findings }, names } = self.sums.into_inner();
        tally.hard_links_leaving = names.values().filter(|(met, links)| met < links).count() as u64;
        (tally, findings)
    }

    /// Counts one entry; answers whether to enter it.
    pub(super) fn entry(&self, found: &Found<'_>) -> Result<bool, SurveyError> {
        let mut one = Counted::default();
        let enters = self.count(found, &mut one)?;
        let sum = &mut self.sums.lock().counted;
        sum.tally.add(&one.tally);
        sum.findings.add(one.findings);
        Ok(enters)
    }

    fn count(&self, found: &Found<'_>, one: &mut Counted) -> Result<bool, SurveyError> {
        let status = found.status;
        let is_folder = status.kind == EntryKind::Folder;
        one.tally.entries = 1;
        if status.is_mount_point || status.device != self.device {
            one.findings.mount_point = Some(self.top_path.clone());
            return Ok(false);
        }
        if !found.is_top() && found.at.name.is_hidden_folder_of_a_move() {
            one.findings.hidden_folder = Some(self.path_of(found));
        }
        if is_folder || status.links < 2 || self.sums.lock().is_first_name(status.inode, status.links) {
            self.inode(found, one)?;
        }
        Ok(is_folder && self.is_readable(found, one)?)
    }

    fn path_of(&self, found: &Found<'_>) -> FilePath {
        found.below().into_iter().fold(self.top_path.clone(), |path, name| path.join(name))
    }

    fn inode(&self, found: &Found<'_>, one: &mut Counted) -> Result<(), SurveyError> {
        let status = found.status;
        let is_folder = status.kind == EntryKind::Folder;
        one.tally.amount += Amount { bytes: status.allocated, inodes: 1 };
        let caller = self.fs.caller();
        one.findings.foreign += u64::from(status.uid != caller.uid);
        match status.kind {
            EntryKind::File => {
                let on_disk = status.size.min(status.allocated.max(status.size.min(4096)));
                one.tally.content_bytes += if self.is_on_tape(found, one)? { status.size } else { on_disk };
            }
            EntryKind::Folder => {}
            EntryKind::CharacterDevice | EntryKind::BlockDevice => {
                one.findings.devices += 1;
                one.tally.other_kinds += 1;
            }
            EntryKind::SymbolicLink | EntryKind::Fifo => one.tally.other_kinds += 1,
            EntryKind::Socket => {
                one.findings.sockets += 1;
                one.tally.other_kinds += 1;
            }
        }
        self.remaking(found, one)?;
        if status.is_frozen {
            let path = self.path_of(found);
            one.findings.frozen.get_or_insert((path, 0)).1 += 1;
        }
        self.charge(found.at, is_folder, one)?;
        if self.keeps.is_some() {
            self.count_losses(found, one)?;
        }
        Ok(())
    }

    fn is_on_tape(&self, found: &Found<'_>, one: &mut Counted) -> FsResult<bool> {
        let state = self.fs.hsm_state(found.at)?;
        if state.is_released() {
            one.tally.released += 1;
            one.tally.released_bytes += found.status.size.saturating_sub(found.status.allocated);
        }
        if state == HsmState::Lost {
            let path = self.path_of(found);
            one.findings.lost.get_or_insert((path, 0)).1 += 1;
        }
        Ok(state.is_released())
    }

    /// Whether what may have to be made anew could be: by us, with its owner and attributes, and
    /// without parting it from its other names.
    fn remaking(&self, found: &Found<'_>, one: &mut Counted) -> Result<(), SurveyError> {
        let (fs, status) = (self.fs, found.status);
        let is_remade = !matches!(status.kind, EntryKind::File | EntryKind::Folder | EntryKind::Socket);
        if !self.remakes_other_kinds || !is_remade {
            return Ok(());
        }
        let is_device = matches!(status.kind, EntryKind::CharacterDevice | EntryKind::BlockDevice);
        let is_ours = fs.caller().is_root
            || !is_device
                && status.uid == fs.caller().uid
                && fs.is_in_group(status.gid)
                && !fs.xattr_names(found.at.into())?.iter().any(|name| is_privileged(name) && !belongs_to_file_system(name));
        one.findings.not_remakable += u64::from(status.links > 1 || !is_ours);
        Ok(())
    }

    fn charge(&self, at: At<'_>, is_folder: bool, one: &mut Counted) -> Result<(), SurveyError> {
        if self.top_tag.is_none() && self.question.destination_tag.is_none() {
            return Ok(());
        }
        // An unreadable file hides its tag on ext4 and XFS; the reading right is a finding of
        // its own where it matters.
        let tag = match self.fs.tag(at.into()) {
            Err(error) if matches!(error.errno, Errno::ACCESS | Errno::PERM) => {
                one.findings.untold += 1;
                None
            }
            answer => answer?,
        };
        let Some(tag) = tag else { return Ok(()) };
        let differs =
            |from: Option<ProjectTag>| from.is_some_and(|from| tag.id != from.id || (is_folder && tag.inherit != from.inherit));
        one.findings.charged_elsewhere += u64::from(differs(self.question.destination_tag));
        one.findings.drifted += u64::from(differs(self.top_tag));
        Ok(())
    }

    fn is_readable(&self, found: &Found<'_>, one: &mut Counted) -> Result<bool, SurveyError> {
        let opened = unless_absent(self.fs.open_folder(found.at));
        let readable = opened.and_then(|folder| folder.map(|folder| self.look_into(&folder, found.status, one)).transpose());
        match readable {
            Err(error) if matches!(error.errno, Errno::ACCESS | Errno::PERM) => {
                self.unreadable(found, one);
                Ok(false)
            }
            Err(error) => Err(error.into()),
            Ok(found) => Ok(found.is_some()),
        }
    }

    fn look_into(&self, folder: &Folder, status: &Status, one: &mut Counted) -> FsResult<()> {
        drop(self.fs.read_folder(folder)?);
        let caller = self.fs.caller();
        // In a sticky folder of somebody else only own entries may be renamed.
        let is_sticky = status.mode & STICKY != 0 && status.uid != caller.uid;
        let is_closed = !caller.is_root && (is_sticky || !self.fs.may_change(folder)?);
        one.findings.closed_folders += u64::from(is_closed);
        Ok(())
    }

    fn unreadable(&self, found: &Found<'_>, one: &mut Counted) {
        let path = self.path_of(found);
        one.findings.unreadable.get_or_insert((path, 0)).1 += 1;
    }

    /// What a copy of this inode would lack.
    fn count_losses(&self, found: &Found<'_>, one: &mut Counted) -> Result<(), SurveyError> {
        let (fs, status) = (self.fs, found.status);
        let caller = fs.caller();
        let Some(keeps) = &self.keeps else { return Ok(()) };
        let mut lost = BTreeMap::<Loss, u64>::new();
        let mut lose = |loss, is_lost: bool| *lost.entry(loss).or_default() += u64::from(is_lost);
        lose(Loss::Owner, !caller.is_root && status.uid != caller.uid);
        lose(Loss::Nanoseconds, !keeps.nanoseconds && (status.modified.nanoseconds, status.accessed.nanoseconds) != (0, 0));
        let object = Object::Entry(found.at);
        let names = fs.xattr_names(object)?;
        let mut own = names.iter().filter(|name| !belongs_to_file_system(name)).peekable();
        let has_privileged = own.clone().any(|name| is_privileged(name));
        lose(Loss::ExtendedAttributes, !keeps.xattrs && own.peek().is_some());
        lose(Loss::PrivilegedAttributes, keeps.xattrs && !caller.is_root && has_privileged);
        if status.kind == EntryKind::File && !caller.is_root && status.uid != caller.uid {
            match fs.open_file(found.at) {
                Err(error) if matches!(error.errno, Errno::ACCESS | Errno::PERM) => {
                    self.unreadable(found, one);
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
            *one.tally.losses.entry(loss).or_default() += count;
            if is_remade {
                *one.findings.losses_of_remade.entry(loss).or_default() += count;
            }
        }
        Ok(())
    }
}
