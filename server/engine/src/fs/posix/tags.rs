//! Project ID and inode flags of any object: on Lustre asked of its folder, elsewhere of an own
//! descriptor, which symbolic links and special files do not have.

use std::os::fd::{AsFd, BorrowedFd};

use rustix::fs::{AtFlags, FileType, OFlags};
use rustix::io::Errno;

use super::calls::{descriptor, folder_fd, open};
use super::ioctl::{self, FsXattr};
use super::lustre;
use crate::fs::Object;

/// Runs `use_it` on a descriptor that can take an ioctl: the object's own, or a fresh one of
/// a file or folder. None for the kinds that have no such descriptor.
fn with_descriptor<T>(object: Object<'_>, use_it: impl FnOnce(BorrowedFd<'_>) -> Result<T, Errno>) -> Result<Option<T>, Errno> {
    match object {
        Object::File(file) => use_it(descriptor(&file.0)).map(Some),
        Object::Folder(folder) => use_it(descriptor(&folder.0)).map(Some),
        Object::Entry(at) => {
            let status = rustix::fs::statat(folder_fd(at), at.name.as_bytes(), AtFlags::SYMLINK_NOFOLLOW)?;
            if !matches!(FileType::from_raw_mode(status.st_mode), FileType::RegularFile | FileType::Directory) {
                return Ok(None);
            }
            let opened = open(folder_fd(at), at.name.as_bytes(), OFlags::RDONLY | OFlags::NONBLOCK, 0)?;
            use_it(opened.as_fd()).map(Some)
        }
    }
}

/// The folder and the name to ask Lustre about an object; none elsewhere, and for an open file.
fn on_lustre<'a>(object: &'a Object<'_>) -> Option<(BorrowedFd<'a>, &'a [u8])> {
    let (folder, name) = match object {
        Object::File(_) => return None,
        Object::Folder(folder) => (descriptor(&folder.0), &b""[..]),
        Object::Entry(at) => (folder_fd(*at), at.name.as_bytes()),
    };
    lustre::is_lustre(folder).then_some((folder, name))
}

/// The project ID and flags; none where the file system or the kind has none.
pub(super) fn attributes(object: Object<'_>) -> Result<Option<FsXattr>, Errno> {
    if let Some((folder, name)) = on_lustre(&object) {
        match lustre::project_of(folder, name) {
            // A client before 2.15.
            Err(Errno::NOTTY) => {}
            answer => return answer.map(|(project, flags)| Some(FsXattr::new(project, flags))),
        }
    }
    match with_descriptor(object, ioctl::get) {
        Err(Errno::NOTTY | Errno::OPNOTSUPP | Errno::INVAL) => Ok(None),
        answer => answer,
    }
}

pub(super) fn set_attributes(object: Object<'_>, edit: impl Fn(&mut FsXattr)) -> Result<(), Errno> {
    if let Some((folder, name)) = on_lustre(&object) {
        match lustre::project_of(folder, name) {
            Err(Errno::NOTTY) => {}
            answer => {
                let (project, flags) = answer?;
                let mut value = FsXattr::new(project, flags);
                edit(&mut value);
                return lustre::set_project(folder, name, value.project, value.flags);
            }
        }
    }
    let done = with_descriptor(object, |descriptor| {
        let mut value = ioctl::get(descriptor)?;
        edit(&mut value);
        ioctl::set(descriptor, value)
    })?;
    done.ok_or(Errno::NOTTY)
}
