//! Below the rows: how many there are and what is chosen.

use leptos::prelude::*;
use tidelock_shared::strategy::EntryKind;

use crate::desk::{Pane, Shown};
use crate::format;
use crate::words::words;

#[component]
pub fn StatusBar(pane: Pane, #[prop(into)] shown: Signal<Option<Shown>>) -> impl IntoView {
    let entries = move || {
        shown.with(|shown| {
            let Some(shown) = shown else { return String::new() };
            let (total, is_complete) = pane.with_rows(shown, |rows| (rows.total, rows.is_complete));
            let mut text = words().entries(total);
            if !shown.view.filter.is_empty() {
                text.push_str(&words().matching(&shown.view.filter));
            }
            if !is_complete {
                text.push_str(words().so_far_reading());
            }
            text
        })
    };
    let chosen = move || {
        pane.selection.with(|selection| {
            let (mut bytes, mut folders) = (0_u64, 0);
            for entry in selection.entries() {
                match entry.kind {
                    EntryKind::Folder => folders += 1,
                    _ => bytes = bytes.saturating_add(entry.size),
                }
            }
            (!selection.is_empty()).then(|| summary(selection.len(), folders, bytes))
        })
    };
    view! {
        <div class="status-bar">
            <span>{entries}</span>
            {move || chosen().map(|(text, title)| view! { <span class="status-bar__chosen" title=title>{text}</span> })}
        </div>
    }
}

/// Sizes of folders are not known before a survey, and that is said.
fn summary(count: u64, folders: u64, bytes: u64) -> (String, String) {
    let files = count - folders;
    let mut text = words().selected(&format::count(count));
    if files > 0 {
        text.push_str(&format!(" · {}", format::bytes(bytes)));
        if folders > 0 {
            text.push_str(&words().and_folders(folders));
        }
    }
    (text, words().in_files(&format::bytes_exact(bytes)))
}
