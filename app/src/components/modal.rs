//! A modal dialog on the browser's own: it keeps the keyboard inside, closes with Escape, and
//! gives the keyboard back to where it was.

use leptos::ev::MouseEvent;
use leptos::html::Dialog;
use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::words::words;

/// A dialog that is open while `is_open` says so.
#[component]
pub fn Modal(
    #[prop(into)] is_open: Signal<bool>,
    /// Escape, or a click beside it.
    on_close: Callback<()>,
    /// The element that names it.
    labelled_by: &'static str,
    class: &'static str,
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        if is_open.get() && !dialog.open() {
            // Refused only for a dialog that is out of the document, where nothing could be seen either.
            let _ = dialog.show_modal();
        } else if !is_open.get() && dialog.open() {
            dialog.close();
        }
    });
    let on_click = move |event: MouseEvent| {
        // The backdrop belongs to the dialog's own element; its content is inside another.
        let is_backdrop = dialog
            .get_untracked()
            .is_some_and(|dialog| event.target().as_ref() == Some(AsRef::<web_sys::EventTarget>::as_ref(&*dialog)));
        if is_backdrop {
            on_close.run(());
        }
    };
    view! {
        <dialog node_ref=dialog class=class aria-labelledby=labelled_by on:close=move |_| on_close.run(()) on:click=on_click>
            {children()}
        </dialog>
    }
    .into_any()
}

/// What stands above a dialog's content: its name, and how to close it.
#[component]
pub fn DialogHead(
    /// What `labelled_by` names.
    id: &'static str,
    #[prop(into)] title: String,
    on_close: Callback<()>,
) -> impl IntoView {
    view! {
        <header class="dialog__header">
            <h2 id=id class="dialog__title">
                {title}
            </h2>
            <button type="button" class="button button--icon" aria-label=words().close() on:click=move |_| on_close.run(())>
                <Icon glyph=Glyph::Close />
            </button>
        </header>
    }
    .into_any()
}
