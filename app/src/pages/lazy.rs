//! The pages other than browsing: a browser loads their code when one of them is first visited.
//!
//! Browsing is what people come for, so it does not wait for what only others need.
//!
//! Not here: how the code is taken apart (`cargo xtask build`).

use leptos::prelude::*;
use leptos_router::ChooseView;
use wasm_split_helpers::wasm_split;

use super::gallery::GalleryPage;
use super::guarantees::GuaranteesPage;
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
}

impl ChooseView for LazyPage {
    async fn choose(self) -> AnyView {
        once_loaded(page(self)).await
    }

    async fn preload(&self) {
        fetch().await;
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
    })
}
