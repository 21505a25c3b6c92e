//! Light, dark, or as the system says.

use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::desk::use_desk;
use crate::preference::{Choice, Theme};
use crate::words::words;

#[component]
pub fn ThemeToggle() -> impl IntoView {
    let theme = use_desk().theme;
    let on_click = move |_| {
        theme.update(|theme| *theme = theme.next());
        theme.get_untracked().apply();
    };
    let glyph = move || match theme.get() {
        Theme::Auto => Glyph::System,
        Theme::Light => Glyph::Sun,
        Theme::Dark => Glyph::Moon,
    };
    let label = move || words().colours_are(theme.get().word());
    view! {
        <button type="button" class="button button--icon" aria-label=label title=label on:click=on_click>
            {move || view! { <Icon glyph=glyph() /> }}
        </button>
    }
}
