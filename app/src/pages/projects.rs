//! Every project in numbers: usage, limits, what moves have reserved, what is left.

use leptos::prelude::*;
use leptos_meta::Title;
use tidelock_shared::project::Project;

use crate::components::meter::QuotaMeter;
use crate::components::place_link::PlaceLink;
use crate::components::problem::LoadError;
use crate::desk::use_desk;
use crate::format;
use crate::state::meter::{Meter, Quantity};
use crate::state::pane::{folder_url, project_url};
use crate::words::words;

#[component]
pub fn ProjectsPage() -> impl IntoView {
    let desk = use_desk();
    view! {
        <Title text=words().projects_title() />
        <div class="page">
            <h1 class="page__title">{words().projects_title()}</h1>
            <p class="page__lead">
                {words().projects_lead()}
            </p>
            <Transition fallback=|| view! { <p>{words().loading_projects()}</p> }>
                {move || {
                    desk.projects
                        .get()
                        .map(|projects| match projects {
                            Ok(projects) => view! { <ProjectTable projects /> }.into_any(),
                            Err(error) => view! { <LoadError error=error.0 what=words().projects_failed() /> }.into_any(),
                        })
                }}
            </Transition>
        </div>
    }
    .into_any()
}

#[component]
fn ProjectTable(projects: Vec<Project>) -> impl IntoView {
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label=words().projects_table()>
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">{words().project()}</th>
                        <th scope="col" class="table__wide">{words().id()}</th>
                        <th scope="col" class="table__wide">{words().folder()}</th>
                        <th scope="col" class="table__meters">{words().usage()}</th>
                        <th scope="col" class="table__number table__wide">{words().soft_limit()}</th>
                        <th scope="col" class="table__number table__wide">{words().hard_limit_title()}</th>
                        <th scope="col" class="table__number table__wide">{words().reserved_title()}</th>
                        <th scope="col" class="table__number table__wide">{words().headroom()}</th>
                    </tr>
                </thead>
                <tbody>{projects.into_iter().map(|project| view! { <ProjectRow project /> }).collect_view()}</tbody>
            </table>
        </div>
    }
}

#[component]
fn ProjectRow(project: Project) -> impl IntoView {
    let headroom = project.headroom();
    let [bytes, inodes] = [Quantity::Bytes, Quantity::Inodes].map(|quantity| Meter::of_project(&project, quantity));
    let Project { limits, reserved, .. } = project;
    let owner = project.name.clone();
    view! {
        <tr>
            <th scope="row">
                <PlaceLink href=project_url(&project.root)>{project.name}</PlaceLink>
            </th>
            <td class="table__wide">{project.id.map(|id| id.to_string()).unwrap_or_else(|| "–".to_owned())}</td>
            <td class="table__path">
                <PlaceLink href=folder_url(&project.root)>{project.root.shown()}</PlaceLink>
            </td>
            <td class="table__meters">
                <QuotaMeter meter=bytes owner=owner.clone() is_compact=true />
                <QuotaMeter meter=inodes owner is_compact=true />
            </td>
            <Both bytes=limits.bytes.soft inodes=limits.inodes.soft none=words().no_such_limit() />
            <Both bytes=limits.bytes.hard inodes=limits.inodes.hard none=words().no_such_limit() />
            <Both bytes=Some(reserved.bytes) inodes=Some(reserved.inodes) none=words().none_reserved() />
            <Both bytes=headroom.bytes inodes=headroom.inodes none=words().no_limit() />
        </tr>
    }
    .into_any()
}

/// Bytes over inodes. Where it is narrow the meters say as much.
#[component]
fn Both(bytes: Option<u64>, inodes: Option<u64>, none: &'static str) -> impl IntoView {
    view! {
        <td class="table__number table__wide">
            <span class="table__line" title=bytes.map(format::bytes_exact)>
                {bytes.map_or_else(|| none.to_owned(), format::bytes)}
            </span>
            <span class="table__line table__line--less" title=inodes.map(format::count_exact)>
                {inodes.map_or_else(|| none.to_owned(), |inodes| words().inodes(inodes))}
            </span>
        </td>
    }
}
