//! Copying a tree, or what differs in one, by several hands.
//!
//! A job is some of a folder's entries; a folder found on the way is a job of its own. A folder
//! gets its attributes when the last of its entries is there: adding one would change the times
//! just restored. Only the folders on the hands' ways down are open, so memory does not grow
//! with the tree, but for the inodes with several names.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use parking_lot::Mutex;
use tidelock_shared::name::FileName;
use tidelock_shared::strategy::EntryKind;

use super::content::{Content, LARGE_BYTES, has_same_bytes};
use super::differences::Differences;
use super::finishing::Finishing;
use super::layouts::{self, Usual, keep_layout};
use super::links::{Claim, Links, Place};
use super::metadata::{copy_metadata, forget_inherited};
use crate::crew::{Alone, Crew, Foreman, Hand, Interrupted, names_of_a_job, work_off};
use crate::fs::walk::{look, remove_tree, unless_absent};
use crate::fs::{At, Capabilities, FileSystem, Folder, FolderStream, FsError, FsResult, Object, Status};
use crate::planner::plan::Loss;

/// Why a copy stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CopyError {
    #[error("cancelled")]
    Cancelled,
    #[error("a file's content is on tape only")]
    Released,
    #[error("something is mounted inside the tree")]
    MountPoint,
    #[error(transparent)]
    FileSystem(#[from] FsError),
}

impl From<Interrupted> for CopyError {
    fn from(_: Interrupted) -> Self {
        Self::Cancelled
    }
}

pub(crate) type CopyResult<T> = Result<T, CopyError>;

type Worker<'a, 'f> = Hand<'a, 'f, Job, CopyError>;

/// So many names of a folder are kept in memory to compare it with its copy.
const NAMES_REMEMBERED: usize = 10_000;
/// The mode of everything that is not finished: nobody else gets in.
const STAGED_FOLDER_MODE: u32 = 0o700;
const STAGED_FILE_MODE: u32 = 0o600;

/// Copies entries of one tree.
pub(crate) struct Copier<'a> {
    fs: &'a dyn FileSystem,
    losses: &'a BTreeSet<Loss>,
    /// `fsync` for each file before it is closed; else one sync of the whole file system follows.
    syncs_each_file: bool,
    /// The copy's files have a layout each.
    has_layouts: bool,
    /// What is there already and does not differ stays. None where nothing can be there.
    differences: Option<Differences<'a>>,
    finishing: Finishing,
    links: Mutex<Links<Job>>,
    /// Buffers that nobody uses now.
    buffers: Mutex<Vec<Vec<u8>>>,
    /// Copies may share the blocks of their originals.
    shares: AtomicBool,
    has_changed: AtomicBool,
}

/// A folder of the source and its copy.
struct Pair {
    source: Folder,
    copy: Folder,
    /// None for the top, whose attributes are another one's affair.
    above: Option<Above>,
    /// Nothing can be in the copy yet.
    is_new: bool,
    usual_layout: Usual,
    /// The copy's attributes are not the source's (any more).
    differs: AtomicBool,
    /// Jobs and folders below that are not done; the last one gives the copy its attributes.
    open: AtomicUsize,
}

struct Above {
    pair: Arc<Pair>,
    name: FileName,
    /// The source's, as it was before anything of it was copied.
    status: Status,
}

enum Job {
    /// All that the stream still has.
    Entries(Arc<Pair>, FolderStream),
    Folder(Box<Above>),
    /// A large file, or one of an inode's several names after the first is there.
    Entry(Arc<Pair>, FileName),
}

impl Pair {
    /// One more job is open here.
    fn held(self: &Arc<Self>) -> Arc<Self> {
        self.open.fetch_add(1, Ordering::Relaxed);
        self.clone()
    }

    /// Where `name` in this folder is, from the copy's top.
    fn place_of(&self, name: &FileName) -> Place {
        let mut folders = Vec::new();
        let mut next = &self.above;
        while let Some(above) = next {
            folders.push(above.name.clone());
            next = &above.pair.above;
        }
        folders.reverse();
        Place { folders, name: name.clone() }
    }
}

impl<'a> Copier<'a> {
    /// `begun` is the copy's clock in seconds before the first file is made.
    pub(crate) fn new(
        fs: &'a dyn FileSystem,
        losses: &'a BTreeSet<Loss>,
        capabilities: &Capabilities,
        differences: Option<Differences<'a>>,
        begun: i64,
    ) -> Self {
        Self {
            fs,
            losses,
            syncs_each_file: capabilities.syncs_each_file,
            has_layouts: capabilities.has_layouts,
            differences,
            finishing: Finishing::since(begun),
            links: Mutex::new(Links::none()),
            buffers: Mutex::default(),
            shares: AtomicBool::new(true),
            has_changed: AtomicBool::new(false),
        }
    }

    /// Copies what is in `source` into `copy`, and nothing of the two folders themselves. Answers
    /// whether anything had to be.
    pub(crate) fn copy_content_of(
        &self,
        crew: &dyn Crew,
        source: Folder,
        copy: Folder,
        foreman: &mut Foreman<'_, CopyError>,
    ) -> CopyResult<bool> {
        let top = Arc::new(Self::pair(source, copy, self.differences.is_none()));
        let first = self.entries_of(&top)?;
        work_off(crew, first, &|hand, job| self.perform(hand, job, &top.copy), foreman)?;
        Ok(self.has_changed.load(Ordering::Relaxed))
    }

    /// Copies a single entry that is not a folder.
    pub(crate) fn copy_single(
        &self,
        source: At<'_>,
        status: &Status,
        copy: At<'_>,
        foreman: &mut Foreman<'_, CopyError>,
    ) -> CopyResult<bool> {
        // With nobody to help, the job is done here and now.
        let usual = Usual::default();
        let whole = |hand: &mut Hand<'_, '_, (), CopyError>, ()| {
            // What is no folder is staged among others' names: a folder there is theirs.
            if self.is_to_be_made(hand, source, status, copy, None, |fs, at| unless_absent(fs.unlink(at)).map(drop))? {
                self.copy_inode(hand, source, status, copy, &usual)?;
            }
            Ok(())
        };
        work_off(&Alone, (), &whole, foreman)?;
        if !self.has_changed.load(Ordering::Relaxed) {
            return Ok(false);
        }
        if status.kind != EntryKind::SymbolicLink {
            // It is made in the destination folder itself, which may pass something on.
            forget_inherited(self.fs, copy.into(), &self.fs.xattr_names(source.into())?)?;
        }
        Ok(true)
    }

    /// The copy's clock was read just now: what was finished in the copy before the answer is whole,
    /// and is on stable storage after a sync of everything written so far.
    pub(crate) fn settled_before(&self, seconds: i64) -> i64 {
        self.finishing.settled_before(seconds)
    }

    fn perform(&self, hand: &mut Worker<'_, '_>, job: Job, top: &Folder) -> CopyResult<()> {
        match job {
            Job::Entries(pair, mut stream) => {
                let (names, may_be_more) = names_of_a_job(&mut stream)?;
                if may_be_more {
                    hand.put(Job::Entries(pair.held(), stream));
                }
                names.into_iter().try_for_each(|name| self.entry(hand, &pair, &name, top, true))?;
                self.leave(hand, pair)
            }
            Job::Folder(above) => self.folder(hand, *above),
            Job::Entry(pair, name) => {
                self.entry(hand, &pair, &name, top, false)?;
                self.leave(hand, pair)
            }
        }
    }

    /// Copies an entry, or leaves it to whoever has time: `is_one_of_many` others are not to wait for a large file.
    fn entry(
        &self,
        hand: &mut Worker<'_, '_>,
        pair: &Arc<Pair>,
        name: &FileName,
        top: &Folder,
        is_one_of_many: bool,
    ) -> CopyResult<()> {
        let (from, to) = (pair.source.at(name), pair.copy.at(name));
        let Some(status) = look(self.fs, from)? else { return Ok(()) };
        if status.is_mount_point {
            return Err(CopyError::MountPoint);
        }
        if status.kind == EntryKind::Folder {
            hand.put(Job::Folder(Box::new(Above { pair: pair.held(), name: name.clone(), status })));
            return Ok(());
        }
        if is_one_of_many && pair.is_new && status.kind == EntryKind::File && status.size >= LARGE_BYTES {
            hand.put(Job::Entry(pair.held(), name.clone()));
            return Ok(());
        }
        if status.links < 2 {
            return self.bring(hand, pair, from, &status, to, None);
        }
        let claim = self.links.lock().claim(status.inode, || Job::Entry(pair.held(), name.clone()));
        match claim {
            Claim::Later => Ok(()),
            Claim::LinkTo(place) => {
                self.with_first_copy(top, &place, |first| self.bring(hand, pair, from, &status, to, Some(first)))
            }
            Claim::First => {
                self.bring(hand, pair, from, &status, to, None)?;
                let waited = self.links.lock().settle(status.inode, pair.place_of(name));
                waited.into_iter().for_each(|job| hand.put(job));
                Ok(())
            }
        }
    }

    /// Makes one name of the copy what it is to be, if it is not: a copy, or a link to the first one.
    fn bring(
        &self,
        hand: &mut Worker<'_, '_>,
        pair: &Pair,
        from: At<'_>,
        status: &Status,
        to: At<'_>,
        first: Option<At<'_>>,
    ) -> CopyResult<()> {
        if !pair.is_new {
            if !self.is_to_be_made(hand, from, status, to, first, remove_tree)? {
                return Ok(());
            }
            pair.differs.store(true, Ordering::Relaxed);
        }
        match first {
            Some(first) => {
                self.fs.link(first, to)?;
                self.has_changed.store(true, Ordering::Relaxed);
                hand.count(1, 0)
            }
            None => self.copy_inode(hand, from, status, to, &pair.usual_layout),
        }
    }

    /// Whether an entry is missing; one that differs has been removed.
    fn is_to_be_made<J>(
        &self,
        hand: &mut Hand<'_, '_, J, CopyError>,
        from: At<'_>,
        status: &Status,
        to: At<'_>,
        first: Option<At<'_>>,
        remove: fn(&dyn FileSystem, At<'_>) -> FsResult<()>,
    ) -> CopyResult<bool> {
        let Some(differences) = &self.differences else { return Ok(true) };
        let Some(copied) = look(self.fs, to)? else { return Ok(true) };
        let is_linked = |first: At<'_>| Ok::<_, FsError>(self.fs.status(first.into())?.inode == copied.inode);
        let differs = differences.differs(status, &copied) || differences.has_another_version(self.fs, from, status)?;
        let is_same = !differs && first.map_or(Ok(true), is_linked)?;
        if is_same && (!differences.compares_content || first.is_some() || self.has_same_content(hand, from, status, to)?) {
            return Ok(false);
        }
        remove(self.fs, to)?;
        Ok(true)
    }

    fn has_same_content<J>(
        &self,
        hand: &mut Hand<'_, '_, J, CopyError>,
        from: At<'_>,
        status: &Status,
        to: At<'_>,
    ) -> CopyResult<bool> {
        match status.kind {
            EntryKind::File if self.fs.hsm_state(from)?.is_released() => Err(CopyError::Released),
            EntryKind::File => {
                let (one, other) = (self.fs.open_file(from)?, self.fs.open_file(to)?);
                // What a disk was given may still be in memory as it was.
                self.fs.forget_cached(&one)?;
                self.fs.forget_cached(&other)?;
                has_same_bytes(self.fs, &one, &other, status.size, &mut || hand.count(0, 0))
            }
            EntryKind::SymbolicLink => Ok(self.fs.read_link(from)? == self.fs.read_link(to)?),
            _ => Ok(true),
        }
    }

    /// Runs `use_it` on an inode's first copy.
    fn with_first_copy<T>(&self, top: &Folder, place: &Place, use_it: impl FnOnce(At<'_>) -> CopyResult<T>) -> CopyResult<T> {
        let mut folder = None;
        for name in &place.folders {
            folder = Some(self.fs.open_folder(folder.as_ref().unwrap_or(top).at(name))?);
        }
        use_it(folder.as_ref().unwrap_or(top).at(&place.name))
    }

    fn folder(&self, hand: &mut Worker<'_, '_>, above: Above) -> CopyResult<()> {
        let (from, to) = (above.pair.source.at(&above.name), above.pair.copy.at(&above.name));
        let mut copied = if above.pair.is_new { None } else { look(self.fs, to)? };
        if copied.is_some() && self.may_be_another(&above)? {
            remove_tree(self.fs, to)?;
            copied = None;
        }
        let differs = match (&copied, &self.differences) {
            (Some(copied), Some(differences)) if copied.kind == EntryKind::Folder => differences.differs(&above.status, copied),
            (None, _) => true,
            (Some(_), _) => {
                remove_tree(self.fs, to)?;
                true
            }
        };
        let is_new = copied.is_none_or(|copied| copied.kind != EntryKind::Folder);
        if is_new {
            self.fs.create_folder(to, STAGED_FOLDER_MODE)?;
            above.pair.differs.store(true, Ordering::Relaxed);
        }
        let pair = Self::pair(self.fs.open_folder(from)?, self.fs.open_folder(to)?, is_new);
        if is_new {
            keep_layout(self.fs, &pair.source, &pair.copy, self.losses)?;
        }
        let pair = Pair { above: Some(above), differs: AtomicBool::new(differs), ..pair };
        hand.put(self.entries_of(&Arc::new(pair))?);
        Ok(())
    }

    /// Whether somebody may have given the name to another folder since the copy began. What is in that may
    /// look the same and be older than the copy; but such a rename changes the folder and the one above.
    fn may_be_another(&self, folder: &Above) -> CopyResult<bool> {
        let Some(differences) = &self.differences else { return Ok(false) };
        // The one above is asked last: whoever had renamed before the folder was looked at is seen there.
        Ok(differences.is_changed_since(&folder.status)
            && differences.is_changed_since(&self.fs.status((&folder.pair.source).into())?))
    }

    fn pair(source: Folder, copy: Folder, is_new: bool) -> Pair {
        Pair {
            source,
            copy,
            above: None,
            is_new,
            usual_layout: Usual::default(),
            differs: AtomicBool::new(is_new),
            open: AtomicUsize::new(0),
        }
    }

    /// The job that a folder begins with; what its source has no more is gone from the copy.
    fn entries_of(&self, pair: &Arc<Pair>) -> CopyResult<Job> {
        if !pair.is_new && self.remove_what_is_gone(&pair.source, &pair.copy)? {
            pair.differs.store(true, Ordering::Relaxed);
            self.has_changed.store(true, Ordering::Relaxed);
        }
        Ok(Job::Entries(pair.held(), self.fs.read_folder(&pair.source)?))
    }

    fn remove_what_is_gone(&self, source: &Folder, copy: &Folder) -> CopyResult<bool> {
        // Mostly all are there, and to list them costs far less than to look at each.
        let listed = self.fs.read_folder(source)?.take(NAMES_REMEMBERED);
        let there = listed.map(|entry| Ok(entry?.name)).collect::<Result<HashSet<FileName>, FsError>>()?;
        let mut is_any = false;
        for entry in self.fs.read_folder(copy)? {
            let name = entry?.name;
            if !there.contains(&name) && look(self.fs, source.at(&name))?.is_none() {
                remove_tree(self.fs, copy.at(&name))?;
                is_any = true;
            }
        }
        Ok(is_any)
    }

    /// One job of a folder is done. After the last one the folder is, and with it one of the folder above.
    fn leave(&self, hand: &mut Worker<'_, '_>, pair: Arc<Pair>) -> CopyResult<()> {
        let mut pair = pair;
        while pair.open.fetch_sub(1, Ordering::AcqRel) == 1 {
            let Some(above) = &pair.above else { return Ok(()) };
            if pair.differs.load(Ordering::Relaxed) {
                let _section = self.finishing.begin();
                copy_metadata(self.fs, Object::Folder(&pair.source), &above.status, Object::Folder(&pair.copy), self.losses)?;
                self.has_changed.store(true, Ordering::Relaxed);
            }
            if pair.is_new {
                hand.count(1, 0)?;
            }
            pair = above.pair.clone();
        }
        Ok(())
    }

    /// Copies everything but a folder to a new name.
    fn copy_inode<J>(
        &self,
        hand: &mut Hand<'_, '_, J, CopyError>,
        source: At<'_>,
        status: &Status,
        copy: At<'_>,
        usual: &Usual,
    ) -> CopyResult<()> {
        self.has_changed.store(true, Ordering::Relaxed);
        match status.kind {
            EntryKind::Folder => return Err(FsError::new("copy", source.name.as_bytes(), crate::fs::Errno::ISDIR).into()),
            EntryKind::File => self.copy_file(hand, source, status, copy, usual)?,
            EntryKind::SymbolicLink => {
                let points_to = self.fs.read_link(source)?;
                let _section = self.finishing.begin();
                self.fs.create_symbolic_link(copy, &points_to)?;
                copy_metadata(self.fs, source.into(), status, copy.into(), self.losses)?;
            }
            EntryKind::Fifo | EntryKind::Socket | EntryKind::CharacterDevice | EntryKind::BlockDevice => {
                let _section = self.finishing.begin();
                self.fs.create_special(copy, status.kind, STAGED_FILE_MODE, status.special_device)?;
                copy_metadata(self.fs, source.into(), status, copy.into(), self.losses)?;
            }
        }
        hand.count(1, 0)
    }

    fn copy_file<J>(
        &self,
        hand: &mut Hand<'_, '_, J, CopyError>,
        source: At<'_>,
        status: &Status,
        copy: At<'_>,
        usual: &Usual,
    ) -> CopyResult<()> {
        // Asked before any read: a read of a released file would block, unkillably.
        if self.fs.hsm_state(source)?.is_released() {
            return Err(CopyError::Released);
        }
        let from = self.fs.open_file(source)?;
        if let Some(versions) = self.differences.as_ref().and_then(|differences| differences.versions) {
            versions.remember(self.fs, status.inode, &from)?;
        }
        let to = match self.has_layouts {
            true => layouts::create_file(self.fs, &from, copy, STAGED_FILE_MODE, usual, self.losses)?,
            false => self.fs.create_file(copy, STAGED_FILE_MODE)?,
        };
        let mut buffer = self.buffers.lock().pop().unwrap_or_default();
        let may_go_past_cache = !self.syncs_each_file;
        let (fs, shares) = (self.fs, &self.shares);
        let content = Content { fs, source: &from, copy: &to, may_go_past_cache, shares, buffer: &mut buffer };
        content.copy(status, &mut |bytes| hand.count(0, bytes))?;
        self.buffers.lock().push(buffer);
        let _section = self.finishing.begin();
        copy_metadata(self.fs, Object::File(&from), status, Object::File(&to), self.losses)?;
        if self.syncs_each_file {
            self.fs.sync_file(&to)?;
        }
        Ok(())
    }
}
