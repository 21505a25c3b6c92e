//! Drift on real ext4 and XFS: what was made by hand is found completely and nothing else is, a repair
//! leaves nothing to find, and its undo brings back what there was. Where nobody has mounted any there is nothing to try
//! (`cargo xtask vm test` does).

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod kernel;
mod world;

use std::os::unix::fs::symlink;
use std::sync::Arc;

use tidelock_engine::Engine;
use tidelock_engine::clock::SystemClock;
use tidelock_engine::crew::Threads;
use tidelock_engine::drift::{Finding, Quantity, Scanner};
use tidelock_engine::fs::posix::Posix;
use tidelock_engine::fs::{FileSystem, Folder};
use tidelock_engine::journal::{Journal, StateFolder};
use tidelock_engine::worker::InProcess;
use tidelock_shared::id::{MoveId, ProjectId};
use tidelock_shared::name::FilePath;
use tidelock_shared::progress::MoveState;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::quota::Amount;
use tidelock_shared::request::{MoveRequest, Verb};
use world::{make_folder, name, path, write};

const ALPHA: u32 = 3101;
const BETA: u32 = 3102;
const FOLDERS: u32 = 10;
const FILES: u32 = 30;

fn tag(project: u32, inherit: bool) -> ProjectTag {
    ProjectTag { id: ProjectId(project), inherit }
}

fn found(at: &str) -> Vec<Finding> {
    let crew = Threads::for_this_machine();
    let found = Scanner::new(&Posix, &crew, &SystemClock).scan(&path(at), &mut |_| true).unwrap();
    assert!(found.is_whole && found.readings.is_some(), "root is told everything");
    found.findings
}

fn furnish(alpha: &Folder, at: &str) {
    for number in 0..FOLDERS {
        let folder = make_folder(&Posix, alpha, &format!("folder {number}"), 0o755);
        for number in 0..FILES {
            write(&Posix, &folder, &format!("file {number}"), &[7; 5000]);
        }
    }
    std::fs::hard_link(format!("{at}/folder 1/file 0"), format!("{at}/second name")).unwrap();
    symlink("folder 0", format!("{at}/link")).unwrap();
}

/// An engine of root's.
struct Repairing {
    engine: Engine,
    _state: (tempfile::TempDir, StateFolder),
}

impl Repairing {
    fn new() -> Self {
        let state = tempfile::tempdir().unwrap();
        let folder = StateFolder::hold(state.path()).unwrap();
        let journal = Journal::open(&folder, || 7).unwrap();
        let fs: Arc<dyn FileSystem> = Arc::new(Posix);
        let worker = Arc::new(InProcess::with_crew(fs.clone(), Arc::new(Threads::for_this_machine())));
        let engine = Engine::new(fs, worker, journal, Arc::new(SystemClock), vec![path("/")]).unwrap();
        Self { engine, _state: (state, folder) }
    }

    fn repaired(&self, at: &str) -> MoveId {
        let request = MoveRequest { verb: Verb::Repair, sources: vec![path(at)], ..MoveRequest::default() };
        self.done(self.engine.accept(&request, None).unwrap())
    }

    fn undone(&self, id: MoveId) -> MoveId {
        self.done(self.engine.accept_undo(id).unwrap())
    }

    fn done(&self, id: MoveId) -> MoveId {
        self.engine.drive(id).unwrap();
        let of = self.engine.get(id).unwrap().recorded.of;
        assert_eq!(of.state, MoveState::Done, "{:?}", of.failure);
        id
    }
}

#[test]
fn real_drift_is_found_completely_and_nothing_else_is() {
    for (kind, mount) in kernel::mounts() {
        let top = make_folder(&Posix, &Posix.open_path(&path(&mount)).unwrap(), "drifted", 0o755);
        let alpha = make_folder(&Posix, &top, "alpha", 0o755);
        Posix.set_tag((&alpha).into(), tag(ALPHA, true)).unwrap();
        make_folder(&Posix, &top, "outside", 0o755);
        let base = format!("{mount}/drifted");
        let at = format!("{base}/alpha");
        furnish(&alpha, &at);
        assert_eq!(found(&at), [], "{kind}: nothing is wrong yet");

        let (third, fourth) = (path(&format!("{at}/folder 3")), path(&format!("{at}/folder 4")));
        let [third_folder, fourth_folder] = [&third, &fourth].map(|path| Posix.open_path(path).unwrap());
        let stray = [0, 1, 2].map(|number| name(&format!("file {number}")));
        for file in &stray {
            Posix.set_tag(third_folder.at(file).into(), tag(BETA, false)).unwrap();
        }
        Posix.set_tag((&fourth_folder).into(), tag(ALPHA, false)).unwrap();
        let (inside, outside) = (format!("{at}/folder 5/file 0"), format!("{base}/outside/file 0"));
        std::fs::rename(&inside, &outside).unwrap();
        kernel::limit(&mount, ALPHA, 1 << 20, 0);

        let findings = found(&at);
        let [Finding::ChargedElsewhere { to, stray: others }, Finding::NotInherited(flags), inodes, limit] = &findings[..] else {
            panic!("{kind}: {findings:?}")
        };
        let expected: Vec<FilePath> = stray.iter().map(|file| third.join(file.clone())).collect();
        assert_eq!((*to, others.entries, &others.examples), (Some(ProjectId(BETA)), 3, &expected), "{kind}");
        assert_eq!((others.amount, flags.entries, &flags.examples[..]), (kernel::usage(&mount, BETA), 1, &[fourth][..]), "{kind}");
        let charged = kernel::usage(&mount, ALPHA);
        assert!(matches!(inodes, Finding::OtherInodes { charged: told, .. } if *told == charged.inodes), "{kind}: {inodes:?}");
        let over = Finding::OverLimit { of: Quantity::Bytes, used: charged.bytes, limit: 1 << 20, is_hard: true };
        assert_eq!(*limit, over, "{kind}");

        std::fs::rename(&outside, &inside).unwrap();
        kernel::limit(&mount, ALPHA, 0, 0);
        let drift = found(&at);
        assert_eq!(drift, findings[..2], "{kind}: the rest is mended by hand");
        let (charges, engine) = (|| [ALPHA, BETA].map(|project| kernel::usage(&mount, project)), Repairing::new());
        let before = charges();
        let repaired = engine.repaired(&at);
        assert_eq!(found(&at), [], "{kind}: all is mended");
        assert_eq!(charges(), [before[0] + before[1], Amount::ZERO], "{kind}");
        let undone = engine.undone(repaired);
        assert_eq!((found(&at), charges()), (drift, before), "{kind}: an undo brings back what there was");
        engine.undone(undone);
        assert_eq!((found(&at), charges()[1]), (vec![], Amount::ZERO), "{kind}: and its undo repairs again");
        println!(
            "{kind}: 4 kinds of drift found among {} entries, none before, after a repair, and after its undo was undone",
            FOLDERS * (FILES + 1) + 3
        );
        drop((top, alpha, third_folder, fourth_folder));
        kernel::remove(&base, &mount, &[ALPHA, BETA]);
    }
}
