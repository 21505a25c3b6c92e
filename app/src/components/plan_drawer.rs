//! The one plan drawer: every move and every undo passes through it.

use leptos::prelude::*;
use tidelock_shared::name::FilePath;
use tidelock_shared::request::Verb;

use crate::components::drawer_body::drawer_body;
use crate::components::icon::{Glyph, Icon};
use crate::components::lazy_part::lazy_part;
use crate::components::modal::Modal;
use crate::desk::{Proposal, Stage, use_desk};
use crate::state::move_words;
use crate::words::words;

#[component]
pub fn PlanDrawer() -> impl IntoView {
    let desk = use_desk();
    let planning = desk.planning;
    // Asked about a taken name, the proposal changes while the drawer stays as it is.
    let is_open = Memo::new(move |_| planning.proposal.with(Option::is_some));
    view! {
        <Modal is_open on_close=Callback::new(move |()| planning.close()) labelled_by="drawer-title" class="drawer">
            <div class="drawer__content">
                <header class="drawer__header">
                    <div>
                        <h2 id="drawer-title" class="drawer__title">
                            {move || planning.proposal.with(|proposal| proposal.as_ref().map_or_else(|| words().plan().to_owned(), title))}
                        </h2>
                        {move || {
                            let route = planning.proposal.with(|proposal| proposal.as_ref().and_then(route));
                            route.map(|route| view! { <p class="drawer__route">{route}</p> })
                        }}
                    </div>
                    <button type="button" class="button button--icon" aria-label=words().close() on:click=move |_| planning.close()>
                        <Icon glyph=Glyph::Close />
                    </button>
                </header>
                // Said inside the dialog: what is behind it is not read out while it is open.
                <p class="visually-hidden" role="status">
                    {move || is_open.get().then(|| planning.stage.with(|stage| spoken(stage, planning.undecided())))}
                </p>
                {move || is_open.get().then(|| lazy_part(drawer_body()))}
            </div>
        </Modal>
    }
    .into_any()
}

/// Where from and where to, in full.
fn route(proposal: &Proposal) -> Option<String> {
    let Proposal::Move(request) = proposal else { return None };
    if request.verb == Verb::Repair {
        return request.sources.first().map(FilePath::shown);
    }
    let (folder, _) = request.sources.first()?.split_last()?;
    let destination = if request.verb == Verb::Trash { words().trash_place().to_owned() } else { request.destination.shown() };
    Some(format!("{} → {destination}", folder.shown()))
}

fn spoken(stage: &Stage, undecided: usize) -> String {
    match stage {
        Stage::Planning(_) => words().planning().to_owned(),
        Stage::Planned(_) if undecided > 0 => move_words::to_be_decided(undecided),
        Stage::Planned(plan) if plan.is_refused() => words().cannot_start(plan.refusals.len() as u64),
        Stage::Planned(plan) => words().plan_ready(&move_words::headline(plan)),
        Stage::Expired(_) => words().plan_expired().to_owned(),
        Stage::Starting(_) => words().starting().to_owned(),
        Stage::Failed(error) => error.message.clone(),
    }
}

fn title(proposal: &Proposal) -> String {
    let request = match proposal {
        Proposal::Undo(id) => return words().undo_move(&id.to_string()),
        Proposal::Move(request) => request,
    };
    let name = |path: &FilePath| path.split_last().map_or_else(|| "/".to_owned(), |(_, name)| name.shown().into_owned());
    let what = match request.sources.as_slice() {
        [source] => words().quoted(&name(source)),
        sources => words().items(sources.len() as u64),
    };
    match request.verb {
        Verb::Move => words().move_what_to_place(&what, &name(&request.destination)),
        Verb::Copy => words().copy_what_to_place(&what, &name(&request.destination)),
        Verb::Trash => words().trash_what_title(&what),
        Verb::Repair => words().repair_what_title(&what),
    }
}
