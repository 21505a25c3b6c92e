//! What a screen reader is told, one sentence at a time.

use leptos::prelude::*;

use crate::desk::use_desk;

/// Only starts, ends and what a person did are said here; progress is there to be read.
#[component]
pub fn LiveRegion() -> impl IntoView {
    let desk = use_desk();
    view! {
        <div class="visually-hidden" role="status" aria-live="polite" aria-atomic="true">
            {move || desk.spoken.get()}
        </div>
    }
}
