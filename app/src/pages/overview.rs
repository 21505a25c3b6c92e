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

/// Moves that the overview shows; the rest is on their own page.
const MOVES_SHOWN: usize = 5;

#[component]
pub fn OverviewPage() -> impl IntoView {
    let desk = use_desk();
    view! {
        <Title text="Overview" />
        <div class="page">
            <h1 class="page__title">"Overview"</h1>
            <p class="page__lead">
                "Move files between projects: completely or not at all, with the cost shown before, and undo afterwards."
            </p>
            <section aria-labelledby="overview-projects">
                <h2 id="overview-projects" class="page__section">"Projects"</h2>
                <Transition fallback=|| view! { <p>"Loading projects…"</p> }>
                    {move || {
                        desk.projects
                            .get()
                            .map(|projects| match projects {
                                Ok(projects) if projects.is_empty() => {
                                    view! {
                                        <EmptyState
                                            glyph=Glyph::Folder
                                            title="You are in no project yet"
                                            advice="Ask the project's owner or the administrators to add you."
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
                                    view! { <LoadError error=error.0 what="The projects could not be loaded" /> }.into_any()
                                }
                            })
                    }}
                </Transition>
            </section>
            <section aria-labelledby="overview-moves">
                <h2 id="overview-moves" class="page__section">"Latest moves"</h2>
                <Transition fallback=|| view! { <p>"Loading moves…"</p> }>
                    {move || {
                        desk.moves
                            .all()
                            .map(|moves| match moves {
                                Ok(mut moves) => {
                                    moves.truncate(MOVES_SHOWN);
                                    view! { <MoveRows moves /> }.into_any()
                                }
                                Err(error) => view! { <LoadError error what="The moves could not be loaded" /> }.into_any(),
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
    let id = project.id.map(|id| format!("ID {id}")).unwrap_or_else(|| "no project ID".to_owned());
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
