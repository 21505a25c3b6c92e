//! A small site for tests: two projects on one mount, a tree with every kind of entry, an
//! engine that can be stopped anywhere and started again on what is left.

#![allow(dead_code, unreachable_pub, reason = "each test file is a crate of its own and uses its part")]
#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod furnish;
pub mod hosted;
pub mod meddler;
mod outcome;
mod tried;

#[allow(unused_imports, reason = "each test file is a crate of its own and uses its part")]
pub use furnish::{make_folder, write};
#[allow(unused_imports, reason = "the same")]
pub use outcome::{AFTER_A_CRASH, AFTER_A_FALSE_ABSENCE, assert_charged, assert_done_or_undone};
#[allow(unused_imports, reason = "the same")]
pub use tried::Tried;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tidelock_engine::clock::Clock;
use tidelock_engine::fs::simulator::{Personality, Simulator, Site, SiteMount, Stopped};
use tidelock_engine::fs::{FileSystem, Folder, HsmState, Timestamp, walk};
use tidelock_engine::journal::{Journal, StateFolder};
use tidelock_engine::worker::{InProcess, Worker};
use tidelock_engine::{Engine, EngineError};
use tidelock_shared::id::{MoveId, ProjectId};
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::project::ProjectTag;
use tidelock_shared::request::{Consent, MoveRequest, OnConflict, Verb};
use tidelock_shared::strategy::EntryKind;

pub const ALPHA: ProjectId = ProjectId(1001);
pub const BETA: ProjectId = ProjectId(1002);
/// A project that nobody here moves into; it pays for single entries of the others' folders.
pub const GAMMA: ProjectId = ProjectId(1077);
/// Who owns the tree and, in some tests, moves it.
pub const ALICE: u32 = 1000;
/// Of the same group.
pub const BOB: u32 = 1001;

pub fn path(text: &str) -> FilePath {
    FilePath::parse(text.as_bytes()).unwrap()
}

pub fn name(text: &str) -> FileName {
    FileName::new(text.as_bytes()).unwrap()
}

/// A clock that stands still unless somebody waits, which takes no time. The engine reads it once for each record that it
/// writes: the process may be stopped right there.
#[derive(Default)]
pub struct StillClock {
    now: AtomicI64,
    readings: Option<Arc<AtomicI64>>,
}

impl Clock for StillClock {
    fn now_ms(&self) -> i64 {
        if let Some(left) = &self.readings
            && left.fetch_sub(1, Ordering::Relaxed) == 0
        {
            std::panic::panic_any(Stopped);
        }
        self.now.load(Ordering::Relaxed)
    }

    fn pause(&self, duration: Duration) {
        self.now.fetch_add(i64::try_from(duration.as_millis()).unwrap(), Ordering::Relaxed);
    }
}

/// Which move is tried, on which kind of mount, by whom.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    pub name: &'static str,
    pub personality: Personality,
    pub caller: u32,
    pub source: &'static str,
    pub destination: &'static str,
    pub on_conflict: OnConflict,
    pub verb: Verb,
}

const fn case(name: &'static str, personality: Personality, caller: u32, source: &'static str, destination: &'static str) -> Case {
    Case { name, personality, caller, source, destination, on_conflict: OnConflict::Refuse, verb: Verb::Move }
}

impl Case {
    /// The same where the name is taken.
    const fn where_taken(self, name: &'static str, on_conflict: OnConflict) -> Self {
        Self { name, on_conflict, ..self }
    }

    const fn doing(self, name: &'static str, verb: Verb) -> Self {
        Self { name, verb, ..self }
    }

    fn source_name(&self) -> &'static str {
        self.source.rsplit('/').next().unwrap()
    }
}

/// One case for each way that a move can go.
pub const CASES: [Case; 34] = [
    case("rename within a project, Lustre", Personality::Lustre2_17, 0, "/m/alpha/tree", "/m/alpha/other"),
    case("rename within a project, ext4", Personality::Ext4, 0, "/m/alpha/tree", "/m/alpha/other"),
    case("a file recharged by its rename, Lustre", Personality::Lustre2_17, ALICE, "/m/alpha/single", "/m/beta"),
    case("retag and rename, Lustre", Personality::Lustre2_17, 0, "/m/alpha/tree", "/m/beta"),
    case("retag and rename, ext4", Personality::Ext4, ALICE, "/m/alpha/plain", "/m/beta"),
    case("retag and rename, links made anew, ext4", Personality::Ext4, ALICE, "/m/alpha/tree", "/m/beta"),
    case("retag and rename, links made anew, XFS", Personality::Xfs, ALICE, "/m/alpha/tree", "/m/beta"),
    case("retag and rename of a link, Lustre", Personality::Lustre2_17, 0, "/m/alpha/link", "/m/beta"),
    case("retag with a hop, Lustre 2.15", Personality::Lustre2_15, 0, "/m/alpha/tree", "/m/beta"),
    case("piecewise rename by a user, Lustre", Personality::Lustre2_17, ALICE, "/m/alpha/tree", "/m/beta"),
    case("piecewise rename by a user, Lustre 2.15", Personality::Lustre2_15, ALICE, "/m/alpha/tree", "/m/beta"),
    case("staged copy by a user, Lustre 2.12", Personality::Lustre2_12, ALICE, "/m/alpha/tree", "/m/beta"),
    case("staged copy of a file, another mount", Personality::Ext4, 0, "/m/alpha/single", "/n"),
    case("staged copy of a tree, another mount", Personality::Xfs, 0, "/m/alpha/tree", "/n"),
    case("", Personality::Lustre2_17, 0, "/m/alpha/plain", "/m/beta").where_taken("keep both, Lustre", OnConflict::KeepBoth),
    case("", Personality::Lustre2_17, 0, "/m/alpha/plain", "/m/beta").where_taken("replace, retag", OnConflict::Replace),
    case("", Personality::Lustre2_17, ALICE, "/m/alpha/plain", "/m/beta").where_taken("replace, piecewise", OnConflict::Replace),
    case("", Personality::Ext4, ALICE, "/m/alpha/single", "/m/beta").where_taken("replace a folder by a file", OnConflict::Replace),
    case("", Personality::Xfs, 0, "/m/alpha/plain", "/n").where_taken("replace by a staged copy", OnConflict::Replace),
    case("", Personality::Lustre2_17, ALICE, "/m/alpha/tree", "/m/beta").doing("copy to another project, Lustre", Verb::Copy),
    case("", Personality::Ext4, ALICE, "/m/alpha/single", "/m/alpha/other").doing("copy within a project, ext4", Verb::Copy),
    case("", Personality::Xfs, 0, "/m/alpha/tree", "/n").doing("copy to another mount", Verb::Copy),
    case("", Personality::Lustre2_17, ALICE, "/m/alpha/tree", "/m/alpha").doing("trash a tree, Lustre", Verb::Trash),
    case("", Personality::Lustre2_12, ALICE, "/m/alpha/single", "/m/alpha").doing("trash a file, Lustre", Verb::Trash),
    case("", Personality::Ext4, ALICE, "/m/alpha/plain", "/m/alpha").doing("trash a folder, ext4", Verb::Trash),
    case("retag and rename of what many work in, Lustre", Personality::Lustre2_17, 0, "/m/alpha/shared", "/m/beta"),
    case("retag and rename of what many work in, XFS", Personality::Xfs, 0, "/m/alpha/shared", "/m/beta"),
    case("retag with a hop of what many work in, Lustre 2.15", Personality::Lustre2_15, 0, "/m/alpha/shared", "/m/beta"),
    case("piecewise rename of what many work in, Lustre", Personality::Lustre2_17, ALICE, "/m/alpha/shared", "/m/beta"),
    case("staged copy of what many work in, another mount", Personality::Ext4, 0, "/m/alpha/shared", "/n"),
    case("", Personality::Lustre2_17, 0, "/m/alpha/shared", "/m/alpha").doing("trash of what many work in, Lustre", Verb::Trash),
    case("", Personality::Lustre2_17, 0, "/m/alpha/shared", "/m/alpha").doing("repair of what many work in, Lustre", Verb::Repair),
    case("", Personality::Ext4, 0, "/m/alpha/shared", "/m/alpha").doing("repair of what many work in, ext4", Verb::Repair),
    case("", Personality::Xfs, 0, "/m/alpha/shared", "/m/alpha").doing("repair of what many work in, XFS", Verb::Repair),
];

/// So long moves wait for room here.
const PATIENCE: Duration = Duration::from_secs(10);

pub struct World {
    pub case: Case,
    pub root: Simulator,
    pub state: tempfile::TempDir,
    pub before: Census,
    /// How often the clock may be read before the process stops; below zero for ever.
    pub readings: Arc<AtomicI64>,
    /// A copy has a checkpoint after so many entries.
    pub entries_a_checkpoint: u64,
    now: Arc<AtomicI64>,
}

/// What is where: everything about each entry but times of folders above and inode numbers.
pub type Census = BTreeMap<String, Seen>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub kind: EntryKind,
    pub content: Vec<u8>,
    pub owner: (u32, u32),
    pub mode: u32,
    pub modified: Timestamp,
    pub xattrs: Vec<(Vec<u8>, Vec<u8>)>,
    pub flags: u32,
    pub project: Option<ProjectTag>,
    pub points_to: Vec<u8>,
    pub device: u64,
    /// Its content is on tape only, and not read here.
    pub is_on_tape: bool,
    /// The first path with the same inode.
    pub same_as: String,
}

impl World {
    pub fn new(case: Case) -> Self {
        Self::ticking(case, 10)
    }

    /// Each call takes so many milliseconds.
    pub fn ticking(case: Case, milliseconds: i64) -> Self {
        Self::on_mounts(case, milliseconds, |mount| mount)
    }

    /// The same on mounts that are set up otherwise.
    pub fn on_mounts(case: Case, milliseconds: i64, set_up: impl Fn(SiteMount) -> SiteMount) -> Self {
        let now = Arc::new(AtomicI64::new(1_000_000_000));
        let mount = |at: &str, personality| set_up(SiteMount::new(path(at), personality));
        let other = if case.personality == Personality::Xfs { Personality::Plain } else { case.personality };
        let site = Site { mounts: vec![mount("/m", case.personality), mount("/n", other)], limits: BTreeMap::new() };
        let ticking = now.clone();
        // Each call takes its time, so that times differ as they do in life.
        let root = Simulator::in_memory(site, move || {
            let now = ticking.fetch_add(milliseconds, Ordering::Relaxed);
            Timestamp { seconds: now / 1000, nanoseconds: u32::try_from(now % 1000).unwrap() * 1_000_000 }
        });
        furnish::furnish(&root, &case);
        // The tree was made long before it is moved.
        now.fetch_add(3_600_000, Ordering::Relaxed);
        root.sync_everything();
        let readings = Arc::new(AtomicI64::new(-1));
        let mut world =
            Self { case, root, state: state_folder(), before: Census::new(), readings, entries_a_checkpoint: 1000, now };
        world.before = world.census();
        world
    }

    /// So many milliseconds pass.
    pub fn pass(&self, milliseconds: i64) {
        self.now.fetch_add(milliseconds, Ordering::Relaxed);
    }

    pub fn caller(&self) -> Simulator {
        if self.case.caller == 0 { self.root.clone() } else { self.root.seen_by(self.case.caller, &[1000]) }
    }

    pub fn request(&self) -> MoveRequest {
        MoveRequest {
            verb: self.case.verb,
            sources: vec![path(self.case.source)],
            destination: path(self.case.destination),
            new_name: None,
            allow: vec![Consent::HardLinksLeaving],
            on_conflict: self.case.on_conflict,
            choices: Vec::new(),
            compare: false,
        }
    }

    pub fn state_path(&self) -> PathBuf {
        self.state.path().to_owned()
    }

    /// The time as it is now, which stands still from here.
    pub fn clock(&self) -> StillClock {
        self.clock_apart(0)
    }

    /// A clock that is so far from that of the file systems.
    pub fn clock_apart(&self, milliseconds: i64) -> StillClock {
        StillClock { now: (self.now.load(Ordering::Relaxed) + milliseconds).into(), readings: Some(self.readings.clone()) }
    }

    /// Something that has nothing to do with the case's move.
    pub fn unrelated(&self) -> MoveRequest {
        MoveRequest { sources: vec![path("/m/alpha/single")], destination: path("/m/alpha/other"), ..MoveRequest::default() }
    }

    /// A new engine on what is left, as after a start of the program.
    pub fn engine(&self) -> (Engine, StateFolder) {
        self.engine_on(self.caller())
    }

    /// The same through another view of the world.
    pub fn engine_on(&self, view: Simulator) -> (Engine, StateFolder) {
        let fs: Arc<dyn FileSystem> = Arc::new(view);
        let worker = Arc::new(InProcess::new(fs.clone()));
        self.engine_with(fs, worker)
    }

    /// The same with somebody else who does the work.
    pub fn engine_with(&self, fs: Arc<dyn FileSystem>, worker: Arc<dyn Worker>) -> (Engine, StateFolder) {
        let folder = StateFolder::hold(self.state.path()).unwrap();
        let journal = Journal::open(&folder, || 0x1234_5678_9abc_def0).unwrap();
        let engine = Engine::new(fs, worker, journal, Arc::new(self.clock()), vec![path("/")]).unwrap();
        (engine.with_checkpoints_apart(self.entries_a_checkpoint).with_patience(PATIENCE), folder)
    }

    /// Starts the case's move and drives it; none if the process was stopped on the way.
    pub fn run(&self) -> Option<Result<MoveId, EngineError>> {
        stoppable(|| {
            let (engine, _folder) = self.engine();
            let id = engine.accept(&self.request(), None)?;
            engine.drive(id)?;
            Ok(id)
        })
    }

    /// What a start does: recover, then drive what is open. None if stopped again.
    pub fn recover(&self) -> Option<()> {
        stoppable(|| {
            let (engine, _folder) = self.engine();
            for id in engine.recover(false).unwrap() {
                engine.drive(id).unwrap();
            }
        })
    }

    /// Somebody who may change the folder puts a private file of the caller's in the record's place.
    pub fn swap_record(&self, id: MoveId) {
        let alpha = self.root.open_path(&path("/m/alpha")).unwrap();
        let (record, other) = (name(&format!(".tidelock-{id}.record")), name("private"));
        let file = self.root.create_file(alpha.at(&other), 0o600).unwrap();
        self.root.write_at(&file, 0, b"mine").unwrap();
        self.root.unlink(alpha.at(&record)).unwrap();
        self.root.link(alpha.at(&other), alpha.at(&record)).unwrap();
    }

    /// Everything on both mounts, by path; hidden folders of moves too.
    pub fn census(&self) -> Census {
        let mut census = Census::new();
        for top in ["/m", "/n"] {
            let folder = self.root.open_path(&path(top)).unwrap();
            take_census(&self.root, &folder, top, &mut census, &mut BTreeMap::new());
        }
        census
    }

    /// Every regular file with its inode number.
    pub fn files(&self) -> Vec<(String, u64)> {
        let mut files = Vec::new();
        for mount in ["/m", "/n"] {
            let top = self.root.open_path(&path(mount)).unwrap();
            for entry in self.root.read_folder(&top).unwrap() {
                let name = entry.unwrap().name;
                walk::walk(&self.root, top.at(&name), &mut |visit| -> Result<bool, tidelock_engine::fs::FsError> {
                    if visit.status.kind == EntryKind::File {
                        let below: String = visit.below.iter().map(|name| format!("/{}", name.shown())).collect();
                        files.push((format!("{mount}/{}{below}", name.shown()), visit.status.inode));
                    }
                    Ok(true)
                })
                .unwrap();
            }
        }
        files
    }

    /// The world as it must be once the move is done.
    pub fn after(&self) -> Census {
        let taken = format!("{}/{}", self.case.destination, self.case.source_name());
        let moved_to = if self.case.on_conflict == OnConflict::KeepBoth { format!("{taken} (2)") } else { taken.clone() };
        let is_replaced =
            |at: &str| self.case.on_conflict == OnConflict::Replace && (at == taken || at.starts_with(&format!("{taken}/")));
        let charged_to = if self.case.verb == Verb::Repair { self.case.source } else { self.case.destination };
        let folder = self.root.open_path(&path(charged_to)).unwrap();
        let tag = self.root.tag((&folder).into()).unwrap();
        let keeps_nanoseconds = self.root.capabilities(&folder).unwrap().keeps_nanoseconds;
        let stays = self.case.verb == Verb::Repair;
        let rebased = |at: &str| {
            let rest = at.strip_prefix(self.case.source)?;
            Some(if stays { at.to_owned() } else { format!("{moved_to}{rest}") })
        };
        // The other name of a file that leaves shows the same inode.
        let leaving: Vec<&String> =
            self.before.iter().filter(|(at, _)| rebased(at).is_some()).map(|(_, seen)| &seen.same_as).collect();
        let mut after = Census::new();
        for (at, seen) in self.before.iter().filter(|(at, _)| !is_replaced(at)) {
            let is_inside = at == self.case.source || at.starts_with(&format!("{}/", self.case.source));
            if is_inside && self.case.verb == Verb::Trash {
                continue;
            }
            if is_inside && self.case.verb == Verb::Copy {
                after.insert(at.clone(), seen.clone());
            }
            let mut seen = seen.clone();
            seen.same_as = rebased(&seen.same_as).filter(|_| is_inside).unwrap_or(seen.same_as);
            if is_inside || (self.case.verb == Verb::Move && leaving.contains(&at)) {
                seen.project = recharged(seen.project, tag, seen.kind);
            }
            if is_inside && !stays && !keeps_nanoseconds {
                seen.modified.nanoseconds = 0;
            }
            let at = if is_inside { rebased(at).unwrap() } else { at.clone() };
            after.insert(at, seen);
        }
        after
    }

    /// The world as it must be once the finished move is undone: what had another project than its folder is
    /// charged to that of its folder then, as the plan had said, where the original itself was moved.
    pub fn brought_back(&self) -> Census {
        let mut back = self.before.clone();
        if self.case.verb == Verb::Move && self.case.destination != "/n" {
            let above = &self.before[self.case.source.rsplit_once('/').unwrap().0];
            let tag = above.project;
            for (_, seen) in back.iter_mut().filter(|(at, _)| at.starts_with(&format!("{}/", self.case.source))) {
                seen.project = recharged(seen.project, tag, seen.kind);
            }
        }
        back
    }

    /// The census without what moves have hidden: the retired source of a finished copy.
    pub fn visible(&self) -> Census {
        self.census().into_iter().filter(|(at, _)| !at.contains(".tidelock-")).collect()
    }

    /// No name that a move hides is left, but for the retired source of a finished copy.
    pub fn hidden_names(&self) -> Vec<String> {
        self.census().into_keys().filter(|at| at.contains(".tidelock-")).collect()
    }
}

fn recharged(had: Option<ProjectTag>, tag: Option<ProjectTag>, kind: EntryKind) -> Option<ProjectTag> {
    // A kind of entry that carries no tag on its mount carries none after the move.
    had.zip(tag).map(|(had, tag)| if kind == EntryKind::Folder { tag } else { ProjectTag { id: tag.id, ..had } })
}

/// A folder in memory where there is one: the journal syncs at every event, and only a crash of
/// this machine could tell the difference.
fn state_folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// Runs `work` until it ends or a fault stops the process.
pub fn stoppable<T>(work: impl FnOnce() -> T) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(value) => Some(value),
        Err(payload) if payload.is::<Stopped>() => None,
        Err(payload) => std::panic::resume_unwind(payload),
    }
}

/// Everything below a folder, by the path that it is shown with.
pub fn take_census(fs: &dyn FileSystem, folder: &Folder, at: &str, census: &mut Census, first: &mut BTreeMap<u64, String>) {
    let mut names: Vec<FileName> = fs.read_folder(folder).unwrap().map(|entry| entry.unwrap().name).collect();
    // What is hidden comes last: an inode is called by a visible name if it has one.
    names.sort_by(|one, other| (one.is_hidden_folder_of_a_move(), one).cmp(&(other.is_hidden_folder_of_a_move(), other)));
    for name in names {
        let entry = folder.at(&name);
        let status = fs.status(entry.into()).unwrap();
        let shown = format!("{at}/{}", name.shown());
        let is_file = status.kind == EntryKind::File;
        let is_on_tape = is_file && fs.hsm_state(entry).unwrap() == HsmState::Released;
        let content = if is_file && !is_on_tape {
            let file = fs.open_file(entry).unwrap();
            let mut bytes = vec![0; usize::try_from(status.size).unwrap()];
            fs.read_at(&file, 0, &mut bytes).unwrap();
            bytes
        } else {
            Vec::new()
        };
        let xattrs = fs.xattr_names(entry.into()).unwrap();
        let seen = Seen {
            kind: status.kind,
            content,
            owner: (status.uid, status.gid),
            mode: status.mode,
            modified: status.modified,
            xattrs: xattrs.into_iter().map(|key| (key.clone(), fs.xattr(entry.into(), &key).unwrap())).collect(),
            flags: fs.flags(entry.into()).unwrap(),
            project: fs.tag(entry.into()).unwrap(),
            points_to: if status.kind == EntryKind::SymbolicLink { fs.read_link(entry).unwrap() } else { Vec::new() },
            device: status.special_device,
            is_on_tape,
            same_as: first.entry(status.inode).or_insert_with(|| shown.clone()).clone(),
        };
        census.insert(shown.clone(), seen);
        if status.kind == EntryKind::Folder {
            take_census(fs, &fs.open_folder(entry).unwrap(), &shown, census, first);
        }
    }
}

/// Compares two censuses but for the modification times of the folders that entries left or
/// entered, which the promise excludes.
#[track_caller]
pub fn assert_same(found: &Census, expected: &Census, what: &str) {
    let paths: std::collections::BTreeSet<_> = found.keys().chain(expected.keys()).collect();
    for path in paths {
        let (mut found, mut expected) = (found.get(path).cloned(), expected.get(path).cloned());
        let is_parent = ["/m/alpha", "/m/beta", "/m/alpha/other", "/m/alpha/shared"].contains(&path.as_str());
        if is_parent && let (Some(found), Some(expected)) = (&mut found, &mut expected) {
            found.modified = expected.modified;
        }
        assert_eq!(found, expected, "{what}: {path}");
    }
}
