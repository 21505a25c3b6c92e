//! Below the rows: how many there are and what is chosen.

use leptos::prelude::*;
use tidelock_shared::listing::FolderListing;
use tidelock_shared::strategy::EntryKind;

use crate::desk::Pane;
use crate::format;

#[component]
pub fn StatusBar(pane: Pane, #[prop(into)] listing: Signal<Option<FolderListing>>) -> impl IntoView {
    let entries = move || {
        let filter = pane.shown.with(|shown| shown.as_ref().map(|shown| shown.filter.clone()).unwrap_or_default());
        listing.with(|listing| {
            let Some(listing) = listing else { return String::new() };
            let count = format::counted(listing.entries_total, "entry", "entries");
            if filter.is_empty() { count } else { format!("{count} matching “{filter}”") }
        })
    };
    let chosen = move || {
        listing.with(|listing| {
            let listing = listing.as_ref()?;
            pane.selection.with(|selection| {
                let chosen = listing.entries.iter().filter(|entry| selection.contains(&entry.name));
                let (mut bytes, mut folders, mut count) = (0_u64, 0, 0);
                for entry in chosen {
                    count += 1;
                    match entry.kind {
                        EntryKind::Folder => folders += 1,
                        _ => bytes = bytes.saturating_add(entry.size),
                    }
                }
                (count > 0).then(|| summary(count, folders, bytes))
            })
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
    let mut text = format!("{} selected", format::count(count));
    if files > 0 {
        text.push_str(&format!(" · {}", format::bytes(bytes)));
        if folders > 0 {
            text.push_str(&format!(" and {}", format::counted(folders, "folder", "folders")));
        }
    }
    (text, format!("{} in files", format::bytes_exact(bytes)))
}
