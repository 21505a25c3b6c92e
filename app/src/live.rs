//! Server-sent events as signals.
//!
//! `/api/moves/events` tells of every move (each message a whole `MoveUpdate`, the event id
//! its sequence) and `/api/surveys/<id>/events` counts one survey (`SurveyProgress`). The
//! browser reconnects by itself and says the last id it saw, so nothing is told twice or lost.
//!
//! Not here: what the messages mean (`state`).

use std::cell::RefCell;
use std::rc::Rc;

use serde::de::DeserializeOwned;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{EventSource, MessageEvent};

/// The feed of every move.
pub const MOVES_URL: &str = "/api/moves/events";

/// Where one survey is counted.
pub fn survey_url(id: tidelock_shared::id::SurveyId) -> String {
    format!("/api/surveys/{}/events", id.0)
}

/// Whether the feed is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Connection {
    #[default]
    Starting,
    Live,
    /// Lost; the browser is trying again.
    Lost,
}

/// A running feed; dropping it closes it.
///
/// It is a number that stands for the browser's objects, because what is shared on a page is
/// also made, and never used, on the server's threads.
#[derive(Debug)]
pub struct Feed(u32);

/// The browser's side of a feed.
struct Source {
    events: EventSource,
    _handlers: [Handler; 3],
}

type Handler = Closure<dyn FnMut(web_sys::Event)>;

thread_local! {
    static SOURCES: RefCell<Vec<(u32, Source)>> = const { RefCell::new(Vec::new()) };
}

impl Feed {
    fn of(source: Source) -> Self {
        SOURCES.with_borrow_mut(|sources| {
            let number = sources.last().map_or(1, |(last, _)| last + 1);
            sources.push((number, source));
            Self(number)
        })
    }

    /// Whether the browser has given up on it, for instance because the server said no.
    pub fn has_ended(&self) -> bool {
        SOURCES.with_borrow(|sources| {
            let source = sources.iter().find(|(number, _)| *number == self.0);
            source.is_none_or(|(_, source)| source.events.ready_state() == EventSource::CLOSED)
        })
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        let source = SOURCES.with_borrow_mut(|sources| {
            let place = sources.iter().position(|(number, _)| *number == self.0);
            place.map(|place| sources.remove(place))
        });
        if let Some((_, Source { events, .. })) = source {
            events.set_onmessage(None);
            events.set_onopen(None);
            events.set_onerror(None);
            events.close();
        }
    }
}

/// Follows a feed of JSON messages. Messages that cannot be read are left out: each is whole,
/// so the next one makes up for it.
pub fn follow<T: DeserializeOwned + 'static>(
    url: &str,
    on_message: impl Fn(T) + 'static,
    on_connection: impl Fn(Connection) + 'static,
) -> Option<Feed> {
    let source = EventSource::new(url).ok()?;
    let on_connection = Rc::new(on_connection);
    let message = Handler::new(move |event: web_sys::Event| {
        let text = event.dyn_ref::<MessageEvent>().and_then(|event| event.data().as_string());
        if let Some(value) = text.and_then(|text| serde_json::from_slice(text.as_bytes()).ok()) {
            on_message(value);
        }
    });
    let opened = on_connection.clone();
    let open = Handler::new(move |_| opened(Connection::Live));
    let error = Handler::new(move |_| on_connection(Connection::Lost));
    source.set_onmessage(Some(message.as_ref().unchecked_ref()));
    source.set_onopen(Some(open.as_ref().unchecked_ref()));
    source.set_onerror(Some(error.as_ref().unchecked_ref()));
    Some(Feed::of(Source { events: source, _handlers: [message, open, error] }))
}
