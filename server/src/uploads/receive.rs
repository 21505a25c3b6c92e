//! One chunk into one file: where it begins has to be where the file ends.
//!
//! A crash in the middle of a chunk may leave a hole before the end of the file: one that is striped
//! over several servers keeps what each had. So every chunk ends with the file getting its sender's
//! modification time and a sync of both. A file with another time was left in the middle of a chunk,
//! and as much of it as a chunk can be long does not count.

use tidelock_engine::fs::walk::look;
use tidelock_engine::fs::{Errno, File, FileSystem, Folder, FsError, FsResult, Status, Timestamp};
use tidelock_shared::name::FileName;
use tidelock_shared::strategy::EntryKind;
use tidelock_shared::upload::{CHUNK_BYTES_MAX, UploadFile};

use super::staging::{FILE_MODE, FOLDER_MODE, Staging};

/// Why a chunk was not taken, or not all of it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReceiveError {
    #[error("the file has {length} bytes, the chunk begins elsewhere")]
    Offset { length: u64 },
    #[error("there are more bytes than the file is to have")]
    TooMuch,
    #[error(transparent)]
    FileSystem(#[from] FsError),
}

/// A file that a chunk is written to. What was written counts once it is closed.
pub(crate) struct Receiving<'a> {
    fs: &'a dyn FileSystem,
    file: File,
    size: u64,
    modified: Timestamp,
    begin: u64,
    end: u64,
}

impl<'a> Receiving<'a> {
    /// Opens the file, and makes it and the folders above it for the first chunk.
    pub(crate) fn open(staging: &Staging<'a>, of: &UploadFile, offset: u64) -> Result<Self, ReceiveError> {
        let fs = staging.fs;
        let (name, above) = of.path.names().split_last().ok_or_else(|| unusable(b""))?;
        let made;
        let folder = if above.is_empty() {
            &staging.folder
        } else {
            made = make_folders(fs, &staging.folder, above)?;
            &made
        };
        let at = folder.at(name);
        let there = look(fs, at)?;
        if there.as_ref().is_some_and(|status| status.kind != EntryKind::File) {
            return Err(unusable(name.as_bytes()).into());
        }
        let length = there.as_ref().map_or(0, |status| counted(status, of));
        if length != offset {
            return Err(ReceiveError::Offset { length });
        }
        let file = match there {
            None => fs.create_file(at, FILE_MODE)?,
            Some(status) => {
                let file = fs.open_to_write(at)?;
                if status.size != length {
                    fs.set_size(&file, length)?;
                }
                file
            }
        };
        let modified = timestamp(of.modified_ms);
        Ok(Self { fs, file, size: of.size, modified, begin: offset, end: offset })
    }

    /// Writes all of it, or as much as there is room for.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), ReceiveError> {
        if bytes.len() as u64 > self.size.saturating_sub(self.end) {
            return Err(ReceiveError::TooMuch);
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            let written = self.fs.write_at(&self.file, self.end, rest)?;
            if written == 0 {
                return Err(FsError::new("write_at", b"", Errno::NOSPC).into());
            }
            self.end += written as u64;
            rest = &rest[written..];
        }
        Ok(())
    }

    /// Makes durable what was written, and answers the length. What cannot be made durable is taken
    /// away again: a second sync could say of lost pages that all is well.
    pub(crate) fn close(self) -> FsResult<u64> {
        match self.settle() {
            Ok(()) => Ok(self.end),
            Err(error) => self.take_back().and(Err(error)),
        }
    }

    /// Takes everything of this chunk away again.
    pub(crate) fn take_back(self) -> FsResult<u64> {
        self.fs.set_size(&self.file, self.begin)?;
        self.settle().map(|()| self.begin)
    }

    fn settle(&self) -> FsResult<()> {
        self.fs.set_times((&self.file).into(), self.modified, self.modified)?;
        self.fs.sync_file(&self.file)
    }
}

fn unusable(name: &[u8]) -> FsError {
    FsError::new("open_to_write", name, Errno::INVAL)
}

/// A browser's time, which has milliseconds.
fn timestamp(ms: i64) -> Timestamp {
    Timestamp { seconds: ms.div_euclid(1000), nanoseconds: u32::try_from(ms.rem_euclid(1000) * 1_000_000).unwrap_or(0) }
}

/// How much of a file counts. Some file systems keep times in whole seconds.
fn counted(status: &Status, of: &UploadFile) -> u64 {
    let is_settled = status.modified.seconds == timestamp(of.modified_ms).seconds;
    if is_settled { status.size } else { status.size.saturating_sub(CHUNK_BYTES_MAX) }
}

/// Opens folders below another, and makes those that are not there.
pub(super) fn make_folders(fs: &dyn FileSystem, top: &Folder, names: &[FileName]) -> FsResult<Folder> {
    let mut folder: Option<Folder> = None;
    for name in names {
        let at = folder.as_ref().unwrap_or(top).at(name);
        let inner = match fs.open_folder(at) {
            Err(error) if error.is_absent() => {
                match fs.create_folder(at, FOLDER_MODE) {
                    // Another chunk was quicker.
                    Err(error) if error.is_taken() => {}
                    answer => answer?,
                }
                fs.open_folder(at)
            }
            answer => answer,
        };
        folder = Some(inner?);
    }
    folder.ok_or_else(|| unusable(b""))
}

/// How much of each file is there.
pub(crate) fn lengths(staging: &Staging<'_>, files: &[UploadFile]) -> FsResult<Vec<u64>> {
    let mut looking = Looking { fs: staging.fs, top: &staging.folder, folder: None };
    files.iter().map(|file| looking.length(file).map(Option::unwrap_or_default)).collect()
}

/// Looks for one file after the other; those of one folder mostly follow each other.
pub(super) struct Looking<'a> {
    fs: &'a dyn FileSystem,
    top: &'a Folder,
    folder: Option<(Vec<FileName>, Option<Folder>)>,
}

impl<'a> Looking<'a> {
    pub(super) fn below(fs: &'a dyn FileSystem, top: &'a Folder) -> Self {
        Self { fs, top, folder: None }
    }

    /// None if there is no such file yet.
    pub(super) fn length(&mut self, of: &UploadFile) -> FsResult<Option<u64>> {
        let Some((name, above)) = of.path.names().split_last() else { return Ok(None) };
        if self.folder.as_ref().is_none_or(|(names, _)| names != above) {
            self.folder = Some((above.to_vec(), open_below(self.fs, self.top, above)?));
        }
        let folder = match &self.folder {
            _ if above.is_empty() => self.top,
            Some((_, Some(folder))) => folder,
            _ => return Ok(None),
        };
        let status = look(self.fs, folder.at(name))?;
        Ok(status.filter(|status| status.kind == EntryKind::File).map(|status| counted(&status, of)))
    }
}

/// None if there is no such folder yet.
fn open_below(fs: &dyn FileSystem, top: &Folder, names: &[FileName]) -> FsResult<Option<Folder>> {
    let mut folder = None;
    for name in names {
        match fs.open_folder(folder.as_ref().unwrap_or(top).at(name)) {
            Err(error) if error.is_absent() => return Ok(None),
            answer => folder = Some(answer?),
        }
    }
    Ok(folder)
}
