//! Writing events and reading moves back.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, ffi, params};
use tidelock_shared::id::{EngineId, MoveId};
use tidelock_shared::limits::Limits;
use tidelock_shared::progress::MoveState;

use super::ballast::Ballast;
use super::{JournalError, Record, StateFolder, schema};
use crate::moves::event::Event;
use crate::moves::state::Move;
use crate::planner::plan::MovePlan;

const FILE: &str = "journal.sqlite";
/// The home of a journal in memory: the same on every machine, as a simulation has to be.
const NOWHERE: &str = "memory";
/// How long a reader waits for a writer's commit.
const BUSY_WAIT: Duration = Duration::from_secs(5);

/// The journal of one state folder.
pub struct Journal {
    pub(super) connection: Connection,
    pub(super) engine: EngineId,
    home: String,
    watch: Option<Arc<dyn Watch>>,
    ballast: Option<Ballast>,
}

/// Somebody who is asked around each write: to count, or in simulations to interfere.
pub trait Watch: Send + Sync {
    fn before_write(&self);
    /// What was written is on stable storage; of a move, which event.
    fn after_write(&self, written: Option<(u32, &Event)>);
}

/// A move with the times of its events.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub of: Move,
    pub events: Vec<(i64, Event)>,
    pub accepted_ms: i64,
    /// The newest move that undoes this one and is done.
    pub undone_by: Option<MoveId>,
}

/// What another process asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    pub id: MoveId,
    pub verb: Verb,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Cancel,
    Pause,
    Hold,
}

impl Verb {
    fn name(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::Pause => "pause",
            Self::Hold => "hold",
        }
    }
}

pub(super) fn failed(action: &'static str) -> impl Fn(rusqlite::Error) -> JournalError {
    move |source| JournalError::Database { action, source }
}

fn home_of(path: &Path) -> String {
    let machine = rustix::system::uname();
    format!("{}:{}", machine.nodename().to_string_lossy(), path.display())
}

/// Tells a damaged database from one that just cannot be opened.
fn opening(path: &Path) -> impl Fn(rusqlite::Error) -> JournalError {
    let path = path.to_owned();
    move |source| match source.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            JournalError::Damaged { path: path.clone(), source: source.into() }
        }
        _ => JournalError::Database { action: "open", source },
    }
}

/// Asks for the one mode in which a commit that has returned stays. Read to the end: SQLite tells the
/// new mode before it has committed it.
fn write_ahead(connection: &Connection) -> rusqlite::Result<String> {
    let mut statement = connection.prepare("PRAGMA journal_mode = WAL")?;
    let told: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(told.into_iter().next().unwrap_or_default())
}

/// SQLite tells a full disk from other errors, but not a quota that is used up.
fn may_lack_room(error: &JournalError) -> bool {
    let JournalError::Database { source, .. } = error else { return false };
    matches!(source.sqlite_error_code(), Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure | ErrorCode::CannotOpen))
}

/// Makes durable what is about to be read; false if the database has no write-ahead log after all.
///
/// A process that was killed in a commit, or whose sync failed, leaves events that are read like all
/// others and that the next power cut would take back, with all that was recorded after them. To
/// sync again does not help where a sync has failed; to write again does.
fn settle(connection: &Connection) -> rusqlite::Result<bool> {
    let told = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)));
    match told? {
        (true, _) => Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), None)),
        (false, frames) => Ok(frames >= 0),
    }
}

impl Journal {
    /// Opens the journal of a held state folder, making it if there is none. `random` names a
    /// new one.
    pub fn open(folder: &StateFolder, random: impl FnOnce() -> u64) -> Result<Self, JournalError> {
        let (path, random, ballast) = (folder.path(), random(), Ballast::in_folder(folder.path()));
        let open = || {
            let connection = Connection::open(path.join(FILE)).map_err(opening(path))?;
            Self::prepare(connection, path, || random)
        };
        match open() {
            // A start writes too. The process may have ended before a record found no room.
            Err(error) if may_lack_room(&error) && ballast.is_there() => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the state folder cannot be written: if it is full, open moves get the room kept for their ends"
                );
                ballast.give_up();
                open()
            }
            answer => answer,
        }
    }

    /// A journal that lives as long as the value; for tests and the demo.
    pub fn in_memory(engine: u64) -> Result<Self, JournalError> {
        let connection = Connection::open_in_memory().map_err(failed("open"))?;
        let journal = Self::prepare(connection, Path::new(":memory:"), || engine)?;
        Ok(Self { home: NOWHERE.to_owned(), ..journal })
    }

    /// A journal on a disk that SQLite knows by the name of a `vfs`; for simulations.
    pub fn simulated(path: &str, vfs: &str, engine: u64, watch: Arc<dyn Watch>) -> Result<Self, JournalError> {
        let home = Path::new(path);
        let connection = Connection::open_with_flags_and_vfs(path, OpenFlags::default(), vfs).map_err(opening(home))?;
        let journal = Self::prepare(connection, home, || engine)?.watched_by(watch);
        Ok(Self { home: NOWHERE.to_owned(), ..journal })
    }

    /// The same with somebody who is asked around each write.
    pub fn watched_by(self, watch: Arc<dyn Watch>) -> Self {
        Self { watch: Some(watch), ..self }
    }

    fn prepare(mut connection: Connection, path: &Path, random: impl FnOnce() -> u64) -> Result<Self, JournalError> {
        let error = opening(path);
        connection.busy_timeout(BUSY_WAIT).map_err(&error)?;
        // Every commit reaches stable storage before it returns.
        connection.pragma_update(None, "synchronous", "FULL").map_err(&error)?;
        let mode = write_ahead(&connection).map_err(&error)?;
        // What lives in memory only has a mode of its own.
        let is_durable = mode == "memory" || mode == "wal" && settle(&connection).map_err(&error)?;
        if !is_durable {
            return Err(JournalError::NotDurable { path: path.to_owned(), mode });
        }
        let verdict: String = connection.pragma_query_value(None, "quick_check", |row| row.get(0)).map_err(&error)?;
        if verdict != "ok" {
            return Err(JournalError::Damaged { path: path.to_owned(), source: verdict.into() });
        }
        if schema::version(&connection).map_err(&error)? > schema::VERSION {
            return Err(JournalError::TooNew { path: path.to_owned() });
        }
        schema::migrate(&mut connection).map_err(&error)?;
        let bits = i64::try_from(random() >> 24).unwrap_or(0);
        connection.execute("INSERT OR IGNORE INTO meta VALUES ('engine', ?1)", [bits]).map_err(failed("name"))?;
        // The log was cut short, and nothing has synced that: with the old one back, as far as it had got to
        // the disk, older pages would cover the newer. A commit gives the log a new beginning.
        let count = "INSERT INTO meta VALUES ('starts', 1) ON CONFLICT (key) DO UPDATE SET value = value + 1";
        connection.execute(count, []).map_err(failed("begin"))?;
        Self::named(connection, path)
    }

    /// Opens an existing journal beside the process that holds it: to read, and to ask.
    pub fn beside(path: &Path) -> Result<Self, JournalError> {
        let file = path.join(FILE);
        if !file.exists() {
            return Err(JournalError::Absent { path: path.to_owned() });
        }
        let connection = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(opening(path))?;
        connection.busy_timeout(BUSY_WAIT).map_err(opening(path))?;
        if schema::version(&connection).map_err(opening(path))? != schema::VERSION {
            return Err(JournalError::TooNew { path: path.to_owned() });
        }
        Self::named(connection, path)
    }

    fn named(connection: Connection, path: &Path) -> Result<Self, JournalError> {
        let bits: i64 =
            connection.query_row("SELECT value FROM meta WHERE key = 'engine'", [], |row| row.get(0)).map_err(failed("read"))?;
        let engine = EngineId::from_bits(u64::try_from(bits).unwrap_or(0));
        Ok(Self { connection, engine, home: home_of(path), watch: None, ballast: None })
    }

    /// Accepts moves only while there is room on the disk to write down how all of them end, and keeps some
    /// for that.
    pub fn with_room_kept_in(self, folder: &StateFolder) -> Self {
        Self { ballast: Some(Ballast::in_folder(folder.path())), ..self }
    }

    /// The machine and the state folder: what tells a lost journal from that of another engine.
    pub fn home(&self) -> &str {
        &self.home
    }

    pub(crate) fn id(&self, number: u32) -> MoveId {
        MoveId { engine: self.engine, number }
    }

    /// Whether the id is one that this journal gave out.
    fn number(&self, id: MoveId) -> Option<u32> {
        (id.engine == self.engine).then_some(id.number)
    }

    /// The move that was submitted with this key.
    pub fn find_key(&self, key: &str) -> Result<Option<MoveId>, JournalError> {
        let found = self.connection.query_row("SELECT number FROM moves WHERE key = ?1", [key], |row| row.get(0)).optional();
        Ok(found.map_err(failed("read"))?.map(|number| self.id(number)))
    }

    /// Records a new move. The same key twice is the same move; then nothing is recorded.
    ///
    /// # Errors
    /// [`JournalError::Full`] before anything was written; after any other error the move may be recorded.
    pub fn accept(&mut self, plan: &MovePlan, key: Option<&str>, now_ms: i64) -> Result<(MoveId, bool), JournalError> {
        if let Some(known) = key.map(|key| self.find_key(key)).transpose()?.flatten() {
            return Ok((known, false));
        }
        if let Some(ballast) = &self.ballast {
            ballast.take().map_err(|source| JournalError::Full { source })?;
        }
        let accepted = self.insert(plan, key, now_ms);
        self.give_up_room_if_failed(&accepted);
        Ok((accepted?, true))
    }

    fn insert(&mut self, plan: &MovePlan, key: Option<&str>, now_ms: i64) -> Result<MoveId, JournalError> {
        self.before_write();
        let transaction = self.connection.transaction().map_err(failed("write"))?;
        let engine = self.engine;
        let text = serde_json::to_string(plan).map_err(|source| JournalError::Unreadable { number: 0, source })?;
        let undoes = plan.undoes.map(|id| id.number);
        let number: u32 = transaction
            .query_row(
                "INSERT INTO moves (number, plan, accepted_ms, key, undoes) SELECT 1 + MAX(
                    COALESCE((SELECT MAX(number) FROM moves), 0),
                    COALESCE((SELECT value FROM meta WHERE key = 'lost_until'), 0)
                ), ?1, ?2, ?3, ?4 RETURNING number",
                params![text, now_ms, key, undoes],
                |row| row.get(0),
            )
            .map_err(failed("write"))?;
        let event = serde_json::to_string(&Event::Accepted).map_err(|source| JournalError::Unreadable { number, source })?;
        transaction
            .execute("INSERT INTO events VALUES (?1, 1, ?2, ?3)", params![number, now_ms, event])
            .and_then(|_| transaction.commit())
            .map_err(failed("write"))?;
        self.after_write(Some((number, &Event::Accepted)));
        Ok(MoveId { engine, number })
    }

    /// So that there is some at the next start.
    fn give_up_room_if_failed<T>(&self, answer: &Result<T, JournalError>) {
        if answer.as_ref().is_err_and(may_lack_room)
            && let Some(ballast) = &self.ballast
        {
            ballast.give_up();
        }
    }

    /// Records an event that leads to `state`; on stable storage when this returns.
    pub fn append(&mut self, id: MoveId, event: &Event, state: MoveState, now_ms: i64) -> Result<(), JournalError> {
        self.append_all(&mut std::iter::once(&Record { id, events: vec![(now_ms, event.clone())], state }))
    }

    /// Records events of several moves: all or, after an error, perhaps none.
    pub(super) fn append_all(&mut self, records: &mut dyn Iterator<Item = &Record>) -> Result<(), JournalError> {
        self.before_write();
        let written = self.write(records);
        self.give_up_room_if_failed(&written);
        for (number, event) in written? {
            self.after_write(Some((number, event)));
        }
        Ok(())
    }

    fn write<'a>(&mut self, records: &mut dyn Iterator<Item = &'a Record>) -> Result<Vec<(u32, &'a Event)>, JournalError> {
        let transaction = self.connection.transaction().map_err(failed("write"))?;
        let mut written = Vec::new();
        let events = records.flat_map(|record| record.events.iter().map(move |event| (record, event)));
        for (Record { id, state, .. }, (time_ms, event)) in events {
            let number = id.number;
            let text = serde_json::to_string(event).map_err(|source| JournalError::Unreadable { number, source })?;
            let ended = match (state, event) {
                // What a purge finds out does not take its beginning back.
                (_, Event::Noted { .. }) => None,
                (MoveState::Done, Event::PurgeStarted) => Some("purging"),
                (MoveState::Done, Event::Purged) => Some("purged"),
                (MoveState::Done, _) => Some("done"),
                (MoveState::Undone, _) => Some("undone"),
                _ => None,
            };
            transaction
                .prepare_cached("INSERT INTO events SELECT ?1, COALESCE(MAX(sequence), 0) + 1, ?2, ?3 FROM events WHERE move = ?1")
                .and_then(|mut insert| insert.execute(params![number, time_ms, text]))
                .map_err(failed("write"))?;
            if let Some(ended) = ended {
                transaction
                    .execute("UPDATE moves SET ended = ?2 WHERE number = ?1", params![number, ended])
                    .map_err(failed("write"))?;
            }
            written.push((number, event));
        }
        transaction.commit().map_err(failed("write"))?;
        Ok(written)
    }

    pub(super) fn before_write(&self) {
        if let Some(watch) = &self.watch {
            watch.before_write();
        }
    }

    pub(super) fn after_write(&self, written: Option<(u32, &Event)>) {
        if let Some(watch) = &self.watch {
            watch.after_write(written);
        }
    }

    /// The move as its events tell it; none if the journal never gave out the id.
    pub fn read(&self, id: MoveId) -> Result<Option<Recorded>, JournalError> {
        let Some(number) = self.number(id) else { return Ok(None) };
        let found: Option<(String, i64)> = self
            .connection
            .query_row("SELECT plan, accepted_ms FROM moves WHERE number = ?1", [number], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()
            .map_err(failed("read"))?;
        let Some((plan, accepted_ms)) = found else { return Ok(None) };
        let unreadable = |source| JournalError::Unreadable { number, source };
        let mut statement = self
            .connection
            .prepare_cached("SELECT time_ms, event FROM events WHERE move = ?1 ORDER BY sequence")
            .map_err(failed("read"))?;
        let rows = statement.query_map([number], |row| Ok((row.get(0)?, row.get::<_, String>(1)?))).map_err(failed("read"))?;
        let mut of = Move::new(id, serde_json::from_str(&plan).map_err(unreadable)?);
        let mut events = Vec::new();
        for row in rows {
            let (time_ms, text) = row.map_err(failed("read"))?;
            let event: Event = serde_json::from_str(&text).map_err(unreadable)?;
            of = of.apply(&event).map_err(|source| JournalError::Contradiction { number, source: Box::new(source) })?;
            events.push((time_ms, event));
        }
        Ok(Some(Recorded { of, events, accepted_ms, undone_by: self.undone_by(id)? }))
    }

    /// The newest move that undoes this one and is done.
    pub(crate) fn undone_by(&self, id: MoveId) -> Result<Option<MoveId>, JournalError> {
        let Some(number) = self.number(id) else { return Ok(None) };
        let sql = "SELECT MAX(number) FROM moves WHERE undoes = ?1 AND ended IN ('done', 'purging', 'purged')";
        let undoing: Option<u32> = self.connection.query_row(sql, [number], |row| row.get(0)).map_err(failed("read"))?;
        Ok(undoing.map(|number| self.id(number)))
    }

    /// Moves that have not ended, oldest first. Stuck ones are among them.
    pub fn open_moves(&self) -> Result<Vec<MoveId>, JournalError> {
        self.numbers("SELECT number FROM moves WHERE ended IS NULL ORDER BY number LIMIT ?1", [u32::MAX])
    }

    /// Those of the newest moves of which something was recorded since then, in milliseconds since 1970.
    pub(crate) fn recorded_since(&self, since_ms: i64) -> Result<Vec<MoveId>, JournalError> {
        let sql = "SELECT number FROM (SELECT number FROM moves ORDER BY number DESC LIMIT 256) WHERE
            (SELECT time_ms FROM events WHERE move = number ORDER BY sequence DESC LIMIT 1) >= ?1";
        self.numbers(sql, [since_ms])
    }

    /// Moves whose purge a crash has cut short.
    pub fn open_purges(&self) -> Result<Vec<MoveId>, JournalError> {
        self.numbers("SELECT number FROM moves WHERE ended = 'purging' ORDER BY number LIMIT ?1", [u32::MAX])
    }

    /// The newest moves, newest first.
    pub fn newest(&self, at_most: u32) -> Result<Vec<MoveId>, JournalError> {
        self.numbers("SELECT number FROM moves ORDER BY number DESC LIMIT ?1", [at_most])
    }

    /// The newest moves of one user, newest first.
    pub fn newest_of(&self, user: &str, at_most: u32) -> Result<Vec<MoveId>, JournalError> {
        let sql = "SELECT number FROM moves WHERE json_extract(plan, '$.user') = ?1 ORDER BY number DESC LIMIT ?2";
        self.numbers(sql, params![user, at_most])
    }

    /// Every move that was accepted after the one of this number, oldest first.
    pub fn accepted_after(&self, number: u32) -> Result<Vec<MoveId>, JournalError> {
        self.numbers("SELECT number FROM moves WHERE number > ?1 ORDER BY number", [number])
    }

    pub(super) fn numbers(&self, sql: &str, bound: impl rusqlite::Params) -> Result<Vec<MoveId>, JournalError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(failed("read"))?;
        let rows = statement.query_map(bound, |row| row.get::<_, u32>(0)).map_err(failed("read"))?;
        rows.map(|row| row.map(|number| self.id(number)).map_err(failed("read"))).collect()
    }

    /// Leaves a request for the process that holds the state folder.
    pub fn ask(&self, id: MoveId, verb: Verb) -> Result<(), JournalError> {
        self.connection
            .execute("INSERT INTO requests (move, verb) VALUES (?1, ?2)", params![id.number, verb.name()])
            .map(drop)
            .map_err(failed("write"))
    }

    /// Takes the requests that others left.
    pub fn take_requests(&mut self) -> Result<Vec<Request>, JournalError> {
        let waiting: bool =
            self.connection.query_row("SELECT EXISTS (SELECT 1 FROM requests)", [], |row| row.get(0)).map_err(failed("read"))?;
        if !waiting {
            return Ok(Vec::new());
        }
        let mut statement = self.connection.prepare_cached("DELETE FROM requests RETURNING move, verb").map_err(failed("write"))?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, u32>(0)?, row.get::<_, String>(1)?))).map_err(failed("write"))?;
        let mut requests = Vec::new();
        for row in rows {
            let (number, verb) = row.map_err(failed("write"))?;
            let known = [Verb::Cancel, Verb::Pause, Verb::Hold].into_iter().find(|known| known.name() == verb);
            requests.extend(known.map(|verb| Request { id: self.id(number), verb }));
        }
        Ok(requests)
    }

    /// What an administrator last allowed; none if nobody ever said.
    pub fn limits(&self) -> Result<Option<Limits>, JournalError> {
        let text: Option<String> = self
            .connection
            .query_row("SELECT value FROM settings WHERE key = 'limits'", [], |row| row.get(0))
            .optional()
            .map_err(failed("read"))?;
        let read = |text: String| serde_json::from_str(&text).map_err(|source| JournalError::Unreadable { number: 0, source });
        text.map(read).transpose()
    }

    pub fn set_limits(&mut self, limits: &Limits) -> Result<(), JournalError> {
        let text = serde_json::to_string(limits).map_err(|source| JournalError::Unreadable { number: 0, source })?;
        self.connection.execute("INSERT OR REPLACE INTO settings VALUES ('limits', ?1)", [text]).map(drop).map_err(failed("write"))
    }

    /// Where the database lies below a state folder.
    pub fn file(state_folder: &Path) -> PathBuf {
        state_folder.join(FILE)
    }
}
