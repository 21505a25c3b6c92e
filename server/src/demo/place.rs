//! A folder that is being filled: a short hand for the calls that make entries.

use std::rc::Rc;

use tidelock_engine::fs::simulator::Simulator;
use tidelock_engine::fs::{Errno, FileSystem, Folder, FsError, FsResult, Object, Timestamp};
use tidelock_shared::id::ProjectId;
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::project::ProjectTag;

/// A folder, and whose and how old everything is that is made in it.
#[derive(Clone)]
pub(super) struct Place<'a> {
    fs: &'a Simulator,
    folder: Rc<Folder>,
    owner: (u32, u32),
    made: Timestamp,
}

impl<'a> Place<'a> {
    pub(super) fn at(fs: &'a Simulator, path: &FilePath, owner: (u32, u32), made: Timestamp) -> FsResult<Self> {
        Ok(Self { fs, folder: Rc::new(fs.open_path(path)?), owner, made })
    }

    /// A folder in this one, filled; its time is that of the last change a person made.
    pub(super) fn folder(&self, name: &str, fill: impl FnOnce(&Self) -> FsResult<()>) -> FsResult<()> {
        self.folder_of(name, self.owner, 0o2770, None, fill)
    }

    /// The top of a project.
    pub(super) fn project(
        &self,
        name: &str,
        lead: u32,
        id: u32,
        mode: u32,
        fill: impl FnOnce(&Self) -> FsResult<()>,
    ) -> FsResult<()> {
        let tag = ProjectTag { id: ProjectId(id), inherit: true };
        self.folder_of(name, (lead, id), mode, Some(tag), fill)
    }

    fn folder_of(
        &self,
        name: &str,
        owner: (u32, u32),
        mode: u32,
        tag: Option<ProjectTag>,
        fill: impl FnOnce(&Self) -> FsResult<()>,
    ) -> FsResult<()> {
        let name = file_name(name.as_bytes())?;
        let at = self.folder.at(&name);
        self.fs.create_folder(at, mode)?;
        self.fs.set_owner(at.into(), owner.0, owner.1)?;
        self.fs.set_mode(at.into(), mode)?;
        if let Some(tag) = tag {
            self.fs.set_tag(at.into(), tag)?;
        }
        let inner = Self { fs: self.fs, folder: Rc::new(self.fs.open_folder(at)?), owner, made: self.made };
        fill(&inner)?;
        self.fs.set_times(Object::Folder(&inner.folder), self.made, self.made)
    }

    /// The same folder for entries of another age.
    pub(super) fn on(&self, made: Timestamp) -> Self {
        Self { made, ..self.clone() }
    }

    /// The same folder for entries of another owner.
    pub(super) fn by(&self, uid: u32) -> Self {
        Self { owner: (uid, self.owner.1), ..self.clone() }
    }

    pub(super) fn file(&self, name: impl AsRef<[u8]>, size: u64) -> FsResult<()> {
        let bytes = name.as_ref();
        let name = file_name(bytes)?;
        let at = self.folder.at(&name);
        self.fs.create_file(at, 0o660)?;
        let seed = bytes.iter().fold(size, |seed, byte| seed.wrapping_mul(31).wrapping_add(u64::from(*byte)));
        self.fs.fill(at, seed, size)?;
        self.fs.set_owner(at.into(), self.owner.0, self.owner.1)?;
        self.fs.set_times(at.into(), self.made, self.made)
    }

    /// A file whose content somebody might look at.
    pub(super) fn holding(&self, name: &str, content: &[u8]) -> FsResult<()> {
        let name = file_name(name.as_bytes())?;
        let at = self.folder.at(&name);
        let file = self.fs.create_file(at, 0o660)?;
        let mut written = 0;
        while written < content.len() {
            written += self.fs.write_at(&file, written as u64, &content[written..])?;
        }
        self.fs.set_owner(at.into(), self.owner.0, self.owner.1)?;
        self.fs.set_times(at.into(), self.made, self.made)
    }

    /// A file whose content is on tape only.
    pub(super) fn released(&self, name: &str, size: u64) -> FsResult<()> {
        self.file(name, size)?;
        self.fs.release(self.folder.at(&file_name(name.as_bytes())?))
    }

    /// Charges an entry to a project that its folder is not charged to.
    pub(super) fn drift(&self, name: &str, id: u32) -> FsResult<()> {
        let name = file_name(name.as_bytes())?;
        let at = self.folder.at(&name);
        let inherit = self.fs.tag(at.into())?.is_some_and(|tag| tag.inherit);
        self.fs.set_tag(at.into(), ProjectTag { id: ProjectId(id), inherit })
    }

    pub(super) fn symbolic_link(&self, name: &str, points_to: &str) -> FsResult<()> {
        let name = file_name(name.as_bytes())?;
        let at = self.folder.at(&name);
        self.fs.create_symbolic_link(at, points_to.as_bytes())?;
        self.fs.set_owner(at.into(), self.owner.0, self.owner.1)
    }

    /// A further name for a file of this folder, in a folder beside or below it.
    pub(super) fn hard_link(&self, name: &str, folder: &Self, new_name: &str) -> FsResult<()> {
        let (name, new_name) = (file_name(name.as_bytes())?, file_name(new_name.as_bytes())?);
        self.fs.link(self.folder.at(&name), folder.folder.at(&new_name))
    }
}

fn file_name(bytes: &[u8]) -> FsResult<FileName> {
    FileName::new(bytes).map_err(|_| FsError::new("name", bytes, Errno::INVAL))
}
