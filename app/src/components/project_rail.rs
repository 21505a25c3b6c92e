//! The projects at the side: who pays for what, live, and a place to drop on.

use leptos::html::Details;
use leptos::prelude::*;
use tidelock_shared::name::FilePath;
use tidelock_shared::project::Project;

use crate::browser;
use crate::components::meter::QuotaMeter;
use crate::components::place_link::PlaceLink;
use crate::components::problem::LoadError;
use crate::desk::{Browse, use_desk};
use crate::state::meter::{Meter, Quantity};
use crate::words::words;

/// Every project with its meters.
#[component]
pub fn ProjectRail(browse: Browse) -> impl IntoView {
    let rail = NodeRef::<Details>::new();
    Effect::new(move |_| {
        browse.view.track();
        if let Some(rail) = rail.get() {
            rail.set_open(!browser::is_narrow());
        }
    });
    view! {
        // Where there is room the sheet shows what is in it, open or not; so nothing moves on a phone
        // when WASM is there. Older browsers do not let a sheet do this, and wait for WASM.
        <details node_ref=rail class="project-rail">
            <summary class="project-rail__summary">{words().projects_title()}</summary>
            <nav class="project-rail__body" aria-label=words().projects_title() data-scrolls="true">
                <h2 class="project-rail__title">{words().projects_title()}</h2>
                <Transition fallback=|| view! { <p class="project-rail__loading">{words().loading_projects()}</p> }>
                    <RailProjects browse />
                    <RailRoots browse />
                </Transition>
            </nav>
        </details>
    }
    .into_any()
}

#[component]
fn RailProjects(browse: Browse) -> impl IntoView {
    let desk = use_desk();
    let loaded = Memo::new(move |_| desk.projects.get());
    let error = move || loaded.with(|loaded| loaded.as_ref().and_then(|loaded| loaded.as_ref().err().map(|error| error.0.clone())));
    // A project keeps its place in the list while its numbers change.
    let rows = move || loaded.get().and_then(Result::ok).unwrap_or_default();
    let children = move |known: Project| {
        let root = known.root.clone();
        let project = Memo::new(move |_| {
            let now = |projects: &Vec<Project>| projects.iter().find(|project| project.root == root).cloned();
            loaded
                .with(|loaded| loaded.as_ref().and_then(|loaded| loaded.as_ref().ok()).and_then(now))
                .unwrap_or_else(|| known.clone())
        });
        view! { <RailProject project browse /> }
    };
    view! {
        <ul class="project-rail__list">
            <For each=rows key=|project| (project.root.clone(), project.id) children />
        </ul>
        {move || error().map(|error| view! { <LoadError error what=words().projects_failed() /> })}
    }
    .into_any()
}

#[component]
fn RailProject(project: Memo<Project>, browse: Browse) -> impl IntoView {
    let desk = use_desk();
    let Project { root, name, id, .. } = project.get_untracked();
    let id = id.map_or_else(|| words().no_project_id().to_owned(), |id| words().id_number(&id.to_string()));
    let text = name.clone();
    let drop_place = root.to_url();
    let root = StoredValue::new(root);
    let is_here = move || {
        let side = browse.active_side();
        browse.view.with(|view| view.pane(side).is_some_and(|pane| root.with_value(|root| pane.path.is_at_or_below(root))))
    };
    let is_hovered = move || desk.hand.drag.with(|drag| drag.as_ref().is_some_and(|drag| drag.over == Some(root.get_value())));
    let href = Signal::derive(move || root.with_value(|root| browse.folder_url(browse.active_side(), root)));
    let bytes = Signal::derive(move || project.with(|project| Meter::of_project(project, Quantity::Bytes)));
    let inodes = Signal::derive(move || project.with(|project| Meter::of_project(project, Quantity::Inodes)));
    view! {
        <li
            class="rail-project"
            class=("rail-project--here", is_here)
            class=("rail-project--hovered", is_hovered)
            data-drop=drop_place
        >
            <PlaceLink href class="rail-project__link" current=Signal::derive(move || is_here().then_some("true"))>
                <span class="rail-project__name">{text}</span>
                <span class="rail-project__id">{id}</span>
            </PlaceLink>
            <QuotaMeter meter=bytes owner=name.clone() is_compact=true />
            <QuotaMeter meter=inodes owner=name is_compact=true />
        </li>
    }
    .into_any()
}

/// The managed folders, from which one also reaches what belongs to no project.
#[component]
fn RailRoots(browse: Browse) -> impl IntoView {
    let desk = use_desk();
    move || {
        let roots = desk.session.get().and_then(Result::ok).map(|session| session.roots).unwrap_or_default();
        view! {
            <h2 class="project-rail__title">{words().folders_title()}</h2>
            <ul class="project-rail__list">
                {roots.into_iter().map(|root| view! { <RailRoot root browse /> }).collect_view()}
            </ul>
        }
    }
}

#[component]
fn RailRoot(root: FilePath, browse: Browse) -> impl IntoView {
    let text = root.shown();
    let drop_place = root.to_url();
    let href = Signal::derive(move || browse.folder_url(browse.active_side(), &root));
    view! {
        <li class="rail-root" data-drop=drop_place>
            <PlaceLink href class="rail-root__link">
                {text}
            </PlaceLink>
        </li>
    }
}
