//! What every request can reach.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tidelock_app::serve::Pages;
use tokio::sync::watch;

use super::origin::Called;
use crate::assets;
use crate::events::Feed;
use crate::identity::Identities;
use crate::names::Names;
use crate::service::Site;

/// The running server. Clones are the same one.
#[derive(Clone)]
pub(super) struct Running(Arc<Inner>);

pub(super) struct Inner {
    pub(super) site: Arc<Site>,
    pub(super) names: Arc<Names>,
    pub(super) identities: Arc<Identities>,
    pub(super) feed: Feed,
    /// What a request may call us.
    pub(super) called: Called,
    /// True once the server is to stop.
    pub(super) stop: watch::Sender<bool>,
    pub(super) pages: Pages,
    is_ready: AtomicBool,
    has_failed: AtomicBool,
}

impl Running {
    pub(super) fn new(site: Site, identities: Identities, called: Called) -> Self {
        Self(Arc::new(Inner {
            feed: Feed::new(&site.engine),
            names: Arc::new(site.names.clone()),
            site: Arc::new(site),
            identities: Arc::new(identities),
            called,
            stop: watch::Sender::new(false),
            pages: Pages::new(assets::package_folder()),
            is_ready: AtomicBool::new(false),
            has_failed: AtomicBool::new(false),
        }))
    }

    /// Recovery is through.
    pub(super) fn set_ready(&self) {
        self.0.is_ready.store(true, Ordering::Release);
    }

    pub(super) fn is_ready(&self) -> bool {
        self.0.is_ready.load(Ordering::Acquire) && !*self.0.stop.borrow() && !self.site.engine.is_halted()
    }

    /// The engine has stopped by itself: nothing goes on before the next start.
    pub(super) fn fail(&self) {
        self.0.has_failed.store(true, Ordering::Release);
        self.stop.send_replace(true);
    }

    pub(super) fn has_failed(&self) -> bool {
        self.0.has_failed.load(Ordering::Acquire)
    }
}

impl std::ops::Deref for Running {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
