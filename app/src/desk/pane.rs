//! One pane of the browse page, as signals: its folder, its rows, what is chosen in it.

use leptos::prelude::*;
use tidelock_shared::listing::{Entry, FolderListing, ROWS_MAX};
use tidelock_shared::name::{FileName, FilePath};

use super::Moves;
use crate::api::{self, ApiError};
use crate::loading::{self, Loading};
use crate::state::pane::{BrowseView, PaneView, Side};
use crate::state::selection::Selection;

/// What a pane has loaded; none where the pane is closed.
type PaneListing = Option<Result<FolderListing, ApiError>>;

/// One of the two panes.
#[derive(Clone, Copy)]
pub struct Pane {
    pub side: Side,
    /// What its part of the URL says; none while it is closed.
    pub shown: Memo<Option<PaneView>>,
    pub listing: Loading<PaneListing>,
    pub selection: RwSignal<Selection>,
    /// The keyboard was in the rows when the folder changed, and wants to be there again.
    pub wants_focus: StoredValue<bool>,
    /// What the resource held last, for handlers of events, which may not read a resource.
    known: StoredValue<Option<FolderListing>>,
    /// How many answers' worth of rows are wanted, and for which view.
    pages: RwSignal<(Option<PaneView>, u64)>,
}

impl Pane {
    pub(super) fn new(side: Side, view: Memo<BrowseView>) -> Self {
        let shown = Memo::new(move |_| view.with(|view| view.pane(side).cloned()));
        let pages = RwSignal::new((None, 1));
        let wanted = move || {
            let shown = shown.get();
            let pages = pages.with(|(view, pages)| if *view == shown { *pages } else { 1 });
            (shown, pages)
        };
        Self {
            side,
            shown,
            listing: loading::load(wanted, |(shown, pages)| load(shown, pages)),
            selection: RwSignal::new(Selection::default()),
            wants_focus: StoredValue::new(false),
            known: StoredValue::new(None),
            pages,
        }
    }

    /// Asks for the next rows of a long folder.
    pub fn load_more(self) {
        let shown = self.shown.get_untracked();
        self.pages.update(|(view, pages)| {
            *pages = if *view == shown { *pages + 1 } else { 2 };
            *view = shown;
        });
    }

    /// The rows and the folder as they are known now, for handlers of events.
    pub fn listing_now(self) -> Option<FolderListing> {
        self.known.get_value()
    }

    pub fn rows_now(self) -> Vec<FileName> {
        self.listing_now().map(|listing| listing.entries.into_iter().map(|entry| entry.name).collect()).unwrap_or_default()
    }

    /// The chosen rows, in the order of the screen.
    pub fn chosen_now(self) -> Vec<Entry> {
        let listing = self.listing_now();
        let entries = listing.map(|listing| listing.entries).unwrap_or_default();
        self.selection.with_untracked(|selection| entries.into_iter().filter(|entry| selection.contains(&entry.name)).collect())
    }

    pub fn path_now(self) -> Option<FilePath> {
        self.shown.with_untracked(|shown| shown.as_ref().map(|shown| shown.path.clone()))
    }

    /// The `id` of a row, so that the keyboard can be given to it.
    pub fn row_id(self, index: usize) -> String {
        format!("row-{}-{index}", self.side.number())
    }

    /// Asks for the folder again once a move has changed it after it was read. It does not
    /// matter whether the feed was there at the time: the listing says what it has seen.
    fn refresh(self, moves: Moves) {
        let settled = Memo::new(move |_| {
            let path = self.shown.with(|shown| shown.as_ref().map(|shown| shown.path.clone()));
            path.map(|path| (moves.settled_at(&path), path))
        });
        // Once for each change, whatever the answer is.
        let asked = StoredValue::new(None);
        Effect::new(move |_| {
            let Some((settled, path)) = settled.get() else { return };
            let seen = match self.listing.get().flatten() {
                None => return,
                // Still the folder from before; the one wanted is on its way.
                Some(Ok(listing)) if listing.path != path => return,
                Some(Ok(listing)) => listing.version,
                Some(Err(_)) => 0,
            };
            let wanted = Some((settled, path));
            if settled > seen && asked.with_value(|asked| *asked != wanted) {
                asked.set_value(wanted);
                self.listing.refetch();
            }
        });
    }

    /// Keeps the rows and the choice true to the folder, and begins anew in another one.
    pub(super) fn watch(self, moves: Moves) {
        self.refresh(moves);
        Effect::new(move |before: Option<Option<FilePath>>| {
            let now = self.shown.with(|shown| shown.as_ref().map(|shown| shown.path.clone()));
            if let Some(before) = before
                && before != now
            {
                self.selection.set(Selection::default());
                // Coming up from a folder, the keyboard stands on that folder.
                if let (Some(before), Some(now)) = (before, &now)
                    && let Some([child, ..]) = before.names_below(now)
                {
                    self.selection.update(|selection| selection.focus_on(child));
                }
            }
            now
        });
        Effect::new(move |_| {
            let listing = self.listing.get().flatten().and_then(Result::ok);
            let rows: Option<Vec<FileName>> =
                listing.as_ref().map(|listing| listing.entries.iter().map(|entry| entry.name.clone()).collect());
            self.known.set_value(listing);
            let Some(rows) = rows else { return };
            let mut selection = self.selection.get_untracked();
            selection.retain(&rows);
            if selection != self.selection.get_untracked() {
                self.selection.set(selection);
            }
            if self.wants_focus.get_value() {
                self.wants_focus.set_value(false);
                let focus = self.selection.with_untracked(|selection| selection.focus().cloned());
                let index = focus.and_then(|name| rows.iter().position(|row| *row == name)).unwrap_or(0);
                request_animation_frame(move || crate::browser::focus(&self.row_id(index)));
            }
        });
    }
}

/// Loads a folder's first rows, answer by answer, as one listing.
async fn load(shown: Option<PaneView>, pages: u64) -> PaneListing {
    let shown = shown?;
    let mut listing = match api::folder(shown.request(0)).await {
        Ok(listing) => listing,
        Err(error) => return Some(Err(error)),
    };
    for page in 1..pages {
        match api::folder(shown.request(page * ROWS_MAX)).await {
            Ok(more) => listing.entries.extend(more.entries),
            Err(error) => return Some(Err(error)),
        }
    }
    Some(Ok(listing))
}
