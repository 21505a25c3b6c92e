//! How a name is claimed before something is published under it.

use tidelock_engine::fs::Folder;
use tidelock_shared::name::FileName;

use crate::bench::{BOB, Bench, errno_name};
use crate::world::{self, name};
use crate::{Line, numbers};

/// The recordings' alpha and beta.
const ALPHA: u32 = 5001;
const BETA: u32 = 5002;
const SHARED_GROUP: u32 = 500;

pub(crate) fn answer(bench: &mut Bench, line: &Line<'_>) -> Option<String> {
    let beta = bench.folder("beta", BETA, 0);
    let renamed_over = |answer| Some(errno_name(&answer).to_owned());
    match line.case {
        "bob (group proj, 2775 dir) writes into 0000 claim" => Some(write_into_a_claim(bench, &beta)),
        "alice rename(staged -> 0000 empty final)" => {
            let (staged, claim) = staged_and_claim(bench, &beta, &beta);
            let identity = bench.root.identity(beta.at(&staged).into()).unwrap();
            let renamed = bench.by("alice").rename(beta.at(&staged), beta.at(&claim));
            let is_staged = bench.root.identity(beta.at(&claim).into()).unwrap() == identity;
            let shown = if is_staged { "True" } else { "False" };
            let tag = bench.shown_tag(&beta, "final");
            Some(format!("{} inode is staged: {shown} projid {tag} ls {}", errno_name(&renamed), listed(bench, &beta, &claim)))
        }
        "rename(staged -> final 0000 with an entry)" | "rename(staged -> final 0755 with an entry)" => {
            let (staged, claim) = staged_and_claim(bench, &beta, &beta);
            world::write(&*bench.root, &bench.root.open_folder(beta.at(&claim)).unwrap(), "theirs", b"x");
            let mode = if line.case.contains("0755") { 0o755 } else { 0 };
            bench.root.set_mode(beta.at(&claim).into(), mode).unwrap();
            renamed_over(bench.by("alice").rename(beta.at(&staged), beta.at(&claim)))
        }
        "rename(staged dir -> existing file)" => {
            let (staged, file) = (bench.make("dir", &beta), bench.make("file", &beta));
            renamed_over(bench.by("alice").rename(beta.at(&name(&staged)), beta.at(&name(&file))))
        }
        "rename(staged dir MDT0 -> empty final living on MDT1)" => {
            let other = bench.folder("beta1", BETA, 1);
            let (staged, claim) = staged_and_claim(bench, &beta, &other);
            let renamed = bench.by("alice").rename(beta.at(&staged), other.at(&claim));
            Some(format!("{} projid {}", errno_name(&renamed), bench.shown_tag(&other, "final")))
        }
        "renameat2 NOREPLACE onto existing" | "renameat2 NOREPLACE onto free name" => {
            let entry = name(&bench.make("file", &beta));
            let other = if line.case.ends_with("existing") { bench.make("file", &beta) } else { "free".to_owned() };
            renamed_over(bench.root.rename_without_replacing(beta.at(&entry), beta.at(&name(&other))))
        }
        "renameat2 EXCHANGE" => {
            let (entry, other) = (name(&bench.make("file", &beta)), name(&bench.make("file", &beta)));
            renamed_over(bench.root.exchange(beta.at(&entry), beta.at(&other)))
        }
        "link() onto placeholder" => {
            let (entry, placeholder) = (name(&bench.make("file", &beta)), name(&bench.make("file", &beta)));
            renamed_over(bench.root.link(beta.at(&entry), beta.at(&placeholder)))
        }
        case if case.starts_with("placeholder 0000 O_EXCL") => Some(over_a_placeholder(bench, &beta, line)),
        _ => None,
    }
}

/// A folder with one entry, staged, and an empty claim of mode 0000; both alice's.
fn staged_and_claim(bench: &mut Bench, staging: &Folder, publishing: &Folder) -> (FileName, FileName) {
    let alice = bench.by("alice");
    let staged = name(&bench.make("dir", staging));
    world::write(&*alice, &alice.open_folder(staging.at(&staged)).unwrap(), "k", b"x");
    let claim = name("final");
    alice.create_folder(publishing.at(&claim), 0).unwrap();
    (staged, claim)
}

fn listed(bench: &Bench, folder: &Folder, of: &FileName) -> String {
    let inner = bench.root.open_folder(folder.at(of)).unwrap();
    let names: Vec<String> =
        bench.root.read_folder(&inner).unwrap().map(|entry| format!("'{}'", entry.unwrap().name.shown())).collect();
    format!("[{}]", names.join(", "))
}

fn write_into_a_claim(bench: &Bench, beta: &Folder) -> String {
    bench.root.set_owner(beta.into(), 0, SHARED_GROUP).unwrap();
    bench.root.set_mode(beta.into(), 0o2775).unwrap();
    let alice = bench.seen_by(crate::bench::ALICE, &[SHARED_GROUP]);
    let bob = bench.seen_by(BOB, &[BOB, SHARED_GROUP]);
    let claim = name("claim");
    alice.create_folder(beta.at(&claim), 0).unwrap();
    let inside = bob.open_folder(beta.at(&claim)).unwrap();
    errno_name(&bob.create_file(inside.at(&name("his")), 0o644)).to_owned()
}

/// The file takes the placeholder's name and is charged anew; the numbers before and after
/// are in the recording.
fn over_a_placeholder(bench: &mut Bench, beta: &Folder, line: &Line<'_>) -> String {
    let bytes = line.case.split("alpha file ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
    let alpha = bench.folder("alpha", ALPHA, 0);
    let entry = bench.sized(&alpha, bytes.parse().unwrap());
    let (from, to) = (alpha.at(&name(&entry)).name.clone(), name("final"));
    let alice = bench.by("alice");
    alice.set_mode(alpha.at(&from).into(), 0o664).unwrap();
    let identity = bench.root.identity(alpha.at(&from).into()).unwrap();
    let before = (bench.usage(ALPHA), bench.usage(BETA));
    drop(alice.create_file(beta.at(&to), 0).unwrap());
    let renamed = alice.rename(alpha.at(&from), beta.at(&to));
    let after = (bench.usage(ALPHA), bench.usage(BETA));
    let recorded = numbers(line.result.split("before").nth(1).unwrap());
    let [a_bytes, a_inodes, _, b_inodes, _, _, a_bytes_after, a_inodes_after, _, b_inodes_after] = recorded[..] else {
        panic!("{recorded:?}")
    };
    let lost = before.0.less(after.0);
    assert_eq!((lost.bytes, lost.inodes), (a_bytes - a_bytes_after, a_inodes - a_inodes_after));
    // Of bytes the destination's are left out: there the recording still counts a block less.
    assert_eq!(after.1.inodes - before.1.inodes, b_inodes_after - b_inodes);
    let moved = if bench.root.identity(beta.at(&to).into()).unwrap() == identity { "True" } else { "False" };
    let mode = bench.root.status(beta.at(&to).into()).unwrap().mode;
    format!("{} projid now {} mode 100{mode:o} inode moved {moved}", errno_name(&renamed), bench.shown_tag(beta, "final"))
}
