//! Each way that a move can go, from the request to the end, and back again.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use tidelock_engine::EngineError;
use tidelock_engine::fs::simulator::{Personality, Simulator, SiteMount};
use tidelock_engine::fs::{FileSystem, FsResult};
use tidelock_engine::moves::event::Note;
use tidelock_engine::planner::plan::{Changes, Refusal, Warning};
use tidelock_shared::progress::MoveState;
use tidelock_shared::request::{ConflictChoice, MoveRequest, OnConflict, Verb};
use tidelock_shared::strategy::StrategyReason;
use world::meddler::Meddler;
use world::{ALICE, CASES, Case, Census, World, assert_same, make_folder, name, path, write};

#[test]
fn a_move_arrives_whole_with_everything_that_belongs_to_it() {
    for case in CASES {
        let world = World::new(case);
        let after = world.after();
        let id = world.run().unwrap().unwrap();
        let (engine, _folder) = world.engine();
        let snapshot = engine.get(id).unwrap();
        assert_eq!(snapshot.recorded.of.state, MoveState::Done, "{}: {:?}", case.name, snapshot.recorded.of.failure);
        assert_same(&world.visible(), &after, case.name);
    }
}

#[test]
fn an_undo_brings_everything_back() {
    for case in CASES {
        let world = World::new(case);
        let id = world.run().unwrap().unwrap();
        let (engine, _folder) = world.engine();
        let undo = engine.accept_undo(id).unwrap_or_else(|error| panic!("{}: {error:?}", case.name));
        engine.drive(undo).unwrap();
        let snapshot = engine.get(undo).unwrap();
        assert_eq!(snapshot.recorded.of.state, MoveState::Done, "{}: {:?}", case.name, snapshot.recorded.of.failure);
        assert_eq!(engine.get(id).unwrap().recorded.undone_by, Some(undo));
        assert_same(&world.visible(), &world.brought_back(), case.name);
    }
}

/// `enable_remote_rename` off: the plan knows, where the folders lie on different MDTs.
#[test]
fn where_no_name_goes_between_mdts_a_move_arrives_and_comes_back_all_the_same() {
    let (mut copied, mut held) = (0, 0);
    // What is on tape would have to come back for a copy.
    let is_tried = |case: &Case| case.personality.is_lustre() && case.source != "/m/alpha/shared";
    let both = |case: Case| [1, 2, 3].map(|spread_levels| (case, spread_levels));
    for (case, spread_levels) in CASES.into_iter().filter(is_tried).flat_map(both) {
        let world = World::on_mounts(case, 10, |mount| SiteMount { remote_rename: false, spread_levels, ..mount });
        let what = case.name;
        let after = world.after();
        let id = match world.run().unwrap() {
            Ok(id) => id,
            // It lies on another MDT than its folder.
            Err(EngineError::Refused(refusals)) if spread_levels > 1 => {
                assert_eq!(refusals, [Refusal::HeldByItsServer(path(case.source))], "{what}");
                held += 1;
                continue;
            }
            Err(error) => panic!("{what}: {error}"),
        };
        let (engine, _folder) = world.engine();
        let snapshot = engine.get(id).unwrap();
        assert_eq!(snapshot.recorded.of.state, MoveState::Done, "{what}: {:?}", snapshot.recorded.of.failure);
        assert_same(&world.visible(), &after, what);
        let items = &snapshot.recorded.of.plan.items;
        copied += items.iter().filter(|item| item.reason == StrategyReason::OtherMetadataServer).count();
        if items.iter().any(|item| item.verb != Verb::Move) {
            continue;
        }
        let undo = engine.accept_undo(id).unwrap_or_else(|error| panic!("{what}: {error:?}"));
        engine.drive(undo).unwrap();
        let undone = engine.get(undo).unwrap();
        assert_eq!(undone.recorded.of.state, MoveState::Done, "{what}: {:?}", undone.recorded.of.failure);
        assert_same(&world.visible(), &world.brought_back(), what);
    }
    assert!(copied > 0 && held > 0);
}

#[test]
fn a_purge_frees_what_the_copy_retired_and_nothing_else() {
    for case in CASES.into_iter().filter(|case| case.name.starts_with("staged copy")) {
        let world = World::new(case);
        let id = world.run().unwrap().unwrap();
        let (engine, _folder) = world.engine();
        assert!(!world.hidden_names().is_empty(), "{}: the source is kept", case.name);
        engine.purge(id).unwrap();
        assert_eq!(world.hidden_names(), Vec::<String>::new(), "{}", case.name);
        assert_same(&world.census(), &world.after(), case.name);
        assert!(engine.purge(id).is_err(), "there is nothing left to purge");
    }
}

/// `/m/beta/plain` as it may be found: a folder that has some of the same names as the item.
fn world_to_merge() -> World {
    let world = World::new(CASES[0]);
    let alice = world.root.seen_by(ALICE, &[1000]);
    let plain = make_folder(&alice, &world.root.open_path(&path("/m/beta")).unwrap(), "plain", 0o750);
    write(&alice, &plain, "file", b"other content");
    write(&alice, &make_folder(&alice, &plain, "sub", 0o755), "more", b"only here");
    world.root.sync_everything();
    world
}

fn contents(census: &Census, below: &str) -> Vec<(String, String)> {
    let inside = census.iter().filter(|(at, seen)| at.starts_with(below) && !seen.content.is_empty());
    inside.map(|(at, seen)| (at[below.len()..].to_owned(), String::from_utf8(seen.content.clone()).unwrap())).collect()
}

#[test]
fn folders_are_merged_with_both_kept_where_files_meet_and_taken_apart_again() {
    let world = world_to_merge();
    let before = world.census();
    let request = MoveRequest {
        sources: vec![path("/m/alpha/plain")],
        destination: path("/m/beta"),
        on_conflict: OnConflict::Merge,
        ..MoveRequest::default()
    };
    let (engine, _folder) = world.engine();
    let id = engine.accept(&request, None).unwrap();
    engine.drive(id).unwrap();
    assert_eq!(engine.get(id).unwrap().recorded.of.state, MoveState::Done);
    let merged: Vec<(String, String)> =
        [("file", "other content"), ("file (2)", "plain"), ("sub/file", "below"), ("sub/more", "only here")]
            .map(|(at, content)| (at.to_owned(), content.to_owned()))
            .to_vec();
    assert_eq!(contents(&world.visible(), "/m/beta/plain/"), merged);
    assert_eq!(contents(&world.visible(), "/m/alpha/plain/"), []);
    let undo = engine.accept_undo(id).unwrap();
    engine.drive(undo).unwrap();
    assert_eq!(engine.get(undo).unwrap().recorded.of.state, MoveState::Done);
    let without_times = |census: &Census| contents(census, "/m/");
    assert_eq!(without_times(&world.visible()), without_times(&before));
}

#[test]
fn one_is_skipped_and_another_replaced_and_the_undo_puts_both_back() {
    let world = world_to_merge();
    let before = world.census();
    let request = MoveRequest {
        sources: vec![path("/m/alpha/plain"), path("/m/alpha/single")],
        destination: path("/m/beta"),
        on_conflict: OnConflict::Replace,
        choices: vec![ConflictChoice { source: path("/m/alpha/single"), on_conflict: OnConflict::Skip }],
        ..MoveRequest::default()
    };
    write(&world.root, &world.root.open_path(&path("/m/beta")).unwrap(), "single", b"taken");
    let (engine, _folder) = world.engine();
    let id = engine.accept(&request, None).unwrap();
    engine.drive(id).unwrap();
    assert_eq!(contents(&world.visible(), "/m/alpha/single"), [(String::new(), "just one file".to_owned())]);
    assert_eq!(contents(&world.visible(), "/m/beta/plain/"), contents(&before, "/m/alpha/plain/"));
    let undo = engine.accept_undo(id).unwrap();
    engine.drive(undo).unwrap();
    assert_eq!(contents(&world.visible(), "/m/beta/plain/"), contents(&before, "/m/beta/plain/"));
    assert_eq!(world.hidden_names(), Vec::<String>::new());
}

#[test]
fn skipping_everything_leaves_nothing_to_move_and_says_so() {
    let world = world_to_merge();
    let request = MoveRequest {
        sources: vec![path("/m/alpha/plain")],
        destination: path("/m/beta"),
        on_conflict: OnConflict::Skip,
        ..MoveRequest::default()
    };
    let (engine, _folder) = world.engine();
    let refused = engine.accept(&request, None);
    assert!(matches!(&refused, Err(EngineError::Refused(why)) if *why == [Refusal::NothingLeft]), "{refused:?}");
}

#[test]
fn a_purge_deletes_what_was_replaced() {
    for case in CASES.into_iter().filter(|case| case.name.starts_with("replace")) {
        let world = World::new(case);
        let id = world.run().unwrap().unwrap();
        let (engine, _folder) = world.engine();
        engine.purge(id).unwrap();
        assert_eq!(world.hidden_names(), Vec::<String>::new(), "{}", case.name);
        assert_same(&world.census(), &world.after(), case.name);
    }
}

#[test]
fn a_purge_keeps_what_was_written_through_a_handle_that_was_open_before() {
    for case in CASES.into_iter().filter(|case| case.name.starts_with("staged copy of a tree") || case.name.ends_with("2.12")) {
        let world = World::new(case);
        let tree = world.root.open_path(&path("/m/alpha/tree")).unwrap();
        let old = world.root.open_file(tree.at(&name("attributed"))).unwrap();
        let id = world.run().unwrap().unwrap();
        world.pass(60_000);
        world.root.write_at(&old, 0, b"written late").unwrap();
        world.pass(60_000);
        let (engine, _folder) = world.engine();
        engine.purge(id).unwrap();
        let hidden = format!("/m/alpha/.tidelock-{id}.0.retired");
        let left = vec![hidden.clone(), format!("{hidden}/attributed")];
        assert_eq!(world.hidden_names(), left, "{}: only what changed stays", case.name);
        assert_eq!(world.census()[&left[1]].content, b"written late");
        let notes = engine.get(id).unwrap().recorded.of.notes;
        assert!(notes.iter().any(|(_, note)| *note == Note::Kept { path: path(&hidden) }), "{}: {notes:?}", case.name);
    }
}

#[test]
fn a_purge_of_an_undo_keeps_what_was_changed_in_the_copy_before_the_undo() {
    let case = CASES.into_iter().find(|case| case.name.starts_with("staged copy of a tree")).unwrap();
    let world = World::new(case);
    let id = world.run().unwrap().unwrap();
    let copy = world.root.open_path(&path("/n/tree")).unwrap();
    world.root.write_at(&world.root.open_file(copy.at(&name("file"))).unwrap(), 0, b"worked on since").unwrap();
    // As large as before, and its time was set back.
    let attributed = world.root.open_file(copy.at(&name("attributed"))).unwrap();
    let before = world.root.status((&attributed).into()).unwrap();
    let content: Vec<u8> = vec![b'!'; usize::try_from(before.size).unwrap()];
    world.root.write_at(&attributed, 0, &content).unwrap();
    world.root.set_times((&attributed).into(), before.accessed, before.modified).unwrap();
    world.pass(60_000);
    let (engine, _folder) = world.engine();
    let undo = engine.accept_undo(id).unwrap();
    engine.drive(undo).unwrap();
    engine.purge(undo).unwrap();
    let kept: Vec<String> = world.census().into_values().map(|seen| String::from_utf8_lossy(&seen.content).into_owned()).collect();
    assert!(kept.iter().any(|content| content == "worked on since"));
    assert!(before.size > 0 && kept.iter().any(|kept| kept.as_bytes() == content), "{kept:?}");
    assert!(!world.hidden_names().iter().any(|at| at.ends_with("/empty")), "{:?}", world.hidden_names());
}

fn warned_of(world: &World, id: tidelock_shared::id::MoveId) -> Option<(Changes, bool)> {
    let (engine, _folder) = world.engine();
    let draft = engine.plan_undo(id, &mut |_: &_| true).unwrap();
    assert_eq!(draft.refusals, []);
    draft.plan.warnings.into_iter().find_map(|warning| match warning {
        Warning::ChangedMeanwhile { changes, stay_behind, .. } => Some((changes, stay_behind)),
        _ => None,
    })
}

#[test]
fn the_plan_of_an_undo_says_what_was_changed_since() {
    for case in CASES
        .into_iter()
        .filter(|case| case.source.ends_with("tree") && case.on_conflict == OnConflict::Refuse && case.verb == Verb::Move)
    {
        let world = World::new(case);
        let id = world.run().unwrap().unwrap();
        world.pass(60_000);
        assert_eq!(warned_of(&world, id), None, "{}: nothing has changed", case.name);
        let top = format!("{}/tree", case.destination);
        let tree = world.root.open_path(&path(&top)).unwrap();
        let new = make_folder(&world.root, &tree, "new", 0o755);
        write(&world.root, &new, "file", b"new");
        world.root.write_at(&world.root.open_file(tree.at(&name("attributed"))).unwrap(), 0, b"other").unwrap();
        world.root.unlink(tree.at(&name("empty"))).unwrap();
        let (changes, stay_behind) = warned_of(&world, id).unwrap();
        let counts = (changes.added, changes.removed, changes.changed);
        if stay_behind {
            assert_eq!((counts, changes.is_exact), ((2, 1, 1), true), "{}: {changes:?}", case.name);
            let examples = ["attributed", "empty", "new"].map(|name| path(&format!("{top}/{name}")));
            let mut found = changes.examples.clone();
            found.sort();
            assert_eq!(found, examples, "{}", case.name);
        } else {
            // Two more and one less are one more, as far as a count can tell.
            assert_eq!((counts, changes.is_exact), ((1, 0, 2), false), "{}: {changes:?}", case.name);
        }
    }
}

#[test]
fn an_undo_whose_kept_source_is_gone_is_refused_before_anything_is_touched() {
    let case = CASES.into_iter().find(|case| case.name.starts_with("staged copy of a file")).unwrap();
    let world = World::new(case);
    let id = world.run().unwrap().unwrap();
    let alpha = world.root.open_path(&path("/m/alpha")).unwrap();
    world.root.unlink(alpha.at(&name(&format!(".tidelock-{id}.0.retired")))).unwrap();
    let (engine, _folder) = world.engine();
    let refused = engine.accept_undo(id);
    assert!(matches!(&refused, Err(EngineError::Refused(why)) if matches!(why[..], [Refusal::ChangedSince { .. }])), "{refused:?}");
}

/// Something of somebody else's takes the place of the item.
fn swap(theirs: &Simulator, item: &str) -> FsResult<()> {
    let alpha = theirs.open_path(&path("/m/alpha"))?;
    let is_folder = theirs.open_folder(alpha.at(&name(item))).is_ok();
    if theirs.rename(alpha.at(&name(item)), alpha.at(&name("somewhere else"))).is_ok() {
        let (folder, file) = if is_folder { (make_folder(theirs, &alpha, item, 0o755), "theirs") } else { (alpha, item) };
        write(theirs, &folder, file, b"somebody else's");
    }
    Ok(())
}

#[test]
fn a_file_that_is_swapped_for_another_at_any_call_is_never_deleted() {
    let lustre = [Personality::Lustre2_17, Personality::Lustre2_12];
    let cases = lustre.map(|personality| Case { name: "a file, swapped", personality, source: "/m/alpha/single", ..CASES[0] });
    for case in cases {
        for at in 0..400 {
            let world = World::new(case);
            let theirs = world.root.clone();
            let swap = Meddler::at(at, move || swap(&theirs, "single"));
            let (engine, _folder) = world.engine_on(world.caller().watched_by(swap.clone()));
            if let Ok(id) = engine.accept(&world.request(), None) {
                engine.drive(id).unwrap();
                let state = engine.get(id).unwrap().recorded.of.state;
                assert!(matches!(state, MoveState::Done | MoveState::Undone), "swapped before call {at}: {state:?}");
            }
            let contents: Vec<_> = world.visible().into_values().map(|seen| seen.content).collect();
            let count = |what: &[u8]| contents.iter().filter(|content| *content == what).count();
            assert_eq!(count(b"just one file"), 1, "{:?}: swapped before call {at}", case.personality);
            assert!(count(b"somebody else's") <= 1);
            let is_swapped = world.census().contains_key("/m/alpha/somewhere else");
            assert!(!is_swapped || count(b"somebody else's") == 1, "{:?}: swapped before call {at}", case.personality);
            assert_eq!(world.hidden_names(), Vec::<String>::new(), "swapped before call {at}");
            if !swap.has_come() {
                break;
            }
        }
    }
}

#[test]
fn what_others_put_in_an_items_place_stays_there_or_goes_back() {
    let case = |personality, source, destination| Case { name: "swapped", personality, source, destination, ..CASES[0] };
    let cases = [
        case(Personality::Ext4, "/m/alpha/plain", "/m/alpha/other"),
        case(Personality::Ext4, "/m/alpha/plain", "/m/beta"),
        case(Personality::Lustre2_17, "/m/alpha/plain", "/m/alpha/other"),
        case(Personality::Ext4, "/m/alpha/single", "/m/alpha/other"),
        case(Personality::Ext4, "/m/alpha/single", "/n"),
        case(Personality::Xfs, "/m/alpha/plain", "/n"),
    ];
    for case in cases {
        let item = case.source.rsplit('/').next().unwrap();
        let place = if item == "plain" { format!("{}/theirs", case.source) } else { case.source.to_owned() };
        for at in 0.. {
            let world = World::new(case);
            let theirs = world.root.clone();
            let rival = Meddler::later_at(at, move || swap(&theirs, item));
            let (engine, _folder) = world.engine_on(world.caller().watched_by(rival.clone()));
            let id = engine.accept(&world.request(), None).unwrap();
            // From here on the item is known: what else comes to its place is not the item.
            rival.begin();
            engine.drive(id).unwrap();
            let what = format!("{:?}, {} to {}: swapped before call {at}", case.personality, case.source, case.destination);
            // What was copied meanwhile stays hidden at most.
            let census = world.visible();
            if census.contains_key("/m/alpha/somewhere else") {
                let theirs: Vec<_> =
                    census.iter().filter(|(_, seen)| seen.content == b"somebody else's").map(|(at, _)| at).collect();
                assert_eq!(theirs, [&place], "{what}");
            }
            if !rival.has_come() {
                break;
            }
        }
    }
}

#[test]
fn an_item_that_is_removed_at_any_call_leaves_no_claim_behind() {
    let case = Case {
        name: "removed",
        personality: Personality::Lustre2_17,
        source: "/m/alpha/other",
        destination: "/m/beta",
        ..CASES[3]
    };
    for at in 0.. {
        let world = World::new(case);
        let theirs = world.root.clone();
        let removal = Meddler::at(at, move || {
            let alpha = theirs.open_path(&path("/m/alpha"))?;
            // It is empty. Once it has moved there is nothing to remove.
            let _ = theirs.remove_folder(alpha.at(&name("other")));
            Ok(())
        });
        let (engine, _folder) = world.engine_on(world.caller().watched_by(removal.clone()));
        let id = engine.accept(&world.request(), None);
        if let Ok(id) = id {
            engine.drive(id).unwrap();
            let state = engine.get(id).unwrap().recorded.of.state;
            assert!(matches!(state, MoveState::Done | MoveState::Undone), "removed before call {at}: {state:?}");
        }
        let census = world.census();
        let mode = census.get("/m/beta/other").map(|seen| seen.mode & 0o777);
        assert!(mode.is_none_or(|mode| mode == 0o755), "removed before call {at}: a claim is left");
        assert_eq!(world.hidden_names(), Vec::<String>::new(), "removed before call {at}");
        if !removal.has_come() {
            break;
        }
    }
}

const THEIR_MODE: u32 = 0o711;

#[test]
fn a_folder_that_took_a_claims_place_is_noticed_right_before_the_rename() {
    let case =
        Case { name: "claim", personality: Personality::Lustre2_17, source: "/m/alpha/plain", destination: "/m/beta", ..CASES[3] };
    let mut noticed = 0;
    for at in 0.. {
        let world = World::new(case);
        let theirs = world.root.clone();
        // An empty folder of theirs in the claim's place; there is none but for a moment.
        let rival = Meddler::at(at, move || {
            let beta = theirs.open_path(&path("/m/beta"))?;
            let claim = name("other");
            if theirs.remove_folder(beta.at(&claim)).is_ok() {
                theirs.create_folder(beta.at(&claim), THEIR_MODE)?;
            }
            Ok(())
        });
        let (engine, _folder) = world.engine_on(world.caller().watched_by(rival.clone()));
        let request = MoveRequest { new_name: Some(name("other")), ..world.request() };
        let id = engine.accept(&request, None).unwrap();
        engine.drive(id).unwrap();
        let state = engine.get(id).unwrap().recorded.of.state;
        let there = world.census().get("/m/beta/other").map(|seen| seen.mode & 0o777);
        match state {
            MoveState::Done => assert_ne!(there, Some(THEIR_MODE), "taken before call {at}"),
            MoveState::Undone => {
                assert_eq!(there, Some(THEIR_MODE), "taken before call {at}: their folder is gone");
                noticed += 1;
            }
            other => panic!("taken before call {at}: {other:?}"),
        }
        if !rival.has_come() {
            break;
        }
    }
    assert!(noticed > 0, "the claim is never compared");
}

#[test]
fn another_folder_at_the_destinations_path_gets_nothing() {
    // What is mounted cannot be renamed.
    for case in CASES.into_iter().filter(|case| case.destination != "/n") {
        let world = World::new(case);
        let (engine, _folder) = world.engine();
        let id = engine.accept(&world.request(), None).unwrap();
        put_another_in_its_place(&world.root, case.destination);
        // A barrier in the folder that was meant is all that may be seen there.
        let seen = || {
            let mut seen = world.visible();
            let meant = seen.iter_mut().filter(|(at, _)| at.ends_with("the one that was meant") || at.ends_with("meant/shared"));
            meant.for_each(|(_, entry)| entry.modified = world.before["/m/alpha"].modified);
            seen
        };
        let before = seen();
        engine.drive(id).unwrap();
        let snapshot = engine.get(id).unwrap();
        assert_eq!(snapshot.recorded.of.state, MoveState::Undone, "{}", case.name);
        assert_same(&seen(), &before, case.name);
        assert_eq!(world.hidden_names(), Vec::<String>::new(), "{}", case.name);
    }
}

/// Renames a folder, and makes one that looks like it under its name.
fn put_another_in_its_place(fs: &Simulator, folder: &str) {
    let folder = path(folder);
    let (above, own) = folder.split_last().unwrap();
    let above = fs.open_path(&above).unwrap();
    let (at, status) = (above.at(own), fs.status(above.at(own).into()).unwrap());
    let tag = fs.tag(at.into()).unwrap();
    fs.rename(at, above.at(&name("the one that was meant"))).unwrap();
    fs.create_folder(at, status.mode).unwrap();
    fs.set_owner(at.into(), status.uid, status.gid).unwrap();
    fs.set_mode(at.into(), status.mode).unwrap();
    if let Some(tag) = tag {
        fs.set_tag(at.into(), tag).unwrap();
    }
}

#[test]
fn an_undo_comes_back_beside_what_has_its_name_by_now() {
    for case in CASES.into_iter().filter(|case| case.verb == Verb::Move) {
        let world = World::new(case);
        let id = world.run().unwrap().unwrap();
        let (folder, own) = case.source.rsplit_once('/').unwrap();
        let above = world.root.open_path(&path(folder)).unwrap();
        let taken = world.root.create_file(above.at(&name(own)), 0o644).unwrap();
        world.root.write_at(&taken, 0, b"somebody else's").unwrap();
        world.pass(60_000);
        let (engine, _folder) = world.engine();
        let undo = engine.accept_undo(id).unwrap();
        engine.drive(undo).unwrap();
        assert_eq!(engine.get(undo).unwrap().recorded.of.state, MoveState::Done, "{}", case.name);
        let census = world.census();
        assert_eq!(census[case.source].content, b"somebody else's", "{}", case.name);
        let beside = format!("{} (2)", case.source);
        for (at, before) in world.before.iter().filter(|(at, _)| at.starts_with(case.source)) {
            let Some(below) = at.strip_prefix(case.source).filter(|below| below.is_empty() || below.starts_with('/')) else {
                continue;
            };
            let back = census.get(&format!("{beside}{below}")).unwrap_or_else(|| panic!("{}: {below} is gone", case.name));
            assert_eq!((back.kind, &back.content, back.owner), (before.kind, &before.content, before.owner), "{}", case.name);
        }
    }
}
