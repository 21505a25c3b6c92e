//! Any real mount, through the kernel: Lustre, ext4, XFS, tmpfs and others.
//!
//! Project quotas are not needed here: where there are none, or the caller may not read them
//! (everybody but root on ext4 and XFS), capacity comes from `statfs`.

mod by_name;
mod calls;
mod capacity;
mod handle;
mod hsm;
mod ioctl;
mod limits;
mod lustre;
mod mount;
mod path;
mod quota;
mod refusal;
mod tags;
mod trials;
mod values;
pub(crate) mod wire;

pub use limits::{obey_limits, open_as_many_as_allowed};

/// The kernel's file systems, as the calling process may use them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Posix;
