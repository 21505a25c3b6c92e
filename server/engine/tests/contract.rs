//! The simulator answers as the kernels did: every recorded line of a rename, link or project
//! ID is tried on it, or listed with the reason why not.
//!
//! The recordings in `contract/` are `section | case | result`, one a line, from running
//! kernels: Lustre master after 2.17.0, ext4 and XFS on Linux 6.12.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use std::collections::BTreeMap;

use tidelock_engine::fs::simulator::{Personality, Simulator, Site, SiteMount};
use tidelock_engine::fs::{Errno, FileSystem, Folder, FsResult, Timestamp};
use tidelock_shared::id::ProjectId;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::strategy::EntryKind;
use world::{name, path};

const ALICE: u32 = 1000;
const BOB: u32 = 1001;

/// Cases that the trait or the simulator has no words for, by what they contain.
const NOT_TRIED: [(&str, &str); 12] = [
    ("EXCHANGE", "the engine never exchanges, so the trait has no call for it"),
    ("WHITEOUT", "the engine never leaves whiteouts, so the trait has no call for it"),
    ("lsattr", "the output of a tool"),
    ("FSGETXATTR via O_WRONLY", "how the tag is read is the backend's matter"),
    ("FSSETXATTR on fifo", "the trait's set_tag covers every kind on Lustre, by LL_IOC_PROJECT; see chprojid"),
    ("FSSETXATTR on symlink", "the same"),
    ("open symlink", "the trait has no call that follows a link"),
    ("inode usage delta", "counted for every world in crash_anywhere"),
    ("(1001,1002) over time", "usage settles at once in the simulator; a stated simplification"),
    ("striped", "the simulator has no striped folders yet"),
    ("getdirstripe", "the output of a tool"),
    ("link symlink", "tried as a kind of its own below"),
];

/// A mount with the recordings' folders: `p1P`, `p2P` in projects 1001 and 1002, `np` without,
/// `x1`, `x2` untagged; and `A0 B0 A1 B1 N0 N1` on MDT 0 and 1.
struct Bench {
    root: Simulator,
    top: Folder,
    made: u32,
}

impl Bench {
    fn new(personality: Personality, remote_rename: bool) -> Self {
        let mount = SiteMount { remote_rename, ..SiteMount::new(path("/m"), personality) };
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

    fn folder(&self, text: &str, project: u32, mdt: u32) {
        let name = name(text);
        loop {
            self.root.create_folder(self.top.at(&name), 0o777).unwrap();
            let folder = self.root.open_folder(self.top.at(&name)).unwrap();
            // New folders near the top are spread over the MDTs: try again until it fits.
            if self.root.placement(&folder).unwrap().is_none_or(|at| at == mdt) {
                self.root.set_mode((&folder).into(), 0o777).unwrap();
                let tag = ProjectTag { id: ProjectId(project), inherit: project != 0 };
                self.root.set_tag((&folder).into(), tag).unwrap();
                return;
            }
            self.root.remove_folder(self.top.at(&name)).unwrap();
        }
    }

    fn open(&self, text: &str) -> Folder {
        // The recordings say p1 and p2 where they mean the tagged ones.
        let text = match text {
            "p1" => "p1P",
            "p2" => "p2P",
            other => other,
        };
        self.root.open_folder(self.top.at(&name(text))).unwrap()
    }

    fn by(&self, who: &str) -> Simulator {
        match who {
            "root" => self.root.clone(),
            "bob" => self.root.seen_by(BOB, &[BOB]),
            _ => self.root.seen_by(ALICE, &[ALICE]),
        }
    }

    /// A fresh entry of a kind, made by alice.
    fn make(&mut self, kind: &str, folder: &Folder) -> String {
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
    fn project(&self, folder: &Folder, text: &str) -> String {
        let name = name(text);
        let inode = self.root.status(folder.at(&name).into()).unwrap();
        let id = self.root.charged_to(inode.inode);
        let tag = self.root.tag(folder.at(&name).into()).unwrap();
        format!("{id}{}", if tag.is_some_and(|tag| tag.inherit) { "P" } else { "" })
    }
}

fn errno_name<T>(answer: &FsResult<T>) -> &'static str {
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
            _ => "another error",
        },
    }
}

struct Line<'a> {
    section: &'a str,
    case: &'a str,
    result: &'a str,
}

fn lines(recording: &str) -> impl Iterator<Item = Line<'_>> {
    recording.lines().filter_map(|line| {
        let mut parts = line.splitn(3, '|').map(str::trim);
        Some(Line { section: parts.next()?, case: parts.next()?, result: parts.next()? })
    })
}

/// Tries every line; answers how many were tried, and what is neither tried nor listed.
fn check(recording: &str, personality: Personality) -> (usize, Vec<String>) {
    let (mut tried, mut unknown) = (0, Vec::new());
    for line in lines(recording) {
        let mut bench = Bench::new(personality, line.section != "dne rr=0");
        match answer(&mut bench, &line) {
            Some(found) => {
                assert_eq!(found, expected(&line, &found), "{personality:?}: {} | {}", line.section, line.case);
                tried += 1;
            }
            None if NOT_TRIED.iter().any(|(part, _)| line.case.contains(part)) => {}
            None => unknown.push(line.case.to_owned()),
        }
    }
    (tried, unknown)
}

/// The recorded result in the words of [`answer`], as far as the simulator has them.
fn expected(line: &Line<'_>, found: &str) -> String {
    // Where the recording could not read a project ID, only the rest is compared.
    if line.result.contains("ioctl:") && found.starts_with("OK") {
        let same = line.result.contains("ino-same=True");
        let is_same = if line.result.contains("ino-same=") { format!("ino-same={same}") } else { String::new() };
        let after = line.result.split("->").nth(1).and_then(|after| after.trim().strip_prefix('('));
        let id = after.and_then(|after| after.split(',').next());
        let kept = found.split_whitespace().find(|part| part.starts_with("to=")).unwrap_or("to=?");
        let to = id.map_or(kept.to_owned(), |id| format!("to={id}"));
        return format!("OK {to} {is_same}");
    }
    if found.starts_with("OK to=") && line.section.starts_with("dne") && line.result.starts_with("OK ") {
        let after = line.result.split("->").nth(1).unwrap_or_default();
        let id = after.trim_start_matches('(').split(',').next().unwrap_or_default();
        let flag = if after.contains("0x200") { "P" } else { "" };
        return format!("OK to={id}{flag} ino-same={}", line.result.contains("ino-same=True"));
    }
    if found.starts_with("OK to=") && line.result.starts_with("OK proj ") {
        let to = line.result.split("-> ").nth(1).and_then(|after| after.split_whitespace().next()).unwrap_or_default();
        return format!("OK to={to} ino-same={}", line.result.contains("ino-same=True"));
    }
    line.result.to_owned()
}

fn answer(bench: &mut Bench, line: &Line<'_>) -> Option<String> {
    let words: Vec<&str> = line.case.split_whitespace().collect();
    match (line.section, words.as_slice()) {
        ("fssetxattr", _) => tag_case(bench, line.case),
        (_, ["link", "dir"]) => {
            let from = bench.open("p1");
            let entry = bench.make("dir", &from);
            Some(errno_name(&bench.root.link(from.at(&name(&entry)), from.at(&name("other")))).to_owned())
        }
        (_, ["link", kind, way, rest @ ..]) => link_case(bench, kind, way, rest.last().copied().unwrap_or("alice"), line),
        (_, ["renameat2", "NOREPLACE", rest @ ..]) => no_replace_case(bench, rest),
        (_, ["rename", kind @ ("file" | "emptydir" | "dir+2" | "symlink" | "fifo" | "socket" | "file1M"), way, rest @ ..])
            if way.contains("->") && !way.contains('/') =>
        {
            rename_case(bench, kind, way, if rest.contains(&"root") { "root" } else { "alice" })
        }
        ("rename", _) => named_rename_case(bench, line.case),
        _ if line.case == "file with 2 links in A0: rename one link to B0" => {
            let (from, to) = (bench.open("A0"), bench.open("B0"));
            let entry = bench.make("file", &from);
            bench.root.link(from.at(&name(&entry)), from.at(&name("other"))).unwrap();
            let renamed = bench.root.rename(from.at(&name(&entry)), to.at(&name(&entry)));
            Some(format!("{} other link now proj {}", errno_name(&renamed), bench.project(&from, "other")))
        }
        _ => None,
    }
}

fn rename_case(bench: &mut Bench, kind: &str, way: &str, who: &str) -> Option<String> {
    let (from, to) = way.split_once("->")?;
    let (from, to) = (bench.open(from), bench.open(to));
    let entry = bench.make(kind, &from);
    let before = bench.root.status(from.at(&name(&entry)).into()).unwrap().inode;
    let renamed = bench.by(who).rename(from.at(&name(&entry)), to.at(&name(&entry)));
    if renamed.is_err() {
        return Some(errno_name(&renamed).to_owned());
    }
    let after = bench.root.status(to.at(&name(&entry)).into()).unwrap().inode;
    let same = if before == after { "True" } else { "False" };
    Some(format!("OK to={} ino-same={}", bench.project(&to, &entry), same.to_lowercase()))
}

fn link_case(bench: &mut Bench, kind: &str, way: &str, who: &str, line: &Line<'_>) -> Option<String> {
    let (from, to) = way.split_once("->")?;
    let (from, to) = (bench.open(from), bench.open(to));
    let entry = bench.make(kind, &from);
    let who = if who == "root" { "root" } else { "alice" };
    let linked = bench.by(who).link(from.at(&name(&entry)), to.at(&name("linked")));
    let tells_project = line.result.contains("proj=") && linked.is_ok();
    let project = if tells_project { format!(" proj={}", bench.project(&to, "linked")) } else { String::new() };
    Some(format!("{}{project}", errno_name(&linked)))
}

fn no_replace_case(bench: &mut Bench, rest: &[&str]) -> Option<String> {
    let (kind, way, is_taken) = match rest {
        [kind @ ("file" | "dir"), way] => (*kind, *way, false),
        [way, "dst", "exists"] => ("file", *way, true),
        _ => return None,
    };
    let (from, to) = way.split_once("->")?;
    let (from, to) = (bench.open(from), bench.open(to));
    let entry = bench.make(kind, &from);
    let other = if is_taken { bench.make("file", &to) } else { "free".to_owned() };
    Some(errno_name(&bench.root.rename_without_replacing(from.at(&name(&entry)), to.at(&name(&other)))).to_owned())
}

fn named_rename_case(bench: &mut Bench, case: &str) -> Option<String> {
    let (p1, p2) = (bench.open("p1"), bench.open("p2"));
    let retag = |bench: &Bench, entry: &str, id: u32, inherit: bool| {
        bench.root.set_tag(p1.at(&name(entry)).into(), ProjectTag { id: ProjectId(id), inherit }).unwrap();
    };
    let rename = |bench: &Bench, from: &Folder, entry: &str, to: &Folder, new: &str| {
        errno_name(&bench.root.rename(from.at(&name(entry)), to.at(&name(new)))).to_owned()
    };
    Some(match case {
        "rename file p1/a->p1/b same project" => {
            let entry = bench.make("file", &p1);
            rename(bench, &p1, &entry, &p1, "new")
        }
        "rename dir p1/a->p1/b same project" => {
            let entry = bench.make("dir", &p1);
            rename(bench, &p1, &entry, &p1, "new")
        }
        "rename over existing file same project" => {
            let (entry, other) = (bench.make("file", &p1), bench.make("file", &p1));
            rename(bench, &p1, &entry, &p1, &other)
        }
        "rename over existing file p1->p2" => {
            let (entry, other) = (bench.make("file", &p1), bench.make("file", &p2));
            rename(bench, &p1, &entry, &p2, &other)
        }
        "rename file over dir" => {
            let (entry, other) = (bench.make("file", &p1), bench.make("dir", &p1));
            rename(bench, &p1, &entry, &p1, &other)
        }
        "rename dir over non-empty dir" => {
            let (entry, other) = (bench.make("dir", &p1), bench.make("dir+2", &p1));
            rename(bench, &p1, &entry, &p1, &other)
        }
        "rename dir into itself" => {
            let entry = bench.make("dir", &p1);
            let inside = bench.root.open_folder(p1.at(&name(&entry))).unwrap();
            rename(bench, &p1, &entry, &inside, "inside")
        }
        "file with foreign projid 1077 in p1(P): rename inside p1" => {
            let entry = bench.make("file", &p1);
            retag(bench, &entry, 1077, false);
            rename(bench, &p1, &entry, &p1, "new")
        }
        "dir with foreign projid 1077 in p1(P): rename inside p1" => {
            let entry = bench.make("dir", &p1);
            retag(bench, &entry, 1077, true);
            rename(bench, &p1, &entry, &p1, "new")
        }
        "file retagged to 1002 then rename p1->p2" => {
            let entry = bench.make("file", &p1);
            retag(bench, &entry, 1002, false);
            rename(bench, &p1, &entry, &p2, "new")
        }
        "dir itself retagged 1002(P), kids still 1001, rename p1->p2" => {
            let entry = bench.make("dir+2", &p1);
            retag(bench, &entry, 1002, true);
            let renamed = rename(bench, &p1, &entry, &p2, "new");
            let moved = bench.root.open_folder(p2.at(&name("new"))).unwrap();
            format!("{renamed} kid={}", bench.project(&moved, "kid"))
        }
        _ => return None,
    })
}

fn tag_case(bench: &mut Bench, case: &str) -> Option<String> {
    let (p1, np) = (bench.open("p1"), bench.open("np"));
    // Who sets what on what, as the recordings did it.
    let (folder, kind, who, id, inherit) = match case {
        "FSSETXATTR projid by owner alice (file)" => (&p1, "file", "alice", 1002, false),
        "FSSETXATTR projid by owner alice (dir)" => (&p1, "dir", "alice", 1002, true),
        "FSSETXATTR clear P by owner alice (dir, same projid)" => (&p1, "dir", "alice", 1001, false),
        "FSSETXATTR set P by owner alice (dir, projid 0)" => (&np, "dir", "alice", 0, true),
        "FSSETXATTR set projid 0->1001 by owner alice" => (&np, "dir", "alice", 1001, true),
        "FSSETXATTR projid ->0 by owner alice" => (&p1, "file", "alice", 0, false),
        "FSSETXATTR projid by non-owner bob" => (&p1, "file", "bob", 1002, false),
        "FSSETXATTR projid by root" => (&p1, "file", "root", 1002, false),
        "FSSETXATTR P flag on regular file by root" => (&p1, "file", "root", 1001, true),
        "immutable: set=OK then chproj by root" => {
            let entry = bench.make("file", &p1);
            let entry = name(&entry);
            let at = p1.at(&entry).into();
            bench.root.set_flags(at, 0x8).unwrap();
            return Some(errno_name(&bench.root.set_tag(at, ProjectTag { id: ProjectId(1002), inherit: false })).to_owned());
        }
        "mkdir in P dir inherits" => {
            let entry = bench.make("dir", &p1);
            return Some(bench.project(&p1, &entry));
        }
        "create in P dir inherits" => {
            let entry = bench.make("file", &p1);
            return Some(bench.project(&p1, &entry));
        }
        "mkdir in non-P dir with projid 1001" => {
            bench.root.set_tag((&np).into(), ProjectTag { id: ProjectId(1001), inherit: false }).unwrap();
            let entry = bench.make("dir", &np);
            return Some(bench.project(&np, &entry));
        }
        _ => return None,
    };
    let entry = bench.make(kind, folder);
    let tag = ProjectTag { id: ProjectId(id), inherit };
    let set = bench.by(who).set_tag(folder.at(&name(&entry)).into(), tag);
    Some(format!("{} now {}", errno_name(&set), bench.project(folder, &entry)))
}

#[test]
fn lustre_2_17_answers_as_recorded() {
    let (tried, unknown) = check(include_str!("contract/lustre-2.17.txt"), Personality::Lustre2_17);
    assert_eq!(unknown, Vec::<String>::new());
    assert!(tried > 80, "{tried}");
    let (tried, unknown) = check(include_str!("contract/lustre-2.17-dne.txt"), Personality::Lustre2_17);
    assert_eq!(unknown, ["mdt of A0 B0 A1 B1 N0 N1", "rename inside striped dir"].map(str::to_owned)[..1].to_vec());
    assert!(tried > 60, "{tried}");
}

#[test]
fn ext4_and_xfs_answer_as_recorded() {
    for (recording, personality) in
        [(include_str!("contract/ext4.txt"), Personality::Ext4), (include_str!("contract/xfs.txt"), Personality::Xfs)]
    {
        let (tried, unknown) = check(recording, personality);
        assert_eq!(unknown, Vec::<String>::new());
        assert!(tried > 80, "{tried}");
    }
}

/// Rule by rule from the source of `mdd_rename_sanity_check` (releases 2.12 and 2.15), for which
/// there is no recording: `EXDEV` iff the destination has the flag and another ID than the item,
/// or the source has the flag and another ID than the destination; in 2.15 for folders only, and
/// other kinds are charged anew.
#[test]
fn older_releases_follow_their_source() {
    for (personality, kind, way, expected) in [
        (Personality::Lustre2_12, "file", "p1P->p2P", "EXDEV"),
        (Personality::Lustre2_12, "file", "p1P->x2", "EXDEV"),
        (Personality::Lustre2_12, "file", "np->p1P", "EXDEV"),
        (Personality::Lustre2_12, "file", "x1->x2", "OK to=0 ino-same=true"),
        (Personality::Lustre2_12, "emptydir", "p1P->x2", "EXDEV"),
        (Personality::Lustre2_12, "fifo", "p1P->p2P", "EXDEV"),
        (Personality::Lustre2_15, "file", "p1P->p2P", "OK to=1002 ino-same=true"),
        (Personality::Lustre2_15, "file", "p1P->x2", "OK to=1001 ino-same=true"),
        (Personality::Lustre2_15, "fifo", "p1P->p2P", "OK to=1002 ino-same=true"),
        (Personality::Lustre2_15, "emptydir", "p1P->p2P", "EXDEV"),
        // Here 2.15 differs from 2.17: the source's flag still holds a folder back.
        (Personality::Lustre2_15, "emptydir", "p1P->x2", "EXDEV"),
        (Personality::Lustre2_17, "emptydir", "p1P->x2", "OK to=1001P ino-same=true"),
    ] {
        let found = rename_case(&mut Bench::new(personality, true), kind, way, "root").unwrap();
        assert_eq!(found, expected, "{personality:?} {kind} {way}");
    }
    for personality in [Personality::Lustre2_12, Personality::Lustre2_15] {
        let line = Line { section: "link", case: "", result: "" };
        let found = link_case(&mut Bench::new(personality, true), "file", "p1P->p2P", "root", &line).unwrap();
        assert_eq!(found, "EXDEV", "{personality:?}: link is refused in every release");
    }
}
