//! What a move leaves beside its source for whoever comes without the journal.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

use tidelock_engine::fs::simulator::Watch;
use tidelock_engine::fs::{Errno, FsError, FsResult};
use tidelock_engine::moves::event::Note;
use tidelock_engine::recovery::{Record, RecordedNote};
use tidelock_shared::progress::MoveState;
use tidelock_shared::quota::{Bounds, Limits};
use tidelock_shared::request::Verb;
use world::{ALPHA, CASES, Case, World};

fn case(begins: &str) -> Case {
    CASES.into_iter().find(|case| case.name.starts_with(begins)).unwrap()
}

/// The records that lie about.
fn records(world: &World) -> Vec<(Record, Vec<RecordedNote>)> {
    let census = world.census();
    let found = census.iter().filter(|(at, _)| at.ends_with(".record"));
    found.filter_map(|(_, seen)| Record::parse(&seen.content)).collect()
}

#[test]
fn every_old_project_id_is_on_stable_storage_before_one_is_changed() {
    for case in CASES.into_iter().filter(|case| case.name.starts_with("retag")) {
        for call in 0.. {
            let world = World::new(case);
            world.root.faults().reset();
            world.root.faults().stop_before(call);
            let is_through = world.run().is_some();
            world.root.faults().reset();
            world.root.cut_power(call);
            let (before, now) = (&world.before, world.census());
            let mut in_place = now.iter().filter(|(at, _)| at.starts_with(case.source));
            let is_retagged = in_place.any(|(at, seen)| before.get(at).is_some_and(|old| old.project != seen.project));
            let is_complete = |notes: &[RecordedNote]| notes.iter().any(|line| line.note == Note::ExceptionsComplete);
            let is_described = records(&world).iter().any(|(record, notes)| record.plan.items.len() == 1 && is_complete(notes));
            assert!(is_described || !is_retagged, "{} stopped at {call}", case.name);
            if is_through {
                break;
            }
        }
    }
}

#[test]
fn after_a_crash_a_record_says_all_that_the_journal_knows() {
    let mut compared = 0;
    for case in CASES.into_iter().filter(|case| case.name.starts_with("staged copy") || case.name.starts_with("retag")) {
        for call in (0..).step_by(3) {
            let world = World::new(case);
            world.root.faults().reset();
            world.root.faults().stop_before(call);
            let is_through = world.run().is_some();
            world.root.faults().reset();
            world.recover().unwrap();
            let (engine, _folder) = world.engine();
            for (record, notes) in records(&world) {
                let known = engine.get(record.id).unwrap().recorded.of.notes;
                let missing = known.iter().find(|(_, note)| !notes.iter().any(|line| line.note == *note));
                assert_eq!(missing, None, "{} stopped at {call}", case.name);
                compared += known.len();
            }
            if is_through {
                break;
            }
        }
    }
    assert!(compared > 0);
}

#[test]
fn nobody_else_may_read_a_record_and_it_goes_with_what_it_describes() {
    for case in CASES {
        let world = World::new(case);
        let id = world.run().unwrap().unwrap();
        let (engine, _folder) = world.engine();
        let hides = engine.get(id).unwrap().recorded.of.keeps_retired_source();
        let modes: Vec<u32> =
            world.census().into_iter().filter(|(at, _)| at.ends_with(".record")).map(|(_, seen)| seen.mode).collect();
        assert_eq!(modes, if hides { vec![0o600] } else { vec![] }, "{}", case.name);
        if hides {
            let undo = engine.accept_undo(id).unwrap();
            engine.drive(undo).unwrap();
            assert!(records(&world).iter().all(|(record, _)| record.id == undo), "{}: the undone move is forgotten", case.name);
            if engine.get(undo).unwrap().recorded.of.keeps_retired_source() {
                engine.purge(undo).unwrap();
            }
            assert_eq!(records(&world), [], "{}", case.name);
        }
    }
}

#[test]
fn a_project_without_room_for_a_record_is_left_all_the_same_and_the_move_says_so() {
    for case in ["retag and rename, ext4", "a file recharged by its rename"].map(case) {
        let world = World::new(case);
        let hard = |hard| Bounds { soft: None, hard: Some(hard) };
        let used = world.root.usage(0, ALPHA).inodes;
        world.root.set_limits(0, ALPHA, Limits { bytes: hard(64 << 20), inodes: hard(used) });
        let id = world.run().unwrap().unwrap();
        let (engine, _folder) = world.engine();
        let of = engine.get(id).unwrap().recorded.of;
        assert_eq!(of.state, MoveState::Done, "{}: {:?}", case.name, of.failure);
        assert!(of.notes.iter().any(|(_, note)| matches!(note, Note::Undescribed { .. })), "{}: {:?}", case.name, of.notes);
        assert_eq!(records(&world), []);
    }
}

#[test]
fn a_record_that_was_given_up_and_that_a_power_cut_brings_back_goes_again() {
    let mut returned = 0;
    for call in 0.. {
        let world = World::new(case("staged copy of a tree"));
        // Root is held to a limit too here: an empty file can be made, and nothing written to it.
        let bytes = Bounds { soft: None, hard: Some(world.root.usage(0, ALPHA).bytes) };
        world.root.set_limits(0, ALPHA, Limits { bytes, inodes: Bounds::default() });
        world.root.faults().reset();
        world.root.faults().stop_before(call);
        let is_through = world.run().is_some();
        world.root.faults().reset();
        world.root.cut_power(call);
        let is_there = |at: &String| at.ends_with(".record");
        returned += u32::from(world.hidden_names().iter().any(is_there));
        world.recover().unwrap();
        assert!(!world.hidden_names().iter().any(is_there), "stopped at {call}: {:?}", world.hidden_names());
        if is_through {
            break;
        }
    }
    assert!(returned > 0);
}

/// One write finds no room, and then the barrier's file cannot be made once.
struct FullThenBroken {
    writes_left: AtomicI32,
    is_broken: AtomicBool,
}

impl Watch for FullThenBroken {
    fn before(&self, call: &'static str, name: &[u8], _is_change: bool) -> FsResult<Option<Errno>> {
        if call == "write_at" && self.writes_left.fetch_sub(1, Ordering::Relaxed) == 0 {
            self.is_broken.store(true, Ordering::Relaxed);
            return Err(FsError::new(call, name, Errno::DQUOT));
        }
        if name.ends_with(b".barrier") && call == "create_file" && self.is_broken.swap(false, Ordering::Relaxed) {
            return Err(FsError::new(call, name, Errno::IO));
        }
        Ok(None)
    }

    fn after(&self, _refused: Option<&FsError>) {}
}

#[test]
fn what_is_kept_is_described_or_said_not_to_be_also_where_giving_the_record_up_fails() {
    let mut given_up = 0;
    for case in CASES.into_iter().filter(|case| case.verb == Verb::Trash) {
        for writes_left in 0..12 {
            let world = World::new(case);
            let watch = FullThenBroken { writes_left: writes_left.into(), is_broken: AtomicBool::new(false) };
            let (engine, _folder) = world.engine_on(world.caller().watched_by(Arc::new(watch)));
            let id = engine.accept(&world.request(), None).unwrap();
            engine.drive(id).unwrap();
            let of = engine.get(id).unwrap().recorded.of;
            let is_undescribed = of.notes.iter().any(|(_, note)| matches!(note, Note::Undescribed { .. }));
            let keeps = of.state == MoveState::Done;
            given_up += u32::from(keeps && is_undescribed);
            assert!(!keeps || is_undescribed || !records(&world).is_empty(), "{}, write {writes_left}", case.name);
        }
    }
    assert!(given_up > 0);
}

#[test]
fn nothing_is_written_to_a_file_that_took_the_place_of_a_record() {
    for call in (0..).step_by(5) {
        let world = World::new(case("staged copy of a tree"));
        world.root.faults().reset();
        world.root.faults().stop_before(call);
        let is_through = world.run().is_some();
        world.root.faults().reset();
        if let Some((record, _)) = records(&world).first() {
            world.swap_record(record.id);
            world.recover().unwrap();
            assert_eq!(world.census()["/m/alpha/private"].content, b"mine", "stopped at {call}");
        }
        if is_through {
            break;
        }
    }
}
