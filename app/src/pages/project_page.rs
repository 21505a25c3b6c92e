//! One project: what it uses and may use, what it used before, who uses what, and what finished moves keep in it.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;
use tidelock_shared::history::UsageSample;
use tidelock_shared::name::FilePath;
use tidelock_shared::progress::MoveView;
use tidelock_shared::project::Project;
use tidelock_shared::quota::Amount;
use tidelock_shared::user_error::UserError;

use super::status::set_page_status;
use crate::api::{self, ApiError};
use crate::components::empty_state::EmptyState;
use crate::components::icon::{Glyph, Icon};
use crate::components::inventory_report::InventoryReport;
use crate::components::meter::QuotaMeter;
use crate::components::place_link::PlaceLink;
use crate::components::problem::LoadError;
use crate::components::timestamp::Timestamp;
use crate::components::usage_chart::UsageChart;
use crate::desk::use_desk;
use crate::format;
use crate::loading;
use crate::state::meter::{Meter, Quantity};
use crate::state::move_words;
use crate::state::pane::{PROJECTS, folder_url};
use crate::state::trend::Trend;
use crate::words::words;

#[component]
pub fn ProjectPage() -> impl IntoView {
    let desk = use_desk();
    let location = use_location();
    let root = Memo::new(move |before: Option<&Option<FilePath>>| {
        let below = location.pathname.with(|path| path.strip_prefix(PROJECTS).and_then(|below| FilePath::from_url(below).ok()));
        below.or_else(|| before.cloned().flatten())
    });
    let history = loading::load(move || root.get(), |root| async move { history(root).await });
    let project = move || {
        let projects = desk.projects.get()?;
        Some(projects.map(|projects| projects.into_iter().find(|project| Some(&project.root) == root.get().as_ref())))
    };
    view! {
        <div class="page">
            <Transition fallback=|| view! { <h1 class="page__title">{words().project()}</h1><p>{words().loading()}</p> }>
                {move || {
                    let (project, history) = (project()?, history.get()?);
                    Some(
                        match project {
                            Ok(Some(project)) => view! { <Overview project history /> }.into_any(),
                            Ok(None) => view! { <Missing error=history.err().map_or_else(no_project, |error| error.0) /> }.into_any(),
                            Err(error) => view! { <Missing error=error.0 /> }.into_any(),
                        },
                    )
                }}
            </Transition>
        </div>
    }
    .into_any()
}

async fn history(root: Option<FilePath>) -> Result<Vec<UsageSample>, ApiError> {
    match root {
        Some(root) => api::usage_history(root).await,
        None => Err(no_project().into()),
    }
}

fn no_project() -> UserError {
    UserError::new("not_found", words().no_such_project()).hint(words().no_such_project_hint())
}

#[component]
fn Missing(error: UserError) -> impl IntoView {
    set_page_status(&error);
    view! {
        <Title text=words().project() />
        <h1 class="page__title">{words().project()}</h1>
        <LoadError error what=words().project_failed() />
        <PlaceLink href=PROJECTS.to_owned() class="button">{words().all_projects()}</PlaceLink>
    }
}

#[component]
fn Overview(project: Project, history: Result<Vec<UsageSample>, ApiError>) -> impl IntoView {
    let name = project.name.clone();
    let id = project.id.map_or_else(|| words().no_project_id().to_owned(), |id| words().project_id_is(&id.to_string()));
    let limits = project.limits;
    let root = project.root.clone();
    let (place, shown) = (folder_url(&project.root), project.root.shown());
    let [bytes, inodes] = [Quantity::Bytes, Quantity::Inodes].map(|quantity| Meter::of_project(&project, quantity));
    view! {
        <Title text=name.clone() />
        <h1 class="page__title">{name.clone()}</h1>
        <p class="page__lead">
            {format!("{id} · ")} <PlaceLink href=place>{shown}</PlaceLink>
        </p>
        <section aria-label=words().usage() class="project-page__meters">
            <QuotaMeter meter=bytes owner=name.clone() />
            <QuotaMeter meter=inodes owner=name.clone() />
        </section>
        <section aria-labelledby="project-trend">
            <h2 id="project-trend" class="page__section">{words().trend()}</h2>
            {match history {
                Ok(samples) => {
                    let charts = [(Quantity::Bytes, limits.bytes), (Quantity::Inodes, limits.inodes)]
                        .map(|(quantity, bounds)| Trend::of(&samples, quantity, bounds));
                    match charts {
                        [Some(bytes), Some(inodes)] => view! {
                            <div class="project-page__charts">
                                <UsageChart trend=bytes />
                                <UsageChart trend=inodes />
                            </div>
                        }
                        .into_any(),
                        _ => view! {
                            <EmptyState
                                glyph=Glyph::Clock
                                title=words().no_trend()
                                advice=words().no_trend_advice()
                            />
                        }
                        .into_any(),
                    }
                }
                Err(error) => view! { <LoadError error=error.0 what=words().trend_failed() /> }.into_any(),
            }}
        </section>
        <InventoryReport path=root />
        <section aria-labelledby="project-kept">
            <h2 id="project-kept" class="page__section">{words().kept_by_moves()}</h2>
            <Kept project=name />
        </section>
    }
    .into_any()
}

/// Originals that finished moves have hidden here, which are charged until they are purged.
#[component]
fn Kept(project: String) -> impl IntoView {
    let desk = use_desk();
    view! {
        <Transition fallback=|| view! { <p>{words().loading_moves()}</p> }>
            {
                let project = project.clone();
                move || {
                    desk.moves
                        .all()
                        .map(|moves| match moves {
                            Err(error) => view! { <LoadError error what=words().moves_failed() /> }.into_any(),
                            Ok(moves) => {
                                let kept: Vec<(MoveView, Amount)> = moves
                                    .into_iter()
                                    .filter(|view| view.from_project == project)
                                    .filter_map(|view| view.retired.map(|retired| (view, retired)))
                                    .collect();
                                view! { <KeptTable kept /> }.into_any()
                            }
                        })
                }
            }
        </Transition>
    }
}

#[component]
fn KeptTable(kept: Vec<(MoveView, Amount)>) -> impl IntoView {
    if kept.is_empty() {
        return view! {
            <p class="project-page__none">
                <Icon glyph=Glyph::Check />
                {words().kept_none()}
            </p>
        }
        .into_any();
    }
    let total = kept.iter().fold(Amount::ZERO, |total, (_, amount)| total + *amount);
    view! {
        <p class="page__lead">
            {words().kept_total(&format::bytes(total.bytes), total.inodes)}
        </p>
        <div class="table-scroll">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">{words().move_title()}</th>
                        <th scope="col" class="table__number">{words().charged()}</th>
                        <th scope="col">{words().until_title()}</th>
                    </tr>
                </thead>
                <tbody>{kept.into_iter().map(|(view, amount)| view! { <KeptRow view amount /> }).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn KeptRow(view: MoveView, amount: Amount) -> impl IntoView {
    let (href, title, until) = (format!("/moves/{}", view.id), move_words::title(&view), view.kept_until_ms);
    view! {
        <tr>
            <th scope="row">
                <PlaceLink href>{title}</PlaceLink>
            </th>
            <td class="table__number">
                <span class="table__line" title=format::bytes_exact(amount.bytes)>{format::bytes(amount.bytes)}</span>
                <span class="table__line table__line--less">{words().inodes(amount.inodes)}</span>
            </td>
            <td>
                {match until {
                    Some(until) => view! { <Timestamp seconds=until.div_euclid(1000) /> }.into_any(),
                    None => words().until_purged().into_any(),
                }}
            </td>
        </tr>
    }
    .into_any()
}
