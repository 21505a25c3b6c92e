//! What every request can reach.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tidelock_app::serve::Pages;
use tokio::sync::watch;

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
    pub(super) identities: Identities,
    pub(super) feed: Feed,
    /// Where it listens: what a request may call us, besides the names of this machine's loopback.
    pub(super) address: IpAddr,
    /// True once the server is to stop.
    pub(super) stop: watch::Sender<bool>,
    pub(super) pages: Pages,
    is_ready: AtomicBool,
    has_failed: AtomicBool,
}

impl Running {
    pub(super) fn new(site: Site, identities: Identities, address: IpAddr) -> Self {
        Self(Arc::new(Inner {
            feed: Feed::new(&site.engine),
            names: Arc::new(site.names.clone()),
            site: Arc::new(site),
            identities,
            address,
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
