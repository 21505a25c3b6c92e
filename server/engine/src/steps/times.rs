//! The times of a folder, kept in an attribute while names come and go in it.
//!
//! A crash in between loses nothing: whoever comes again finds the attribute, and with it the
//! times that the folder had. Where there can be no such attribute, the times are kept in memory alone.

use crate::fs::{Errno, FileSystem, Folder, FsError, FsResult, Object, Timestamp};

const ATTRIBUTE: &[u8] = crate::copy::REMEMBERED_TIMES;

/// When a folder was last read and changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) accessed: Timestamp,
    pub(super) modified: Timestamp,
}

impl Times {
    pub(super) fn of(fs: &dyn FileSystem, folder: &Folder) -> FsResult<Self> {
        let status = fs.status(folder.into())?;
        Ok(Self { accessed: status.accessed, modified: status.modified })
    }

    /// What an earlier run remembered of the folder.
    pub(super) fn remembered(fs: &dyn FileSystem, folder: &Folder) -> FsResult<Option<Self>> {
        match fs.xattr(folder.into(), ATTRIBUTE) {
            Ok(value) => Ok(Self::parse(&value)),
            Err(error) if matches!(error.errno, Errno::NODATA | Errno::OPNOTSUPP) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The folder's own times, remembered on it.
    pub(super) fn remember(fs: &dyn FileSystem, folder: &Folder) -> FsResult<Self> {
        match Self::remembered(fs, folder)? {
            Some(times) => Ok(times),
            None => Self::of(fs, folder)?.kept_on(fs, folder),
        }
    }

    /// The times that `old` had before any entry went over, remembered on `new`.
    ///
    /// Without the attribute an empty new folder was just made, so the old one is untouched;
    /// one with content is finished, and its own times are the right ones.
    pub(super) fn remember_on_new(fs: &dyn FileSystem, old: &Folder, new: &Folder) -> FsResult<Self> {
        if let Some(times) = Self::remembered(fs, new)? {
            return Ok(times);
        }
        let is_new = fs.read_folder(new)?.next().transpose()?.is_none();
        let times = match Self::remembered(fs, old)?.filter(|_| is_new) {
            // A barrier in the old one was cut short.
            Some(times) => times,
            None => Self::of(fs, if is_new { old } else { new })?,
        };
        times.kept_on(fs, new)
    }

    fn kept_on(self, fs: &dyn FileSystem, folder: &Folder) -> FsResult<Self> {
        match fs.set_xattr(Object::Folder(folder), ATTRIBUTE, self.text().as_bytes()) {
            Err(error) if error.errno != Errno::OPNOTSUPP && !is_refused_by_others(fs, folder, &error)? => Err(error),
            _ => Ok(self),
        }
    }

    /// Gives the folder these times, as far as the caller may, and forgets them.
    pub(super) fn restore(self, fs: &dyn FileSystem, folder: &Folder) -> FsResult<()> {
        let caller = fs.caller();
        // A folder of somebody else cannot have its times back from us.
        if caller.is_root || fs.status(folder.into())?.uid == caller.uid {
            fs.set_times(folder.into(), self.accessed, self.modified)?;
        }
        Self::forget(fs, folder)
    }

    pub(super) fn forget(fs: &dyn FileSystem, folder: &Folder) -> FsResult<()> {
        match fs.remove_xattr(folder.into(), ATTRIBUTE) {
            Err(error) if matches!(error.errno, Errno::NODATA | Errno::OPNOTSUPP) => Ok(()),
            Err(error) if is_refused_by_others(fs, folder, &error)? => Ok(()),
            answer => answer,
        }
    }

    fn text(self) -> String {
        let Self { accessed, modified } = self;
        format!("{}.{:09} {}.{:09}", accessed.seconds, accessed.nanoseconds, modified.seconds, modified.nanoseconds)
    }

    fn parse(value: &[u8]) -> Option<Self> {
        let (accessed, modified) = std::str::from_utf8(value).ok()?.split_once(' ')?;
        let time = |text: &str| {
            let (seconds, nanoseconds) = text.split_once('.')?;
            Some(Timestamp { seconds: seconds.parse().ok()?, nanoseconds: nanoseconds.parse().ok()? })
        };
        Some(Self { accessed: time(accessed)?, modified: time(modified)? })
    }
}

/// Nobody but its owner gives a folder an attribute, so that of somebody else has none.
fn is_refused_by_others(fs: &dyn FileSystem, folder: &Folder, error: &FsError) -> FsResult<bool> {
    let is_refused = matches!(error.errno, Errno::ACCESS | Errno::PERM);
    Ok(is_refused && fs.status(folder.into())?.uid != fs.caller().uid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_survive_being_written_down() {
        for seconds in [-1, 0, 1_700_000_000] {
            let time = Timestamp { seconds, nanoseconds: 7 };
            let times = Times { accessed: time, modified: Timestamp::default() };
            assert_eq!(Times::parse(times.text().as_bytes()), Some(times));
        }
    }

    #[test]
    fn what_somebody_else_wrote_there_is_not_believed() {
        for value in [&b""[..], b"1 2", b"1.2", b"x.y z.w", b"\xff.1 1.1"] {
            assert_eq!(Times::parse(value), None);
        }
    }
}
