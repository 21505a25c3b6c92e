//! The site's mounts, limits and callers, and how a world is made and kept.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tidelock_shared::id::ProjectId;
use tidelock_shared::name::FilePath;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::quota::{Amount, Limits};
use tidelock_shared::strategy::{EntryKind, MountAbilities};

use super::content::Content;
use super::durability::Disk;
use super::faults::{Faults, Watch};
use super::names::number_of;
use super::random::Random;
use super::rules::Personality;
use super::store::Log;
use super::world::{Change, Domain, Inode, InodeNumber, MountIndex, State, put};
use crate::fs::{At, Capabilities, Errno, Folder, FsError, FsResult, Knowledge, Timestamp};

/// One simulated mount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteMount {
    pub path: FilePath,
    pub personality: Personality,
    /// Metadata servers; new folders near the top are spread over them.
    pub mdts: u16,
    /// Down to this many folders from the top (`max-inherit-rr` of the default layout of folders).
    #[serde(default = "spread_at_the_top")]
    pub spread_levels: usize,
    /// Who changes project IDs where the mount is a Lustre.
    #[serde(default)]
    pub retaggers: Retaggers,
    /// `mdt.*.enable_remote_rename`; without it a rename between MDTs is `EXDEV`.
    pub remote_rename: bool,
    /// The pools of object servers that a layout may name.
    #[serde(default)]
    pub pools: Vec<String>,
    /// Mounted without `user_xattr`.
    #[serde(default)]
    pub refuses_user_attributes: bool,
    /// How far its servers' clock is from that of the others; below zero it is behind.
    #[serde(default)]
    pub clock_ahead_seconds: i64,
    pub capacity: Amount,
}

impl SiteMount {
    /// A mount with the defaults of its release.
    pub fn new(path: FilePath, personality: Personality) -> Self {
        let mdts = if personality.is_lustre() { 2 } else { 1 };
        let capacity = Amount { bytes: 1 << 50, inodes: 1 << 32 };
        let retaggers = Retaggers::default();
        let (pools, refuses_user_attributes, spread_levels) = (Vec::new(), false, spread_at_the_top());
        let remote_rename = true;
        let clock_ahead_seconds = 0;
        Self {
            path,
            personality,
            mdts,
            spread_levels,
            retaggers,
            remote_rename,
            pools,
            refuses_user_attributes,
            clock_ahead_seconds,
            capacity,
        }
    }

    /// What it lets a caller do.
    pub(super) fn capabilities(&self, is_root: bool, gids: &[u32]) -> Capabilities {
        let is_lustre = self.personality.is_lustre();
        let may_retag = self.personality.may_retag(is_root, true, self.retaggers.include_owner(gids));
        Capabilities {
            kind: self.personality.name().to_owned(),
            abilities: MountAbilities { renames_between_mdts: self.remote_rename, ..self.personality.abilities(may_retag) },
            renames_without_replacing: !is_lustre,
            names_durability: self.personality.names_durability(),
            keeps_nanoseconds: !is_lustre,
            charges_settle_late: is_lustre,
            syncs_each_file: is_lustre,
            has_layouts: is_lustre,
            source: Knowledge::OfItsKind,
        }
    }
}

fn spread_at_the_top() -> usize {
    1
}

/// Who besides root may change project IDs: `mdt.*.enable_chprojid_gid` (recorded).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Retaggers {
    /// `0`.
    #[default]
    Nobody,
    /// `-1`.
    Owners,
    /// Any other number. Being in the group is not enough: the inode has to be one's own.
    OwnersInGroup(u32),
}

impl Retaggers {
    /// Whether somebody in these groups may retag what is his own.
    pub(super) fn include_owner(self, gids: &[u32]) -> bool {
        match self {
            Self::Nobody => false,
            Self::Owners => true,
            Self::OwnersInGroup(group) => gids.contains(&group),
        }
    }
}

/// What does not change by file-system calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    pub mounts: Vec<SiteMount>,
    pub limits: BTreeMap<MountIndex, BTreeMap<ProjectId, Limits>>,
}

/// How long simulated calls take; nothing by default.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    /// Of each call that changes a name or an attribute.
    pub change: Duration,
    /// Of each call that only looks.
    pub look: Duration,
    /// Of copying; 0 is instant.
    pub copied_bytes_per_second: u64,
    /// Copying inside the kernel works between mounts too, as it does between some. The demo
    /// wants it: invented content stays a pattern, where reading and writing makes it bytes.
    pub copies_between_mounts: bool,
    /// From the request to the content of a file on tape.
    pub restore: Duration,
}

/// A simulated site as one caller sees it. Clones share the world.
#[derive(Clone)]
pub struct Simulator {
    pub(super) world: Arc<World>,
    pub(super) uid: u32,
    pub(super) gids: Vec<u32>,
    pub(super) watch: Option<Arc<dyn Watch>>,
}

pub(super) struct World {
    pub(super) inner: Mutex<Inner>,
    pub(super) faults: Faults,
    pub(super) pace: Mutex<Pace>,
    now: Box<dyn Fn() -> Timestamp + Send + Sync>,
}

pub(super) struct Inner {
    pub(super) site: Site,
    pub(super) state: State,
    /// Created or changed by a client since their last sync: only these make `fsync` of a
    /// file reach the Lustre MDT (measured).
    pub(super) touched: BTreeSet<InodeNumber>,
    pub(super) next_inode: InodeNumber,
    /// Reads that would have blocked on tape.
    pub(super) blocked_reads: u64,
    kept: Kept,
}

/// Where the world is kept beside memory.
enum Kept {
    /// For power cuts in tests.
    Disk(Disk),
    /// For the demo, on the real disk.
    Log(Log),
}

/// Inode number of the top of the first mount; the others follow.
const FIRST_TOP: InodeNumber = 1;

impl Simulator {
    /// A new world in memory, seen as root. `now` gives the time of each change.
    pub fn in_memory(site: Site, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        let world = Self::with(site, Kept::Disk(Disk::default()), now);
        world.world.inner.lock().make_tops((world.world.now)());
        world.sync_everything();
        world
    }

    /// The world kept in a log at `path`, made with `site` if there is none yet. True if it
    /// was made just now and is still empty.
    ///
    /// # Errors
    /// If the log cannot be read, written or understood.
    pub fn kept_at(path: &Path, site: Site, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> std::io::Result<(Self, bool)> {
        let (mut log, recorded) = Log::open(path)?;
        if let Some((site, changes)) = recorded {
            let simulator = Self::with(site, Kept::Log(log), now);
            let mut inner = simulator.world.inner.lock();
            for change in &changes {
                inner.state.apply(change);
            }
            inner.next_inode = inner.state.inodes.keys().next_back().map_or(FIRST_TOP, |last| last + 1);
            drop(inner);
            return Ok((simulator, false));
        }
        log.start(&site)?;
        let simulator = Self::with(site, Kept::Log(log), now);
        simulator.world.inner.lock().make_tops((simulator.world.now)());
        Ok((simulator, true))
    }

    fn with(site: Site, kept: Kept, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        let inner =
            Inner { site, state: State::default(), touched: BTreeSet::new(), next_inode: FIRST_TOP, blocked_reads: 0, kept };
        let world = World { inner: Mutex::new(inner), faults: Faults::default(), pace: Mutex::default(), now: Box::new(now) };
        Self { world: Arc::new(world), uid: 0, gids: vec![0], watch: None }
    }

    /// The same world as another user sees it.
    #[must_use]
    pub fn seen_by(&self, uid: u32, gids: &[u32]) -> Self {
        Self { world: self.world.clone(), uid, gids: gids.to_vec(), watch: None }
    }

    /// The same caller, with somebody who is asked before each of its calls.
    #[must_use]
    pub fn watched_by(&self, watch: Arc<dyn Watch>) -> Self {
        Self { watch: Some(watch), ..self.clone() }
    }

    pub fn faults(&self) -> &Faults {
        &self.world.faults
    }

    pub fn set_pace(&self, pace: Pace) {
        *self.world.pace.lock() = pace;
    }

    /// Reads of released files: on a real mount each would have blocked, unkillably.
    pub fn blocked_reads(&self) -> u64 {
        self.world.inner.lock().blocked_reads
    }

    /// Sets a project's limits on the mount at `position` of the site.
    pub fn set_limits(&self, position: MountIndex, project: ProjectId, limits: Limits) {
        self.world.inner.lock().site.limits.entry(position).or_default().insert(project, limits);
    }

    /// The pools that layouts may name on the mount at `position` of the site.
    pub fn set_pools(&self, position: MountIndex, pools: &[&str]) {
        let mut inner = self.world.inner.lock();
        inner.site.mounts[usize::from(position)].pools = pools.iter().map(|pool| (*pool).to_owned()).collect();
    }

    /// From now on the mount at `position` of the site is one without `user_xattr`.
    pub fn refuse_user_attributes(&self, position: MountIndex) {
        self.world.inner.lock().site.mounts[usize::from(position)].refuses_user_attributes = true;
    }

    pub fn usage(&self, position: MountIndex, project: ProjectId) -> Amount {
        self.world.inner.lock().state.usage(position, project)
    }

    /// The project that an inode is charged to, also where no call would tell.
    pub fn charged_to(&self, inode: u64) -> ProjectId {
        self.world.inner.lock().state.inodes.get(&inode).map(|inode| inode.tag.id).unwrap_or_default()
    }

    /// Gives a file `size` bytes of an invented content, at no cost.
    pub fn fill(&self, at: At<'_>, seed: u64, size: u64) -> FsResult<()> {
        let mut inner = self.world.inner.lock();
        let number = inner.find("fill", at)?;
        inner.commit(&[(Domain::Data(number), Change::Fill(number, Arc::new(Content::pattern(seed, size))))])
    }

    /// What a file holds, on disk or on tape.
    pub fn content(&self, inode: u64) -> Vec<u8> {
        let inner = self.world.inner.lock();
        let Some(content) = inner.state.contents.get(&inode) else { return Vec::new() };
        let mut bytes = vec![0; usize::try_from(content.size).unwrap_or(0)];
        content.read(0, &mut bytes);
        bytes
    }

    /// Leaves a file's content on tape only.
    pub fn release(&self, at: At<'_>) -> FsResult<()> {
        let mut inner = self.world.inner.lock();
        let number = inner.find("release", at)?;
        let mut inode = inner.inode("release", number)?.clone();
        inode.is_released = true;
        inner.commit(&[put(number, inode)])
    }

    /// Spreads the names of an empty folder over these MDTs.
    pub fn stripe(&self, folder: &Folder, mdts: &[u16]) -> FsResult<()> {
        let mut inner = self.world.inner.lock();
        let number = number_of(&folder.0);
        let inode = Inode { stripes: mdts.to_vec(), ..inner.inode("stripe", number)?.clone() };
        inner.commit(&[put(number, inode)])
    }

    /// Everything so far is durable.
    pub fn sync_everything(&self) {
        match &mut self.world.inner.lock().kept {
            Kept::Disk(disk) => disk.sync_all(),
            Kept::Log(log) => log.sync(),
        }
    }

    /// The machines lose power and come back: what was not synced may be gone.
    pub fn cut_power(&self, seed: u64) {
        let mut inner = self.world.inner.lock();
        let tops: Vec<InodeNumber> = (FIRST_TOP..).take(inner.site.mounts.len()).collect();
        if let Kept::Disk(disk) = &mut inner.kept {
            inner.state = disk.cut_power(&mut Random::seeded(seed), &tops);
        }
        inner.touched.clear();
    }

    pub(super) fn now(&self, mount: &SiteMount) -> Timestamp {
        let now = (self.world.now)();
        let now = Timestamp { seconds: now.seconds + mount.clock_ahead_seconds, ..now };
        if mount.personality.is_lustre() { Timestamp { nanoseconds: 0, ..now } } else { now }
    }
}

impl Inner {
    fn make_tops(&mut self, now: Timestamp) {
        for mount in 0..self.site.mounts.len() {
            let mount = MountIndex::try_from(mount).unwrap_or(MountIndex::MAX);
            let number = self.next_inode;
            self.next_inode += 1;
            let inode = Inode {
                mount,
                mdt: 0,
                kind: EntryKind::Folder,
                uid: 0,
                gid: 0,
                mode: 0o755,
                accessed: now,
                modified: now,
                changed: now,
                tag: ProjectTag::default(),
                links: 2,
                flags: 0,
                special_device: 0,
                xattrs: BTreeMap::new(),
                points_to: Vec::new(),
                is_released: false,
                restore_asked: None,
                parent: number,
                stripes: Vec::new(),
            };
            // Nothing but the log can refuse, and then the first real call reports it.
            let _ = self.commit(&[put(number, inode)]);
        }
    }

    /// The top of the mount that a path lies on, and the names below it.
    pub(super) fn mount_of<'p>(&self, path: &'p FilePath) -> Option<(InodeNumber, &'p [tidelock_shared::name::FileName])> {
        let below = |(top, mount): (InodeNumber, &SiteMount)| Some((top, path.names_below(&mount.path)?));
        (FIRST_TOP..).zip(&self.site.mounts).filter_map(below).min_by_key(|(_, names)| names.len())
    }

    pub(super) fn inode(&self, call: &'static str, number: InodeNumber) -> FsResult<&Inode> {
        self.state.inodes.get(&number).ok_or_else(|| FsError::new(call, b"", Errno::STALE))
    }

    pub(super) fn mount(&self, inode: &Inode) -> &SiteMount {
        &self.site.mounts[usize::from(inode.mount)]
    }

    pub(super) fn personality(&self, inode: &Inode) -> Personality {
        self.mount(inode).personality
    }

    pub(super) fn commit(&mut self, changes: &[(Domain, Change)]) -> FsResult<()> {
        for (_, change) in changes {
            self.state.apply(change);
            if let Change::Put(number, _) = change {
                self.touched.insert(*number);
            }
        }
        match &mut self.kept {
            Kept::Disk(disk) => disk.record(changes),
            Kept::Log(log) => log.append(changes).map_err(|_| FsError::new("write of the simulated world", b"", Errno::IO))?,
        }
        Ok(())
    }

    pub(super) fn sync_names(&mut self, mount: MountIndex, mdt: u16) {
        match &mut self.kept {
            Kept::Disk(disk) => disk.sync_names(mount, mdt),
            Kept::Log(log) => log.sync(),
        }
    }

    pub(super) fn sync_names_up_to(&mut self, mount: MountIndex, mdt: u16, inode: InodeNumber) {
        match &mut self.kept {
            Kept::Disk(disk) => disk.sync_names_up_to(mount, mdt, inode),
            Kept::Log(log) => log.sync(),
        }
    }

    pub(super) fn sync_data(&mut self, inode: InodeNumber) {
        match &mut self.kept {
            Kept::Disk(disk) => disk.sync_data(inode),
            Kept::Log(log) => log.sync(),
        }
    }

    pub(super) fn sync_mount(&mut self, mount: MountIndex) {
        if let Kept::Log(log) = &mut self.kept {
            // One sync of the log makes everything durable.
            return log.sync();
        }
        let inodes: Vec<InodeNumber> =
            self.state.inodes.iter().filter(|(_, inode)| inode.mount == mount).map(|(number, _)| *number).collect();
        self.sync_names(mount, 0);
        for inode in inodes {
            self.sync_data(inode);
        }
    }
}
