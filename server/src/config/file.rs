//! What can be written into the file. Where each value stands is kept, so that it can be told.

use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use super::problem::Problem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// `127.0.0.1:3000`, or `unix:/run/tidelock/http.sock`.
    pub(super) listen: Spanned<String>,
    /// Who may connect to the Unix socket besides its owner.
    pub(super) socket_group: Option<Spanned<String>>,
    pub(super) state: Spanned<PathBuf>,
    pub(super) url: Spanned<String>,
    pub(super) roots: Spanned<Vec<Spanned<String>>>,
    #[serde(default)]
    pub(super) upkeep: Upkeep,
    pub(super) broker: Option<Broker>,
    pub(super) sign_in: SignIn,
    #[serde(default)]
    pub(super) sessions: Sessions,
    #[serde(default)]
    pub(super) roles: Roles,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Upkeep {
    pub(super) retention_days: Option<u32>,
    pub(super) drift_every_hours: Option<Spanned<u32>>,
    pub(super) drift_entries_per_second: Option<Spanned<u64>>,
    pub(super) drift_between: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Broker {
    pub(super) socket: Spanned<PathBuf>,
    pub(super) server_user: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignIn {
    pub(super) minimum_uid: Option<Spanned<u32>>,
    pub(super) proxy: Option<Proxy>,
    pub(super) openid: Option<OpenId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Proxy {
    pub(super) header: Spanned<String>,
    pub(super) from: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) strip_suffix: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) lower_case: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OpenId {
    /// By which people know the provider.
    pub(super) name: Option<Spanned<String>>,
    pub(super) issuer: Spanned<String>,
    pub(super) client_id: Spanned<String>,
    pub(super) client_secret_file: Spanned<PathBuf>,
    pub(super) scopes: Option<Vec<Spanned<String>>>,
    pub(super) claim: Option<Spanned<String>>,
    pub(super) from: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) strip_suffix: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) lower_case: bool,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sessions {
    pub(super) idle_minutes: Option<Spanned<u32>>,
    pub(super) absolute_hours: Option<Spanned<u32>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Roles {
    #[serde(default)]
    pub(super) administrators: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) auditors: Vec<Spanned<String>>,
}

/// Reads the form of a text. It is told of the first thing only that has none.
pub(super) fn parse(text: &str) -> Result<File, Problem> {
    toml::from_str(text).map_err(|error| {
        let message = error.message().to_owned();
        let help = if message.starts_with("missing field") {
            "Add it; packaging/tidelock.toml shows each setting with what it means."
        } else if message.starts_with("unknown field") {
            "Take it out, or correct its name."
        } else {
            "Look at the form of packaging/tidelock.toml: texts stand in quotation marks, lists in brackets."
        };
        // Of what is missing the parser names the place of the table, or the beginning.
        Problem::at(text, error.span(), message, help)
    })
}
