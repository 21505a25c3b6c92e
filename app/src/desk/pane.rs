//! One pane of the browse page, as signals: its folder, its rows, what is chosen in it.
//!
//! The first page of rows comes with the folder, and from the server with the document. Which
//! other pages are wanted says the scroll bar; they come into `rows`, and go from it again.

use std::ops::{Range, RangeInclusive};
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use tidelock_shared::id::ReadingId;
use tidelock_shared::listing::{CHOSEN_MAX, Entry, FolderInfo, FolderListing, Rows, Seek};
use tidelock_shared::name::{FileName, FilePath};

use super::Moves;
use super::choice::{far_rows, present};
use crate::api::{self, ApiError};
use crate::browser;
use crate::loading::{self, Loading};
use crate::state::pane::{BrowseView, PaneView, Side};
use crate::state::rows::{Known, PAGE, RowStore};
use crate::state::selection::Selection;
use crate::state::window::{Drawn, Window};

/// Rows that pass by faster than this are not asked for.
const GLANCE: Duration = Duration::from_millis(60);

/// What a pane has loaded; none where the pane is closed.
type PaneListing = Option<Result<Shown, ApiError>>;

/// A folder, and in what order and by which filter its rows are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    pub view: PaneView,
    pub listing: FolderListing,
}

/// Rows, and what they are rows of.
#[derive(Clone, Debug, PartialEq)]
struct Held {
    view: PaneView,
    rows: RowStore,
}

/// One of the two panes.
#[derive(Clone, Copy)]
pub struct Pane {
    pub side: Side,
    /// What its part of the URL says; none while it is closed.
    pub shown: Memo<Option<PaneView>>,
    pub listing: Loading<PaneListing>,
    pub selection: RwSignal<Selection>,
    /// What is seen of the rows.
    pub window: RwSignal<Window>,
    /// The rows in this browser; none before it has taken over.
    held: RwSignal<Option<Held>>,
    notes: StoredValue<Notes>,
}

/// What a pane knows beside what it shows.
#[derive(Default)]
struct Notes {
    /// What the resource held last, for handlers of events, which may not read a resource.
    folder: Option<FolderInfo>,
    /// The keyboard was in the rows when the folder changed, and wants to be there again.
    wants_focus: bool,
    /// The entry that gets the keyboard when it is there.
    arriving: Option<FileName>,
    /// The row that gets the keyboard when it is drawn.
    awaited: Option<u64>,
    /// Pages that are on their way.
    asked: Vec<u64>,
    /// The reading that another order or filter of the same folder can be made of.
    reading: Option<(FilePath, ReadingId)>,
    /// The change of a folder that it was last read again for.
    settled: Option<(u64, FilePath)>,
}

impl Pane {
    pub(super) fn new(side: Side, view: Memo<BrowseView>) -> Self {
        let shown = Memo::new(move |_| view.with(|view| view.pane(side).cloned()));
        let notes: StoredValue<Notes> = StoredValue::default();
        let loader = move |view: Option<PaneView>| async move {
            let view = view?;
            let reading =
                notes.try_with_value(|notes| notes.reading.as_ref().filter(|(path, _)| *path == view.path).map(|(_, id)| *id));
            let answer = api::folder(view.request(Seek::Row(0), reading.flatten())).await;
            Some(answer.map(|listing| Shown { view, listing }))
        };
        Self {
            side,
            shown,
            listing: loading::load(move || shown.get(), loader),
            selection: RwSignal::new(Selection::default()),
            window: RwSignal::new(Window::new(0)),
            held: RwSignal::new(None),
            notes,
        }
    }

    /// Reads the folder anew.
    pub fn reload(self) {
        self.notes.update_value(|notes| notes.reading = None);
        self.listing.refetch();
    }

    /// Looks at the rows of what was loaded: those in this browser, or those that came along.
    pub fn with_rows<T>(self, shown: &Shown, look: impl FnOnce(&RowStore) -> T) -> T {
        self.held.with(|held| match held {
            Some(held) if held.view == shown.view => look(&held.rows),
            _ => look(&RowStore::of(&shown.listing.rows)),
        })
    }

    /// The folder as it is known now, for handlers of events.
    pub fn folder_now(self) -> Option<FolderInfo> {
        self.notes.with_value(|notes| notes.folder.clone())
    }

    pub fn total_now(self) -> u64 {
        self.held.with_untracked(|held| held.as_ref().map(|held| held.rows.total)).unwrap_or_default()
    }

    /// Whether everything is chosen.
    pub fn has_chosen_all(self) -> bool {
        let total = self.held.with(|held| held.as_ref().map(|held| held.rows.total)).unwrap_or_default();
        total > 0 && self.selection.with(Selection::len) == total
    }

    /// The chosen entries, by name.
    pub fn chosen_now(self) -> Vec<Entry> {
        let mut chosen: Vec<Entry> = self.selection.with_untracked(|selection| selection.entries().cloned().collect());
        chosen.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        chosen
    }

    /// The same, as paths.
    pub fn chosen_paths_now(self) -> Vec<FilePath> {
        let Some(folder) = self.path_now() else { return Vec::new() };
        self.chosen_now().into_iter().map(|entry| folder.join(entry.name)).collect()
    }

    /// The entry that the keyboard stands on, and its row; the first if it stands nowhere.
    pub fn focus_now(self) -> Option<(u64, Entry)> {
        let row = self.selection.with_untracked(|selection| selection.focus().map(|focus| focus.row)).unwrap_or_default();
        match self.row_now(row) {
            Known::Entry(entry) => Some((row, entry)),
            Known::Gone | Known::Nothing => None,
        }
    }

    pub fn path_now(self) -> Option<FilePath> {
        self.shown.with_untracked(|shown| shown.as_ref().map(|shown| shown.path.clone()))
    }

    /// The `id` of a row, so that the keyboard can be given to it.
    pub fn row_id(self, row: u64) -> String {
        format!("row-{}-{row}", self.side.number())
    }

    /// The `id` of the rows together, which take the keyboard while its row is not drawn.
    pub fn table_id(self) -> String {
        format!("table-{}", self.side.number())
    }

    /// The `id` of what scrolls.
    pub fn scroller_id(self) -> String {
        format!("rows-{}", self.side.number())
    }

    /// The scroll bar was moved, or the pane has another size.
    pub fn look(self) {
        let Some((bar, height, row)) = browser::scrolled(&self.scroller_id(), ".folder-row") else { return };
        let mut window = self.window.get_untracked();
        window.measured(row, height);
        window.scrolled(bar);
        // The keyboard must not get lost with a row that is scrolled away.
        let focus = self.selection.with_untracked(|selection| selection.focus().map(|focus| focus.row)).unwrap_or_default();
        if !window.rows(0).contains(&focus) && browser::has_keyboard(&self.table_id()) {
            browser::focus_in_place(&self.table_id());
        }
        self.window.set(window);
    }

    /// Chooses every entry; true unless there are too many.
    pub async fn choose_all(self) -> bool {
        let Some(last) = self.total_now().checked_sub(1) else { return true };
        let Some(entries) = self.entries(0..=last).await else { return false };
        self.selection.update(|selection| selection.choose_all(entries));
        true
    }

    /// Chooses from the anchor to this row; true unless that are too many.
    pub async fn extend_to(self, row: u64) -> bool {
        let range = self.selection.with_untracked(|selection| selection.range_to(row));
        let Some(entries) = self.entries(range).await else { return false };
        self.selection.update(|selection| selection.choose_range(entries, row));
        true
    }

    /// Brings the keyboard to a row, which alone is chosen.
    pub async fn go_to(self, row: u64) {
        if self.ask_for(row / PAGE).await
            && let Known::Entry(entry) = self.row_now(row)
        {
            self.selection.update(|selection| selection.choose_only(row, &entry));
        }
    }

    /// Where a row stands, which is then here.
    pub async fn find(self, seek: Seek) -> Option<u64> {
        self.fetch(seek).await?.found
    }

    /// The keyboard goes to an entry that will be there when the folder is read again.
    pub fn await_entry(self, name: &FileName) {
        self.notes.update_value(|notes| notes.arriving = Some(name.clone()));
    }

    /// Shows a row and gives it the keyboard, as soon as it is drawn.
    pub fn focus_row(self, row: u64) {
        if let Some(bar) = self.window.try_update(|window| window.bar_for(row)).flatten() {
            browser::scroll_to(&self.scroller_id(), bar);
        }
        self.notes.update_value(|notes| notes.awaited = Some(row));
        self.drawn(row);
    }

    /// A row was drawn. Until the one that the keyboard goes to is, all together have it.
    pub fn drawn(self, row: u64) {
        if self.notes.with_value(|notes| notes.awaited != Some(row)) {
            return;
        }
        request_animation_frame(move || {
            let id = self.row_id(row);
            if browser::has(&format!("#{id}")) {
                self.notes.update_value(|notes| notes.awaited = None);
                browser::focus(&id);
            } else {
                browser::focus_in_place(&self.table_id());
            }
        });
    }

    fn row_now(self, row: u64) -> Known {
        self.held.with_untracked(|held| held.as_ref().map_or(Known::Nothing, |held| held.rows.row(row)))
    }

    /// These rows; none if they are more than can be chosen at once.
    async fn entries(self, range: RangeInclusive<u64>) -> Option<Vec<Entry>> {
        if range.end() - range.start() >= CHOSEN_MAX {
            return None;
        }
        let (start, end) = (*range.start(), range.end() + 1);
        if !self.is_missing(&(start..end)) {
            let here = range.filter_map(|row| match self.row_now(row) {
                Known::Entry(entry) => Some(entry),
                Known::Gone | Known::Nothing => None,
            });
            return Some(here.collect());
        }
        let (view, reading) = self.held.with_untracked(|held| held.as_ref().map(|held| (held.view.clone(), held.rows.reading)))?;
        let answer = async { far_rows(view, reading, start..end).await?.await }.await;
        if answer.is_err() {
            self.reload();
        }
        Some(answer.unwrap_or_default())
    }

    /// Has a page here; false if it cannot be had.
    async fn ask_for(self, page: u64) -> bool {
        let first = page * PAGE;
        !self.is_missing(&(first..first + 1)) || self.fetch(Seek::Row(first)).await.is_some()
    }

    /// Asks for a page of what is shown now, and keeps it unless something else is shown by then.
    async fn fetch(self, seek: Seek) -> Option<Rows> {
        let (view, reading) = self.held.with_untracked(|held| held.as_ref().map(|held| (held.view.clone(), held.rows.reading)))?;
        let answer = api::rows(view.request(seek, Some(reading))).await;
        // The pane may be gone, or show another folder or order.
        let is_current = self.held.try_with_untracked(|held| held.as_ref().is_some_and(|held| held.view == view));
        if is_current != Some(true) {
            return None;
        }
        match answer {
            Ok(rows) => {
                self.keep(view, &rows);
                Some(rows)
            }
            // The folder cannot be read any more: the pane says why.
            Err(_) => {
                self.reload();
                None
            }
        }
    }

    fn keep(self, view: PaneView, rows: &Rows) {
        self.notes.update_value(|notes| notes.reading = Some((view.path.clone(), rows.reading)));
        self.window.update(|window| window.set_total(rows.total));
        let seen = self.window.with_untracked(|window| window.rows(0).start);
        self.held.update(|held| match held {
            Some(held) if held.view == view => held.rows.take(rows, seen),
            _ => *held = Some(Held { view, rows: RowStore::of(rows) }),
        });
    }

    /// Asks for the folder again once a move has changed it after it was read. It does not
    /// matter whether the feed was there at the time: the listing says what it has seen.
    fn refresh(self, moves: Moves) {
        let settled = Memo::new(move |_| {
            let path = self.shown.with(|shown| shown.as_ref().map(|shown| shown.path.clone()));
            path.map(|path| (moves.settled_at(&path), path))
        });
        Effect::new(move |_| {
            let Some((settled, path)) = settled.get() else { return };
            let seen = match self.listing.get().flatten() {
                None => return,
                // Still the folder from before; the one wanted is on its way.
                Some(Ok(shown)) if shown.view.path != path => return,
                Some(Ok(shown)) => shown.listing.version,
                Some(Err(_)) => 0,
            };
            let wanted = Some((settled, path));
            // Once for each change, whatever the answer is.
            if settled > seen && self.notes.with_value(|notes| notes.settled != wanted) {
                self.notes.update_value(|notes| notes.settled = wanted);
                self.reload();
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
                    self.selection.update(|selection| selection.focus_on(0, child));
                }
            }
            now
        });
        Effect::new(move |_| {
            let shown = self.listing.get().flatten().and_then(Result::ok);
            self.notes.update_value(|notes| notes.folder = shown.as_ref().map(|shown| shown.listing.folder.clone()));
            if let Some(shown) = shown {
                self.arrived(shown);
            }
        });
    }

    /// Asks for what is to be drawn and not here.
    pub fn fill(self, drawn: Memo<Drawn>) {
        Effect::new(move |_| {
            let rows = drawn.get().rows;
            self.held.track();
            if self.is_missing(&rows) {
                set_timeout(move || self.ask_for_rows(&rows, drawn), GLANCE);
            }
        });
    }

    /// The folder that is opened next gets the keyboard.
    pub fn keep_keyboard(self) {
        self.notes.update_value(|notes| notes.wants_focus = true);
    }

    /// A folder was loaded: its rows take the place of what was there.
    fn arrived(self, shown: Shown) {
        let Shown { view, listing } = shown;
        let before = self.held.get_untracked();
        let is_same_place = before.as_ref().is_some_and(|before| before.view == view);
        // What is looked at far down stays until its new rows are there.
        let seen = self.window.with_untracked(|window| window.rows(0).start / PAGE);
        if is_same_place && seen > 0 {
            let reading = listing.rows.reading;
            spawn_local(async move {
                if let Ok(rows) = api::rows(view.request(Seek::Row(seen * PAGE), Some(reading))).await
                    && self.held.try_with_untracked(|held| held.as_ref().is_some_and(|held| held.view == view)) == Some(true)
                {
                    self.keep(view, &rows);
                    self.settle(rows.is_complete).await;
                }
            });
            return;
        }
        self.notes.update_value(|notes| notes.asked.clear());
        if !is_same_place {
            self.selection.update(Selection::forget_places);
            browser::scroll_to(&self.scroller_id(), 0.0);
        }
        self.keep(view, &listing.rows);
        request_animation_frame(move || self.look());
        spawn_local(self.settle(listing.rows.is_complete));
    }

    /// Takes more of a large folder as it is read, then looks what has become of the choice.
    async fn settle(self, is_complete: bool) {
        if !is_complete {
            self.follow().await;
        }
        self.choice_arrived().await;
    }

    async fn follow(self) {
        loop {
            let page = self.window.try_with_untracked(|window| window.rows(0).start / PAGE);
            let Some(page) = page else { return };
            match self.fetch(Seek::Row(page * PAGE)).await {
                Some(rows) if !rows.is_complete => {}
                _ => return,
            }
        }
    }

    /// Looks what has become of the choice, and where the keyboard stands now.
    async fn choice_arrived(self) {
        let Some(path) = self.path_now() else { return };
        let names: Vec<FileName> =
            self.selection.with_untracked(|selection| selection.entries().map(|entry| entry.name.clone()).collect());
        if !names.is_empty()
            && let Ok(present) = async { present(path.clone(), names).await?.await }.await
            && self.path_now().as_ref() == Some(&path)
        {
            self.selection.update(|selection| selection.refresh(present));
        }
        if let Some(name) = self.notes.with_value(|notes| notes.arriving.clone())
            && let Some(row) = self.place_of(&name, 0).await
        {
            self.notes.update_value(|notes| notes.arriving = None);
            self.go_to(row).await;
            return self.focus_row(row);
        }
        let mut row = 0;
        if let Some(focus) = self.selection.with_untracked(|selection| selection.focus().cloned()) {
            let found = self.place_of(&focus.name, focus.row).await;
            row = found.unwrap_or(focus.row).min(self.total_now().saturating_sub(1));
            self.selection.update(|selection| selection.focus_on(row, &focus.name));
        }
        if self.notes.try_update_value(|notes| std::mem::take(&mut notes.wants_focus)) == Some(true) {
            self.focus_row(row);
        }
    }

    /// Where an entry stands, probably still at `row`.
    async fn place_of(self, name: &FileName, row: u64) -> Option<u64> {
        let stands = |row: &u64| matches!(self.row_now(*row), Known::Entry(entry) if entry.name == *name);
        match Some(row).filter(stands).or_else(|| (0..PAGE).find(stands)) {
            Some(row) => Some(row),
            None => self.find(Seek::Name(name.clone())).await,
        }
    }

    fn is_missing(self, rows: &Range<u64>) -> bool {
        self.held.with_untracked(|held| held.as_ref().is_some_and(|held| !held.rows.missing(rows.clone()).is_empty()))
    }

    /// Asks for the rows that are still looked at and not here.
    fn ask_for_rows(self, rows: &Range<u64>, drawn: Memo<Drawn>) {
        if drawn.try_with_untracked(|drawn| drawn.rows == *rows) != Some(true) {
            return;
        }
        let missing =
            self.held.with_untracked(|held| held.as_ref().map(|held| held.rows.missing(rows.clone())).unwrap_or_default());
        for page in missing {
            if self.notes.with_value(|notes| notes.asked.contains(&page)) {
                continue;
            }
            self.notes.update_value(|notes| notes.asked.push(page));
            spawn_local(async move {
                self.ask_for(page).await;
                self.notes.try_update_value(|notes| notes.asked.retain(|asked| *asked != page));
            });
        }
    }
}
