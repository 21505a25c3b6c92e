//! Who may do what: asked on every call, for every object.
//!
//! A member sees and orders what is his own; an auditor sees all and changes nothing; an administrator may do both.
//! What somebody may not see is as if it were not there. In the demo and on a single user's server moves belong to
//! everybody.
//!
//! Not here: what the file system says of a user, which counts besides (`asked`).

use tidelock_engine::{EngineError, Snapshot};
use tidelock_shared::access::Role;
use tidelock_shared::id::MoveId;
use tidelock_shared::user_error::UserError;

use super::{Asker, EngineService};
use crate::words::words;

impl Asker {
    /// For what only an administrator may order.
    pub(super) fn check_administrator(&self) -> Result<(), UserError> {
        if self.rights.may_administer() {
            return Ok(());
        }
        if self.rights.role == Role::Administrator {
            return Err(scope_too_small());
        }
        Err(UserError::new("permission_administrator", words().only_administrator()).hint(words().only_administrator_hint()))
    }

    /// For what is shown to administrators and auditors alone.
    pub(super) fn check_sees_all(&self) -> Result<(), UserError> {
        if self.rights.role.sees_all() { Ok(()) } else { self.check_administrator() }
    }

    /// For everything that changes anything.
    pub(super) fn check_may_change(&self) -> Result<(), UserError> {
        if self.rights.may_change() {
            return Ok(());
        }
        if self.rights.role == Role::Auditor {
            return Err(UserError::new("permission_auditor", words().only_looks()).hint(words().only_looks_hint()));
        }
        Err(scope_too_small())
    }

    /// For what cannot be taken back, or outlasts the session: not for whoever finds a browser that was left open.
    ///
    /// Tokens are for that already, and behind a proxy nobody could ask.
    pub(super) fn check_presence(&self) -> Result<(), UserError> {
        match self.identities.many().zip(self.session) {
            Some((many, session)) if !many.was_asked_lately(session) => {
                Err(UserError::new("permission_anew", words().show_anew()).hint(words().show_anew_hint()))
            }
            _ => Ok(()),
        }
    }

    /// Whose moves the caller sees; none for everybody's.
    pub(crate) fn only_of(&self) -> Option<&str> {
        let sees_all = !self.site.are_moves_private || self.rights.role.sees_all();
        (!sees_all).then_some(self.user.name.as_str())
    }

    pub(super) fn sees(&self, snapshot: &Snapshot) -> bool {
        self.only_of().is_none_or(|user| snapshot.recorded.of.plan.user == user)
    }

    /// What an administrator undoes for somebody is his own move, and done with the rights of that other: once he is none
    /// any more, or by a token that may less, he does nothing more with those.
    pub(super) fn is_with_rights_of_another(&self, snapshot: &Snapshot) -> bool {
        self.site.are_moves_private && snapshot.recorded.of.plan.acts_as() != self.user.name
    }

    /// A move that the caller may see. One of somebody else is as if it were not there.
    pub(crate) fn seen(&self, id: MoveId) -> Result<Snapshot, UserError> {
        let snapshot = self.site.engine.get(id).map_err(|error| self.site.told(&error))?;
        if self.sees(&snapshot) { Ok(snapshot) } else { Err(self.site.told(&EngineError::UnknownMove(id))) }
    }
}

impl EngineService {
    /// Whether the caller may order anything of this move.
    pub(super) fn check_move(&self, id: MoveId) -> Result<(), UserError> {
        self.check_may_change()?;
        let snapshot = self.seen(id)?;
        // Who sees a move of somebody else, and changes something, has to be allowed all that an administrator is.
        let plan = &snapshot.recorded.of.plan;
        if self.site.are_moves_private && (plan.user != self.user.name || self.is_with_rights_of_another(&snapshot)) {
            self.check_administrator()?;
        }
        self.check(self.forbidden_in(&snapshot.recorded.of.plan))
    }
}

/// A token may less than its user.
fn scope_too_small() -> UserError {
    UserError::new("permission_scope", words().scope_too_small()).hint(words().scope_too_small_hint())
}
