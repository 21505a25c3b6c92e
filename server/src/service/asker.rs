//! Whoever asks, and the service that is found for them: with somebody who acts for them, and the files as they see them.

use std::ops::Deref;
use std::sync::Arc;

use tidelock_app::service::Answer;
use tidelock_engine::Engine;
use tidelock_engine::fs::FileSystem;
use tidelock_shared::access::SessionId;
use tidelock_shared::name::FilePath;
use tidelock_shared::user_error::UserError;
use tidelock_shared::words::Language;

use super::{Kind, Place, Site};
use crate::audit::Act;
use crate::identity::{Caller, Identities, Rights, User};
use crate::user_error;
use crate::words::{answered_in, language, within, words};

/// Somebody who asks. Costs nothing until something is asked.
#[derive(Clone)]
pub(crate) struct Asker {
    pub(super) site: Arc<Site>,
    pub(super) identities: Arc<Identities>,
    pub(super) user: User,
    pub(super) rights: Rights,
    /// None for a program's token, and where sessions are not kept.
    pub(super) session: Option<SessionId>,
    /// Theirs, wherever the work is done.
    language: Language,
}

/// The service of one asker, with somebody who acts for them.
#[derive(Clone)]
pub(crate) struct EngineService {
    asker: Asker,
    /// What it accepts is the asker's, and done with their rights.
    pub(super) engine: Engine,
    /// The file system as the asker sees it.
    pub(super) fs: Arc<dyn FileSystem>,
}

impl Asker {
    pub(crate) fn new(site: Arc<Site>, identities: Arc<Identities>, caller: Caller) -> Self {
        let Caller { user, rights, session, .. } = caller;
        Self { site, identities, user, rights, session, language: language() }
    }

    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// Finds somebody to act for the asker; may block.
    pub(crate) fn service(&self) -> Result<EngineService, UserError> {
        let (engine, fs) = self.site.acting_for(&self.user)?;
        Ok(EngineService { asker: self.clone(), engine, fs })
    }

    /// Does the work where it may block, with somebody who acts for the asker.
    pub(super) fn answer<T: Send + 'static>(
        &self,
        work: impl FnOnce(&EngineService) -> Result<T, UserError> + Send + 'static,
    ) -> Answer<'_, T> {
        self.answer_alone(move |asker| work(&asker.service()?))
    }

    /// The same for what needs nobody: whoever cannot be acted for still learns who they are.
    pub(super) fn answer_alone<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, UserError> + Send + 'static,
    ) -> Answer<'_, T> {
        let asker = self.clone();
        let span = tracing::Span::current();
        let begin = move |place: Place| {
            tokio::task::spawn_blocking(move || {
                let _place = place;
                span.in_scope(|| within(asker.language, || work(&asker)))
            })
        };
        // It begins at once where it can.
        let begun = match self.site.busy.try_take(&self.user.name, Kind::Call) {
            Ok(place) => Ok(begin(place)),
            Err(_) => Err(begin),
        };
        Box::pin(async move {
            let work = match begun {
                Ok(work) => work,
                Err(begin) => begin(self.place(Kind::Call).await?),
            };
            work.await.unwrap_or_else(|error| {
                tracing::error!(%error, "a question was not answered");
                Err(UserError::new("internal", words().went_wrong()).hint(words().went_wrong_hint()))
            })
        })
    }

    /// A place for something that is done for the asker; until then it waits without a thread.
    pub(crate) async fn place(&self, kind: Kind) -> Result<Place, UserError> {
        answered_in(self.language, self.site.busy.take(&self.user.name, kind)).await
    }

    /// Writes down what the asker is about to do.
    pub(super) fn note(&self, act: Act) -> Result<(), UserError> {
        let noted = self.site.audit.note(&self.site.engine, Some(&self.user.name), act);
        noted.map_err(|error| user_error::audit_error(&error))
    }
}

impl EngineService {
    /// The file system as the asker sees it, for a path that is managed here.
    pub(crate) fn eyes_on(&self, path: &FilePath) -> Result<Arc<dyn FileSystem>, UserError> {
        self.site.root_of(path)?;
        Ok(self.fs.clone())
    }
}

impl Deref for EngineService {
    type Target = Asker;

    fn deref(&self) -> &Asker {
        &self.asker
    }
}
