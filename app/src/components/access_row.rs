//! One session or token: what it is, since when, and how to end it.

use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::words::words;

#[component]
pub fn AccessRow(
    #[prop(into)] title: String,
    /// What tells it from its neighbours for who hears the button alone.
    #[prop(into)]
    end_label: String,
    /// None for what is not ended here.
    on_end: Option<Callback<()>>,
    badge: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    let badge = badge.map(|badge| view! { <span class="badge">{badge}</span> });
    let end = on_end.map(|on_end| {
        view! {
            <button type="button" class="button" aria-label=end_label.clone() data-command=end_label on:click=move |_| on_end.run(())>
                <Icon glyph=Glyph::Close />
                {words().end_it()}
            </button>
        }
    });
    view! {
        <li class="access-row">
            <div class="access-row__what">
                <p class="access-row__title">{title} " " {badge}</p>
                <p class="access-row__facts">{children()}</p>
            </div>
            {end}
        </li>
    }
    .into_any()
}
