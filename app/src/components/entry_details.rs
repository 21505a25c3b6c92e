//! Everything that is known of one entry.

use leptos::prelude::*;
use tidelock_shared::listing::Entry;
use tidelock_shared::name::FilePath;
use tidelock_shared::strategy::EntryKind;
use wasm_split_helpers::wasm_split;

use crate::api::ApiError;
use crate::components::copy_button::CopyButton;
use crate::components::lazy_part::lazy_part;
use crate::components::modal::{DialogHead, Modal};
use crate::desk::Browse;
use crate::format;
use crate::state::pane::download_url;
use crate::state::words;

#[component]
pub fn EntryDetails(browse: Browse) -> impl IntoView {
    let is_open = Signal::derive(move || browse.details.with(Option::is_some));
    view! {
        <Modal is_open on_close=Callback::new(move |()| browse.details.set(None)) labelled_by="details-title" class="dialog">
            {move || browse.details.get().map(|(path, entry)| lazy_part(details(browse, path, entry)))}
        </Modal>
    }
}

/// Whether there is content, and it is here.
pub fn can_come_down(entry: &Entry) -> bool {
    matches!(entry.kind, EntryKind::File | EntryKind::Folder) && !entry.is_released
}

#[wasm_split(dialogs, fallible)]
fn details(browse: Browse, path: FilePath, entry: Entry) -> Result<AnyView, ApiError> {
    let mut facts = vec![
        ("Kind", words::kind(entry.kind).to_owned()),
        ("Size", format!("{} ({})", format::bytes(entry.size), format::bytes_exact(entry.size))),
        ("Modified", format::second_exact(entry.modified)),
        ("Owner", format!("{}:{}", entry.owner, entry.group)),
        ("Permissions", format!("{} ({:04o})", format::permissions(entry.mode), entry.mode & 0o7777)),
        ("Names (hard links)", entry.links.to_string()),
        ("Project ID", entry.project.map(|id| id.to_string()).unwrap_or_else(|| "none on this file system".to_owned())),
    ];
    facts.extend(entry.points_to.clone().map(|place| ("Points to", place)));
    if entry.is_drifted {
        facts.push(("Drift", "does not match its folder's project ID or inherit flag".to_owned()));
    }
    if entry.is_released {
        facts.push(("Content", "on tape only (released)".to_owned()));
    }
    let shown = path.shown();
    let details = view! {
        <div class="dialog__content">
            <DialogHead id="details-title" title=entry.name.shown().into_owned() on_close=Callback::new(move |()| browse.details.set(None)) />
            <dl class="facts">
                {facts
                    .into_iter()
                    .map(|(name, value)| view! { <div class="facts__row"><dt>{name}</dt><dd>{value}</dd></div> })
                    .collect_view()}
            </dl>
            <p class="dialog__path">{shown.clone()}</p>
            <footer class="move-actions">
                <CopyButton label="Copy path" text=shown />
                {can_come_down(&entry).then(|| {
                    let text = if entry.kind == EntryKind::Folder { "Download as .tar" } else { "Download" };
                    view! { <a class="button" href=download_url(&path) download="" rel="external">{text}</a> }
                })}
            </footer>
        </div>
    };
    Ok(details.into_any())
}
