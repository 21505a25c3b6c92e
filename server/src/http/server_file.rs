//! `server.json` in the state folder: how the user's own programs find and address this server.
//!
//! It lies there while the server runs. A killed one leaves it behind, so whoever reads it asks
//! the address whether somebody is there.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::identity::Token;

const FILE: &str = "server.json";

/// The file of a running server.
#[derive(Clone, Debug)]
pub(super) struct ServerFile(PathBuf);

impl ServerFile {
    /// Writes it anew, for nobody else to read.
    pub(super) fn write(state_folder: &Path, url: &str, bearer: &Token) -> std::io::Result<Self> {
        let path = state_folder.join(FILE);
        let unfinished = state_folder.join(format!("{FILE}.new"));
        remove(&unfinished)?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
        writeln!(file, "{}", json!({ "url": url, "token": bearer.reveal(), "pid": std::process::id() }))?;
        std::fs::rename(&unfinished, &path)?;
        Ok(Self(path))
    }

    /// Takes it away again.
    pub(super) fn remove(&self) {
        if let Err(error) = remove(&self.0) {
            tracing::warn!(path = %self.0.display(), %error, "the file stays behind");
        }
    }
}

fn remove(path: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
