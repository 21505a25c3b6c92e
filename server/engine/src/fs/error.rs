//! What a file system answered when it did not do what was asked.

use std::fmt;

pub use rustix::io::Errno;

use tidelock_shared::name::shown;

/// One failed call: which, on what, and the kernel's answer.
///
/// An error does not mean that nothing happened: after `EIO`, `ESTALE`, `ENOTCONN` or
/// `ETIMEDOUT` the caller asks the file system again before it decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FsError {
    /// The call, named as in the [`FileSystem`](super::FileSystem) trait.
    pub call: &'static str,
    /// The entry's name, escaped for people; empty where the call had an open object.
    pub name: String,
    pub errno: Errno,
}

impl FsError {
    pub fn new(call: &'static str, name: &[u8], errno: Errno) -> Self {
        Self { call, name: shown(name).into_owned(), errno }
    }

    /// Nothing has that name.
    pub fn is_absent(&self) -> bool {
        self.errno == Errno::NOENT
    }

    /// Something already has that name.
    pub fn is_taken(&self) -> bool {
        self.errno == Errno::EXIST
    }

    /// The answer leaves open whether the call took effect.
    pub fn is_ambiguous(&self) -> bool {
        matches!(self.errno, Errno::IO | Errno::STALE | Errno::NOTCONN | Errno::TIMEDOUT | Errno::SHUTDOWN | Errno::INTR)
    }

    /// The servers may be away for a while, or have dropped this client: what fails now may be done later.
    pub fn is_out_of_reach(&self) -> bool {
        self.is_ambiguous() && self.errno != Errno::INTR || self.errno == Errno::REMOTEIO
    }

    /// A limit or the device is full. XFS answers `ENOSPC` for a project's limit (recorded).
    pub fn is_full(&self) -> bool {
        matches!(self.errno, Errno::DQUOT | Errno::NOSPC)
    }

    /// The mount does not have the feature.
    pub fn is_unsupported(&self) -> bool {
        matches!(self.errno, Errno::NOTTY | Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL | Errno::XDEV)
    }
}

impl fmt::Display for FsError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = std::io::Error::from(self.errno);
        if self.name.is_empty() {
            write!(out, "{}: {reason}", self.call)
        } else {
            write!(out, "{} '{}': {reason}", self.call, self.name)
        }
    }
}

impl std::error::Error for FsError {}

pub type FsResult<T> = Result<T, FsError>;
