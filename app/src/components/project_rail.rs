//! The projects at the side: who pays for what, live, and a place to drop on.

use leptos::html::Details;
use leptos::prelude::*;
use tidelock_shared::project::Project;

use crate::browser;
use crate::components::meter::QuotaMeter;
use crate::components::place_link::PlaceLink;
use crate::components::problem::LoadError;
use crate::desk::{Browse, use_desk};
use crate::state::meter::{Meter, Quantity};

/// Every project with its meters.
#[component]
pub fn ProjectRail(browse: Browse) -> impl IntoView {
    let desk = use_desk();
    let rail = NodeRef::<Details>::new();
    Effect::new(move |_| {
        browse.view.track();
        if let Some(rail) = rail.get().filter(|_| browser::is_narrow()) {
            rail.set_open(false);
        }
    });
    view! {
        // Open as it is sent, so that it is there without WASM; on a phone it then makes room for the folder.
        <details node_ref=rail class="project-rail" open=true>
            <summary class="project-rail__summary">"Projects"</summary>
            <nav class="project-rail__body" aria-label="Projects" data-scrolls="true">
                <h2 class="project-rail__title">"Projects"</h2>
                <Transition fallback=|| {
                    view! { <p class="project-rail__loading">"Loading projects…"</p> }
                }>
                    {move || {
                        desk.projects
                            .get()
                            .map(|projects| match projects {
                                Ok(projects) => {
                                    view! {
                                        <ul class="project-rail__list">
                                            {projects
                                                .into_iter()
                                                .map(|project| view! { <RailProject project browse /> })
                                                .collect_view()}
                                        </ul>
                                    }
                                        .into_any()
                                }
                                Err(error) => {
                                    view! { <LoadError error=error.0 what="The projects could not be loaded" /> }.into_any()
                                }
                            })
                    }}
                </Transition>
            </nav>
        </details>
    }
    .into_any()
}

#[component]
fn RailProject(project: Project, browse: Browse) -> impl IntoView {
    let desk = use_desk();
    let root = StoredValue::new(project.root.clone());
    let is_here = move || {
        let side = browse.active_side();
        browse.view.with(|view| view.pane(side).is_some_and(|pane| root.with_value(|root| pane.path.is_at_or_below(root))))
    };
    let is_hovered = move || desk.hand.drag.with(|drag| drag.as_ref().is_some_and(|drag| drag.over == Some(root.get_value())));
    let href = Signal::derive(move || root.with_value(|root| browse.folder_url(browse.active_side(), root)));
    let name = project.name.clone();
    let id = project.id.map(|id| format!("ID {id}")).unwrap_or_else(|| "no project ID".to_owned());
    view! {
        <li
            class="rail-project"
            class=("rail-project--here", is_here)
            class=("rail-project--hovered", is_hovered)
            data-drop=project.root.to_url()
        >
            <PlaceLink href attr:class="rail-project__link" attr:aria-current=move || is_here().then_some("true")>
                <span class="rail-project__name">{name}</span>
                <span class="rail-project__id">{id}</span>
            </PlaceLink>
            <QuotaMeter meter=Meter::of_project(&project, Quantity::Bytes) owner=project.name.clone() is_compact=true />
            <QuotaMeter meter=Meter::of_project(&project, Quantity::Inodes) owner=project.name.clone() is_compact=true />
        </li>
    }
    .into_any()
}
