//! The moves of the whole page: loaded once, then told by the feed; and orders to them.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use tidelock_shared::id::MoveId;
use tidelock_shared::name::FilePath;
use tidelock_shared::progress::{MoveUpdate, MoveView};
pub use tidelock_shared::request::Order;
use tidelock_shared::user_error::UserError;

use super::Loaded;
use crate::api;
use crate::live::{self, Connection, Feed};
use crate::loading::load;
use crate::state::move_list::{Ended, MoveList};
use crate::state::move_words;

/// How long usage may lag behind the feed: meters move along without a request per message.
const USAGE_PAUSE: Duration = Duration::from_secs(2);
/// After the server refused the feed, the browser does not try again by itself.
const RETRY_PAUSE: Duration = Duration::from_secs(5);

/// The moves, as signals.
#[derive(Clone, Copy)]
pub struct Moves {
    loaded: Loaded<Vec<MoveView>>,
    told: RwSignal<MoveList>,
    pub connection: RwSignal<Connection>,
    /// Counts up when usage has probably changed: projects are asked for again.
    pub usage_version: RwSignal<u32>,
    /// Why the last order to a move was not followed.
    pub order_error: RwSignal<Option<(MoveId, UserError)>>,
    /// The last one that ended while this page was open.
    pub ended: RwSignal<Option<Ended>>,
    spoken: RwSignal<String>,
    /// Why one is not signed in any more: what is shown stays, and nothing new comes.
    pub session_over: RwSignal<Option<UserError>>,
    feed: StoredValue<Option<Feed>>,
    is_usage_due: StoredValue<bool>,
}

impl Moves {
    pub(super) fn new(spoken: RwSignal<String>) -> Self {
        Self {
            loaded: load(|| (), |()| api::moves()),
            told: RwSignal::new(MoveList::default()),
            connection: RwSignal::new(Connection::Starting),
            usage_version: RwSignal::new(0),
            order_error: RwSignal::new(None),
            ended: RwSignal::new(None),
            session_over: RwSignal::new(None),
            spoken,
            feed: StoredValue::new(None),
            is_usage_due: StoredValue::new(false),
        }
    }

    /// Every move, newest first; none while they are loaded. Read it below a `Suspense`.
    pub fn all(self) -> Option<Result<Vec<MoveView>, UserError>> {
        let loaded = self.loaded.get()?;
        Some(loaded.map(|loaded| self.told.with(|told| told.merged(&loaded))).map_err(|error| error.0))
    }

    /// What the feed has told of one move.
    pub fn told(self, id: MoveId) -> Option<MoveView> {
        self.told.with(|told| told.get(id).cloned())
    }

    /// When a move last changed what lies in a folder, as a sequence of the feed.
    pub fn settled_at(self, folder: &FilePath) -> u64 {
        self.told.with(|told| told.settled_at(folder))
    }

    /// Whether a running move is about that entry of a folder.
    pub fn is_moving(self, folder: &FilePath, name: &str) -> bool {
        self.told.with(|told| told.is_moving(folder, name))
    }

    /// One move as it stands, kept up to date; what was known of it stays while nothing newer is.
    pub fn follow_one(self, known: MoveView) -> Memo<MoveView> {
        let id = known.id;
        Memo::new(move |before: Option<&MoveView>| {
            let told = self.told(id);
            let loaded = || self.loaded.get()?.ok()?.into_iter().find(|view| view.id == id);
            told.or_else(loaded).or_else(|| before.cloned()).unwrap_or_else(|| known.clone())
        })
    }

    pub fn reload(self) {
        self.loaded.refetch();
    }

    /// Takes the answer to a call before the feed tells of it.
    pub(super) fn take(self, view: MoveView) {
        self.told.update(|told| told.absorb_answer(view));
    }

    /// Follows the feed, and again when the browser gave up on it.
    pub fn follow(self) {
        let on_message = move |update: MoveUpdate| self.hear(update);
        let on_connection = move |connection| {
            self.connection.set(connection);
            if connection == Connection::Live {
                // In another tab, perhaps.
                self.session_over.set(None);
            }
            if connection == Connection::Lost && self.feed.with_value(|feed| feed.as_ref().is_some_and(Feed::has_ended)) {
                self.find_out_why();
                set_timeout(move || self.follow(), RETRY_PAUSE);
            }
        };
        self.feed.set_value(live::follow(live::MOVES_URL, on_message, on_connection));
    }

    /// The feed does not say why it is refused; any call does.
    fn find_out_why(self) {
        spawn_local(async move {
            if let Err(error) = api::session().await
                && error.0.code == "unauthorized"
                && self.connection.get_untracked() != Connection::Live
            {
                self.session_over.update(|over| *over = over.take().or(Some(error.0)));
            }
        });
    }

    fn hear(self, update: MoveUpdate) {
        let ended = self.told.try_update(|told| told.absorb(update)).flatten();
        self.refresh_usage();
        if let Some(ended) = ended {
            self.spoken.set(format!("{}: {}", ended.title, move_words::ending(ended.state)));
            self.ended.set(Some(ended));
        }
    }

    /// Asks for the projects again, at most every few seconds, and always once after the last message.
    fn refresh_usage(self) {
        if self.is_usage_due.get_value() {
            return;
        }
        self.is_usage_due.set_value(true);
        set_timeout(
            move || {
                self.is_usage_due.set_value(false);
                self.usage_version.update(|version| *version += 1);
            },
            USAGE_PAUSE,
        );
    }

    /// Gives an order; the move's new view arrives here and by the feed.
    pub fn order(self, id: MoveId, order: Order) {
        self.order_error.set(None);
        spawn_local(async move {
            let answer = match order {
                Order::Cancel => api::cancel_move(id).await,
                Order::Pause => api::pause_move(id).await,
                Order::Resume => api::resume_move(id).await,
                Order::Hold => api::hold_move(id).await,
                Order::LiftHold => api::lift_hold(id).await,
                Order::Purge => api::purge_move(id).await,
            };
            match answer {
                Ok(view) => self.take(view),
                Err(error) => self.order_error.set(Some((id, error.0))),
            }
        });
    }
}
