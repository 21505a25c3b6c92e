//! The folders that the recordings worked in, simulated or on a real mount, and the words of their
//! answers.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tidelock_engine::fs::simulator::{Simulator, Site, SiteMount};
use tidelock_engine::fs::{Errno, File, FileSystem, Folder, FsResult, Timestamp};
use tidelock_shared::id::ProjectId;
use tidelock_shared::name::FileName;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::quota::{Amount, Bounds, Limits};
use tidelock_shared::strategy::EntryKind;

use crate::kernel;
use crate::wire::Wire;
use crate::world::{self, name, path};

/// A file system as somebody sees it.
pub(crate) type Fs = Arc<dyn FileSystem>;

pub(crate) const ALICE: u32 = 1000;
pub(crate) const BOB: u32 = 1001;

/// A mount with the recordings' folders: `p1P`, `p2P` in projects 1001 and 1002, `np` without,
/// `x1`, `x2` untagged; and `A0 B0 A1 B1 N0 N1` on MDT 0 and 1.
pub(crate) struct Bench {
    pub(crate) root: Fs,
    on: On,
    /// What is on a simulator may be asked through a worker.
    wire: Option<Wire>,
    top: Folder,
    made: u32,
    /// What was charged, for whoever clears away.
    projects: RefCell<BTreeSet<u32>>,
    limited: RefCell<BTreeSet<u32>>,
}

enum On {
    Simulator(Simulator),
    Kernel { mount: String, folder: String },
    Lustre(kernel::OnLustre),
}

impl Bench {
    pub(crate) fn new(mount: SiteMount) -> Self {
        let site = Site { mounts: vec![mount], limits: BTreeMap::new() };
        let root = Simulator::in_memory(site, || Timestamp { seconds: 1_000_000, nanoseconds: 0 });
        let top = root.open_path(&path("/m")).unwrap();
        Self::with(Arc::new(root.clone()), On::Simulator(root), top)
    }

    /// The same, where every call goes to a worker and back.
    pub(crate) fn over_the_wire(mount: SiteMount) -> Self {
        let site = Site { mounts: vec![mount], limits: BTreeMap::new() };
        let simulator = Simulator::in_memory(site, || Timestamp { seconds: 1_000_000, nanoseconds: 0 });
        let wire = Wire::to(&simulator);
        let root = wire.seen_by(simulator.clone());
        let top = root.open_path(&path("/m")).unwrap();
        Self::through(Some(wire), root, On::Simulator(simulator), top)
    }

    /// A simulated site as somebody in these groups sees it.
    pub(crate) fn seen_by(&self, uid: u32, gids: &[u32]) -> Fs {
        let view = self.simulator().seen_by(uid, gids);
        match &self.wire {
            Some(wire) => wire.seen_by(view),
            None => Arc::new(view),
        }
    }

    /// A folder of the bench as the simulator itself has it.
    pub(crate) fn simulated(&self, folder: &Folder) -> Folder {
        let (simulator, wanted) = (self.simulator(), self.root.status(folder.into()).unwrap().inode);
        let top = simulator.open_path(&path("/m")).unwrap();
        let is_it = |name: &FileName| simulator.status(top.at(name).into()).unwrap().inode == wanted;
        let mut names = simulator.read_folder(&top).unwrap().map(|entry| entry.unwrap().name);
        names.find(is_it).map(|name| simulator.open_folder(top.at(&name)).unwrap()).unwrap()
    }

    /// In a new folder of a real mount; [`Bench::clear`] removes it.
    pub(crate) fn on_mount(mount: &str) -> Self {
        let root = kernel::seen_by(0);
        let folder = format!("{mount}/bench");
        root.create_folder(root.open_path(&path(mount)).unwrap().at(&name("bench")), 0o755).unwrap();
        let top = root.open_path(&path(&folder)).unwrap();
        Self::with(root, On::Kernel { mount: mount.to_owned(), folder }, top)
    }

    /// In a new folder of a Lustre; it goes with the bench.
    pub(crate) fn on_lustre(below: &str) -> Self {
        let root = kernel::seen_by(0);
        let text = format!("tidelock-contract-{}", std::process::id());
        root.create_folder(root.open_path(&path(below)).unwrap().at(&name(&text)), 0o755).unwrap();
        let folder = kernel::OnLustre(format!("{below}/{text}"));
        let top = root.open_path(&path(&folder.0)).unwrap();
        Self::with(root, On::Lustre(folder), top)
    }

    pub(crate) fn clear(self) {
        if let On::Kernel { mount, folder } = &self.on {
            self.limited.borrow().iter().for_each(|project| kernel::limit(mount, *project, 0, 0));
            kernel::remove(folder, mount, &self.projects.borrow().iter().copied().collect::<Vec<_>>());
        }
    }

    fn with(root: Fs, on: On, top: Folder) -> Self {
        Self::through(None, root, on, top)
    }

    fn through(wire: Option<Wire>, root: Fs, on: On, top: Folder) -> Self {
        let bench = Self { root, on, wire, top, made: 0, projects: RefCell::default(), limited: RefCell::default() };
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
        self.charges(project);
        let name = name(text);
        loop {
            match &self.on {
                On::Lustre(on) => on.make(text, mdt),
                _ => self.root.create_folder(self.top.at(&name), 0o777).unwrap(),
            }
            let folder = self.root.open_folder(self.top.at(&name)).unwrap();
            // New folders near the top are spread over the MDTs: try again until it fits.
            if self.root.placement((&folder).into()).unwrap().is_none_or(|at| at == mdt) {
                self.root.set_mode((&folder).into(), 0o777).unwrap();
                let tag = ProjectTag { id: ProjectId(project), inherit: project != 0 };
                self.root.set_tag((&folder).into(), tag).unwrap();
                return folder;
            }
            self.root.remove_folder(self.top.at(&name)).unwrap();
        }
    }

    pub(crate) fn top(&self) -> &Folder {
        &self.top
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

    fn charges(&self, project: u32) {
        if project != 0 {
            self.projects.borrow_mut().insert(project);
        }
    }

    /// What only the simulator can do.
    pub(crate) fn simulator(&self) -> &Simulator {
        match &self.on {
            On::Simulator(simulator) => simulator,
            On::Kernel { .. } | On::Lustre(_) => panic!("a real kernel was asked for what only the simulator has"),
        }
    }

    /// Holds a project to so many bytes and inodes from now on.
    pub(crate) fn limit(&self, project: u32, bytes: Option<u64>, inodes: Option<u64>) {
        self.limited.borrow_mut().insert(project);
        let hard = |hard| Bounds { soft: None, hard };
        match &self.on {
            On::Simulator(simulator) => {
                simulator.set_limits(0, ProjectId(project), Limits { bytes: hard(bytes), inodes: hard(inodes) });
            }
            On::Kernel { mount, .. } => kernel::limit(mount, project, bytes.unwrap_or(0), inodes.unwrap_or(0)),
            On::Lustre(_) => panic!("no case with limits is tried on a Lustre"),
        }
    }

    pub(crate) fn usage(&self, project: u32) -> Amount {
        match &self.on {
            On::Simulator(simulator) => simulator.usage(0, ProjectId(project)),
            On::Kernel { mount, .. } => kernel::usage(mount, project),
            On::Lustre(on) => kernel::usage(&on.0, project),
        }
    }

    /// Gives a new file so many bytes.
    pub(crate) fn fill(&self, folder: &Folder, text: &str, file: &File, bytes: u64) {
        if let On::Simulator(simulator) = &self.on {
            return simulator.fill(self.simulated(folder).at(&name(text)), 1, bytes).unwrap();
        }
        let piece = vec![1; 1 << 20];
        let mut offset = 0;
        while offset < bytes {
            let length = usize::try_from((bytes - offset).min(1 << 20)).unwrap();
            offset += self.root.write_at(file, offset, &piece[..length]).unwrap() as u64;
        }
    }

    /// A file of alice's with so many bytes.
    pub(crate) fn sized(&mut self, folder: &Folder, bytes: u64) -> String {
        let text = self.fresh();
        let file = self.by("alice").create_file(folder.at(&name(&text)), 0o644).unwrap();
        self.fill(folder, &text, &file, bytes);
        text
    }

    fn fresh(&mut self) -> String {
        self.made += 1;
        format!("entry{}", self.made)
    }

    /// Gives an entry a project ID as its owner, root or whoever `by` is.
    pub(crate) fn retag(&self, by: &Fs, folder: &Folder, text: &str, project: u32, inherit: bool) -> FsResult<()> {
        self.charges(project);
        by.set_tag(folder.at(&name(text)).into(), ProjectTag { id: ProjectId(project), inherit })
    }

    /// The tag as the tools of some recordings print it: `(1002, '0x200')`.
    pub(crate) fn shown_tag(&self, folder: &Folder, text: &str) -> String {
        let tag = self.root.tag(folder.at(&name(text)).into()).unwrap().unwrap();
        format!("({}, '{}')", tag.id, if tag.inherit { "0x200" } else { "0x0" })
    }

    pub(crate) fn by(&self, who: &str) -> Fs {
        let uid = match who {
            "root" => 0,
            "bob" => BOB,
            _ => ALICE,
        };
        match &self.on {
            On::Simulator(_) => self.seen_by(uid, &[uid]),
            On::Kernel { .. } | On::Lustre(_) => kernel::seen_by(uid),
        }
    }

    /// A fresh entry of a kind, made by alice.
    pub(crate) fn make(&mut self, kind: &str, folder: &Folder) -> String {
        let text = self.fresh();
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
                    world::write(&*alice, &inner, kid, b"x");
                }
            }
            _ => world::write(&*alice, folder, &text, b"content"),
        }
        text
    }

    /// What the recordings write of an entry's tag: `1001P`, or what the ioctl answered for a
    /// kind that it cannot read; `kid=…` of a folder's first child.
    pub(crate) fn project(&self, folder: &Folder, text: &str) -> String {
        let name = name(text);
        let tag = self.root.tag(folder.at(&name).into()).unwrap();
        let id = match (&self.on, tag) {
            (On::Simulator(simulator), _) => {
                simulator.charged_to(self.root.status(folder.at(&name).into()).unwrap().inode).to_string()
            }
            (_, Some(tag)) => tag.id.to_string(),
            // What the kernel does not tell, the recordings do not know either.
            (_, None) => "?".to_owned(),
        };
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
