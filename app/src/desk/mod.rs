//! What every part of the page shares, and what it asks of the server on the way.
//!
//! A page loads what its URL names; what outlives a page lives here: the projects, the
//! moves and their feed, the plan in the drawer, the clipboard, and the thing in the hand.

mod browse;
mod choice;
mod hand;
mod moves;
mod pane;
mod planning;
pub(crate) mod uploads;

pub use browse::{Browse, MenuAt, Naming, Press};
pub use hand::Hand;
pub use moves::{Moves, Order};
pub use pane::{Pane, Shown};
pub use planning::{Departure, Planning, Proposal, Stage};
pub use uploads::{Offer, Uploads, holds_files};

use std::pin::Pin;

use leptos::prelude::*;
use leptos::task::spawn_local;
use tidelock_shared::access::Role;
use tidelock_shared::name::FilePath;
use tidelock_shared::project::Project;
use tidelock_shared::request::Verb;

use crate::api::{self, ApiError};
use crate::browser;
use crate::loading::{Loading, load};
use crate::preference::{Choice, Theme};
use crate::service::Session;
use crate::state::clipboard::Clipboard;
use crate::state::plan_link;
use crate::words::words;

/// How long a notice stays: long enough to be read twice.
const NOTICE_TIME: std::time::Duration = std::time::Duration::from_secs(8);

/// What a resource of the whole page holds.
pub type Loaded<T> = Loading<Result<T, ApiError>>;

/// A call to the server whose code is loaded with the part that makes it.
type Call<T> = Pin<Box<dyn Future<Output = Result<T, ApiError>>>>;

/// Everything shared; a copy is as good as the original.
#[derive(Clone, Copy)]
pub struct Desk {
    pub session: Loaded<Session>,
    pub projects: Loaded<Vec<Project>>,
    pub moves: Moves,
    pub planning: Planning,
    pub clipboard: RwSignal<Option<Clipboard>>,
    pub hand: Hand,
    pub uploads: Uploads,
    /// Whether the sheet of shortcuts is open.
    pub shortcuts: RwSignal<bool>,
    /// Whether the command palette is open.
    pub palette: RwSignal<bool>,
    /// The browse page while it is shown: what the palette acts on.
    pub browse: StoredValue<Option<Browse>>,
    pub theme: RwSignal<Theme>,
    /// Why something that was tried did not happen; shown for a while.
    pub notice: RwSignal<Option<String>>,
    /// What a screen reader is told; the newest sentence.
    pub spoken: RwSignal<String>,
    /// The browser has taken over. Until then only what the server rendered is shown.
    pub is_hydrated: RwSignal<bool>,
    /// Milliseconds since 1970, every few seconds.
    pub now_ms: RwSignal<i64>,
}

impl Desk {
    /// Makes the desk of one page, and on the server begins to load what it shows.
    pub fn new() -> Self {
        let spoken = RwSignal::new(String::new());
        let moves = Moves::new(spoken);
        let usage_version = moves.usage_version;
        Self {
            session: load(|| (), |()| api::session()),
            projects: load(move || usage_version.get(), |_| api::projects()),
            moves,
            planning: Planning::new(moves, spoken),
            clipboard: RwSignal::new(None),
            hand: Hand::new(),
            uploads: Uploads::new(),
            shortcuts: RwSignal::new(false),
            palette: RwSignal::new(false),
            browse: StoredValue::new(None),
            theme: RwSignal::new(Theme::current()),
            notice: RwSignal::new(None),
            spoken,
            is_hydrated: RwSignal::new(false),
            now_ms: RwSignal::new(browser::now_ms()),
        }
    }

    /// What one is here; a member until that is known. Read it below a `Suspense`.
    pub fn role(self) -> Role {
        self.session.get().and_then(Result::ok).map_or(Role::Member, |session| session.role)
    }

    /// Keeps things for pasting, which moves or copies them.
    pub fn keep(self, verb: Verb, things: Vec<FilePath>) {
        if let Some(clipboard) = Clipboard::of(verb, things) {
            let count = clipboard.count() as u64;
            self.spoken.set(if verb == Verb::Copy { words().kept_copied(count) } else { words().kept_cut(count) });
            self.clipboard.set(Some(clipboard));
        }
    }

    /// Shows a sentence for a while, and says it.
    pub fn notify(self, text: String) {
        self.spoken.set(text.clone());
        self.notice.set(Some(text.clone()));
        set_timeout(
            move || {
                if self.notice.try_get_untracked().flatten().as_ref() == Some(&text) {
                    self.notice.set(None);
                }
            },
            NOTICE_TIME,
        );
    }

    /// A plan that the address of the page proposes opens once, and not again after a reload.
    fn open_linked_plan(self) {
        let query = browser::query();
        if !plan_link::proposes(&query) {
            return;
        }
        browser::forget_query();
        spawn_local(async move {
            if let Err(ApiError(error)) = self.planning.propose_linked(query).await {
                self.notify(error.message);
            }
        });
    }

    /// Begins what only a browser does: following the feed and the clock.
    pub fn wake(self) {
        Effect::new(move |_| {
            self.moves.follow();
            self.is_hydrated.set(true);
            browser::mark_hydrated();
            self.uploads.wake(self);
            self.open_linked_plan();
            // Ages are told in seconds at first and then in minutes; ten seconds are fine enough.
            set_interval(move || self.now_ms.set(browser::now_ms()), std::time::Duration::from_secs(10));
        });
    }
}

impl Default for Desk {
    fn default() -> Self {
        Self::new()
    }
}

/// The desk of this page.
pub fn use_desk() -> Desk {
    expect_context::<Desk>()
}
