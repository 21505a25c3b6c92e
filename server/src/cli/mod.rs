//! The command line: the same verbs as the pages, for people in a shell and for scripts.
//!
//! Each verb asks a [`Desk`], which is the engine in this process or a running server; it
//! never knows which. Its exit status is the contract: see [`Exit`].

mod arguments;
mod audit;
mod broker;
mod check_config;
mod desk;
mod doctor;
mod drift;
mod local;
mod output;
mod recover;
mod remote;
mod simulate;
mod verbs;
mod worker;

pub(crate) use arguments::{Arguments, Command, ServeArguments, ServeFolders};
pub(crate) use broker::broker;
pub(crate) use check_config::config_error;
pub(crate) use local::state_folder;
use tidelock_shared::user_error::UserError;
pub(crate) use verbs::{absolute, run};
pub(crate) use worker::work;

/// Tells people why nothing was done, and answers the status for it.
pub(crate) fn fail(error: &UserError) -> Exit {
    output::Output { json: false }.error(error);
    Exit::of_code(&error.code)
}

/// How the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Done as asked.
    Done = 0,
    /// The move was undone or failed, and everything is as before; or drift was found.
    Undone = 1,
    /// The call itself is wrong: words, an unknown move, a missing `--yes`.
    Usage = 2,
    /// Refused by the plan or by an undo's check; nothing was touched.
    Refused = 3,
    /// A move is stuck and a person must look.
    Stuck = 4,
    /// The engine could not be started or reached.
    Unreachable = 5,
}

impl Exit {
    /// The status that a user error's code stands for.
    pub(crate) fn of_code(code: &str) -> Self {
        match code {
            "unknown_move" | "invalid_path" | "invalid_request" | "invalid_config" | "usage" | "no_terminal" => Self::Usage,
            "unavailable" | "no_state" | "no_server" | "journal" | "port_in_use" | "unauthorized" => Self::Unreachable,
            code if code.starts_with("state_") => Self::Unreachable,
            code if code.starts_with("stuck") => Self::Stuck,
            code if code == "stopped"
                || code == "cancelled"
                || code == "file_system"
                || matches!(code, "purge_failed" | "restore_failed") =>
            {
                Self::Undone
            }
            _ => Self::Refused,
        }
    }
}
