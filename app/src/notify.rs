//! Tells through the system that a move has ended, to those who asked for it on this device, while
//! they look at something else.
//!
//! The browser is asked for its leave only when a person asks to be told. Several windows tell the
//! same end under one tag, so that it is shown once.

use js_sys::Reflect;
use js_sys::futures::JsFuture;
use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Notification, NotificationOptions, NotificationPermission};

use crate::browser;
use crate::format;
use crate::state::move_list::Ended;
use crate::state::move_words;

/// Where this device remembers that somebody asked.
const KEY: &str = "tidelock_notify";
const YES: &str = "yes";

/// What a person may expect of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// This browser cannot, or not over a connection without TLS.
    Impossible,
    Off,
    On,
    /// It was asked for, and the browser lets nothing through from here.
    Blocked,
}

/// What holds on this device now.
pub fn telling() -> Telling {
    if !Reflect::has(&window(), &"Notification".into()).unwrap_or(false) {
        return Telling::Impossible;
    }
    match (Notification::permission(), browser::recall(KEY).as_deref()) {
        (NotificationPermission::Denied, Some(YES)) => Telling::Blocked,
        (NotificationPermission::Granted, Some(YES)) => Telling::On,
        _ => Telling::Off,
    }
}

/// Asks the browser for its leave, where it has not been given yet.
pub async fn ask() -> Telling {
    browser::remember(KEY, YES);
    if let Ok(asked) = Notification::request_permission() {
        // Whatever the answer, what holds then is looked up.
        let _ = JsFuture::from(asked).await;
    }
    telling()
}

pub fn stop() -> Telling {
    browser::remember(KEY, "");
    telling()
}

/// Tells of an end, unless the page is being looked at.
pub fn tell(ended: &Ended) {
    if telling() != Telling::On || document().has_focus().unwrap_or(false) {
        return;
    }
    let options = NotificationOptions::new();
    options.set_body(&format::sentence(move_words::ending(ended.state)));
    options.set_tag(&format!("tidelock-{}", ended.id));
    let Ok(notification) = Notification::new_with_options(&ended.title, &options) else { return };
    let shown = notification.clone();
    let on_click = Closure::once_into_js(move || {
        // A browser may keep its window where it is.
        let _ = window().focus();
        shown.close();
    });
    notification.set_onclick(Some(on_click.unchecked_ref()));
}
