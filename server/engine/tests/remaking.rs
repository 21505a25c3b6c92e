//! What cannot be retagged is made anew inside the retagged folders, on ext4 and XFS.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tidelock_engine::fs::simulator::{Personality, Simulator, Watch};
use tidelock_engine::fs::{Errno, FileSystem, FsError, FsResult};
use tidelock_engine::planner::plan::Warning;
use tidelock_shared::id::ProjectId;
use tidelock_shared::progress::MoveState;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::strategy::{EntryKind, Strategy};
use world::{ALICE, ALPHA, BETA, CASES, Case, World, name, path};

const REMADE: Case = Case { name: "links made anew", personality: Personality::Ext4, caller: ALICE, ..CASES[3] };

#[test]
fn what_cannot_be_retagged_is_charged_to_the_destination_and_a_socket_stays_as_it_was() {
    for personality in [Personality::Ext4, Personality::Xfs] {
        let world = World::new(Case { personality, ..REMADE });
        let tree = world.root.open_path(&path("/m/alpha/tree")).unwrap();
        let socket = name("socket");
        world.caller().create_special(tree.at(&socket), EntryKind::Socket, 0o600, 0).unwrap();
        let inode = world.root.status(tree.at(&socket).into()).unwrap().inode;
        let before = [ALPHA, BETA].map(|project| world.root.usage(0, project));
        let (engine, _folder) = world.engine();
        let draft = engine.plan(&world.request(), &mut |_: &_| true).unwrap();
        assert!(draft.plan.warnings.contains(&Warning::Remade { entries: 2 }), "{:?}", draft.plan.warnings);
        assert!(draft.plan.warnings.contains(&Warning::SocketsStayCharged { entries: 1 }));
        let moved = draft.plan.items[0].tally.amount;
        let id = engine.accept(&world.request(), None).unwrap();
        engine.drive(id).unwrap();
        let after = [ALPHA, BETA].map(|project| world.root.usage(0, project));
        assert_eq!(after, [before[0].less(moved), before[1] + moved], "{personality:?}");
        let tree = world.root.open_path(&path("/m/beta/tree")).unwrap();
        assert_eq!(world.root.status(tree.at(&socket).into()).unwrap().inode, inode);
        assert_eq!(world.root.charged_to(inode), ALPHA);
        for text in ["dangling", "fifo"] {
            let inode = world.root.status(tree.at(&name(text)).into()).unwrap().inode;
            assert_eq!(world.root.charged_to(inode), BETA, "{text}");
        }
    }
}

#[test]
fn a_link_with_another_name_is_not_parted_from_it_but_copied() {
    let world = World::new(REMADE);
    let tree = world.root.open_path(&path("/m/alpha/tree")).unwrap();
    world.caller().link(tree.at(&name("dangling")), tree.at(&name("twin"))).unwrap();
    let (engine, _folder) = world.engine();
    let draft = engine.plan(&world.request(), &mut |_: &_| true).unwrap();
    assert_eq!(draft.plan.items[0].strategy, Strategy::StagedCopy);
}

/// Before one call, somebody points a link of the tree elsewhere, in one step as `ln -sfn` does.
struct Repointing {
    at: u64,
    calls: AtomicU64,
    theirs: Simulator,
}

impl Watch for Repointing {
    fn before(&self, _: &'static str, _: &[u8], _: bool) -> FsResult<Option<Errno>> {
        if self.calls.fetch_add(1, Ordering::Relaxed) == self.at {
            let places = ["/m/alpha/tree", "/m/beta/tree"].map(path);
            let Some(tree) = places.iter().find_map(|place| self.theirs.open_path(place).ok()) else { return Ok(None) };
            let (new, link) = (name("theirs"), name("dangling"));
            self.theirs.create_symbolic_link(tree.at(&new), b"/theirs")?;
            self.theirs.rename(tree.at(&new), tree.at(&link))?;
        }
        Ok(None)
    }

    fn after(&self, _: Option<&FsError>) {}
}

#[test]
fn a_link_that_others_replace_at_any_call_is_theirs_afterwards() {
    for at in 0.. {
        let world = World::new(REMADE);
        let theirs = world.root.seen_by(ALICE, &[1000]);
        let repointing = Arc::new(Repointing { at, calls: AtomicU64::new(0), theirs });
        let (engine, _folder) = world.engine_on(world.caller().watched_by(repointing.clone()));
        if let Ok(id) = engine.accept(&world.request(), None) {
            engine.drive(id).unwrap();
            let state = engine.get(id).unwrap().recorded.of.state;
            assert!(matches!(state, MoveState::Done | MoveState::Undone), "replaced before call {at}: {state:?}");
        }
        if repointing.calls.load(Ordering::Relaxed) <= at {
            break;
        }
        let census = world.census();
        let links: Vec<_> = census.iter().filter(|(_, seen)| seen.points_to == b"/theirs").map(|(at, _)| at.as_str()).collect();
        assert!(matches!(links.as_slice(), ["/m/alpha/tree/dangling" | "/m/beta/tree/dangling"]), "before call {at}: {links:?}");
        assert_eq!(world.hidden_names(), Vec::<String>::new(), "replaced before call {at}");
        for project in [ALPHA, BETA] {
            assert_eq!(world.root.usage(0, project), world.recount(project), "replaced before call {at}");
        }
    }
}

/// The kernel does not tell whom a link is charged to, and its folder need not be right about it.
#[test]
fn a_move_that_is_undone_charges_links_to_whom_they_were_charged_before() {
    for personality in [Personality::Ext4, Personality::Xfs] {
        let world = World::new(Case { personality, ..REMADE });
        let tree = world.root.open_path(&path("/m/alpha/tree")).unwrap();
        let make = |text: &str, made: ProjectTag, left: ProjectTag| {
            let folder = name(text);
            world.caller().create_folder(tree.at(&folder), 0o755).unwrap();
            world.root.set_tag(tree.at(&folder).into(), made).unwrap();
            let inner = world.root.open_folder(tree.at(&folder)).unwrap();
            world.caller().create_symbolic_link(inner.at(&name("link")), b"somewhere").unwrap();
            world.caller().create_special(inner.at(&name("fifo")), EntryKind::Fifo, 0o600, 0).unwrap();
            world.root.set_tag(tree.at(&folder).into(), left).unwrap();
        };
        let flagged = ProjectTag { id: ALPHA, inherit: true };
        let plain = ProjectTag { id: ALPHA, inherit: false };
        make("never flagged", plain, plain);
        make("no longer flagged", flagged, plain);
        let charges = || {
            let charged = ["never flagged", "no longer flagged"].map(|folder| {
                let folder = world.root.open_path(&path(&format!("/m/alpha/tree/{folder}"))).unwrap();
                ["link", "fifo"].map(|text| world.root.charged_to(world.root.status(folder.at(&name(text)).into()).unwrap().inode))
            });
            (charged, [ALPHA, BETA, ProjectId(0)].map(|project| world.root.usage(0, project)))
        };
        let before = charges();
        assert_eq!(before.0, [[ProjectId(0); 2], [ALPHA; 2]]);
        let (engine, _folder) = world.engine();
        let id = engine.accept(&world.request(), None).unwrap();
        let beta = world.root.open_path(&path("/m/beta")).unwrap();
        world.caller().create_symbolic_link(beta.at(&name("tree")), b"taken").unwrap();
        engine.drive(id).unwrap();
        let of = engine.get(id).unwrap().recorded.of;
        assert_eq!(of.state, MoveState::Undone, "{:?}", of.failure);
        world.root.unlink(beta.at(&name("tree"))).unwrap();
        assert_eq!(charges(), before, "{personality:?}");
        assert_eq!(world.hidden_names(), Vec::<String>::new());
    }
}

/// Somebody guesses the next hidden name and has a folder of his own there, with something in it.
fn guess(world: &World, at: &str, rest: &str) -> String {
    // The first number of the same engine.
    let id = World::new(world.case).run().unwrap().unwrap();
    let hidden = name(&format!(".tidelock-{id}.0{rest}"));
    let alice = world.root.seen_by(ALICE, &[1000]);
    let above = alice.open_path(&path(at)).unwrap();
    alice.create_folder(above.at(&hidden), 0o755).unwrap();
    let folder = alice.open_folder(above.at(&hidden)).unwrap();
    world::write(&alice, &folder, "file", b"mine");
    format!("{at}/{}", hidden.shown())
}

#[test]
fn nothing_is_done_in_a_folder_that_others_made_under_a_hidden_name() {
    for (begins, at, rest) in
        [("staged copy of a tree", "/n", ""), ("retag and rename, links made anew, XFS", "/m/alpha", ".workshop")]
    {
        let world = World::new(CASES.into_iter().find(|case| case.name.starts_with(begins)).unwrap());
        let guessed = guess(&world, at, rest);
        let before = world.census();
        let id = world.run().unwrap().unwrap();
        let (engine, _folder) = world.engine();
        let of = engine.get(id).unwrap().recorded.of;
        assert_eq!(of.state, MoveState::Undone, "{begins}: {:?}", of.failure);
        let after = world.census();
        for at in [guessed.clone(), format!("{guessed}/file")] {
            assert_eq!(after.get(&at), before.get(&at), "{begins}");
        }
    }
}
