//! A running server, asked at the same endpoints as the pages ask.

use std::path::Path;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::json;
use tidelock_shared::id::MoveId;
use tidelock_shared::limits::Limits;
use tidelock_shared::listing::FolderListing;
use tidelock_shared::name::FilePath;
use tidelock_shared::plan::Plan;
use tidelock_shared::progress::{MoveDetail, MoveView};
use tidelock_shared::project::Project;
use tidelock_shared::request::MoveRequest;
use tidelock_shared::user_error::UserError;

use super::desk::{Desk, first_row_of};
use crate::http::Address;

/// A plan surveys the whole tree before it answers.
const ANSWER_WITHIN: Duration = Duration::from_secs(3600);
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

pub(super) struct Remote {
    client: reqwest::blocking::Client,
    url: String,
    token: Option<String>,
}

impl Remote {
    pub(super) fn new(url: &str, token: Option<String>) -> Result<Self, UserError> {
        // The only one that is built in; that it is chosen already is no failure.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = reqwest::blocking::Client::builder()
            .timeout(ANSWER_WITHIN)
            .connect_timeout(CONNECT_WITHIN)
            .no_proxy()
            .build()
            .map_err(|error| unreachable(url, &error))?;
        Ok(Self { client, url: url.trim_end_matches('/').to_owned(), token })
    }

    /// The server that runs on a state folder; none if there is none.
    pub(super) fn of_state_folder(state: &Path) -> Result<Option<Self>, UserError> {
        let Some(file) = Address::read(state) else { return Ok(None) };
        let remote = Self::new(&file.url, Some(file.token))?;
        // A killed server leaves its file behind.
        let is_there = remote.client.get(format!("{}/healthz", remote.url)).timeout(CONNECT_WITHIN).send().is_ok();
        Ok(is_there.then_some(remote))
    }

    fn ask<T: DeserializeOwned>(&self, endpoint: &str, arguments: &serde_json::Value) -> Result<T, UserError> {
        let mut request = self.client.post(format!("{}/api/{endpoint}", self.url)).json(arguments);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().map_err(|error| unreachable(&self.url, &error))?;
        let is_success = answer.status().is_success();
        let status = answer.status();
        let text = answer.text().map_err(|error| unreachable(&self.url, &error))?;
        if is_success {
            return serde_json::from_str(&text).map_err(|error| strange(&self.url, &error.to_string()));
        }
        Err(serde_json::from_str(&text).unwrap_or_else(|_| strange(&self.url, status.as_str())))
    }
}

fn unreachable(url: &str, error: &reqwest::Error) -> UserError {
    UserError::new("no_server", format!("The server at {url} cannot be reached: {error}."))
        .hint("Check the address, or add --local to do it in this command.")
}

fn strange(url: &str, what: &str) -> UserError {
    UserError::new("no_server", format!("What answers at {url} is not a tidelock of this release ({what})."))
}

impl Desk for Remote {
    fn plan(&self, request: &MoveRequest) -> Result<Plan, UserError> {
        self.ask("plan", &json!({ "request": request }))
    }

    fn start(&self, request: &MoveRequest, key: Option<&str>) -> Result<MoveId, UserError> {
        let view: MoveView = self.ask("start_move", &json!({ "request": request, "key": key }))?;
        Ok(view.id)
    }

    fn plan_undo(&self, id: MoveId) -> Result<Plan, UserError> {
        self.ask("plan_undo", &json!({ "id": id }))
    }

    fn undo(&self, id: MoveId) -> Result<MoveId, UserError> {
        let view: MoveView = self.ask("undo_move", &json!({ "id": id }))?;
        Ok(view.id)
    }

    fn moves(&self) -> Result<Vec<MoveView>, UserError> {
        self.ask("moves", &json!({}))
    }

    fn detail(&self, id: MoveId) -> Result<MoveDetail, UserError> {
        self.ask("move_detail", &json!({ "id": id }))
    }

    fn cancel(&self, id: MoveId) -> Result<(), UserError> {
        self.ask::<MoveView>("cancel_move", &json!({ "id": id })).map(drop)
    }

    fn pause(&self, id: MoveId) -> Result<(), UserError> {
        self.ask::<MoveView>("pause_move", &json!({ "id": id })).map(drop)
    }

    fn resume(&self, id: MoveId) -> Result<(), UserError> {
        self.ask::<MoveView>("resume_move", &json!({ "id": id })).map(drop)
    }

    fn hold(&self, id: MoveId) -> Result<(), UserError> {
        self.ask::<MoveView>("hold_move", &json!({ "id": id })).map(drop)
    }

    fn lift_hold(&self, id: MoveId) -> Result<(), UserError> {
        self.ask::<MoveView>("lift_hold", &json!({ "id": id })).map(drop)
    }

    fn limits(&self) -> Result<Limits, UserError> {
        self.ask("limits", &json!({}))
    }

    fn set_limits(&self, limits: Limits) -> Result<(), UserError> {
        self.ask::<Limits>("set_limits", &json!({ "limits": limits })).map(drop)
    }

    fn purge(&self, id: MoveId) -> Result<MoveView, UserError> {
        self.ask("purge_move", &json!({ "id": id }))
    }

    fn quota(&self, folder: &FilePath) -> Result<Project, UserError> {
        let listing: FolderListing = self.ask("folder", &json!({ "request": first_row_of(folder) }))?;
        Ok(listing.folder.project)
    }

    fn outlives_us(&self) -> bool {
        true
    }
}
