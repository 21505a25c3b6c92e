//! A journal that takes no further record: the engine stops as in a crash, and a later one goes on.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use rusqlite::Connection;
use tidelock_engine::EngineError;
use tidelock_engine::journal::Journal;
use tidelock_shared::progress::MoveState;
use world::{CASES, World, assert_same};

/// From the outside, as a full disk would do it: SQLite refuses every record from this one on.
fn refuse_records_from(world: &World, sequence: u32) {
    let refusal = format!(
        "CREATE TRIGGER refusal BEFORE INSERT ON events WHEN NEW.sequence >= {sequence} BEGIN SELECT RAISE(ABORT, 'no room'); END"
    );
    Connection::open(Journal::file(world.state.path())).unwrap().execute_batch(&refusal).unwrap();
}

fn accept_records(world: &World) {
    Connection::open(Journal::file(world.state.path())).unwrap().execute_batch("DROP TRIGGER refusal").unwrap();
}

#[test]
fn a_record_that_cannot_be_written_stops_the_engine_and_nothing_happens_without_it() {
    let mut refused = 0;
    for case in CASES {
        let after = World::new(case).after();
        for sequence in 2.. {
            let world = World::new(case);
            let (engine, folder) = world.engine();
            let id = engine.accept(&world.request(), None).unwrap();
            refuse_records_from(&world, sequence);
            match engine.drive(id) {
                Ok(_) => break,
                Err(error) => assert!(matches!(error, EngineError::Journal(_)), "{}: {error:?}", case.name),
            }
            refused += 1;
            assert!(engine.is_halted(), "{}, record {sequence}: it goes on", case.name);
            let seen = world.census();
            let _ = engine.drive(id);
            assert_same(&world.census(), &seen, case.name);
            drop((engine, folder));

            accept_records(&world);
            world.recover().unwrap();
            let (engine, _folder) = world.engine();
            let end = match engine.get(id).unwrap().recorded.of.state {
                MoveState::Done => &after,
                MoveState::Undone => &world.before,
                other => panic!("{}, record {sequence}: ended as {other:?}", case.name),
            };
            assert_same(&world.visible(), end, &format!("{}, record {sequence}", case.name));
        }
    }
    assert!(refused > 100, "only {refused} records were refused");
}
