//! Repairs: what a plan says of them, what speaks against one, and what an undo brings back.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use tidelock_engine::drift::Scanner;
use tidelock_engine::fs::FileSystem;
use tidelock_engine::fs::simulator::Personality;
use tidelock_engine::planner::plan::Refusal;
use tidelock_engine::{Engine, EngineError};
use tidelock_shared::id::{MoveId, ProjectId};
use tidelock_shared::plan::ProjectRole;
use tidelock_shared::progress::MoveState;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::quota::{Amount, Bounds, Limits};
use tidelock_shared::request::{MoveRequest, Verb};
use world::meddler::Meddler;
use world::{ALICE, ALPHA, CASES, Case, GAMMA, World, assert_charged, assert_same, make_folder, name, path, write};

fn on(personality: Personality, caller: u32) -> World {
    let is_it = |case: &Case| case.verb == Verb::Repair && case.personality == personality;
    World::new(Case { caller, ..CASES.into_iter().find(is_it).unwrap() })
}

fn repair(at: &str) -> MoveRequest {
    MoveRequest { verb: Verb::Repair, sources: vec![path(at)], ..MoveRequest::default() }
}

fn refusals(world: &World, at: &str) -> Vec<Refusal> {
    let (engine, _folder) = world.engine();
    match engine.plan(&repair(at), &mut |_: &_| true) {
        Ok(draft) => draft.refusals,
        Err(EngineError::Refused(refusals)) => refusals,
        Err(error) => panic!("{error:?}"),
    }
}

fn done(engine: &Engine, id: MoveId) -> MoveId {
    engine.drive(id).unwrap();
    let of = engine.get(id).unwrap().recorded.of;
    assert_eq!(of.state, MoveState::Done, "{:?}", of.failure);
    id
}

fn findings(world: &World, at: &str) -> usize {
    let (clock, crew) = (world.clock(), tidelock_engine::crew::Alone);
    Scanner::new(&world.root, &crew, &clock).scan(&path(at), &mut |_| true).unwrap().findings.len()
}

#[test]
fn the_plan_tells_each_project_what_it_gains_and_loses_and_that_is_what_happens() {
    for personality in [Personality::Lustre2_17, Personality::Ext4, Personality::Xfs] {
        let world = on(personality, 0);
        let (engine, _folder) = world.engine();
        let draft = engine.plan(&repair("/m/alpha"), &mut |_: &_| true).unwrap();
        assert_eq!(draft.refusals, [], "{personality:?}");
        let told = |project| draft.plan.payers.iter().find(|change| change.payer.project == Some(project)).unwrap();
        let (alpha, gamma) = (told(ALPHA), told(GAMMA));
        assert_eq!((alpha.role, gamma.role), (ProjectRole::Destination, ProjectRole::Source), "{personality:?}");
        assert_eq!((gamma.usage, gamma.after), (Some(world.root.usage(0, GAMMA)), Some(Amount::ZERO)), "{personality:?}");
        assert_eq!(draft.plan.items[0].tally.entries, 4, "{personality:?}: two of gamma, one of nobody, one without the flag");
        assert_eq!(draft.plan.cost.bytes_copied, 0);
        let gains = draft.plan.reservations.iter().find(|reservation| reservation.payer.project == Some(ALPHA)).unwrap();
        assert_eq!(gains.settles_late, personality == Personality::Lustre2_17, "{personality:?}");
        assert_eq!(findings(&world, "/m/alpha"), 3, "{personality:?}");
        let id = done(&engine, engine.accept(&repair("/m/alpha"), None).unwrap());
        assert_eq!(findings(&world, "/m/alpha"), 0, "{personality:?}");
        assert_eq!(Some(world.root.usage(0, ALPHA)), alpha.after, "{personality:?}");
        assert_charged(&world, "repaired");
        let undo = done(&engine, engine.accept_undo(id).unwrap());
        assert_same(&world.visible(), &world.before, "undone");
        done(&engine, engine.accept_undo(undo).unwrap());
        assert_eq!((findings(&world, "/m/alpha"), world.hidden_names()), (0, vec![]), "{personality:?}");
    }
}

#[test]
fn what_cannot_be_repaired_is_refused_and_nothing_is_touched() {
    let mut world = on(Personality::Lustre2_17, 0);
    let plain = path("/m/alpha/plain");
    assert_eq!(refusals(&world, "/m/alpha/plain"), [Refusal::NothingToRepair(plain)]);
    assert_eq!(refusals(&world, "/m/alpha/single"), [Refusal::NotAFolder(path("/m/alpha/single"))]);
    make_folder(&world.root, &world.root.open_path(&path("/m")).unwrap(), "nobodys", 0o755);
    assert_eq!(refusals(&world, "/m/nobodys"), [Refusal::NoProject(path("/m/nobodys"))]);
    assert_eq!(refusals(&world, "/m/nowhere").len(), 1);
    world.before = world.census();
    let one = Bounds { soft: None, hard: Some(1) };
    world.root.set_limits(0, ALPHA, Limits { bytes: one, inodes: one });
    assert!(matches!(refusals(&world, "/m/alpha")[..], [Refusal::NoHeadroom { .. }]), "its own project has no room");
    assert_same(&world.visible(), &world.before, "nothing is touched");

    let world = on(Personality::Lustre2_17, ALICE);
    assert!(refusals(&world, "/m/alpha").contains(&Refusal::MayNotRetag(path("/m/alpha"))));
    let world = on(Personality::Ext4, ALICE);
    assert!(refusals(&world, "/m/alpha/shared").contains(&Refusal::MayNotRetag(path("/m/alpha/shared"))), "not all is hers");
}

/// Somebody else's, who has changed what is in the trash.
const KEPT: ProjectId = ProjectId(4712);

#[test]
fn what_finished_moves_keep_inside_stays_as_it_is_and_comes_back() {
    let world = on(Personality::Lustre2_17, 0);
    let (engine, _folder) = world.engine();
    let trash = MoveRequest { verb: Verb::Trash, sources: vec![path("/m/alpha/plain")], ..MoveRequest::default() };
    let trashed = done(&engine, engine.accept(&trash, None).unwrap());
    let hidden = world.root.open_path(&path(&format!("/m/alpha/.tidelock-{trashed}.0.retired"))).unwrap();
    world.root.set_tag(hidden.at(&name("file")).into(), ProjectTag { id: KEPT, inherit: false }).unwrap();
    let kept = world.root.usage(0, KEPT);
    done(&engine, engine.accept(&repair("/m/alpha"), None).unwrap());
    assert_eq!((world.root.usage(0, KEPT), findings(&world, "/m/alpha")), (kept, 0), "what is in the trash is the trash's");
    done(&engine, engine.accept_undo(trashed).unwrap());
    assert_eq!(world.visible()["/m/alpha/plain/file"].project.unwrap().id, KEPT);
}

#[test]
fn an_undo_leaves_alone_what_others_have_changed_or_made_since() {
    let world = on(Personality::Lustre2_17, 0);
    let (engine, _folder) = world.engine();
    let id = done(&engine, engine.accept(&repair("/m/alpha/shared"), None).unwrap());
    let shared = world.root.open_path(&path("/m/alpha/shared")).unwrap();
    let theirs = ProjectTag { id: ProjectId(4711), inherit: false };
    world.root.set_tag(shared.at(&name("strayed")).into(), theirs).unwrap();
    write(&world.root, &shared, "new", b"made since");
    done(&engine, engine.accept_undo(id).unwrap());
    let seen = world.visible();
    assert_eq!(seen["/m/alpha/shared/strayed"].project, Some(theirs));
    assert_eq!(seen["/m/alpha/shared/new"].project, Some(ProjectTag { id: ALPHA, inherit: false }));
    assert_eq!(seen["/m/alpha/shared/of gamma/inherited"].project.unwrap().id, GAMMA);
}

#[test]
fn a_folder_that_is_renamed_while_a_repair_is_undone_is_not_passed_over() {
    let mut seen_elsewhere = false;
    for at in 0.. {
        let world = on(Personality::Lustre2_17, 0);
        let (theirs, shared) = (world.root.clone(), world.root.open_path(&path("/m/alpha/shared")).unwrap());
        // Refused while it is charged to another project than the folder it lies in.
        let rename = move || theirs.rename(shared.at(&name("of gamma")), shared.at(&name("renamed"))).or(Ok(()));
        let renames = Meddler::later_at(at, rename);
        let (engine, _folder) = world.engine_on(world.caller().watched_by(renames.clone()));
        let id = done(&engine, engine.accept(&repair("/m/alpha/shared"), None).unwrap());
        let undo = engine.accept_undo(id).unwrap();
        renames.begin();
        done(&engine, undo);
        if !renames.has_come() {
            break;
        }
        let seen = world.visible();
        let inherited = seen.iter().find(|(found, _)| found.ends_with("/inherited")).unwrap().1;
        assert_eq!(inherited.project.unwrap().id, GAMMA, "renamed before call {at}");
        seen_elsewhere |= seen.contains_key("/m/alpha/shared/renamed");
    }
    assert!(seen_elsewhere, "it was never renamed");
}
