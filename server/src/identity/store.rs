//! Sessions and tokens in a small database of its own in the state folder, so that they outlive a restart.
//!
//! Of a secret only the fingerprint is kept: whoever reads the file signs in with nothing of it. It is synced at
//! every commit, so that what was ended stays so whatever befalls the machine.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use parking_lot::Mutex;
use rusqlite::{Connection, Row, params};
use tidelock_shared::access::{Scope, SessionId, TokenId};

use super::sessions::Session;
use super::token::Fingerprint;
use super::tokens::ApiToken;

const FILE: &str = "sign_in.sqlite";

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS sessions (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        fingerprint BLOB NOT NULL UNIQUE,
        user TEXT NOT NULL,
        uid INTEGER NOT NULL,
        created_ms INTEGER NOT NULL,
        seen_ms INTEGER NOT NULL,
        address TEXT,
        user_agent TEXT NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS tokens (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        fingerprint BLOB NOT NULL UNIQUE,
        user TEXT NOT NULL,
        uid INTEGER NOT NULL,
        name TEXT NOT NULL,
        scope TEXT NOT NULL,
        created_ms INTEGER NOT NULL,
        expires_ms INTEGER NOT NULL,
        used_ms INTEGER
    ) STRICT;
";

/// The database cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    #[error("cannot open it: {0}")]
    Open(std::io::Error),
    #[error("{0}")]
    Database(#[from] rusqlite::Error),
}

pub(super) struct Store(Mutex<Connection>);

impl Store {
    /// Opens it in a state folder, for nobody else to read.
    pub(super) fn open(state_folder: &Path) -> Result<Self, StoreError> {
        let path = state_folder.join(FILE);
        // SQLite gives what it makes beside it the rights of the file.
        OpenOptions::new().create(true).append(true).mode(0o600).open(&path).map_err(StoreError::Open)?;
        Self::of(Connection::open(path)?)
    }

    #[cfg(test)]
    pub(super) fn in_memory() -> Self {
        Self::of(Connection::open_in_memory().unwrap()).unwrap()
    }

    fn of(connection: Connection) -> Result<Self, StoreError> {
        connection.execute_batch(SCHEMA)?;
        Ok(Self(Mutex::new(connection)))
    }

    pub(super) fn sessions(&self) -> rusqlite::Result<Vec<(Fingerprint, Session)>> {
        let read = |row: &Row<'_>| {
            let session = Session {
                id: SessionId(row.get(0)?),
                user: row.get(2)?,
                uid: row.get(3)?,
                created_ms: row.get(4)?,
                seen_ms: row.get(5)?,
                address: row.get(6)?,
                user_agent: row.get(7)?,
            };
            Ok((Fingerprint::from_bytes(row.get(1)?), session))
        };
        let connection = self.0.lock();
        let mut query = connection
            .prepare("SELECT id, fingerprint, user, uid, created_ms, seen_ms, address, user_agent FROM sessions ORDER BY id")?;
        query.query_map([], read)?.collect()
    }

    /// Adds one, whatever number it says, and answers the number that it has.
    pub(super) fn add_session(&self, fingerprint: &Fingerprint, session: &Session) -> rusqlite::Result<SessionId> {
        let Session { user, uid, created_ms, seen_ms, address, user_agent, .. } = session;
        let connection = self.0.lock();
        connection.execute(
            "INSERT INTO sessions (fingerprint, user, uid, created_ms, seen_ms, address, user_agent)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![fingerprint.as_bytes(), user, uid, created_ms, seen_ms, address, user_agent],
        )?;
        Ok(SessionId(number(connection.last_insert_rowid())))
    }

    pub(super) fn remove_sessions(&self, ids: &[SessionId]) -> rusqlite::Result<()> {
        self.for_each("DELETE FROM sessions WHERE id = ?1", ids.iter().map(|id| [i64::from(id.0)]))
    }

    /// When sessions were seen last.
    pub(super) fn set_seen(&self, seen: &[(SessionId, i64)]) -> rusqlite::Result<()> {
        let seen = seen.iter().map(|(id, seen_ms)| [i64::from(id.0), *seen_ms]);
        self.for_each("UPDATE sessions SET seen_ms = ?2 WHERE id = ?1", seen)
    }

    /// What another version of the program has written and this one does not know is passed over.
    pub(super) fn tokens(&self) -> rusqlite::Result<Vec<(Fingerprint, ApiToken)>> {
        let read = |row: &Row<'_>| {
            let scope: String = row.get(5)?;
            let token = |scope| {
                Ok::<_, rusqlite::Error>(ApiToken {
                    id: TokenId(row.get(0)?),
                    user: row.get(2)?,
                    uid: row.get(3)?,
                    name: row.get(4)?,
                    scope,
                    created_ms: row.get(6)?,
                    expires_ms: row.get(7)?,
                    used_ms: row.get(8)?,
                })
            };
            let fingerprint = Fingerprint::from_bytes(row.get(1)?);
            scope_of(&scope).map(token).transpose().map(|token| token.map(|token| (fingerprint, token)))
        };
        let connection = self.0.lock();
        let mut query = connection
            .prepare("SELECT id, fingerprint, user, uid, name, scope, created_ms, expires_ms, used_ms FROM tokens ORDER BY id")?;
        query.query_map([], read)?.filter_map(Result::transpose).collect()
    }

    /// Adds one, whatever number it says, and answers the number that it has.
    pub(super) fn add_token(&self, fingerprint: &Fingerprint, token: &ApiToken) -> rusqlite::Result<TokenId> {
        let ApiToken { user, uid, name, scope, created_ms, expires_ms, .. } = token;
        let connection = self.0.lock();
        connection.execute(
            "INSERT INTO tokens (fingerprint, user, uid, name, scope, created_ms, expires_ms)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![fingerprint.as_bytes(), user, uid, name, text_of(*scope), created_ms, expires_ms],
        )?;
        Ok(TokenId(number(connection.last_insert_rowid())))
    }

    pub(super) fn remove_tokens(&self, ids: &[TokenId]) -> rusqlite::Result<()> {
        self.for_each("DELETE FROM tokens WHERE id = ?1", ids.iter().map(|id| [i64::from(id.0)]))
    }

    /// When tokens were used last.
    pub(super) fn set_used(&self, used: &[(TokenId, i64)]) -> rusqlite::Result<()> {
        let used = used.iter().map(|(id, used_ms)| [i64::from(id.0), *used_ms]);
        self.for_each("UPDATE tokens SET used_ms = ?2 WHERE id = ?1", used)
    }

    /// Does the same to several rows at once.
    fn for_each<const COUNT: usize>(&self, statement: &str, rows: impl Iterator<Item = [i64; COUNT]>) -> rusqlite::Result<()> {
        let mut connection = self.0.lock();
        let transaction = connection.transaction()?;
        for row in rows {
            transaction.execute(statement, rusqlite::params_from_iter(row))?;
        }
        transaction.commit()
    }
}

/// Rows are counted from 1 on, and nobody signs in four milliards of times.
fn number(row: i64) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX)
}

fn text_of(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "read",
        Scope::Move => "move",
        Scope::Administer => "administer",
    }
}

fn scope_of(text: &str) -> Option<Scope> {
    Scope::ALL.into_iter().find(|scope| text_of(*scope) == text)
}
