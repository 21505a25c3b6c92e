//! Every shortcut on one sheet.

use leptos::ev::{self, KeyboardEvent};
use leptos::prelude::*;
use wasm_split_helpers::wasm_split;

use crate::api::ApiError;
use crate::browser;
use crate::components::lazy_part::lazy_part;
use crate::components::modal::{DialogHead, Modal};
use crate::desk::use_desk;

/// Keys and what they do, in the order in which one meets them.
const SHORTCUTS: [(&str, &[&str]); 19] = [
    ("Every command, project and recent folder", &["Ctrl K"]),
    ("Next or previous row", &["↓", "↑"]),
    ("Extend the selection", &["Shift ↓", "Shift ↑"]),
    ("Select or deselect the row", &["Space"]),
    ("Select all", &["Ctrl A"]),
    ("Open", &["Enter"]),
    ("Folder above", &["Backspace"]),
    ("Cut", &["Ctrl X"]),
    ("Copy", &["Ctrl C"]),
    ("Paste here: shows the plan", &["Ctrl V"]),
    ("Put into the trash: shows the plan", &["Delete"]),
    ("Rename: can be undone", &["F2"]),
    ("New folder", &["F7"]),
    ("Search below this folder", &["F3"]),
    ("First or last row", &["Home", "End"]),
    ("Go to a name", &["its first letters"]),
    ("Filter", &["/"]),
    ("Close, or put back what is dragged", &["Esc"]),
    ("This sheet", &["?"]),
];

#[component]
pub fn ShortcutSheet() -> impl IntoView {
    let desk = use_desk();
    Effect::new(move |_| {
        let listener = window_event_listener(ev::keydown, move |event: KeyboardEvent| {
            if browser::is_text_field(&event)
                || browser::has_open_dialog()
                || event.ctrl_key()
                || event.meta_key()
                || event.alt_key()
            {
                return;
            }
            match event.key().as_str() {
                "?" => desk.shortcuts.set(true),
                "/" => browser::focus("filter"),
                _ => return,
            }
            event.prevent_default();
        });
        on_cleanup(move || listener.remove());
    });
    view! {
        <Modal
            is_open=desk.shortcuts
            on_close=Callback::new(move |()| desk.shortcuts.set(false))
            labelled_by="shortcuts-title"
            class="dialog"
        >
            {move || desk.shortcuts.get().then(|| lazy_part(sheet()))}
        </Modal>
    }
    .into_any()
}

#[wasm_split(dialogs, fallible)]
fn sheet() -> Result<AnyView, ApiError> {
    let desk = use_desk();
    let sheet = view! {
        <div class="dialog__content">
            <DialogHead id="shortcuts-title" title="Keyboard shortcuts" on_close=Callback::new(move |()| desk.shortcuts.set(false)) />
            <dl class="facts">
                {SHORTCUTS
                    .iter()
                    .map(|(what, keys)| {
                        view! {
                            <div class="facts__row">
                                <dt>{*what}</dt>
                                <dd>{keys.iter().map(|key| view! { <kbd>{*key}</kbd>" " }).collect_view()}</dd>
                            </div>
                        }
                    })
                    .collect_view()}
            </dl>
            <p class="dialog__note">"On a Mac, Cmd stands for Ctrl. Rows can also be dragged with the mouse."</p>
        </div>
    };
    Ok(sheet.into_any())
}
