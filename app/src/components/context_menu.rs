//! The menu of a row.

use leptos::ev::{self, KeyboardEvent};
use leptos::html::Div;
use leptos::prelude::*;
use tidelock_shared::listing::Entry;
use tidelock_shared::strategy::EntryKind;
use wasm_bindgen::JsCast;
use wasm_split_helpers::wasm_split;

use crate::api::ApiError;
use crate::browser;
use crate::components::entry_details::can_come_down;
use crate::components::icon::{Glyph, Icon};
use crate::components::lazy_part::lazy_part;
use crate::desk::{Browse, MenuAt, Naming};
use crate::state::pane::{Side, download_url};
use crate::words::words;

#[component]
pub fn ContextMenu(browse: Browse) -> impl IntoView {
    Effect::new(move |_| {
        let on_press = window_event_listener(ev::pointerdown, move |event| {
            if !browser::is_within(&event, ".context-menu") {
                browse.menu.set(None);
            }
        });
        let on_scroll = window_event_listener(ev::wheel, move |_| browse.menu.set(None));
        on_cleanup(move || {
            on_press.remove();
            on_scroll.remove();
        });
    });
    move || browse.menu.get().map(|at| lazy_part(menu(browse, at)))
}

#[wasm_split(dialogs, fallible)]
fn menu(browse: Browse, at: MenuAt) -> Result<AnyView, ApiError> {
    let node = NodeRef::<Div>::new();
    Effect::new(move |_| {
        if node.get().is_some() {
            step_focus(node, 0);
        }
    });
    let MenuAt { side, entry, at: (x, y) } = at;
    let items = items(browse, side, &entry).into_iter().map(|(glyph, text, action)| {
        let on_click = move |_| {
            browse.menu.set(None);
            action();
        };
        view! {
            <button type="button" class="context-menu__item" role="menuitem" tabindex="-1" on:click=on_click>
                <Icon glyph />
                {text}
            </button>
        }
    });
    let on_key = move |event: KeyboardEvent| {
        match event.key().as_str() {
            "ArrowDown" => step_focus(node, 1),
            "ArrowUp" => step_focus(node, -1),
            "Escape" | "Tab" => browse.menu.set(None),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let menu = view! {
        <div
            node_ref=node
            class="context-menu"
            role="menu"
            aria-label=words().actions()
            style:left=format!("min({x:.0}px, 100vw - var(--menu) - var(--space-2))")
            style:top=format!("min({y:.0}px, 100dvh - var(--card-room))")
            on:keydown=on_key
        >
            {items.collect_view()}
        </div>
    };
    Ok(menu.into_any())
}

type Item = (Glyph, &'static str, Box<dyn Fn()>);

/// What can be done with a row now, the most likely first.
fn items(browse: Browse, side: Side, entry: &Entry) -> Vec<Item> {
    let Some(path) = browse.pane(side).path_now().map(|folder| folder.join(entry.name.clone())) else { return Vec::new() };
    let (download, renamed) = (download_url(&path), Naming::Rename { side, entry: entry.clone() });
    let (opened, pasted, copied, detailed) = (entry.clone(), path.clone(), path.shown(), (path, entry.clone()));
    let is_folder = entry.kind == EntryKind::Folder;
    let has_cut = browse.desk.clipboard.with_untracked(Option::is_some);
    let has_second = browse.view.with_untracked(|view| view.second.is_some());
    let item = |is_offered: bool, glyph, text, action: Box<dyn Fn()>| is_offered.then_some((glyph, text, action));
    [
        item(is_folder, Glyph::Folder, words().open(), Box::new(move || browse.open_entry(side, &opened))),
        item(true, Glyph::MoveTo, words().move_to(), Box::new(move || browse.choose_destination(side))),
        item(has_second, Glyph::Panes, words().move_to_pane(), Box::new(move || browse.move_chosen_to_other_pane(side))),
        item(true, Glyph::Cut, words().cut(), Box::new(move || browse.cut(side))),
        item(true, Glyph::Copy, words().copy(), Box::new(move || browse.copy(side))),
        item(true, Glyph::Rename, words().rename_more(), Box::new(move || browse.naming.set(Some(renamed.clone())))),
        item(is_folder && has_cut, Glyph::Paste, words().paste_into(), Box::new(move || browse.paste_into(&pasted))),
        item(true, Glyph::Trash, words().put_into_trash(), Box::new(move || browse.trash(side))),
        item(can_come_down(entry), Glyph::Down, words().download(), Box::new(move || browser::download(&download))),
        item(true, Glyph::Link, words().copy_path(), Box::new(move || browser::copy_text(&copied))),
        item(true, Glyph::Info, words().properties(), Box::new(move || browse.details.set(Some(detailed.clone())))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Moves the keyboard among the menu's items.
fn step_focus(node: NodeRef<Div>, by: i32) {
    let Some(menu) = node.get_untracked() else { return };
    let items = menu.children();
    let count = i32::try_from(items.length()).unwrap_or(0);
    if count == 0 {
        return;
    }
    let here =
        (0..count).find(|index| u32::try_from(*index).ok().and_then(|index| items.item(index)) == document().active_element());
    let next = here.map_or(0, |here| (here + by).rem_euclid(count));
    let item = u32::try_from(next).ok().and_then(|index| items.item(index));
    if let Some(item) = item.and_then(|item| item.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = item.focus();
    }
}
