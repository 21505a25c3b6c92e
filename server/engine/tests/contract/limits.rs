//! What a full project still takes, from whom.

use tidelock_engine::fs::{File, Folder};

use crate::bench::{Bench, errno_name};
use crate::world::name;

const MIB: u64 = 1 << 20;
static PIECE: [u8; 1 << 20] = [7; 1 << 20];

/// A folder in a project that is over its limit of bytes, with an open file of alice's.
fn full(bench: &Bench, project: u32) -> (Folder, File) {
    let folder = bench.folder("full", project, 0);
    let file = bench.by("alice").create_file(folder.at(&name("large")), 0o644).unwrap();
    bench.fill(&folder, "large", &file, 26 * MIB);
    bench.limit(project, Some(20 * MIB), None);
    (folder, file)
}

/// Writes so many MiB from `offset` on; the answer to the last piece or the first refusal.
fn write(bench: &Bench, who: &str, file: &File, offset: u64, mib: u64) -> String {
    let pieces = (0..mib).map(|piece| bench.by(who).write_at(file, offset + piece * MIB, &PIECE));
    let answer: Result<Vec<usize>, _> = pieces.collect();
    errno_name(&answer).to_owned()
}

/// What is tried with a project that is over its limit of bytes. A full project costs time to make.
const OF_BYTES: [&str; 10] = [
    "root writes 1M more in full project",
    "root writes 4M in full project",
    "alice O_DIRECT? truncate up 1G in full project",
    "alice overwrites first 64K of existing file in full project",
    "retag 1M file 0->2001(full) by owner alice",
    "retag 1M file 0->2001(full) by root",
    "root chproj 8M into FULL project",
    "root chproj 4M into full",
    "rename 2001 file np-style dir -> full p1 (same proj)",
    "alice renames 8M untagged file into FULL project",
];

/// Limits of bytes.
pub(crate) fn bytes_case(bench: &mut Bench, case: &str) -> Option<String> {
    if !OF_BYTES.contains(&case) {
        return None;
    }
    let project = if case.contains("2001") { 2001 } else { 2101 };
    let (folder, file) = full(bench, project);
    let (untagged, np) = (bench.open("x2"), bench.open("np"));
    Some(match case {
        "root writes 1M more in full project" => write(bench, "root", &file, 26 * MIB, 1),
        "root writes 4M in full project" => write(bench, "root", &file, 26 * MIB, 4),
        "alice O_DIRECT? truncate up 1G in full project" => errno_name(&bench.by("alice").set_size(&file, 1 << 30)).to_owned(),
        "alice overwrites first 64K of existing file in full project" => {
            errno_name(&bench.by("alice").write_at(&file, 0, &PIECE[..64 << 10])).to_owned()
        }
        "retag 1M file 0->2001(full) by owner alice" => retag(bench, &untagged, MIB, "alice", project),
        "retag 1M file 0->2001(full) by root" => retag(bench, &untagged, MIB, "root", project),
        "root chproj 8M into FULL project" => retag(bench, &untagged, 8 * MIB, "root", project),
        "root chproj 4M into full" => retag(bench, &untagged, 4 * MIB, "root", project),
        "rename 2001 file np-style dir -> full p1 (same proj)" => {
            let entry = name(&bench.sized(&np, MIB));
            bench.retag(&bench.root, &np, &entry.shown(), project, false).unwrap();
            errno_name(&bench.by("alice").rename(np.at(&entry), folder.at(&entry))).to_owned()
        }
        "alice renames 8M untagged file into FULL project" => {
            let entry = name(&bench.sized(&untagged, 8 * MIB));
            errno_name(&bench.by("alice").rename(untagged.at(&entry), folder.at(&entry))).to_owned()
        }
        _ => return None,
    })
}

fn retag(bench: &mut Bench, folder: &Folder, bytes: u64, who: &str, project: u32) -> String {
    let entry = bench.sized(folder, bytes);
    let set = bench.retag(&bench.by(who), folder, &entry, project, false);
    format!("{} now {}", errno_name(&set), bench.project(folder, &entry))
}

/// Limits of inodes.
pub(crate) fn inodes_case(bench: &mut Bench, case: &str) -> Option<String> {
    if !case.contains("inode") {
        return None;
    }
    let (folder, untagged) = (bench.folder("few", 2002, 0), bench.open("x2"));
    bench.make("dir", &folder);
    bench.limit(2002, None, Some(10));
    let alice = bench.by("alice");
    let create = |number| alice.create_file(folder.at(&name(&format!("made{number}"))), 0o644).map(drop);
    let made = (0..100).take_while(|&number| create(number).is_ok()).count();
    let new = name("new");
    Some(match case {
        "inode hard limit 10: alice creates (start (8192, 0, 2, 10))" => format!("OK {} after {made}", errno_name(&create(100))),
        "alice mkdir at inode limit" => errno_name(&alice.create_folder(folder.at(&new), 0o755)).to_owned(),
        "alice symlink at inode limit" => errno_name(&alice.create_symbolic_link(folder.at(&new), b"x")).to_owned(),
        "alice rename in same project at inode limit" => {
            errno_name(&alice.rename(folder.at(&name("made0")), folder.at(&new))).to_owned()
        }
        "root create at inode limit" => errno_name(&bench.root.create_file(folder.at(&new), 0o644)).to_owned(),
        "retag by owner to inode-full project" => retag(bench, &untagged, 0, "alice", 2002),
        "retag by root to inode-full project" => retag(bench, &untagged, 0, "root", 2002),
        "rename untagged file into inode-full p2 (P)" => {
            let entry = name(&bench.make("file", &untagged));
            errno_name(&alice.rename(untagged.at(&entry), folder.at(&entry))).to_owned()
        }
        _ => return None,
    })
}

/// Writing on through a handle that was open before the file changed its project.
pub(crate) fn open_handle_case(bench: &mut Bench, case: &str) -> Option<String> {
    let alice = bench.by("alice");
    let (from, to) = (bench.folder("from", 2301, 0), bench.folder("to", 2302, 0));
    let entry = name("open");
    let file = alice.create_file(from.at(&entry), 0o644).unwrap();
    if case.starts_with("file w/ 6M dirty renamed p1->p2, +6M more") {
        write(bench, "alice", &file, 0, 6);
        alice.rename(from.at(&entry), to.at(&entry)).unwrap();
        write(bench, "alice", &file, 6 * MIB, 6);
        return Some(format!("{:?} MiB", [2301, 2302].map(|project| bench.usage(project).bytes / MIB)));
    }
    if case.starts_with("open fd written 1M, chproj 2102, +4M more") {
        write(bench, "alice", &file, 0, 1);
        bench.retag(&bench.root, &from, "open", 2102, false).unwrap();
        let before = bench.usage(2102);
        write(bench, "alice", &file, MIB, 4);
        return Some(((bench.usage(2102).bytes - before.bytes) / 1024).to_string());
    }
    None
}
