//! The end of an upload: everything is made durable, then its names appear, one after the other.
//!
//! A name appears by a rename that replaces nothing. Lustre refuses every flag of a rename: there a
//! file appears by a link, and a folder over an exclusive claim, as in a move. What has happened is
//! asked of the file system, by identity, so an end that was broken off simply runs again.

use std::collections::BTreeSet;

use tidelock_engine::fs::walk::{holds, look};
use tidelock_engine::fs::{At, Errno, FileSystem, FsError, FsResult};
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::strategy::EntryKind;

use super::barrier::{barrier, barrier_below};
use super::receive::{Looking, ReceiveError, Receiving, make_folders};
use super::staging::{Description, Record, RecordedItem, Staging, StagingError};

/// The mode of a claim: nobody but root can enter it.
const CLAIM_MODE: u32 = 0;
/// How many new names are tried to keep both.
const NAMES_TRIED: u32 = 1000;

/// Why an upload is not finished. It can be tried again, whatever the reason.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FinishError {
    #[error("{files} files have not come whole")]
    Incomplete { files: u64, example: FilePath },
    #[error("{0:?} are taken")]
    NamesTaken(Vec<FileName>),
    #[error(transparent)]
    Staging(#[from] StagingError),
}

impl From<FsError> for FinishError {
    fn from(error: FsError) -> Self {
        Self::Staging(error.into())
    }
}

/// Lets the names appear, and answers them. `keeps_both` gives new names where one is taken.
pub(crate) fn finish(staging: Staging<'_>, description: &Description, keeps_both: bool) -> Result<Vec<FileName>, FinishError> {
    let before = match staging.record()? {
        Some(record) => record,
        None => {
            complete(&staging, description)?;
            barrier_below(staging.fs, &staging.folder, &staging.id)?;
            Record { items: staged_items(&staging, description)? }
        }
    };
    let record = with_free_names(&staging, &before, keeps_both)?;
    // Written before the first name appears, and again where a name has become another since.
    if record != before || !staging.is_publishing()? {
        staging.write_record(&record)?;
    }
    for item in &record.items {
        publish(&staging, item)?;
    }
    barrier(staging.fs, &staging.destination, &staging.id)?;
    staging.close()?;
    Ok(record.items.into_iter().map(|item| item.name).collect())
}

/// Everything has come whole; what has no content is made now.
fn complete(staging: &Staging<'_>, description: &Description) -> Result<(), FinishError> {
    let mut looking = Looking::below(staging.fs, &staging.folder);
    let (mut missing, mut example) = (0, None);
    for file in &description.files {
        match looking.length(file)? {
            Some(length) if length == file.size => {}
            None if file.size == 0 => {
                let made = Receiving::open(staging, file, 0).map_err(|error| match error {
                    ReceiveError::FileSystem(error) => error,
                    _ => FsError::new("create_file", b"", Errno::STALE),
                });
                made?.close()?;
                // Its folder may be new.
                looking = Looking::below(staging.fs, &staging.folder);
            }
            _ => {
                missing += 1;
                example.get_or_insert(&file.path);
            }
        }
    }
    if let Some(example) = example {
        return Err(FinishError::Incomplete { files: missing, example: example.clone() });
    }
    for folder in description.folders.iter().filter(|folder| !folder.names().is_empty()) {
        make_folders(staging.fs, &staging.folder, folder.names())?;
    }
    Ok(())
}

/// What lies at the top, each with its own name.
fn staged_items(staging: &Staging<'_>, description: &Description) -> FsResult<Vec<RecordedItem>> {
    let tops = description.request(&FilePath::default()).tops();
    let item = |name: FileName| {
        let at = staging.folder.at(&name);
        let is_folder = staging.fs.status(at.into())?.kind == EntryKind::Folder;
        let identity = staging.fs.identity(at.into())?;
        Ok(RecordedItem { name: name.clone(), staged: name, is_folder, identity })
    };
    tops.into_iter().map(item).collect()
}

/// The same items; those that are still hidden get names that are free.
fn with_free_names(staging: &Staging<'_>, record: &Record, keeps_both: bool) -> Result<Record, FinishError> {
    let fs = staging.fs;
    let mut given: BTreeSet<FileName> = record.items.iter().map(|item| item.name.clone()).collect();
    let mut taken = Vec::new();
    let mut items = Vec::new();
    for item in &record.items {
        let mut item = item.clone();
        let (hidden, visible) = (staging.folder.at(&item.staged), staging.destination.at(&item.name));
        let is_hidden = holds(fs, hidden, &item.identity)? && !holds(fs, visible, &item.identity)?;
        if is_hidden {
            remove_own_claim(fs, visible)?;
        }
        if is_hidden && look(fs, visible)?.is_some() {
            let further = if keeps_both { further_name(staging, &item, &given)? } else { None };
            match further {
                Some(name) => {
                    given.insert(name.clone());
                    item.name = name;
                }
                None => taken.push(item.name.clone()),
            }
        }
        items.push(item);
    }
    if taken.is_empty() { Ok(Record { items }) } else { Err(FinishError::NamesTaken(taken)) }
}

fn further_name(staging: &Staging<'_>, item: &RecordedItem, given: &BTreeSet<FileName>) -> FsResult<Option<FileName>> {
    for number in 2..NAMES_TRIED {
        let Some(name) = item.staged.numbered(number, item.is_folder) else { break };
        if !given.contains(&name) && look(staging.fs, staging.destination.at(&name))?.is_none() {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// Lets one name appear, unless it has already.
fn publish(staging: &Staging<'_>, item: &RecordedItem) -> Result<(), FinishError> {
    let fs = staging.fs;
    let (from, to) = (staging.folder.at(&item.staged), staging.destination.at(&item.name));
    // What is no longer here has appeared, wherever it has gone since.
    if !holds(fs, from, &item.identity)? {
        return Ok(());
    }
    if !item.is_folder && holds(fs, to, &item.identity)? {
        return Ok(fs.unlink(from)?);
    }
    let taken = |error: FsError| if error.is_taken() { FinishError::NamesTaken(vec![item.name.clone()]) } else { error.into() };
    match fs.rename_without_replacing(from, to) {
        Err(error) if matches!(error.errno, Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {}
        answer => return answer.map_err(taken),
    }
    if item.is_folder {
        return over_a_claim(fs, from, to).map_err(taken);
    }
    fs.link(from, to).map_err(taken)?;
    Ok(fs.unlink(from)?)
}

/// An exclusive `mkdir` claims the name; the rename replaces it only while it is empty.
fn over_a_claim(fs: &dyn FileSystem, from: At<'_>, to: At<'_>) -> FsResult<()> {
    fs.create_folder(to, CLAIM_MODE)?;
    let claim = fs.identity(to.into())?;
    // Compared right before: the window that remains can cost at most somebody's empty folder.
    let carried =
        if holds(fs, to, &claim)? { fs.rename(from, to) } else { Err(FsError::new("rename", to.name.as_bytes(), Errno::EXIST)) };
    if carried.is_err() && look(fs, from)?.is_some() {
        remove_own_claim(fs, to)?;
    }
    carried
}

/// Removes an empty folder of mode 0000 that is ours: what a crash between claim and rename leaves.
fn remove_own_claim(fs: &dyn FileSystem, at: At<'_>) -> FsResult<()> {
    let Some(status) = look(fs, at)? else { return Ok(()) };
    // A setgid bit is inherited even by a claim.
    let is_claim = status.kind == EntryKind::Folder && status.mode & 0o777 == CLAIM_MODE && status.uid == fs.caller().uid;
    if !is_claim {
        return Ok(());
    }
    match fs.remove_folder(at) {
        Err(error) if !error.is_absent() && error.errno != Errno::NOTEMPTY => Err(error),
        _ => Ok(()),
    }
}
