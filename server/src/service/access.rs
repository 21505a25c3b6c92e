//! Sessions and tokens: listed and ended by whose they are, and by administrators; and made, by a person alone.

use tidelock_shared::access::{NewToken, Role, Scope, SessionId, SessionView, TokenId, TokenView};
use tidelock_shared::user_error::UserError;

use super::Asker;
use crate::audit::Act;
use crate::identity::ManyUsers;
use crate::user_error::sign_in as sentences;
use crate::words::words;

const TOKENS_MAX: usize = 32;
const NAME_CHARACTERS_MAX: usize = 64;
/// A year and a day.
const DAYS_MAX: u32 = 366;

/// Where sessions are kept, for a person. A token that could make another one would never expire.
fn kept(asker: &Asker) -> Result<&ManyUsers, UserError> {
    let many = asker.identities.many().ok_or_else(|| UserError::new("not_found", words().no_sessions_here()))?;
    if asker.session.is_none() {
        return Err(UserError::new("permission_person", words().only_a_person()).hint(words().only_a_person_hint()));
    }
    Ok(many)
}

/// Whose are listed; none for everybody's.
fn whose(asker: &Asker, of_all: bool) -> Result<Option<&str>, UserError> {
    if of_all { asker.check_sees_all().map(|()| None) } else { Ok(Some(&asker.user.name)) }
}

pub(super) fn sessions(asker: &Asker, of_all: bool) -> Result<Vec<SessionView>, UserError> {
    Ok(kept(asker)?.sessions(whose(asker, of_all)?, asker.session))
}

/// Ends one. Of somebody else it is as if it were not there.
pub(super) fn end_session(asker: &Asker, id: SessionId) -> Result<(), UserError> {
    let many = kept(asker)?;
    let is_ones_own = |user: &str| user == asker.user.name;
    let found = many.sessions(None, None).into_iter().find(|session| session.id == id);
    let found = found.filter(|session| is_ones_own(&session.user) || asker.rights.may_administer());
    let user = found.ok_or_else(|| UserError::new("not_found", words().no_such_session()))?.user;
    if !is_ones_own(&user) {
        asker.check_presence()?;
    }
    asker.note(Act::SessionsEnded { of: user })?;
    many.end_sessions(|session| session.id == id).map_err(|error| sentences::not_ended(&error))
}

/// Ends all of one's own but this one, or all of somebody else.
pub(super) fn end_sessions(asker: &Asker, user: Option<String>) -> Result<(), UserError> {
    let many = kept(asker)?;
    let user = user.unwrap_or_else(|| asker.user.name.clone());
    if user != asker.user.name {
        asker.check_administrator()?;
        asker.check_presence()?;
    }
    asker.note(Act::SessionsEnded { of: user.clone() })?;
    let ended = many.end_sessions(|session| session.user == user && Some(session.id) != asker.session);
    ended.map_err(|error| sentences::not_ended(&error))
}

pub(super) fn tokens(asker: &Asker, of_all: bool) -> Result<Vec<TokenView>, UserError> {
    Ok(kept(asker)?.tokens(whose(asker, of_all)?))
}

pub(super) fn make_token(asker: &Asker, name: &str, scope: Scope, days: u32) -> Result<NewToken, UserError> {
    let many = kept(asker)?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARACTERS_MAX || name.chars().any(char::is_control) {
        return Err(UserError::new("invalid_token_name", words().token_name(&NAME_CHARACTERS_MAX.to_string())));
    }
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(UserError::new("invalid_token_days", words().token_days(&DAYS_MAX.to_string())));
    }
    // As far as the user may; more would be a promise that is not kept.
    match (asker.rights.role, scope) {
        (Role::Administrator, _) | (Role::Member, Scope::Read | Scope::Move) | (Role::Auditor, Scope::Read) => {}
        (Role::Auditor, Scope::Move) => asker.check_may_change()?,
        (Role::Member | Role::Auditor, Scope::Administer) => asker.check_administrator()?,
    }
    if many.tokens(Some(&asker.user.name)).len() >= TOKENS_MAX {
        return Err(UserError::new("too_many_tokens", words().too_many_tokens(&TOKENS_MAX.to_string())));
    }
    asker.check_presence()?;
    asker.note(Act::TokenMade { name: name.to_owned(), scope })?;
    many.make_token(&asker.user, name.to_owned(), scope, days).map_err(|error| sentences::not_kept(&error))
}

/// Ends one. Of somebody else it is as if it were not there.
pub(super) fn end_token(asker: &Asker, id: TokenId) -> Result<(), UserError> {
    let many = kept(asker)?;
    let found = many.tokens(None).into_iter().find(|token| token.id == id);
    let found = found.filter(|token| token.user == asker.user.name || asker.rights.may_administer());
    let token = found.ok_or_else(|| UserError::new("not_found", words().no_such_token()))?;
    if token.user != asker.user.name {
        asker.check_presence()?;
    }
    asker.note(Act::TokenEnded { of: token.user, name: token.name })?;
    many.end_tokens(|token| token.id == id).map_err(|error| sentences::not_ended(&error))
}
