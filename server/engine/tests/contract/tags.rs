//! Who may change a project ID, of what, and what it does.

use tidelock_engine::fs::walk::walk;
use tidelock_engine::fs::{Folder, FsError, Object, Timestamp};
use tidelock_shared::id::ProjectId;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::strategy::EntryKind;

use crate::bench::{ALICE, BOB, Bench, Fs, errno_name};
use crate::world::{self, name};
use crate::{Line, numbers};

const CAROL: u32 = 1002;
/// The group of `enable_chprojid_gid=1003`; alice and bob are in it.
const GROUP: u32 = 1003;
const MIB: u64 = 1 << 20;

pub(crate) fn tag_case(bench: &mut Bench, case: &str) -> Option<String> {
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
        "open symlink O_NOFOLLOW" => {
            let entry = bench.make("symlink", &p1);
            return Some(errno_name(&bench.root.open_file(p1.at(&name(&entry)))).to_owned());
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
        _ => return charge_of_a_special(bench, case),
    };
    let entry = bench.make(kind, folder);
    let set = bench.retag(&bench.by(who), folder, &entry, id, inherit);
    Some(format!("{} now {}", errno_name(&set), bench.project(folder, &entry)))
}

/// `inode usage delta of proj 1001 after fifo in P dir`: every kind is charged.
fn charge_of_a_special(bench: &mut Bench, case: &str) -> Option<String> {
    let kind = case.strip_prefix("inode usage delta of proj 1001 after ")?.strip_suffix(" in P dir")?;
    let (p1, before) = (bench.open("p1"), bench.usage(1001));
    bench.make(if kind == "sock" { "socket" } else { kind }, &p1);
    Some((bench.usage(1001).inodes - before.inodes).to_string())
}

/// Who may, under each setting of `enable_chprojid_gid`; the bench was made with it.
pub(crate) fn chprojid_case(bench: &mut Bench, line: &Line<'_>) -> Option<String> {
    let p1 = bench.open("p1");
    if let Some(kind) = line.case.strip_prefix("LL_IOC_PROJECT get/set/get on ") {
        return Some(get_set_get(bench, &p1, kind.split(' ').next()?));
    }
    match line.case {
        "gid=1003, carol not in group" => {
            let carol: Fs = bench.seen_by(CAROL, &[CAROL]);
            world::write(&*carol, &p1, "hers", b"x");
            Some(errno_name(&bench.retag(&carol, &p1, "hers", 1002, false)).to_owned())
        }
        case if case.starts_with("gid=-1, alice retags 8M into full 2202") => {
            let full = bench.folder("full", 2202, 0);
            bench.sized(&full, 27 * MIB);
            bench.limit(2202, Some(20 * MIB), None);
            let entry = bench.sized(&p1, 8 * MIB);
            let set = bench.retag(&bench.by("alice"), &p1, &entry, 2202, false);
            Some(format!("{} now {}", errno_name(&set), bench.project(&p1, &entry)))
        }
        "gid=-1, alice retags 12 files into 2203 (ihard 10): last" => {
            bench.limit(2203, None, Some(10));
            let mut last = Ok(());
            for _ in 0..12 {
                let entry = bench.make("file", &p1);
                last = bench.retag(&bench.by("alice"), &p1, &entry, 2203, false);
            }
            assert_eq!(bench.usage(2203).inodes, numbers(line.result)[2]);
            Some(errno_name(&last).to_owned())
        }
        case if case.contains(" by alice(owner)") || case.contains("bob") => {
            let entry = bench.make("file", &p1);
            let uid = if case.contains("bob") { BOB } else { ALICE };
            let member: Fs = bench.seen_by(uid, &[uid, GROUP]);
            let set = bench.retag(&member, &p1, &entry, 1002, false);
            Some(format!("{} now {}", errno_name(&set), bench.project(&p1, &entry)))
        }
        _ => None,
    }
}

/// Each answer as the recording's tool prints it; every kind can be reached by its name.
fn get_set_get(bench: &mut Bench, folder: &Folder, kind: &str) -> String {
    let entry = bench.make(kind, folder);
    let before = bench.shown_tag(folder, &entry);
    let set = errno_name(&bench.retag(&bench.root, folder, &entry, 1002, false));
    let after = bench.shown_tag(folder, &entry);
    format!("(\"OK {before}\", \"{set} {after}\", \"OK {after}\")")
}

/// A tree whose project ID is changed in place, before its rename and after.
pub(crate) fn retag_case(bench: &mut Bench, case: &str) -> Option<String> {
    let (p1, p2) = (bench.open("p1"), bench.open("p2"));
    let after =
        ["rename tree p1->p2 after retag", "rep0 root retag LL_IOC_PROJECT + rename", "rep0 root retag FSSETXATTR + rename"];
    if case == "symlink projid after lfs project -r" {
        // The tool gives the flag to everything; a symbolic link keeps it.
        let entry = bench.make("symlink", &p1);
        bench.retag(&bench.root, &p1, &entry, 1002, true).unwrap();
        return Some(bench.shown_tag(&p1, &entry));
    }
    let is_after = after.contains(&case);
    if !is_after && case != "rename tree p1->p2 before retag" {
        return None;
    }
    let entry = name(&bench.make("dir+2", &p1));
    if is_after {
        let tag = ProjectTag { id: ProjectId(1002), inherit: true };
        walk(&*bench.root, p1.at(&entry), &mut |visit| -> Result<bool, FsError> {
            bench.root.set_tag(visit.at.into(), tag)?;
            Ok(visit.status.kind == EntryKind::Folder)
        })
        .unwrap();
    }
    Some(errno_name(&bench.root.rename(p1.at(&entry), p2.at(&entry))).to_owned())
}

/// Root with fewer and fewer capabilities: the answer never changes, so the simulator, which
/// looks at the user alone, has one for all.
pub(crate) fn capability_case(bench: &mut Bench, case: &str) -> Option<String> {
    case.ends_with("retag (limit 20 MiB, 1024 inodes)").then_some(())?;
    bench.limit(7777, Some(20 * MIB), Some(1024));
    let folder = bench.open("x1");
    let entry = bench.sized(&folder, 24 * MIB);
    let entry = name(&entry);
    let tag = ProjectTag { id: ProjectId(7777), inherit: false };
    let file = bench.root.open_file(folder.at(&entry)).unwrap();
    let by_descriptor = errno_name(&bench.root.set_tag(Object::File(&file), tag));
    let by_name = errno_name(&bench.root.set_tag(folder.at(&entry).into(), tag));
    let now = bench.root.tag(folder.at(&entry).into()).unwrap().unwrap();
    Some(format!("FSSETXATTR {by_descriptor} LL_IOC_PROJECT {by_name} now {}", now.id))
}

/// Data versions after one change each, as letters: the same letter is the same version.
pub(crate) fn version_case(bench: &mut Bench, case: &str) -> Option<String> {
    let (p1, p2) = (bench.open("p1"), bench.open("p2"));
    let (old, new) = (name(&bench.sized(&p1, MIB)), name("new"));
    let root = bench.root.clone();
    let file = root.open_to_write(p1.at(&old)).unwrap();
    let mut versions = Vec::new();
    let mut look = || versions.push(root.data_version(&file).unwrap().unwrap().to_string());
    look();
    let time = Timestamp { seconds: 5, nanoseconds: 0 };
    match case {
        "start, truncate, utime, chmod, rename, chproj" => {
            root.set_size(&file, MIB / 2).unwrap();
            look();
            root.set_times((&file).into(), time, time).unwrap();
            look();
            root.set_mode((&file).into(), 0o600).unwrap();
            look();
            root.rename(p1.at(&old), p1.at(&new)).unwrap();
            look();
            bench.retag(&root, &p1, "new", 1002, false).unwrap();
            look();
        }
        "rename alpha->beta (recharge): dv before/after" => {
            root.rename(p1.at(&old), p2.at(&new)).unwrap();
            look();
        }
        _ => return None,
    }
    Some(equal_ones(versions.iter().map(String::as_str)))
}

/// Each one as a letter of its own.
pub(crate) fn equal_ones<'a>(values: impl Iterator<Item = &'a str>) -> String {
    let mut known = Vec::new();
    let mut letter = |value| match known.iter().position(|other| *other == value) {
        Some(position) => position,
        None => {
            known.push(value);
            known.len() - 1
        }
    };
    values.map(|value| char::from(b'a' + u8::try_from(letter(value)).unwrap())).collect()
}
