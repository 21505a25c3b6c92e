//! The lives of the engine in one world: each but the last may end at any call.

mod faults;
mod lost;
mod wants;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tidelock_shared::id::MoveId;
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::progress::MoveState;
use tidelock_shared::request::{MoveRequest, Verb};
use tidelock_shared::strategy::Strategy;

use super::Verdict;
use super::census::take;
use super::check::{Excuses, check};
use super::furnish::{Furnished, chance, furnish, one_of};
use super::interference::{Interference, Plan};
use super::model::Model;
use super::others::{Others, forget_unsynced};
use super::promises::JournalOfWorld;
use super::stage::{Exit, Stage, Trace};
use crate::crew::Crew;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::fs::FileSystem;
use crate::fs::simulator::{Pace, Random};
use crate::journal::JournalError;
use crate::moves::state::Purge;
use crate::planner::plan::PlannedItem;
use crate::worker::InProcess;
use wants::Intent;

/// What others do that cannot be why a move does not come to rest.
const HARMLESS: [&str; 6] = ["pause", "hold", "cancel", "asked too late", "open", "nothing"];

/// After so many lives with faults comes the last one, without any.
const LIVES_MAX: u64 = 4;

type Role<'a> = Box<dyn FnOnce() + Send + 'a>;

struct World {
    furnished: Furnished,
    interference: Arc<Interference>,
    model: Mutex<Model>,
    random: Random,
    /// For what has to do with the journal's disk.
    disk_random: Random,
    /// For what people want besides moves; only in some worlds.
    verb_random: Option<Random>,
    /// For what people ask for who were refused.
    other_random: Random,
    journal: JournalOfWorld,
    tops: Vec<&'static str>,
    /// Where the numbers of what others make began in each life.
    hundreds_of_others: BTreeSet<u32>,
    excuses: Excuses,
    offences: Vec<String>,
}

/// How a life ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// Everything that was to be done is done, as far as it could be.
    Quiet,
    Crashed,
}

pub(super) fn run(seed: u64, with_trace: bool) -> Verdict {
    let mut random = Random::seeded(seed);
    let trace = Trace { lines: with_trace.then(Vec::new), ..Trace::default() };
    let stage = Stage::new(Random::seeded(random.number()), trace);
    let interference = Arc::new(Interference::new(stage, Random::seeded(random.number())));
    let clock = interference.clone();
    let mut verdict =
        Verdict { seed, world: String::new(), offences: Vec::new(), fired: super::Fired::new(), digest: 0, trace: Vec::new() };
    match furnish(&mut random, move || clock.now()) {
        Ok(furnished) => {
            verdict.world = furnished.story.clone();
            // Dice of its own: what happens to a journal does not change what happens elsewhere.
            let disk_random = Random::seeded(!seed);
            let verb_random = (seed % 4 == 3).then(|| Random::seeded(seed.rotate_left(32)));
            let other_random = Random::seeded(seed.rotate_left(16));
            let mut world = World::new(furnished, interference.clone(), random, (disk_random, verb_random, other_random));
            if let Err(error) = world.live() {
                world.offences.push(format!("the simulation itself failed: {error}"));
            }
            verdict.offences = world.offences;
        }
        Err(error) => verdict.offences.push(format!("the world could not be made: {error}")),
    }
    verdict.fired = interference.fired();
    let trace = interference.stage.trace();
    (verdict.digest, verdict.trace) = (trace.digest, trace.lines.unwrap_or_default());
    verdict
}

impl World {
    fn new(
        furnished: Furnished,
        interference: Arc<Interference>,
        random: Random,
        (mut disk_random, verb_random, other_random): (Random, Option<Random>, Random),
    ) -> Self {
        let journal = JournalOfWorld::new(&interference, &mut disk_random);
        let tops = if furnished.folders.iter().any(|folder| folder.to_bytes().starts_with(b"/n/")) {
            vec!["/m", "/n"]
        } else {
            vec!["/m"]
        };
        // An hour passes before anything moves, so that nothing counts as just changed.
        interference.pass(3_600_000);
        Self {
            furnished,
            interference,
            model: Mutex::default(),
            random,
            disk_random,
            verb_random,
            other_random,
            journal,
            tops,
            hundreds_of_others: BTreeSet::new(),
            excuses: Excuses::default(),
            offences: Vec::new(),
        }
    }

    fn live(&mut self) -> Result<(), EngineError> {
        *self.model.lock() = Model::begin(&take(&self.furnished.root, &self.tops)?);
        self.model.lock().caller_is_root = self.furnished.caller.caller().is_root;
        let restore = Duration::from_secs(self.random.below(20));
        self.furnished.root.set_pace(Pace { restore, ..Pace::default() });
        for top in &self.tops {
            let folder = self.furnished.root.open_path(&super::furnish::path(top)?)?;
            if self.furnished.root.capabilities(&folder)?.abilities.remakes_other_kinds {
                let device = self.furnished.root.status((&folder).into())?.device;
                self.model.lock().sockets_stay_on.insert(device);
            }
        }
        let troubled_by_others = chance(&mut self.random, 50);
        let is_root = self.furnished.caller.caller().is_root;
        self.excuses.limits_hold_back = self.furnished.is_limited;
        self.excuses.may_be_unpurgeable = !is_root;
        for life in 0..LIVES_MAX {
            // Who was killed before he could ask asks again.
            let is_first = !self.interference.fired().contains_key("accepted");
            let is_crashing = chance(&mut self.random, [70, 45, 25, 15][usize::try_from(life).unwrap_or(3).min(3)]);
            let ended = self.one_life(is_first, is_crashing, troubled_by_others)?;
            let sightings = take(&self.furnished.root, &self.tops)?;
            self.model.lock().learn(&sightings);
            if ended == Ended::Crashed {
                self.interference.pass(60_000);
                if chance(&mut self.random, 60) {
                    let seed = self.random.number();
                    self.cut_power(seed);
                }
            } else {
                if chance(&mut self.disk_random, 30) {
                    let seed = self.disk_random.number();
                    self.cut_power(seed);
                }
                break;
            }
        }
        self.last_life()
    }

    fn cut_power(&mut self, seed: u64) {
        self.interference.count("power cut");
        self.furnished.root.cut_power(seed);
        self.journal.disk.cut_power();
        self.excuses.power_was_cut = true;
        forget_unsynced(&mut self.model.lock());
    }

    fn engine(&mut self) -> Result<Engine, EngineError> {
        let checkpoints = one_of(&mut self.random, &[1, 2, 5, 1000]);
        let patience = one_of(&mut self.random, &[0, 2, 60]);
        let fs: Arc<dyn FileSystem> = Arc::new(self.furnished.caller.watched_by(self.interference.clone()));
        let worker = Arc::new(InProcess::with_crew(fs.clone(), self.interference.clone()));
        let roots = self.tops.iter().map(|top| super::furnish::path(top)).collect::<Result<Vec<_>, _>>()?;
        let journal = self.journal.open()?;
        self.offences.extend(self.journal.promises.check(&journal)?);
        let engine = Engine::new(fs, worker, journal, self.interference.clone(), roots)?;
        Ok(engine
            .with_crew(self.interference.clone())
            .with_checkpoints_apart(checkpoints)
            .with_patience(Duration::from_secs(patience)))
    }

    /// One process with its faults: recovers what is open, then takes on new moves.
    fn one_life(&mut self, is_first: bool, is_crashing: bool, others_work: bool) -> Result<Ended, EngineError> {
        let plan = self.faults(is_crashing);
        let hands = one_of(&mut self.random, &[1, 2, 3]);
        self.interference.begin(plan, hands);
        self.interference.stage.begin(0, None);
        let ended = match self.engine() {
            Ok(engine) if !self.interference.stage.has_ended() => self.live_with(&engine, is_first, is_crashing, others_work),
            Ok(_) => Ended::Crashed,
            Err(EngineError::Journal(error))
                if self.journal.disk.has_failed() && !matches!(error, JournalError::Damaged { .. }) =>
            {
                self.interference.stage.note(&format!("  not opened: {error:?}"));
                self.interference.count("journal not opened");
                Ended::Crashed
            }
            Err(error) => return Err(error),
        };
        // Whatever is closed now, the process is gone.
        if ended == Ended::Crashed {
            self.journal.disk.end_process();
        }
        Ok(ended)
    }

    fn live_with(&mut self, engine: &Engine, is_first: bool, is_crashing: bool, others_work: bool) -> Ended {
        let restlessness = one_of(&mut self.random, &[2, 10, 40]);
        let ends_before = (is_crashing && chance(&mut self.random, 75)).then(|| {
            let bound = one_of(&mut self.random, &[60, 300, 900]);
            self.random.below(bound)
        });
        self.interference.stage.begin(restlessness, ends_before);
        let Some(open) = self.recover(engine) else { return Ended::Crashed };
        let exits = self.work(engine, open, is_first, others_work);
        if self.interference.stage.has_ended() {
            self.interference.count("process killed");
        }
        let is_over = self.is_over(&exits) || engine.is_halted() || self.interference.stage.has_ended();
        if is_over { Ended::Crashed } else { Ended::Quiet }
    }

    /// What every start does first. None if it did not get through.
    fn recover(&mut self, engine: &Engine) -> Option<Vec<MoveId>> {
        let open = Mutex::new(None);
        let retries = chance(&mut self.random, 30);
        let recovering: Role<'_> = Box::new(|| *open.lock() = engine.recover(retries).ok());
        let exits = self.interference.stage.play(vec![recovering]);
        if self.is_over(&exits) { None } else { open.into_inner() }
    }

    /// Drives what is open, starts what people ask for, and lets others work, all at once.
    fn work(&mut self, engine: &Engine, open: Vec<MoveId>, is_first: bool, others_work: bool) -> Vec<Exit> {
        let scripts = self.scripts(is_first);
        let acts = if others_work { self.random.below(12) } else { 0 };
        let random = Random::seeded(self.random.number());
        let mut hundred = u32::try_from(self.random.below(90)).unwrap_or(0);
        // In another life they never give a name that they have given.
        while !self.hundreds_of_others.insert(hundred) {
            hundred = (hundred + 1) % 90;
        }
        let mut others = Others {
            root: &self.furnished.root,
            random,
            entries: &self.furnished.entries,
            folders: &self.furnished.folders,
            made: 1000 * self.furnished.next_number + hundred * 100,
            open: Vec::new(),
        };
        let world = &*self;
        let mut roles: Vec<Role<'_>> = Vec::new();
        for id in open {
            roles.push(Box::new(move || drop(engine.drive(id))));
        }
        for script in scripts {
            roles.push(Box::new(move || world.mover(engine, script)));
        }
        roles.push(Box::new(|| world.work_of_others(engine, &mut others, acts)));
        self.interference.stage.play(roles)
    }

    /// Whether the process ended under somebody; a broken assertion is an offence.
    fn is_over(&mut self, exits: &[Exit]) -> bool {
        for exit in exits {
            if let Exit::Panicked(text) = exit {
                self.offences.push(format!("an assertion broke: {text}"));
            }
        }
        exits.iter().any(|exit| *exit != Exit::Played)
    }

    fn mover(&self, engine: &Engine, script: Vec<Intent>) {
        let mut latest = None;
        for intent in script {
            let outcome = match intent {
                Intent::Move(requests) => self.start_any(engine, &requests).map(|id| latest = Some(id)),
                Intent::Undo => latest.map_or(Ok(()), |id| self.undo(engine, id)),
                Intent::Purge => latest.map_or(Ok(()), |id| self.purge(engine, id)),
            };
            if let Err(error) = outcome {
                self.interference.stage.note(&format!("  refused: {error:?}"));
                self.interference.count(if matches!(error, EngineError::Refused(_)) { "refused" } else { "not started" });
            }
        }
    }

    fn start_any(&self, engine: &Engine, requests: &[MoveRequest]) -> Result<MoveId, EngineError> {
        let (last, others) = requests.split_last().ok_or(EngineError::Halted)?;
        for request in others {
            match self.start(engine, request) {
                Err(EngineError::Refused(_)) => self.interference.count("refused"),
                answer => return answer,
            }
        }
        self.start(engine, last)
    }

    fn start(&self, engine: &Engine, request: &MoveRequest) -> Result<MoveId, EngineError> {
        // The model cannot tell the names below two folders of one number apart.
        let is_folder = |path: &FilePath| self.furnished.root.open_path(path).is_ok();
        let is_told_apart = request.verb != Verb::Copy || !request.sources.iter().any(is_folder);
        let request = MoveRequest { verb: if is_told_apart { request.verb } else { Verb::Move }, ..request.clone() };
        self.interference.stage.note(&format!("move {request:?}"));
        let draft = engine.plan(&request, &mut |_: &_| true)?;
        let id = self.accept(engine, || engine.accept_draft(draft, None))?;
        engine.drive(id)?;
        Ok(id)
    }

    fn undo(&self, engine: &Engine, id: MoveId) -> Result<(), EngineError> {
        self.interference.stage.note(&format!("undo {id}"));
        let draft = engine.plan_undo(id, &mut |_: &_| true)?;
        // The model cannot tell the names below two folders of one number apart: what stays hidden, and what comes
        // back beside what has its name by now.
        let undone = engine.get(id)?.recorded.of.plan.items;
        let is_there_twice = |item: &PlannedItem| item.kept.is_some() || item.strategy == Strategy::StagedCopy;
        let mut pairs = draft.plan.items.iter().zip(&undone);
        if pairs.any(|(back, item)| is_there_twice(back) && back.destination_name != item.source_name) {
            self.interference.count("beside a taken name");
            return Err(EngineError::Refused(Vec::new()));
        }
        let undo = self.accept(engine, || engine.accept_draft(draft, None))?;
        engine.drive(undo)
    }

    /// What a move had replaced or trashed is deleted for good, with all that others did to it before.
    fn purge(&self, engine: &Engine, id: MoveId) -> Result<(), EngineError> {
        let prefix = format!(".tidelock-{id}.");
        let is_trash = engine.get(id)?.recorded.of.plan.items.iter().any(|item| item.verb == Verb::Trash);
        let is_replaced = |name: &FileName| {
            let name = name.as_bytes();
            name.starts_with(prefix.as_bytes()) && (name.ends_with(b".replaced") || is_trash)
        };
        let sightings = take(&self.furnished.root, &self.tops)?;
        let deleted = sightings.iter().filter(|seen| seen.hidden.as_ref().is_some_and(is_replaced));
        self.model.lock().may_be_gone.extend(deleted.filter_map(|seen| seen.number));
        engine.purge(id)
    }

    /// Admission holds a lock, so nobody else gets a turn; what is there is learnt first.
    fn accept(&self, engine: &Engine, accept: impl FnOnce() -> Result<MoveId, EngineError>) -> Result<MoveId, EngineError> {
        let sightings = take(&self.furnished.root, &self.tops)?;
        self.model.lock().learn(&sightings);
        let id = self.interference.stage.alone(accept)?;
        self.interference.count("accepted");
        let is_open = |snapshot: &crate::Snapshot| snapshot.recorded.of.id != id && !snapshot.recorded.of.state.is_final();
        if self.interference.hands() > 1 && engine.list(u32::MAX)?.iter().any(is_open) {
            self.interference.count("two moves of several hands at once");
        }
        Ok(id)
    }

    fn work_of_others(&self, engine: &Engine, others: &mut Others<'_>, acts: u64) {
        let stage = &self.interference.stage;
        for _ in 0..acts {
            for _ in 0..stage.below(60) {
                stage.step();
            }
            let result = others.act(&mut self.model.lock(), engine);
            stage.note(&format!("others: {result:?}"));
            if let Ok(what) = result {
                self.interference.count(what);
                self.model.lock().is_disturbed |= !HARMLESS.contains(&what);
            }
        }
    }

    /// No fault and nobody else any more: now everything has to come to rest.
    fn last_life(&mut self) -> Result<(), EngineError> {
        self.interference.begin(Plan::default(), 2);
        self.journal.promises.begin(Vec::new());
        self.journal.disk.begin(Vec::new());
        self.interference.stage.begin(0, None);
        let engine = self.engine()?;
        let error = Mutex::new(None);
        let recovering: Role<'_> = Box::new(|| {
            let driven = engine.recover(true).and_then(|ids| {
                ids.into_iter().try_for_each(|id| {
                    engine.resume(id)?;
                    engine.lift_hold(id)?;
                    engine.drive(id)
                })
            });
            *error.lock() = driven.err();
        });
        let exits = self.interference.stage.play(vec![recovering]);
        self.is_over(&exits);
        if let Some(error) = error.into_inner() {
            self.offences.push(format!("the recovery failed: {error:?}"));
        }
        let sightings = take(&self.furnished.root, &self.tops)?;
        self.model.lock().learn(&sightings);
        let before = self.model.lock().clone();
        self.judge(&engine)?;
        if self.offences.is_empty() && chance(&mut self.random, 60) {
            self.have_second_thoughts(&engine)?;
            // What was learnt meanwhile stays known: an undo of an undo begins at what the first made.
            {
                let mut model = self.model.lock();
                let (known, may_be_gone) = (std::mem::take(&mut model.known), std::mem::take(&mut model.may_be_gone));
                *model = Model { known, may_be_gone, ..before };
            }
            let sightings = take(&self.furnished.root, &self.tops)?;
            self.model.lock().learn(&sightings);
            self.judge(&engine)?;
        }
        let is_at_rest = |snapshot: &crate::Snapshot| {
            let of = &snapshot.recorded.of;
            of.state.has_ended() && of.purge != Purge::Started
        };
        let is_quiet = engine.list(u32::MAX)?.iter().all(is_at_rest);
        drop(engine);
        if is_quiet && self.offences.is_empty() { self.lose_journal() } else { Ok(()) }
    }

    /// Undoes and purges finished moves, with nobody in the way.
    fn have_second_thoughts(&mut self, engine: &Engine) -> Result<(), EngineError> {
        for _ in 0..=self.random.below(2) {
            let moves = engine.list(u32::MAX)?;
            let index = usize::try_from(self.random.below(moves.len().max(1) as u64)).unwrap_or(0);
            let Some(id) = moves.get(index).map(|snapshot| snapshot.recorded.of.id) else { continue };
            let is_undo = chance(&mut self.random, 75);
            let done = if is_undo { self.undo(engine, id) } else { self.purge(engine, id) };
            self.interference.count(match (is_undo, done) {
                (true, Ok(())) => "late undo",
                (false, Ok(())) => "late purge",
                (_, Err(_)) => "not started",
            });
        }
        Ok(())
    }

    fn judge(&mut self, engine: &Engine) -> Result<(), EngineError> {
        // As a server that goes on running does.
        engine.purge_due()?;
        // Nothing stays reserved once every charge has had the time to arrive.
        self.interference.pass(60_000);
        let mut moves = engine.list(u32::MAX)?;
        moves.sort_by_key(|snapshot| snapshot.recorded.of.id);
        let mut model = self.model.lock();
        for snapshot in &moves {
            model.apply(&snapshot.recorded);
            let of = &snapshot.recorded.of;
            self.interference.count(match of.state {
                MoveState::Done => "found done",
                MoveState::Undone => "found undone",
                _ => "found stuck",
            });
            let items: Vec<String> =
                of.plan.items.iter().map(|item| format!("{:?} {:?}", item.strategy, item.source_name)).collect();
            self.interference.stage.note(&format!("{} {:?} {items:?} {:?}", of.id, of.state, of.failure));
            for (_, event) in &snapshot.recorded.events {
                self.interference.stage.note(&format!("    {event:?}"));
            }
        }
        self.excuses.access_was_refused = self.interference.fired().get("EACCES").is_some_and(|times| *times > 1);
        let sightings = take(&self.furnished.root, &self.tops)?;
        for seen in &sightings {
            self.interference.stage.note(&format!("  {} {:?} {:?}", seen.path, seen.number, seen.attributes.project));
        }
        self.offences.extend(check(&model, &sightings, &moves, self.excuses));
        drop(model);
        self.offences.extend(super::check::charges(&self.furnished.root, &self.tops, engine, &moves)?);
        Ok(())
    }
}
