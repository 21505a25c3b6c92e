//! What is open on the worker's side, by number.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::{Mutex, RwLock};

use crate::fs::{Errno, File, Folder, FolderStream, FsError, FsResult};

/// So much may be open; what the process may have open is less.
const OPEN_MAX: usize = 1 << 20;

/// Open folders, files and listings. A number is given once and never again.
#[derive(Default)]
pub(crate) struct Table {
    next: AtomicU64,
    open: RwLock<HashMap<u64, Open>>,
}

#[derive(Clone)]
pub(super) enum Open {
    Folder(Arc<Folder>),
    File(Arc<OpenFile>),
    Listing(Arc<Mutex<FolderStream>>),
}

pub(super) struct OpenFile {
    pub(super) file: File,
    /// What is written to it has to lie in aligned memory.
    pub(super) is_past_cache: AtomicBool,
}

impl Table {
    pub(super) fn add(&self, call: &'static str, open: Open) -> FsResult<u64> {
        let mut all = self.open.write();
        if all.len() >= OPEN_MAX {
            return Err(FsError::new(call, b"", Errno::MFILE));
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        all.insert(number, open);
        Ok(number)
    }

    pub(super) fn add_folder(&self, call: &'static str, folder: Folder) -> FsResult<u64> {
        self.add(call, Open::Folder(Arc::new(folder)))
    }

    pub(super) fn add_file(&self, call: &'static str, file: File) -> FsResult<u64> {
        self.add(call, Open::File(Arc::new(OpenFile { file, is_past_cache: AtomicBool::new(false) })))
    }

    /// # Errors
    /// `EBADF` if no folder has that number.
    pub(super) fn folder(&self, number: u64) -> FsResult<Arc<Folder>> {
        match self.open.read().get(&number) {
            Some(Open::Folder(folder)) => Ok(folder.clone()),
            _ => Err(unknown()),
        }
    }

    /// # Errors
    /// `EBADF` if no file has that number.
    pub(super) fn file(&self, number: u64) -> FsResult<Arc<OpenFile>> {
        match self.open.read().get(&number) {
            Some(Open::File(file)) => Ok(file.clone()),
            _ => Err(unknown()),
        }
    }

    /// # Errors
    /// `EBADF` if nothing is listed under that number.
    pub(super) fn listing(&self, number: u64) -> FsResult<Arc<Mutex<FolderStream>>> {
        match self.open.read().get(&number) {
            Some(Open::Listing(listing)) => Ok(listing.clone()),
            _ => Err(unknown()),
        }
    }

    /// Closes what has that number, if anything has.
    pub(crate) fn close(&self, number: u64) {
        let closed = self.open.write().remove(&number);
        // Closing may take its time, and others need the table.
        drop(closed);
    }
}

fn unknown() -> FsError {
    FsError::new("worker", b"", Errno::BADF)
}
