//! Everything that is known of one entry, and what its content looks like.

use leptos::prelude::*;
use leptos::task::spawn_local;
use tidelock_shared::content::Content;
use tidelock_shared::listing::Entry;
use tidelock_shared::name::FilePath;
use tidelock_shared::strategy::EntryKind;
use wasm_split_helpers::wasm_split;

use crate::api::{self, ApiError};
use crate::components::copy_button::CopyButton;
use crate::components::lazy_part::lazy_part;
use crate::components::modal::{DialogHead, Modal};
use crate::desk::Browse;
use crate::format;
use crate::state::move_words;
use crate::state::pane::{content_url, download_url};
use crate::words::words;

#[component]
pub fn EntryDetails(browse: Browse) -> impl IntoView {
    let is_open = Signal::derive(move || browse.details.with(Option::is_some));
    view! {
        <Modal is_open on_close=Callback::new(move |()| browse.details.set(None)) labelled_by="details-title" class="dialog dialog--wide">
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
        (words().kind(), move_words::kind(entry.kind).to_owned()),
        (words().size(), format!("{} ({})", format::bytes(entry.size), format::bytes_exact(entry.size))),
        (words().modified(), format::second_exact(entry.modified)),
        (words().owner(), format!("{}:{}", entry.owner, entry.group)),
        (words().permissions(), format!("{} ({:04o})", format::permissions(entry.mode), entry.mode & 0o7777)),
        (words().hard_link_names(), entry.links.to_string()),
        (words().project_id(), entry.project.map(|id| id.to_string()).unwrap_or_else(|| words().no_projects_here().to_owned())),
    ];
    facts.extend(entry.points_to.clone().map(|place| (words().points_to_title(), place)));
    if entry.is_drifted {
        facts.push((words().drift(), words().drift_explained().to_owned()));
    }
    if entry.is_released {
        facts.push((words().content(), words().content_on_tape().to_owned()));
    }
    let shown = path.shown();
    let has_content = entry.kind == EntryKind::File;
    let details = view! {
        <div class="dialog__content">
            <DialogHead id="details-title" title=entry.name.shown().into_owned() on_close=Callback::new(move |()| browse.details.set(None)) />
            {has_content.then(|| view! { <ContentView path=path.clone() name=entry.name.shown().into_owned() /> })}
            <dl class="facts">
                {facts
                    .into_iter()
                    .map(|(name, value)| view! { <div class="facts__row"><dt>{name}</dt><dd>{value}</dd></div> })
                    .collect_view()}
            </dl>
            <p class="dialog__path">{shown.clone()}</p>
            <footer class="move-actions">
                <CopyButton label=words().copy_path() text=shown />
                {can_come_down(&entry).then(|| {
                    let text = if entry.kind == EntryKind::Folder { words().download_archive() } else { words().download() };
                    view! { <a class="button" href=download_url(&path) download="" rel="external">{text}</a> }
                })}
            </footer>
        </div>
    };
    Ok(details.into_any())
}

/// What there is to see of a file, once it is here.
#[component]
fn ContentView(path: FilePath, name: String) -> impl IntoView {
    let content = RwSignal::new(None);
    let asked = path.clone();
    spawn_local(async move {
        let answer = api::content(asked).await;
        content.try_set(Some(answer));
    });
    let url = content_url(&path);
    let shown = move || {
        match content.get() {
        None => view! { <p class="content-view__note" role="status">{words().content_reading()}</p> }.into_any(),
        Some(Ok(Content::Text { text, is_whole })) => view! {
            <pre class="content-view__text" tabindex="0" aria-label=words().content()>{text}</pre>
            {(!is_whole).then(|| view! { <p class="content-view__note">{words().content_begins()}</p> })}
        }
        .into_any(),
        Some(Ok(Content::Binary { dump })) => view! {
            <pre class="content-view__text" tabindex="0" aria-label=words().first_bytes()>{dump}</pre>
            <p class="content-view__note">{words().content_binary()}</p>
        }
        .into_any(),
        Some(Ok(Content::Image)) => view! { <img class="content-view__image" src=url.clone() alt=name.clone() /> }.into_any(),
        Some(Ok(Content::Pdf)) => view! {
            <iframe class="content-view__document" src=url.clone() title=name.clone()></iframe>
            <p class="content-view__note"><a href=url.clone() target="_blank" rel="external noopener">{words().open_in_tab()}</a></p>
        }
        .into_any(),
        Some(Ok(Content::Nothing { why })) => view! { <p class="content-view__note">{why}</p> }.into_any(),
        Some(Err(ApiError(error))) => view! { <p class="content-view__note">{error.message}</p> }.into_any(),
    }
    };
    view! { <div class="content-view">{shown}</div> }.into_any()
}
