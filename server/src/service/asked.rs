//! The trait itself, question by question.

use tidelock_app::service::{Answer, MoveService, Session};
use tidelock_engine::EngineError;
use tidelock_engine::fs::{Errno, FsError};
use tidelock_engine::planner::Draft;
use tidelock_engine::planner::plan::{MovePlan, PlannedItem, Refusal};
use tidelock_engine::survey::survey_folder;
use tidelock_shared::access::{NewToken, Scope, SessionId, SessionView, TokenId, TokenView};
use tidelock_shared::audit::{AuditCheck, AuditRecords};
use tidelock_shared::content::Content;
use tidelock_shared::drift::{DriftScan, EarlierScan};
use tidelock_shared::history::UsageSample;
use tidelock_shared::id::{EngineId, MoveId, SearchId, SurveyId};
use tidelock_shared::inventory::Inventory;
use tidelock_shared::leftovers::{Deed, Leftovers};
use tidelock_shared::limits::Limits;
use tidelock_shared::listing::{Destination, Entry, FolderListing, ListingRequest, Rows};
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::plan::Plan;
use tidelock_shared::preview::SurveyProgress;
use tidelock_shared::progress::{MoveDetail, MoveView};
use tidelock_shared::project::Project;
use tidelock_shared::request::{MoveRequest, Order, Verb};
use tidelock_shared::search::{SearchRequest, SearchResults};
use tidelock_shared::upload::{OnTaken, Upload, UploadId, UploadRequest, UploadState, Uploaded};
use tidelock_shared::user_error::UserError;

use super::{Asker, EngineService, Kind, access, audits, content, folder, leftovers, projects, uploads};
use crate::audit::Act;

use crate::{convert, user_error};

/// The newest moves are listed; older ones are found by their name.
const MOVES_LISTED: u32 = 200;

impl EngineService {
    /// Engine answers with a move: this is how it looks now.
    fn view(&self, id: MoveId) -> Result<MoveView, UserError> {
        let snapshot = self.site.engine.get(id).map_err(|error| self.site.told(&error))?;
        Ok(convert::move_view(&snapshot, &self.site.names))
    }

    fn shown(&self, draft: Result<Draft, EngineError>) -> Result<Plan, UserError> {
        match draft {
            Ok(mut draft) => {
                draft.refusals.extend(self.forbidden_in(&draft.plan));
                Ok(convert::plan(&draft, &self.site.names))
            }
            // Not even a plan could be made; why not is told like any other refusal.
            Err(EngineError::Refused(refusals)) => {
                Ok(convert::refused_plan(refusals.iter().map(|refusal| user_error::refusal(refusal, &self.site.names)).collect()))
            }
            Err(error) => Err(self.site.told(&error)),
        }
    }

    /// In the demo moves run with more rights than the caller's: so these are looked at here.
    fn forbidden<'p>(&self, folders: impl IntoIterator<Item = &'p FilePath>) -> Vec<Refusal> {
        let mut refused: Vec<Refusal> = Vec::new();
        if !self.site.is_demo() {
            return refused;
        }
        for folder in folders {
            let refusal = Refusal::MayNotChange(folder.clone());
            // What cannot be looked at at all is another refusal, which the planner makes.
            let is_no_folder = |error: FsError| error.is_absent() || matches!(error.errno, Errno::NOTDIR | Errno::LOOP);
            let may = survey_folder(&*self.fs, folder).map_or_else(is_no_folder, |found| found.may_change);
            if !may && !refused.contains(&refusal) {
                refused.push(refusal);
            }
        }
        refused
    }

    pub(super) fn forbidden_in(&self, plan: &MovePlan) -> Vec<Refusal> {
        // What is repaired stays in its folder.
        let folders = |item: &PlannedItem| {
            let source = Some(&item.source_folder.path).filter(|_| item.repairs.is_none());
            source.into_iter().chain([&item.destination_folder.path]).cloned().collect::<Vec<_>>()
        };
        self.forbidden(&plan.items.iter().flat_map(folders).collect::<Vec<_>>())
    }

    pub(super) fn check(&self, refusals: Vec<Refusal>) -> Result<(), UserError> {
        if refusals.is_empty() { Ok(()) } else { Err(self.site.told(&EngineError::Refused(refusals))) }
    }

    pub(crate) fn metrics(&self) -> Result<String, UserError> {
        self.check_sees_all()?;
        crate::metrics::read(&self.site).map_err(|error| self.site.told(&error))
    }

    /// Lets an accepted move run. It is the journal's already: what the audit cannot take of it, it tells itself.
    fn begin(&self, id: MoveId) {
        let _ = self.site.audit.follow(&self.site.engine, id);
        self.site.drivers.drive(id);
    }

    fn check_request(&self, request: &MoveRequest) -> Result<(), UserError> {
        if request.verb == Verb::Repair {
            return self.check(self.forbidden(&request.sources));
        }
        let parents: Vec<FilePath> = request.sources.iter().filter_map(|source| Some(source.split_last()?.0)).collect();
        self.check(self.forbidden(parents.iter().chain([&request.destination])))
    }

    fn goes_on(&self) -> bool {
        !self.site.engine.is_halted()
    }
}

impl MoveService for Asker {
    fn session(&self) -> Answer<'_, Session> {
        self.answer_alone(|asker| {
            Ok(Session {
                user: asker.user.name.clone(),
                role: asker.rights.role,
                is_demo: asker.site.is_demo(),
                keeps_sessions: asker.identities.many().is_some(),
                other_users: asker.identities.others(&asker.user),
                roots: asker.site.engine.roots().to_vec(),
            })
        })
    }

    fn projects(&self) -> Answer<'_, Vec<Project>> {
        self.answer(|service| Ok(projects::visible(&service.site, &service.engine, &*service.fs)))
    }

    fn usage_history(&self, root: FilePath) -> Answer<'_, Vec<UsageSample>> {
        self.answer(move |service| projects::history(service, &root))
    }

    fn folder(&self, request: ListingRequest) -> Answer<'_, FolderListing> {
        self.answer(move |service| folder::list(service, &request))
    }

    fn rows(&self, request: ListingRequest) -> Answer<'_, Rows> {
        self.answer(move |service| folder::rows(service, &request))
    }

    fn entries(&self, path: FilePath, names: Vec<FileName>) -> Answer<'_, Vec<Entry>> {
        self.answer(move |service| folder::entries(service, &path, names))
    }

    fn content(&self, path: FilePath) -> Answer<'_, Content> {
        self.answer(move |service| content::of(service, &path))
    }

    fn create_folder(&self, path: FilePath, name: FileName) -> Answer<'_, Entry> {
        self.answer(move |service| {
            service.check_may_change()?;
            service.note(Act::FolderMade { path: path.join(name.clone()) })?;
            folder::create(service, &path, name)
        })
    }

    fn destination(&self, path: FilePath, names: Vec<FileName>) -> Answer<'_, Destination> {
        self.answer(move |service| folder::destination(service, &path, names))
    }

    fn start_survey(&self, sources: Vec<FilePath>) -> Answer<'_, SurveyProgress> {
        self.answer(move |service| {
            for source in &sources {
                service.site.root_of(source)?;
            }
            let place = service.site.busy.try_take(&service.user.name, Kind::Search)?;
            service.site.surveys.start(&service.engine, service.fs.clone(), &service.user.name, sources, place)
        })
    }

    fn survey(&self, id: SurveyId) -> Answer<'_, SurveyProgress> {
        self.answer(move |service| service.site.surveys.get(id, &service.user.name))
    }

    fn start_search(&self, request: SearchRequest) -> Answer<'_, SearchResults> {
        self.answer(move |service| service.site.searches.start(service, request))
    }

    fn search_results(&self, id: SearchId, offset: u64) -> Answer<'_, SearchResults> {
        self.answer(move |service| service.site.searches.get(id, &service.user.name, offset))
    }

    fn start_inventory(&self, path: FilePath) -> Answer<'_, Inventory> {
        self.answer(move |service| service.site.inventories.start(service, path))
    }

    fn inventory(&self, path: FilePath, known: Option<u64>) -> Answer<'_, Option<Inventory>> {
        self.answer(move |service| service.site.inventories.get(service, path, known))
    }

    fn plan(&self, request: MoveRequest) -> Answer<'_, Plan> {
        self.answer(move |service| {
            let draft = service.engine.plan(&request, &mut |_: &_| service.goes_on());
            service.shown(draft)
        })
    }

    fn start(&self, request: MoveRequest, key: Option<String>) -> Answer<'_, MoveView> {
        self.answer(move |service| {
            service.check_may_change()?;
            service.check_request(&request)?;
            service.site.audit.check().map_err(|error| user_error::audit_error(&error))?;
            let accepted = service.engine.accept(&request, key.as_deref());
            let id = accepted.map_err(|error| service.site.told(&error))?;
            service.begin(id);
            service.view(id)
        })
    }

    fn moves(&self) -> Answer<'_, Vec<MoveView>> {
        self.answer(|service| {
            let site = &service.site;
            let newest = site.engine.list_of(service.only_of(), MOVES_LISTED).map_err(|error| site.told(&error))?;
            Ok(newest.iter().map(|snapshot| convert::move_view(snapshot, &site.names)).collect())
        })
    }

    fn move_detail(&self, id: MoveId) -> Answer<'_, MoveDetail> {
        self.answer(move |service| {
            let snapshot = service.seen(id)?;
            let mut detail = convert::move_detail(&snapshot, &service.site.names);
            crate::orphans::whereabouts_of(&service.site.engine, &mut detail);
            Ok(detail)
        })
    }

    fn cancel(&self, id: MoveId) -> Answer<'_, MoveView> {
        self.answer(move |service| {
            service.check_move(id)?;
            service.note(Act::Ordered { id, order: Order::Cancel })?;
            service.site.engine.cancel(id).map_err(|error| service.site.told(&error))?;
            service.view(id)
        })
    }

    fn pause(&self, id: MoveId) -> Answer<'_, MoveView> {
        self.answer(move |service| {
            service.check_move(id)?;
            service.note(Act::Ordered { id, order: Order::Pause })?;
            service.site.engine.pause(id).map_err(|error| service.site.told(&error))?;
            service.view(id)
        })
    }

    fn resume(&self, id: MoveId) -> Answer<'_, MoveView> {
        self.answer(move |service| {
            service.check_move(id)?;
            service.note(Act::Ordered { id, order: Order::Resume })?;
            service.site.engine.resume(id).map_err(|error| service.site.told(&error))?;
            service.site.drivers.drive(id);
            service.view(id)
        })
    }

    fn hold(&self, id: MoveId) -> Answer<'_, MoveView> {
        self.answer(move |service| {
            service.check_administrator()?;
            service.note(Act::Ordered { id, order: Order::Hold })?;
            service.site.engine.hold(id).map_err(|error| service.site.told(&error))?;
            service.view(id)
        })
    }

    fn lift_hold(&self, id: MoveId) -> Answer<'_, MoveView> {
        self.answer(move |service| {
            service.check_administrator()?;
            service.note(Act::Ordered { id, order: Order::LiftHold })?;
            service.site.engine.lift_hold(id).map_err(|error| service.site.told(&error))?;
            service.site.drivers.drive(id);
            service.view(id)
        })
    }

    fn limits(&self) -> Answer<'_, Limits> {
        self.answer(|service| Ok(service.site.engine.limits()))
    }

    fn set_limits(&self, limits: Limits) -> Answer<'_, Limits> {
        self.answer(move |service| {
            service.check_administrator()?;
            user_error::check_limits(&limits)?;
            service.note(Act::LimitsSet { limits })?;
            service.site.engine.set_limits(limits).map_err(|error| service.site.told(&error))?;
            service.site.drivers.begin_turns();
            Ok(limits)
        })
    }

    fn look_for_leftovers(&self, adopted: Option<EngineId>) -> Answer<'_, Leftovers> {
        self.answer(move |service| {
            service.check_administrator()?;
            Ok(service.site.leftovers.look(service, adopted))
        })
    }

    fn leftovers(&self, waits: bool) -> Answer<'_, Leftovers> {
        self.answer(move |service| {
            service.check_sees_all()?;
            Ok(service.site.leftovers.get(service, waits))
        })
    }

    fn settle_leftover(&self, path: FilePath, deed: Deed) -> Answer<'_, Leftovers> {
        self.answer(move |service| {
            service.check_administrator()?;
            leftovers::check_settled_here(&service.site)?;
            if deed == Deed::Delete {
                service.check_presence()?;
            }
            service.note(Act::LeftoverSettled { path: path.clone(), deed })?;
            service.site.leftovers.settle(service, &path, deed)
        })
    }

    fn scan_drift(&self, paths: Vec<FilePath>) -> Answer<'_, Vec<DriftScan>> {
        self.answer(move |service| {
            service.check_administrator()?;
            service.site.drifts.scan(service, paths)
        })
    }

    fn drift_scans(&self, waits: bool) -> Answer<'_, Vec<DriftScan>> {
        self.answer(move |service| {
            service.check_sees_all()?;
            Ok(service.site.drifts.get(waits))
        })
    }

    fn earlier_scans(&self, path: FilePath) -> Answer<'_, Vec<EarlierScan>> {
        self.answer(move |service| {
            service.check_sees_all()?;
            Ok(service.site.drifts.earlier(&path))
        })
    }

    fn audit(&self, before: Option<u64>) -> Answer<'_, AuditRecords> {
        self.answer(move |service| {
            service.check_sees_all()?;
            audits::records(service, before)
        })
    }

    fn check_audit(&self) -> Answer<'_, AuditCheck> {
        self.answer(|service| {
            service.check_sees_all()?;
            audits::check(service)
        })
    }

    fn plan_undo(&self, id: MoveId) -> Answer<'_, Plan> {
        self.answer(move |service| {
            // It tells what is seen with the rights of the move.
            if service.is_with_rights_of_another(&service.seen(id)?) {
                service.check_sees_all()?;
            }
            service.shown(service.engine.plan_undo(id, &mut |_: &_| service.goes_on()))
        })
    }

    fn undo(&self, id: MoveId) -> Answer<'_, MoveView> {
        self.answer(move |service| {
            service.check_move(id)?;
            service.site.audit.check().map_err(|error| user_error::audit_error(&error))?;
            let undoing = service.engine.accept_undo(id).map_err(|error| service.site.told(&error))?;
            service.begin(undoing);
            service.view(undoing)
        })
    }

    fn purge(&self, id: MoveId) -> Answer<'_, MoveView> {
        self.answer(move |service| {
            service.check_move(id)?;
            service.check_presence()?;
            service.note(Act::Ordered { id, order: Order::Purge })?;
            service.engine.purge(id).map_err(|error| service.site.told(&error))?;
            service.view(id)
        })
    }

    fn begin_upload(&self, request: UploadRequest) -> Answer<'_, UploadState> {
        self.answer(move |service| {
            service.check_may_change()?;
            uploads::begin(service, request)
        })
    }

    fn uploads(&self) -> Answer<'_, Vec<Upload>> {
        self.answer(|service| Ok(uploads::list(service)))
    }

    fn upload(&self, id: UploadId) -> Answer<'_, UploadState> {
        self.answer(move |service| uploads::get(service, &id))
    }

    fn finish_upload(&self, id: UploadId, on_taken: OnTaken) -> Answer<'_, Uploaded> {
        self.answer(move |service| {
            service.check_may_change()?;
            let uploaded = uploads::finish(service, &id, on_taken)?;
            service.note(Act::Uploaded { folder: uploaded.folder.clone(), names: uploaded.names.len() as u64 })?;
            Ok(uploaded)
        })
    }

    fn cancel_upload(&self, id: UploadId) -> Answer<'_, ()> {
        self.answer(move |service| {
            service.check_may_change()?;
            uploads::cancel(service, &id)
        })
    }

    fn sessions(&self, of_all: bool) -> Answer<'_, Vec<SessionView>> {
        self.answer_alone(move |asker| access::sessions(asker, of_all))
    }

    fn end_session(&self, id: SessionId) -> Answer<'_, ()> {
        self.answer_alone(move |asker| access::end_session(asker, id))
    }

    fn end_sessions(&self, user: Option<String>) -> Answer<'_, ()> {
        self.answer_alone(move |asker| access::end_sessions(asker, user))
    }

    fn tokens(&self, of_all: bool) -> Answer<'_, Vec<TokenView>> {
        self.answer_alone(move |asker| access::tokens(asker, of_all))
    }

    fn make_token(&self, name: String, scope: Scope, days: u32) -> Answer<'_, NewToken> {
        self.answer_alone(move |asker| access::make_token(asker, &name, scope, days))
    }

    fn end_token(&self, id: TokenId) -> Answer<'_, ()> {
        self.answer_alone(move |asker| access::end_token(asker, id))
    }
}
