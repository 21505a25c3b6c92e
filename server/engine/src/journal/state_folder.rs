//! The folder that holds everything Tidelock remembers; one process at a time writes in it.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::JournalError;

const LOOKS: u32 = 100;
const PAUSE_BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// A state folder that this process holds, until the value is dropped or the process ends.
#[derive(Debug)]
pub struct StateFolder {
    path: PathBuf,
    _lock: File,
}

impl StateFolder {
    /// Makes the folder if needed (mode 0700) and takes the exclusive lock on it.
    pub fn hold(path: &Path) -> Result<Self, JournalError> {
        let unwritable = |source| JournalError::Unwritable { path: path.to_owned(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(unwritable)?;
        let lock =
            OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path.join("lock")).map_err(unwritable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(JournalError::InUse { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => Err(unwritable(source)),
        }
    }

    /// The same for whoever needs it for long: a verb that only looks holds it for a moment too.
    pub fn hold_patiently(path: &Path) -> Result<Self, JournalError> {
        for _ in 0..LOOKS {
            match Self::hold(path) {
                Err(JournalError::InUse { .. }) => std::thread::sleep(PAUSE_BETWEEN_LOOKS),
                answer => return answer,
            }
        }
        Self::hold(path)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}
