//! The folders that the recordings worked in, on the simulator, and the words of their answers.

use std::collections::BTreeMap;

use tidelock_engine::fs::simulator::{Simulator, Site, SiteMount};
use tidelock_engine::fs::{Errno, FileSystem, Folder, FsResult, Timestamp};
use tidelock_shared::id::ProjectId;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::quota::{Amount, Bounds, Limits};
use tidelock_shared::strategy::EntryKind;

use crate::world::{self, name, path};

pub(crate) const ALICE: u32 = 1000;
pub(crate) const BOB: u32 = 1001;

/// A mount with the recordings' folders: `p1P`, `p2P` in projects 1001 and 1002, `np` without,
/// `x1`, `x2` untagged; and `A0 B0 A1 B1 N0 N1` on MDT 0 and 1.
pub(crate) struct Bench {
    pub(crate) root: Simulator,
    top: Folder,
    made: u32,
}

impl Bench {
    pub(crate) fn new(mount: SiteMount) -> Self {
        let site = Site { mounts: vec![mount], limits: BTreeMap::new() };
        let root = Simulator::in_memory(site, || Timestamp { seconds: 1_000_000, nanoseconds: 0 });
        let top = root.open_path(&path("/m")).unwrap();
        let bench = Self { root, top, made: 0 };
        // As in the recordings: p1P, np and x2 on one MDT, p2P and x1 on the other.
        for (folder, project, mdt) in [("p1P", 1001, 0), ("p2P", 1002, 1), ("np", 0, 0), ("x1", 0, 1), ("x2", 0, 0)] {
            bench.folder(folder, project, mdt);
        }
        for (folder, project, mdt) in
            [("A0", 1001, 0), ("B0", 1002, 0), ("A1", 1001, 1), ("B1", 1002, 1), ("N0", 0, 0), ("N1", 0, 1)]
        {
            bench.folder(folder, project, mdt);
        }
        bench
    }

    /// A folder of everybody's in a project, on an MDT.
    pub(crate) fn folder(&self, text: &str, project: u32, mdt: u32) -> Folder {
        let name = name(text);
        loop {
            self.root.create_folder(self.top.at(&name), 0o777).unwrap();
            let folder = self.root.open_folder(self.top.at(&name)).unwrap();
            // New folders near the top are spread over the MDTs: try again until it fits.
            if self.root.placement(&folder).unwrap().is_none_or(|at| at == mdt) {
                self.root.set_mode((&folder).into(), 0o777).unwrap();
                let tag = ProjectTag { id: ProjectId(project), inherit: project != 0 };
                self.root.set_tag((&folder).into(), tag).unwrap();
                return folder;
            }
            self.root.remove_folder(self.top.at(&name)).unwrap();
        }
    }

    pub(crate) fn open(&self, text: &str) -> Folder {
        // The recordings say p1 and p2 where they mean the tagged ones.
        let text = match text {
            "p1" => "p1P",
            "p2" => "p2P",
            other => other,
        };
        self.root.open_folder(self.top.at(&name(text))).unwrap()
    }

    /// Holds a project to so many bytes and inodes from now on.
    pub(crate) fn limit(&self, project: u32, bytes: Option<u64>, inodes: Option<u64>) {
        let hard = |hard| Bounds { soft: None, hard };
        self.root.set_limits(0, ProjectId(project), Limits { bytes: hard(bytes), inodes: hard(inodes) });
    }

    pub(crate) fn usage(&self, project: u32) -> Amount {
        self.root.usage(0, ProjectId(project))
    }

    /// A file of alice's with so many bytes.
    pub(crate) fn sized(&mut self, folder: &Folder, bytes: u64) -> String {
        let text = self.make("file", folder);
        self.root.fill(folder.at(&name(&text)), 1, bytes).unwrap();
        text
    }

    /// Gives an entry a project ID as its owner, root or whoever `by` is.
    pub(crate) fn retag(&self, by: &Simulator, folder: &Folder, text: &str, project: u32, inherit: bool) -> FsResult<()> {
        by.set_tag(folder.at(&name(text)).into(), ProjectTag { id: ProjectId(project), inherit })
    }

    /// The tag as the tools of some recordings print it: `(1002, '0x200')`.
    pub(crate) fn shown_tag(&self, folder: &Folder, text: &str) -> String {
        let tag = self.root.tag(folder.at(&name(text)).into()).unwrap().unwrap();
        format!("({}, '{}')", tag.id, if tag.inherit { "0x200" } else { "0x0" })
    }

    pub(crate) fn by(&self, who: &str) -> Simulator {
        match who {
            "root" => self.root.clone(),
            "bob" => self.root.seen_by(BOB, &[BOB]),
            _ => self.root.seen_by(ALICE, &[ALICE]),
        }
    }

    /// A fresh entry of a kind, made by alice.
    pub(crate) fn make(&mut self, kind: &str, folder: &Folder) -> String {
        self.made += 1;
        let text = format!("entry{}", self.made);
        let name = name(&text);
        let (alice, at) = (self.by("alice"), folder.at(&name));
        match kind {
            "symlink" => alice.create_symbolic_link(at, b"somewhere").unwrap(),
            "fifo" => alice.create_special(at, EntryKind::Fifo, 0o600, 0).unwrap(),
            "socket" => alice.create_special(at, EntryKind::Socket, 0o600, 0).unwrap(),
            "dir" | "emptydir" => alice.create_folder(at, 0o755).unwrap(),
            "dir+2" => {
                alice.create_folder(at, 0o755).unwrap();
                let inner = alice.open_folder(at).unwrap();
                for kid in ["kid", "kid2"] {
                    world::write(&alice, &inner, kid, b"x");
                }
            }
            _ => world::write(&alice, folder, &text, b"content"),
        }
        text
    }

    /// What the recordings write of an entry's tag: `1001P`, or what the ioctl answered for a
    /// kind that it cannot read; `kid=…` of a folder's first child.
    pub(crate) fn project(&self, folder: &Folder, text: &str) -> String {
        let name = name(text);
        let inode = self.root.status(folder.at(&name).into()).unwrap();
        let id = self.root.charged_to(inode.inode);
        let tag = self.root.tag(folder.at(&name).into()).unwrap();
        format!("{id}{}", if tag.is_some_and(|tag| tag.inherit) { "P" } else { "" })
    }
}

pub(crate) fn errno_name<T>(answer: &FsResult<T>) -> &'static str {
    match answer {
        Ok(_) => "OK",
        Err(error) => match error.errno {
            Errno::XDEV => "EXDEV",
            Errno::EXIST => "EEXIST",
            Errno::INVAL => "EINVAL",
            Errno::PERM => "EPERM",
            Errno::ISDIR => "EISDIR",
            Errno::NOTEMPTY => "ENOTEMPTY",
            Errno::NOTDIR => "ENOTDIR",
            Errno::OPNOTSUPP => "ENOTSUP",
            Errno::NOTTY => "ENOTTY",
            Errno::LOOP => "ELOOP",
            Errno::ACCESS => "EACCES",
            Errno::DQUOT => "EDQUOT",
            _ => "another error",
        },
    }
}
