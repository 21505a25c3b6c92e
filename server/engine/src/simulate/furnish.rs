//! A random site with random trees: what moves will meet.
//!
//! Every inode carries a number that survives copying, so that afterwards each can be told
//! apart whatever it is called and wherever it lies: files and folders in an attribute, symbolic
//! links in what they point to, everything else in its modification time.

use std::collections::BTreeMap;

use tidelock_shared::id::ProjectId;
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::project::ProjectTag;
use tidelock_shared::quota::{Amount, Bounds, Limits};
use tidelock_shared::strategy::EntryKind;

use crate::fs::simulator::{Personality, Random, Retaggers, Simulator, Site, SiteMount};
use crate::fs::{FileSystem, Folder, FsError, FsResult, Object, Timestamp};

/// The attribute that numbers a file or folder.
pub(super) const NUMBER: &[u8] = b"user.number";
/// Modification times before the world begins tell the number of what has no attributes.
pub(super) const FIRST_SECOND: i64 = 10_000;

pub(super) const ALICE: u32 = 1000;
const BOB: u32 = 1001;
const STAFF: u32 = 500;
pub(super) const PROJECT_FOLDERS: [&str; 3] = ["alpha", "beta", "gamma"];
pub(super) const PROJECTS: [ProjectId; 4] = [ProjectId(1001), ProjectId(1002), ProjectId(1003), ProjectId(77)];

/// Who moves, and what there is to move where.
pub(super) struct Furnished {
    pub(super) root: Simulator,
    pub(super) caller: Simulator,
    /// Folders into which things are moved: of projects, without, on another mount.
    pub(super) folders: Vec<FilePath>,
    /// What lies in them to be moved.
    pub(super) items: Vec<FilePath>,
    /// Items with a folder in which something else has their name.
    pub(super) conflicts: Vec<(FilePath, FilePath)>,
    /// Everything, by path.
    pub(super) entries: Vec<(FilePath, EntryKind)>,
    pub(super) next_number: u32,
    /// Whether some mount holds the caller to limits: on XFS they bind root too.
    pub(super) is_limited: bool,
    pub(super) story: String,
}

/// A path of the simulation's own making.
pub(super) fn path(text: &str) -> FsResult<FilePath> {
    FilePath::parse(text.as_bytes()).map_err(|_| FsError::new("path", text.as_bytes(), crate::fs::Errno::INVAL))
}

pub(super) fn named(bytes: Vec<u8>) -> FsResult<FileName> {
    FileName::new(bytes).map_err(|_| FsError::new("name", b"", crate::fs::Errno::INVAL))
}

pub(super) fn one_of<T: Copy>(random: &mut Random, choices: &[T]) -> T {
    let index = usize::try_from(random.below(choices.len() as u64)).unwrap_or(0);
    choices[index]
}

/// True in so many of 100 cases.
pub(super) fn chance(random: &mut Random, percent: u64) -> bool {
    random.below(100) < percent
}

/// Draws a world.
pub(super) fn furnish(random: &mut Random, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> FsResult<Furnished> {
    use Personality::{Ext4, Lustre2_12, Lustre2_15, Lustre2_17, Plain, Xfs};
    let kinds = [Lustre2_17, Lustre2_17, Lustre2_15, Lustre2_12, Ext4, Xfs, Plain];
    let first = one_of(random, &kinds);
    let mut mounts = vec![mount(random, "/m", first)?];
    if chance(random, 40) {
        let second = one_of(random, &kinds);
        mounts.push(mount(random, "/n", second)?);
    }
    let story: String = mounts.iter().map(|mount| format!("{:?} ", mount.personality)).collect();
    let root = Simulator::in_memory(Site { mounts: mounts.clone(), limits: BTreeMap::new() }, now);
    let is_root = chance(random, 50);
    let caller = if is_root { root.clone() } else { root.seen_by(ALICE, &[ALICE, STAFF]) };
    let mut furnisher = Furnisher {
        random,
        root: root.clone(),
        number: 0,
        entries: Vec::new(),
        linkable: Vec::new(),
        limits: Vec::new(),
        times: Vec::new(),
    };
    let (mut folders, mut items) = (Vec::new(), Vec::new());
    for (mount, position) in mounts.iter().zip(0_u16..) {
        let top = root.open_path(&mount.path)?;
        root.set_mode((&top).into(), 0o777)?;
        furnisher.number_it((&top).into())?;
        for project in ["alpha", "beta", "gamma", "open"] {
            furnisher.project(mount, position, &top, project, &mut folders, &mut items)?;
        }
    }
    let conflicts = furnisher.conflicts(&folders, &items)?;
    furnisher.set_times()?;
    let Furnisher { number, entries, limits, .. } = furnisher;
    for (position, project, limits) in limits {
        root.set_limits(position, project, limits);
    }
    root.sync_everything();
    let story = format!("{story}as {}", if is_root { "root" } else { "alice" });
    let is_limited = mounts.iter().any(|mount| mount.personality.use_is_limited(is_root));
    Ok(Furnished { root, caller, folders, items, conflicts, entries, next_number: number, is_limited, story })
}

fn mount(random: &mut Random, at: &str, personality: Personality) -> FsResult<SiteMount> {
    let retaggers = one_of(random, &[Retaggers::Nobody, Retaggers::Nobody, Retaggers::Owners, Retaggers::OwnersInGroup(STAFF)]);
    let mdts = if personality.is_lustre() { one_of(random, &[1, 2, 3]) } else { 1 };
    let remote_rename = chance(random, 85);
    Ok(SiteMount { retaggers, mdts, remote_rename, ..SiteMount::new(path(at)?, personality) })
}

struct Furnisher<'a> {
    random: &'a mut Random,
    root: Simulator,
    number: u32,
    entries: Vec<(FilePath, EntryKind)>,
    /// Files that may get a second name.
    linkable: Vec<FilePath>,
    /// Set at the end: XFS holds root to them too.
    limits: Vec<(u16, ProjectId, Limits)>,
    /// Set last, the deepest first: making entries changes the times of folders.
    times: Vec<(FilePath, FileName, i64)>,
}

impl Furnisher<'_> {
    fn project(
        &mut self,
        mount: &SiteMount,
        position: u16,
        top: &Folder,
        project: &str,
        folders: &mut Vec<FilePath>,
        items: &mut Vec<FilePath>,
    ) -> FsResult<()> {
        let name = named(project.as_bytes().to_vec())?;
        self.root.create_folder(top.at(&name), 0o777)?;
        let folder = self.root.open_folder(top.at(&name))?;
        let mode = one_of(self.random, &[0o777, 0o777, 0o2777, 0o1777]);
        self.root.set_mode((&folder).into(), mode)?;
        self.number_it((&folder).into())?;
        let at = mount.path.join(name);
        let id = PROJECT_FOLDERS.iter().position(|known| *known == project).map(|known| PROJECTS[known]);
        if let Some(id) = id
            && mount.personality != Personality::Plain
        {
            let inherit = chance(self.random, 93);
            self.root.set_tag((&folder).into(), ProjectTag { id, inherit })?;
            let bytes = one_of(self.random, &[None, Some(1 << 30), Some(1 << 30), Some(600 << 10)]);
            let inodes = one_of(self.random, &[None, Some(1000), Some(25)]);
            let hard = |hard| Bounds { soft: None, hard };
            self.limits.push((position, id, Limits { bytes: hard(bytes), inodes: hard(inodes) }));
        }
        folders.push(at.clone());
        if project != "gamma" {
            for _ in 0..=self.random.below(2) {
                items.push(self.entry(&at, 0)?);
            }
        }
        Ok(())
    }

    fn number_it(&mut self, object: Object<'_>) -> FsResult<u32> {
        self.number += 1;
        self.root.set_xattr(object, NUMBER, self.number.to_string().as_bytes())?;
        Ok(self.number)
    }

    /// Makes one entry and, of a folder, what is in it.
    fn entry(&mut self, parent: &FilePath, depth: u32) -> FsResult<FilePath> {
        let name = self.name()?;
        self.entry_called(parent, name, depth)
    }

    /// Makes entries that have the names of others, also inside folders.
    fn conflicts(&mut self, folders: &[FilePath], items: &[FilePath]) -> FsResult<Vec<(FilePath, FilePath)>> {
        let mut conflicts = Vec::new();
        for item in items {
            let index = usize::try_from(self.random.below(folders.len().max(1) as u64)).unwrap_or(0);
            let (Some((parent, name)), Some(folder)) = (item.split_last(), folders.get(index)) else { continue };
            let is_free = parent != *folder && !conflicts.iter().any(|(_, to)| to == folder);
            if is_free && chance(self.random, 60) {
                let twin = self.entry_called(folder, name.clone(), 0)?;
                self.twins_below(item, &twin, 1)?;
                conflicts.push((item.clone(), folder.clone()));
            }
        }
        Ok(conflicts)
    }

    fn twins_below(&mut self, item: &FilePath, twin: &FilePath, depth: u32) -> FsResult<()> {
        let is_folder = |at: &FilePath| self.entries.iter().any(|(path, kind)| path == at && *kind == EntryKind::Folder);
        if !(is_folder(item) && is_folder(twin)) {
            return Ok(());
        }
        let below = |(path, _): &(FilePath, EntryKind)| {
            path.split_last().filter(|(parent, _)| parent == item).map(|(_, name)| name.clone())
        };
        let names: Vec<FileName> = self.entries.iter().filter_map(below).collect();
        for name in names {
            if chance(self.random, 40) {
                let inner = self.entry_called(twin, name.clone(), depth)?;
                self.twins_below(&item.join(name), &inner, depth + 1)?;
            }
        }
        Ok(())
    }

    fn entry_called(&mut self, parent: &FilePath, name: FileName, depth: u32) -> FsResult<FilePath> {
        let folder = self.root.open_path(parent)?;
        let at = folder.at(&name);
        let is_folder = depth < 4 && chance(self.random, if depth == 0 { 70 } else { 30 });
        let kind = if is_folder { EntryKind::Folder } else { self.leaf_kind() };
        if !is_folder && chance(self.random, 12) && self.link(at)? {
            return Ok(parent.join(name));
        }
        match kind {
            EntryKind::Folder => self.root.create_folder(at, 0o755)?,
            EntryKind::SymbolicLink => {
                self.number += 1;
                let points_to =
                    if chance(self.random, 50) { format!("to-{}", self.number) } else { format!("/m/to-{}", self.number) };
                self.root.create_symbolic_link(at, points_to.as_bytes())?;
            }
            EntryKind::File => drop(self.root.create_file(at, 0o644)?),
            other => self.root.create_special(at, other, 0o640, 0)?,
        }
        let number = match kind {
            EntryKind::File | EntryKind::Folder => self.number_it(at.into())?,
            EntryKind::SymbolicLink => self.number,
            _ => {
                self.number += 1;
                self.number
            }
        };
        self.times.push((parent.clone(), name.clone(), FIRST_SECOND + i64::from(number)));
        if kind == EntryKind::File {
            self.content(at, number)?;
        }
        self.attributes(at, kind)?;
        let path = parent.join(name.clone());
        self.entries.push((path.clone(), kind));
        if kind == EntryKind::Folder {
            for _ in 0..self.random.below(6) {
                self.entry(&path, depth + 1)?;
            }
        } else if kind == EntryKind::File {
            self.linkable.push(path.clone());
        }
        Ok(path)
    }

    fn leaf_kind(&mut self) -> EntryKind {
        use EntryKind::{Fifo, File, Socket, SymbolicLink};
        one_of(self.random, &[File, File, File, File, File, File, SymbolicLink, SymbolicLink, Fifo, Socket])
    }

    fn name(&mut self) -> FsResult<FileName> {
        self.number += 1;
        let number = self.number;
        named(match self.random.below(20) {
            0 => [b"bad-\xff-".as_slice(), number.to_string().as_bytes()].concat(),
            1 => format!("new\nline{number}").into_bytes(),
            2 => format!("{number:n>255}").into_bytes(),
            _ => format!("e{number}").into_bytes(),
        })
    }

    /// A further name for a file that is there already; false where the mount refuses it.
    fn link(&mut self, at: crate::fs::At<'_>) -> FsResult<bool> {
        if self.linkable.is_empty() {
            return Ok(false);
        }
        let index = usize::try_from(self.random.below(self.linkable.len() as u64)).unwrap_or(0);
        let Some((parent, name)) = self.linkable[index].split_last().map(|(parent, name)| (parent, name.clone())) else {
            return Ok(false);
        };
        let folder = self.root.open_path(&parent)?;
        Ok(self.root.link(folder.at(&name), at).is_ok())
    }

    fn content(&mut self, at: crate::fs::At<'_>, number: u32) -> FsResult<()> {
        let file = self.root.open_file(at)?;
        match self.random.below(6) {
            0 => {}
            1 => {
                self.root.write_at(&file, 1 << 15, format!("far in {number}").as_bytes())?;
                self.root.set_size(&file, 1 << 16)?;
            }
            2 => {
                let text = format!("large {number} ").repeat(400);
                self.root.write_at(&file, 0, text.as_bytes())?;
            }
            _ => drop(self.root.write_at(&file, 0, format!("content of {number}").as_bytes())?),
        }
        Ok(())
    }

    fn attributes(&mut self, at: crate::fs::At<'_>, kind: EntryKind) -> FsResult<()> {
        let owner = if chance(self.random, 8) { (BOB, BOB) } else { (ALICE, one_of(self.random, &[ALICE, ALICE, STAFF])) };
        self.root.set_owner(at.into(), owner.0, owner.1)?;
        if kind == EntryKind::Folder {
            let mode = one_of(self.random, &[0o755, 0o755, 0o700, 0o2770, 0o775]);
            self.root.set_mode(at.into(), mode)?;
        } else if kind != EntryKind::SymbolicLink {
            let mode = one_of(self.random, &[0o644, 0o644, 0o600, 0o755, 0o664]);
            self.root.set_mode(at.into(), mode)?;
        }
        let tag = self.root.tag(at.into())?;
        if let Some(tag) = tag
            && chance(self.random, 6)
        {
            let drifted = ProjectTag { id: one_of(self.random, &PROJECTS), ..tag };
            self.root.set_tag(at.into(), drifted)?;
        }
        if matches!(kind, EntryKind::File | EntryKind::Folder) {
            if chance(self.random, 8) {
                self.root.set_xattr(at.into(), b"user.note", b"a note")?;
            }
            if chance(self.random, 4) {
                self.root.set_flags(at.into(), NO_DUMP)?;
            }
        }
        if kind == EntryKind::File && self.root.capabilities(at.folder)?.kind == "Lustre" && chance(self.random, 2) {
            self.root.release(at)?;
        }
        Ok(())
    }

    fn set_times(&mut self) -> FsResult<()> {
        for (parent, name, seconds) in std::mem::take(&mut self.times).into_iter().rev() {
            let folder = self.root.open_path(&parent)?;
            let modified = Timestamp { seconds, nanoseconds: u32::try_from(self.random.below(1000)).unwrap_or(0) * 1_000_000 };
            self.root.set_times(folder.at(&name).into(), modified, modified)?;
        }
        Ok(())
    }
}

const NO_DUMP: u32 = 0x80;

/// Room that a project still has on the mount of a folder.
pub(super) fn room(root: &Simulator, folder: &Folder, project: ProjectId) -> FsResult<Option<Amount>> {
    let quota = root.quota(folder, project)?;
    Ok(quota.and_then(|quota| quota.limits.bytes.hard.map(|hard| Amount { bytes: hard, inodes: 0 }.less(quota.usage))))
}
