//! The bar above every page: where one is, who one is, and whether the page is live.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_location;

use crate::components::icon::{Glyph, Icon};
use crate::components::meter::MeterPatterns;
use crate::components::place_link::PlaceLink;
use crate::components::theme_toggle::ThemeToggle;
use crate::components::user_menu::UserMenu;
use crate::desk::use_desk;
use crate::live::Connection;
use crate::pages::lazy;
use crate::words::words;

#[component]
pub fn TopBar() -> impl IntoView {
    let desk = use_desk();
    let session = move || desk.session.get().and_then(Result::ok);
    let is_fetched = StoredValue::new(false);
    // Whoever is near a link gets its page at once.
    let fetch = move || {
        if !is_fetched.get_value() {
            is_fetched.set_value(true);
            spawn_local(lazy::fetch());
        }
    };
    view! {
        <header class="top-bar">
            <MeterPatterns />
            <PlaceLink href="/".to_owned() class="top-bar__brand" label=words().home_title()>
                <svg class="top-bar__mark" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
                    <path d="M3 4v12M17 4v12M3 13c2.300-2 4.700-2 7 0s4.700 2 7 0M10 3v6M7.500 6.500 10 9l2.500-2.500" />
                </svg>
                <span class="top-bar__name">"Tidelock"</span>
            </PlaceLink>
            <nav class="top-bar__nav" aria-label=words().pages_title() on:pointerover=move |_| fetch() on:focusin=move |_| fetch()>
                <NavLink href="/projects" below="/projects" text=words().projects_title() />
                <Suspense>
                    {move || {
                        let root = session().and_then(|session| session.roots.first().map(crate::state::pane::folder_url));
                        view! { <NavLink href=root.unwrap_or_else(|| "/browse/".to_owned()) below="/browse" text=words().browse() /> }
                    }}
                </Suspense>
                <NavLink href="/moves" below="/moves" text=words().moves_title() />
                <NavLink href="/trash" below="/trash" text=words().trash_title() />
                <Suspense>
                    {move || {
                        session()
                            .is_some_and(|session| session.role.sees_all())
                            .then(|| view! { <NavLink href="/board" below="/board" text=words().board() /> })
                    }}
                </Suspense>
                <NavLink href="/guarantees" below="/guarantees" text=words().guarantees() />
            </nav>
            <div class="top-bar__end">
                {move || (desk.moves.connection.get() == Connection::Lost).then(ConnectionLost)}
                <button
                    type="button"
                    class="button top-bar__find"
                    aria-label=words().palette_title()
                    aria-keyshortcuts="Control+K Meta+K"
                    title=words().find_title()
                    on:click=move |_| desk.palette.set(true)
                >
                    <Icon glyph=Glyph::Search />
                    <span class="top-bar__find-text">{words().find_short()}</span>
                    <kbd class="top-bar__find-text">{words().key_ctrl_k()}</kbd>
                </button>
                <Suspense>{move || session().map(|session| view! { <UserMenu session /> })}</Suspense>
                <ThemeToggle />
            </div>
        </header>
    }
    .into_any()
}

/// A link that knows whether one is there.
#[component]
fn NavLink(#[prop(into)] href: String, below: &'static str, text: &'static str) -> impl IntoView {
    let location = use_location();
    let is_here = move || location.pathname.with(|path| path == below || path.starts_with(&format!("{below}/")));
    view! {
        <PlaceLink href class="top-bar__link" current=Signal::derive(move || is_here().then_some("page"))>
            {text}
        </PlaceLink>
    }
}

#[component]
fn ConnectionLost() -> impl IntoView {
    view! {
        <p class="top-bar__lost" role="status">
            <Icon glyph=Glyph::Alert />
            {words().connection_lost()}
        </p>
    }
}
