//! The pages other than browsing: a browser loads their code when one of them is first visited.
//!
//! Browsing is what people come for, so it does not wait for what only others need.
//!
//! Not here: how the code is taken apart (`cargo xtask build`).

use leptos::prelude::*;
use leptos_router::ChooseView;
use wasm_split_helpers::wasm_split;

use super::access::AccessPage;
use super::audit::AuditPage;
use super::board::BoardPage;
use super::drift::DriftPage;
use super::gallery::GalleryPage;
use super::guarantees::GuaranteesPage;
use super::leftovers::LeftoversPage;
use super::move_page::MovePage;
use super::moves::MovesPage;
use super::overview::OverviewPage;
use super::project_page::ProjectPage;
use super::projects::ProjectsPage;
use super::search::SearchPage;
use super::settings::SettingsPage;
use super::trash::TrashPage;
use crate::api::ApiError;
use crate::components::lazy_part::once_loaded;

/// Below this lie the pages of administrators.
pub const BOARD: &str = "/board";

/// Which page a route leads to.
#[derive(Clone, Copy, Debug)]
pub enum LazyPage {
    Overview,
    Moves,
    Move,
    Projects,
    Project,
    Search,
    Trash,
    Guarantees,
    Settings,
    Gallery,
    Board,
    Drift,
    Leftovers,
    Audit,
    People,
}

impl ChooseView for LazyPage {
    async fn choose(self) -> AnyView {
        match self {
            Self::Board | Self::Drift | Self::Leftovers | Self::Audit | Self::People => once_loaded(administration(self)).await,
            _ => once_loaded(page(self)).await,
        }
    }

    async fn preload(&self) {
        match self {
            Self::Board | Self::Drift | Self::Leftovers | Self::Audit | Self::People => drop(load_administration().await),
            _ => fetch().await,
        }
    }
}

/// Loads the code of these pages, for whoever is about to visit one.
pub async fn fetch() {
    // Without its code the page says so itself.
    let _ = load().await;
}

#[wasm_split(pages, fallible, preload(load))]
pub fn page(page: LazyPage) -> Result<AnyView, ApiError> {
    Ok(match page {
        LazyPage::Overview => view! { <OverviewPage /> }.into_any(),
        LazyPage::Moves => view! { <MovesPage /> }.into_any(),
        LazyPage::Move => view! { <MovePage /> }.into_any(),
        LazyPage::Projects => view! { <ProjectsPage /> }.into_any(),
        LazyPage::Project => view! { <ProjectPage /> }.into_any(),
        LazyPage::Search => view! { <SearchPage /> }.into_any(),
        LazyPage::Trash => view! { <TrashPage /> }.into_any(),
        LazyPage::Guarantees => view! { <GuaranteesPage /> }.into_any(),
        LazyPage::Gallery => view! { <GalleryPage /> }.into_any(),
        LazyPage::Settings => view! { <SettingsPage /> }.into_any(),
        LazyPage::Board | LazyPage::Drift | LazyPage::Leftovers | LazyPage::Audit | LazyPage::People => ().into_any(),
    })
}

/// The pages of administrators, whom nobody else waits for.
#[wasm_split(administration, fallible, preload(load_administration))]
pub fn administration(page: LazyPage) -> Result<AnyView, ApiError> {
    Ok(match page {
        LazyPage::Drift => view! { <DriftPage /> }.into_any(),
        LazyPage::Leftovers => view! { <LeftoversPage /> }.into_any(),
        LazyPage::Audit => view! { <AuditPage /> }.into_any(),
        LazyPage::People => view! { <AccessPage /> }.into_any(),
        _ => view! { <BoardPage /> }.into_any(),
    })
}
