//! The switch with which a person asks to be told when moves end.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::components::icon::{Glyph, Icon};
use crate::desk::use_desk;
use crate::notify::{self, Telling};
use crate::words::words;

/// The last line of the tray; nothing where the browser cannot tell anything.
#[component]
pub fn NotifySwitch() -> impl IntoView {
    let moves = use_desk().moves;
    let telling = RwSignal::new(Telling::Impossible);
    // Only the browser knows.
    Effect::new(move |_| telling.set(notify::telling()));
    Effect::new(move |before: Option<()>| {
        let ended = moves.ended.get();
        // What ended before this was shown is no news.
        if before.is_some() {
            ended.iter().for_each(notify::tell);
        }
    });
    let on_click = move |_| match telling.get_untracked() {
        Telling::On => telling.set(notify::stop()),
        _ => spawn_local(async move { telling.set(notify::ask().await) }),
    };
    let switch = move || {
        view! {
            <button
                type="button"
                class="button button--quiet"
                aria-pressed=move || (telling.get() == Telling::On).to_string()
                on:click=on_click
            >
                <Icon glyph=Glyph::Bell />
                {words().notify_me()}
                {move || (telling.get() == Telling::On).then(|| view! { <Icon glyph=Glyph::Check /> })}
            </button>
        }
    };
    move || {
        let line = match telling.get() {
            Telling::Impossible => return None,
            Telling::Blocked => words().notify_denied().into_any(),
            Telling::Off | Telling::On => switch().into_any(),
        };
        Some(view! { <li class="tray__foot">{line}</li> })
    }
}
