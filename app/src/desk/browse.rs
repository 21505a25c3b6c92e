//! The browse page's two panes and what one can do in them, by mouse, menu or keyboard alike.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use tidelock_shared::listing::{CHOSEN_MAX, Entry, Seek, SortColumn};
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::preview::Dragged;
use tidelock_shared::request::{MoveRequest, Verb};
use tidelock_shared::strategy::EntryKind;

use super::pane::Pane;
use super::{Departure, Desk, Proposal};
use crate::browser;
use crate::format;
use crate::state::clipboard;
use crate::state::drag::Drag;
use crate::state::pane::{BROWSE, BrowseView, PaneView, Side};
use crate::state::recent;
use crate::state::search::{Field, SearchView};
use crate::state::selection::Step;
use crate::words::words;

/// Letters that follow each other within this time are the beginning of one name.
const TYPED_TOGETHER_MS: i64 = 1000;

/// A press of the mouse on a row, which may become a drag.
#[derive(Clone, Debug, PartialEq)]
pub struct Press {
    pub side: Side,
    pub row: u64,
    pub entry: Entry,
    pub at: (f64, f64),
}

/// A context menu's place and what it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct MenuAt {
    pub side: Side,
    pub entry: Entry,
    pub at: (f64, f64),
}

/// What is being given a name.
#[derive(Clone, Debug, PartialEq)]
pub enum Naming {
    /// In the folder that a pane shows.
    NewFolder {
        side: Side,
    },
    Rename {
        side: Side,
        entry: Entry,
    },
}

/// The browse page.
#[derive(Clone, Copy)]
pub struct Browse {
    pub desk: Desk,
    pub view: Memo<BrowseView>,
    pub panes: [Pane; 2],
    pub menu: RwSignal<Option<MenuAt>>,
    pub naming: RwSignal<Option<Naming>>,
    /// What the details are shown of.
    pub details: RwSignal<Option<(FilePath, Entry)>>,
    pub press: StoredValue<Option<Press>>,
    /// The beginning of a name that is being typed, and when its last letter was.
    typed: StoredValue<(String, i64)>,
    go: Callback<(String, bool)>,
}

impl Browse {
    /// Reads the URL and begins to load what it names.
    pub fn new(desk: Desk) -> Self {
        let location = use_location();
        let view = Memo::new(move |before: Option<&BrowseView>| {
            let (path, query) = (location.pathname.get(), location.search.get());
            // On the way to another page this one is still there for a moment.
            let is_here = path == BROWSE || path.starts_with("/browse/");
            let parsed = is_here.then(|| BrowseView::parse(&path, &query).ok()).flatten();
            parsed.or_else(|| before.cloned()).unwrap_or_else(|| BrowseView::of(FilePath::default()))
        });
        let navigate = use_navigate();
        let go = Callback::new(move |(url, replace): (String, bool)| {
            navigate(&url, NavigateOptions { resolve: false, replace, scroll: false, ..NavigateOptions::default() });
        });
        let panes = [Pane::new(Side::First, view), Pane::new(Side::Second, view)];
        for pane in panes {
            pane.watch(desk.moves);
        }
        let browse = Self {
            desk,
            view,
            panes,
            menu: RwSignal::new(None),
            naming: RwSignal::new(None),
            details: RwSignal::new(None),
            press: StoredValue::new(None),
            typed: StoredValue::new((String::new(), 0)),
            go,
        };
        browse.be_known();
        browse
    }

    /// Tells the desk that this page is there, and remembers the folders that it shows.
    fn be_known(self) {
        on_cleanup(move || {
            self.desk.browse.try_set_value(None);
        });
        Effect::new(move |_| {
            self.desk.browse.set_value(Some(self));
            if let Some(Ok(shown)) = self.pane(self.active_side()).listing.get().flatten() {
                let known = browser::recall(recent::KEY).unwrap_or_default();
                browser::remember(recent::KEY, &recent::visited(&known, &shown.view.path));
            }
        });
    }

    pub fn pane(self, side: Side) -> Pane {
        let [first, second] = self.panes;
        match side {
            Side::First => first,
            Side::Second => second,
        }
    }

    pub fn active_side(self) -> Side {
        self.view.with(|view| view.active)
    }

    pub fn has_second(self) -> bool {
        self.view.with(|view| view.second.is_some())
    }

    /// The URL with another view in one pane.
    pub fn url_with(self, side: Side, change: impl FnOnce(&PaneView) -> PaneView) -> String {
        self.view.with(|view| {
            let pane = view.pane(side).unwrap_or(&view.first);
            view.with_pane(side, change(pane)).to_url()
        })
    }

    pub fn folder_url(self, side: Side, path: &FilePath) -> String {
        self.url_with(side, |pane| pane.at(path.clone()))
    }

    /// Shows a folder in a pane.
    pub fn open(self, side: Side, path: &FilePath) {
        self.go.run((untrack(|| self.folder_url(side, path)), false));
    }

    /// Shows another order of a pane's folder.
    pub fn sort(self, side: Side, column: SortColumn) {
        let url = untrack(|| self.url_with(side, |pane| PaneView { sort: pane.sort.clicked(column), ..pane.clone() }));
        self.go.run((url, false));
    }

    /// Opens or closes the second pane.
    pub fn toggle_second(self) {
        self.go.run((self.view.with_untracked(|view| view.with_second_toggled().to_url()), false));
    }

    /// Makes a pane the one that the keyboard and the toolbar act on.
    pub fn activate(self, side: Side) {
        let url = self.view.with_untracked(|view| (view.active != side).then(|| view.with_active(side).to_url()));
        if let Some(url) = url {
            self.go.run((url, true));
        }
    }

    pub fn set_filter(self, side: Side, filter: String) {
        let url = untrack(|| self.url_with(side, |pane| PaneView { filter, ..pane.clone() }));
        self.go.run((url, true));
    }

    pub fn open_entry(self, side: Side, entry: &Entry) {
        if let Some(folder) = self.pane(side).path_now() {
            if entry.kind == EntryKind::Folder {
                self.open(side, &folder.join(entry.name.clone()));
            } else {
                self.details.set(Some((folder.join(entry.name.clone()), entry.clone())));
            }
        }
    }

    /// The folder above, unless it lies above what is managed.
    pub fn go_up(self, side: Side) {
        if let Some(folder) = self.pane(side).folder_now()
            && folder.path != folder.root
            && let Some((above, _)) = folder.path.split_last()
        {
            self.open(side, &above);
        }
    }

    pub fn cut(self, side: Side) {
        self.desk.keep(Verb::Move, self.pane(side).chosen_paths_now());
    }

    pub fn copy(self, side: Side) {
        self.desk.keep(Verb::Copy, self.pane(side).chosen_paths_now());
    }

    /// Plans to put what is chosen in a pane into the trash.
    pub fn trash(self, side: Side) {
        let (sources, folder) = (self.pane(side).chosen_paths_now(), self.pane(side).path_now());
        if !sources.is_empty()
            && let Some(destination) = folder
        {
            let request = MoveRequest { verb: Verb::Trash, sources, destination, ..MoveRequest::default() };
            self.desk.planning.propose(Proposal::Move(request));
        }
    }

    /// Asks where what is chosen in a pane is to go.
    pub fn choose_destination(self, side: Side) {
        let beside = self.pane(side.other()).path_now();
        self.desk.planning.departing.set(Departure::of(self.pane(side).chosen_paths_now(), beside));
    }

    /// Plans to move what was cut into a folder.
    pub fn paste_into(self, folder: &FilePath) {
        if let Some(clipboard) = self.desk.clipboard.get_untracked() {
            self.desk.planning.propose(Proposal::Move(clipboard.paste_into(folder)));
        }
    }

    pub fn paste(self, side: Side) {
        if let Some(folder) = self.pane(side).path_now() {
            self.paste_into(&folder);
        }
    }

    /// Plans to move the choice of one pane into a folder.
    pub fn move_chosen_to(self, side: Side, destination: &FilePath) {
        let chosen = self.pane(side).chosen_paths_now();
        if !chosen.is_empty() {
            let request = clipboard::request(chosen.into_iter(), destination);
            self.desk.planning.propose(Proposal::Move(request));
        }
    }

    pub fn move_chosen_to_other_pane(self, side: Side) {
        if let Some(destination) = self.pane(side.other()).path_now() {
            self.move_chosen_to(side, &destination);
        }
    }

    /// Moves the keyboard through the rows.
    pub fn step(self, side: Side, step: Step, extend: bool) {
        let pane = self.pane(side);
        let row = pane.selection.with_untracked(|selection| selection.after(step, pane.total_now()));
        let Some(row) = row else { return };
        pane.focus_row(row);
        if extend {
            self.extend_to(side, row);
        } else {
            spawn_local(pane.go_to(row));
        }
    }

    /// Chooses every row from the last one that was chosen by itself to this one.
    pub fn extend_to(self, side: Side, row: u64) {
        spawn_local(async move {
            if !self.pane(side).extend_to(row).await {
                self.say_too_many();
            }
        });
    }

    pub fn choose_all(self, side: Side) {
        spawn_local(async move {
            if !self.pane(side).choose_all().await {
                self.say_too_many();
            }
        });
    }

    fn say_too_many(self) {
        let most = format::count(CHOSEN_MAX);
        self.desk.notify(words().chosen_most(&most));
    }

    /// Brings the keyboard to the first entry whose name begins with what has just been typed.
    pub fn type_ahead(self, side: Side, letter: &str) {
        let now = browser::now_ms();
        let text = self.typed.try_update_value(|(text, at)| {
            if now - *at > TYPED_TOGETHER_MS {
                text.clear();
            }
            text.push_str(letter);
            *at = now;
            text.clone()
        });
        let Some(text) = text else { return };
        let pane = self.pane(side);
        spawn_local(async move {
            // Only the last letter's answer counts.
            if let Some(row) = pane.find(Seek::Prefix(text.clone())).await
                && self.typed.try_with_value(|(now, _)| *now == text) == Some(true)
            {
                pane.focus_row(row);
                pane.go_to(row).await;
            }
        });
    }

    /// The page that looks below a pane's folder for what is filtered for in it.
    pub fn search_url(self, side: Side) -> String {
        self.view.with(|view| {
            let pane = view.pane(side).unwrap_or(&view.first);
            let mut search = SearchView::below(pane.path.clone());
            search.set(Field::Name, pane.filter.clone());
            search.to_url()
        })
    }

    pub fn search(self, side: Side) {
        self.go.run((untrack(|| self.search_url(side)), false));
    }

    /// Asks what is to be sent to the folder of a pane.
    pub fn upload_to(self, side: Side) {
        if let Some(folder) = self.pane(side).path_now() {
            self.desk.uploads.ask(folder);
        }
    }

    /// Reads the panes again whose folder an upload has come to.
    pub fn watch_uploads(self) {
        Effect::new(move |before: Option<()>| {
            let arrived = self.desk.uploads.arrived.get();
            if let (Some((folder, _)), Some(())) = (&arrived, before) {
                for pane in self.panes.iter().filter(|pane| pane.path_now().as_ref() == Some(folder)) {
                    pane.reload();
                }
            }
        });
    }

    /// Asks for the name of a new folder in a pane.
    pub fn name_new_folder(self, side: Side) {
        self.naming.set(Some(Naming::NewFolder { side }));
    }

    /// Asks for another name of the entry that the keyboard stands on.
    pub fn name_anew(self, side: Side) {
        if let Some((_, entry)) = self.pane(side).focus_now() {
            self.naming.set(Some(Naming::Rename { side, entry }));
        }
    }

    /// Gives an entry another name in its folder. That is a move like any other, and can be undone.
    pub fn rename(self, side: Side, entry: &Entry, name: FileName) {
        let pane = self.pane(side);
        let Some(folder) = pane.path_now().filter(|_| name.shown() != entry.name.shown()) else { return };
        pane.await_entry(&name);
        let source = folder.join(entry.name.clone());
        let request = MoveRequest { sources: vec![source], destination: folder, new_name: Some(name), ..MoveRequest::default() };
        self.desk.planning.start_unless_it_asks(request);
    }

    /// Something new is in a folder: panes that show it read it again, and the keyboard goes there.
    pub fn arrive(self, side: Side, folder: &FilePath, name: &FileName) {
        self.pane(side).await_entry(name);
        for pane in self.panes.iter().filter(|pane| pane.path_now().as_ref() == Some(folder)) {
            pane.reload();
        }
    }

    /// A pressed row began to move: the choice it belongs to is in the hand now.
    pub fn begin_drag(self, press: &Press, pointer: (f64, f64)) {
        let pane = self.pane(press.side);
        pane.selection.update(|selection| selection.acting_on(press.row, &press.entry));
        let Some(folder) = pane.folder_now() else { return };
        let things: Vec<Dragged> =
            pane.chosen_now().into_iter().map(|entry| Dragged { folder: folder.path.clone(), entry }).collect();
        if things.is_empty() {
            return;
        }
        let mut drag = Drag::new(things, folder, pointer);
        // Both panes' folders are on the screen: what is known of them will do until they are asked for.
        for shown in self.panes.iter().filter_map(|pane| pane.folder_now()) {
            drag.expect(shown);
        }
        self.desk.notice.set(None);
        self.desk.hand.take(drag);
    }

    /// Lets go of what is in the hand: the plan opens, or it is said why it cannot go there.
    pub fn drop_here(self) {
        match self.desk.hand.drop() {
            Some(Ok(request)) => self.desk.planning.propose(Proposal::Move(request)),
            Some(Err(why)) => self.desk.notify(why),
            None => {}
        }
    }
}
