//! The one plan drawer: every move and every undo passes through it.

use leptos::prelude::*;
use tidelock_shared::name::FilePath;

use crate::components::drawer_body::DrawerBody;
use crate::components::icon::{Glyph, Icon};
use crate::components::modal::Modal;
use crate::desk::{Proposal, use_desk};
use crate::format;

#[component]
pub fn PlanDrawer() -> impl IntoView {
    let desk = use_desk();
    let planning = desk.planning;
    let is_open = Signal::derive(move || planning.proposal.with(Option::is_some));
    view! {
        <Modal is_open on_close=Callback::new(move |()| planning.close()) labelled_by="drawer-title" class="drawer">
            <div class="drawer__content">
                <header class="drawer__header">
                    <h2 id="drawer-title" class="drawer__title">
                        {move || planning.proposal.with(|proposal| proposal.as_ref().map_or_else(|| "Plan".to_owned(), title))}
                    </h2>
                    <button type="button" class="button button--icon" aria-label="Close" on:click=move |_| planning.close()>
                        <Icon glyph=Glyph::Close />
                    </button>
                </header>
                {move || is_open.get().then(|| view! { <DrawerBody stage=planning.stage.get() /> })}
            </div>
        </Modal>
    }
    .into_any()
}

fn title(proposal: &Proposal) -> String {
    let request = match proposal {
        Proposal::Undo(id) => return format!("Undo move {id}"),
        Proposal::Move(request) => request,
    };
    let name = |path: &FilePath| path.split_last().map_or_else(|| "/".to_owned(), |(_, name)| name.shown().into_owned());
    let what = match request.sources.as_slice() {
        [source] => format!("“{}”", name(source)),
        sources => format::counted(sources.len() as u64, "item", "items"),
    };
    format!("Move {what} to {}", name(&request.destination))
}
