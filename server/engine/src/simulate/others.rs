//! Those who work on the same files meanwhile: they create, write, rename, delete, retag, take
//! names, fill quotas, and change their minds about moves.

use tidelock_shared::name::FilePath;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::strategy::EntryKind;

use super::census::Key;
use super::furnish::{NUMBER, PROJECTS, chance, named, one_of, room};
use super::model::Model;
use crate::engine::Engine;
use crate::fs::simulator::{Random, Simulator};
use crate::fs::walk::look;
use crate::fs::{At, Errno, FileSystem, FsError, FsResult};

/// Part of every name that others give.
pub(super) const THEIRS: &str = "theirs";

/// Numbers from here on are of what others made.
pub(super) const FIRST_NUMBER: u32 = 100_000;

pub(super) struct Others<'a> {
    pub(super) root: &'a Simulator,
    pub(super) random: Random,
    pub(super) entries: &'a [(FilePath, EntryKind)],
    pub(super) folders: &'a [FilePath],
    pub(super) made: u32,
    /// Files that they opened long ago, with their numbers: a handle outlives every name.
    pub(super) open: Vec<(u32, crate::fs::File)>,
}

impl Others<'_> {
    /// Does one thing, at once as far as anybody else can see. Answers what it was.
    pub(super) fn act(&mut self, model: &mut Model, engine: &Engine) -> FsResult<&'static str> {
        if chance(&mut self.random, 12) {
            return Ok(self.wish(engine));
        }
        let kind = self.random.below(13);
        let path = self.choose();
        match kind {
            0 | 1 => self.create(model, &path),
            2 | 3 => self.write(model, &path),
            4 => self.rename(model, &path),
            5 => self.delete(model, &path),
            6 => self.retag(model, &path),
            7 => self.take_a_name(model, &path),
            8 => self.fill_a_quota(model, &path),
            _ => self.write_late(model, &path),
        }
    }

    /// Somebody wants something of a move: its end, or that it waits.
    fn wish(&mut self, engine: &Engine) -> &'static str {
        let Ok(moves) = engine.list(8) else { return "nothing" };
        if moves.is_empty() {
            return "nothing";
        }
        let index = usize::try_from(self.random.below(moves.len() as u64)).unwrap_or(0);
        let id = moves[index].recorded.of.id;
        let (name, done) = match self.random.below(6) {
            0 => ("pause", engine.pause(id)),
            1 => ("hold", engine.hold(id)),
            _ => ("cancel", engine.cancel(id)),
        };
        if done.is_ok() { name } else { "asked too late" }
    }

    /// Where something lies or lay, or will once it has been moved.
    fn choose(&mut self) -> FilePath {
        let index = usize::try_from(self.random.below(self.entries.len().max(1) as u64)).unwrap_or(0);
        let Some((path, _)) = self.entries.get(index) else { return self.folder() };
        if chance(&mut self.random, 60) {
            return path.clone();
        }
        // The same place below another folder of a project.
        let to = self.folder();
        let below = self.folders.iter().find_map(|folder| path.names_below(folder));
        below.unwrap_or_default().iter().fold(to, |at, name| at.join(name.clone()))
    }

    fn folder(&mut self) -> FilePath {
        let index = usize::try_from(self.random.below(self.folders.len() as u64)).unwrap_or(0);
        self.folders[index].clone()
    }

    /// Runs `work` on the entry at a path, if there still is one that the simulation numbered.
    fn at<T>(&self, path: &FilePath, work: impl FnOnce(At<'_>, Key, u32, EntryKind) -> FsResult<T>) -> FsResult<T> {
        let absent = || FsError::new("others", b"", Errno::NOENT);
        let (parent, name) = path.split_last().ok_or_else(absent)?;
        let folder = self.root.open_path(&parent)?;
        let at = folder.at(name);
        let status = look(self.root, at)?.ok_or_else(absent)?;
        let number = number(self.root.xattr(at.into(), NUMBER).ok()).ok_or_else(absent)?;
        let parent = number_of_folder(self.root, &folder).ok_or_else(absent)?;
        work(at, (parent, name.clone()), number, status.kind)
    }

    fn create(&mut self, model: &mut Model, path: &FilePath) -> FsResult<&'static str> {
        let folder = self.root.open_path(path)?;
        // Not in the claim of a move, which only root could enter anyway.
        refuse_unless(number_of_folder(self.root, &folder).is_some())?;
        self.made += 1;
        let name = named(format!("{THEIRS}-{}", self.made).into_bytes())?;
        model.busy.extend(number_of_folder(self.root, &folder));
        self.make_file(model, folder.at(&name))?;
        Ok("create")
    }

    /// A file of theirs, which nobody may lose.
    fn make_file(&mut self, model: &mut Model, at: At<'_>) -> FsResult<()> {
        self.made += 1;
        let number = FIRST_NUMBER + self.made;
        let content = format!("made by others {}", self.made).into_bytes();
        let file = self.root.create_file(at, 0o644)?;
        self.root.set_xattr((&file).into(), NUMBER, number.to_string().as_bytes())?;
        self.root.set_owner((&file).into(), super::furnish::ALICE, super::furnish::ALICE)?;
        model.touched.insert(number);
        self.root.write_at(&file, 0, &content)?;
        model.written.insert(number, content);
        Ok(())
    }

    fn write(&mut self, model: &mut Model, path: &FilePath) -> FsResult<&'static str> {
        self.made += 1;
        let content = format!("written by others {}", self.made).into_bytes();
        let number = self.at(path, |at, _, number, kind| {
            refuse_unless(kind == EntryKind::File && !self.root.hsm_state(at)?.is_released())?;
            self.root.write_at(&self.root.open_file(at)?, 0, &content)?;
            Ok(number)
        })?;
        model.touched.insert(number);
        model.written.insert(number, content);
        Ok("write")
    }

    fn write_late(&mut self, model: &mut Model, path: &FilePath) -> FsResult<&'static str> {
        if self.open.len() < 3 && chance(&mut self.random, 70) {
            let opened = self.at(path, |at, _, number, kind| {
                refuse_unless(kind == EntryKind::File && !self.root.hsm_state(at)?.is_released())?;
                Ok((number, self.root.open_file(at)?))
            })?;
            self.open.push(opened);
            return Ok("open");
        }
        let Some((number, file)) = self.open.last() else { return Ok("nothing") };
        self.made += 1;
        let content = format!("written late {}", self.made).into_bytes();
        self.root.write_at(file, 0, &content)?;
        model.touched.insert(*number);
        model.written.insert(*number, content);
        Ok("late write")
    }

    fn rename(&mut self, model: &mut Model, path: &FilePath) -> FsResult<&'static str> {
        self.made += 1;
        let new = named(format!("{THEIRS}-renamed-{}", self.made).into_bytes())?;
        let (parent, number) = self.at(path, |at, key, number, _| {
            self.root.rename(at, at.folder.at(&new))?;
            Ok((key.0, number))
        })?;
        model.busy.insert(parent);
        model.touched.insert(number);
        model.renamed_by_others.extend(model.numbers_below(number));
        if !chance(&mut self.random, 60) {
            return Ok("rename");
        }
        // Something of theirs takes the old name.
        let (above, name) = path.split_last().ok_or_else(|| FsError::new("others", b"", Errno::NOENT))?;
        let folder = self.root.open_path(&above)?;
        if chance(&mut self.random, 50) {
            self.root.create_symbolic_link(folder.at(name), format!("/m/{THEIRS}").as_bytes())?;
            return Ok("swap for a link");
        }
        model.taken.insert((parent, name.clone()));
        self.make_file(model, folder.at(name))?;
        Ok("swap for a file")
    }

    fn delete(&mut self, model: &mut Model, path: &FilePath) -> FsResult<&'static str> {
        let (parent, number) = self.at(path, |at, key, number, kind| {
            match kind {
                EntryKind::Folder => self.root.remove_folder(at)?,
                _ => self.root.unlink(at)?,
            }
            Ok((key.0, number))
        })?;
        model.busy.insert(parent);
        model.touched.insert(number);
        model.may_be_gone.insert(number);
        Ok("delete")
    }

    fn retag(&mut self, model: &mut Model, path: &FilePath) -> FsResult<&'static str> {
        let id = one_of(&mut self.random, &PROJECTS);
        let (number, kind) = self.at(path, |at, _, number, kind| {
            let tag = self.root.tag(at.into())?.unwrap_or_default();
            self.root.set_tag(at.into(), ProjectTag { id, ..tag })?;
            Ok((number, kind))
        })?;
        model.touched.insert(number);
        model.projects_are_loose |= kind == EntryKind::Folder;
        Ok("retag")
    }

    /// The name that something is going to have is somebody's by then.
    fn take_a_name(&mut self, model: &mut Model, path: &FilePath) -> FsResult<&'static str> {
        let name = path.split_last().map(|(_, name)| name.clone()).ok_or_else(|| FsError::new("others", b"", Errno::NOENT))?;
        let folder = self.root.open_path(&self.folder())?;
        let parent = number_of_folder(self.root, &folder);
        model.busy.extend(parent);
        model.taken.extend(parent.map(|parent| (parent, name.clone())));
        let at = folder.at(&name);
        if chance(&mut self.random, 50) {
            self.root.create_symbolic_link(at, format!("/m/{THEIRS}").as_bytes())?;
        } else {
            self.root.create_folder(at, 0o755)?;
            self.made += 1;
            self.root.set_xattr(at.into(), NUMBER, (FIRST_NUMBER + self.made).to_string().as_bytes())?;
        }
        Ok("take a name")
    }

    fn fill_a_quota(&mut self, model: &mut Model, path: &FilePath) -> FsResult<&'static str> {
        let folder = self.root.open_path(self.folders.iter().find(|folder| path.is_at_or_below(folder)).unwrap_or(path))?;
        let Some(tag) = self.root.tag((&folder).into())?.filter(|tag| tag.inherit) else { return Ok("nothing") };
        let Some(room) = room(self.root, &folder, tag.id)? else { return Ok("nothing") };
        model.busy.extend(number_of_folder(self.root, &folder));
        self.made += 1;
        let name = named(format!("{THEIRS}-fill-{}", self.made).into_bytes())?;
        drop(self.root.create_file(folder.at(&name), 0o600)?);
        self.root.fill(folder.at(&name), 1, room.bytes)?;
        Ok("fill a quota")
    }
}

fn refuse_unless(is_so: bool) -> FsResult<()> {
    if is_so { Ok(()) } else { Err(FsError::new("others", b"", Errno::INVAL)) }
}

fn number(value: Option<Vec<u8>>) -> Option<u32> {
    std::str::from_utf8(&value?).ok()?.parse().ok()
}

pub(super) fn number_of_folder(root: &Simulator, folder: &crate::fs::Folder) -> Option<u32> {
    number(root.xattr(folder.into(), NUMBER).ok())
}

/// After a power cut, what others wrote may not have reached a disk, nor what they made; what was
/// there before them is there still.
pub(super) fn forget_unsynced(model: &mut Model) {
    // What a move meets later without having touched it by now has lost its number with the rest.
    let theirs = model.touched.iter().chain(model.known.values()).filter(|number| **number >= FIRST_NUMBER);
    model.may_be_gone.extend(theirs);
    model.written.clear();
    model.power_was_cut = true;
}
