//! What numbers are called: projects and users.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::words::words;
use parking_lot::Mutex;
use tidelock_engine::planner::plan::Payer;
use tidelock_shared::id::ProjectId;

/// Names by number, as the site gives them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    pub(crate) projects: BTreeMap<ProjectId, String>,
    pub(crate) users: BTreeMap<u32, String>,
    pub(crate) groups: BTreeMap<u32, String>,
    /// What a mount without projects is called, by device number.
    pub(crate) mounts: BTreeMap<u64, MountName>,
    /// Who knows the other users and groups; nobody in an invented world.
    pub(crate) name_service: Option<Arc<NameService>>,
}

/// The system's own ways to names (NSS), each asked once: most sites keep their users in a directory elsewhere.
#[derive(Debug, Default)]
pub(crate) struct NameService {
    users: Mutex<BTreeMap<u32, Option<String>>>,
    groups: Mutex<BTreeMap<u32, Option<String>>>,
}

impl NameService {
    fn user(&self, uid: u32) -> Option<String> {
        let ask = || nix::unistd::User::from_uid(uid.into()).ok().flatten().map(|user| user.name);
        self.users.lock().entry(uid).or_insert_with(ask).clone()
    }

    fn group(&self, gid: u32) -> Option<String> {
        let ask = || nix::unistd::Group::from_gid(gid.into()).ok().flatten().map(|group| group.name);
        self.groups.lock().entry(gid).or_insert_with(ask).clone()
    }
}

/// What people call a mount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MountName {
    Called(String),
    /// By where it is.
    At(String),
}

impl Names {
    /// The names of this machine: `/etc/projid`, `/etc/passwd`, `/etc/group`, and whoever else it asks for users. A file
    /// that is not there names nobody.
    pub(crate) fn of_this_machine() -> Self {
        let read = |file: &str| std::fs::read_to_string(file).unwrap_or_default();
        let numbered = |text: String, column: usize| -> BTreeMap<u32, String> {
            let pair = |line: &str| {
                let mut fields = line.split(':');
                let name = fields.next()?.to_owned();
                Some((fields.nth(column - 1)?.trim().parse().ok()?, name))
            };
            text.lines().filter(|line| !line.starts_with('#')).filter_map(pair).collect()
        };
        let projects = numbered(read("/etc/projid"), 1).into_iter().map(|(id, name)| (ProjectId(id), name)).collect();
        Self {
            projects,
            users: numbered(read("/etc/passwd"), 2),
            groups: numbered(read("/etc/group"), 2),
            mounts: mounts(&read("/proc/self/mountinfo")),
            name_service: Some(Arc::default()),
        }
    }

    pub(crate) fn project(&self, id: ProjectId) -> String {
        match self.projects.get(&id) {
            Some(name) => name.clone(),
            None if id == ProjectId::NONE => words().no_project().to_owned(),
            None => words().project_number(&id.to_string()),
        }
    }

    pub(crate) fn user(&self, uid: u32) -> String {
        let known = self.users.get(&uid).cloned();
        known.or_else(|| self.name_service.as_ref()?.user(uid)).unwrap_or_else(|| uid.to_string())
    }

    pub(crate) fn group(&self, gid: u32) -> String {
        let known = self.groups.get(&gid).cloned();
        known.or_else(|| self.name_service.as_ref()?.group(gid)).unwrap_or_else(|| gid.to_string())
    }

    /// Who pays: a project, or a file system where there are none.
    pub(crate) fn payer(&self, payer: Payer) -> String {
        match payer.project {
            Some(id) => self.project(id),
            None => match self.mounts.get(&payer.device) {
                Some(MountName::Called(name)) => name.clone(),
                Some(MountName::At(point)) => words().file_system_at(point),
                None => words().this_file_system().to_owned(),
            },
        }
    }
}

/// What each mounted device is called: by where it is mounted.
fn mounts(mountinfo: &str) -> BTreeMap<u64, MountName> {
    let pair = |line: &str| {
        let mut fields = line.split(' ');
        let (major, minor) = fields.nth(2)?.split_once(':')?;
        // As `makedev` of the C library puts the two together.
        let (major, minor): (u64, u64) = (major.parse().ok()?, minor.parse().ok()?);
        let device = (major & 0xfff) << 8 | (major & !0xfff) << 32 | (minor & 0xff) | (minor & !0xff) << 12;
        let point = fields.nth(1)?.replace("\\040", " ");
        Some((device, MountName::At(point)))
    };
    // The first mount of a device is the one that people know it by.
    mountinfo.lines().rev().filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::{MountName, mounts};

    #[test]
    fn a_mount_is_called_by_its_first_place() {
        let mountinfo = "21 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n30 21 0:25 / /dev/shm rw - tmpfs tmpfs rw\n40 21 8:1 /x /mnt/b rw - ext4 /dev/sda1 rw\n";
        let named = mounts(mountinfo);
        assert_eq!(named[&0x801], MountName::At("/".to_owned()));
        assert_eq!(named[&25], MountName::At("/dev/shm".to_owned()));
    }
}
