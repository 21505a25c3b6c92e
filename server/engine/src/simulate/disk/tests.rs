use rusqlite::{Connection, OpenFlags};

use tidelock_shared::plan::Cost;

use super::super::promises::Promises;
use super::super::stage::{Stage, Trace};
use super::*;
use crate::journal::Journal;
use crate::planner::plan::MovePlan;

/// A disk of its own with a database on it that is kept as a journal is.
struct Bench {
    disk: Arc<Disk>,
    mounted: Mounted,
}

impl Bench {
    fn new(seed: u64) -> Self {
        let stage = Stage::new(Random::seeded(1), Trace::default());
        let interference = Arc::new(Interference::new(stage, Random::seeded(2)));
        let disk = Arc::new(Disk::new(interference, Random::seeded(seed)));
        let folder = format!("/{:?}-{seed}", std::thread::current().id());
        Self { mounted: Mounted::new(folder, disk.clone()), disk }
    }

    fn open(&self) -> rusqlite::Result<Connection> {
        let connection = Connection::open_with_flags_and_vfs(self.mounted.file("database"), OpenFlags::default(), VFS)?;
        connection.execute_batch("PRAGMA synchronous = FULL")?;
        let mut statement = connection.prepare("PRAGMA journal_mode = WAL")?;
        statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
        drop(statement);
        connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); CREATE TABLE IF NOT EXISTS numbers (number INTEGER) STRICT")?;
        Ok(connection)
    }

    fn crash(&self, connection: Connection) {
        self.disk.end_process();
        drop(connection);
    }

    fn numbers(&self) -> Vec<i64> {
        let connection = self.open().unwrap();
        let verdict: String = connection.pragma_query_value(None, "integrity_check", |row| row.get(0)).unwrap();
        assert_eq!(verdict, "ok");
        let mut statement = connection.prepare("SELECT number FROM numbers ORDER BY rowid").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().collect::<rusqlite::Result<_>>().unwrap()
    }
}

fn insert(connection: &Connection, number: i64) -> rusqlite::Result<usize> {
    connection.execute("INSERT INTO numbers VALUES (?1)", [number])
}

#[test]
fn what_was_committed_survives_every_power_cut_and_what_was_not_is_whole_or_gone() {
    for seed in 0..200 {
        let bench = Bench::new(seed);
        let connection = bench.open().unwrap();
        for number in 0..5 {
            insert(&connection, number).unwrap();
        }
        // The sixth may reach the disk or not.
        if seed % 2 == 0 {
            bench.disk.expect(0, DiskFault::NotSynced);
        }
        let is_written = insert(&connection, 5).is_ok();
        assert_eq!(is_written, seed % 2 != 0);
        bench.crash(connection);
        bench.disk.cut_power();
        let found = bench.numbers();
        assert!(found == [0, 1, 2, 3, 4, 5] || found == [0, 1, 2, 3, 4] && !is_written, "seed {seed}: {found:?}");
        // What was read once stays.
        bench.disk.end_process();
        bench.disk.cut_power();
        assert_eq!(bench.numbers(), found, "seed {seed}");
    }
}

#[test]
fn a_process_that_ends_leaves_what_it_has_written_and_writes_no_more() {
    let bench = Bench::new(1);
    let connection = bench.open().unwrap();
    insert(&connection, 1).unwrap();
    bench.disk.end_process();
    insert(&connection, 2).unwrap_err();
    drop(connection);
    assert_eq!(bench.numbers(), [1]);
}

#[test]
fn a_fault_at_any_operation_is_told_and_leaves_a_whole_database() {
    for fault in [DiskFault::Full, DiskFault::NotWritten, DiskFault::NotSynced] {
        for operation in 0..60 {
            let bench = Bench::new(operation);
            bench.disk.begin(vec![(operation, fault)]);
            let connection = bench.open();
            let mut written = Vec::new();
            if let Ok(connection) = connection {
                written.extend((0..4).take_while(|number| insert(&connection, *number).is_ok()));
                bench.crash(connection);
            }
            bench.disk.end_process();
            bench.disk.cut_power();
            bench.disk.begin(Vec::new());
            let found = bench.numbers();
            assert!(found.starts_with(&written), "{fault:?} at {operation}: {written:?} became {found:?}");
        }
    }
}

#[test]
fn what_a_start_has_read_outlives_the_next_power_cut() {
    let mut met = 0;
    for seed in 0..40 {
        let bench = Bench::new(seed);
        let promises = Arc::new(Promises::new(bench.disk.interference.clone(), bench.disk.clone()));
        let open = || Journal::simulated(&bench.mounted.file("journal"), VFS, 7, promises.clone()).unwrap();
        let mut journal = open();
        bench.disk.expect(0, DiskFault::NotSynced);
        journal.accept(&plan(), None, 0).unwrap_err();
        bench.disk.end_process();
        drop(journal);
        let journal = open();
        let found = journal.newest(1).unwrap();
        met += found.len();
        bench.disk.end_process();
        drop(journal);
        bench.disk.cut_power();
        assert_eq!(open().newest(1).unwrap(), found, "seed {seed}");
    }
    assert!(met > 0);
}

fn plan() -> MovePlan {
    MovePlan {
        items: Vec::new(),
        sequence: Vec::new(),
        reservations: Vec::new(),
        asked: Default::default(),
        user: String::new(),
        rights_of: None,
        undoes: None,
        warnings: Vec::new(),
        payers: Vec::new(),
        cost: Cost::default(),
    }
}

#[test]
fn a_cut_keeps_drops_or_tears_what_was_not_synced_and_nothing_else() {
    let (mut kept, mut lost, mut torn) = (0, 0, 0);
    for seed in 0..100 {
        let bench = Bench::new(seed);
        let mut file = bench.disk.open("file", true, true).unwrap();
        bench.disk.write(&file, 0, &[1; 2048]).unwrap();
        bench.disk.sync(&mut file).unwrap();
        bench.disk.write(&file, 100, &[2; 1500]).unwrap();
        bench.disk.cut_power();
        let mut found = [0; 2048];
        assert_eq!(bench.disk.read(&file, 0, &mut found), 2048);
        assert!(found[..100].iter().chain(&found[1600..]).all(|byte| *byte == 1));
        let sectors = [&found[100..512], &found[512..1024], &found[1024..1536], &found[1536..1600]];
        assert!(sectors.iter().all(|sector| sector.iter().all(|byte| byte == &sector[0])), "no sector is torn");
        match sectors.iter().filter(|sector| sector[0] == 2).count() {
            4 => kept += 1,
            0 => lost += 1,
            _ => torn += 1,
        }
    }
    assert!(kept > 10 && lost > 10 && torn > 10, "{kept} kept, {lost} lost, {torn} torn");
}

#[test]
fn a_name_that_no_sync_of_its_folder_has_reached_may_be_lost() {
    let is_there = |seed, is_synced: bool| {
        let bench = Bench::new(seed);
        let mut file = bench.disk.open("file", true, is_synced).unwrap();
        bench.disk.sync(&mut file).unwrap();
        bench.disk.cut_power();
        bench.disk.exists("file")
    };
    assert!((0..50).all(|seed| is_there(seed, true)));
    assert_eq!([true, false].map(|wanted| (0..50).any(|seed| is_there(seed, false) == wanted)), [true, true]);
}
