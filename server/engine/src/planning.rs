//! From a request to a draft: reads what the planner needs, then asks it.

use std::collections::BTreeMap;

use tidelock_shared::id::MoveId;
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::progress::MoveState;
use tidelock_shared::quota::Headroom;
use tidelock_shared::request::{MoveRequest, RequestedItem, ValidMoveRequest};
use tidelock_shared::strategy::{Strategy, StrategyReason};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::fs::walk::look;
use crate::fs::{Errno, FsError};
use crate::moves::event::Note;
use crate::moves::state::Purge;
use crate::planner::plan::{KeptSource, MovePlan, Payer, PlannedItem, Refusal};
use crate::planner::sequence::sequence;
use crate::planner::{Draft, Facts, OpenMove, PayerNumbers, payer_of, plan};
use crate::survey::{Hear, Question, SurveyError, SurveyedFolder, SurveyedItem, survey_folder, survey_item};

impl Engine {
    /// Decides everything about a move and touches nothing.
    ///
    /// # Errors
    /// [`EngineError::Refused`] where not even a plan can be made; a plan that is refused for
    /// what it would do comes as a draft with its refusals.
    pub fn plan(&self, request: &MoveRequest, hear: &mut dyn Hear) -> Result<Draft, EngineError> {
        let valid = request.validate().map_err(|problems| refused(problems.into_iter().map(Refusal::Request)))?;
        self.plan_valid(&valid, None, hear)
    }

    fn plan_valid(&self, request: &ValidMoveRequest, undoes: Option<MoveId>, hear: &mut dyn Hear) -> Result<Draft, EngineError> {
        let mut refusals: Vec<Refusal> = self.outside_roots(request);
        let destination = match refusals.is_empty() {
            true => self.find_destination(&request.destination).map_err(|refusal| refusals.push(refusal)).ok(),
            false => None,
        };
        let Some(destination) = destination else { return Err(EngineError::Refused(refusals)) };
        let mut items = Vec::new();
        for item in &request.items {
            match self.find_item(item, &destination, hear) {
                Ok(found) => items.push(found),
                Err(Found::Refused(refusal)) => refusals.push(refusal),
                Err(Found::Failed(error)) => return Err(error),
            }
        }
        if !refusals.is_empty() {
            return Err(EngineError::Refused(refusals));
        }
        let facts = Facts {
            request,
            items: &items,
            destination: &destination,
            taken: &self.taken(request)?,
            payers: &self.payers(&items, &destination),
            open_moves: &self.open_moves(),
            is_root: self.fs.caller().is_root,
            undoes,
        };
        Ok(plan(&facts))
    }

    fn outside_roots(&self, request: &ValidMoveRequest) -> Vec<Refusal> {
        // A root itself is a name in a folder that is not managed: things move into it, it does not move.
        let is_below = |path: &FilePath| self.roots.iter().any(|root| path.is_at_or_below(root) && path != root);
        let is_inside = |path: &FilePath| self.roots.iter().any(|root| path.is_at_or_below(root));
        let sources = request.items.iter().map(|item| &item.source).filter(|path| !is_below(path));
        let destination = Some(&request.destination).filter(|path| !is_inside(path));
        sources.chain(destination).cloned().map(Refusal::OutsideRoots).collect()
    }

    fn find_destination(&self, path: &FilePath) -> Result<SurveyedFolder, Refusal> {
        survey_folder(&*self.fs, path).map_err(|error| match error.errno {
            Errno::NOENT => Refusal::DestinationMissing(path.clone()),
            Errno::NOTDIR | Errno::LOOP => Refusal::NotAFolder(path.clone()),
            Errno::ACCESS | Errno::PERM => Refusal::MayNotRead { example: path.clone(), entries: 1 },
            _ => Refusal::Unplannable { path: path.clone(), message: error.to_string() },
        })
    }

    fn find_item(&self, item: &RequestedItem, destination: &SurveyedFolder, hear: &mut dyn Hear) -> Result<SurveyedItem, Found> {
        let Some((parent, name)) = item.source.split_last() else {
            return Err(Found::Refused(Refusal::MountPoint(item.source.clone())));
        };
        let fs = &*self.fs;
        let told = |error: SurveyError| told(&item.source, error);
        let destination_folder = fs.open_path(&destination.folder.path).map_err(EngineError::from).map_err(Found::Failed)?;
        let question = Question { destination_tag: destination.folder.tag, copied_to: None };
        // A copy is foreseen where it is certain; the survey then looks for what it would lose.
        let source_folder = survey_folder(fs, &parent).map_err(|error| told(error.into()))?;
        let is_elsewhere = source_folder.folder.device != destination.folder.device;
        let careful = Question { copied_to: Some(&destination_folder), ..question };
        let found = survey_item(fs, &parent, name, if is_elsewhere { &careful } else { &question }, hear).map_err(told)?;
        let may_be_copied =
            !is_elsewhere && (found.findings.charged_elsewhere > 0) && !source_folder.capabilities.abilities.may_retag;
        if may_be_copied {
            return survey_item(fs, &parent, name, &careful, hear).map_err(told);
        }
        Ok(found)
    }

    /// Destination names that exist already.
    fn taken(&self, request: &ValidMoveRequest) -> Result<Vec<FilePath>, EngineError> {
        let folder = self.fs.open_path(&request.destination)?;
        let mut taken = Vec::new();
        for item in &request.items {
            if look(&*self.fs, folder.at(&item.name))?.is_some() {
                taken.push(request.destination.join(item.name.clone()));
            }
        }
        Ok(taken)
    }

    fn payers(&self, items: &[SurveyedItem], destination: &SurveyedFolder) -> BTreeMap<Payer, PayerNumbers> {
        let folders = items.iter().map(|item| &item.folder).chain([destination]);
        folders.map(|folder| (payer_of(folder), self.numbers(folder))).collect()
    }

    /// What a folder's payer has and may have.
    pub fn numbers(&self, folder: &SurveyedFolder) -> PayerNumbers {
        let payer = payer_of(folder);
        let reserved = self.reserved(payer);
        let capacity = &folder.capacity;
        let counts_inodes = capacity.total.inodes > 0;
        let free = Headroom { bytes: Some(capacity.free.bytes), inodes: counts_inodes.then_some(capacity.free.inodes) };
        match (payer.project, folder.quota) {
            (Some(_), quota) => PayerNumbers {
                usage: quota.map(|quota| quota.usage),
                limits: quota.map(|quota| quota.limits).unwrap_or_default(),
                reserved,
                free,
            },
            (None, _) => {
                // Without projects the whole mount pays, and its capacity is the limit.
                let hard = |total: u64| (total > 0).then_some(total);
                let limits = tidelock_shared::quota::Limits {
                    bytes: tidelock_shared::quota::Bounds { soft: None, hard: hard(capacity.total.bytes) },
                    inodes: tidelock_shared::quota::Bounds { soft: None, hard: hard(capacity.total.inodes) },
                };
                PayerNumbers { usage: Some(capacity.total.less(capacity.free)), limits, reserved, free }
            }
        }
    }

    fn open_moves(&self) -> Vec<OpenMove> {
        let moves = self.moves.lock();
        let open = moves.values().filter_map(|live| {
            let recorded = live.recorded.lock();
            let has_ended = matches!(recorded.of.state, MoveState::Done | MoveState::Undone);
            (!has_ended).then(|| OpenMove { id: recorded.of.id, paths: paths(&recorded.of.plan) })
        });
        open.collect()
    }

    /// Asked again while nobody else can add a move: overlap and headroom.
    pub(crate) fn refusals_now(&self, plan: &MovePlan) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        let open = self.open_moves();
        for path in paths(plan) {
            let meets = |other: &FilePath| path.is_at_or_below(other) || other.is_at_or_below(&path);
            if let Some(open) = open.iter().find(|open| open.paths.iter().any(meets)) {
                refusals.push(Refusal::Overlap { path, other: open.id });
            }
        }
        for reservation in &plan.reservations {
            let Ok(folder) = survey_folder(&*self.fs, &reservation.folder.path) else { continue };
            let numbers = self.numbers(&folder);
            let by_limit = numbers.usage.map(|usage| Headroom::of(&numbers.limits, usage, numbers.reserved)).unwrap_or_default();
            let headroom = by_limit.and(numbers.free);
            if !headroom.fits(reservation.amount) {
                refusals.push(Refusal::NoHeadroom { payer: reservation.payer, needed: reservation.amount, headroom });
            }
        }
        refusals
    }

    /// Plans the reversal of a finished move, after checking that the world is as it left it.
    pub fn plan_undo(&self, id: MoveId, hear: &mut dyn Hear) -> Result<Draft, EngineError> {
        let snapshot = self.get(id)?;
        let recorded = &snapshot.recorded;
        if recorded.of.state != MoveState::Done {
            return Err(EngineError::NothingToUndo(id));
        }
        if let Some(by) = recorded.undone_by.or_else(|| self.open_undo_of(id)) {
            return Err(EngineError::UndoneAlready(id, by));
        }
        if recorded.of.purge == Purge::Started {
            return Err(EngineError::BeingPurged(id));
        }
        let Some(first) = recorded.of.plan.items.first() else { return Err(EngineError::NothingToUndo(id)) };
        if let Some(other) = recorded.of.plan.items.iter().find(|item| item.source_folder.identity != first.source_folder.identity)
        {
            return Err(EngineError::Refused(vec![Refusal::CameFromSeveralFolders(
                first.source_folder.path.clone(),
                other.source_folder.path.clone(),
            )]));
        }
        let request = ValidMoveRequest {
            items: recorded.of.plan.items.iter().map(back).collect(),
            destination: first.source_folder.path.clone(),
            allow: recorded.of.plan.allow.clone(),
        };
        let mut draft = self.plan_valid(&request, Some(id), hear)?;
        for ((item, position), done) in draft.plan.items.iter_mut().zip(0_usize..).zip(&recorded.of.plan.items) {
            let published = published_identity(recorded.of.notes.as_slice(), &recorded.of.plan, position, done);
            if published.as_ref() != Some(&item.identity) {
                draft.refusals.push(Refusal::ChangedSince { path: item.source_folder.path.join(item.source_name.clone()) });
            }
            if done.strategy == Strategy::StagedCopy && recorded.of.purge == Purge::Kept && done.kept.is_none() {
                item.kept = Some(KeptSource {
                    move_id: id,
                    item: u32::try_from(position).unwrap_or(u32::MAX),
                    identity: done.identity.clone(),
                    mode: done.mode,
                });
                (item.strategy, item.reason) = (Strategy::Rename, StrategyReason::SameCharge);
            }
        }
        self.without_copies(&mut draft);
        Ok(draft)
    }

    /// Bringing kept sources back copies nothing and charges nobody anew.
    fn without_copies(&self, draft: &mut Draft) {
        if draft.plan.items.iter().all(|item| item.kept.is_none()) {
            return;
        }
        draft.plan.sequence = sequence(&draft.plan.items);
        draft.plan.reservations.clear();
        draft.plan.cost.bytes_copied = 0;
        draft.plan.cost.inodes_changed = draft.plan.items.len() as u64;
        draft.plan.cost.seconds = 0.1;
        draft.plan.warnings.clear();
        for change in &mut draft.plan.payers {
            change.after = change.usage;
        }
        let concerns_copies = |refusal: &Refusal| {
            matches!(refusal, Refusal::NoHeadroom { .. } | Refusal::Released { .. } | Refusal::DevicesNeedRoot { .. })
                || matches!(refusal, Refusal::HardLinksLeaving { .. } | Refusal::MayNotRead { .. })
        };
        draft.refusals.retain(|refusal| !concerns_copies(refusal));
    }

    /// Records the move that undoes `id`.
    pub fn accept_undo(&self, id: MoveId) -> Result<MoveId, EngineError> {
        let draft = self.plan_undo(id, &mut |_: &_| true)?;
        self.accept_draft(draft, None)
    }
}

/// The request item that leads back.
fn back(item: &PlannedItem) -> RequestedItem {
    RequestedItem { source: item.destination_folder.path.join(item.destination_name.clone()), name: item.source_name.clone() }
}

/// The identity that a finished move left under the destination name.
fn published_identity(
    notes: &[(usize, Note)],
    plan: &MovePlan,
    position: usize,
    item: &PlannedItem,
) -> Option<crate::fs::Identity> {
    if let Some(kept) = &item.kept {
        return Some(kept.identity.clone());
    }
    if item.strategy != Strategy::StagedCopy {
        return Some(item.identity.clone());
    }
    let is_of_item = |at: &usize| plan.sequence.get(*at).is_some_and(|step| usize::try_from(step.item) == Ok(position));
    let mut staged = notes.iter().filter(|(at, _)| is_of_item(at)).filter_map(|(_, note)| match note {
        Note::StagingMade { identity } => Some(identity.clone()),
        _ => None,
    });
    staged.next_back()
}

/// Every path that a move works on.
fn paths(plan: &MovePlan) -> Vec<FilePath> {
    let join = |folder: &FilePath, name: &FileName| folder.join(name.clone());
    let of_item = |item: &PlannedItem| {
        [join(&item.source_folder.path, &item.source_name), join(&item.destination_folder.path, &item.destination_name)]
    };
    plan.items.iter().flat_map(of_item).collect()
}

fn refused(refusals: impl Iterator<Item = Refusal>) -> EngineError {
    EngineError::Refused(refusals.collect())
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
