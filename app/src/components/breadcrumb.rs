//! Where a pane is: the path part by part, each a link and a place to drop on, and who pays.

use leptos::prelude::*;
use tidelock_shared::listing::FolderInfo;
use tidelock_shared::name::FilePath;
use tidelock_shared::strategy::RenameRule;

use crate::components::icon::{Glyph, Icon};
use crate::components::place_link::PlaceLink;
use crate::desk::{Browse, use_desk};
use crate::state::pane::Side;
use crate::words::words;

/// The path from the managed root to the folder.
#[component]
pub fn Breadcrumb(browse: Browse, side: Side, folder: FolderInfo) -> impl IntoView {
    let parts = parts(&folder.root, &folder.path);
    let last = parts.len().saturating_sub(1);
    view! {
        <nav class="breadcrumb" aria-label=words().pane_path(side.number())>
            <ol class="breadcrumb__list">
                {parts
                    .into_iter()
                    .enumerate()
                    .map(|(index, (path, name))| view! { <Part browse side path name is_last=index == last /> })
                    .collect_view()}
            </ol>
        </nav>
    }
}

#[component]
fn Part(browse: Browse, side: Side, path: FilePath, name: String, is_last: bool) -> impl IntoView {
    let desk = use_desk();
    let path = StoredValue::new(path);
    let is_hovered =
        move || !is_last && desk.hand.drag.with(|drag| drag.as_ref().is_some_and(|drag| drag.over == Some(path.get_value())));
    view! {
        <li class="breadcrumb__part" class=("breadcrumb__part--hovered", is_hovered)>
            <PlaceLink
                href=Signal::derive(move || path.with_value(|path| browse.folder_url(side, path)))
                class="breadcrumb__link"
                drop_place=path.with_value(FilePath::to_url)
                current=is_last.then_some("location")
            >
                {name}
            </PlaceLink>
            {(!is_last).then(|| view! { <Icon glyph=Glyph::ChevronRight /> })}
        </li>
    }
    .into_any()
}

/// Name, project ID, inherit flag and placement of a folder.
#[component]
pub fn ProjectChip(folder: FolderInfo) -> impl IntoView {
    let project = folder.project;
    let has_projects = folder.mount.abilities.rename_rule != RenameRule::NoProjects;
    let differs = project.id.is_some_and(|id| id != folder.tag.id);
    view! {
        <p class="project-chip" title=words().pays_here()>
            <span class="project-chip__name">{project.name}</span>
            {project.id.map(|id| view! { <span class="project-chip__id">{words().id_number(&id.to_string())}</span> })}
            {differs
                .then(|| {
                    view! {
                        <span class="project-chip__warning" title=words().folder_differs()>
                            <Icon glyph=Glyph::Drift />
                            {words().tagged(&folder.tag.id.to_string())}
                        </span>
                    }
                })}
            {has_projects
                .then(|| {
                    if folder.tag.inherit {
                        view! {
                            <span class="project-chip__flag" title=words().takes_id()>
                                {words().inherits()}
                            </span>
                        }
                            .into_any()
                    } else {
                        view! {
                            <span class="project-chip__warning" title=words().takes_no_id()>
                                <Icon glyph=Glyph::Alert />
                                {words().inherits_not()}
                            </span>
                        }
                            .into_any()
                    }
                })}
            <span class="project-chip__mount">
                {[Some(folder.mount.kind), folder.mount.placement].into_iter().flatten().collect::<Vec<_>>().join(" · ")}
            </span>
        </p>
    }
    .into_any()
}

fn parts(root: &FilePath, path: &FilePath) -> Vec<(FilePath, String)> {
    let mut parts = vec![(root.clone(), root.shown())];
    let mut here = root.clone();
    for name in path.names_below(root).unwrap_or_default() {
        here = here.join(name.clone());
        parts.push((here.clone(), name.shown().into_owned()));
    }
    parts
}
