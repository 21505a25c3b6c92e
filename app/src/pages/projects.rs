//! Every project in numbers: usage, limits, what moves have reserved, what is left.

use leptos::prelude::*;
use leptos_meta::Title;
use tidelock_shared::project::Project;

use crate::components::place_link::PlaceLink;
use crate::components::problem::LoadError;
use crate::desk::use_desk;
use crate::format;
use crate::state::pane::{folder_url, project_url};

#[component]
pub fn ProjectsPage() -> impl IntoView {
    let desk = use_desk();
    view! {
        <Title text="Projects" />
        <div class="page">
            <h1 class="page__title">"Projects"</h1>
            <p class="page__lead">
                "A project is a folder tree charged to one quota number, the project ID. Headroom is the hard limit less usage and what running moves have reserved."
            </p>
            <Transition fallback=|| view! { <p>"Loading projects…"</p> }>
                {move || {
                    desk.projects
                        .get()
                        .map(|projects| match projects {
                            Ok(projects) => view! { <ProjectTable projects /> }.into_any(),
                            Err(error) => view! { <LoadError error=error.0 what="The projects could not be loaded" /> }.into_any(),
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
        <div class="table-scroll" tabindex="0" role="region" aria-label="Projects in numbers">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Project"</th>
                        <th scope="col" class="table__wide">"ID"</th>
                        <th scope="col" class="table__wide">"Folder"</th>
                        <th scope="col" class="table__number">"Usage"</th>
                        <th scope="col" class="table__number table__wide">"Soft limit"</th>
                        <th scope="col" class="table__number table__wide">"Hard limit"</th>
                        <th scope="col" class="table__number table__wide">"Reserved"</th>
                        <th scope="col" class="table__number">"Headroom"</th>
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
    let (usage, limits, reserved) = (project.usage, project.limits, project.reserved);
    view! {
        <tr>
            <th scope="row">
                <PlaceLink href=project_url(&project.root)>{project.name}</PlaceLink>
            </th>
            <td class="table__wide">{project.id.map(|id| id.to_string()).unwrap_or_else(|| "–".to_owned())}</td>
            <td class="table__path">
                <PlaceLink href=folder_url(&project.root)>{project.root.shown()}</PlaceLink>
            </td>
            <Both bytes=usage.map(|usage| usage.bytes) inodes=usage.map(|usage| usage.inodes) none="not readable" />
            <Both bytes=limits.bytes.soft inodes=limits.inodes.soft none="none" is_wide=true />
            <Both bytes=limits.bytes.hard inodes=limits.inodes.hard none="none" is_wide=true />
            <Both bytes=Some(reserved.bytes) inodes=Some(reserved.inodes) none="none" is_wide=true />
            <Both bytes=headroom.bytes inodes=headroom.inodes none="no limit" />
        </tr>
    }
    .into_any()
}

/// Bytes over inodes; where it is narrow the wide ones are left out.
#[component]
fn Both(bytes: Option<u64>, inodes: Option<u64>, none: &'static str, #[prop(optional)] is_wide: bool) -> impl IntoView {
    view! {
        <td class=if is_wide { "table__number table__wide" } else { "table__number" }>
            <span class="table__line" title=bytes.map(format::bytes_exact)>
                {bytes.map_or_else(|| none.to_owned(), format::bytes)}
            </span>
            <span class="table__line table__line--less" title=inodes.map(format::count_exact)>
                {inodes.map_or_else(|| none.to_owned(), |inodes| format::counted(inodes, "inode", "inodes"))}
            </span>
        </td>
    }
}
