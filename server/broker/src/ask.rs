//! The server's side: asks, and gets a connection to a worker.

use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use crate::channel::{connect_to, receive, send};
use crate::message::{Answer, Request};

/// Where the broker listens.
#[derive(Clone, Debug)]
pub struct Broker {
    path: PathBuf,
}

/// Why there is no worker.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    #[error("the broker at {path} cannot be asked")]
    Away { path: PathBuf, source: Errno },
    #[error("the broker refuses: {0}")]
    Refused(String),
}

impl Broker {
    pub fn at(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// Has a worker started that has become this user. It ends when the connection is closed.
    ///
    /// # Errors
    /// The broker is not there, or does nothing for this user.
    pub fn start_worker(&self, user: &str) -> Result<UnixStream, AskError> {
        self.ask(&Request::StartWorker { user: user.to_owned() })
    }

    /// Has a worker started that looks and changes nothing.
    ///
    /// # Errors
    /// The broker is not there.
    pub fn start_reader(&self) -> Result<UnixStream, AskError> {
        self.ask(&Request::StartReader)
    }

    fn ask(&self, request: &Request) -> Result<UnixStream, AskError> {
        let away = |source| AskError::Away { path: self.path.clone(), source };
        let socket = connect_to(&self.path).map_err(away)?;
        send(&socket, request, None).map_err(away)?;
        match receive(&socket).map_err(away)? {
            (Answer::Started, Some(connection)) => Ok(UnixStream::from(connection)),
            (Answer::Started, None) => Err(away(Errno::BADMSG)),
            (Answer::Refused { why }, _) => Err(AskError::Refused(why)),
        }
    }
}
