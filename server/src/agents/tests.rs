use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use tidelock_engine::Engine;
use tidelock_engine::clock::SystemClock;
use tidelock_engine::crew::Alone;
use tidelock_engine::fs::simulator::{Personality, Simulator, Site, SiteMount};
use tidelock_engine::fs::{FileSystem, Timestamp};
use tidelock_engine::journal::{Journal, StateFolder};
use tidelock_engine::planner::plan::Refusal;
use tidelock_engine::worker::host;
use tidelock_shared::name::FileName;
use tidelock_shared::progress::MoveState;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::quota::{Bounds, Limits};
use tidelock_shared::request::{MoveRequest, Verb};

use super::*;

const ALICE: u32 = 1001;

fn path(text: &str) -> FilePath {
    FilePath::parse(text.as_bytes()).unwrap()
}

fn name(text: &str) -> FileName {
    FileName::new(text.as_bytes()).unwrap()
}

/// An ext4 with two projects, whose limits the kernel tells root only, and whose folders are Alice's.
fn world() -> Simulator {
    let site = Site { mounts: vec![SiteMount::new(path("/m"), Personality::Ext4)], limits: BTreeMap::new() };
    let root = Simulator::in_memory(site, || Timestamp { seconds: 1_000_000_000, nanoseconds: 0 });
    let top = root.open_path(&path("/m")).unwrap();
    for (project, number) in [("alpha", 1), ("beta", 2)] {
        let at = name(project);
        root.create_folder(top.at(&at), 0o755).unwrap();
        root.set_owner(top.at(&at).into(), ALICE, ALICE).unwrap();
        root.set_tag(top.at(&at).into(), ProjectTag { id: ProjectId(number), inherit: true }).unwrap();
    }
    let alpha = root.open_path(&path("/m/alpha")).unwrap();
    let at = name("file");
    let file = root.create_file(alpha.at(&at), 0o644).unwrap();
    root.write_at(&file, 0, &[7; 100_000]).unwrap();
    root.set_owner((&file).into(), ALICE, ALICE).unwrap();
    root
}

/// A broker whose workers are threads of this process.
struct Place {
    root: Simulator,
    workers: Arc<Workers>,
    started: Arc<AtomicUsize>,
    streams: Arc<Mutex<Vec<UnixStream>>>,
    groups: Arc<Mutex<Option<Vec<u32>>>>,
    /// Whoever holds it keeps Alice's from being started.
    door: Arc<Mutex<()>>,
}

/// Knows Alice, as long as she has groups.
struct AliceAlone(Arc<Mutex<Option<Vec<u32>>>>);

impl Directory for AliceAlone {
    fn user(&self, name: &str) -> std::io::Result<Option<User>> {
        let user = |gids| User { name: name.to_owned(), uid: ALICE, gids };
        Ok(self.0.lock().clone().map(user))
    }

    fn group(&self, _: &str) -> std::io::Result<Option<u32>> {
        Ok(None)
    }
}

impl Place {
    fn new() -> Self {
        let root = world();
        let (started, streams) = (Arc::<AtomicUsize>::default(), Arc::<Mutex<Vec<UnixStream>>>::default());
        let (world, counted, held) = (root.clone(), started.clone(), streams.clone());
        let door = Arc::<Mutex<()>>::default();
        let passed = door.clone();
        let groups = Arc::new(Mutex::new(Some(vec![ALICE, 100])));
        let known = groups.clone();
        let is_known = move || known.lock().is_some();
        let start = move |user: &str| {
            let _open = (user != READER).then(|| passed.lock());
            let fs: Arc<dyn FileSystem> = match user {
                "alice" if is_known() => Arc::new(world.seen_by(ALICE, &[ALICE])),
                READER => Arc::new(world.clone()),
                user => return Err(AskError::Refused(format!("there is no user {user:?} here"))),
            };
            counted.fetch_add(1, Ordering::Relaxed);
            let (ours, theirs) = UnixStream::pair().unwrap();
            held.lock().push(theirs.try_clone().unwrap());
            std::thread::spawn(move || host(ours, fs, Arc::new(Alone)));
            Ok(theirs)
        };
        let directory = Arc::new(AliceAlone(groups.clone()));
        let workers = Arc::new(Workers::started_by(Arc::new(start), vec![path("/m")], directory));
        Self { root, workers, started, streams, groups, door }
    }

    fn engine(&self, state: &std::path::Path) -> (Engine, StateFolder) {
        let folder = StateFolder::hold(state).unwrap();
        let journal = Journal::open(&folder, || 1).unwrap();
        let engine = Engine::through(self.workers.clone(), journal, Arc::new(SystemClock), vec![path("/m")]).unwrap();
        (engine, folder)
    }

    fn started(&self) -> usize {
        self.started.load(Ordering::Relaxed)
    }

    /// As if the workers that run had been killed.
    fn cut(&self) {
        self.streams.lock().drain(..).for_each(|stream| stream.shutdown(std::net::Shutdown::Both).unwrap());
    }
}

fn request() -> MoveRequest {
    MoveRequest { sources: vec![path("/m/alpha/file")], destination: path("/m/beta"), ..MoveRequest::default() }
}

#[test]
fn a_user_has_one_worker_until_it_is_lost_or_idle() {
    let site = Place::new();
    let first = site.workers.of("alice").unwrap();
    assert_eq!(first.fs.caller().uid, ALICE);
    drop((first, site.workers.of("alice").unwrap()));
    assert_eq!(site.started(), 1);

    site.cut();
    // A call tells that it is lost; until then nobody knows.
    while site.workers.of("alice").is_ok_and(|agent| agent.fs.open_path(&path("/m")).is_err()) {}
    assert_eq!(site.started(), 2);

    let used = site.workers.of("alice").unwrap();
    site.workers.end_those_idle_for(Duration::ZERO);
    assert_eq!(site.workers.posts.lock().len(), 1, "somebody works with it");
    drop(used);
    site.workers.end_those_idle_for(Duration::from_secs(60));
    assert_eq!(site.workers.posts.lock().len(), 1, "somebody has just asked for it");
    site.workers.end_those_idle_for(Duration::ZERO);
    assert_eq!(site.workers.posts.lock().len(), 0);
}

#[test]
fn a_worker_ends_once_its_user_is_another() {
    let site = Place::new();
    let used = site.workers.of("alice").unwrap();
    let is_there = |agent: &Agent| agent.fs.open_path(&path("/m")).is_ok();
    for groups in [vec![ALICE, 100], vec![ALICE, 100, 100]] {
        *site.groups.lock() = Some(groups);
        site.workers.end_outdated();
        assert!(is_there(&used), "she is who she was");
    }
    *site.groups.lock() = Some(vec![ALICE]);
    site.workers.end_outdated();
    assert!(!is_there(&used), "a group is hers no more");
    let next = site.workers.of("alice").unwrap();
    site.workers.end_outdated();
    assert!(is_there(&next));
    assert_eq!(site.started(), 2);
    *site.groups.lock() = None;
    site.workers.end_outdated();
    assert!(!is_there(&next), "there is no such user any more");
}

#[test]
fn nobody_acts_for_whom_the_broker_refuses() {
    let site = Place::new();
    let refused = site.workers.of("mallory").err().unwrap();
    assert_eq!(refused.errno, Errno::NOTCONN);
}

#[test]
fn what_a_user_is_not_told_of_limits_the_reader_tells() {
    let site = Place::new();
    let state = tempfile::tempdir().unwrap();
    let (engine, _folder) = site.engine(state.path());
    let bytes = |hard| Limits { bytes: Bounds { soft: None, hard: Some(hard) }, ..Limits::default() };
    site.root.set_limits(0, ProjectId(2), bytes(50_000));
    let alice = engine.acting_for("alice").unwrap();
    let draft = alice.plan(&request(), &mut |_: &_| true).unwrap();
    assert!(matches!(draft.refusals[..], [Refusal::NoHeadroom { .. }]), "{:?}", draft.refusals);

    // Nobody tells her worker either, right before it begins: so it believes what it is told with its order.
    site.root.set_limits(0, ProjectId(2), bytes(500_000));
    let refused = alice.accept(&request(), None).unwrap();
    site.root.set_limits(0, ProjectId(2), bytes(50_000));
    engine.drive(refused).unwrap();
    assert_eq!(engine.get(refused).unwrap().recorded.of.state, MoveState::Undone);

    site.root.set_limits(0, ProjectId(2), bytes(500_000));
    let done = alice.accept(&request(), None).unwrap();
    engine.drive(done).unwrap();
    let of = engine.get(done).unwrap().recorded.of;
    assert_eq!((of.state, of.plan.user.as_str()), (MoveState::Done, "alice"));
    let beta = site.root.open_path(&path("/m/beta")).unwrap();
    assert!(site.root.status(beta.at(&name("file")).into()).is_ok());
}

#[test]
fn nobody_waits_for_a_worker_of_somebody_else_to_be_started() {
    let site = Place::new();
    let state = tempfile::tempdir().unwrap();
    let (engine, _folder) = site.engine(state.path());
    let id = engine.acting_for("alice").unwrap().accept(&request(), None).unwrap();
    site.cut();
    let closed = site.door.lock();
    let driving = std::thread::spawn({
        let engine = engine.clone();
        move || engine.drive(id)
    });
    std::thread::sleep(Duration::from_millis(200));
    let (told, listed) = std::sync::mpsc::channel();
    std::thread::spawn({
        let engine = engine.clone();
        move || told.send(engine.list(10).unwrap().len())
    });
    let listed = listed.recv_timeout(Duration::from_secs(5));
    drop(closed);
    driving.join().unwrap().unwrap();
    assert_eq!(listed, Ok(1), "who looks at the moves does not wait");
}

#[test]
fn the_retention_does_not_end_at_the_purge_of_a_user_who_is_gone() {
    let site = Place::new();
    let state = tempfile::tempdir().unwrap();
    let (engine, _folder) = site.engine(state.path());
    let wanted = MoveRequest { verb: Verb::Trash, sources: vec![path("/m/alpha/file")], ..MoveRequest::default() };
    let id = engine.acting_for("alice").unwrap().accept(&wanted, None).unwrap();
    engine.drive(id).unwrap();
    site.cut();
    *site.groups.lock() = None;
    // It is begun, and nobody can go on with it.
    assert!(engine.purge(id).is_err());
    assert_eq!(engine.purge_due().unwrap(), []);
    *site.groups.lock() = Some(vec![ALICE]);
    assert_eq!(engine.purge_due().unwrap(), [id]);
}
