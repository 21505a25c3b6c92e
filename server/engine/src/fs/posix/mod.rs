//! Any real mount, through the kernel: ext4, XFS, tmpfs and others.
//!
//! Project quotas are not needed here: where the caller cannot read any, capacity comes
//! from `statfs`. Two mounts answer a real `EXDEV`.

mod calls;
mod handle;
mod ioctl;
mod mount;

/// The kernel's file systems, as the calling process may use them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Posix;
