//! The first page: the projects with their charge, and what moves.

use leptos::prelude::*;
use leptos_meta::Title;
use tidelock_shared::project::Project;

use crate::components::empty_state::EmptyState;
use crate::components::icon::Glyph;
use crate::components::meter::QuotaMeter;
use crate::components::place_link::PlaceLink;
use crate::components::problem::LoadError;
use crate::desk::use_desk;
use crate::pages::moves::MoveRows;
use crate::state::meter::{Meter, Quantity};
use crate::state::pane::folder_url;
use crate::words::words;

/// Moves that the overview shows; the rest is on their own page.
const MOVES_SHOWN: usize = 5;

#[component]
pub fn OverviewPage() -> impl IntoView {
    let desk = use_desk();
    view! {
        <Title text=words().overview() />
        <div class="page">
            <h1 class="page__title">{words().overview()}</h1>
            <p class="page__lead">
                {words().overview_lead()}
            </p>
            <section aria-labelledby="overview-projects">
                <h2 id="overview-projects" class="page__section">{words().projects_title()}</h2>
                <Transition fallback=|| view! { <p>{words().loading_projects()}</p> }>
                    {move || {
                        desk.projects
                            .get()
                            .map(|projects| match projects {
                                Ok(projects) if projects.is_empty() => {
                                    view! {
                                        <EmptyState
                                            glyph=Glyph::Folder
                                            title=words().no_projects()
                                            advice=words().no_projects_advice()
                                        />
                                    }
                                        .into_any()
                                }
                                Ok(projects) => {
                                    view! {
                                        <ul class="project-cards">
                                            {projects.into_iter().map(|project| view! { <ProjectCard project /> }).collect_view()}
                                        </ul>
                                    }
                                        .into_any()
                                }
                                Err(error) => {
                                    view! { <LoadError error=error.0 what=words().projects_failed() /> }.into_any()
                                }
                            })
                    }}
                </Transition>
            </section>
            <section aria-labelledby="overview-moves">
                <h2 id="overview-moves" class="page__section">{words().latest_moves()}</h2>
                <Transition fallback=|| view! { <p>{words().loading_moves()}</p> }>
                    {move || {
                        desk.moves
                            .all()
                            .map(|moves| match moves {
                                Ok(mut moves) => {
                                    moves.truncate(MOVES_SHOWN);
                                    view! { <MoveRows moves /> }.into_any()
                                }
                                Err(error) => view! { <LoadError error what=words().moves_failed() /> }.into_any(),
                            })
                    }}
                </Transition>
            </section>
        </div>
    }
    .into_any()
}

#[component]
fn ProjectCard(project: Project) -> impl IntoView {
    let name = project.name.clone();
    let id = project.id.map(|id| words().id_number(&id.to_string())).unwrap_or_else(|| words().no_project_id().to_owned());
    view! {
        <li class="project-card">
            <PlaceLink href=folder_url(&project.root) class="project-card__link">
                <span class="project-card__name">{name}</span>
            </PlaceLink>
            <p class="project-card__place">{format!("{id} · {}", project.root.shown())}</p>
            <QuotaMeter meter=Meter::of_project(&project, Quantity::Bytes) owner=project.name.clone() />
            <QuotaMeter meter=Meter::of_project(&project, Quantity::Inodes) owner=project.name.clone() />
        </li>
    }
    .into_any()
}
