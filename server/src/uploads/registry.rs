//! Which uploads there are, where and whose, and what is being done to them right now.
//!
//! The list is in the state folder and written whole, for it is short. It is written before a
//! hidden folder is made and after one was removed, so none is forgotten.
//!
//! Not here: what has come of an upload; that is asked of the file system (`staging`).

use std::collections::{BTreeMap, BTreeSet};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tidelock_shared::name::FilePath;
use tidelock_shared::upload::{RETENTION_DAYS, UploadId};

use super::staging::Description;
use crate::identity::User;

const FILE: &str = "uploads.json";
const DAY_MS: i64 = 24 * 3600 * 1000;
/// So often at most it is written down that somebody goes on with an upload.
const NOTED_EVERY_MS: i64 = 3600 * 1000;

/// One upload that is not finished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) folder: FilePath,
    user: String,
    uid: u32,
    gids: Vec<u32>,
    /// When somebody last went on with it; milliseconds since 1970.
    last_ms: i64,
}

impl Entry {
    pub(crate) fn new(folder: FilePath, user: &User, now_ms: i64) -> Self {
        Self { folder, user: user.name.clone(), uid: user.uid, gids: user.gids.clone(), last_ms: now_ms }
    }

    /// Whose it is.
    pub(crate) fn user(&self) -> User {
        User { name: self.user.clone(), uid: self.uid, gids: self.gids.clone() }
    }

    pub(crate) fn kept_until_ms(&self) -> i64 {
        self.last_ms.saturating_add(RETENTION_DAYS * DAY_MS)
    }
}

/// All of them. Clones are the same list.
#[derive(Clone, Default)]
pub(crate) struct Uploads {
    /// None for a list that only this process knows.
    file: Option<PathBuf>,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    entries: BTreeMap<UploadId, Entry>,
    /// Read once, for each chunk needs it.
    descriptions: BTreeMap<UploadId, Arc<Description>>,
    /// Files that are being written, and whole uploads that are being ended.
    busy: BTreeSet<(UploadId, Option<u32>)>,
}

/// Nobody else writes the same file, or ends the same upload, while this is held.
pub(crate) struct Hold {
    kept: Arc<Mutex<Kept>>,
    what: (UploadId, Option<u32>),
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.kept.lock().busy.remove(&self.what);
    }
}

impl Uploads {
    /// Reads the list of a state folder; empty if there is none.
    pub(crate) fn open(state_folder: &Path) -> std::io::Result<Self> {
        let file = state_folder.join(FILE);
        let entries = match std::fs::read(&file) {
            Err(error) if error.kind() == ErrorKind::NotFound => BTreeMap::new(),
            answer => serde_json::from_slice(&answer?)?,
        };
        let kept = Kept { entries, ..Kept::default() };
        Ok(Self { file: Some(file), kept: Arc::new(Mutex::new(kept)) })
    }

    pub(crate) fn add(&self, id: &UploadId, entry: Entry) -> std::io::Result<()> {
        let mut kept = self.kept.lock();
        kept.entries.insert(id.clone(), entry);
        self.write(&kept.entries)
    }

    pub(crate) fn remove(&self, id: &UploadId) -> std::io::Result<()> {
        let mut kept = self.kept.lock();
        kept.descriptions.remove(id);
        if kept.entries.remove(id).is_some() { self.write(&kept.entries) } else { Ok(()) }
    }

    /// Somebody goes on with it.
    pub(crate) fn touch(&self, id: &UploadId, now_ms: i64) -> std::io::Result<()> {
        let mut kept = self.kept.lock();
        let Some(entry) = kept.entries.get_mut(id).filter(|entry| now_ms - entry.last_ms > NOTED_EVERY_MS) else { return Ok(()) };
        entry.last_ms = now_ms;
        self.write(&kept.entries)
    }

    /// None if there is no such upload, or it is somebody else's.
    pub(crate) fn get(&self, id: &UploadId, user: &User) -> Option<Entry> {
        self.kept.lock().entries.get(id).filter(|entry| entry.user == user.name && entry.uid == user.uid).cloned()
    }

    /// All uploads of somebody.
    pub(crate) fn of(&self, user: &User) -> Vec<(UploadId, Entry)> {
        let kept = self.kept.lock();
        let own = kept.entries.iter().filter(|(_, entry)| entry.user == user.name && entry.uid == user.uid);
        own.map(|(id, entry)| (id.clone(), entry.clone())).collect()
    }

    pub(crate) fn all(&self) -> Vec<(UploadId, Entry)> {
        self.kept.lock().entries.iter().map(|(id, entry)| (id.clone(), entry.clone())).collect()
    }

    /// The description that was read before, or the one that `read` reads.
    pub(crate) fn description<E>(
        &self,
        id: &UploadId,
        read: impl FnOnce() -> Result<Description, E>,
    ) -> Result<Arc<Description>, E> {
        if let Some(known) = self.kept.lock().descriptions.get(id) {
            return Ok(known.clone());
        }
        let description = Arc::new(read()?);
        let mut kept = self.kept.lock();
        if kept.entries.contains_key(id) {
            kept.descriptions.insert(id.clone(), description.clone());
        }
        Ok(description)
    }

    /// To write one file; none while it is being written, or the upload is being ended.
    pub(crate) fn hold_file(&self, id: &UploadId, number: u32) -> Option<Hold> {
        let mut kept = self.kept.lock();
        if kept.busy.contains(&(id.clone(), None)) {
            return None;
        }
        self.hold(&mut kept, (id.clone(), Some(number)))
    }

    /// To end it; none while anything is being done to it.
    pub(crate) fn hold_all(&self, id: &UploadId) -> Option<Hold> {
        let mut kept = self.kept.lock();
        if kept.busy.iter().any(|(busy, _)| busy == id) {
            return None;
        }
        self.hold(&mut kept, (id.clone(), None))
    }

    fn hold(&self, kept: &mut Kept, what: (UploadId, Option<u32>)) -> Option<Hold> {
        kept.busy.insert(what.clone()).then(|| Hold { kept: self.kept.clone(), what })
    }

    fn write(&self, entries: &BTreeMap<UploadId, Entry>) -> std::io::Result<()> {
        let Some(path) = &self.file else { return Ok(()) };
        let unfinished = path.with_extension("new");
        let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
        file.write_all(&serde_json::to_vec(entries)?)?;
        file.sync_all()?;
        std::fs::rename(&unfinished, path)?;
        let folder = path.parent().map(std::fs::File::open).transpose()?;
        folder.map_or(Ok(()), |folder| folder.sync_all())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str) -> User {
        User { name: name.to_owned(), uid: 1000, gids: vec![1000] }
    }

    fn id(digit: &str) -> UploadId {
        UploadId::try_from(digit.repeat(32)).unwrap()
    }

    #[test]
    fn the_list_outlives_the_process_and_knows_whose_an_upload_is() {
        let folder = tempfile::tempdir().unwrap();
        let uploads = Uploads::open(folder.path()).unwrap();
        let entry = Entry::new(FilePath::parse(b"/l/alpha").unwrap(), &user("me"), 7);
        uploads.add(&id("a"), entry.clone()).unwrap();
        uploads.add(&id("b"), entry.clone()).unwrap();
        uploads.remove(&id("b")).unwrap();
        let again = Uploads::open(folder.path()).unwrap();
        assert_eq!(again.get(&id("a"), &user("me")), Some(entry));
        assert_eq!(again.get(&id("a"), &user("somebody")), None);
        assert_eq!(again.of(&user("somebody")), []);
        assert_eq!(again.all().len(), 1);
    }

    #[test]
    fn going_on_is_written_down_now_and_then() {
        let uploads = Uploads::default();
        uploads.add(&id("a"), Entry::new(FilePath::default(), &user("me"), 0)).unwrap();
        let until = |now| {
            uploads.touch(&id("a"), now).unwrap();
            uploads.all()[0].1.kept_until_ms()
        };
        assert_eq!(until(NOTED_EVERY_MS), 7 * DAY_MS);
        assert_eq!(until(NOTED_EVERY_MS + 1), 7 * DAY_MS + NOTED_EVERY_MS + 1);
    }

    #[test]
    fn a_file_is_written_once_at_a_time_and_nothing_while_an_upload_ends() {
        let uploads = Uploads::default();
        let first = uploads.hold_file(&id("a"), 0).unwrap();
        assert!(uploads.hold_file(&id("a"), 0).is_none() && uploads.hold_all(&id("a")).is_none());
        let second = uploads.hold_file(&id("a"), 1).unwrap();
        drop((first, second));
        let ending = uploads.hold_all(&id("a")).unwrap();
        assert!(uploads.hold_file(&id("a"), 0).is_none() && uploads.hold_all(&id("a")).is_none());
        assert!(uploads.hold_file(&id("b"), 0).is_some());
        drop(ending);
        assert!(uploads.hold_file(&id("a"), 0).is_some());
    }
}
