//! A file's bytes and holes.
//!
//! Where the file system can, the copy shares the original's blocks, and no byte is copied.
//! Large files go past the page cache: their pages would be written out at once anyway, and nobody reads them again.
//! That saves the processor one copying, and the sync at the end finds nothing left to write.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::fs::walk::read_piece;
use crate::fs::{Errno, File, FileSystem, FsError, FsResult, Status};

/// Up to this size a file is read and written in one piece each.
const SMALL_BYTES: u64 = 256 * 1024;
/// What the kernel copies by itself at a time.
const KERNEL_PIECE_BYTES: u64 = 8 * 1024 * 1024;
/// Of a file that goes through the page cache: so little stays in the processor's own.
const CACHED_PIECE_BYTES: u64 = 256 * 1024;
/// Of a file that goes past it: every write waits for the disk.
const DIRECT_PIECE_BYTES: u64 = 4 * 1024 * 1024;
/// Of each of two files that are compared.
const COMPARED_PIECE_BYTES: u64 = 1024 * 1024;
/// From this size on a file goes past the page cache.
pub(super) const LARGE_BYTES: u64 = 4 * DIRECT_PIECE_BYTES;
/// Blocks of no disk are larger.
const BLOCK_BYTES: u64 = 4096;

/// One of the ways for a file's bytes, the best that has not failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Kernel,
    PastCache,
    ThroughCache,
}

/// Copies one file.
pub(super) struct Content<'a> {
    pub(super) fs: &'a dyn FileSystem,
    pub(super) source: &'a File,
    pub(super) copy: &'a File,
    /// Somebody syncs the whole file system later; else the file's own sync is what tells of errors.
    pub(super) may_go_past_cache: bool,
    /// The two may lie on one file system that lets files share blocks; false once one could not.
    pub(super) shares: &'a AtomicBool,
    /// Grows to what is needed, and may be used again.
    pub(super) buffer: &'a mut Vec<u8>,
}

impl Content<'_> {
    /// Copies the content, leaving holes where the source has them. `hear` is told of each piece.
    pub(super) fn copy<E: From<FsError>>(mut self, status: &Status, hear: &mut dyn FnMut(u64) -> Result<(), E>) -> Result<(), E> {
        if status.size > 0 && self.share()? {
            return hear(status.size);
        }
        let has_holes = status.allocated < status.size;
        let mut way = if status.size > SMALL_BYTES { Way::Kernel } else { Way::ThroughCache };
        let after_kernel = if status.size < LARGE_BYTES { Way::ThroughCache } else { self.past_cache() };
        let mut end = 0;
        while end < status.size {
            let (start, length) = if has_holes {
                match self.fs.next_data(self.source, end)? {
                    Some(range) => (range.offset, range.length.min(status.size.saturating_sub(range.offset))),
                    None => break,
                }
            } else {
                (end, status.size - end)
            };
            let mut at = start;
            while at < start + length {
                let copied = self.piece(at, start + length - at, &mut way, after_kernel)?;
                if copied == 0 {
                    // The source shrank; whoever compares afterwards finds it and copies again.
                    return Ok(self.fs.set_size(self.copy, at)?);
                }
                at += copied;
                hear(copied)?;
            }
            end = at;
        }
        if has_holes {
            self.fs.set_size(self.copy, status.size)?;
        }
        Ok(())
    }

    fn share(&self) -> FsResult<bool> {
        if !self.shares.load(Ordering::Relaxed) {
            return Ok(false);
        }
        match self.fs.share_content(self.source, self.copy) {
            Err(error) if is_no_way(error.errno) => {
                self.shares.store(false, Ordering::Relaxed);
                Ok(false)
            }
            answer => answer.map(|()| true),
        }
    }

    fn past_cache(&self) -> Way {
        if self.may_go_past_cache { Way::PastCache } else { Way::ThroughCache }
    }

    /// Copies some of what is left from `offset` on; zero at the source's end.
    fn piece(&mut self, offset: u64, left: u64, way: &mut Way, after_kernel: Way) -> FsResult<u64> {
        if *way == Way::Kernel {
            match self.fs.copy_range(self.source, self.copy, offset, left.min(KERNEL_PIECE_BYTES)) {
                Err(error) if is_no_way(error.errno) => *way = after_kernel,
                answer => return answer,
            }
        }
        let wanted = if *way == Way::PastCache { DIRECT_PIECE_BYTES } else { CACHED_PIECE_BYTES };
        let (first, length) = self.read(offset, left.min(wanted))?;
        let is_whole = offset.is_multiple_of(BLOCK_BYTES) && (length as u64).is_multiple_of(BLOCK_BYTES);
        if *way == Way::PastCache && is_whole && length > 0 {
            match self.write_past_cache(offset, first, length) {
                Err(error) if matches!(error.errno, Errno::INVAL | Errno::OPNOTSUPP) => *way = Way::ThroughCache,
                answer => return answer.map(|()| length as u64),
            }
        }
        self.write(offset, first, length)?;
        Ok(length as u64)
    }

    /// Reads a piece; answers where in the buffer it begins, at an aligned place, and its length.
    fn read(&mut self, offset: u64, wanted: u64) -> FsResult<(usize, usize)> {
        let alignment = usize::try_from(BLOCK_BYTES).unwrap_or(1);
        let wanted = usize::try_from(wanted).unwrap_or(alignment);
        self.buffer.resize(self.buffer.len().max(wanted + alignment), 0);
        let first = self.buffer.as_ptr().align_offset(alignment).min(alignment);
        let read = self.fs.read_at(self.source, offset, &mut self.buffer[first..first + wanted])?;
        Ok((first, read))
    }

    fn write_past_cache(&self, offset: u64, first: usize, length: usize) -> FsResult<()> {
        self.fs.write_past_cache(self.copy, true)?;
        let written = self.write(offset, first, length);
        // What follows may be no whole block.
        self.fs.write_past_cache(self.copy, false)?;
        written
    }

    fn write(&self, offset: u64, first: usize, length: usize) -> FsResult<()> {
        let mut written = 0;
        while written < length {
            match self.fs.write_at(self.copy, offset + written as u64, &self.buffer[first + written..first + length])? {
                0 => return Err(FsError::new("write_at", b"", Errno::IO)),
                count => written += count,
            }
        }
        Ok(())
    }
}

/// Whether two files of this size have the same bytes; what is a hole in both is not read. `hear` is told after each piece.
pub(crate) fn has_same_bytes<E: From<FsError>>(
    fs: &dyn FileSystem,
    one: &File,
    other: &File,
    size: u64,
    hear: &mut dyn FnMut() -> Result<(), E>,
) -> Result<bool, E> {
    let mut at = 0;
    while at < size {
        let [first, second] = [fs.next_data(one, at)?, fs.next_data(other, at)?];
        let Some(start) = first.iter().chain(&second).map(|range| range.offset).min() else { return Ok(true) };
        let length = size.saturating_sub(start).min(COMPARED_PIECE_BYTES);
        if read_piece(fs, one, start, length)? != read_piece(fs, other, start, length)? {
            return Ok(false);
        }
        hear()?;
        at = start + length;
    }
    Ok(true)
}

/// The kernel cannot do it by itself, here or at all.
fn is_no_way(errno: Errno) -> bool {
    matches!(errno, Errno::XDEV | Errno::NOSYS | Errno::OPNOTSUPP | Errno::NOTTY | Errno::INVAL | Errno::PERM)
}

#[cfg(test)]
mod tests {
    use std::ops::Range;
    use std::os::unix::fs::FileExt;

    use tempfile::TempDir;
    use tidelock_shared::name::{FileName, FilePath};

    use super::*;
    use crate::fs::posix::Posix;
    use crate::fs::{FileSystem, Folder};

    fn open(folder: &TempDir) -> Folder {
        let path = folder.path().canonicalize().unwrap();
        Posix.open_path(&FilePath::parse(path.as_os_str().as_encoded_bytes()).unwrap()).unwrap()
    }

    /// Copies a file of so many bytes with a hole in it from a folder to a temporary one.
    fn check(from: &TempDir, size: usize, hole: Range<usize>, may_go_past_cache: bool) {
        let to = tempfile::tempdir().unwrap();
        let mut bytes: Vec<u8> = (0..size).map(|at| u8::try_from(at % 251).unwrap() + 1).collect();
        bytes[hole.clone()].fill(0);
        let file = std::fs::File::create(from.path().join("file")).unwrap();
        for part in [0..hole.start, hole.end..size] {
            file.write_all_at(&bytes[part.clone()], part.start as u64).unwrap();
        }
        file.set_len(size as u64).unwrap();
        let name = FileName::new(&b"file"[..]).unwrap();
        let (from, folder) = (open(from), open(&to));
        let status = Posix.status(from.at(&name).into()).unwrap();
        let (source, copy) = (Posix.open_file(from.at(&name)).unwrap(), Posix.create_file(folder.at(&name), 0o600).unwrap());
        let (shares, buffer) = (&AtomicBool::new(true), &mut Vec::new());
        let content = Content { fs: &Posix, source: &source, copy: &copy, may_go_past_cache, shares, buffer };
        let mut heard = 0;
        let mut hear = |bytes| -> FsResult<()> {
            heard += bytes;
            Ok(())
        };
        content.copy(&status, &mut hear).unwrap();
        assert!(std::fs::read(to.path().join("file")).unwrap() == bytes, "{size} {hole:?} {may_go_past_cache}");
        assert!(heard <= size as u64);
    }

    #[test]
    fn every_byte_arrives_whichever_way_it_goes() {
        let large = usize::try_from(LARGE_BYTES).unwrap();
        for size in [0, 1, 4096, 300_000, large, large + 4096 + 7] {
            for hole in [0..0, size / 3..size / 2] {
                for may_go_past_cache in [false, true] {
                    check(&tempfile::tempdir().unwrap(), size, hole.clone(), may_go_past_cache);
                    // From another file system the kernel does not copy by itself.
                    check(&tempfile::tempdir_in("/dev/shm").unwrap(), size, hole.clone(), may_go_past_cache);
                }
            }
        }
    }
}
