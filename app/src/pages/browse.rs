//! Browsing: the projects at the side, one or two folders, and everything that moves between them.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::text_prop::TextProp;
use leptos_meta::Title;
use tidelock_shared::name::FilePath;

use super::status::set_page_status;
use crate::components::context_menu::ContextMenu;
use crate::components::drag_layer::DragLayer;
use crate::components::drawer_body;
use crate::components::drop_layer::DropLayer;
use crate::components::entry_details::EntryDetails;
use crate::components::move_dialog::{self, MoveDialog};
use crate::components::name_dialog::NameDialog;
use crate::components::pane::PaneFrame;
use crate::components::project_rail::ProjectRail;
use crate::components::toolbar::Toolbar;
use crate::components::tray;
use crate::desk::{Browse, use_desk};
use crate::state::pane::Side;
use crate::words::words;

#[component]
pub fn BrowsePage() -> impl IntoView {
    let desk = use_desk();
    let browse = Browse::new(desk);
    browse.watch_uploads();
    let [first, second] = browse.panes;
    let here = move || browse.view.with(|view| view.pane(view.active).map(|pane| pane.path.clone()).unwrap_or_default());
    let is_dragging = move || desk.hand.drag.with(Option::is_some);
    // What was moved away is no longer chosen or cut.
    Effect::new(move |before: Option<u32>| {
        let started = desk.planning.started.get();
        if before.is_some_and(|before| before != started) {
            desk.clipboard.set(None);
            for pane in browse.panes {
                pane.selection.update(|selection| selection.clear());
            }
        }
        started
    });
    let has_chosen = Memo::new(move |_| browse.panes.iter().any(|pane| pane.selection.with(|selection| !selection.is_empty())));
    Effect::new(move |_| {
        if has_chosen.get() {
            spawn_local(fetch_what_moves());
        }
    });
    view! {
        <Title text=title(move || here().shown()) />
        <div class="browse" class=("browse--dragging", is_dragging) class=("browse--two", move || browse.has_second())>
            <h1 class="visually-hidden">{move || words().folder_title(&name(&here()))}</h1>
            <ProjectRail browse />
            <div class="browse__content">
                <Toolbar browse />
                <div class="browse__panes">
                    <PaneFrame browse pane=first />
                    <Show when=move || browse.has_second()>
                        <PaneFrame browse pane=second />
                    </Show>
                </div>
            </div>
            <PageStatus browse />
            <ContextMenu browse />
            <MoveDialog />
            <NameDialog browse />
            <EntryDetails browse />
            <DragLayer browse />
            <DropLayer browse />
        </div>
    }
    .into_any()
}

/// Loads the code of what comes next once something is chosen: where to, the plan, the tray.
async fn fetch_what_moves() {
    // Without its code each part says so itself.
    let _ = move_dialog::load().await;
    let _ = drawer_body::load().await;
    let _ = tray::load().await;
}

/// The document's title. On the server it is written when the page's signals are already gone,
/// so it must not ask them then.
fn title(text: impl Fn() -> String + Send + Sync + 'static) -> TextProp {
    if cfg!(feature = "ssr") { untrack(text).into() } else { text.into() }
}

/// A folder that does not exist is a page that does not exist.
#[component]
fn PageStatus(browse: Browse) -> impl IntoView {
    view! {
        <Suspense>
            {move || {
                if let Some(Some(Err(error))) = browse.pane(Side::First).listing.get() {
                    set_page_status(&error.0);
                }
            }}
        </Suspense>
    }
}

fn name(path: &FilePath) -> String {
    path.split_last().map_or_else(|| "/".to_owned(), |(_, name)| name.shown().into_owned())
}
