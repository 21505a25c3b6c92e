//! The hidden folder of an upload: made, opened, described, removed.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tidelock_engine::fs::walk::{look, open_if_folder, read_open, remove_opened, unless_absent};
use tidelock_engine::fs::{At, Errno, FileSystem, Folder, FsError, FsResult, Identity};
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::strategy::EntryKind;
use tidelock_shared::upload::{OnTaken, UploadFile, UploadId, UploadRequest};

use super::barrier::barrier;

/// What the names of these folders begin with; no move's name does.
pub(super) const PREFIX: &str = ".tidelock-upload-";
// Beside the content, which has no such names.
const DESCRIPTION: &[u8] = b".tidelock-description";
const RECORD: &[u8] = b".tidelock-publishing";
const NEW_RECORD: &[u8] = b".tidelock-publishing-new";
/// So often a folder is made until one lies on the MDT of the destination.
const PLACES_TRIED: u32 = 8;

/// Nobody else may look into it.
const STAGING_MODE: u32 = 0o700;
const NOTE_MODE: u32 = 0o600;
/// Permissions that the process's umask takes from.
pub(super) const FOLDER_MODE: u32 = 0o777;
pub(super) const FILE_MODE: u32 = 0o666;
/// A larger description is none of ours.
const NOTE_BYTES_MAX: u64 = 64 << 20;

/// Whether the name is one that uploads give.
pub(crate) fn is_hidden_folder_of_an_upload(name: &FileName) -> bool {
    name.as_bytes().starts_with(PREFIX.as_bytes())
}

/// What is to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Description {
    /// Of this form; a later one may have another.
    version: u32,
    pub(crate) files: Vec<UploadFile>,
    pub(crate) folders: Vec<FilePath>,
    pub(crate) keeps_both: bool,
}

impl Description {
    pub(crate) fn of(request: &UploadRequest) -> Self {
        Self {
            version: 1,
            files: request.files.clone(),
            folders: request.folders.clone(),
            keeps_both: request.on_taken == OnTaken::KeepBoth,
        }
    }

    /// The request that it was made of.
    pub(crate) fn request(&self, folder: &FilePath) -> UploadRequest {
        let on_taken = if self.keeps_both { OnTaken::KeepBoth } else { OnTaken::Refuse };
        UploadRequest { folder: folder.clone(), files: self.files.clone(), folders: self.folders.clone(), on_taken }
    }
}

/// Which names appear: written once everything is here, and followed to the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) items: Vec<RecordedItem>,
}

/// Something at the top.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RecordedItem {
    pub(super) staged: FileName,
    pub(super) name: FileName,
    pub(super) is_folder: bool,
    pub(super) identity: Identity,
}

/// Why an upload's folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StagingError {
    #[error("the folder of the upload is gone")]
    Gone,
    #[error("the folder of the upload is not what was made")]
    NotOurs,
    #[error("what is made in the folder is charged to another project")]
    ChargedElsewhere,
    #[error("the description of the upload cannot be read")]
    Unreadable,
    #[error(transparent)]
    FileSystem(#[from] FsError),
}

/// An open one.
pub(crate) struct Staging<'a> {
    pub(super) fs: &'a dyn FileSystem,
    pub(super) destination: Folder,
    pub(super) id: UploadId,
    name: FileName,
    /// Holds the content.
    pub(super) folder: Folder,
}

fn named(bytes: &[u8]) -> FsResult<FileName> {
    FileName::new(bytes).map_err(|_| FsError::new("name", bytes, Errno::INVAL))
}

fn name_of(id: &UploadId) -> FsResult<FileName> {
    named(format!("{PREFIX}{id}").as_bytes())
}

/// A new folder on the MDT of the one that it is made in, if there is one to be had: names appear by
/// a rename, which between MDTs is slow, and forbidden at some sites.
fn make_beside(fs: &dyn FileSystem, at: At<'_>) -> FsResult<Folder> {
    let mut tried = 1;
    loop {
        fs.create_folder(at, STAGING_MODE)?;
        let folder = fs.open_folder(at)?;
        if tried == PLACES_TRIED || fs.placement((&folder).into())? == fs.placement(at.folder.into())? {
            return Ok(folder);
        }
        fs.remove_folder(at)?;
        tried += 1;
    }
}

/// Whether nobody but the caller can have made it, or gets in.
fn is_own(fs: &dyn FileSystem, folder: &Folder) -> FsResult<bool> {
    let status = fs.status(folder.into())?;
    Ok(status.uid == fs.caller().uid && status.mode & 0o777 == STAGING_MODE)
}

impl<'a> Staging<'a> {
    /// Makes it and describes the upload in it, durably. What is made in a folder with the inherit
    /// flag has to be charged as the folder is.
    pub(crate) fn make(
        fs: &'a dyn FileSystem,
        path: &FilePath,
        id: &UploadId,
        description: &Description,
    ) -> Result<Self, StagingError> {
        let destination = fs.open_path(path)?;
        let name = name_of(id)?;
        let folder = make_beside(fs, destination.at(&name))?;
        // A folder with the setgid bit adds it, and a default ACL may take away from the mode.
        fs.set_mode((&folder).into(), STAGING_MODE)?;
        let (above, own) = (fs.tag((&destination).into())?, fs.tag((&folder).into())?);
        if let (Some(above), Some(own)) = (above, own)
            && above.inherit
            && above != own
        {
            return Err(StagingError::ChargedElsewhere);
        }
        let staging = Self { fs, destination, id: id.clone(), name, folder };
        staging.write(DESCRIPTION, description)?;
        barrier(fs, &staging.folder, id)?;
        barrier(fs, &staging.destination, id)?;
        Ok(staging)
    }

    /// Opens it: it has to be the caller's own, closed to everybody else, and described as an upload. Whoever may change names
    /// around it may have given its name to another folder of the caller's, and cannot describe that.
    pub(crate) fn open(fs: &'a dyn FileSystem, path: &FilePath, id: &UploadId) -> Result<Self, StagingError> {
        let gone = |answer: FsResult<Folder>| match answer {
            Err(error) if error.is_absent() || matches!(error.errno, Errno::NOTDIR | Errno::LOOP) => Err(StagingError::Gone),
            answer => Ok(answer?),
        };
        let destination = gone(fs.open_path(path))?;
        let name = name_of(id)?;
        let folder = gone(fs.open_folder(destination.at(&name)))?;
        if !is_own(fs, &folder)? || look(fs, folder.at(&named(DESCRIPTION)?))?.is_none() {
            return Err(StagingError::NotOurs);
        }
        Ok(Self { fs, destination, id: id.clone(), name, folder })
    }

    pub(crate) fn description(&self) -> Result<Description, StagingError> {
        self.read(DESCRIPTION)?.ok_or(StagingError::Unreadable)
    }

    /// Whether its names are appearing.
    pub(crate) fn is_publishing(&self) -> Result<bool, StagingError> {
        Ok(look(self.fs, self.folder.at(&named(RECORD)?))?.is_some())
    }

    pub(super) fn record(&self) -> Result<Option<Record>, StagingError> {
        self.read(RECORD)
    }

    /// Writes the record in the place of an earlier one, durably.
    pub(super) fn write_record(&self, record: &Record) -> Result<(), StagingError> {
        let (new, name) = (named(NEW_RECORD)?, named(RECORD)?);
        unless_absent(self.fs.unlink(self.folder.at(&new)))?;
        self.write(NEW_RECORD, record)?;
        self.fs.rename(self.folder.at(&new), self.folder.at(&name))?;
        Ok(barrier(self.fs, &self.folder, &self.id)?)
    }

    /// Removes everything of the upload that cannot be seen.
    pub(crate) fn remove(fs: &dyn FileSystem, path: &FilePath, id: &UploadId) -> FsResult<()> {
        let Some(destination) = unless_absent(fs.open_path(path))? else { return Ok(()) };
        let name = name_of(id)?;
        if let Some(folder) = open_if_folder(fs, destination.at(&name))? {
            let is_described = look(fs, folder.at(&named(DESCRIPTION)?))?.is_some();
            // Whoever may change names may have given it to another folder of the caller's, which he may not enter himself.
            if is_own(fs, &folder)? && (is_described || fs.read_folder(&folder)?.next().is_none()) {
                remove_opened(fs, destination.at(&name), &folder)?;
            }
        }
        barrier(fs, &destination, id)
    }

    /// The same for one whose names have appeared.
    pub(super) fn close(self) -> FsResult<()> {
        remove_opened(self.fs, self.destination.at(&self.name), &self.folder)?;
        // Should a power cut bring it back there is nothing in it that anybody misses.
        if let Err(error) = barrier(self.fs, &self.destination, &self.id) {
            tracing::warn!(%error, "the hidden folder of an upload may come back after a power cut");
        }
        Ok(())
    }

    fn write(&self, name: &[u8], value: &impl Serialize) -> Result<(), StagingError> {
        let fs = self.fs;
        let bytes = serde_json::to_vec(value).map_err(|_| StagingError::Unreadable)?;
        let file = fs.create_file(self.folder.at(&named(name)?), NOTE_MODE)?;
        let mut written = 0;
        while written < bytes.len() {
            written += fs.write_at(&file, written as u64, &bytes[written..])?;
        }
        Ok(fs.sync_file(&file)?)
    }

    /// None if it is not there.
    fn read<T: DeserializeOwned>(&self, name: &[u8]) -> Result<Option<T>, StagingError> {
        let name = named(name)?;
        let at: At<'_> = self.folder.at(&name);
        let Some(status) = look(self.fs, at)? else { return Ok(None) };
        if status.kind != EntryKind::File || status.size > NOTE_BYTES_MAX {
            return Err(StagingError::Unreadable);
        }
        let bytes = read_open(self.fs, &self.fs.open_file(at)?, status.size)?;
        serde_json::from_slice(&bytes).map(Some).map_err(|_| StagingError::Unreadable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidelock_shared::id::MoveId;

    #[test]
    fn the_name_is_hidden_and_no_move_has_it() {
        let name = name_of(&UploadId::try_from("0a".repeat(16)).unwrap()).unwrap();
        assert!(name.is_hidden_folder_of_a_move());
        let rest = name.shown().trim_start_matches(".tidelock-").to_owned();
        assert!(!rest.contains('.') && rest.parse::<MoveId>().is_err());
    }
}
