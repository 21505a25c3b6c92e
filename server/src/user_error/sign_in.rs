//! Why somebody is not let in, and what helps.

use tidelock_shared::user_error::UserError;

use crate::config::PublicName;
use crate::identity::{BeginError, NotKnown, Unfit};
use crate::words::words;

/// Of whoever is not known behind a reverse proxy.
pub(crate) fn not_known(why: &NotKnown, public: &PublicName) -> UserError {
    let words = words();
    match why {
        NotKnown::Nobody => UserError::new("unauthorized", words.nobody_named()).hint(words.nobody_named_hint(&public.origin())),
        NotKnown::AskAgain | NotKnown::NoSession => {
            UserError::new("unauthorized", words.no_session_yet()).hint(words.no_session_yet_hint())
        }
        NotKnown::SessionOver => UserError::new("unauthorized", words.session_over()).hint(words.session_over_hint()),
        NotKnown::ForeignHeader => {
            UserError::new("permission_proxy", words.foreign_header()).hint(words.foreign_header_hint(&public.origin()))
        }
        NotKnown::UnfitHeader(unfit) => {
            let why = match unfit {
                Unfit::Twice => words.header_twice(),
                Unfit::Empty => words.header_empty(),
                Unfit::TooLong => words.header_too_long(),
                Unfit::Characters => words.header_characters(),
            };
            UserError::new("bad_request", words.unfit_header(why)).hint(words.unfit_header_hint())
        }
        NotKnown::UnknownUser(name) => {
            UserError::new("permission_unknown_user", words.unknown_user(name)).hint(words.unknown_user_hint())
        }
        NotKnown::SystemAccount(name) => {
            UserError::new("permission_system_account", words.system_account(name)).hint(words.system_account_hint())
        }
        NotKnown::NotServed(name) => UserError::new("permission_not_served", words.not_served(name)).hint(words.not_served_hint()),
        NotKnown::Directory(_) => UserError::new("unavailable", words.directory_away()).hint(words.directory_away_hint()),
        NotKnown::WrongToken => UserError::new("unauthorized", words.wrong_token()).hint(words.wrong_token_hint(&public.origin())),
        NotKnown::TooManyFailures => UserError::new("slow_down", words.too_many_failures()).hint(words.too_many_failures_hint()),
        NotKnown::NotBegun => UserError::new("internal", words.no_session()).hint(words.no_session_hint()),
    }
}

/// It is over for this server, and might be back with the next one.
pub(crate) fn not_ended(error: &rusqlite::Error) -> UserError {
    tracing::error!(error = error as &dyn std::error::Error, "that it has ended is not written down");
    UserError::new("internal", words().not_kept()).hint(words().not_kept_hint())
}

/// That a token could not be written down.
pub(crate) fn not_kept(error: &BeginError) -> UserError {
    tracing::error!(error = error as &dyn std::error::Error, "no token");
    UserError::new("internal", words().not_kept()).hint(words().not_kept_hint())
}
