//! Walking a path name by name, following no link.

use std::os::fd::AsFd;

use rustix::fs::{Mode, OFlags};
use tidelock_shared::name::FilePath;

use super::calls::open as open_below;
use super::lustre;
use crate::fs::object::Handle;
use crate::fs::{Folder, FsError, FsResult};

/// Opens the folder at a path with these flags. The ones above are passed through, which takes the right
/// to enter them and not to list them: a site may grant its users no more.
pub(super) fn open(path: &FilePath, flags: OFlags) -> FsResult<Folder> {
    let call = "open_path";
    let start = if path.names().is_empty() { flags } else { OFlags::PATH };
    let mut folder = rustix::fs::open("/", start | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
        .map_err(|errno| FsError::new(call, b"/", errno))?;
    for (position, name) in path.names().iter().enumerate() {
        let flags = if position + 1 == path.names().len() { flags } else { OFlags::PATH };
        folder = open_below(folder.as_fd(), name.as_bytes(), flags | OFlags::DIRECTORY, 0)
            .map_err(|errno| FsError::new(call, name.as_bytes(), errno))?;
    }
    lustre::notice_module();
    Ok(Folder(Handle::Descriptor(folder)))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use rustix::fs::Uid;
    use rustix::io::Errno;
    use rustix::thread::set_thread_res_uid;

    use super::*;
    use crate::fs::FileSystem;
    use crate::fs::posix::Posix;

    fn path(at: &std::path::Path) -> FilePath {
        FilePath::parse(at.as_os_str().as_encoded_bytes()).unwrap()
    }

    /// As an ordinary user where the tests run as root, whom nothing is closed to.
    fn as_somebody<T: Send>(ask: impl FnOnce() -> T + Send) -> T {
        let work = || {
            if rustix::process::geteuid().is_root() {
                let unchanged: Option<Uid> = None;
                set_thread_res_uid(unchanged, Uid::from_raw(1000), unchanged).unwrap();
            }
            ask()
        };
        // Who a thread is goes with it.
        std::thread::scope(|scope| scope.spawn(work).join().unwrap())
    }

    #[test]
    fn a_folder_that_may_only_be_entered_is_passed_through_and_looked_at() {
        let made = tempfile::tempdir().unwrap();
        // The way there may lead through a link, which is not the matter here.
        let top = made.path().canonicalize().unwrap();
        std::fs::create_dir_all(top.join("above/inner")).unwrap();
        for (folder, mode) in [("", 0o711), ("above", 0o311), ("above/inner", 0o755)] {
            std::fs::set_permissions(top.join(folder), std::fs::Permissions::from_mode(mode)).unwrap();
        }
        as_somebody(|| {
            assert!(Posix.open_path(&path(&top.join("above/inner"))).is_ok());
            assert_eq!(Posix.open_path(&path(&top.join("above"))).unwrap_err().errno, Errno::ACCESS);
            let above = Posix.open_path_to_look(&path(&top.join("above"))).unwrap();
            assert_eq!(Posix.status((&above).into()).unwrap().mode, 0o311);
            assert!(Posix.identity((&above).into()).is_ok());
        });
        // Or it could not be emptied by whoever is not root.
        std::fs::set_permissions(top.join("above"), std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[test]
    fn no_link_on_the_way_is_followed() {
        let made = tempfile::tempdir().unwrap();
        let top = made.path().canonicalize().unwrap();
        std::fs::create_dir_all(top.join("real/inner")).unwrap();
        symlink(top.join("real"), top.join("link")).unwrap();
        for at in ["link", "link/inner"] {
            let errno = |opened: FsResult<Folder>| opened.unwrap_err().errno;
            assert_eq!(errno(Posix.open_path(&path(&top.join(at)))), Errno::NOTDIR, "{at}");
            assert_eq!(errno(Posix.open_path_to_look(&path(&top.join(at)))), Errno::NOTDIR, "{at}");
        }
    }
}
