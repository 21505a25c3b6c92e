//! Server-sent events as signals.
//!
//! `/api/moves/events` tells of every move (each message a whole `MoveUpdate`, the event id
//! its sequence) and `/api/surveys/<id>/events` counts one survey (`SurveyProgress`). The
//! browser reconnects by itself and says the last id it saw, so nothing is told twice or lost.
//!
//! Not here: what the messages mean (`state`).

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
pub struct Feed {
    source: EventSource,
    _handlers: Vec<Closure<dyn FnMut(web_sys::Event)>>,
}

impl Feed {
    /// Whether the browser has given up on it, for instance because the server said no.
    pub fn has_ended(&self) -> bool {
        self.source.ready_state() == EventSource::CLOSED
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.source.set_onmessage(None);
        self.source.set_onopen(None);
        self.source.set_onerror(None);
        self.source.close();
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
    let message = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
        let text = event.dyn_ref::<MessageEvent>().and_then(|event| event.data().as_string());
        if let Some(value) = text.and_then(|text| serde_json::from_str(&text).ok()) {
            on_message(value);
        }
    });
    let opened = on_connection.clone();
    let open = Closure::<dyn FnMut(web_sys::Event)>::new(move |_| opened(Connection::Live));
    let error = Closure::<dyn FnMut(web_sys::Event)>::new(move |_| on_connection(Connection::Lost));
    source.set_onmessage(Some(message.as_ref().unchecked_ref()));
    source.set_onopen(Some(open.as_ref().unchecked_ref()));
    source.set_onerror(Some(error.as_ref().unchecked_ref()));
    Some(Feed { source, _handlers: vec![message, open, error] })
}
