//! What numbers are called: projects and users.

use std::collections::BTreeMap;

use tidelock_engine::planner::plan::Payer;
use tidelock_shared::id::ProjectId;

/// Names by number, as the site gives them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    pub(crate) projects: BTreeMap<ProjectId, String>,
    pub(crate) users: BTreeMap<u32, String>,
    pub(crate) groups: BTreeMap<u32, String>,
    /// What a mount without projects is called, by device number.
    pub(crate) mounts: BTreeMap<u64, String>,
}

impl Names {
    /// The names of this machine: `/etc/projid`, `/etc/passwd`, `/etc/group`. A file that is not
    /// there names nobody.
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
        Self { projects, users: numbered(read("/etc/passwd"), 2), groups: numbered(read("/etc/group"), 2), mounts: BTreeMap::new() }
    }

    pub(crate) fn project(&self, id: ProjectId) -> String {
        match self.projects.get(&id) {
            Some(name) => name.clone(),
            None if id == ProjectId::NONE => "no project".to_owned(),
            None => format!("project {id}"),
        }
    }

    pub(crate) fn user(&self, uid: u32) -> String {
        self.users.get(&uid).cloned().unwrap_or_else(|| uid.to_string())
    }

    pub(crate) fn group(&self, gid: u32) -> String {
        self.groups.get(&gid).cloned().unwrap_or_else(|| gid.to_string())
    }

    /// Who pays: a project, or a file system where there are none.
    pub(crate) fn payer(&self, payer: Payer) -> String {
        match payer.project {
            Some(id) => self.project(id),
            None => self.mounts.get(&payer.device).cloned().unwrap_or_else(|| "this file system".to_owned()),
        }
    }
}
