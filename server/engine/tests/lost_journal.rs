//! A journal that is lost at any call, or is an old one that was put back: what lies beside the
//! sources is enough for before or after.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use std::sync::Arc;

use tidelock_engine::fs::FileSystem;
use tidelock_engine::journal::{Journal, StateFolder};
use tidelock_engine::recovery::{Verdict, Word};
use tidelock_engine::worker::InProcess;
use tidelock_engine::{Engine, EngineError};
use tidelock_shared::id::{EngineId, MoveId};
use tidelock_shared::name::FilePath;
use tidelock_shared::progress::MoveState;
use tidelock_shared::request::{MoveRequest, Verb};
use world::{CASES, Case, Tried, World, assert_charged, assert_same, make_folder, name, path, write};

const NEW_NAME: u64 = 0xfeed_5678_9abc_def0;

fn tops() -> Vec<FilePath> {
    vec![path("/m"), path("/n")]
}

/// Everybody may write in the folders of this world: somebody says that its records are right.
fn word(adopted: Option<EngineId>) -> Word {
    Word { adopted, trusted: tops() }
}

/// The next start finds an empty state folder, hours later.
fn lose_journal(world: &World) {
    for entry in std::fs::read_dir(world.state.path()).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
    world.pass(7_200_000);
}

/// An engine that gives itself a new name if its state folder is empty.
fn new_engine(world: &World) -> (Engine, StateFolder) {
    let folder = StateFolder::hold(world.state.path()).unwrap();
    let journal = Journal::open(&folder, || NEW_NAME).unwrap();
    let fs: Arc<dyn FileSystem> = Arc::new(world.caller());
    let worker = Arc::new(InProcess::new(fs.clone()));
    (Engine::new(fs, worker, journal, Arc::new(world.clock()), vec![path("/")]).unwrap(), folder)
}

/// What `recover` does with the folders that it is given.
fn rebuild(engine: &Engine) -> Vec<MoveId> {
    let found = engine.orphans(&tops(), &word(None)).unwrap();
    let rebuilt = engine.rebuild(&found).unwrap();
    for id in engine.recover(false).unwrap() {
        engine.drive(id).unwrap();
    }
    for orphan in engine.orphans(&tops(), &word(None)).unwrap().orphans {
        if orphan.verdict == Verdict::LeftBehind {
            engine.remove_left_behind(&orphan).unwrap();
        }
    }
    rebuilt
}

#[test]
fn a_journal_that_is_lost_at_any_call_leaves_everything_as_before_or_as_after() {
    // A repair leaves no record: half of one is drift, which the next repair finds.
    for (case, offset) in CASES.into_iter().filter(|case| case.verb != Verb::Repair).zip(0..) {
        let mut tried = Tried::of("lost: journal lost before a call", case);
        // Every third call, another third for each case, with and without a power cut.
        for call in (offset % 3..).step_by(3) {
            let world = World::new(case);
            world.root.faults().reset();
            world.root.faults().stop_before(call);
            let is_through = world.run().is_some();
            world.root.faults().reset();
            if call % 2 == 1 {
                world.root.cut_power(call);
            }
            lose_journal(&world);
            let (engine, _folder) = new_engine(&world);
            rebuild(&engine);
            check(&world, &engine, &format!("{} lost at {call}", case.name));
            tried.one();
            if is_through {
                break;
            }
        }
    }
}

fn check(world: &World, engine: &Engine, what: &str) {
    let hidden = world.hidden_names();
    let visible = world.visible();
    let moves = engine.list(10).unwrap();
    match moves.first().map(|snapshot| snapshot.recorded.of.state) {
        Some(MoveState::Done) => assert_same(&visible, &world.after(), what),
        Some(MoveState::Undone) => {
            assert_same(&visible, &world.before, what);
            assert_eq!(hidden, Vec::<String>::new(), "{what}");
        }
        None => {
            let is_before = visible.keys().eq(world.before.keys());
            assert_same(&visible, &if is_before { world.before.clone() } else { world.after() }, what);
            assert_eq!(hidden, Vec::<String>::new(), "{what}");
        }
        other => panic!("{what}: ended as {other:?}: {:?}", moves[0].recorded.of.failure),
    }
    assert_charged(world, what);
}

fn keeps_something(case: &Case) -> bool {
    case.name.starts_with("staged copy") || case.name.starts_with("replace")
}

#[test]
fn a_finished_move_of_a_lost_journal_can_be_undone_or_purged() {
    for case in CASES.into_iter().filter(keeps_something) {
        for purges in [false, true] {
            let world = World::new(case);
            let id = world.run().unwrap().unwrap();
            lose_journal(&world);
            let (engine, _folder) = new_engine(&world);
            assert_eq!(rebuild(&engine), [id], "{}: it keeps its name", case.name);
            assert_eq!(engine.get(id).unwrap().recorded.of.state, MoveState::Done, "{}", case.name);
            if purges {
                engine.purge(id).unwrap();
                assert_same(&world.census(), &world.after(), case.name);
            } else {
                let undo = engine.accept_undo(id).unwrap();
                assert!(undo.number > id.number && undo.engine == id.engine, "{}", case.name);
                engine.drive(undo).unwrap();
                assert_same(&world.visible(), &world.before, case.name);
            }
        }
    }
}

#[test]
fn an_undo_that_is_lost_on_the_way_ends_and_does_not_take_the_move_with_it() {
    for case in CASES.into_iter().filter(|case| case.name.starts_with("staged copy")) {
        for call in (1..).step_by(7) {
            let world = World::new(case);
            let id = world.run().unwrap().unwrap();
            world.root.faults().reset();
            world.root.faults().stop_before(call);
            let is_through = world::stoppable(|| {
                let (engine, _folder) = world.engine();
                let undo = engine.accept_undo(id).unwrap();
                engine.drive(undo).unwrap();
            })
            .is_some();
            world.root.faults().reset();
            lose_journal(&world);
            let (engine, _folder) = new_engine(&world);
            rebuild(&engine);
            let what = format!("{} lost at {call} of the undo", case.name);
            let visible = world.visible();
            let is_back = visible.keys().eq(world.before.keys());
            assert_same(&visible, &if is_back { world.before.clone() } else { world.after() }, &what);
            let states: Vec<MoveState> = engine.list(10).unwrap().into_iter().map(|snapshot| snapshot.recorded.of.state).collect();
            assert!(states.iter().all(|state| matches!(state, MoveState::Done | MoveState::Undone)), "{what}: {states:?}");
            if is_through {
                break;
            }
        }
    }
}

/// An engine on a journal that has taken the name of the lost one and knows none of its moves up
/// to 40.
fn engine_that_adopted(world: &World, id: MoveId) -> (Engine, StateFolder) {
    {
        let folder = StateFolder::hold(world.state.path()).unwrap();
        let mut journal = Journal::open(&folder, || NEW_NAME).unwrap();
        journal.adopt(id.engine, &[], 40, 0).unwrap();
    }
    let (engine, folder) = new_engine(world);
    engine.accept(&world.unrelated(), None).unwrap();
    (engine, folder)
}

/// A move that was stopped when it had begun to change project IDs.
fn half_retagged() -> (World, MoveId) {
    for call in (0..).step_by(5) {
        let world = World::new(CASES.into_iter().find(|case| case.name == "retag and rename, Lustre").unwrap());
        world.root.faults().reset();
        world.root.faults().stop_before(call);
        assert!(world.run().is_none(), "it is met half-way");
        world.root.faults().reset();
        let is_retagged =
            world.visible().iter().any(|(at, seen)| world.before.get(at).is_some_and(|old| old.project != seen.project));
        if is_retagged {
            let record = world.hidden_names().into_iter().find(|at| at.ends_with(".record")).unwrap();
            let id = record.trim_start_matches("/m/alpha/.tidelock-").trim_end_matches(".record").parse().unwrap();
            return (world, id);
        }
    }
    unreachable!()
}

#[test]
fn a_record_that_is_met_after_its_journal_was_given_up_is_not_deleted_but_rebuilt() {
    let (world, id) = half_retagged();
    lose_journal(&world);
    let (engine, _folder) = engine_that_adopted(&world, id);
    assert_eq!(rebuild(&engine), [id], "its number is free");
    assert_eq!(engine.get(id).unwrap().recorded.of.state, MoveState::Undone);
    let visible = world.visible();
    let is_back = |at: &&String| at.starts_with("/m/alpha/tree");
    assert!(world.before.keys().filter(is_back).all(|at| visible[at].project == world.before[at].project));
}

#[test]
fn a_record_that_cannot_be_taken_up_waits_for_a_word() {
    for later_version in [false, true] {
        let (world, id) = half_retagged();
        lose_journal(&world);
        let record = path(&format!("/m/alpha/.tidelock-{id}.record"));
        let adopted = if later_version {
            let alpha = world.root.open_path(&path("/m/alpha")).unwrap();
            let file = world.root.open_to_write(alpha.at(&name(&format!(".tidelock-{id}.record")))).unwrap();
            world.root.write_at(&file, 0, br#"{"version":9"#).unwrap();
            None
        } else {
            // Of an engine that is gone for good, where this one has moves of its own.
            Some(id.engine)
        };
        let (engine, _folder) = if later_version { engine_that_adopted(&world, id) } else { new_engine(&world) };
        if !later_version {
            engine.accept(&world.unrelated(), None).unwrap();
        }
        let found = engine.orphans(&tops(), &word(adopted)).unwrap();
        let orphan = found.orphans.iter().find(|orphan| orphan.path == record).unwrap();
        assert_eq!(orphan.verdict, Verdict::NeedsWord);
        assert_eq!((orphan.is_adopted, engine.rebuild(&found).unwrap()), (!later_version, vec![]));
    }
}

#[test]
fn root_believes_a_record_where_others_can_write_on_a_word_only_and_no_further_than_it_reaches() {
    for (trusted, tops_looked_at, is_believed) in [
        (vec![], tops(), false),
        (vec![path("/m/beta")], tops(), false),
        (vec![path("/m/alpha")], vec![path("/m/alpha")], false),
        (vec![path("/m/alpha")], tops(), true),
    ] {
        let (world, id) = half_retagged();
        lose_journal(&world);
        let (engine, _folder) = new_engine(&world);
        let found = engine.orphans(&tops_looked_at, &Word { trusted: trusted.clone(), ..Word::default() }).unwrap();
        let record = found.orphans.iter().find(|orphan| orphan.path.shown().ends_with(".record")).unwrap();
        assert_eq!(record.is_doubted, !is_believed, "{trusted:?}");
        assert_eq!(engine.rebuild(&found).unwrap(), if is_believed { vec![id] } else { vec![] }, "{trusted:?}");
    }
    let (world, id) = half_retagged();
    let alpha = world.root.open_path(&path("/m/alpha")).unwrap();
    world.root.set_mode((&alpha).into(), 0o755).unwrap();
    lose_journal(&world);
    let (engine, _folder) = new_engine(&world);
    let found = engine.orphans(&tops(), &Word::default()).unwrap();
    assert_eq!(engine.rebuild(&found).unwrap(), [id], "nobody else can have written it");
}

#[test]
fn a_record_that_lies_in_another_folder_than_it_speaks_of_is_not_believed_on_any_word() {
    for is_moved in [false, true] {
        let (world, id) = half_retagged();
        let record = name(&format!(".tidelock-{id}.record"));
        let (alpha, other) =
            (world.root.open_path(&path("/m/alpha")).unwrap(), world.root.open_path(&path("/m/alpha/other")).unwrap());
        if is_moved {
            world.root.rename(alpha.at(&record), other.at(&record)).unwrap();
        }
        lose_journal(&world);
        let (engine, _folder) = new_engine(&world);
        let found = engine.orphans(&tops(), &word(None)).unwrap();
        assert_eq!(found.records.contains_key(&id), !is_moved);
        assert_eq!(engine.rebuild(&found).unwrap(), if is_moved { vec![] } else { vec![id] });
    }
}

#[test]
fn a_name_that_anybody_can_make_does_not_stop_a_start() {
    let (world, id) = half_retagged();
    let alpha = world.root.open_path(&path("/m/alpha")).unwrap();
    for rest in ["0", "record"] {
        let later = name(&format!(".tidelock-{}.{rest}", MoveId { number: 4_000_000_000, ..id }));
        write(&world.root.seen_by(world::ALICE, &[1000]), &alpha, later.shown().as_ref(), b"");
    }
    world.recover().unwrap();
}

fn staged_copy() -> World {
    World::new(CASES.into_iter().find(|case| case.name.starts_with("staged copy of a tree")).unwrap())
}

#[test]
fn what_another_engine_hides_is_not_touched() {
    let world = staged_copy();
    world.run().unwrap().unwrap();
    let before = world.census();
    world.pass(7_200_000);
    let elsewhere = tempfile::tempdir().unwrap();
    let folder = StateFolder::hold(elsewhere.path()).unwrap();
    let journal = Journal::open(&folder, || NEW_NAME).unwrap();
    let fs: Arc<dyn FileSystem> = Arc::new(world.caller());
    let worker = Arc::new(InProcess::new(fs.clone()));
    let engine = Engine::new(fs, worker, journal, Arc::new(world.clock()), vec![path("/")]).unwrap();
    assert_eq!(rebuild(&engine), []);
    let found = engine.orphans(&tops(), &word(None)).unwrap();
    assert_eq!(found.orphans.len(), 2, "the source and its record");
    for orphan in &found.orphans {
        assert_eq!(orphan.verdict, Verdict::OfAnotherEngine);
        assert!(matches!(engine.remove_orphan(&found, &orphan.path), Err(EngineError::NotForOrphans(..))));
        assert!(matches!(engine.restore_orphan(&found, &orphan.path), Err(EngineError::NotForOrphans(..))));
    }
    assert_same(&world.census(), &before, "nothing is touched");
    // Until a person says that the other is gone for good.
    let id = found.orphans[0].id.unwrap();
    let found = engine.orphans(&tops(), &word(Some(id.engine))).unwrap();
    assert_eq!(engine.rebuild(&found).unwrap(), [id]);
}

#[test]
fn what_has_taken_the_place_of_an_orphan_since_it_was_found_is_not_deleted() {
    let world = staged_copy();
    let id = world.run().unwrap().unwrap();
    let alpha = world.root.open_path(&path("/m/alpha")).unwrap();
    world.root.unlink(alpha.at(&name(&format!(".tidelock-{id}.record")))).unwrap();
    lose_journal(&world);
    let (engine, _folder) = new_engine(&world);
    engine.accept(&world.unrelated(), None).unwrap();
    let hidden = format!(".tidelock-{id}.0.retired");
    let at = path(&format!("/m/alpha/{hidden}"));
    let found = engine.orphans(&tops(), &word(Some(id.engine))).unwrap();
    world.root.rename(alpha.at(&name(&hidden)), alpha.at(&name("aside"))).unwrap();
    let other = make_folder(&world.root, &alpha, &hidden, 0o755);
    write(&world.root, &other, "theirs", b"somebody else's");
    assert!(engine.remove_orphan(&found, &at).is_err());
    assert!(world.census().contains_key(&format!("/m/alpha/{hidden}/theirs")), "it is somebody else's");
}

#[test]
fn a_retired_source_without_a_record_waits_for_a_word_and_comes_back_with_one() {
    for has_record in [false, true] {
        let world = staged_copy();
        let id = world.run().unwrap().unwrap();
        let alpha = world.root.open_path(&path("/m/alpha")).unwrap();
        if !has_record {
            world.root.unlink(alpha.at(&name(&format!(".tidelock-{id}.record")))).unwrap();
        }
        // Another journal has taken the place of the lost one.
        lose_journal(&world);
        let (engine, _folder) = new_engine(&world);
        assert_eq!(engine.accept(&world.unrelated(), None).map(drop).map_err(|error| error.to_string()), Ok(()));
        let hidden = path(&format!("/m/alpha/.tidelock-{id}.0.retired"));
        rebuild(&engine);
        let found = engine.orphans(&tops(), &word(Some(id.engine))).unwrap();
        let orphan = found.orphans.iter().find(|orphan| orphan.path == hidden).unwrap();
        assert_eq!(orphan.verdict, Verdict::NeedsWord, "and it is still there");
        if has_record {
            assert_eq!(orphan.original, Some(path("/m/alpha/tree")));
            // Somebody has taken the name meanwhile: nothing is replaced.
            write(&world.root, &alpha, "tree", b"somebody else's");
            assert_eq!(engine.restore_orphan(&found, &hidden).unwrap(), path("/m/alpha/tree (returned)"));
            assert!(world.visible().contains_key("/m/alpha/tree (returned)/deep/deeper/file"));
        } else {
            assert!(matches!(engine.restore_orphan(&found, &hidden), Err(EngineError::NameUnknown(_))));
            engine.remove_orphan(&found, &hidden).unwrap();
            assert!(!world.hidden_names().iter().any(|at| at.contains(".retired")));
        }
    }
}

/// What it has hidden may still lie about under its number.
#[test]
fn the_number_of_a_move_that_is_lost_for_good_is_not_given_again() {
    let world = staged_copy();
    let kept = world.run().unwrap().unwrap();
    let lost = {
        let (engine, _folder) = world.engine();
        let id = engine.accept(&MoveRequest { verb: Verb::Trash, ..world.unrelated() }, None).unwrap();
        engine.drive(id).unwrap();
        id
    };
    let (folder, _) = world.unrelated().sources[0].split_last().unwrap();
    let folder = world.root.open_path(&folder).unwrap();
    world.root.unlink(folder.at(&name(&format!(".tidelock-{lost}.record")))).unwrap();
    lose_journal(&world);
    let (engine, _folder) = new_engine(&world);
    assert_eq!(rebuild(&engine), [kept]);
    let next = engine.accept_undo(kept).unwrap();
    assert_eq!((next.engine, next.number), (kept.engine, lost.number + 1));
}

#[test]
fn a_journal_from_a_backup_recovers_nothing_by_itself() {
    let case = CASES.into_iter().find(|case| case.name.starts_with("staged copy of a tree")).unwrap();
    // Stopped as soon as it was accepted; that is the backup. Then the move went on to its end.
    let stopped_after = |readings| {
        let world = World::new(case);
        world.readings.store(readings, std::sync::atomic::Ordering::Relaxed);
        assert!(world.run().is_none());
        world.readings.store(-1, std::sync::atomic::Ordering::Relaxed);
        let is_accepted = !world.engine().0.list(1).unwrap().is_empty();
        is_accepted.then_some(world)
    };
    let world = (1..).find_map(stopped_after).unwrap();
    let backup: Vec<_> = std::fs::read_dir(world.state.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|at| (std::fs::read(&at).unwrap(), at))
        .collect();
    world.recover().unwrap();
    let before = world.census();
    lose_journal(&world);
    backup.into_iter().for_each(|(content, at)| std::fs::write(at, content).unwrap());
    let (engine, _folder) = world.engine();
    let recovered = engine.recover(false);
    assert!(matches!(recovered, Err(EngineError::JournalIsOld(_))), "{recovered:?}");
    assert_same(&world.census(), &before, "nothing is touched");
}
