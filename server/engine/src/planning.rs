//! From a request to a draft: reads what the planner needs, then asks it.

mod conflicts;
mod paced;
mod repair;
mod since;
mod undo;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use parking_lot::MutexGuard;
use tidelock_shared::id::MoveId;
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::request::{MoveRequest, RequestedItem, Verb};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::executor::Live;
use crate::fs::{Errno, FsError, FsResult, Quota};
use crate::planner::overlap::{Footprint, OpenMove, overlaps};
use crate::planner::plan::{MovePlan, Payer, Refusal, Reservation, Warning};
use crate::planner::{Draft, Facts, FoundItem, PayerNumbers, payer_of, payer_of_new, plan};
use crate::recovery::move_of_hidden;
use crate::reservation::ledger;
use crate::survey::{Hear, NOBODY, Question, SurveyError, SurveyedFolder, lineage, survey_folder, survey_item};
use conflicts::{Taken, place_all, place_in_own_folder};
use paced::Paced;

const SETTLING_LOOKED_AT_EVERY_MS: i64 = 500;

/// A file system that is slow all the time is read so often, and then believed.
const READS_MAX: u32 = 3;

/// What was read of whoever pays for something.
pub(crate) type ReadPayer = FsResult<(SurveyedFolder, Option<Quota>)>;

/// What moves hide is theirs: nothing is taken out of it or put into it by another.
fn hidden_on_the_way(path: &FilePath) -> Option<Refusal> {
    let above = path.names().iter().position(FileName::is_hidden_folder_of_a_move)?;
    let names = path.names().iter().take(above + 1).cloned();
    Some(Refusal::OtherMoveInside(names.fold(FilePath::default(), |path, name| path.join(name))))
}

/// One thing, the folder that it shall enter, and its name there.
struct Wanted<'a> {
    verb: Verb,
    source: &'a FilePath,
    folder: &'a FilePath,
    name: &'a FileName,
}

impl Engine {
    /// Decides everything about a move and touches nothing. A Lustre is tried in a hidden scratch
    /// folder first, once for each mount.
    ///
    /// # Errors
    /// [`EngineError::Refused`] where not even a plan can be made; a plan that is refused for
    /// what it would do comes as a draft with its refusals.
    pub fn plan(&self, request: &MoveRequest, hear: &mut dyn Hear) -> Result<Draft, EngineError> {
        let mut valid = request.validate().map_err(|problems| self.refused(problems.into_iter().map(Refusal::Request)))?;
        let (as_of, hear) = (self.version(), &mut Paced::new(self, hear));
        let mut refusals = self.take_out_of_bounds(&mut valid.items, valid.verb);
        let nowhere = if valid.verb.leaves_its_folder() { self.refused_destination(&valid.destination) } else { None };
        // Of what is left the rest is told at the same time; without any, or anywhere to go, there is no more to tell.
        if nowhere.is_some() || valid.items.is_empty() {
            return Err(self.refused(refusals.into_iter().chain(nowhere)));
        }
        let placings = match valid.verb {
            Verb::Trash | Verb::Repair => place_in_own_folder(&valid),
            Verb::Move | Verb::Copy => place_all(&*self.fs, &valid)?,
        };
        refusals.extend(placings.refusals);
        let mut found = Vec::new();
        for placing in &placings.items {
            let wanted = Wanted { verb: valid.verb, source: &placing.source, folder: &placing.folder, name: &placing.name };
            let item = match valid.verb {
                Verb::Repair => self.find_repair(&placing.source, None, hear),
                Verb::Move | Verb::Copy | Verb::Trash => self.find(&wanted, hear),
            };
            match item {
                Ok(item) => found.push(self.with_taken(item, placing.taken)?),
                Err(Found::Refused(refusal)) => refusals.push(refusal),
                Err(Found::Failed(error)) => return Err(error),
            }
        }
        if !refusals.is_empty() {
            if !found.is_empty() {
                refusals.extend(self.decide(request, &mut found, None, hear)?.refusals);
            }
            return Err(self.refused(refusals));
        }
        let mut draft = self.decide(request, &mut found, None, hear)?;
        if placings.skipped > 0 {
            draft.plan.warnings.push(Warning::Skipped { items: placings.skipped });
        }
        if placings.merged > 0 && request.verb == Verb::Move {
            draft.plan.warnings.push(Warning::EmptiedFoldersStay { folders: placings.merged });
        }
        Ok(Draft { as_of, ..draft })
    }

    fn refused(&self, refusals: impl IntoIterator<Item = Refusal>) -> EngineError {
        let mut refusals: Vec<_> = refusals.into_iter().collect();
        self.name_keepers(&mut refusals);
        EngineError::Refused(refusals)
    }

    /// Tells what waits for somebody's word from what another move is at work at.
    fn name_keepers(&self, refusals: &mut [Refusal]) {
        for refusal in refusals {
            if let Refusal::OtherMoveInside(path) = refusal
                && let Some(by) = self.kept_at(path)
            {
                *refusal = Refusal::KeptInside { path: path.clone(), by };
            }
        }
    }

    /// Whether the hidden thing at a path waits for the undo or the purge of a move of this engine.
    fn kept_at(&self, path: &FilePath) -> Option<MoveId> {
        let by = path.split_last().and_then(|(_, name)| move_of_hidden(name))?;
        let recorded = self.read(by).ok()?;
        (recorded.of.keeps_retired_source() && recorded.undone_by.is_none()).then_some(by)
    }

    /// Asks the planner. What only it found to be made anew is surveyed for what that would
    /// lose, and the planner asked again.
    fn decide(
        &self,
        asked: &MoveRequest,
        found: &mut [FoundItem],
        undoes: Option<MoveId>,
        hear: &mut dyn Hear,
    ) -> Result<Draft, EngineError> {
        let draft = self.decide_when_settled(asked, found, undoes);
        let mut is_any = false;
        for (planned, found) in draft.plan.items.iter().zip(&mut *found) {
            if planned.is_staged() && !found.item.is_surveyed_for_a_copy {
                let destination = &found.destination.folder;
                let folder = self.fs.open_path(&destination.path)?;
                let careful = Question { destination_tag: destination.tag, copied_to: Some(&folder) };
                let again = survey_item(&*self.fs, &*self.crew, &found.item.folder.folder.path, &found.item.name, &careful, hear)?;
                if again.identity != found.item.identity {
                    // Others have given the name to something else between the two looks.
                    return Err(EngineError::Refused(vec![Refusal::ChangedSince { path: found.item.path() }]));
                }
                found.item = again;
                is_any = true;
            }
        }
        let mut draft = if is_any { self.decide_when_settled(asked, found, undoes) } else { draft };
        self.name_keepers(&mut draft.refusals);
        Ok(draft)
    }

    /// A project that seems full only because a finished move has not been charged in full yet is
    /// looked at again until it has.
    fn decide_when_settled(&self, asked: &MoveRequest, found: &mut [FoundItem], undoes: Option<MoveId>) -> Draft {
        let looks = ledger::SETTLED_AFTER_MS / SETTLING_LOOKED_AT_EVERY_MS;
        for _ in 0..looks {
            let draft = self.decide_once(asked, found, undoes);
            let is_ambiguous = |refusal: &Refusal| match refusal {
                Refusal::NoHeadroom { payer, .. } => self.is_settling(*payer),
                _ => false,
            };
            if !draft.refusals.iter().any(is_ambiguous) || self.is_halted() {
                return draft;
            }
            self.driver.clock.pause(Duration::from_millis(SETTLING_LOOKED_AT_EVERY_MS.unsigned_abs()));
            for found in &mut *found {
                if let Ok(folder) = survey_folder(&*self.fs, &found.destination.folder.path) {
                    found.destination = folder;
                }
            }
        }
        self.decide_once(asked, found, undoes)
    }

    fn decide_once(&self, asked: &MoveRequest, found: &[FoundItem], undoes: Option<MoveId>) -> Draft {
        let folders = found.iter().flat_map(|found| [&found.item.folder, &found.destination]);
        let both = |folder| [payer_of_new(folder), payer_of(folder)].map(|payer| (payer, self.numbers_of(folder, payer)));
        let mut payers: BTreeMap<Payer, PayerNumbers> = folders.flat_map(both).collect();
        for found in found {
            let strays = found.repairs.iter().flat_map(|repair| &repair.strays);
            let device = found.destination.folder.device;
            let others = strays.filter_map(|(project, _)| Some(Payer { device, project: Some((*project)?) }));
            payers.extend(others.map(|payer| (payer, self.numbers_of(&found.destination, payer))));
        }
        plan(&Facts {
            asked,
            items: found,
            payers: &payers,
            open_moves: &self.open_moves(),
            is_root: self.fs.caller().is_root,
            undoes,
        })
    }

    /// Leaves what lies in a root of this site, and tells of the rest.
    fn take_out_of_bounds(&self, items: &mut Vec<RequestedItem>, verb: Verb) -> Vec<Refusal> {
        // A root itself is a name in a folder that is not managed: things move into it, it does not move. It can be repaired.
        let is_inside = |path: &FilePath| self.is_managed(path) && (verb == Verb::Repair || !self.roots.contains(path));
        let mut refusals = Vec::new();
        items.retain(|RequestedItem { source, .. }| {
            let refusal = if is_inside(source) { hidden_on_the_way(source) } else { Some(Refusal::OutsideRoots(source.clone())) };
            let is_kept = refusal.is_none();
            refusals.extend(refusal);
            is_kept
        });
        refusals
    }

    fn refused_destination(&self, path: &FilePath) -> Option<Refusal> {
        if !self.is_managed(path) {
            return Some(Refusal::OutsideRoots(path.clone()));
        }
        hidden_on_the_way(path).or_else(|| self.find_folder(path).err())
    }

    fn is_managed(&self, path: &FilePath) -> bool {
        self.roots.iter().any(|root| path.is_at_or_below(root))
    }

    /// Whatever comes of it, there is a plan: without an answer the mount is guessed at.
    fn try_out(&self, folders: &[&FilePath]) {
        for path in folders {
            if let Err(error) = self.fs.open_path(path).and_then(|folder| self.fs.try_out(&folder)) {
                tracing::warn!(path = %path.shown(), %error, "what the mount allows could not be tried");
            }
        }
    }

    /// The same for what the two folders of a move tell that one does not.
    fn try_between(&self, from: &FilePath, to: &FilePath) {
        let open = |path| self.fs.open_path(path);
        let tried = open(from).and_then(|from| open(to).and_then(|to| self.fs.try_between(&from, &to)));
        if let Err(error) = tried {
            tracing::warn!(from = %from.shown(), to = %to.shown(), %error, "what the mount allows between two folders could not be tried");
        }
    }

    fn find_folder(&self, path: &FilePath) -> Result<SurveyedFolder, Refusal> {
        survey_folder(&*self.fs, path).map_err(|error| match error.errno {
            Errno::NOENT => Refusal::DestinationMissing(path.clone()),
            Errno::NOTDIR | Errno::LOOP => Refusal::NotAFolder(path.clone()),
            Errno::ACCESS | Errno::PERM => Refusal::MayNotRead { example: path.clone(), entries: 1 },
            _ => Refusal::Unplannable { path: path.clone(), message: error.to_string() },
        })
    }

    fn find(&self, wanted: &Wanted<'_>, hear: &mut dyn Hear) -> Result<FoundItem, Found> {
        let Some((parent, name)) = wanted.source.split_last() else {
            return Err(Found::Refused(Refusal::MountPoint(wanted.source.clone())));
        };
        let fs = &*self.fs;
        self.try_out(&[&parent, wanted.folder]);
        if wanted.verb == Verb::Move {
            self.try_between(&parent, wanted.folder);
        }
        let destination = self.find_folder(wanted.folder).map_err(Found::Refused)?;
        let told = |error: SurveyError| told(wanted.source, error);
        let destination_folder = fs.open_path(wanted.folder).map_err(EngineError::from).map_err(Found::Failed)?;
        let question = Question { destination_tag: destination.folder.tag, copied_to: None };
        // Where a copy is certain, the survey looks for what it would lose.
        let source_folder = survey_folder(fs, &parent).map_err(|error| told(error.into()))?;
        let is_copied = wanted.verb == Verb::Copy || !source_folder.is_within_reach_of(&destination);
        let careful = Question { copied_to: Some(&destination_folder), ..question };
        let item = survey_item(fs, &*self.crew, &parent, name, if is_copied { &careful } else { &question }, hear).map_err(told)?;
        let stays = wanted.verb == Verb::Repair || item.path() == wanted.folder.join(wanted.name.clone());
        let there = match stays {
            true => None,
            false => {
                crate::fs::walk::look(fs, destination_folder.at(wanted.name)).map_err(EngineError::from).map_err(Found::Failed)?
            }
        };
        let name = wanted.name.clone();
        let mut above = lineage(fs, &parent).map_err(EngineError::from).map_err(Found::Failed)?;
        above.extend(lineage(fs, wanted.folder).map_err(EngineError::from).map_err(Found::Failed)?);
        Ok(FoundItem {
            item,
            destination,
            name,
            above,
            taken_by: there.map(|there| there.kind),
            replaced: None,
            kept: None,
            restores: None,
            repairs: None,
        })
    }

    /// Looks at what has the name, if it is to be replaced.
    fn with_taken(&self, found: FoundItem, taken: Option<Taken>) -> Result<FoundItem, EngineError> {
        if taken != Some(Taken::Replaced) {
            return Ok(found);
        }
        let question = Question { destination_tag: found.destination.folder.tag, copied_to: None };
        let path = &found.destination.folder.path;
        match survey_item(&*self.fs, &*self.crew, path, &found.name, &question, &mut Paced::new(self, &mut |_: &_| true)) {
            Ok(old) => Ok(FoundItem { taken_by: None, replaced: Some(old), ..found }),
            // Gone meanwhile: then nothing is in the way.
            Err(SurveyError::FileSystem(error)) if error.is_absent() => Ok(FoundItem { taken_by: None, ..found }),
            Err(SurveyError::FileSystem(error)) => Err(error.into()),
            Err(SurveyError::Stopped) => Err(EngineError::Stopped),
        }
    }

    /// What a folder's payer has and may have.
    pub fn numbers(&self, folder: &SurveyedFolder) -> PayerNumbers {
        self.numbers_of(folder, payer_of(folder))
    }

    /// The same for one of those whom entries of the folder may be charged to.
    fn numbers_of(&self, folder: &SurveyedFolder, payer: Payer) -> PayerNumbers {
        self.beside_others(folder, payer, self.quota_of(folder, payer))
    }

    fn quota_of(&self, folder: &SurveyedFolder, payer: Payer) -> Option<Quota> {
        match payer.project {
            _ if payer == payer_of(folder) => folder.quota,
            Some(project) if project != NOBODY => {
                let opened = self.fs.open_path(&folder.folder.path);
                opened.and_then(|folder| self.fs.quota(&folder, project)).ok().flatten()
            }
            _ => folder.quota_of_nobody,
        }
    }

    /// What was read of a payer, with what others hold of it. Asks no file system.
    fn beside_others(&self, folder: &SurveyedFolder, payer: Payer, quota: Option<Quota>) -> PayerNumbers {
        let (held, capacity) = (self.held(payer), &folder.capacity);
        let (reserved, is_of_project) = (held.reserved, capacity.is_of_project);
        let free = capacity.headroom(held.of_room(is_of_project));
        match (payer.project, quota) {
            (Some(_), quota) => PayerNumbers {
                usage: quota.map(|quota| quota.usage),
                limits: quota.map(|quota| quota.limits).unwrap_or_default(),
                reserved,
                free,
                is_of_project,
            },
            (None, _) => {
                // Without projects the whole mount pays, and its capacity is the limit.
                let hard = |total: u64| (total > 0).then_some(total);
                let limits = tidelock_shared::quota::Limits {
                    bytes: tidelock_shared::quota::Bounds { soft: None, hard: hard(capacity.total.bytes) },
                    inodes: tidelock_shared::quota::Bounds { soft: None, hard: hard(capacity.total.inodes) },
                };
                PayerNumbers { usage: Some(capacity.total.less(capacity.free)), limits, reserved, free, is_of_project }
            }
        }
    }

    fn open_moves(&self) -> Vec<OpenMove> {
        self.footprints(|live| !live.recorded.lock().of.state.has_ended())
    }

    fn footprints(&self, is_wanted: impl Fn(&Live) -> bool) -> Vec<OpenMove> {
        let footprint = |live: &Arc<Live>| {
            let of = &live.recorded.lock().of;
            OpenMove { id: of.id, footprint: Footprint::of(&of.plan.items) }
        };
        self.in_memory().iter().filter(|live| is_wanted(live)).map(footprint).collect()
    }

    /// Waits until nobody else can add a move, with what was read of the payers a moment before. Reading takes as long as a
    /// file system takes, of which others may have none that answers: so nobody waits for it.
    pub(crate) fn alone_with_payers(&self, plan: &MovePlan) -> (MutexGuard<'_, ()>, Vec<ReadPayer>) {
        let mut tries = 0..READS_MAX;
        loop {
            let begun_ms = self.now_ms();
            let read = self.read_payers(plan);
            let alone = self.admission.lock();
            // What others have brought since counts as reserved for longer; and the first step asks once more.
            if self.now_ms().saturating_sub(begun_ms) < ledger::SETTLED_AFTER_MS / 2 || tries.next().is_none() {
                return (alone, read);
            }
        }
    }

    /// Reads anew what is to be looked at while nobody else can add a move. That may take as long as a file system takes.
    pub(crate) fn read_payers(&self, plan: &MovePlan) -> Vec<ReadPayer> {
        let read = |reservation: &Reservation| {
            survey_folder(&*self.fs, &reservation.folder.path).map(|folder| {
                let quota = self.quota_of(&folder, reservation.payer);
                (folder, quota)
            })
        };
        plan.reservations.iter().map(read).collect()
    }

    /// Asked again while nobody else can add a move: overlap and headroom. Asks no file system.
    pub(crate) fn refusals_now(&self, plan: &MovePlan, as_of: u64, read: Vec<ReadPayer>) -> Vec<Refusal> {
        let mut open = self.open_moves();
        // What did anything since the plan was begun: what was read for it may be no longer so.
        open.extend(self.footprints(|live| live.recorded_version.load(Ordering::Relaxed) > as_of));
        let mut refusals = overlaps(&plan.items, &open);
        // What did something is among these only as long as it is in memory.
        if as_of < self.forgotten_until()
            && let Some(item) = plan.items.first()
        {
            let message = "so much has happened since this plan was begun that it has to be made again".to_owned();
            refusals.push(Refusal::Unplannable { path: item.source_path(), message });
        }
        for (reservation, read) in plan.reservations.iter().zip(read) {
            let (folder, quota) = match read {
                Ok(read) => read,
                Err(error) => {
                    let path = reservation.folder.path.clone();
                    refusals.push(Refusal::Unplannable { path, message: error.to_string() });
                    continue;
                }
            };
            let numbers = self.beside_others(&folder, reservation.payer, quota);
            if let Some((needed, headroom)) = numbers.shortage(reservation.amount, ledger::written(reservation, &plan.items)) {
                refusals.push(Refusal::NoHeadroom { payer: reservation.payer, needed, headroom });
            }
        }
        refusals
    }
}

/// Why an item was not found: a refusal, or the file system failed.
enum Found {
    Refused(Refusal),
    Failed(EngineError),
}

fn told(path: &FilePath, error: SurveyError) -> Found {
    let errno = |error: &FsError| error.errno;
    match error {
        SurveyError::Stopped => Found::Failed(EngineError::Stopped),
        SurveyError::FileSystem(error) => Found::Refused(match errno(&error) {
            Errno::NOENT => Refusal::SourceMissing(path.clone()),
            Errno::NOTDIR | Errno::LOOP => Refusal::NotAFolder(path.split_last().map_or(path.clone(), |(parent, _)| parent)),
            Errno::ACCESS | Errno::PERM => Refusal::MayNotRead { example: path.clone(), entries: 1 },
            _ => Refusal::Unplannable { path: path.clone(), message: error.to_string() },
        }),
    }
}
