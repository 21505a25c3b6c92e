//! Somebody who may change names where a move works, and nothing else, gets nothing done by it that the kernel would not let
//! him do himself.
//!
//! Beside what is moved, and where it goes to, lies a folder of Alice's that nobody else may enter. Before each call of the
//! move Bob gives its place to something that the move works on, for one call, for some, or for good. Whatever becomes of
//! the move then, what lies in that folder is as before and nowhere else, and the folder is closed.
//!
//! Of the calls every `TIDELOCK_DEPUTY_EVERY`-th is tried, in the cases with `TIDELOCK_DEPUTY_CASE` in their names.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use tidelock_engine::fs::simulator::{Simulator, Watch};
use tidelock_engine::fs::walk::{look, walk};
use tidelock_engine::fs::{Errno, FileSystem, Folder, FsError, FsResult, Identity, Timestamp};
use tidelock_shared::id::MoveId;
use tidelock_shared::name::FileName;
use tidelock_shared::progress::MoveState;
use world::{ALICE, BOB, CASES, Case, Census, Seen, Tried, World, make_folder, name, path, take_census, write};

const CLOSED: &str = "closed";
const SECRET: &[u8] = b"nobody else's";
/// What stands for the closed folder itself in a census of it.
const TOP: &str = "its top";

/// What changes places with the closed folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bait {
    /// What is moved, at its old place or at its new one.
    Item,
    /// What the move hides under this name, or will.
    Hidden(&'static str),
}

const BAITS: [Bait; 8] = [
    Bait::Item,
    Bait::Hidden(""),
    Bait::Hidden(".retired"),
    Bait::Hidden(".hop"),
    Bait::Hidden(".workshop"),
    Bait::Hidden(".replaced"),
    Bait::Hidden(".kept"),
    Bait::Hidden(".record"),
];

/// For so many calls.
const SPANS: [u64; 3] = [1, 4, u64::MAX / 4];

/// What comes after the move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Undo,
    Purge,
}

#[derive(Clone, Copy, Debug)]
struct Attack {
    folder: &'static str,
    bait: Bait,
    at: u64,
    span: u64,
}

struct Bob {
    attack: Attack,
    fs: Simulator,
    calls: AtomicU64,
    of: OnceLock<MoveId>,
    item: &'static str,
}

impl Bob {
    fn swap(&self) -> FsResult<()> {
        let bait = match (self.attack.bait, self.of.get()) {
            (Bait::Item, _) => name(self.item),
            (Bait::Hidden(".record"), Some(id)) => name(&format!(".tidelock-{id}.record")),
            (Bait::Hidden(role), Some(id)) => name(&format!(".tidelock-{id}.0{role}")),
            (Bait::Hidden(_), None) => return Ok(()),
        };
        let folder = self.fs.open_path(&path(self.attack.folder))?;
        let (closed, aside) = (name(CLOSED), name("aside"));
        let (bait, closed, aside) = (folder.at(&bait), folder.at(&closed), folder.at(&aside));
        let is_there = look(&self.fs, bait)?.is_some();
        if is_there {
            self.fs.rename(bait, aside)?;
        }
        if look(&self.fs, closed)?.is_some() {
            self.fs.rename(closed, bait)?;
        }
        if is_there { self.fs.rename(aside, closed) } else { Ok(()) }
    }
}

impl Watch for Bob {
    fn before(&self, _: &'static str, _: &[u8], _: bool) -> FsResult<Option<Errno>> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        if call == self.attack.at || call == self.attack.at + self.attack.span {
            // What the kernel does not let him do is not done.
            let _ = self.swap();
        }
        Ok(None)
    }

    fn after(&self, _: Option<&FsError>) {}
}

/// What is in the closed folder, and how closed it is.
struct Kept {
    top: Identity,
    /// What is moved is no folder, which cannot be held open: Lustre changes its project by its name, so a swap between
    /// the look and that call still charges the closed folder, and nothing in it, to another project.
    may_be_charged_elsewhere: bool,
    before: Census,
    changed: BTreeMap<String, Timestamp>,
}

impl Kept {
    fn make(world: &World, case: &Case, at: &str) -> Self {
        let alice = world.root.seen_by(ALICE, &[1000]);
        let folder = world.root.open_path(&path(at)).unwrap();
        let closed = make_folder(&alice, &folder, CLOSED, 0o700);
        write(&alice, &closed, "secret", SECRET);
        write(&alice, &make_folder(&alice, &closed, "below", 0o755), "secret", SECRET);
        // It is charged as its folder is, and not as whatever takes it for its own would have it.
        let top = world.root.identity((&closed).into()).unwrap();
        let (before, changed) = seen_in(world, &folder, &name(CLOSED));
        let may_be_charged_elsewhere = world.root.open_path(&path(case.source)).is_err();
        Self { top, may_be_charged_elsewhere, before, changed }
    }

    /// What is otherwise than before, if anything is.
    fn offence(&self, world: &World) -> Option<String> {
        let mut found = None;
        for mount in ["/m", "/n"] {
            let top = world.root.open_path(&path(mount)).unwrap();
            for entry in world.root.read_folder(&top).unwrap() {
                let entry = entry.unwrap().name;
                walk(&world.root, top.at(&entry), &mut |visit| -> Result<bool, FsError> {
                    if world.root.identity(visit.at.into())? == self.top {
                        found = Some(seen_in(world, visit.at.folder, visit.at.name));
                    }
                    Ok(true)
                })
                .unwrap();
            }
        }
        let Some((census, changed)) = found else { return Some("it is gone".to_owned()) };
        let seen = |census: &Census, at: &String| {
            let mut seen = census.get(at).cloned()?;
            if at == TOP && self.may_be_charged_elsewhere {
                seen.project = None;
            }
            Some(seen)
        };
        let differs = |at: &&String| seen(&census, at) != seen(&self.before, at) || changed.get(*at) != self.changed.get(*at);
        let first = self.before.keys().chain(census.keys()).find(differs)?;
        Some(format!("{first:?} was {:?} and is {:?}", self.before.get(first), census.get(first)))
    }
}

/// A folder with everything below it, whatever it is called.
fn seen_in(world: &World, above: &Folder, called: &FileName) -> (Census, BTreeMap<String, Timestamp>) {
    let mut census = Census::new();
    let top = world.root.open_folder(above.at(called)).unwrap();
    take_census(&world.root, &top, "", &mut census, &mut BTreeMap::new());
    let mut changed = BTreeMap::new();
    walk(&world.root, above.at(called), &mut |visit| -> Result<bool, FsError> {
        let below: String = visit.below.iter().map(|name| format!("/{}", name.shown())).collect();
        if visit.below.is_empty() {
            // Bob himself changes that it was changed, and the file of a barrier may come and go in it.
            let status = visit.status;
            let seen = Seen {
                kind: status.kind,
                content: Vec::new(),
                owner: (status.uid, status.gid),
                mode: status.mode,
                modified: Timestamp { seconds: 0, nanoseconds: 0 },
                xattrs: world.root.xattr_names(visit.at.into())?.into_iter().map(|key| (key, Vec::new())).collect(),
                flags: world.root.flags(visit.at.into())?,
                project: world.root.tag(visit.at.into())?,
                points_to: Vec::new(),
                device: 0,
                is_on_tape: false,
                same_as: String::new(),
            };
            census.insert(TOP.to_owned(), seen);
        } else {
            changed.insert(below, visit.status.changed);
        }
        Ok(true)
    })
    .unwrap();
    (census, changed)
}

/// One move with one attack. Answers whether the attack came before its end, or what it has reached.
fn attacked(case: Case, attack: Attack, then: Then) -> Result<bool, String> {
    let world = World::new(case);
    let folders = folders_of(&case);
    for folder in &folders {
        let open = world.root.open_path(&path(folder)).unwrap();
        world.root.set_mode((&open).into(), 0o777).unwrap();
    }
    let kept: Vec<Kept> = folders.iter().map(|folder| Kept::make(&world, &case, folder)).collect();
    world.pass(3_600_000);
    let bob = Arc::new(Bob {
        attack,
        fs: world.root.seen_by(BOB, &[1000]),
        calls: AtomicU64::new(u64::MAX / 2),
        of: OnceLock::new(),
        item: case.source.rsplit('/').next().unwrap(),
    });
    let (engine, _folder) = world.engine_on(world.caller().watched_by(bob.clone()));
    let id = engine.accept(&world.request(), None).unwrap();
    // What the plan has seen is what was asked for: he begins after it.
    bob.of.set(id).unwrap();
    bob.calls.store(0, Ordering::Relaxed);
    engine.drive(id).unwrap();
    let state = engine.get(id).unwrap().recorded.of.state;
    if state == MoveState::Done {
        match then {
            Then::Undo => {
                if let Ok(undo) = engine.accept_undo(id) {
                    engine.drive(undo).unwrap();
                }
            }
            // What cannot be deleted is told, and stays.
            Then::Purge => drop(engine.purge(id)),
        }
    }
    let what = |offence: String| format!("{}, {attack:?}, then {then:?}, {state:?}: {offence}", case.name);
    if let Some(offence) = kept.iter().find_map(|kept| kept.offence(&world)) {
        return Err(what(offence));
    }
    let copies = world.census().values().filter(|seen| seen.content == SECRET).count();
    if copies != 2 * kept.len() {
        return Err(what("it is somewhere else too".to_owned()));
    }
    Ok(bob.calls.load(Ordering::Relaxed) > attack.at)
}

fn folders_of(case: &Case) -> Vec<&'static str> {
    let source = case.source.rsplit_once('/').unwrap().0;
    if source == case.destination { vec![source] } else { vec![source, case.destination] }
}

/// Each attack of a case, before every so-many-th call, each attack before others.
fn attacks_of(case: Case, every: usize, wrong: &mut Vec<String>) {
    let mut tried = Tried::of("others: put a closed folder in the place of what is worked on", case);
    let mut first_call = 0;
    for folder in folders_of(&case) {
        for (bait, span) in BAITS.into_iter().flat_map(|bait| SPANS.map(|span| (bait, span))) {
            for then in [Then::Undo, Then::Purge] {
                first_call = (first_call + 37) % every;
                let mut offences: Vec<String> = Vec::new();
                for at in (first_call as u64..).step_by(every) {
                    tried.one();
                    match attacked(case, Attack { folder, bait, at, span }, then) {
                        Ok(true) => {}
                        Ok(false) => break,
                        Err(offence) => offences.push(offence),
                    }
                }
                if let Some(first) = offences.first() {
                    wrong.push(format!("{} times: {first}", offences.len()));
                }
            }
        }
    }
}

#[test]
fn what_was_not_asked_for_is_left_alone() {
    let every = std::env::var("TIDELOCK_DEPUTY_EVERY").map_or(307, |every| every.parse().unwrap());
    let only = std::env::var("TIDELOCK_DEPUTY_CASE").unwrap_or_default();
    let mut wrong = Vec::new();
    for case in CASES.into_iter().filter(|case| case.name.contains(only.as_str())) {
        attacks_of(case, every, &mut wrong);
    }
    assert!(wrong.is_empty(), "{} kinds of attacks reach it:\n{}", wrong.len(), wrong.join("\n"));
}
