//! The frame of every page, and every route on one page.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::{SsrMode, path};

use crate::components::command_palette::CommandPalette;
use crate::components::live_region::LiveRegion;
use crate::components::notice::Notice;
use crate::components::plan_drawer::PlanDrawer;
use crate::components::session_over::SessionOver;
use crate::components::shortcut_sheet::ShortcutSheet;
use crate::components::top_bar::TopBar;
use crate::components::tray::Tray;
use crate::components::upload_dialog::UploadDialog;
use crate::components::upload_tray::UploadTray;
use crate::desk::Desk;
use crate::pages::browse::BrowsePage;
use crate::pages::lazy::LazyPage;
use crate::pages::not_found::NotFoundPage;
#[cfg(feature = "ssr")]
use crate::preference::{Choice, Units};
use crate::words::words;

/// The whole application, between the tags of the document's body.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    #[cfg(feature = "ssr")]
    provide_context(Units::current());
    let desk = Desk::new();
    provide_context(desk);
    desk.wake();
    view! {
        <Title formatter=|title| format!("{title} · Tidelock") text="Tidelock" />
        <Router>
            <a class="skip-link" href="#main" rel="external">
                {words().skip_to_content()}
            </a>
            <TopBar />
            <main id="main" class="layout__main" tabindex="-1">
                // Complete pages: what waits for data waits on the server, so nothing is missing without WASM.
                <FlatRoutes fallback=NotFoundPage>
                    <Route path=path!("/") view=LazyPage::Overview ssr=SsrMode::Async />
                    <Route path=path!("/browse/*path") view=BrowsePage ssr=SsrMode::Async />
                    <Route path=path!("/moves") view=LazyPage::Moves ssr=SsrMode::Async />
                    <Route path=path!("/moves/:id") view=LazyPage::Move ssr=SsrMode::Async />
                    <Route path=path!("/projects") view=LazyPage::Projects ssr=SsrMode::Async />
                    <Route path=path!("/projects/*path") view=LazyPage::Project ssr=SsrMode::Async />
                    <Route path=path!("/search") view=LazyPage::Search ssr=SsrMode::Async />
                    <Route path=path!("/trash") view=LazyPage::Trash ssr=SsrMode::Async />
                    <Route path=path!("/guarantees") view=LazyPage::Guarantees ssr=SsrMode::Async />
                    <Route path=path!("/board") view=LazyPage::Board ssr=SsrMode::Async />
                    <Route path=path!("/board/drift") view=LazyPage::Drift ssr=SsrMode::Async />
                    <Route path=path!("/board/audit") view=LazyPage::Audit ssr=SsrMode::Async />
                    <Route path=path!("/board/people") view=LazyPage::People ssr=SsrMode::Async />
                    <Route path=path!("/board/leftovers") view=LazyPage::Leftovers ssr=SsrMode::Async />
                    <Route path=path!("/components") view=LazyPage::Gallery ssr=SsrMode::Async />
                    <Route path=path!("/settings") view=LazyPage::Settings ssr=SsrMode::Async />
                </FlatRoutes>
            </main>
            <UploadTray />
            <Tray />
            <PlanDrawer />
            <UploadDialog />
            <ShortcutSheet />
            <CommandPalette />
            <SessionOver />
            <Notice />
            <LiveRegion />
        </Router>
    }
}
