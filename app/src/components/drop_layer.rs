//! Files of the desktop over the page: the folder under them is shown, and letting go asks for more.
//!
//! Not here: dragging what is on the page (`drag_layer`).

use leptos::ev::{self, DragEvent};
use leptos::prelude::*;

use crate::browser;
use crate::components::drag_layer::folder_at;
use crate::desk::{Browse, holds_files};

#[component]
pub fn DropLayer(browse: Browse) -> impl IntoView {
    let uploads = browse.desk.uploads;
    Effect::new(move |_| {
        let on_over = window_event_listener(ev::dragover, move |event: DragEvent| {
            if !holds_files(&event) {
                return;
            }
            // Else the browser would leave the page and open the file.
            event.prevent_default();
            let pointer = (f64::from(event.client_x()), f64::from(event.client_y()));
            browser::scroll_near_edge(pointer.0, pointer.1);
            let folder = folder_at(pointer).filter(|_| !browser::has_open_dialog());
            if let Some(held) = event.data_transfer() {
                held.set_drop_effect(if folder.is_some() { "copy" } else { "none" });
            }
            if uploads.over.with_untracked(|over| *over != folder) {
                uploads.over.set(folder);
            }
        });
        let on_leave = window_event_listener(ev::dragleave, move |event: DragEvent| {
            if event.related_target().is_none() {
                uploads.over.set(None);
            }
        });
        let on_drop = window_event_listener(ev::drop, move |event: DragEvent| {
            if !holds_files(&event) {
                return;
            }
            event.prevent_default();
            if let Some(folder) = uploads.over.get_untracked() {
                uploads.drop_into(folder, &event);
            }
            uploads.over.set(None);
        });
        on_cleanup(move || {
            for listener in [on_over, on_leave, on_drop] {
                listener.remove();
            }
        });
    });
}
