//! What others do between two steps of a move, or during one, and what becomes of it.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tidelock_engine::Engine;
use tidelock_engine::fs::simulator::{Personality, Simulator, SiteMount, Watch};
use tidelock_engine::fs::{Errno, FileSystem, FsError, FsResult, Timestamp};
use tidelock_engine::journal::{Journal, Recorded, StateFolder};
use tidelock_engine::moves::event::Note;

use tidelock_engine::planner::sequence::StepKind;
use tidelock_engine::worker::{Action, InProcess, StepOrder, StepReport, Then, Worker};
use tidelock_shared::id::ProjectId;
use tidelock_shared::progress::MoveState;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::quota::{Bounds, Limits};
use tidelock_shared::request::{MoveRequest, OnConflict};
use world::meddler::Meddler;
use world::{ALICE, ALPHA, BETA, CASES, Case, Tried, World, assert_charged, assert_same, make_folder, name, path, write};

type Act = Box<dyn FnOnce() + Send>;

/// Lets something happen right before the first step of a kind.
struct Before {
    inner: InProcess,
    kind: StepKind,
    act: Mutex<Option<Act>>,
}

impl Worker for Before {
    fn perform(&self, order: &StepOrder, hear: &mut dyn FnMut(StepReport) -> Then) {
        if order.kind == self.kind
            && order.action == Action::Run
            && let Some(act) = self.act.lock().unwrap().take()
        {
            act();
        }
        self.inner.perform(order, hear);
    }
}

/// Runs a move, and lets something happen on the way. Answers how it ended.
fn meanwhile(
    world: &World,
    view: Simulator,
    request: &MoveRequest,
    kind: StepKind,
    act: impl FnOnce() + Send + 'static,
) -> Recorded {
    let folder = StateFolder::hold(world.state.path()).unwrap();
    let journal = Journal::open(&folder, || 7).unwrap();
    let fs: Arc<dyn FileSystem> = Arc::new(view);
    let worker = Before { inner: InProcess::new(fs.clone()), kind, act: Mutex::new(Some(Box::new(act))) };
    let worker = Arc::new(worker);
    let engine = Engine::new(fs, worker.clone(), journal, Arc::new(world.clock_apart(0)), vec![path("/")]).unwrap();
    let engine = engine.with_patience(std::time::Duration::from_secs(10));
    let id = engine.accept(request, None).unwrap();
    engine.drive(id).unwrap();
    assert!(worker.act.lock().unwrap().is_none(), "the step never came: {:?}", engine.get(id).unwrap().recorded.of.failure);
    assert_charged(world, world.case.name);
    engine.get(id).unwrap().recorded
}

fn into_beta() -> impl Iterator<Item = Case> {
    CASES.into_iter().filter(|case| case.destination == "/m/beta")
}

#[test]
fn a_destination_that_another_project_pays_for_since_the_plan_gets_nothing() {
    for case in into_beta() {
        let world = World::new(case);
        let theirs = world.root.clone();
        let recorded = meanwhile(&world, world.caller(), &world.request(), StepKind::Check, move || {
            let beta = theirs.open_path(&path("/m/beta")).unwrap();
            theirs.set_tag((&beta).into(), ProjectTag { id: ProjectId(1077), inherit: true }).unwrap();
        });
        assert_eq!(recorded.of.state, MoveState::Undone, "{}", case.name);
        let mut before = world.before.clone();
        before.get_mut("/m/beta").unwrap().project = Some(ProjectTag { id: ProjectId(1077), inherit: true });
        assert_same(&world.visible(), &before, case.name);
        Tried::of("others: give the destination folder another project ID", case).one();
    }
}

#[test]
fn room_that_is_gone_since_the_plan_is_asked_for_again_before_anything_appears() {
    // Root may go over a limit, and elsewhere nobody but root is told of one.
    let is_told = |case: &Case| case.caller != 0 && !matches!(case.personality, Personality::Ext4 | Personality::Xfs);
    for case in into_beta().filter(is_told) {
        let world = World::new(case);
        let (theirs, used) = (world.root.clone(), world.root.usage(0, BETA).bytes);
        let recorded = meanwhile(&world, world.caller(), &world.request(), StepKind::Check, move || {
            let bytes = Bounds { soft: None, hard: Some(used + 1) };
            theirs.set_limits(0, BETA, Limits { bytes, inodes: Bounds { soft: None, hard: None } });
        });
        assert_eq!(recorded.of.state, MoveState::Undone, "{}: {:?}", case.name, recorded.of.failure);
        assert_same(&world.visible(), &world.before, case.name);
        Tried::of("others: fill the destination's quota", case).one();
    }
}

#[test]
fn the_way_back_needs_no_room_in_the_destination() {
    for case in into_beta().filter(|case| case.caller == ALICE && case.on_conflict == OnConflict::Refuse) {
        // On one MDT, a file in the source's folder saves what happened in the other as well.
        let world = World::on_mounts(case, 10, |mount| SiteMount { mdts: 1, ..mount });
        let theirs = world.root.clone();
        let recorded = meanwhile(&world, world.caller(), &world.request(), StepKind::Check, move || {
            // The item cannot appear, and nothing can be made.
            let beta = theirs.open_path(&path("/m/beta")).unwrap();
            write(&theirs, &beta, case.source.rsplit('/').next().unwrap(), b"");
            let one = Bounds { soft: None, hard: Some(1) };
            theirs.set_limits(0, BETA, Limits { bytes: one, inodes: one });
        });
        assert_eq!(recorded.of.state, MoveState::Undone, "{}: {:?}", case.name, recorded.of.failure);
        Tried::of("others: take the destination name and fill its quota", case).one();
    }
}

#[test]
fn what_is_written_into_a_copied_file_before_it_is_hidden_arrives() {
    let case = Case { name: "written to", personality: Personality::Lustre2_12, caller: ALICE, ..CASES[0] };
    for (personality, destination) in [(Personality::Lustre2_12, "/m/beta"), (Personality::Ext4, "/n"), (Personality::Xfs, "/n")] {
        let world = World::new(Case { personality, source: "/m/alpha/single", destination, ..case });
        let alpha = world.root.open_path(&path("/m/alpha")).unwrap();
        let (theirs, file) = (world.root.clone(), world.root.open_to_write(alpha.at(&name("single"))).unwrap());
        let recorded = meanwhile(&world, world.caller(), &world.request(), StepKind::RetireSource, move || {
            theirs.write_at(&file, 0, b"JUST").unwrap();
        });
        assert_eq!(recorded.of.state, MoveState::Done, "{personality:?}");
        assert_eq!(world.visible()[&format!("{destination}/single")].content, b"JUST one file", "{personality:?}");
        Tried::of("others: write into a file that was copied", case).one();
    }
}

#[test]
fn what_is_made_in_a_folder_that_is_being_rebuilt_comes_along() {
    for case in CASES.into_iter().filter(|case| case.name.starts_with("piecewise rename by a user")) {
        let world = World::new(case);
        // Somebody stands in the folder; a new name for it does not keep them out.
        let tree = world.root.open_path(&path(case.source)).unwrap();
        let theirs = world.root.clone();
        let recorded = meanwhile(&world, world.caller(), &world.request(), StepKind::Check, move || {
            write(&theirs, &tree, "late", b"just made");
        });
        assert_eq!(recorded.of.state, MoveState::Done, "{}: {:?}", case.name, recorded.of.failure);
        let late = &world.visible()["/m/beta/tree/late"];
        assert_eq!((late.content.as_slice(), late.project.unwrap().id), (&b"just made"[..], BETA), "{}", case.name);
        Tried::of("others: create a file in a folder that is rebuilt", case).one();
    }
}

/// Whatever the moment at which it is made: what comes back appears beside it.
#[test]
fn what_somebody_makes_in_an_old_folder_is_not_replaced_by_what_comes_back() {
    for case in CASES.into_iter().filter(|case| case.name.starts_with("piecewise rename by a user")) {
        let case = Case { source: "/m/alpha/plain", ..case };
        let mut tried = Tried::of("others: make a file under the name of one that comes back", case);
        for at in 0.. {
            let world = World::new(case);
            let plain = world.root.open_path(&path("/m/alpha/plain")).unwrap();
            let (theirs, is_made) = (world.root.clone(), Arc::new(AtomicBool::new(false)));
            let told = is_made.clone();
            let makes = Meddler::later_at(at, move || match theirs.create_file(plain.at(&name("file")), 0o644) {
                Ok(file) => {
                    told.store(true, Ordering::Relaxed);
                    theirs.write_at(&file, 0, b"somebody else's").map(drop)
                }
                Err(error) if error.errno == Errno::EXIST => Ok(()),
                Err(error) => Err(error),
            });
            let (theirs, armed) = (world.root.clone(), makes.clone());
            let recorded =
                meanwhile(&world, world.caller().watched_by(makes.clone()), &world.request(), StepKind::Publish, move || {
                    write(&theirs, &theirs.open_path(&path("/m/beta")).unwrap(), "plain", b"taken");
                    armed.begin();
                });
            let what = format!("{}, made before call {at}: {:?}", case.name, recorded.of.failure);
            assert_eq!(recorded.of.state, MoveState::Undone, "{what}");
            let seen = world.visible();
            let has = |content: &[u8]| seen.values().filter(|seen| seen.content == content).count();
            assert_eq!(has(b"plain"), 1, "{what}");
            let is_made = is_made.load(Ordering::Relaxed);
            assert_eq!(has(b"somebody else's"), usize::from(is_made), "{what}");
            assert_eq!(seen.contains_key("/m/alpha/plain/file (returned)"), is_made, "{what}");
            if !makes.has_come() {
                break;
            }
            tried.one();
        }
    }
}

/// Once the rebuilt tree is there, somebody else makes a folder in it, and takes the name of the second item.
struct MakesFolder {
    theirs: Simulator,
    is_first: AtomicBool,
}

impl Watch for MakesFolder {
    fn before(&self, _: &'static str, _: &[u8], _: bool) -> FsResult<Option<Errno>> {
        let there = self.theirs.open_path(&path("/m/beta"))?;
        if let Ok(plain) = self.theirs.open_folder(there.at(&name("plain")))
            && self.theirs.status((&plain).into())?.mode & 0o777 == 0o755
            && self.is_first.swap(false, Ordering::Relaxed)
        {
            make_folder(&self.theirs, &plain, "bob's", 0o755);
            self.theirs.set_owner(plain.at(&name("bob's")).into(), ALICE + 1, ALICE + 1)?;
            write(&self.theirs, &there, "single", b"taken");
        }
        Ok(None)
    }

    fn after(&self, _: Option<&FsError>) {}
}

#[test]
fn a_folder_that_somebody_else_made_in_a_rebuilt_tree_keeps_nothing_from_going_back() {
    for case in CASES.into_iter().filter(|case| case.name.starts_with("piecewise rename by a user")) {
        let world = World::new(Case { source: "/m/alpha/plain", ..case });
        let rival = Arc::new(MakesFolder { theirs: world.root.clone(), is_first: AtomicBool::new(true) });
        let sources = vec![path("/m/alpha/plain"), path("/m/alpha/single")];
        let request = MoveRequest { sources, ..world.request() };
        let recorded = meanwhile(&world, world.caller().watched_by(rival), &request, StepKind::Publish, || {});
        assert_eq!(recorded.of.state, MoveState::Undone, "{}: {:?}", case.name, recorded.of.failure);
        assert!(world.visible().contains_key("/m/alpha/plain/bob's"), "{}", case.name);
        assert_eq!(world.visible()["/m/alpha/plain/file"].content, b"plain");
        Tried::of("others: make a folder in a tree that was made anew, and take the second item's name", case).one();
    }
}

#[test]
fn what_goes_back_lands_in_no_folder_of_somebody_else() {
    for case in CASES.into_iter().filter(|case| case.name.starts_with("piecewise rename by a user")) {
        let world = World::new(Case { source: "/m/alpha/plain", ..case });
        let plain = world.root.open_path(&path("/m/alpha/plain")).unwrap();
        let theirs = world.root.clone();
        let recorded = meanwhile(&world, world.caller(), &world.request(), StepKind::Publish, move || {
            write(&theirs, &theirs.open_path(&path("/m/beta")).unwrap(), "plain", b"taken");
            let alpha = theirs.open_path(&path("/m/alpha")).unwrap();
            let names = theirs.read_folder(&alpha).unwrap().map(|entry| entry.unwrap().name.shown().into_owned());
            let landing = names.filter_map(|name| name.strip_suffix(".retired").map(str::to_owned)).next().unwrap();
            make_folder(&theirs, &plain, &landing, 0o777);
        });
        assert_eq!(recorded.of.state, MoveState::Undone, "{}: {:?}", case.name, recorded.of.failure);
        assert_eq!(world.visible()["/m/alpha/plain/file"].content, b"plain", "{}", case.name);
        assert!(world.census().keys().any(|at| at.starts_with("/m/alpha/plain/.tidelock-")), "{}: theirs is gone", case.name);
        Tried::of("others: make a folder where entries land on their way back", case).one();
    }
}

/// Whatever the moment at which they do so.
#[test]
fn what_others_put_in_the_place_of_what_was_published_is_not_hidden() {
    for case in CASES.into_iter().filter(|case| case.source == "/m/alpha/single" && case.destination == "/m/beta") {
        let mut tried = Tried::of("others: replace what was published", case);
        for at in 0.. {
            let world = World::new(case);
            let (beta, theirs) = (world.root.open_path(&path("/m/beta")).unwrap(), world.root.clone());
            write(&theirs, &beta, "theirs", b"somebody else's");
            let replaces = Meddler::later_at(at, move || theirs.rename(beta.at(&name("theirs")), beta.at(&name("single"))));
            let armed = replaces.clone();
            meanwhile(&world, world.caller().watched_by(replaces.clone()), &world.request(), StepKind::Publish, move || {
                armed.begin();
            });
            let is_seen = world.visible().values().filter(|seen| seen.content == b"somebody else's").count();
            assert_eq!(is_seen, 1, "{}, replaced before call {at}", case.name);
            if !replaces.has_come() {
                break;
            }
            tried.one();
        }
    }
}

/// Folders that a walk comes through one after the other.
const INNER: [&str; 3] = ["first", "second", "third"];

fn charged_to_alpha(fs: &Simulator, folder: &str, text: &str) {
    let folder = fs.open_path(&path(&format!("/m/alpha/plain/{folder}"))).unwrap();
    write(fs, &folder, text, b"");
    fs.set_tag(folder.at(&name(text)).into(), ProjectTag { id: ALPHA, inherit: false }).unwrap();
}

/// While the last entry is recharged that was made meanwhile, somebody makes another one in each folder:
/// the walk has been through all but one. So it goes three times; what comes after the last look before
/// names appear is not to be left to the one after.
struct MakesOthers {
    theirs: Simulator,
    /// Entries that are recharged from now on.
    recharged: AtomicUsize,
}

const NOT_YET: usize = usize::MAX / 2;
const TIMES: usize = 3;

impl Watch for MakesOthers {
    fn before(&self, call: &'static str, _: &[u8], _: bool) -> FsResult<Option<Errno>> {
        if call == "set_tag" {
            let count = self.recharged.fetch_add(1, Ordering::Relaxed) + 1;
            if count.is_multiple_of(INNER.len()) && count / INNER.len() <= TIMES {
                INNER.iter().for_each(|folder| charged_to_alpha(&self.theirs, folder, &format!("made {count}")));
            }
        }
        Ok(None)
    }

    fn after(&self, _: Option<&FsError>) {}
}

#[test]
fn a_walk_that_has_recharged_something_is_not_the_last() {
    let case =
        Case { name: "retag", personality: Personality::Lustre2_17, source: "/m/alpha/plain", destination: "/m/beta", ..CASES[3] };
    let world = World::new(case);
    let plain = world.root.open_path(&path("/m/alpha/plain")).unwrap();
    for folder in INNER {
        make_folder(&world.root, &plain, folder, 0o755);
    }
    let rival = Arc::new(MakesOthers { theirs: world.root.clone(), recharged: AtomicUsize::new(NOT_YET) });
    let (theirs, armed) = (world.root.clone(), rival.clone());
    let recorded = meanwhile(&world, world.root.watched_by(rival), &world.request(), StepKind::Check, move || {
        for folder in INNER {
            charged_to_alpha(&theirs, folder, "made before");
        }
        armed.recharged.store(0, Ordering::Relaxed);
    });
    assert_eq!(recorded.of.state, MoveState::Done, "{:?}", recorded.of.failure);
    for (at, seen) in world.visible().iter().filter(|(at, _)| at.starts_with("/m/beta/plain")) {
        assert_eq!(seen.project.unwrap().id, BETA, "{at}");
    }
    let made = world.visible().keys().filter(|at| at.contains("/made ")).count();
    assert_eq!(made, INNER.len() * (1 + TIMES));
    Tried::of("others: create files with the old project ID while it is changed", case).one();
}

/// Past the walk that writes down what differs, past those that change it, and past those that bring it back.
#[test]
fn a_folder_that_is_renamed_while_its_tree_is_retagged_and_charged_back_is_not_passed_over() {
    let strange = ProjectTag { id: ProjectId(77), inherit: false };
    for personality in [Personality::Lustre2_17, Personality::Ext4] {
        let case = Case { name: "retag", personality, source: "/m/alpha/plain", destination: "/m/beta", ..CASES[3] };
        let mut tried = Tried::of("others: rename a folder while its tree is retagged and charged back", case);
        for at in 0.. {
            let world = World::new(case);
            let plain = world.root.open_path(&path("/m/alpha/plain")).unwrap();
            let inner = make_folder(&world.root, &plain, "inner", 0o755);
            write(&world.root, &inner, "file", b"charged like all the others");
            write(&world.root, &inner, "strange", b"charged to somebody else");
            world.root.set_tag(inner.at(&name("strange")).into(), strange).unwrap();
            let theirs = world.root.clone();
            let renames = Meddler::later_at(at, move || theirs.rename(plain.at(&name("inner")), plain.at(&name("elsewhere"))));
            let (theirs, armed) = (world.root.clone(), renames.clone());
            let recorded =
                meanwhile(&world, world.root.watched_by(renames.clone()), &world.request(), StepKind::Retag, move || {
                    write(&theirs, &theirs.open_path(&path("/m/beta")).unwrap(), "plain", b"taken");
                    armed.begin();
                });
            let what = format!("{personality:?}, renamed before call {at}");
            assert_eq!(recorded.of.state, MoveState::Undone, "{what}: {:?}", recorded.of.failure);
            for (found, seen) in world.visible().iter().filter(|(found, _)| found.starts_with("/m/alpha/plain")) {
                let project = if found.ends_with("/strange") { strange.id } else { ALPHA };
                assert_eq!(seen.project.unwrap().id, project, "{found}, {what}");
            }
            if !renames.has_come() {
                break;
            }
            tried.one();
        }
    }
}

/// Once the first item is there, somebody works in it, and takes the name of the second.
struct AfterTheFirst {
    theirs: Simulator,
    is_first: AtomicBool,
}

impl Watch for AfterTheFirst {
    fn before(&self, _: &'static str, _: &[u8], _: bool) -> FsResult<Option<Errno>> {
        let there = self.theirs.open_path(&path("/n"))?;
        if let Ok(file) = self.theirs.open_to_write(there.at(&name("single")))
            && self.is_first.swap(false, Ordering::Relaxed)
        {
            self.theirs.write_at(&file, 0, b"worked in")?;
            write(&self.theirs, &there, "plain", b"taken");
        }
        Ok(None)
    }

    fn after(&self, _: Option<&FsError>) {}
}

#[test]
fn a_copy_that_others_have_worked_in_is_kept_when_the_move_is_undone() {
    let world = World::new(Case { personality: Personality::Ext4, ..CASES[12] });
    let rival = Arc::new(AfterTheFirst { theirs: world.root.clone(), is_first: AtomicBool::new(true) });
    // Two items, of which the second cannot appear.
    let sources = vec![path("/m/alpha/single"), path("/m/alpha/plain")];
    let request = MoveRequest { sources, destination: path("/n"), ..world.request() };
    let recorded = meanwhile(&world, world.root.watched_by(rival), &request, StepKind::Publish, || {});
    assert_eq!(recorded.of.state, MoveState::Undone, "{:?}", recorded.of.failure);
    let is_kept = |note: &(usize, Note)| matches!(note.1, Note::Kept { .. });
    assert!(recorded.of.notes.iter().any(is_kept), "{:?}", recorded.of.notes);
    assert!(world.census().values().any(|seen| seen.content.starts_with(b"worked in")), "what they wrote is gone");
    assert_eq!(world.visible()["/m/alpha/single"].content, b"just one file");
    Tried::of("others: write into the copy and take the second item's name", world.case).one();
}

/// Once the first item is there, somebody moves it elsewhere, and takes the name of the second.
struct TakesTheFirst {
    theirs: Simulator,
    is_first: AtomicBool,
}

impl Watch for TakesTheFirst {
    fn before(&self, _: &'static str, _: &[u8], _: bool) -> FsResult<Option<Errno>> {
        let there = self.theirs.open_path(&path("/m/beta"))?;
        if self.theirs.status(there.at(&name("single")).into()).is_ok_and(|status| status.links == 1 && status.size > 0)
            && self.is_first.swap(false, Ordering::Relaxed)
        {
            self.theirs.rename(there.at(&name("single")), there.at(&name("elsewhere")))?;
            write(&self.theirs, &there, "plain", b"taken");
        }
        Ok(None)
    }

    fn after(&self, _: Option<&FsError>) {}
}

#[test]
fn an_item_that_is_nowhere_on_the_way_back_is_told() {
    for personality in [Personality::Ext4, Personality::Lustre2_17] {
        let world = World::new(Case { personality, ..CASES[3] });
        let rival = Arc::new(TakesTheFirst { theirs: world.root.clone(), is_first: AtomicBool::new(true) });
        let sources = vec![path("/m/alpha/single"), path("/m/alpha/plain")];
        let request = MoveRequest { sources, destination: path("/m/beta"), ..world.request() };
        let recorded = meanwhile(&world, world.root.watched_by(rival), &request, StepKind::Publish, || {});
        assert_eq!(recorded.of.state, MoveState::Undone, "{personality:?}: {:?}", recorded.of.failure);
        let missing = recorded.of.notes.iter().filter(|(_, note)| *note == Note::Missing { path: path("/m/alpha/single") }).count();
        assert_eq!(missing, 1, "{personality:?}: {:?}", recorded.of.notes);
        assert_eq!(world.visible()["/m/beta/elsewhere"].content, b"just one file");
        Tried::of("others: move the item away and take the second item's name", world.case).one();
    }
}

#[test]
fn what_comes_back_under_another_name_is_written_down() {
    let world = World::new(Case { personality: Personality::Ext4, ..CASES[12] });
    let theirs = world.root.clone();
    let recorded = meanwhile(&world, world.caller(), &world.request(), StepKind::Check, move || {
        let (alpha, there) = (theirs.open_path(&path("/m/alpha")).unwrap(), theirs.open_path(&path("/n")).unwrap());
        write(&theirs, &alpha, "single", b"somebody else's");
        write(&theirs, &there, "single", b"taken");
    });
    assert_eq!(recorded.of.state, MoveState::Undone, "{:?}", recorded.of.failure);
    let under = recorded.of.notes.iter().find_map(|note| match &note.1 {
        Note::BroughtBackAs { path } => Some(path.shown()),
        _ => None,
    });
    assert_eq!(world.visible()[&under.expect("it is written down")].content, b"just one file");
    assert_eq!(world.visible()["/m/alpha/single"].content, b"somebody else's");
    Tried::of("others: take the source's name and the destination name", world.case).one();
}

#[test]
fn a_purge_is_durable_and_deletes_nothing_that_others_put_in_its_place() {
    for case in CASES.into_iter().filter(|case| case.name.starts_with("staged copy")) {
        for is_replaced in [false, true] {
            let world = World::new(case);
            let id = world.run().unwrap().unwrap();
            let hidden = world.hidden_names().into_iter().find(|at| at.ends_with(".retired")).unwrap();
            let (folder, own) = path(&hidden).split_last().map(|(folder, name)| (folder, name.clone())).unwrap();
            if is_replaced {
                let folder = world.root.open_path(&folder).unwrap();
                world.root.rename(folder.at(&own), folder.at(&name("looked into"))).unwrap();
                write(&world.root, &folder, &own.shown(), b"somebody else's");
                // Older than the move: nothing but its identity tells that it is not the original.
                let long_ago = Timestamp { seconds: 1, nanoseconds: 0 };
                world.root.set_times(folder.at(&own).into(), long_ago, long_ago).unwrap();
            }
            world.root.sync_everything();
            world.pass(60_000);
            let (engine, state) = world.engine();
            engine.purge(id).unwrap();
            drop((engine, state));
            world.root.cut_power(1);
            let is_there = world.census().contains_key(&hidden);
            assert_eq!(is_there, is_replaced, "{}", case.name);
            if is_replaced {
                assert_charged(&world, case.name);
                Tried::of("others: put something else in place of what a purge would delete", case).one();
            }
        }
    }
}
