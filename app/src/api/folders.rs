//! Who asks, what is there, and what it holds.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use tidelock_shared::content::Content;
use tidelock_shared::history::UsageSample;
use tidelock_shared::id::{SearchId, SurveyId};
use tidelock_shared::inventory::Inventory;
use tidelock_shared::listing::{Destination, Entry, FolderListing, ListingRequest, Rows};
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::preview::SurveyProgress;
use tidelock_shared::project::Project;
use tidelock_shared::search::{SearchRequest, SearchResults};

use super::ApiError;
#[cfg(feature = "ssr")]
use super::error::{answer, service};
use crate::service::Session;

/// Who is asking, and which folders are managed here.
#[server(name = SessionCall, prefix = "/api", endpoint = "session", input = Json, output = Json)]
pub async fn session() -> Result<Session, ApiError> {
    answer(service()?.session()).await
}

/// The projects that the caller can see.
#[server(name = ProjectsCall, prefix = "/api", endpoint = "projects", input = Json, output = Json)]
pub async fn projects() -> Result<Vec<Project>, ApiError> {
    answer(service()?.projects()).await
}

/// What a project has used.
#[server(name = UsageHistoryCall, prefix = "/api", endpoint = "usage_history", input = Json, output = Json)]
pub async fn usage_history(root: FilePath) -> Result<Vec<UsageSample>, ApiError> {
    answer(service()?.usage_history(root)).await
}

/// A folder and some of its rows.
#[server(name = FolderCall, prefix = "/api", endpoint = "folder", input = Json, output = Json)]
pub async fn folder(request: ListingRequest) -> Result<FolderListing, ApiError> {
    answer(service()?.folder(request)).await
}

/// Other rows of the same folder.
#[server(name = RowsCall, prefix = "/api", endpoint = "rows", input = Json, output = Json)]
pub async fn rows(request: ListingRequest) -> Result<Rows, ApiError> {
    answer(service()?.rows(request)).await
}

/// Those of the names that are in the folder.
#[server(name = EntriesCall, prefix = "/api", endpoint = "entries", input = Json, output = Json)]
pub async fn entries(path: FilePath, names: Vec<FileName>) -> Result<Vec<Entry>, ApiError> {
    answer(service()?.entries(path, names)).await
}

/// What there is to see of a file's content.
#[server(name = ContentCall, prefix = "/api", endpoint = "content", input = Json, output = Json)]
pub async fn content(path: FilePath) -> Result<Content, ApiError> {
    answer(service()?.content(path)).await
}

/// Makes an empty folder in a folder.
#[server(name = CreateFolderCall, prefix = "/api", endpoint = "create_folder", input = Json, output = Json)]
pub async fn create_folder(path: FilePath, name: FileName) -> Result<Entry, ApiError> {
    answer(service()?.create_folder(path, name)).await
}

/// What things of these names would meet in a folder.
#[server(name = DestinationCall, prefix = "/api", endpoint = "destination", input = Json, output = Json)]
pub async fn destination(path: FilePath, names: Vec<FileName>) -> Result<Destination, ApiError> {
    answer(service()?.destination(path, names)).await
}

/// Starts to count what these paths hold.
#[server(name = StartSurveyCall, prefix = "/api", endpoint = "start_survey", input = Json, output = Json)]
pub async fn start_survey(sources: Vec<FilePath>) -> Result<SurveyProgress, ApiError> {
    answer(service()?.start_survey(sources)).await
}

/// A survey as far as it has come.
#[server(name = SurveyCall, prefix = "/api", endpoint = "survey", input = Json, output = Json)]
pub async fn survey(id: SurveyId) -> Result<SurveyProgress, ApiError> {
    answer(service()?.survey(id)).await
}

/// Starts to look for something below a folder.
#[server(name = StartSearchCall, prefix = "/api", endpoint = "start_search", input = Json, output = Json)]
pub async fn start_search(request: SearchRequest) -> Result<SearchResults, ApiError> {
    answer(service()?.start_search(request)).await
}

/// What a search has found from a position on.
#[server(name = SearchResultsCall, prefix = "/api", endpoint = "search_results", input = Json, output = Json)]
pub async fn search_results(id: SearchId, offset: u64) -> Result<SearchResults, ApiError> {
    answer(service()?.search_results(id, offset)).await
}

/// Starts to look who uses what below a folder.
#[server(name = StartInventoryCall, prefix = "/api", endpoint = "start_inventory", input = Json, output = Json)]
pub async fn start_inventory(path: FilePath) -> Result<Inventory, ApiError> {
    answer(service()?.start_inventory(path)).await
}

/// The newest inventory of a folder.
#[server(name = InventoryCall, prefix = "/api", endpoint = "inventory", input = Json, output = Json)]
pub async fn inventory(path: FilePath, known: Option<u64>) -> Result<Option<Inventory>, ApiError> {
    answer(service()?.inventory(path, known)).await
}
