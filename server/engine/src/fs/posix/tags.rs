//! Project ID and inode flags of any object: on Lustre asked of its folder, elsewhere by its
//! name or of a descriptor, which symbolic links and special files do not have.

use std::ffi::CStr;
use std::os::fd::{AsFd, BorrowedFd};

use rustix::fs::{AtFlags, FileType, OFlags};
use rustix::io::Errno;
use tidelock_shared::strategy::EntryKind;

use super::by_name::{self, is_to_be_asked_otherwise};
use super::calls::{c_string, descriptor, folder_fd, open};
use super::ioctl::{self, FsXattr};
use super::lustre;
use super::values::kind_of;
use crate::fs::Object;

/// Runs `use_it` on the object's own descriptor, or `by_name` on an entry, which opens it only where it must.
/// None for the kinds that have no such attributes: links, and what has no content.
fn of<T>(
    object: Object<'_>,
    use_it: impl FnOnce(BorrowedFd<'_>) -> Result<T, Errno>,
    by_name: impl FnOnce(BorrowedFd<'_>, &CStr) -> Result<T, Errno>,
) -> Result<Option<T>, Errno> {
    let at = match object {
        Object::File(file) => return use_it(descriptor(&file.0)).map(Some),
        Object::Folder(folder) => return use_it(descriptor(&folder.0)).map(Some),
        Object::Entry(at) => at,
    };
    let kind = match at.kind {
        Some(kind) => Some(kind),
        None => {
            let status = rustix::fs::statat(folder_fd(at), at.name.as_bytes(), AtFlags::SYMLINK_NOFOLLOW)?;
            kind_of(FileType::from_raw_mode(status.st_mode))
        }
    };
    if !matches!(kind, Some(EntryKind::File | EntryKind::Folder)) {
        return Ok(None);
    }
    match by_name(folder_fd(at), &c_string(at.name.as_bytes())?) {
        Err(errno) if is_to_be_asked_otherwise(errno) => {
            let opened = open(folder_fd(at), at.name.as_bytes(), OFlags::RDONLY | OFlags::NONBLOCK, 0)?;
            use_it(opened.as_fd()).map(Some)
        }
        answer => answer.map(Some),
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
    match of(object, ioctl::get, by_name::attributes) {
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
    let edited = |mut value| {
        edit(&mut value);
        value
    };
    let by_descriptor = |descriptor: BorrowedFd<'_>| ioctl::set(descriptor, edited(ioctl::get(descriptor)?));
    let by_name =
        |folder: BorrowedFd<'_>, name: &CStr| by_name::set_attributes(folder, name, edited(by_name::attributes(folder, name)?));
    of(object, by_descriptor, by_name)?.ok_or(Errno::NOTTY)
}
