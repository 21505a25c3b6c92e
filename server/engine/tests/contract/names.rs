//! Renames and links between the folders of two projects.

use std::collections::{BTreeMap, BTreeSet};

use tidelock_engine::fs::walk::walk;
use tidelock_engine::fs::{Folder, FsError};
use tidelock_shared::id::ProjectId;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::strategy::EntryKind;

use crate::Line;
use crate::bench::{Bench, errno_name};
use crate::world::name;

pub(crate) fn answer(bench: &mut Bench, line: &Line<'_>) -> Option<String> {
    let words: Vec<&str> = line.case.split_whitespace().collect();
    match (line.section, words.as_slice()) {
        (_, ["link", "dir"]) => {
            let from = bench.open("p1");
            let entry = bench.make("dir", &from);
            Some(errno_name(&bench.root.link(from.at(&name(&entry)), from.at(&name("other")))).to_owned())
        }
        (_, ["link", kind, way, rest @ ..]) => link_case(bench, kind, way, rest.last().copied().unwrap_or("alice"), line),
        (_, ["renameat2", "NOREPLACE", rest @ ..]) => no_replace_case(bench, rest),
        (_, ["renameat2", "EXCHANGE", kind, way]) => {
            let (from, to) = way.split_once("->")?;
            let (from, to) = (bench.open(from), bench.open(to));
            let (one, other) = (bench.make(kind, &from), bench.make(kind, &to));
            Some(errno_name(&bench.root.exchange(from.at(&name(&one)), to.at(&name(&other)))).to_owned())
        }
        (_, ["rename", kind @ ("file" | "emptydir" | "dir+2" | "symlink" | "fifo" | "socket" | "file1M"), way, rest @ ..])
            if way.contains("->") && !way.contains('/') =>
        {
            rename_case(bench, kind, way, if rest.contains(&"root") { "root" } else { "alice" })
        }
        ("rename", _) => named_rename_case(bench, line.case),
        ("dne", _) if line.case.contains("striped") => striped_case(bench, line.case),
        _ if line.case == "mdt of A0 B0 A1 B1 N0 N1" => {
            let mdts =
                line.case.split(' ').skip(2).map(|folder| bench.root.placement((&bench.open(folder)).into()).unwrap().unwrap());
            Some(format!("[{}]", mdts.map(|mdt| format!("'{mdt}'")).collect::<Vec<_>>().join(", ")))
        }
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

pub(crate) fn rename_case(bench: &mut Bench, kind: &str, way: &str, who: &str) -> Option<String> {
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

pub(crate) fn link_case(bench: &mut Bench, kind: &str, way: &str, who: &str, line: &Line<'_>) -> Option<String> {
    let (from, to) = way.split_once("->")?;
    let (from, to) = (bench.open(from), bench.open(to));
    let entry = bench.make(kind, &from);
    let who = if who == "root" { "root" } else { "alice" };
    let linked = bench.by(who).link(from.at(&name(&entry)), to.at(&name("linked")));
    let tells_project = line.result.contains("proj=") && linked.is_ok();
    let project = if tells_project { format!(" proj={}", bench.project(&to, "linked")) } else { String::new() };
    Some(format!("{}{project}", errno_name(&linked)))
}

/// A folder whose names are spread over both MDTs.
fn striped_case(bench: &mut Bench, case: &str) -> Option<String> {
    let folder = bench.folder("striped", 1001, 0);
    bench.simulator().stripe(&bench.simulated(&folder), &[0, 1]).unwrap();
    let kids: Vec<String> = (0..8).map(|_| bench.make("file", &folder)).collect();
    let (root, top, old) = (&bench.root, bench.open("B0"), name(&kids[0]));
    let retag = || root.set_tag((&folder).into(), ProjectTag { id: ProjectId(1002), inherit: true });
    Some(match case {
        "striped dir (2 MDTs) P 1001: kids proj / mdt" => {
            let mdt = |kid: &String| root.placement(folder.at(&name(kid)).into()).unwrap().unwrap();
            let told: BTreeSet<String> =
                kids.iter().map(|kid| format!("('{}', '{}')", bench.project(&folder, kid), mdt(kid))).collect();
            format!("[{}]", told.into_iter().collect::<Vec<_>>().join(", "))
        }
        "rename inside striped dir" => errno_name(&root.rename(folder.at(&old), folder.at(&name("new")))).to_owned(),
        "retag striped dir by FSSETXATTR 1002; lfs project -d" => {
            let answer = if retag().is_ok() { "None" } else { "refused" };
            let tag = root.tag((&folder).into()).unwrap().unwrap();
            format!("({answer}, '{} {}", tag.id, if tag.inherit { "P" } else { "-" })
        }
        "rename striped dir S -> B0" => {
            retag().unwrap();
            errno_name(&root.rename(bench.top().at(&name("striped")), top.at(&name("S")))).to_owned()
        }
        _ => return None,
    })
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
        bench.retag(&bench.root, &p1, entry, id, inherit).unwrap();
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

/// Files whose content is on tape only: names and project IDs change without it.
pub(crate) fn released_case(bench: &mut Bench, case: &str) -> Option<String> {
    let (p1, p2) = (bench.open("p1"), bench.open("p2"));
    let entry = bench.make("file", &p1);
    let (old, new) = (name(&entry), name("new"));
    bench.simulator().release(bench.simulated(&p1).at(&old)).unwrap();
    let (answer, project, at) = match case {
        "rename released same project" => (bench.root.rename(p1.at(&old), p1.at(&new)), None, p1.at(&new)),
        "rename released file to other project p2" => (bench.root.rename(p1.at(&old), p2.at(&new)), Some(&p2), p2.at(&new)),
        "chproj released (root)" => (bench.retag(&bench.root, &p1, &entry, 1002, false), None, p1.at(&old)),
        "link released" => (bench.root.link(p1.at(&old), p1.at(&new)), None, p1.at(&old)),
        _ => return None,
    };
    let project = project.map(|folder| format!(" proj {}", bench.project(folder, "new"))).unwrap_or_default();
    let state = if bench.root.hsm_state(at).unwrap().is_released() { " released" } else { "" };
    Some(format!("{}{project}{state}", errno_name(&answer)))
}

/// Folders made anew and every file renamed into them, as an ordinary user.
pub(crate) fn piecewise_case(bench: &mut Bench, case: &str) -> Option<String> {
    let (from, to) = (bench.open("p1"), bench.folder("beta", 5002, 0));
    let alice = bench.by("alice");
    let mut renamed = Ok(());
    for number in 0..10 {
        alice.create_folder(to.at(&name(&format!("folder{number}"))), 0o755).unwrap();
    }
    for number in 0..203 {
        let entry = name(&bench.make("file", &from));
        let folder = alice.open_folder(to.at(&name(&format!("folder{}", number % 10)))).unwrap();
        renamed = renamed.and(alice.rename(from.at(&entry), folder.at(&entry)));
    }
    match case {
        "rep0 piecewise as alice" => Some(errno_name(&renamed).to_owned()),
        "rep0  census (type,projid,xflags)" => Some(census(bench, &to)),
        _ => None,
    }
}

/// How many entries of each kind carry which tag, as the recording's tool prints it.
fn census(bench: &Bench, top: &Folder) -> String {
    let mut counts = BTreeMap::new();
    let kinds = |kind| if kind == EntryKind::Folder { 'd' } else { 'f' };
    for entry in bench.root.read_folder(top).unwrap() {
        walk(&*bench.root, top.at(&entry.unwrap().name), &mut |visit| -> Result<bool, FsError> {
            let tag = bench.root.tag(visit.at.into())?.unwrap();
            let kind = visit.status.kind;
            let flag = if tag.inherit { "0x200" } else { "0x0" };
            *counts.entry(format!("('{}', {}, '{flag}')", kinds(kind), tag.id)).or_insert(0) += 1;
            Ok(kind == EntryKind::Folder)
        })
        .unwrap();
    }
    let counts: Vec<String> = counts.iter().map(|(what, count)| format!("{what}: {count}")).collect();
    format!("{{{}}}", counts.join(", "))
}
