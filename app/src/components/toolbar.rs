//! What one can do with the active pane, without dragging.

use std::time::Duration;

use leptos::ev::{Event, Targeted};
use leptos::prelude::*;
use web_sys::HtmlInputElement;

use crate::components::icon::{Glyph, Icon};
use crate::components::place_link::PlaceLink;
use crate::desk::Browse;
use crate::state::pane::{BrowseView, folder_url};
use crate::words::words;

/// How long typing rests before the filter is applied.
const TYPING_PAUSE: Duration = Duration::from_millis(200);

#[component]
pub fn Toolbar(browse: Browse) -> impl IntoView {
    let side = move || browse.active_side();
    let active = move || browse.view.with_untracked(|view| view.active);
    let is_none = Signal::derive(move || browse.pane(side()).selection.with(|selection| selection.is_empty()));
    let cut = move || browse.desk.clipboard.with(|clipboard| clipboard.as_ref().map(|clipboard| clipboard.count() as u64));
    let toggle = Signal::derive(move || browse.view.with(|view| view.with_second_toggled().to_url()));
    let search = Signal::derive(move || browse.search_url(side()));
    view! {
        <div class="toolbar" role="toolbar" aria-label=words().actions()>
            <button
                type="button"
                class="button button--primary"
                disabled=is_none
                on:click=move |_| browse.choose_destination(active())
            >
                <Icon glyph=Glyph::MoveTo />
                {words().move_to()}
            </button>
            <Keep text=words().cut() glyph=Glyph::Cut is_none keep=Callback::new(move |()| browse.cut(active())) />
            <Keep text=words().copy() glyph=Glyph::Copy is_none keep=Callback::new(move |()| browse.copy(active())) />
            <button
                type="button"
                class="button"
                disabled=move || cut().is_none()
                on:click=move |_| browse.paste(active())
            >
                <Icon glyph=Glyph::Paste />
                <span class="toolbar__text">
                    {move || match cut() {
                        Some(count) => words().paste_here(count),
                        None => words().paste().to_owned(),
                    }}
                </span>
            </button>
            <button
                type="button"
                class="button"
                aria-label=words().trash_title()
                title=words().trash_key_title()
                disabled=is_none
                on:click=move |_| browse.trash(active())
            >
                <Icon glyph=Glyph::Trash />
            </button>
            <button
                type="button"
                class="button"
                aria-label=words().new_folder()
                title=words().new_folder_key()
                on:click=move |_| browse.name_new_folder(active())
            >
                <Icon glyph=Glyph::NewFolder />
            </button>
            <button
                type="button"
                class="button"
                title=words().upload_key()
                on:click=move |_| browse.upload_to(active())
            >
                <Icon glyph=Glyph::Upload />
                <span class="toolbar__text toolbar__text--spare">{words().upload_short()}</span>
            </button>
            <span class="toolbar__space"></span>
            <FilterField browse />
            <PlaceLink href=search class="button button--icon" label=words().search_below_key()>
                <Icon glyph=Glyph::Search />
            </PlaceLink>
            <PlaceLink
                href=toggle
                class="button toolbar__panes"
                label=words().two_panes()
                pressed=Signal::derive(move || if browse.has_second() { "true" } else { "false" })
            >
                <Icon glyph=Glyph::Panes />
                <span class="toolbar__text toolbar__text--spare">{words().two_panes()}</span>
            </PlaceLink>
            <button
                type="button"
                class="button button--icon toolbar__help"
                aria-label=words().shortcuts()
                title=words().shortcuts_key()
                on:click=move |_| browse.desk.shortcuts.set(true)
            >
                <Icon glyph=Glyph::Help />
            </button>
        </div>
    }
    .into_any()
}

/// Keeps what is chosen for pasting.
#[component]
fn Keep(text: &'static str, glyph: Glyph, is_none: Signal<bool>, keep: Callback<()>) -> impl IntoView {
    view! {
        <button type="button" class="button" disabled=is_none on:click=move |_| keep.run(())>
            <Icon glyph />
            <span class="toolbar__text">{text}</span>
        </button>
    }
}

/// Keeps names that contain a text. A plain form, so that it works before WASM too.
#[component]
fn FilterField(browse: Browse) -> impl IntoView {
    let filter = Signal::derive(move || {
        let side = browse.active_side();
        browse.view.with(|view| view.pane(side).map(|pane| pane.filter.clone()).unwrap_or_default())
    });
    let action = move || browse.view.with(|view: &BrowseView| folder_url(&view.first.path));
    let pending = StoredValue::new(0_u32);
    let on_input = move |event: Targeted<Event, HtmlInputElement>| {
        let text = event.target().value();
        pending.update_value(|count| *count += 1);
        let turn = pending.get_value();
        set_timeout(
            move || {
                if pending.try_get_value() == Some(turn) {
                    browse.set_filter(browse.view.with_untracked(|view| view.active), text);
                }
            },
            TYPING_PAUSE,
        );
    };
    view! {
        <form class="toolbar__filter" method="get" action=action role="search" on:submit=move |event| event.prevent_default()>
            <input
                id="filter"
                class="field"
                type="search"
                name="filter"
                placeholder=words().filter()
                aria-label=words().filter_by_name()
                autocomplete="off"
                value=filter.get_untracked()
                prop:value=move || filter.get()
                on:input:target=on_input
            />
        </form>
    }
}
