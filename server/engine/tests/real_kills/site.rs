//! Two projects on a mount and a folder on another, furnished by a seed.

use std::path::PathBuf;
use std::sync::Arc;

use tidelock_engine::fs::posix::Posix;
use tidelock_engine::fs::{FileSystem, Folder, Timestamp};
use tidelock_shared::id::ProjectId;
use tidelock_shared::name::FileName;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::strategy::EntryKind;

use crate::case::{Case, Dice};
use crate::kernel;
use crate::world::{make_folder, name, path, write};

pub(crate) const ALPHA: u32 = 4001;
pub(crate) const BETA: u32 = 4002;
const LARGEST_FILE: u64 = 200_000;

pub(crate) struct Site {
    pub(crate) kind: String,
    pub(crate) mount: String,
    pub(crate) base: String,
    pub(crate) elsewhere: String,
}

impl Site {
    /// On the mount of that kind, with the other one to copy to.
    pub(crate) fn of(kind: &str) -> Self {
        let mounts = kernel::mounts();
        let at = |is_it: &dyn Fn(&str) -> bool| mounts.iter().find(|(kind, _)| is_it(kind)).unwrap().1.clone();
        let (mount, other) = (at(&|found| found == kind), at(&|found| found != kind));
        Self { kind: kind.to_owned(), base: format!("{mount}/kills"), elsewhere: format!("{other}/kills-of-{kind}"), mount }
    }

    pub(crate) fn folder(&self, below: &str) -> String {
        if below.is_empty() { self.elsewhere.clone() } else { format!("{}/{below}", self.base) }
    }

    /// Whatever an earlier case has left, by whichever process.
    pub(crate) fn clear(&self) {
        let _ = std::fs::remove_dir_all(&self.elsewhere);
        if std::fs::exists(&self.base).unwrap() {
            kernel::remove(&self.base, &self.mount, &[ALPHA, BETA]);
        }
    }

    /// The world of a case, as it is before the move.
    pub(crate) fn furnish(&self, case: &Case) {
        let (base, elsewhere) = (self.made(&self.base), self.made(&self.elsewhere));
        Posix.set_mode((&elsewhere).into(), 0o777).unwrap();
        for (project, id) in [("alpha", ALPHA), ("beta", BETA)] {
            let folder = make_folder(&Posix, &base, project, 0o777);
            Posix.set_tag((&folder).into(), ProjectTag { id: ProjectId(id), inherit: true }).unwrap();
        }
        let open = |project: &str| Posix.open_folder(base.at(&name(project))).unwrap();
        let mut furnisher = Furnisher { alice: kernel::seen_by(1000), dice: Dice::new(case.tree), time: 1_000_000_000 };
        furnisher.alpha(&open("alpha"));
        // Something else with the name that an item will have.
        for destination in [&open("beta"), &elsewhere] {
            let alice = furnisher.alice.clone();
            let taken = make_folder(&*alice, destination, "taken", 0o750);
            write(&*alice, &taken, "old", b"was here before");
            write(&*alice, &taken, "both", b"of the destination");
            furnisher.date(destination, &name("taken"));
        }
    }

    fn made(&self, at: &str) -> Folder {
        std::fs::create_dir(at).unwrap();
        Posix.open_path(&path(at)).unwrap()
    }

    /// Where the program remembers its moves.
    pub(crate) fn state(&self, below: &str) -> PathBuf {
        PathBuf::from(below).join(format!("state-of-{}", self.kind))
    }
}

/// Alice, at work in her project.
struct Furnisher {
    alice: Arc<dyn FileSystem>,
    dice: Dice,
    time: i64,
}

impl Furnisher {
    fn alpha(&mut self, alpha: &Folder) {
        let alice = self.alice.clone();
        make_folder(&*alice, alpha, "other", 0o755);
        self.file(alpha, "single");
        alice.create_special(alpha.at(&name("pipe")), EntryKind::Fifo, 0o600, 0).unwrap();
        let plain = make_folder(&*alice, alpha, "plain", 0o750);
        self.files(&plain);
        self.files(&make_folder(&*alice, &plain, "sub", 0o755));
        let taken = make_folder(&*alice, alpha, "taken", 0o700);
        self.files(&taken);
        write(&*alice, &taken, "both", b"of the source");
        let linked = make_folder(&*alice, alpha, "linked", 0o755);
        alice.create_symbolic_link(linked.at(&name("one")), b"file").unwrap();
        alice.link(linked.at(&name("one")), linked.at(&name("two"))).unwrap();
        self.files(&linked);
        let tree = make_folder(&*alice, alpha, "tree", 0o2750);
        self.everything(&tree);
        for top in ["single", "pipe", "plain", "taken", "linked", "tree", "other"] {
            self.date(alpha, &name(top));
        }
    }

    fn files(&mut self, folder: &Folder) {
        for number in 0..1 + self.dice.below(4) {
            self.file(folder, &format!("file {number}"));
        }
    }

    fn file(&mut self, folder: &Folder, text: &str) {
        // Most are small, as in life.
        let most = if self.dice.below(4) == 0 { LARGEST_FILE } else { 5000 };
        let (length, byte) = (self.dice.below(most), self.dice.below(256));
        let content = vec![u8::try_from(byte).unwrap(); usize::try_from(length).unwrap()];
        write(&*self.alice, folder, text, &content);
    }

    /// One of every kind, and what a seed adds.
    fn everything(&mut self, tree: &Folder) {
        let alice = self.alice.clone();
        self.files(tree);
        write(&*alice, tree, "file", b"content");
        let mut deep = make_folder(&*alice, tree, "deep", 0o700);
        for level in 0..self.dice.below(4) {
            deep = make_folder(&*alice, &deep, &format!("level {level}"), 0o755);
            self.files(&deep);
        }
        make_folder(&*alice, &deep, "empty", 0o711);
        kernel::add_every_kind(&*alice, tree, &deep);
        for odd in [&b"bad-\xff-name"[..], b"new\nline", &[b'n'; 255]] {
            drop(alice.create_file(tree.at(&FileName::new(odd).unwrap()), 0o600).unwrap());
        }
    }

    /// Gives an entry and all below it times of their own: the innermost first, as each change dates its folder.
    fn date(&mut self, folder: &Folder, entry: &FileName) {
        if let Ok(inner) = self.alice.open_folder(folder.at(entry)) {
            let mut names: Vec<FileName> = self.alice.read_folder(&inner).unwrap().map(|entry| entry.unwrap().name).collect();
            names.sort();
            names.iter().for_each(|below| self.date(&inner, below));
        }
        self.time += 1;
        let time = Timestamp { seconds: self.time, nanoseconds: 123_456_789 };
        self.alice.set_times(folder.at(entry).into(), time, time).unwrap();
    }
}
