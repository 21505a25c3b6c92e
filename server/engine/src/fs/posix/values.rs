//! The kernel's kinds and times in the words of the trait, and back.

use rustix::fs::{FileType, Timespec};
use rustix::io::Errno;
use tidelock_shared::strategy::EntryKind;

use crate::fs::Timestamp;

pub(super) fn kind_of(kind: FileType) -> Option<EntryKind> {
    Some(match kind {
        FileType::RegularFile => EntryKind::File,
        FileType::Directory => EntryKind::Folder,
        FileType::Symlink => EntryKind::SymbolicLink,
        FileType::Fifo => EntryKind::Fifo,
        FileType::Socket => EntryKind::Socket,
        FileType::CharacterDevice => EntryKind::CharacterDevice,
        FileType::BlockDevice => EntryKind::BlockDevice,
        FileType::Unknown => return None,
    })
}

pub(super) fn file_type(kind: EntryKind) -> FileType {
    match kind {
        EntryKind::File => FileType::RegularFile,
        EntryKind::Folder => FileType::Directory,
        EntryKind::SymbolicLink => FileType::Symlink,
        EntryKind::Fifo => FileType::Fifo,
        EntryKind::Socket => FileType::Socket,
        EntryKind::CharacterDevice => FileType::CharacterDevice,
        EntryKind::BlockDevice => FileType::BlockDevice,
    }
}

pub(super) fn timestamp(time: rustix::fs::StatxTimestamp) -> Timestamp {
    Timestamp { seconds: time.tv_sec, nanoseconds: time.tv_nsec }
}

pub(super) fn timespec(time: Timestamp) -> Timespec {
    Timespec { tv_sec: time.seconds, tv_nsec: time.nanoseconds.into() }
}

/// Reads a list or value whose length may grow between asking and reading.
pub(super) fn read_growing(read: impl Fn(&mut [u8]) -> Result<usize, Errno>) -> Result<Vec<u8>, Errno> {
    // Most have none, or a short one.
    let mut first = [0; 256];
    match read(&mut first) {
        Err(Errno::RANGE) => {}
        answer => return answer.map(|length| first[..length].to_vec()),
    }
    let mut buffer = vec![0; 4096];
    loop {
        match read(&mut buffer) {
            Ok(length) => {
                buffer.truncate(length);
                return Ok(buffer);
            }
            Err(Errno::RANGE) if buffer.len() < 1 << 17 => buffer.resize(buffer.len() * 8, 0),
            Err(errno) => return Err(errno),
        }
    }
}
