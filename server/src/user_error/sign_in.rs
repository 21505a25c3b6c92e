//! Why somebody is not let in, and what helps.

use tidelock_shared::user_error::UserError;

use crate::config::PublicName;
use crate::identity::{BeginError, ManyUsers, NotKnown, OpenIdError, ProviderError, Unfit};
use crate::words::words;

/// Of whoever is not known on a server for many users.
pub(crate) fn not_known(why: &NotKnown, public: &PublicName, many: Option<&ManyUsers>) -> UserError {
    let words = words();
    let provider = many.and_then(ManyUsers::provider_name);
    match why {
        NotKnown::AskAgain | NotKnown::NoSession if provider.is_some() => {
            UserError::new("unauthorized", words.nobody_signed_in()).hint(words.nobody_named_hint(&public.origin()))
        }
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
        NotKnown::OpenId(error) => not_told(error, provider.unwrap_or_default(), many.and_then(ManyUsers::provider_claim)),
        NotKnown::WrongToken => UserError::new("unauthorized", words.wrong_token()).hint(words.wrong_token_hint(&public.origin())),
        NotKnown::TooManyFailures => UserError::new("slow_down", words.too_many_failures()).hint(words.too_many_failures_hint()),
        NotKnown::NotBegun => UserError::new("internal", words.no_session()).hint(words.no_session_hint()),
    }
}

/// Of whom a provider has not said who it is.
fn not_told(error: &OpenIdError, provider: &str, claim: Option<&str>) -> UserError {
    let words = words();
    match error {
        OpenIdError::Over => UserError::new("unauthorized", words.sign_in_over()).hint(words.sign_in_over_hint()),
        OpenIdError::Cancelled => {
            UserError::new("unauthorized", words.sign_in_cancelled()).hint(words.sign_in_cancelled_hint(provider))
        }
        OpenIdError::Refused(answer) => {
            UserError::new("permission_provider", words.provider_refused(provider)).hint(words.provider_refused_hint(answer))
        }
        OpenIdError::Provider(ProviderError::Away(_)) => {
            UserError::new("unavailable", words.provider_away(provider)).hint(words.provider_away_hint())
        }
        OpenIdError::Provider(ProviderError::Refused(_) | ProviderError::Token(_) | ProviderError::NoToken) => {
            UserError::new("permission_provider", words.wrong_id_token(provider)).hint(words.wrong_id_token_hint())
        }
        OpenIdError::Provider(ProviderError::NoClaim | ProviderError::UnverifiedMail) => {
            UserError::new("permission_provider", words.no_claim(provider)).hint(words.no_claim_hint(claim.unwrap_or_default()))
        }
        OpenIdError::NoRandomness(_) => UserError::new("internal", words.no_session()).hint(words.no_session_hint()),
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
