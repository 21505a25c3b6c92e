//! Every shortcut on one sheet.

use leptos::ev::{self, KeyboardEvent};
use leptos::prelude::*;
use wasm_split_helpers::wasm_split;

use crate::api::ApiError;
use crate::browser;
use crate::components::lazy_part::lazy_part;
use crate::components::modal::{DialogHead, Modal};
use crate::desk::use_desk;
use crate::words::{Message, Words, words};

/// A key that has a name, or one that is a sign.
enum Key {
    Named(Message),
    Sign(&'static str),
}

/// Keys and what they do, in the order in which one meets them.
const SHORTCUTS: [(Message, &[Key]); 19] = [
    (Words::shortcut_palette, &[Key::Named(Words::key_ctrl_k)]),
    (Words::shortcut_rows, &[Key::Sign("↓"), Key::Sign("↑")]),
    (Words::shortcut_extend, &[Key::Named(Words::key_shift_down), Key::Named(Words::key_shift_up)]),
    (Words::shortcut_toggle, &[Key::Named(Words::key_space)]),
    (Words::select_all, &[Key::Named(Words::key_ctrl_a)]),
    (Words::open, &[Key::Named(Words::key_enter)]),
    (Words::folder_above, &[Key::Named(Words::key_backspace)]),
    (Words::cut, &[Key::Named(Words::key_ctrl_x)]),
    (Words::copy, &[Key::Named(Words::key_ctrl_c)]),
    (Words::shortcut_paste, &[Key::Named(Words::key_ctrl_v)]),
    (Words::shortcut_trash, &[Key::Named(Words::key_delete)]),
    (Words::shortcut_rename, &[Key::Sign("F2")]),
    (Words::new_folder, &[Key::Sign("F7")]),
    (Words::search_below, &[Key::Sign("F3")]),
    (Words::shortcut_ends, &[Key::Named(Words::key_home), Key::Named(Words::key_end)]),
    (Words::shortcut_name, &[Key::Named(Words::key_first_letters)]),
    (Words::filter, &[Key::Sign("/")]),
    (Words::shortcut_close, &[Key::Named(Words::key_escape)]),
    (Words::shortcut_sheet, &[Key::Sign("?")]),
];

impl Key {
    fn shown(&self) -> &'static str {
        match self {
            Self::Named(name) => name(words()),
            Self::Sign(sign) => sign,
        }
    }
}

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
            <DialogHead id="shortcuts-title" title=words().shortcuts() on_close=Callback::new(move |()| desk.shortcuts.set(false)) />
            <dl class="facts">
                {SHORTCUTS
                    .iter()
                    .map(|(what, keys)| {
                        view! {
                            <div class="facts__row">
                                <dt>{what(words())}</dt>
                                <dd>{keys.iter().map(|key| view! { <kbd>{key.shown()}</kbd>" " }).collect_view()}</dd>
                            </div>
                        }
                    })
                    .collect_view()}
            </dl>
            <p class="dialog__note">{words().shortcuts_note()}</p>
        </div>
    };
    Ok(sheet.into_any())
}
