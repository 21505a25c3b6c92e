//! What is charged to another project than its folder: which entries, and the plan that mends it.

use leptos::prelude::*;
use tidelock_shared::name::FilePath;
use tidelock_shared::request::{MoveRequest, Verb};

use crate::components::place_link::PlaceLink;
use crate::desk::{Proposal, use_desk};
use crate::state::pane::{entry_url, folder_url};
use crate::words::words;

/// A button that plans the repair of all of a project's folder.
#[component]
pub fn PlanRepair(folder: FilePath) -> impl IntoView {
    let desk = use_desk();
    let plan = move |_| {
        let (sources, destination) = (vec![folder.clone()], folder.clone());
        let request = MoveRequest { verb: Verb::Repair, sources, destination, ..MoveRequest::default() };
        desk.planning.propose(Proposal::Move(request));
    };
    view! {
        <button type="button" class="button" on:click=plan>
            {words().plan_repair()}
        </button>
    }
}

/// Some of the entries, folded away, each a link to where it is.
#[component]
pub fn WhichEntries(examples: Vec<FilePath>) -> impl IntoView {
    let link = |path: FilePath| {
        let shown = path.shown();
        let href = path.split_last().map_or_else(|| folder_url(&path), |(folder, name)| entry_url(&folder, name, false));
        view! { <li><PlaceLink href>{shown}</PlaceLink></li> }
    };
    view! {
        <details class="which-entries">
            <summary>{words().which()}</summary>
            <ul class="which-entries__list">{examples.into_iter().map(link).collect_view()}</ul>
        </details>
    }
}
