//! What lies on the small site before anything is moved.

use tidelock_engine::fs::simulator::Simulator;
use tidelock_engine::fs::{FileSystem, Folder, Timestamp, walk};
use tidelock_shared::id::ProjectId;
use tidelock_shared::name::FileName;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::quota::{Bounds, Limits};
use tidelock_shared::request::OnConflict;
use tidelock_shared::strategy::EntryKind;

use super::{ALICE, ALPHA, BETA, BOB, Case, GAMMA, name, path};

/// Two projects, and in the first a tree with one of everything, and what the case needs.
pub(super) fn furnish(root: &Simulator, case: &Case) {
    let top = root.open_path(&path("/m")).unwrap();
    for (project, id) in [("alpha", ALPHA), ("beta", BETA)] {
        let folder = make_folder(root, &top, project, 0o777);
        let tag = ProjectTag { id, inherit: true };
        // A plain mount has no project IDs; then there is nothing to tag.
        let _ = root.set_tag((&folder).into(), tag);
        let limit = |hard| Bounds { soft: None, hard: Some(hard) };
        root.set_limits(0, id, Limits { bytes: limit(64 << 20), inodes: limit(1000) });
    }
    let other = root.open_path(&path("/n")).unwrap();
    root.set_mode((&other).into(), 0o777).unwrap();
    let alpha = root.open_path(&path("/m/alpha")).unwrap();
    let alice = root.seen_by(ALICE, &[1000]);
    make_folder(&alice, &alpha, "other", 0o755);
    write(&alice, &alpha, "single", b"just one file");
    alice.create_symbolic_link(alpha.at(&name("link")), b"tree/deep").unwrap();
    let plain = make_folder(&alice, &alpha, "plain", 0o755);
    write(&alice, &plain, "file", b"plain");
    write(&alice, &make_folder(&alice, &plain, "sub", 0o755), "file", b"below");
    let tree = make_folder(&alice, &alpha, "tree", 0o2750);
    write(&alice, &tree, "file", b"content");
    write(&alice, &tree, "empty", b"");
    let deep = make_folder(&alice, &make_folder(&alice, &tree, "deep", 0o700), "deeper", 0o755);
    make_folder(&alice, &deep, "empty folder", 0o755);
    write(&alice, &deep, "file", b"deep");
    alice.link(tree.at(&name("file")), deep.at(&name("hard link"))).unwrap();
    alice.create_symbolic_link(tree.at(&name("dangling")), b"/nowhere").unwrap();
    alice.create_special(tree.at(&name("fifo")), EntryKind::Fifo, 0o640, 0).unwrap();
    let sparse = alice.create_file(tree.at(&name("sparse")), 0o644).unwrap();
    alice.write_at(&sparse, 1 << 16, b"far").unwrap();
    alice.set_size(&sparse, 1 << 17).unwrap();
    write(&alice, &tree, "attributed", b"x");
    let attributed = name("attributed");
    alice.set_xattr(tree.at(&attributed).into(), b"user.note", b"value").unwrap();
    alice.set_flags(tree.at(&attributed).into(), 0x80).unwrap();
    for odd in [&b"bad-\xff-name"[..], b"new\nline", &[b'n'; 255]] {
        let odd = FileName::new(odd).unwrap();
        drop(alice.create_file(tree.at(&odd), 0o600).unwrap());
    }
    alice.set_times((&deep).into(), Timestamp { seconds: 77, nanoseconds: 0 }, Timestamp { seconds: 78, nanoseconds: 0 }).unwrap();
    let _ = walk::look(root, alpha.at(&name("tree"))).unwrap();
    if case.source == "/m/alpha/shared" {
        furnish_shared(root, &alpha, case);
    }
    if case.on_conflict != OnConflict::Refuse {
        take_the_name(root, case);
    }
}

/// A folder in which many people work and which not only its own project pays for.
fn furnish_shared(root: &Simulator, alpha: &Folder, case: &Case) {
    let (alice, bob) = (root.seen_by(ALICE, &[1000]), root.seen_by(BOB, &[1000]));
    let shared = make_folder(&alice, alpha, "shared", 0o775);
    write(&alice, &shared, "file", b"mine");
    write(&bob, &shared, "theirs", b"of somebody else");
    for (link, points_to) in [("absolute", "/m/alpha/single"), ("loop", "loop"), ("up and down", "../shared/file")] {
        alice.create_symbolic_link(shared.at(&name(link)), points_to.as_bytes()).unwrap();
    }
    // A user, a group and a mask beside the mode, as the kernel keeps them.
    let entry = |tag: u16, rights: u16, id: u32| [&tag.to_le_bytes()[..], &rights.to_le_bytes(), &id.to_le_bytes()].concat();
    let list = [(1, 7, !0), (2, 5, BOB), (4, 7, !0), (16, 7, !0), (32, 5, !0)].map(|(tag, rights, id)| entry(tag, rights, id));
    let list = [&2u32.to_le_bytes()[..], &list.concat()].concat();
    alice.set_xattr((&shared).into(), b"system.posix_acl_default", &list).unwrap();
    alice.set_xattr((&shared).into(), b"system.posix_acl_access", &list).unwrap();
    alice.set_xattr(shared.at(&name("file")).into(), b"system.posix_acl_access", &list).unwrap();
    // Who may not change project IDs can neither empty such folders nor bring them back as they were.
    if case.caller == 0 {
        let theirs = make_folder(&bob, &shared, "their folder", 0o755);
        write(&bob, &theirs, "file", b"below");
        let of_gamma = make_folder(&alice, &shared, "of gamma", 0o755);
        root.set_tag((&of_gamma).into(), ProjectTag { id: GAMMA, inherit: true }).unwrap();
        write(&alice, &of_gamma, "inherited", b"charged to gamma");
        write(&alice, &shared, "strayed", b"charged to nobody");
        root.set_tag(shared.at(&name("strayed")).into(), ProjectTag { id: ProjectId::NONE, inherit: false }).unwrap();
        let hands_nothing_down = make_folder(&alice, &shared, "hands nothing down", 0o755);
        root.set_tag((&hands_nothing_down).into(), ProjectTag { id: ALPHA, inherit: false }).unwrap();
    }
    // A copy would make two files of these two names, and bring what is on tape back.
    if case.destination != "/n" {
        let other = root.open_path(&path("/m/alpha/other")).unwrap();
        alice.link(shared.at(&name("file")), other.at(&name("second name"))).unwrap();
        if case.personality.is_lustre() {
            write(&alice, &shared, "archived", b"on tape");
            root.release(shared.at(&name("archived"))).unwrap();
        }
    }
}

/// Something else with the name that the item will have.
fn take_the_name(root: &Simulator, case: &Case) {
    let alice = root.seen_by(ALICE, &[1000]);
    let destination = root.open_path(&path(case.destination)).unwrap();
    let taken = make_folder(&alice, &destination, case.source_name(), 0o750);
    write(&alice, &taken, "old", b"was here before");
}

pub fn make_folder(fs: &dyn FileSystem, parent: &Folder, text: &str, mode: u32) -> Folder {
    let name = name(text);
    fs.create_folder(parent.at(&name), mode).unwrap();
    let folder = fs.open_folder(parent.at(&name)).unwrap();
    fs.set_mode((&folder).into(), mode).unwrap();
    folder
}

pub fn write(fs: &dyn FileSystem, folder: &Folder, text: &str, content: &[u8]) {
    let file = fs.create_file(folder.at(&name(text)), 0o644).unwrap();
    if !content.is_empty() {
        fs.write_at(&file, 0, content).unwrap();
    }
}
