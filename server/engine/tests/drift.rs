//! Charges that the kernel lets go wrong without a word (recorded on Lustre 2.17): a symbolic link that a
//! rename takes to another MDT, one of several hard links, and a folder whose own project ID hides that of
//! its content. The plan foresees each, and after the move nothing is charged to anybody but its folder's project.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use tidelock_engine::fs::simulator::{Personality, SiteMount};
use tidelock_engine::fs::walk::walk;
use tidelock_engine::fs::{FileSystem, Folder, FsError};
use tidelock_engine::planner::Draft;
use tidelock_engine::planner::plan::{Refusal, Warning};
use tidelock_shared::id::{MoveId, ProjectId};
use tidelock_shared::progress::MoveState;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::request::{Consent, MoveRequest};
use tidelock_shared::strategy::{EntryKind, Strategy};
use world::{ALICE, ALPHA, BETA, CASES, Case, Census, Seen, World, assert_same, make_folder, name, path, write};

const LUSTRES: [Personality; 3] = [Personality::Lustre2_12, Personality::Lustre2_15, Personality::Lustre2_17];
const EVERYWHERE: [Personality; 5] =
    [Personality::Lustre2_12, Personality::Lustre2_15, Personality::Lustre2_17, Personality::Ext4, Personality::Xfs];

fn world(personality: Personality, caller: u32) -> World {
    World::new(Case { personality, caller, ..CASES[0] })
}

/// A folder of a project on another MDT than the first project's.
fn far_folder(world: &World, project: ProjectId) -> Folder {
    let top = world.root.open_path(&path("/m")).unwrap();
    let near = world.root.placement((&world.root.open_path(&path("/m/alpha")).unwrap()).into()).unwrap();
    for _ in 0..8 {
        // Near the top new folders go round.
        let far = make_folder(&world.root, &top, "far", 0o777);
        if world.root.placement((&far).into()).unwrap() != near {
            world.root.set_tag((&far).into(), ProjectTag { id: project, inherit: true }).unwrap();
            world.root.sync_everything();
            return far;
        }
        world.root.remove_folder(top.at(&name("far"))).unwrap();
    }
    panic!("every folder came to lie on one MDT");
}

fn request(source: &str, destination: &str) -> MoveRequest {
    MoveRequest { sources: vec![path(source)], destination: path(destination), ..MoveRequest::default() }
}

fn planned(world: &World, request: &MoveRequest) -> Draft {
    let (engine, _folder) = world.engine();
    engine.plan(request, &mut |_: &_| true).unwrap()
}

fn moved(world: &World, request: &MoveRequest, what: &str) -> MoveId {
    let (engine, _folder) = world.engine();
    let id = engine.accept(request, None).unwrap_or_else(|error| panic!("{what}: {error:?}"));
    engine.drive(id).unwrap();
    let of = engine.get(id).unwrap().recorded.of;
    assert_eq!(of.state, MoveState::Done, "{what}: {:?}", of.failure);
    id
}

/// What lies at or below a path and is charged to another project.
fn drift(world: &World, at: &str, project: ProjectId) -> Vec<String> {
    let (folder, entry) = at.rsplit_once('/').unwrap();
    let folder = world.root.open_path(&path(folder)).unwrap();
    let mut outliers = Vec::new();
    walk(&world.root, folder.at(&name(entry)), &mut |visit| -> Result<bool, FsError> {
        let charged_to = world.root.charged_to(visit.status.inode);
        let is_folder = visit.status.kind == EntryKind::Folder;
        let inherits = !is_folder || world.root.tag(visit.at.into())?.is_some_and(|tag| tag.inherit);
        if charged_to != project || !inherits {
            outliers.push(format!("{} of {charged_to}", visit.at.name.shown()));
        }
        Ok(is_folder)
    })
    .unwrap();
    outliers
}

/// Nothing below `at` is charged elsewhere, and the projects are charged what lies there.
fn assert_no_drift(world: &World, at: &str, project: ProjectId, what: &str) {
    assert_eq!(drift(world, at, project), Vec::<String>::new(), "{what}");
    for project in [ALPHA, BETA] {
        assert_eq!(world.root.usage(0, project), world.recount(project), "{what}: project {project}");
    }
}

#[test]
fn a_symbolic_link_that_goes_to_another_mdt_is_charged_where_it_goes() {
    for personality in LUSTRES {
        for caller in [0, ALICE] {
            for (source, project) in [("link", BETA), ("tree", BETA), ("link", ALPHA), ("tree", ALPHA)] {
                let what = format!("{personality:?} {caller}: {source} to {project}");
                let world = world(personality, caller);
                far_folder(&world, project);
                let mut request = request(&format!("/m/alpha/{source}"), "/m/far");
                request.allow = vec![Consent::LostMetadata];
                let draft = planned(&world, &request);
                moved(&world, &request, &what);
                assert_no_drift(&world, &format!("/m/far/{source}"), project, &what);
                // A rename alone would have left a link's charge behind.
                let is_trusted = draft.plan.items[0].strategy == Strategy::Rename && project == BETA;
                assert!(!is_trusted, "{what}: {:?}", draft.plan.items[0].strategy);
            }
        }
    }
}

#[test]
fn one_of_several_hard_links_takes_the_others_charge_along_only_with_consent() {
    for personality in EVERYWHERE {
        for caller in [0, ALICE] {
            let what = format!("{personality:?} {caller}");
            let world = world(personality, caller);
            let alpha = world.root.open_path(&path("/m/alpha")).unwrap();
            let other = world.root.open_folder(alpha.at(&name("other"))).unwrap();
            world.root.link(alpha.at(&name("single")), other.at(&name("second name"))).unwrap();
            world.root.sync_everything();
            let mut request = request("/m/alpha/single", "/m/beta");
            let draft = planned(&world, &request);
            if draft.plan.items[0].strategy == Strategy::StagedCopy {
                // The copy is another inode: the other name keeps its own.
                request.allow = vec![Consent::HardLinksLeaving];
                moved(&world, &request, &what);
                assert_no_drift(&world, "/m/beta/single", BETA, &what);
                assert_eq!(drift(&world, "/m/alpha/other/second name", ALPHA), Vec::<String>::new(), "{what}");
                continue;
            }
            let is_refused = |refusal: &Refusal| matches!(refusal, Refusal::HardLinksLeaving { inodes: 1 });
            assert!(draft.refusals.iter().any(is_refused), "{what}: {:?}", draft.refusals);
            request.allow = vec![Consent::HardLinksLeaving];
            let draft = planned(&world, &request);
            moved(&world, &request, &what);
            let is_told = |warning: &Warning| matches!(warning, Warning::HardLinksLeaving { inodes: 1 });
            assert!(draft.plan.warnings.iter().any(is_told), "{what}: {:?}", draft.plan.warnings);
            assert_no_drift(&world, "/m/beta/single", BETA, &what);
        }
    }
}

#[test]
fn hard_links_within_what_moves_are_charged_once_and_rightly() {
    for personality in EVERYWHERE {
        for caller in [0, ALICE] {
            let what = format!("{personality:?} {caller}");
            let world = world(personality, caller);
            let alice = world.root.seen_by(ALICE, &[1000]);
            let alpha = world.root.open_path(&path("/m/alpha")).unwrap();
            let plain = world.root.open_folder(alpha.at(&name("plain"))).unwrap();
            let sub = world.root.open_folder(plain.at(&name("sub"))).unwrap();
            alice.link(plain.at(&name("file")), sub.at(&name("second name"))).unwrap();
            world.root.sync_everything();
            moved(&world, &request("/m/alpha/plain", "/m/beta"), &what);
            assert_no_drift(&world, "/m/beta/plain", BETA, &what);
        }
    }
}

/// A folder whose own ID is the destination's, with content of another project's in it.
fn mixed(world: &World, folder: &str, top: ProjectId, content: ProjectId) {
    let (root, alice) = (&world.root, world.root.seen_by(ALICE, &[1000]));
    let mixed = make_folder(&alice, &root.open_path(&path(folder)).unwrap(), "mixed", 0o755);
    root.set_tag((&mixed).into(), ProjectTag { id: content, inherit: true }).unwrap();
    write(&alice, &mixed, "file", b"charged elsewhere");
    write(&alice, &make_folder(&alice, &mixed, "sub", 0o755), "file", b"this too");
    alice.create_symbolic_link(mixed.at(&name("link")), b"file").unwrap();
    root.set_tag((&mixed).into(), ProjectTag { id: top, inherit: true }).unwrap();
    root.sync_everything();
}

#[test]
fn a_folder_whose_content_is_charged_elsewhere_is_not_taken_at_its_word() {
    const ODD: ProjectId = ProjectId(1077);
    for personality in EVERYWHERE {
        for caller in [0, ALICE] {
            // Renames of the first and the second would pass as they are (recorded).
            for (top, content, destination, project) in [
                (BETA, ALPHA, "/m/beta", BETA),
                (ALPHA, ODD, "/m/alpha/other", ALPHA),
                (BETA, ODD, "/m/beta", BETA),
                (ODD, ODD, "/m/beta", BETA),
                (ODD, ODD, "/m/alpha/other", ALPHA),
            ] {
                let what = format!("{personality:?} {caller}: {top} with {content} to {destination}");
                let world = world(personality, caller);
                mixed(&world, "/m/alpha", top, content);
                let before = world.census();
                let mut request = request("/m/alpha/mixed", destination);
                request.allow = vec![Consent::LostMetadata];
                let draft = planned(&world, &request);
                assert_ne!(draft.plan.items[0].strategy, Strategy::Rename, "{what}");
                // A folder that its own folder does not rename can neither be hidden there nor come back.
                let is_held = top != ALPHA && draft.plan.items[0].retires_source();
                let is_refused = |refusal: &Refusal| matches!(refusal, Refusal::HeldByItsCharge(_));
                assert_eq!(draft.refusals.iter().any(is_refused), is_held, "{what}: {:?}", draft.refusals);
                if !is_held {
                    let id = moved(&world, &request, &what);
                    assert_no_drift(&world, &format!("{destination}/mixed"), project, &what);
                    let (engine, _folder) = world.engine();
                    let undo = engine.accept_undo(id).unwrap_or_else(|error| panic!("{what}: {error:?}"));
                    engine.drive(undo).unwrap();
                    let of = engine.get(undo).unwrap().recorded.of;
                    assert_eq!(of.state, MoveState::Done, "{what}, undone: {:?}", of.failure);
                    // What was charged elsewhere than its folder is not any more, as the plan had said.
                    let is_mended =
                        |warning: &Warning| matches!(warning, Warning::DriftMended { .. } | Warning::UndoneInexactly { .. });
                    assert!(draft.plan.warnings.iter().any(is_mended), "{what}: {:?}", draft.plan.warnings);
                    let anywhere = |census: Census| -> Census {
                        census.into_iter().map(|(at, seen)| (at, Seen { project: None, ..seen })).collect()
                    };
                    assert_same(&anywhere(world.visible()), &anywhere(before), &format!("{what}, undone"));
                }
            }
        }
    }
}

/// What is left of a finished move after the servers have lost power, by what each of some seeds lets survive.
fn assert_durable(world: impl Fn() -> World, request: &MoveRequest, at: &str, project: ProjectId, what: &str) {
    for seed in 0..8 {
        let world = world();
        moved(&world, request, what);
        world.root.cut_power(seed);
        assert_no_drift(&world, at, project, &format!("{what}, seed {seed}"));
    }
}

/// A folder on the first project's MDT, charged to the second.
fn near_folder(world: &World) {
    let top = world.root.open_path(&path("/m")).unwrap();
    let near = world.root.placement((&world.root.open_path(&path("/m/alpha")).unwrap()).into()).unwrap();
    let is_near = |number: &u32| {
        let folder = make_folder(&world.root, &top, &format!("near{number}"), 0o777);
        world.root.placement((&folder).into()).unwrap() == near
    };
    let found = (0..8).find(is_near).unwrap();
    world.root.rename(top.at(&name(&format!("near{found}"))), top.at(&name("near"))).unwrap();
    let near = world.root.open_path(&path("/m/near")).unwrap();
    world.root.set_tag((&near).into(), ProjectTag { id: BETA, inherit: true }).unwrap();
}

#[test]
fn a_changed_charge_is_durable_on_whatever_mdt_an_inode_lies() {
    for personality in LUSTRES {
        // Both folders of the move lie on one MDT, and what moves, or a file in it, on the other.
        for remote in ["tree", "single"] {
            let with_a_remote_part = || {
                let world = world(personality, 0);
                let far = far_folder(&world, ALPHA);
                let alpha = world.root.open_path(&path("/m/alpha")).unwrap();
                let whole = make_folder(&world.root, if remote == "tree" { &far } else { &alpha }, "whole", 0o755);
                write(&world.root, &whole, "file", b"content");
                write(&world.root, &far, "single", b"made elsewhere");
                world.root.rename(far.at(&name("single")), whole.at(&name("single"))).unwrap();
                if remote == "tree" {
                    world.root.rename(far.at(&name("whole")), alpha.at(&name("whole"))).unwrap();
                }
                near_folder(&world);
                world.root.sync_everything();
                world
            };
            let request = request("/m/alpha/whole", "/m/near");
            let what = format!("{personality:?}, {remote}");
            assert_durable(with_a_remote_part, &request, "/m/near/whole", BETA, &what);
        }
    }
}

#[test]
fn a_tree_that_is_made_anew_on_several_mdts_is_durable_on_each() {
    for case in CASES.into_iter().filter(|case| case.name.contains("by a user, Lustre")) {
        for seed in 0..8 {
            let world = World::on_mounts(case, 10, |mount| SiteMount { mdts: 4, spread_levels: 9, ..mount });
            let after = world.after();
            let what = format!("{}, seed {seed}", case.name);
            moved(&world, &world.request(), &what);
            world.root.cut_power(seed);
            assert_same(&world.visible(), &after, &what);
            assert_no_drift(&world, "/m/beta/tree", BETA, &what);
        }
    }
}

#[test]
fn names_in_a_striped_folder_are_durable_on_each_of_its_mdts() {
    for (personality, caller) in [(Personality::Lustre2_17, 0), (Personality::Lustre2_17, ALICE), (Personality::Lustre2_12, ALICE)]
    {
        // Its own MDT is the source's, so that nothing but its stripes leads to the other.
        let striped = |stripes: [u16; 2]| {
            let world = world(personality, caller);
            near_folder(&world);
            world.root.stripe(&world.root.open_path(&path("/m/near")).unwrap(), &stripes).unwrap();
            world.root.sync_everything();
            world
        };
        // By chance a name may lie where that of the barrier does; these two do not lie together.
        for (item, new_name) in [("single", "even"), ("single", "odd"), ("plain", "even"), ("plain", "odd")] {
            let mut request = request(&format!("/m/alpha/{item}"), "/m/near");
            request.new_name = Some(name(new_name));
            let what = format!("{personality:?} {caller}: {item} as {new_name}");
            for stripes in [[0, 1], [1, 0]] {
                assert_durable(|| striped(stripes), &request, &format!("/m/near/{new_name}"), BETA, &what);
            }
        }
    }
}
