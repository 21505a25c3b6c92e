//! What one entry adds to a survey, and the sums.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use parking_lot::Mutex;
use tidelock_shared::name::FilePath;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::quota::Amount;
use tidelock_shared::strategy::EntryKind;

use super::{Findings, Question, STICKY, SurveyError};
use crate::copy::{belongs_to_file_system, is_privileged, is_refusal};
use crate::crew::Found;
use crate::fs::layout::{self, Layout};
use crate::fs::probe;
use crate::fs::walk::unless_absent;
use crate::fs::{At, Caller, Errno, FileSystem, Folder, FsResult, HsmState, Object, Status};
use crate::planner::plan::{Loss, Tally};
use crate::recovery::barrier_of;

/// So many inodes with names outside are told one by one.
const SHARED_TOLD: usize = 1000;

/// So many different layouts are tried.
const LAYOUTS_TRIED: usize = 64;

/// What a copy in the destination can carry.
struct Keeps<'a> {
    user_attributes: bool,
    access_lists: bool,
    flags: bool,
    nanoseconds: bool,
    /// Where layouts can be tried; none where files have none.
    layouts: Option<&'a Folder>,
    /// How the destination has new folders spread, which hand it down.
    default_stripes: Option<Vec<u8>>,
    /// Which were tried.
    tried: Mutex<BTreeMap<(EntryKind, Layout), bool>>,
}

impl<'a> Keeps<'a> {
    fn of(fs: &dyn FileSystem, to: &'a Folder) -> FsResult<Self> {
        let capabilities = fs.capabilities(to)?;
        let flags = fs.tag(to.into())?.is_some();
        let takes = |name: &[u8]| !matches!(fs.xattr(to.into(), name), Err(error) if error.errno == Errno::OPNOTSUPP);
        let (user_attributes, access_lists) = (takes(b"user.tidelock"), takes(b"system.posix_acl_access"));
        let layouts = capabilities.has_layouts.then_some(to);
        let nanoseconds = capabilities.keeps_nanoseconds;
        let default_stripes = fs.default_stripes(to)?;
        Ok(Self { user_attributes, access_lists, flags, nanoseconds, layouts, default_stripes, tried: Mutex::default() })
    }

    fn every_attribute(&self) -> bool {
        self.user_attributes && self.access_lists
    }

    /// Mounts take or refuse each kind by itself: a Lustre mostly access lists alone.
    fn attribute(&self, name: &[u8]) -> bool {
        match name {
            name if name.starts_with(b"user.") => self.user_attributes,
            name if name.starts_with(b"system.") => self.access_lists,
            _ => self.user_attributes || self.access_lists,
        }
    }

    /// Whether a copy can have the layout of this file or folder, which is tried in a hidden folder, once
    /// for each layout.
    fn layout(&self, fs: &dyn FileSystem, at: At<'_>, kind: EntryKind) -> FsResult<bool> {
        let Some(to) = self.layouts else { return Ok(true) };
        let layout = match kind {
            EntryKind::File => layout::of_file(fs, at.into()),
            EntryKind::Folder => layout::of_folder(fs, at.into()),
            _ => return Ok(true),
        };
        let layout = match layout {
            Ok(Some(layout)) => (kind, layout),
            Ok(None) => return Ok(true),
            Err(error) if is_refusal(&error) => return Ok(false),
            Err(error) => return Err(error),
        };
        let mut tried = self.tried.lock();
        if let Some(known) = tried.get(&layout) {
            return Ok(*known);
        }
        // A tree with more layouts than that is taken to be kept.
        let is_tried = tried.len() < LAYOUTS_TRIED && fs.may_change(to)?;
        let try_it = |scratch: &Folder| probe::takes_layout(fs, scratch, kind, &layout.1);
        let answer = if is_tried { probe::in_scratch(fs, to, try_it)? } else { None };
        let keeps = !matches!(answer, Some(Err(error)) if is_refusal(&error));
        tried.insert(layout, keeps);
        Ok(keeps)
    }
}

/// Counts the entries of one item, whoever visits them.
pub(super) struct Count<'a> {
    fs: &'a dyn FileSystem,
    caller: Caller,
    question: &'a Question<'a>,
    keeps: Option<Keeps<'a>>,
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
            caller: fs.caller(),
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

    pub(super) fn close(self) -> (Tally, Findings, BTreeSet<u64>) {
        let Sums { counted: Counted { mut tally, findings }, names } = self.sums.into_inner();
        let shared: BTreeSet<u64> = names.iter().filter(|(_, (met, links))| met < links).map(|(inode, _)| *inode).collect();
        tally.hard_links_leaving = shared.len() as u64;
        // The lowest, so that those of two trees are the same ones.
        (tally, findings, shared.into_iter().take(SHARED_TOLD).collect())
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
        // A power cut brings back files of barriers, whose moves have long ended.
        let is_barrier = status.kind == EntryKind::File && barrier_of(found.at.name).is_some();
        if !found.is_top() && found.at.name.is_hidden_folder_of_a_move() && !is_barrier {
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
        one.findings.foreign += u64::from(status.uid != self.caller.uid);
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
        let is_ours = self.caller.is_root
            || !is_device
                && status.uid == self.caller.uid
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
        let caller = self.caller;
        // In a sticky folder of somebody else only own entries may be renamed.
        let is_sticky = status.mode & STICKY != 0 && status.uid != caller.uid;
        let is_closed = !caller.is_root && (is_sticky || !self.fs.may_change(folder)?);
        one.findings.closed_folders += u64::from(is_closed);
        if let Some(keeps) = &self.keeps {
            one.findings.striped += u64::from(!self.fs.stripes(folder)?.is_empty());
            let own = self.fs.default_stripes(folder)?;
            one.findings.own_default_stripes += u64::from(own.is_some() && own != keeps.default_stripes);
        }
        Ok(())
    }

    fn unreadable(&self, found: &Found<'_>, one: &mut Counted) {
        let path = self.path_of(found);
        one.findings.unreadable.get_or_insert((path, 0)).1 += 1;
    }

    /// What a copy of this inode would lack.
    fn count_losses(&self, found: &Found<'_>, one: &mut Counted) -> Result<(), SurveyError> {
        let (fs, status) = (self.fs, found.status);
        let caller = self.caller;
        let Some(keeps) = &self.keeps else { return Ok(()) };
        let mut lost = BTreeSet::new();
        let mut lose = |loss, is_lost: bool| {
            if is_lost {
                lost.insert(loss);
            }
        };
        // Whoever is not in a group cannot give it, not even to what is his own: a setgid folder had given it.
        lose(Loss::Owner, !caller.is_root && (status.uid != caller.uid || !fs.is_in_group(status.gid)));
        lose(Loss::Nanoseconds, !keeps.nanoseconds && (status.modified.nanoseconds, status.accessed.nanoseconds) != (0, 0));
        let object = Object::Entry(found.at);
        // Where every attribute is kept, nobody needs to know which there are.
        let names = if caller.is_root && keeps.every_attribute() { Vec::new() } else { fs.xattr_names(object)? };
        let mut own = names.iter().filter(|name| !belongs_to_file_system(name));
        let may_not_give = |name: &Vec<u8>| !caller.is_root && is_privileged(name) && keeps.attribute(name);
        lose(Loss::PrivilegedAttributes, own.clone().any(may_not_give));
        lose(Loss::ExtendedAttributes, own.any(|name| !keeps.attribute(name)));
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
        lose(Loss::Layout, !keeps.layout(fs, found.at, status.kind)?);
        let is_remade = matches!(status.kind, EntryKind::Folder | EntryKind::SymbolicLink);
        for loss in lost {
            *one.tally.losses.entry(loss).or_default() += 1;
            if is_remade {
                *one.findings.losses_of_remade.entry(loss).or_default() += 1;
            }
        }
        Ok(())
    }
}
