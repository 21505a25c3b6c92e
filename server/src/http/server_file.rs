//! `server.json` in the state folder: how the user's own programs find and address this server.
//!
//! It lies there while the server runs. A killed one leaves it behind, so whoever reads it asks
//! the address whether somebody is there.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::identity::Token;

const FILE: &str = "server.json";

/// Where a server is, and what lets the user's own programs in.
#[derive(Serialize, Deserialize)]
pub(crate) struct Address {
    pub(crate) url: String,
    pub(crate) token: String,
    pid: u32,
}

impl Address {
    /// What a server has left in its state folder; none if there is nothing to understand.
    pub(crate) fn read(state_folder: &Path) -> Option<Self> {
        serde_json::from_str(&std::fs::read_to_string(state_folder.join(FILE)).ok()?).ok()
    }
}

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
        let address = Address { url: url.to_owned(), token: bearer.reveal().to_owned(), pid: std::process::id() };
        writeln!(file, "{}", serde_json::to_string(&address)?)?;
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
