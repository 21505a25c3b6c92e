//! A button that puts a text on the clipboard and says so.

use std::time::Duration;

use leptos::prelude::*;

use crate::browser;
use crate::components::icon::{Glyph, Icon};
use crate::desk::use_desk;
use crate::words::words;

#[component]
pub fn CopyButton(#[prop(into)] label: String, #[prop(into)] text: Signal<String>) -> impl IntoView {
    let desk = use_desk();
    let is_copied = RwSignal::new(false);
    let on_click = move |_| {
        browser::copy_text(&text.get_untracked());
        is_copied.set(true);
        desk.spoken.set(words().copied().to_owned());
        set_timeout(
            move || {
                is_copied.try_set(false);
            },
            Duration::from_secs(2),
        );
    };
    view! {
        <button type="button" class="button button--quiet" on:click=on_click>
            {move || view! { <Icon glyph=if is_copied.get() { Glyph::Check } else { Glyph::Copy } /> }}
            {move || if is_copied.get() { words().copied().to_owned() } else { label.clone() }}
        </button>
    }
}
