//! The public API: every server function, each at a fixed endpoint.
//!
//! A call is `POST /api/<endpoint>` with a JSON object of the function's arguments, for
//! example `{"request": {"path": "/lustre/alpha", "sort": "name", …}}`; a function without
//! arguments takes `{}`. The answer is the JSON of the result itself. A failure is the JSON of
//! a [`UserError`], `{"code": …, "message": …, "hints": […]}`, under the HTTP status that
//! [`status_of`] gives its code. The pages and the command line make the same calls.
//!
//! | endpoint | arguments | answer |
//! |---|---|---|
//! | `session` | – | `Session` |
//! | `projects` | – | `[Project]` |
//! | `usage_history` | `root: path` | `[UsageSample]`, the oldest first |
//! | `folder` | `request: ListingRequest` | `FolderListing` |
//! | `rows` | `request: ListingRequest` | `Rows` |
//! | `entries` | `path`, `names: [name]` | `[Entry]`, those that are there |
//! | `content` | `path` | `Content`, the beginning of a text or what kind of picture it is |
//! | `create_folder` | `path`, `name` | `Entry` |
//! | `destination` | `path`, `names: [name]` | `Destination` |
//! | `start_survey` | `sources: [path]` | `SurveyProgress` |
//! | `survey` | `id: number` | `SurveyProgress` |
//! | `start_search` | `request: SearchRequest` | `SearchResults` |
//! | `search_results` | `id: number`, `offset: number` | `SearchResults` |
//! | `start_inventory` | `path` | `Inventory` |
//! | `inventory` | `path`, `known: number or null` | `Inventory`, or null where there is none |
//! | `plan` | `request: MoveRequest` | `Plan` |
//! | `start_move` | `request: MoveRequest`, `key: text or null` | `MoveView` |
//! | `moves` | – | `[MoveView]`, newest first |
//! | `move_detail` | `id: text` | `MoveDetail` |
//! | `cancel_move`, `pause_move`, `resume_move`, `undo_move`, `purge_move` | `id: text` | `MoveView` |
//! | `plan_undo` | `id: text` | `Plan` |
//! | `hold_move`, `lift_hold` | `id: text` | `MoveView`, for administrators |
//! | `limits` | – | `Limits` |
//! | `look_for_leftovers` | `adopted: EngineId?` | `Leftovers`, for administrators, like the next two |
//! | `leftovers` | `waits: bool` | `Leftovers` |
//! | `settle_leftover` | `path: FilePath`, `deed: Deed` | `Leftovers` |
//! | `scan_drift` | `paths: FilePath[]` | `DriftScan[]`, for administrators, like the next two |
//! | `drift_scans` | `waits: bool` | `DriftScan[]` |
//! | `earlier_scans` | `path: FilePath` | `EarlierScan[]` |
//! | `audit` | `before: number?` | `AuditRecords`, for administrators, like the next |
//! | `check_audit` | | `AuditCheck` |
//! | `set_limits` | `limits: Limits` | `Limits`, for administrators |
//! | `begin_upload` | `request: UploadRequest` | `UploadState` |
//! | `uploads` | – | `[Upload]`, the caller's own |
//! | `upload` | `id: text` | `UploadState` |
//! | `finish_upload` | `id: text`, `on_taken: "refuse"` or `"keep-both"` | `Uploaded` |
//! | `cancel_upload` | `id: text` | nothing |
//! | `sessions`, `tokens` | `of_all: bool` | `[SessionView]`, `[TokenView]`, the caller's own or for administrators all |
//! | `end_session`, `end_token` | `id: number` | nothing |
//! | `end_sessions` | `user: text?` | nothing; without a user all of one's own but this one |
//! | `make_token` | `name: text`, `scope`, `days: number` | `NewToken`, with its secret |
//!
//! The content of an upload is no call: each chunk is the body of
//! `PUT /api/uploads/<id>/<file>?offset=<bytes>`, at most `CHUNK_BYTES_MAX` long, where `<file>` is the
//! place of the file in `UploadState::files`. The answer is a `ChunkAnswer`; a chunk that does not
//! begin where the file ends is answered with 409 and the length.
//!
//! Not here: what the answers are (`MoveService`), and the feeds of progress, which are
//! server-sent events and not calls (`live`).

pub mod access;
pub mod board;
mod error;
pub mod folders;
pub mod moves;
pub mod uploads;

pub use access::{
    EndSessionCall, EndSessionsCall, EndTokenCall, MakeTokenCall, SessionsCall, TokensCall, end_session, end_sessions, end_token,
    make_token, sessions, tokens,
};
pub use board::{
    AuditCall, CheckAuditCall, DriftScansCall, EarlierScansCall, LeftoversCall, LookForLeftoversCall, ScanDriftCall,
    SettleLeftoverCall, audit, check_audit, drift_scans, earlier_scans, leftovers, look_for_leftovers, scan_drift, settle_leftover,
};
pub use error::{ApiError, status_of};
pub use folders::{
    ContentCall, CreateFolderCall, DestinationCall, EntriesCall, FolderCall, InventoryCall, ProjectsCall, RowsCall,
    SearchResultsCall, SessionCall, StartInventoryCall, StartSearchCall, StartSurveyCall, SurveyCall, UsageHistoryCall, content,
    create_folder, destination, entries, folder, inventory, projects, rows, search_results, session, start_inventory, start_search,
    start_survey, survey, usage_history,
};
pub use moves::{
    CancelMoveCall, HoldMoveCall, LiftHoldCall, LimitsCall, MoveDetailCall, MovesCall, PauseMoveCall, PlanCall, PlanUndoCall,
    PurgeMoveCall, ResumeMoveCall, SetLimitsCall, StartMoveCall, UndoMoveCall, cancel_move, hold_move, lift_hold, limits,
    move_detail, moves, pause_move, plan, plan_undo, purge_move, resume_move, set_limits, start_move, undo_move,
};
pub use uploads::{
    BeginUploadCall, CancelUploadCall, FinishUploadCall, UploadCall, UploadsCall, begin_upload, cancel_upload, finish_upload,
    upload, uploads,
};
