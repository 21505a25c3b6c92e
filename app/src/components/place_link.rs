//! A link to another page of this application.
//!
//! The router's own handling of links decodes the path once before it reaches the address
//! bar, which turns a name with `%` into another name. This one hands the URL on untouched.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// A link. Its attributes are properties: spread onto a boxed view, changing ones go stale when
/// the view is drawn again.
#[component]
pub fn PlaceLink(
    #[prop(into)] href: Signal<String>,
    #[prop(optional)] class: &'static str,
    /// What it is where the text does not say.
    #[prop(optional, into)]
    label: Option<String>,
    /// `aria-current`, while one is there.
    #[prop(optional, into)]
    current: MaybeProp<&'static str>,
    /// `aria-pressed`, of a link that looks like a button and switches something.
    #[prop(optional, into)]
    pressed: MaybeProp<&'static str>,
    #[prop(optional, into)] tab_index: MaybeProp<&'static str>,
    /// The folder that something dropped on it goes into.
    #[prop(optional, into)]
    drop_place: Option<String>,
    children: Children,
) -> impl IntoView {
    let navigate = use_navigate();
    let on_click = move |event: MouseEvent| {
        let wants_other_window = event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key();
        if event.button() != 0 || wants_other_window || event.default_prevented() {
            return;
        }
        event.prevent_default();
        navigate(&href.get_untracked(), NavigateOptions { resolve: false, ..NavigateOptions::default() });
    };
    let role = move || pressed.get().map(|_| "button");
    view! {
        <a
            class=class
            href=move || href.get()
            draggable="false"
            role=role
            aria-label=label.clone()
            title=label
            aria-current=move || current.get()
            aria-pressed=move || pressed.get()
            tabindex=move || tab_index.get()
            data-drop=drop_place
            on:click=on_click
        >
            {children()}
        </a>
    }
}
