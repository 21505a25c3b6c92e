//! A file's bytes and holes.

use crate::fs::{Errno, File, FileSystem, FsError, FsResult, Status};

/// Up to this size a file is read and written in one piece each.
const SMALL_BYTES: u64 = 256 * 1024;
/// One piece of a larger file.
const PIECE_BYTES: u64 = 8 * 1024 * 1024;

/// Copies the content, leaving holes where the source has them. `hear` is told of each piece.
pub(super) fn copy_content<E: From<FsError>>(
    fs: &dyn FileSystem,
    source: &File,
    status: &Status,
    copy: &File,
    buffer: &mut Vec<u8>,
    hear: &mut dyn FnMut(u64) -> Result<(), E>,
) -> Result<(), E> {
    let has_holes = status.allocated < status.size;
    let mut kernel_copies = status.size > SMALL_BYTES;
    let mut end = 0;
    while end < status.size {
        let (start, length) = if has_holes {
            match fs.next_data(source, end)? {
                Some(range) => (range.offset, range.length.min(status.size.saturating_sub(range.offset))),
                None => break,
            }
        } else {
            (end, status.size - end)
        };
        let mut at = start;
        while at < start + length {
            let wanted = PIECE_BYTES.min(start + length - at);
            let copied = copy_piece(fs, source, copy, at, wanted, buffer, &mut kernel_copies)?;
            if copied == 0 {
                // The source shrank; whoever compares afterwards finds it and copies again.
                return Ok(fs.set_size(copy, at)?);
            }
            at += copied;
            hear(copied)?;
        }
        end = at;
    }
    if has_holes {
        fs.set_size(copy, status.size)?;
    }
    Ok(())
}

fn copy_piece(
    fs: &dyn FileSystem,
    source: &File,
    copy: &File,
    offset: u64,
    length: u64,
    buffer: &mut Vec<u8>,
    kernel_copies: &mut bool,
) -> FsResult<u64> {
    if *kernel_copies {
        match fs.copy_range(source, copy, offset, length) {
            Ok(copied) => return Ok(copied),
            Err(error) if matches!(error.errno, Errno::XDEV | Errno::NOSYS | Errno::OPNOTSUPP | Errno::INVAL | Errno::PERM) => {
                *kernel_copies = false;
            }
            Err(error) => return Err(error),
        }
    }
    let piece = usize::try_from(length.min(1 << 20)).unwrap_or(1 << 20);
    buffer.resize(buffer.len().max(piece), 0);
    let read = fs.read_at(source, offset, &mut buffer[..piece])?;
    let mut written = 0;
    while written < read {
        match fs.write_at(copy, offset + written as u64, &buffer[written..read])? {
            0 => return Err(FsError::new("write_at", b"", Errno::IO)),
            count => written += count,
        }
    }
    Ok(read as u64)
}
