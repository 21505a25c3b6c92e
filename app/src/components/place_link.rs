//! A link to another page of this application.
//!
//! The router's own handling of links decodes the path once before it reaches the address
//! bar, which turns a name with `%` into another name. This one hands the URL on untouched.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// A link; attributes are given with `attr:`.
#[component]
pub fn PlaceLink(#[prop(into)] href: Signal<String>, children: Children) -> impl IntoView {
    let navigate = use_navigate();
    let on_click = move |event: MouseEvent| {
        let wants_other_window = event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key();
        if event.button() != 0 || wants_other_window || event.default_prevented() {
            return;
        }
        event.prevent_default();
        navigate(&href.get_untracked(), NavigateOptions { resolve: false, ..NavigateOptions::default() });
    };
    view! {
        <a href=move || href.get() draggable="false" on:click=on_click>
            {children()}
        </a>
    }
}
