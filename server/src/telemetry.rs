//! What the program says about itself, for whoever runs it: lines on standard error.
//!
//! Standard output belongs to answers, so nothing goes there. Tokens, cookies and the queries of
//! addresses are never logged; the one address that is a secret is written without it.
//!
//! Not here: what people are told about their moves (the pages, `convert`, `user_error`).

use std::io::IsTerminal;

pub(crate) use tracing::Level;
use tracing_subscriber::EnvFilter;

/// What may be logged, as in `tidelock=debug,tower_http=info`; overrides the program's own choice.
const FILTER_VARIABLE: &str = "TIDELOCK_LOG";

/// Starts to log. A second call changes nothing.
pub(crate) fn start(default: Level) {
    let filter = EnvFilter::try_from_env(FILTER_VARIABLE).unwrap_or_else(|_| EnvFilter::new(default.as_str()));
    let started = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .try_init();
    if started.is_err() {
        tracing::debug!("logging had been started already");
    }
}

/// The path of a request as it may be written down.
pub(crate) fn path_to_log(path: &str) -> &str {
    if path.starts_with("/open/") { "/open/…" } else { path }
}
