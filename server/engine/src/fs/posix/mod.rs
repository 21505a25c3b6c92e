//! Any real mount, through the kernel: Lustre, ext4, XFS, tmpfs and others.
//!
//! Project quotas are not needed here: where the caller cannot read any (ext4 and XFS so far),
//! capacity comes from `statfs`. Two mounts answer a real `EXDEV`.

mod calls;
mod handle;
mod hsm;
mod ioctl;
mod limits;
mod lustre;
mod mount;
mod tags;

pub use limits::obey_limits;

/// The kernel's file systems, as the calling process may use them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Posix;
