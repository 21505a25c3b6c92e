//! What the pages ask of the server.
//!
//! The server implements this on the engine; pages and the functions in `api/` see only
//! the trait, through the context. So they can be read without knowing how a move works.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tidelock_shared::access::{NewToken, Role, Scope, SessionId, SessionView, TokenId, TokenView};
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
use tidelock_shared::request::MoveRequest;
use tidelock_shared::search::{SearchRequest, SearchResults};
use tidelock_shared::upload::{OnTaken, Upload, UploadId, UploadRequest, UploadState, Uploaded};
use tidelock_shared::user_error::UserError;

/// An answer that is on its way.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, UserError>> + Send + 'a>>;

/// The service as pages hold it, for one caller.
pub type Service = Arc<dyn MoveService>;

/// Everything a page can ask. Each implementation speaks for one signed-in caller, so
/// no method takes a user.
pub trait MoveService: Send + Sync {
    /// Who is asking, and what is managed here.
    fn session(&self) -> Answer<'_, Session>;
    /// The projects that the caller can see, by name.
    fn projects(&self) -> Answer<'_, Vec<Project>>;
    /// What the project of this top folder has used, the oldest first: an hour apart, then a day.
    fn usage_history(&self, root: FilePath) -> Answer<'_, Vec<UsageSample>>;
    /// A folder and some of its rows; of a large one those that are read already.
    fn folder(&self, request: ListingRequest) -> Answer<'_, FolderListing>;
    /// Other rows of the same reading, or of a new one if it is gone.
    fn rows(&self, request: ListingRequest) -> Answer<'_, Rows>;
    /// Those of the names that are in the folder, at most `CHOSEN_MAX`.
    fn entries(&self, path: FilePath, names: Vec<FileName>) -> Answer<'_, Vec<Entry>>;
    /// What there is to see of a file's content.
    fn content(&self, path: FilePath) -> Answer<'_, Content>;
    /// Makes an empty folder, as the caller; it is told as an entry.
    fn create_folder(&self, path: FilePath, name: FileName) -> Answer<'_, Entry>;
    /// What things of these names would meet in a folder.
    fn destination(&self, path: FilePath, names: Vec<FileName>) -> Answer<'_, Destination>;
    /// Starts to count what these paths hold. Follow it at `/api/surveys/<id>/events` (SSE of
    /// [`SurveyProgress`]); it ends by itself when nobody follows.
    fn start_survey(&self, sources: Vec<FilePath>) -> Answer<'_, SurveyProgress>;
    fn survey(&self, id: SurveyId) -> Answer<'_, SurveyProgress>;
    /// Starts to look for something below a folder; it ends by itself when nobody asks for results.
    fn start_search(&self, request: SearchRequest) -> Answer<'_, SearchResults>;
    /// What a search has found from this position on; waits a moment while there is nothing new.
    fn search_results(&self, id: SearchId, offset: u64) -> Answer<'_, SearchResults>;
    /// Starts to look who uses what below a folder; it ends by itself when nobody asks for it.
    fn start_inventory(&self, path: FilePath) -> Answer<'_, Inventory>;
    /// The caller's newest inventory of a folder; while it goes on, waits a moment for another than
    /// the one of this number.
    fn inventory(&self, path: FilePath, known: Option<u64>) -> Answer<'_, Option<Inventory>>;
    /// Decides everything and touches nothing.
    fn plan(&self, request: MoveRequest) -> Answer<'_, Plan>;
    /// Plans again and starts. The same key twice is one move.
    fn start(&self, request: MoveRequest, key: Option<String>) -> Answer<'_, MoveView>;
    /// Newest first. Follow them all at `/api/moves/events`, one at `/api/moves/<id>/events`
    /// (SSE of `MoveUpdate`).
    fn moves(&self) -> Answer<'_, Vec<MoveView>>;
    fn move_detail(&self, id: MoveId) -> Answer<'_, MoveDetail>;
    fn cancel(&self, id: MoveId) -> Answer<'_, MoveView>;
    /// Lets it wait, as soon as its step can stop; nothing of it can be seen yet.
    fn pause(&self, id: MoveId) -> Answer<'_, MoveView>;
    fn resume(&self, id: MoveId) -> Answer<'_, MoveView>;
    /// An administrator lets it wait; whoever asked for it cannot let it go on.
    fn hold(&self, id: MoveId) -> Answer<'_, MoveView>;
    fn lift_hold(&self, id: MoveId) -> Answer<'_, MoveView>;
    /// What all moves together may do at once.
    fn limits(&self) -> Answer<'_, Limits>;
    /// Changes that, also for what runs; for administrators.
    fn set_limits(&self, limits: Limits) -> Answer<'_, Limits>;
    /// Begins to look for what moves left behind in all managed folders, unless somebody does already. What
    /// an adopted engine has hidden is judged as this one's own. For administrators, like the next two.
    fn look_for_leftovers(&self, adopted: Option<EngineId>) -> Answer<'_, Leftovers>;
    /// What was found; if that is wanted, waits a moment for the end of a search that goes on.
    fn leftovers(&self, waits: bool) -> Answer<'_, Leftovers>;
    /// Brings one of them back, or deletes it. Answers what is left.
    fn settle_leftover(&self, path: FilePath, deed: Deed) -> Answer<'_, Leftovers>;
    /// Begins to scan projects' folders for what is charged wrongly, one after the other. For administrators,
    /// like the next two.
    fn scan_drift(&self, paths: Vec<FilePath>) -> Answer<'_, Vec<DriftScan>>;
    /// The newest scan of each folder; if that is wanted, waits a moment for news while one goes on.
    fn drift_scans(&self, waits: bool) -> Answer<'_, Vec<DriftScan>>;
    /// The scans of a folder before the newest that came to their end, the newest first.
    fn earlier_scans(&self, path: FilePath) -> Answer<'_, Vec<EarlierScan>>;
    /// So many records of the audit before that number, or the newest. For administrators, like the next.
    fn audit(&self, before: Option<u64>) -> Answer<'_, AuditRecords>;
    /// Reads all of the audit: was anything changed or taken out?
    fn check_audit(&self) -> Answer<'_, AuditCheck>;
    fn plan_undo(&self, id: MoveId) -> Answer<'_, Plan>;
    /// Starts the move that undoes `id`.
    fn undo(&self, id: MoveId) -> Answer<'_, MoveView>;
    /// Deletes the retired source of a staged copy; afterwards an undo must copy.
    fn purge(&self, id: MoveId) -> Answer<'_, MoveView>;
    /// Checks names and room, and makes the hidden folder that is filled by
    /// `PUT /api/uploads/<id>/<file>?offset=<bytes>`.
    fn begin_upload(&self, request: UploadRequest) -> Answer<'_, UploadState>;
    /// The caller's own that are not finished.
    fn uploads(&self) -> Answer<'_, Vec<Upload>>;
    /// One of them, with what is there of each file.
    fn upload(&self, id: UploadId) -> Answer<'_, UploadState>;
    /// Lets the names of a whole one appear. It may be asked again, whatever the answer was.
    fn finish_upload(&self, id: UploadId, on_taken: OnTaken) -> Answer<'_, Uploaded>;
    /// Removes one of which nothing can be seen yet.
    fn cancel_upload(&self, id: UploadId) -> Answer<'_, ()>;
    /// The caller's own sessions, the newest first; everybody's for administrators and auditors.
    fn sessions(&self, of_all: bool) -> Answer<'_, Vec<SessionView>>;
    /// Ends one of the caller's own; an administrator anybody's.
    fn end_session(&self, id: SessionId) -> Answer<'_, ()>;
    /// Ends all of the caller's but this one, or for an administrator all of somebody else.
    fn end_sessions(&self, user: Option<String>) -> Answer<'_, ()>;
    /// As with sessions.
    fn tokens(&self, of_all: bool) -> Answer<'_, Vec<TokenView>>;
    /// Makes one for the caller.
    fn make_token(&self, name: String, scope: Scope, days: u32) -> Answer<'_, NewToken>;
    fn end_token(&self, id: TokenId) -> Answer<'_, ()>;
}

/// Who is asking, and what is managed here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub user: String,
    /// Whoever runs a server alone is its administrator; in the demo that is one of the users.
    #[serde(default)]
    pub role: Role,
    /// Whether sessions and tokens are listed, and can be ended.
    #[serde(default)]
    pub keeps_sessions: bool,
    /// The demo's world is invented, and says so.
    pub is_demo: bool,
    /// Users one may become without a password; empty but in the demo.
    pub other_users: Vec<String>,
    /// The managed folders.
    pub roots: Vec<FilePath>,
}
