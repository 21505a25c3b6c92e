//! `worker`: acts for one user, as the broker starts it; nobody types it.
//!
//! Before it hears anybody it becomes that user for good. If that fails it ends: it may be anybody.

use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use tidelock_broker::{Identity, become_for_good};
use tidelock_engine::crew::Threads;
use tidelock_engine::fs::posix::Posix;
use tidelock_engine::worker::host;

use super::Exit;
use super::arguments::WorkerArguments;

/// Works until whoever holds the other end of standard input closes it.
pub(crate) fn work(arguments: &WorkerArguments) -> Exit {
    let Some(identity) = Identity::told(&arguments.act_as, arguments.uid, arguments.gid, &arguments.groups) else {
        return Exit::Usage;
    };
    let confined = match become_for_good(&identity, &arguments.roots) {
        Ok(confined) => confined,
        Err(error) => {
            tracing::error!(?identity, error = &error as &dyn std::error::Error, "the worker is not who it has to be");
            return Exit::Unreachable;
        }
    };
    if !confined.by_landlock {
        tracing::warn!("this kernel does not hold workers to the managed folders: their users' rights do");
    }
    let stream = std::io::stdin().as_fd().try_clone_to_owned().map(UnixStream::from);
    let hosted = match stream {
        Ok(stream) => host(stream, Arc::new(Posix), Arc::new(Threads::for_this_machine())).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match hosted {
        Ok(()) => Exit::Done,
        Err(error) => {
            tracing::error!(error, "the worker ends");
            Exit::Unreachable
        }
    }
}
