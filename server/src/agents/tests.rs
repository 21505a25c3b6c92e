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
use tidelock_shared::request::MoveRequest;

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
}

impl Place {
    fn new() -> Self {
        let root = world();
        let (started, streams) = (Arc::<AtomicUsize>::default(), Arc::<Mutex<Vec<UnixStream>>>::default());
        let (world, counted, held) = (root.clone(), started.clone(), streams.clone());
        let start = move |user: &str| {
            let fs: Arc<dyn FileSystem> = match user {
                "alice" => Arc::new(world.seen_by(ALICE, &[ALICE])),
                READER => Arc::new(world.clone()),
                user => return Err(AskError::Refused(format!("there is no user {user:?} here"))),
            };
            counted.fetch_add(1, Ordering::Relaxed);
            let (ours, theirs) = UnixStream::pair().unwrap();
            held.lock().push(theirs.try_clone().unwrap());
            std::thread::spawn(move || host(ours, fs, Arc::new(Alone)));
            Ok(theirs)
        };
        let workers = Arc::new(Workers::started_by(Arc::new(start), vec![path("/m")]));
        Self { root, workers, started, streams }
    }

    fn engine(&self, state: &std::path::Path) -> (Engine, StateFolder) {
        let folder = StateFolder::hold(state).unwrap();
        let journal = Journal::open(&folder, || 1).unwrap();
        let Agent { fs, worker } = self.workers.of(READER).unwrap();
        let engine = Engine::new(fs, worker, journal, Arc::new(SystemClock), vec![path("/m")]).unwrap();
        (engine.with_agents(self.workers.clone()), folder)
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
