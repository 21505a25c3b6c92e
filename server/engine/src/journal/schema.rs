//! The tables, their version, and how an older database is brought up to it.

use rusqlite::Connection;

/// What this release writes. Each migration leads from its position to the next version.
const MIGRATIONS: [&str; 6] = [
    "
    CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
    CREATE TABLE moves (
        number INTEGER PRIMARY KEY,
        plan TEXT NOT NULL,
        accepted_ms INTEGER NOT NULL,
        key TEXT UNIQUE,
        undoes INTEGER,
        -- 'done', 'undone', 'purging' or 'purged', set with the event that leads there.
        ended TEXT
    ) STRICT;
    CREATE INDEX open_moves ON moves (number) WHERE ended IS NULL;
    CREATE INDEX undoing_moves ON moves (undoes) WHERE undoes IS NOT NULL;
    CREATE TABLE events (
        move INTEGER NOT NULL REFERENCES moves,
        sequence INTEGER NOT NULL,
        time_ms INTEGER NOT NULL,
        event TEXT NOT NULL,
        PRIMARY KEY (move, sequence)
    ) STRICT, WITHOUT ROWID;
    -- What other processes ask of the one that holds the state folder.
    CREATE TABLE requests (id INTEGER PRIMARY KEY, move INTEGER NOT NULL, verb TEXT NOT NULL) STRICT;
",
    "
    CREATE INDEX open_purges ON moves (number) WHERE ended = 'purging';
",
    "
    CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
",
    "
    UPDATE moves SET ended = 'purged' WHERE ended = 'done'
        AND EXISTS (SELECT 1 FROM events WHERE move = number AND event = '{\"event\":\"purged\"}');
    CREATE INDEX unpurged_moves ON moves (number) WHERE ended = 'done'
        AND (plan LIKE '%staged_copy%' OR plan LIKE '%\"kept\":{%' OR plan LIKE '%\"replaces\":{%');
",
    // The trash was left out, and never purged by itself.
    "
    DROP INDEX unpurged_moves;
    CREATE INDEX unpurged_moves ON moves (number) WHERE ended = 'done'
        AND (plan LIKE '%staged_copy%' OR plan LIKE '%\"kept\":{%' OR plan LIKE '%\"replaces\":{%'
            OR plan LIKE '%\"verb\":\"trash\"%');
",
    // Of one of many users, who has few of all the moves.
    "
    CREATE INDEX moves_of_users ON moves (json_extract(plan, '$.user'), number);
",
];

/// The version of a database that this release has brought up to date.
pub(super) const VERSION: usize = MIGRATIONS.len();

pub(super) fn version(connection: &Connection) -> rusqlite::Result<usize> {
    connection
        .pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))
        .map(|version| usize::try_from(version).unwrap_or(usize::MAX))
}

/// Runs the migrations that are missing, each in its own transaction.
pub(super) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    for (position, migration) in MIGRATIONS.iter().enumerate().skip(version(connection)?) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", i64::try_from(position + 1).unwrap_or(i64::MAX))?;
        transaction.commit()?;
    }
    Ok(())
}
