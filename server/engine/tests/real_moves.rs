//! Whole moves on real ext4 and XFS with project quotas, as root and as an ordinary user, and back
//! again: what is charged is what the distribution's own tool counts. Where nobody has mounted
//! any there is nothing to try (`cargo xtask vm test` does).

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod kernel;
mod world;

use std::collections::BTreeMap;
use std::sync::Arc;

use tidelock_engine::Engine;
use tidelock_engine::crew::Threads;
use tidelock_engine::fs::posix::{Posix, obey_limits};
use tidelock_engine::fs::{Errno, FileSystem, Folder};
use tidelock_engine::journal::{Journal, StateFolder};
use tidelock_engine::planner::plan::{Refusal, Warning};
use tidelock_engine::worker::InProcess;
use tidelock_shared::id::ProjectId;
use tidelock_shared::progress::MoveState;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::quota::Amount;
use tidelock_shared::request::MoveRequest;
use tidelock_shared::strategy::{EntryKind, Strategy, StrategyReason};
use world::{ALICE, Census, StillClock, make_folder, name, path, take_census, write};

const ALPHA: u32 = 3001;
const BETA: u32 = 3002;
const MIB: u64 = 1 << 20;

/// One way that a move can go on a mount whose owners change project IDs.
const WAYS: [(&str, &str, Strategy, StrategyReason); 6] = [
    ("plain", "alpha/other", Strategy::Rename, StrategyReason::SameCharge),
    ("plain", "beta", Strategy::RetagAndRename, StrategyReason::MayRetag),
    ("tree", "beta", Strategy::RetagAndRename, StrategyReason::RemakesOtherKinds),
    ("linked", "beta", Strategy::StagedCopy, StrategyReason::KindCannotBeRetagged),
    ("tree", "", Strategy::StagedCopy, StrategyReason::OtherFileSystem),
    ("pipe", "beta", Strategy::StagedCopy, StrategyReason::KindCannotBeRetagged),
];

/// Two projects on a mount, and a folder on another.
struct Site {
    mount: String,
    base: String,
    elsewhere: String,
    caller: u32,
    state: tempfile::TempDir,
}

impl Site {
    fn new(mount: &str, other: &str, caller: u32) -> Self {
        let (base, elsewhere) = (format!("{mount}/site"), format!("{other}/elsewhere"));
        let top = Posix.open_path(&path(mount)).unwrap();
        let top = make_folder(&Posix, &top, "site", 0o755);
        for (project, id) in [("alpha", ALPHA), ("beta", BETA)] {
            let folder = make_folder(&Posix, &top, project, 0o777);
            Posix.set_tag((&folder).into(), ProjectTag { id: ProjectId(id), inherit: true }).unwrap();
        }
        let elsewhere_folder = make_folder(&Posix, &Posix.open_path(&path(other)).unwrap(), "elsewhere", 0o777);
        for folder in [&elsewhere_folder, &Posix.open_folder(top.at(&name("beta"))).unwrap()] {
            Posix.set_xattr(folder.into(), b"system.posix_acl_default", &lets_somebody_else_in()).unwrap();
        }
        let site = Self { mount: mount.to_owned(), base, elsewhere, caller, state: tempfile::tempdir().unwrap() };
        furnish(&*kernel::seen_by(ALICE), &site.folder("alpha"));
        site
    }

    fn folder(&self, below: &str) -> Folder {
        Posix.open_path(&path(&self.path(below))).unwrap()
    }

    /// Of a path below the projects' folder; none is the folder on the other mount.
    fn path(&self, below: &str) -> String {
        if below.is_empty() { self.elsewhere.clone() } else { format!("{}/{below}", self.base) }
    }

    fn engine(&self) -> (Engine, StateFolder) {
        let folder = StateFolder::hold(self.state.path()).unwrap();
        let journal = Journal::open(&folder, || 0x1234_5678_9abc_def0).unwrap();
        let fs = kernel::seen_by(self.caller);
        let worker = Arc::new(InProcess::with_crew(fs.clone(), Arc::new(Threads::for_this_machine())));
        (Engine::new(fs, worker, journal, Arc::new(StillClock::default()), vec![path("/")]).unwrap(), folder)
    }

    fn request(&self, source: &str, destination: &str) -> MoveRequest {
        MoveRequest {
            sources: vec![path(&self.path(&format!("alpha/{source}")))],
            destination: path(&self.path(destination)),
            ..MoveRequest::default()
        }
    }

    /// Of both projects, by the distribution's tool; ours must say the same.
    fn charges(&self) -> [Amount; 2] {
        rustix::fs::syncfs(std::fs::File::open(&self.mount).unwrap()).unwrap();
        let of = |project| {
            kernel::wait_until(|| kernel::usage(&self.mount, project) == kernel::counted_by_the_tool(&self.mount, project));
            let counted = kernel::counted_by_the_tool(&self.mount, project);
            assert_eq!(kernel::usage(&self.mount, project), counted, "project {project}");
            counted
        };
        [of(ALPHA), of(BETA)]
    }

    fn census(&self, below: &str) -> Census {
        self.census_of(&self.path(below))
    }

    /// The entry itself and everything below it.
    fn census_of(&self, at: &str) -> Census {
        let (folder, name) = at.rsplit_once('/').unwrap();
        let mut census = Census::new();
        take_census(&Posix, &Posix.open_path(&path(folder)).unwrap(), "", &mut census, &mut BTreeMap::new());
        census.retain(|at, _| at.split('/').nth(1) == Some(name));
        census
    }

    fn clear(self) {
        std::fs::remove_dir_all(&self.elsewhere).unwrap();
        kernel::remove(&self.base, &self.mount, &[ALPHA, BETA]);
    }
}

/// An access list as the kernel keeps it: new entries let user 1001 do everything.
fn lets_somebody_else_in() -> Vec<u8> {
    const NOBODY: u32 = u32::MAX;
    let entries: [(u16, u16, u32); 5] = [(1, 7, NOBODY), (2, 7, 1001), (4, 5, NOBODY), (16, 7, NOBODY), (32, 5, NOBODY)];
    let bytes = entries.iter().flat_map(|(tag, may, id)| [&tag.to_le_bytes()[..], &may.to_le_bytes(), &id.to_le_bytes()].concat());
    2_u32.to_le_bytes().into_iter().chain(bytes).collect()
}

/// Three trees: files only, one of everything, and one with a link that has two names.
fn furnish(alice: &dyn FileSystem, alpha: &Folder) {
    make_folder(alice, alpha, "other", 0o755);
    let plain = make_folder(alice, alpha, "plain", 0o750);
    write(alice, &plain, "file", b"plain");
    write(alice, &make_folder(alice, &plain, "sub", 0o755), "file", &vec![3; 300_000]);
    let tree = make_folder(alice, alpha, "tree", 0o2750);
    write(alice, &tree, "file", b"content");
    let deep = make_folder(alice, &tree, "deep", 0o700);
    kernel::add_every_kind(alice, &tree, &deep);
    alice.create_special(alpha.at(&name("pipe")), EntryKind::Fifo, 0o600, 0).unwrap();
    let linked = make_folder(alice, alpha, "linked", 0o755);
    alice.create_symbolic_link(linked.at(&name("one")), b"file").unwrap();
    alice.link(linked.at(&name("one")), linked.at(&name("two"))).unwrap();
    write(alice, &linked, "file", b"content");
}

/// Every kind that is mounted, with another to copy to.
fn sites(check: impl Fn(&Site, &str)) {
    let mounts = kernel::mounts();
    for (position, (kind, mount)) in mounts.iter().enumerate() {
        let other = &mounts[(position + 1) % mounts.len()].1;
        for caller in [0, ALICE] {
            let site = Site::new(mount, other, caller);
            check(&site, &format!("{kind} as {}", if caller == 0 { "root" } else { "a user" }));
            site.clear();
        }
    }
}

/// As the program does before anything else, so that root is held to the limits too.
fn as_the_program() {
    obey_limits().unwrap();
}

#[test]
fn real_moves_arrive_whole_and_rightly_charged_and_come_back() {
    as_the_program();
    for way in WAYS {
        sites(|site, who| {
            there_and_back(site, way, &format!("{who}: {} to '{}'", way.0, way.1));
        });
        println!("{:?} {:?}: {} moves there and back", way.2, way.3, kernel::mounts().len() * 2);
    }
}

fn there_and_back(site: &Site, (source, destination, strategy, reason): (&str, &str, Strategy, StrategyReason), what: &str) {
    let (engine, _folder) = site.engine();
    let (at, to) = (format!("alpha/{source}"), format!("{}/{source}", site.path(destination)));
    let to = to.strip_prefix(&format!("{}/", site.base)).unwrap_or("").to_owned();
    let (census, charges) = (site.census(&at), site.charges());
    let draft = engine.plan(&site.request(source, destination), &mut |_: &_| true).unwrap();
    assert_eq!(draft.refusals, [], "{what}");
    let planned = &draft.plan.items[0];
    assert_eq!((planned.strategy, planned.reason), (strategy, reason), "{what}");
    let moved = if strategy == Strategy::Rename { Amount::ZERO } else { planned.tally.amount };
    let is_told = draft.plan.warnings.iter().any(|warning| matches!(warning, Warning::LimitsUnknown { .. }));
    assert_eq!(is_told, site.caller != 0 && destination == "beta", "{what}: {:?}", draft.plan.warnings);

    let id = engine.accept(&site.request(source, destination), None).unwrap();
    engine.drive(id).unwrap();
    let of = engine.get(id).unwrap().recorded.of;
    assert_eq!(of.state, MoveState::Done, "{what}: {:?}", of.failure);
    if to.is_empty() {
        assert_arrived(&site.census_of(&format!("{}/{source}", site.elsewhere)), &census, 0, what);
    } else {
        assert_arrived(&site.census(&to), &census, if destination == "beta" { BETA } else { ALPHA }, what);
    }
    let after = site.charges();
    match strategy {
        // The retired source stays charged until it is purged.
        Strategy::StagedCopy if destination == "beta" => assert_eq!(after[1].inodes, charges[1].inodes + moved.inodes, "{what}"),
        // So does the record of the move, beside it.
        Strategy::StagedCopy => assert_eq!((after[0].inodes, after[1]), (charges[0].inodes + 1, charges[1]), "{what}"),
        _ => assert_eq!(after, [charges[0].less(moved), charges[1] + moved], "{what}"),
    }

    let undo = engine.accept_undo(id).unwrap_or_else(|error| panic!("{what}: {error:?}"));
    engine.drive(undo).unwrap();
    let of = engine.get(undo).unwrap().recorded.of;
    assert_eq!(of.state, MoveState::Done, "{what}, undone: {:?}", of.failure);
    assert_arrived(&site.census(&at), &census, ALPHA, &format!("{what}, undone"));
    if strategy != Strategy::StagedCopy {
        assert_eq!(site.charges(), charges, "{what}, undone");
    }
}

/// The same entries, charged to one project as far as the kernel tells.
fn assert_arrived(found: &Census, expected: &Census, project: u32, what: &str) {
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{what}");
    for (at, seen) in found {
        let mut expected = expected[at].clone();
        // Outside of every project nothing is passed on either.
        let inherits = |tag: ProjectTag| tag.inherit && project != 0;
        expected.project = expected.project.map(|tag| ProjectTag { id: ProjectId(project), inherit: inherits(tag) });
        assert_eq!(*seen, expected, "{what}: {at}");
    }
}

#[test]
fn real_limits_are_read_and_kept_before_anything_moves() {
    as_the_program();
    sites(|site, what| {
        kernel::limit(&site.mount, BETA, MIB / 4, 100);
        let beta = site.folder("beta");
        let told = kernel::seen_by(site.caller).quota(&beta, ProjectId(BETA)).unwrap();
        assert_eq!(told.is_some(), site.caller == 0, "{what}: only root may read limits");
        if let Some(told) = told {
            assert_eq!((told.limits.bytes.hard, told.limits.inodes.hard), (Some(MIB / 4), Some(100)), "{what}");
        }
        let (engine, _folder) = site.engine();
        let draft = engine.plan(&site.request("plain", "beta"), &mut |_: &_| true).unwrap();
        let is_refused = draft.refusals.iter().any(|refusal| matches!(refusal, Refusal::NoHeadroom { .. }));
        assert!(is_refused, "{what}: {:?}", draft.refusals);
        kernel::limit(&site.mount, BETA, 0, 0);
    });
}

#[test]
fn real_roots_writes_stop_at_the_limit_as_everybodys_do() {
    as_the_program();
    sites(|site, what| {
        kernel::limit(&site.mount, BETA, MIB / 4, 0);
        let fs = kernel::seen_by(site.caller);
        let file = fs.create_file(site.folder("beta").at(&name("large")), 0o644).unwrap();
        let piece = vec![9; 1 << 16];
        let refused = (0..64).find_map(|number| fs.write_at(&file, number << 16, &piece).err()).map(|error| error.errno);
        let expected = if site.mount.contains("xfs") { Errno::NOSPC } else { Errno::DQUOT };
        assert_eq!(refused, Some(expected), "{what}");
        kernel::limit(&site.mount, BETA, 0, 0);
    });
}
