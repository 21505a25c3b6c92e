//! One pane: where it is, who pays there, its rows, and its totals.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use tidelock_shared::listing::FolderInfo;
use tidelock_shared::user_error::UserError;

use crate::browser;
use crate::components::breadcrumb::{Breadcrumb, ProjectChip};
use crate::components::folder_table::FolderTable;
use crate::components::meter::QuotaMeter;
use crate::components::place_link::PlaceLink;
use crate::components::problem::LoadError;
use crate::components::status_bar::StatusBar;
use crate::desk::{Browse, Pane, Shown};
use crate::state::meter::{Meter, Quantity};
use crate::state::selection::Step;
use crate::words::words;

/// A pane with its keyboard.
#[component]
pub fn PaneFrame(browse: Browse, pane: Pane) -> impl IntoView {
    let is_active = move || browse.active_side() == pane.side;
    // While another order or filter is on its way the old rows stay, and it is shown that they are old.
    let is_waiting = RwSignal::new(false);
    view! {
        <section
            class="pane"
            class=("pane--active", move || is_active() && browse.has_second())
            class=("pane--waiting", is_waiting)
            aria-busy=move || is_waiting.get().then_some("true")
            aria-label=words().pane_number(pane.side.number())
            data-pane=pane.side.number()
            on:keydown=move |event| on_key(browse, pane, &event)
        >
            <Transition fallback=PaneSkeleton set_pending=is_waiting>
                <PaneContent browse pane />
            </Transition>
        </section>
    }
    .into_any()
}

#[component]
fn PaneContent(browse: Browse, pane: Pane) -> impl IntoView {
    // Read below the `Transition`, which waits for it and keeps the old rows until the new ones are there.
    let loaded = Memo::new(move |_| pane.listing.get().flatten());
    let shown: Signal<Option<Shown>> = Signal::derive(move || loaded.get().and_then(Result::ok));
    let folder = Memo::new(move |_| loaded.with(|loaded| Some(loaded.as_ref()?.as_ref().ok()?.listing.folder.clone())));
    let error = Memo::new(move |_| {
        loaded.with(|loaded| loaded.as_ref().and_then(|loaded| loaded.as_ref().err().map(|error| error.0.clone())))
    });
    // What pays changes with every move that runs, the listing only when one ended.
    let drop_url = move || folder.with(|folder| folder.as_ref().map(|folder| folder.path.to_url()));
    let is_hovered = move || {
        let here = folder.with(|folder| folder.as_ref().map(|folder| folder.path.clone()));
        if browse.desk.uploads.over.with(|over| over.is_some() && *over == here) {
            return true;
        }
        browse.desk.hand.drag.with(|drag| {
            drag.as_ref().is_some_and(|drag| {
                here.is_some() && drag.over == here && drag.source.path != *here.as_ref().unwrap_or(&drag.source.path)
            })
        })
    };
    view! {
        {move || folder.get().map(|folder| view! { <PaneHeader browse pane folder /> })}
        {move || error.get().map(|error| view! { <PaneError browse pane error /> })}
        <div
            id=pane.scroller_id()
            class="pane__rows"
            class=("pane__rows--hovered", is_hovered)
            class=("pane__rows--gone", move || error.with(Option::is_some))
            data-drop=drop_url
            data-scrolls="true"
            on:scroll=move |_| pane.look()
        >
            <FolderTable browse pane shown />
        </div>
        <StatusBar pane shown />
    }
    .into_any()
}

#[component]
fn PaneHeader(browse: Browse, pane: Pane, folder: FolderInfo) -> impl IntoView {
    let from_listing = StoredValue::new(folder.project.clone());
    // The projects are asked for again while moves run; the folder's own numbers stand in until then.
    let project = move || {
        let fresh = browse.desk.projects.get().and_then(Result::ok);
        from_listing.with_value(|own| {
            fresh
                .and_then(|projects| projects.into_iter().find(|project| project.id == own.id && project.root == own.root))
                .unwrap_or_else(|| own.clone())
        })
    };
    let bytes = Signal::derive(move || Meter::of_project(&project(), Quantity::Bytes));
    let inodes = Signal::derive(move || Meter::of_project(&project(), Quantity::Inodes));
    let owner = folder.project.name.clone();
    view! {
        <header class="pane__header">
            <Breadcrumb browse side=pane.side folder=folder.clone() />
            <div class="pane__charge">
                <ProjectChip folder />
                <QuotaMeter meter=bytes owner=owner.clone() is_compact=true />
                <QuotaMeter meter=inodes owner is_compact=true />
            </div>
        </header>
    }
    .into_any()
}

#[component]
fn PaneError(browse: Browse, pane: Pane, error: UserError) -> impl IntoView {
    let above = pane.shown.with_untracked(|shown| shown.as_ref().and_then(|shown| shown.path.split_last().map(|(above, _)| above)));
    view! {
        <div class="pane__error">
            <LoadError error what=words().pane_failed() />
            <div class="move-actions">
                <button type="button" class="button" on:click=move |_| pane.reload()>
                    {words().try_again()}
                </button>
                {above
                    .map(|above| {
                        let text = words().to_path(&above.shown());
                        view! {
                            <PlaceLink href=Signal::derive(move || browse.folder_url(pane.side, &above)) class="button">
                                {text}
                            </PlaceLink>
                        }
                    })}
            </div>
        </div>
    }
}

#[component]
fn PaneSkeleton() -> impl IntoView {
    view! {
        <p class="pane__loading" role="status">
            {words().reading_folder_more()}
        </p>
    }
}

/// The keyboard in the rows. Keys that type text somewhere are left alone.
fn on_key(browse: Browse, pane: Pane, event: &KeyboardEvent) {
    if browser::is_text_field(event) || !browser::is_within(event, ".folder-table") {
        return;
    }
    let side = pane.side;
    let with_control = event.ctrl_key() || event.meta_key();
    let step = |step| browse.step(side, step, event.shift_key());
    let navigate = |action: &dyn Fn()| {
        pane.keep_keyboard();
        action();
    };
    match (event.key().as_str(), with_control) {
        ("ArrowUp", false) => step(Step::Up),
        ("ArrowDown", false) => step(Step::Down),
        ("PageUp", _) => step(Step::PageUp),
        ("PageDown", _) => step(Step::PageDown),
        ("Home", _) => step(Step::First),
        ("End", _) => step(Step::Last),
        ("a", true) => browse.choose_all(side),
        ("F2", _) => browse.name_anew(side),
        ("F3", _) => browse.search(side),
        ("F7", _) => browse.name_new_folder(side),
        ("x", true) => browse.cut(side),
        ("c", true) => browse.copy(side),
        ("Delete", _) => browse.trash(side),
        ("v", true) => browse.paste(side),
        (" ", _) => {
            if let Some((row, entry)) = pane.focus_now() {
                pane.selection.update(|selection| selection.toggle(row, &entry));
            }
        }
        ("Enter", false) if !browser::is_within(event, "a") => {
            if let Some((_, entry)) = pane.focus_now() {
                navigate(&|| browse.open_entry(side, &entry));
            }
        }
        ("Backspace", false) => navigate(&|| browse.go_up(side)),
        ("Escape", _) if browse.desk.hand.is_empty() => {
            browse.desk.clipboard.set(None);
            pane.selection.update(|selection| selection.clear());
        }
        (letter, false) if letter.chars().count() == 1 && !matches!(letter, "?" | "/") && !event.alt_key() => {
            browse.type_ahead(side, letter);
        }
        _ => return,
    }
    event.prevent_default();
}
