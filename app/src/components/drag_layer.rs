//! Dragging: from a press on a row to letting go over a folder, with the card in between.
//!
//! By pointer events and not by the browser's own drag and drop, which hides the position
//! from the page on some systems and cannot show a card that changes.

use leptos::ev::{self, KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use tidelock_shared::name::FilePath;

use crate::browser;
use crate::components::lazy_part::lazy_part;
use crate::components::preview_card::preview_card;
use crate::desk::Browse;
use crate::state::drag;

#[component]
pub fn DragLayer(browse: Browse) -> impl IntoView {
    let hand = browse.desk.hand;
    let is_dragging = Memo::new(move |_| hand.drag.with(Option::is_some));
    Effect::new(move |_| {
        let on_move = window_event_listener(ev::pointermove, move |event: PointerEvent| {
            let pointer = (f64::from(event.client_x()), f64::from(event.client_y()));
            if let Some(press) = browse.press.get_value()
                && hand.is_empty()
                && drag::has_begun(press.at, pointer)
            {
                browse.menu.set(None);
                browse.begin_drag(&press, pointer);
            }
            if !hand.is_empty() {
                event.prevent_default();
                browser::scroll_near_edge(pointer.0, pointer.1);
                hand.hover(folder_at(pointer), pointer);
            }
        });
        let on_up = window_event_listener(ev::pointerup, move |event: PointerEvent| {
            browse.press.set_value(None);
            if !hand.is_empty() {
                let pointer = (f64::from(event.client_x()), f64::from(event.client_y()));
                hand.hover(folder_at(pointer), pointer);
                browse.drop_here();
            }
        });
        let put_back = move || {
            browse.press.set_value(None);
            hand.put_back();
        };
        let on_cancel = window_event_listener(ev::pointercancel, move |_| put_back());
        let on_blur = window_event_listener(ev::blur, move |_| put_back());
        let on_key = window_event_listener(ev::keydown, move |event: KeyboardEvent| {
            if event.key() == "Escape" && !hand.is_empty() {
                event.prevent_default();
                put_back();
            }
        });
        on_cleanup(move || {
            for listener in [on_move, on_up, on_cancel, on_blur, on_key] {
                listener.remove();
            }
            put_back();
        });
    });
    view! {
        <div class="drag-layer" aria-hidden="true">
            {move || is_dragging.get().then(|| lazy_part(preview_card(hand)))}
        </div>
    }
    .into_any()
}

/// The folder that an element under a point of the window leads to.
pub(super) fn folder_at((x, y): (f64, f64)) -> Option<FilePath> {
    FilePath::from_url(&browser::drop_place_at(x, y)?).ok()
}
