//! `broker`: the only part of a site that runs as root, beside the server. Started by the service manager.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use tidelock_broker::{Account, Listening, Site};
use tidelock_shared::user_error::UserError;

use super::arguments::BrokerArguments;
use super::check_config::config_error;
use super::{Exit, fail};
use crate::config::{BrokerPlace, Config};

/// Whatever stands under this name by now: the program that runs, so that its workers are of the same build.
const THIS_PROGRAM: &str = "/proc/self/exe";

/// Answers until it is ended.
pub(crate) fn broker(arguments: &BrokerArguments) -> Exit {
    let listening =
        Config::read_without_secrets(&arguments.config).map_err(|error| config_error(&error)).and_then(|config| listen(&config));
    match listening {
        Ok(listening) => match listening.serve() {
            Ok(()) => Exit::Done,
            Err(error) => fail(&told(&error)),
        },
        Err(error) => fail(&error),
    }
}

fn listen(config: &Config) -> Result<Listening, UserError> {
    let Some(BrokerPlace { socket, server_user }) = &config.broker else {
        let error = UserError::new("invalid_config", "The configuration says nothing of a broker.");
        return Err(error.hint("Add [broker] with `socket` and `server_user`, as packaging/tidelock.toml shows."));
    };
    let server = Account::of_server(server_user).map_err(|error| {
        let hint =
            format!("Make the account: useradd --system --home-dir /var/lib/tidelock --shell /usr/sbin/nologin {server_user}");
        UserError::new("invalid_config", format!("The server's account: {error}.")).hint(hint)
    })?;
    let site = Site {
        server_uid: server.uid,
        server_gid: server.gid,
        minimum_uid: config.sign_in.minimum_uid,
        roots: config.roots.iter().map(|root| PathBuf::from(OsString::from_vec(root.to_bytes()))).collect(),
        worker: vec![THIS_PROGRAM.into(), "worker".into()],
    };
    let listening = Listening::at(socket, site).map_err(|error| told(&error))?;
    tracing::info!(socket = %socket.display(), server_user, "the broker listens");
    Ok(listening)
}

fn told(error: &tidelock_broker::ListenError) -> UserError {
    let mut message = format!("The broker {error}");
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        message += &format!(": {cause}");
        source = cause.source();
    }
    UserError::new("unavailable", message + ".").hint("It runs as root, and its socket's folder has to be there.")
}
