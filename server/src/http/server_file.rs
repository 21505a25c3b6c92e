//! `server.json` in the state folder: how the user's own programs find and address this server. Beside it
//! lies `token`, for programs that want nothing but that in a file, such as Prometheus.
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
const TOKEN: &str = "token";

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

/// The files of a running server, by the folder that they lie in.
#[derive(Clone, Debug)]
pub(super) struct ServerFile(PathBuf);

impl ServerFile {
    /// Writes them anew, for nobody else to read.
    pub(super) fn write(state_folder: &Path, url: &str, bearer: &Token) -> std::io::Result<Self> {
        let address = Address { url: url.to_owned(), token: bearer.reveal().to_owned(), pid: std::process::id() };
        write(state_folder, TOKEN, bearer.reveal())?;
        write(state_folder, FILE, &serde_json::to_string(&address)?)?;
        Ok(Self(state_folder.to_owned()))
    }

    /// Takes them away again.
    pub(super) fn remove(&self) {
        for path in [self.0.join(FILE), self.0.join(TOKEN)] {
            if let Err(error) = remove(&path) {
                tracing::warn!(path = %path.display(), %error, "the file stays behind");
            }
        }
    }
}

fn write(folder: &Path, name: &str, line: &str) -> std::io::Result<()> {
    let unfinished = folder.join(format!("{name}.new"));
    remove(&unfinished)?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
    writeln!(file, "{line}")?;
    std::fs::rename(&unfinished, folder.join(name))
}

fn remove(path: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
