//! The simulator answers as the kernels did: every recorded line of a rename, link or project
//! ID is tried on it, or listed with the reason why not.
//!
//! The recordings beside this file are `section | case | result`, one a line, from running
//! kernels: Lustre master after 2.17.0, ext4 and XFS on Linux 6.12. What a line must answer
//! comes from its text; each module below tries the lines of one subject.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod bench;
mod claims;
#[path = "../kernel/mod.rs"]
mod kernel;
mod limits;
mod names;
mod tags;
mod wire;
#[path = "../world/mod.rs"]
mod world;

use bench::{Bench, errno_name};
use names::{link_case, rename_case};
use tidelock_engine::fs::Folder;
use tidelock_engine::fs::simulator::{Personality, Retaggers, SiteMount};
use world::path;

const RECORDINGS: [(&str, Personality); 5] = [
    (include_str!("lustre-2.17.txt"), Personality::Lustre2_17),
    (include_str!("lustre-2.17-dne.txt"), Personality::Lustre2_17),
    (include_str!("lustre-2.17-other.txt"), Personality::Lustre2_17),
    (include_str!("ext4.txt"), Personality::Ext4),
    (include_str!("xfs.txt"), Personality::Xfs),
];

/// Cases that the trait or the simulator has no words for, by section and what they contain.
const NOT_TRIED: [(&str, &str, &str); 26] = [
    ("", "WHITEOUT", "the engine never leaves whiteouts, so the trait has no call for it"),
    ("", "lsattr", "the output of a tool"),
    ("", "FSGETXATTR via O_WRONLY", "through which descriptor a tag is read is the POSIX backend's matter"),
    ("", "FSSETXATTR on fifo", "on Lustre the backend uses LL_IOC_PROJECT, which takes a fifo: see chprojid"),
    ("", "FSSETXATTR on symlink", "the same of a symbolic link"),
    ("dne", "(1001,1002) over time", "usage settles at once in the simulator; a stated simplification"),
    ("dne", "lfs getdirstripe", "the output of a tool"),
    ("chprojid", "quota", "bytes that had not settled yet; that the inode is charged is tried with the line before"),
    ("chprojid", "userns", "the simulator has no user namespaces"),
    ("chprojid", "capsh drop", "the recording is empty; section D has the answer"),
    ("retag", "create tree 300 entries", "a speed"),
    ("retag", "lfs project -srp 1002:", "a speed; what it leaves is tried with the rename after it"),
    ("retag", "python retag loop", "a speed"),
    ("retag", "lfs project -c", "the output of a tool"),
    ("retag", "lfs project d", "the output of a tool"),
    ("retag", "lfs project -d", "the output of a tool"),
    ("retag", "lfs project -C", "the output of a tool"),
    ("retag", "lfs find", "the output of a tool"),
    ("retag", "lfs migrate", "the trait has no call that takes an inode to another MDT"),
    ("retag", "now", "the MDT to which that went"),
    ("retag", "lfs rmfid", "the output of a tool"),
    ("ext", "seen by client2", "the simulator is one client"),
    ("ext", "unlink while restore stuck", "a simulated file is on tape or not; no restore is ever under way"),
    ("hsm", "while restoring", "the same"),
    ("quota", "alice fallocate", "the trait has no call for it"),
    ("q2", "df on project dir", "the output of a tool"),
];

/// What is not tried on a Lustre that somebody gives, and why: neither settings of its servers nor
/// limits of its projects are changed there.
const NOT_TRIED_ON_A_LUSTRE: [(&str, &str, &str); 2] = [
    ("dne rr=0", "", "the servers would have to refuse remote renames (`mdt.*.enable_remote_rename`)"),
    ("dne", "striped", "the bench makes no striped folders there"),
];
/// The projects of what is tried there.
const PROJECTS: [u32; 3] = [1001, 1002, 1077];

pub(crate) struct Line<'a> {
    pub(crate) section: &'a str,
    pub(crate) case: &'a str,
    pub(crate) result: &'a str,
}

fn lines(recording: &str) -> impl Iterator<Item = Line<'_>> {
    recording.lines().filter_map(|line| {
        let mut parts = line.splitn(3, '|').map(str::trim);
        Some(Line { section: parts.next()?, case: parts.next()?, result: parts.next()? })
    })
}

/// Every whole number in a text.
pub(crate) fn numbers(text: &str) -> Vec<u64> {
    text.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}

impl Line<'_> {
    /// The mount as the section had set it up.
    fn mount(&self, personality: Personality) -> SiteMount {
        let setting = self.case.split("gid=").nth(1).and_then(|rest| rest.split([' ', ',']).next());
        let retaggers = match setting {
            Some("-1") => Retaggers::Owners,
            Some(group) => group.parse().ok().filter(|group| *group != 0).map_or(Retaggers::Nobody, Retaggers::OwnersInGroup),
            None => Retaggers::Nobody,
        };
        SiteMount { retaggers, remote_rename: self.section != "dne rr=0", ..SiteMount::new(path("/m"), personality) }
    }

    fn is_reason(&self, (section, part, _): &(&str, &str, &str)) -> bool {
        (section.is_empty() || self.section == *section) && self.case.contains(part)
    }

    fn is_any(&self, reasons: &[(&str, &str, &str)]) -> bool {
        reasons.iter().any(|reason| self.is_reason(reason))
    }
}

/// What came of a recording.
#[derive(Default)]
struct Checked {
    tried: usize,
    /// What was answered otherwise than recorded.
    differences: Vec<String>,
    /// Lines that are neither tried nor listed.
    unknown: Vec<String>,
}

impl Checked {
    /// How many there were, for whoever looks at what the tests print.
    #[expect(clippy::print_stdout, reason = "what a backend was asked is read off the tests' output")]
    fn tell(&self, backend: &str) {
        let right = self.tried - self.differences.len();
        println!("{backend}: {right} of {} cases are as recorded, none is left out but those listed", self.tried);
        assert_eq!(self.differences, Vec::<String>::new(), "{backend}");
        assert_eq!(self.unknown, Vec::<String>::new(), "{backend}");
    }
}

/// Tries every line, each on a bench of its own, but for those with a reason.
fn check(recording: &str, not_here: &[(&str, &str, &str)], new_bench: impl Fn(&Line<'_>) -> Bench) -> Checked {
    let mut checked = Checked::default();
    for line in lines(recording).filter(|line| !line.is_any(not_here)) {
        let mut bench = new_bench(&line);
        let shown = format!("{} | {}", line.section, line.case);
        match answer(&mut bench, &line) {
            Some(found) => {
                let expected = expected(&line, &found);
                if found != expected {
                    checked.differences.push(format!("{shown}: {found} instead of {expected}"));
                }
                checked.tried += 1;
            }
            None if line.is_any(&NOT_TRIED) => {}
            None => checked.unknown.push(shown),
        }
        bench.clear();
    }
    checked
}

/// What a recording tells beyond the words of [`answer`]: speeds, paths, capability sets, and
/// quota, which is compared where a case says so.
const BEYOND: [&str; 5] = [" total=", " fine ", " …/", " 0000", " quota("];

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
    if line.section == "F" {
        return tags::equal_ones(line.result.split('\'').skip(1).step_by(2));
    }
    if line.section == "ext" {
        let mebibytes: Vec<u64> = numbers(line.result).into_iter().map(|kibibytes| kibibytes / 1024).collect();
        return format!("{mebibytes:?} MiB");
    }
    if line.case.contains("12 files into 2203") {
        return line.result.split(' ').next().unwrap_or_default().to_owned();
    }
    let end = BEYOND.iter().filter_map(|mark| line.result.find(mark)).min().unwrap_or(line.result.len());
    let is_released = line.section == "hsm" && line.result.contains(" released ");
    format!("{}{}", &line.result[..end], if is_released { " released" } else { "" })
}

fn answer(bench: &mut Bench, line: &Line<'_>) -> Option<String> {
    match line.section {
        "fssetxattr" => tags::tag_case(bench, line.case),
        "chprojid" => tags::chprojid_case(bench, line),
        "retag" => tags::retag_case(bench, line.case),
        "D" => tags::capability_case(bench, line.case),
        "hsm" => names::released_case(bench, line.case),
        "C" => tags::retag_case(bench, line.case).or_else(|| names::piecewise_case(bench, line.case)),
        "E" => claims::answer(bench, line),
        "F" => tags::version_case(bench, line.case),
        "ext" => limits::open_handle_case(bench, line.case),
        "quota" | "q2" => limits::bytes_case(bench, line.case)
            .or_else(|| limits::inodes_case(bench, line.case))
            .or_else(|| limits::open_handle_case(bench, line.case)),
        _ => names::answer(bench, line),
    }
}

#[test]
fn every_system_answers_as_recorded() {
    for ((recording, personality), at_least) in RECORDINGS.into_iter().zip([100, 65, 58, 80, 80]) {
        let checked = check(recording, &[], |line| Bench::new(line.mount(personality)));
        checked.tell(&format!("simulator, {personality:?}"));
        assert!(checked.tried > at_least, "{personality:?}: {}", checked.tried);
    }
}

/// The same lines where every call goes to a worker, and back.
#[test]
fn a_worker_answers_as_recorded() {
    for (recording, personality) in RECORDINGS {
        let checked = check(recording, &[], |line| Bench::over_the_wire(line.mount(personality)));
        checked.tell(&format!("simulator through a worker, {personality:?}"));
    }
}

/// The same lines on the kernel that the tests run on, where somebody has mounted what they need.
#[test]
fn real_kernels_answer_as_recorded() {
    for (kind, mount) in kernel::mounts() {
        let recording = RECORDINGS.iter().find(|(_, personality)| format!("{personality:?}").eq_ignore_ascii_case(&kind));
        check(recording.unwrap().0, &[], |_| Bench::on_mount(&mount)).tell(&kind);
    }
}

/// The same lines as on the simulator, on a Lustre that `TIDELOCK_LUSTRE` names a folder of.
#[test]
fn real_lustre_answers_as_recorded() {
    match kernel::lustre(&PROJECTS) {
        Err(reason) => println!("skipped on Lustre: {reason}"),
        Ok(below) => {
            for (recording, _) in &RECORDINGS[..2] {
                check(recording, &NOT_TRIED_ON_A_LUSTRE, |_| Bench::on_lustre(&below)).tell("Lustre");
            }
        }
    }
}

#[test]
fn nothing_is_listed_that_no_recording_has() {
    let needed = |reason| RECORDINGS.iter().any(|(recording, _)| lines(recording).any(|line| line.is_reason(reason)));
    let useless: Vec<_> = NOT_TRIED.iter().filter(|reason| !needed(reason)).collect();
    assert_eq!(useless, Vec::<&(&str, &str, &str)>::new());
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
        let found = rename_case(&mut Bench::new(SiteMount::new(path("/m"), personality)), kind, way, "root").unwrap();
        assert_eq!(found, expected, "{personality:?} {kind} {way}");
    }
    for personality in [Personality::Lustre2_12, Personality::Lustre2_15] {
        let line = Line { section: "link", case: "", result: "" };
        let found = link_case(&mut Bench::new(SiteMount::new(path("/m"), personality)), "file", "p1P->p2P", "root", &line).unwrap();
        assert_eq!(found, "EXDEV", "{personality:?}: link is refused in every release");
    }
}

/// What links and pipes are charged, where the kernel does not tell: a folder with the inherit flag lets
/// a further name in for what is charged as itself (`ext4_link`, `xfs_link`, `mdd_link`).
fn asked_by_link(bench: &mut Bench) -> Vec<&'static str> {
    let (p1, p2, x2) = (bench.open("p1"), bench.open("p2"), bench.open("x2"));
    let mut answers = Vec::new();
    for kind in ["symlink", "fifo"] {
        let entry = world::name(&bench.make(kind, &p1));
        let mut ask = |from: &Folder, to: &Folder, further: &str| {
            answers.push(errno_name(&bench.root.link(from.at(&entry), to.at(&world::name(&format!("{further} {kind}"))))));
        };
        ask(&p1, &p1, "here");
        ask(&p1, &p2, "there");
        // Out of its project it keeps its charge, and tells by the same question.
        bench.root.rename(p1.at(&entry), x2.at(&entry)).unwrap();
        ask(&x2, &p1, "back");
        ask(&x2, &p2, "on");
    }
    answers
}

#[test]
fn what_tells_no_project_id_is_asked_by_link() {
    let expected = ["OK", "EXDEV", "OK", "EXDEV"].repeat(2);
    for personality in [Personality::Ext4, Personality::Xfs, Personality::Lustre2_17] {
        assert_eq!(asked_by_link(&mut Bench::new(SiteMount::new(path("/m"), personality))), expected, "{personality:?}");
    }
    for (kind, mount) in kernel::mounts() {
        let mut bench = Bench::on_mount(&mount);
        assert_eq!(asked_by_link(&mut bench), expected, "{kind}");
        bench.clear();
    }
}
