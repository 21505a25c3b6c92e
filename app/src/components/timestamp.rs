//! A moment, in UTC until the browser knows its own zone.

use leptos::prelude::*;

use crate::browser;
use crate::desk::use_desk;
use crate::format;
use crate::words::words;

/// A date and time in minutes; the exact second is its title.
#[component]
pub fn Timestamp(seconds: i64) -> impl IntoView {
    let desk = use_desk();
    let text = move || {
        if desk.is_hydrated.get() {
            format::minute(seconds, browser::utc_offset_minutes(seconds))
        } else {
            words().utc(&format::minute(seconds, 0))
        }
    };
    let exact = format::second_exact(seconds);
    view! {
        <time class="timestamp" datetime=exact.clone() title=exact>
            {text}
        </time>
    }
}

/// How long ago a moment was; the moment itself is its title.
#[component]
pub fn Age(milliseconds: i64) -> impl IntoView {
    let desk = use_desk();
    let exact = format::second_exact(milliseconds.div_euclid(1000));
    view! {
        <time class="timestamp" datetime=exact.clone() title=exact>
            {move || format::age(milliseconds, desk.now_ms.get())}
        </time>
    }
}
