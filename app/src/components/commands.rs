//! Everything that can be done and gone to from this page, as the palette offers it.
//!
//! The browse page's actions are told by the desk; on other pages the buttons that say
//! `data-command` are offered, so whoever adds one adds a command.
//!
//! Not here: which of them fit what was typed (`state::fuzzy`), and how they look.

use std::sync::Arc;

use leptos::prelude::*;
use tidelock_shared::listing::{Entry, SortColumn};
use tidelock_shared::name::FilePath;
use tidelock_shared::strategy::EntryKind;

use crate::browser;
use crate::components::entry_details::can_come_down;
use crate::components::icon::Glyph;
use crate::desk::{Browse, Desk, Naming};
use crate::format;
use crate::preference::{Choice, Theme};
use crate::state::pane::{Side, download_url, folder_url};
use crate::state::recent;
use crate::state::search::{Field, SEARCH, SearchView};

/// Goes to a URL of this application, also when the palette is closed again.
pub(super) type Go = Arc<dyn Fn(&str) + Send + Sync>;

/// One thing that the palette offers.
#[derive(Clone)]
pub(super) struct Command {
    pub(super) group: &'static str,
    pub(super) glyph: Glyph,
    pub(super) title: String,
    /// A place's path, which fits too.
    pub(super) detail: String,
    /// The keys that do the same without the palette.
    pub(super) keys: &'static str,
    pub(super) action: Arc<dyn Fn() + Send + Sync>,
}

/// Makes commands of one group.
struct Group {
    name: &'static str,
    commands: Vec<Command>,
}

impl Group {
    fn new(name: &'static str) -> Self {
        Self { name, commands: Vec::new() }
    }

    fn add(&mut self, glyph: Glyph, title: impl Into<String>, keys: &'static str, action: impl Fn() + Send + Sync + 'static) {
        let (title, action) = (title.into(), Arc::new(action));
        self.commands.push(Command { group: self.name, glyph, title, detail: String::new(), keys, action });
    }

    fn add_place(&mut self, glyph: Glyph, title: String, path: FilePath, open: &Open) {
        let detail = path.shown();
        let open = open.clone();
        let action = Arc::new(move || open(&path));
        self.commands.push(Command { group: self.name, glyph, title, detail, keys: "", action });
    }
}

/// All commands, those of this page first.
pub(super) fn all(desk: Desk, go: &Go) -> Vec<Command> {
    let browse = desk.browse.get_value();
    let open = opener(browse, go);
    let mut groups = browse.map(of_browse).unwrap_or_default();
    groups.push(of_buttons());
    groups.extend(places(desk, &open));
    groups.push(pages(desk, go));
    groups.push(settings(desk));
    groups.into_iter().flat_map(|group| group.commands).collect()
}

/// What was typed taken at its word: a path to open, or something to search for.
pub(super) fn of_typed(desk: Desk, go: &Go, typed: &str) -> Vec<Command> {
    let mut group = Group::new("As typed");
    let browse = desk.browse.get_value();
    if let Some(path) = Some(typed).filter(|typed| typed.starts_with('/')).and_then(|typed| FilePath::parse(typed.as_bytes()).ok())
    {
        let open = opener(browse, go);
        group.add(Glyph::Folder, format!("Open {}", path.shown()), "", move || open(&path));
    }
    let here = browse.and_then(|browse| browse.pane(browse.view.with_untracked(|view| view.active)).path_now());
    let root = || desk.session.get_untracked()?.ok()?.roots.into_iter().next();
    if let Some(top) = here.or_else(root) {
        let mut search = SearchView::below(top.clone());
        search.set(Field::Name, typed.to_owned());
        let go = go.clone();
        group.add(Glyph::Search, format!("Search for “{typed}” below {}", top.shown()), "", move || go(&search.to_url()));
    }
    group.commands
}

/// Shows a folder: in the pane that has the keyboard, or on the browse page.
type Open = Arc<dyn Fn(&FilePath) + Send + Sync>;

fn opener(browse: Option<Browse>, go: &Go) -> Open {
    match browse {
        Some(browse) => Arc::new(move |path| browse.open(browse.view.with_untracked(|view| view.active), path)),
        None => {
            let go = go.clone();
            Arc::new(move |path| go(&folder_url(path)))
        }
    }
}

/// What the toolbar, the menu of a row and the keyboard do.
fn of_browse(browse: Browse) -> Vec<Group> {
    let side = browse.view.with_untracked(|view| view.active);
    vec![of_chosen(browse, side), of_folder(browse, side), of_view(browse, side)]
}

fn of_chosen(browse: Browse, side: Side) -> Group {
    let mut group = Group::new("Selection");
    let pane = browse.pane(side);
    let chosen = pane.chosen_now();
    if let Some(first) = chosen.first() {
        let what = match chosen.len() {
            1 => format!("“{}”", first.name.shown()),
            many => format::counted(many as u64, "item", "items"),
        };
        group.add(Glyph::MoveTo, format!("Move {what} to…"), "", move || browse.choose_destination(side));
        if let Some(other) = browse.pane(side.other()).path_now() {
            let title = format!("Move {what} to {}", other.shown());
            group.add(Glyph::Panes, title, "", move || browse.move_chosen_to_other_pane(side));
        }
        group.add(Glyph::Cut, format!("Cut {what}"), "Ctrl X", move || browse.cut(side));
        group.add(Glyph::Copy, format!("Copy {what}"), "Ctrl C", move || browse.copy(side));
        group.add(Glyph::Trash, format!("Put {what} into the trash…"), "Delete", move || browse.trash(side));
        let paths: Vec<String> = pane.chosen_paths_now().iter().map(FilePath::shown).collect();
        let title = if paths.len() == 1 { format!("Copy the path of {what}") } else { format!("Copy {} paths", paths.len()) };
        group.add(Glyph::Copy, title, "", move || browser::copy_text(&paths.join("\n")));
    }
    // Where nothing is chosen, what the keyboard stands on is meant.
    let has_focus = pane.selection.with_untracked(|selection| selection.focus().is_some());
    let one = match chosen.as_slice() {
        [one] => Some(one.clone()),
        [] if has_focus => pane.focus_now().map(|(_, entry)| entry),
        _ => None,
    };
    if let (Some(entry), Some(folder)) = (one, pane.path_now()) {
        of_entry(&mut group, browse, side, &folder, entry);
    }
    group
}

fn of_entry(group: &mut Group, browse: Browse, side: Side, folder: &FilePath, entry: Entry) {
    let path = folder.join(entry.name.clone());
    let name = entry.name.shown().into_owned();
    if entry.kind == EntryKind::Folder {
        let opened = path.clone();
        group.add(Glyph::Folder, format!("Open “{name}”"), "Enter", move || browse.open(side, &opened));
        if browse.desk.clipboard.with_untracked(Option::is_some) {
            let pasted = path.clone();
            group.add(Glyph::Paste, format!("Paste into “{name}”"), "", move || browse.paste_into(&pasted));
        }
    }
    if can_come_down(&entry) {
        let url = download_url(&path);
        group.add(Glyph::Down, format!("Download “{name}”"), "", move || browser::download(&url));
    }
    let renamed = Naming::Rename { side, entry: entry.clone() };
    group.add(Glyph::Rename, format!("Rename “{name}”…"), "F2", move || browse.naming.set(Some(renamed.clone())));
    let detailed = (path, entry);
    group.add(Glyph::Info, format!("Properties of “{name}”"), "", move || browse.details.set(Some(detailed.clone())));
}

fn of_folder(browse: Browse, side: Side) -> Group {
    let mut group = Group::new("This folder");
    let pane = browse.pane(side);
    if let Some(count) =
        browse.desk.clipboard.with_untracked(|clipboard| clipboard.as_ref().map(|clipboard| clipboard.count() as u64))
    {
        let title = format!("Paste {} here", format::counted(count, "item", "items"));
        group.add(Glyph::Paste, title, "Ctrl V", move || browse.paste(side));
    }
    group.add(Glyph::NewFolder, "New folder…", "F7", move || browse.name_new_folder(side));
    group.add(Glyph::Upload, "Upload files or a folder…", "", move || browse.upload_to(side));
    group.add(Glyph::Search, "Search below this folder", "F3", move || browse.search(side));
    group.add(Glyph::Search, "Filter by name", "/", || browser::focus("filter"));
    group.add(Glyph::Check, "Select all", "Ctrl A", move || browse.choose_all(side));
    if let Some(folder) = pane.folder_now() {
        if folder.path != folder.root {
            group.add(Glyph::Up, "Folder above", "Backspace", move || browse.go_up(side));
        }
        let (url, text) = (download_url(&folder.path), folder.path.shown());
        group.add(Glyph::Down, "Download this folder", "", move || browser::download(&url));
        group.add(Glyph::Copy, "Copy the path of this folder", "", move || browser::copy_text(&text));
    }
    group
}

fn of_view(browse: Browse, side: Side) -> Group {
    let mut group = Group::new("View");
    let has_second = browse.view.with_untracked(|view| view.second.is_some());
    let title = if has_second { "Close the other pane" } else { "Open a second pane" };
    group.add(Glyph::Panes, title, "", move || browse.toggle_second());
    if has_second {
        group.add(Glyph::Panes, "Go to the other pane", "", move || browse.activate(side.other()));
    }
    for (column, word) in [
        (SortColumn::Name, "name"),
        (SortColumn::Size, "size"),
        (SortColumn::Modified, "time of change"),
        (SortColumn::Owner, "owner"),
        (SortColumn::Project, "project"),
    ] {
        let sort = browse.view.with_untracked(|view| view.pane(side).map(|pane| pane.sort).unwrap_or_default());
        let is_reversed = sort.clicked(column).descending;
        let title = if is_reversed { format!("Sort by {word}, the other way around") } else { format!("Sort by {word}") };
        let glyph = if is_reversed { Glyph::SortUp } else { Glyph::SortDown };
        group.add(glyph, title, "", move || browse.sort(side, column));
    }
    group.add(Glyph::Drift, "Read the folder again", "", move || browse.pane(side).reload());
    group
}

/// What the buttons of this page do.
fn of_buttons() -> Group {
    let mut group = Group::new("Actions");
    for command in browser::offered_commands() {
        let pressed = command.clone();
        group.add(Glyph::Play, command, "", move || browser::press_offered(&pressed));
    }
    group
}

/// Projects, managed folders, and where one was lately.
fn places(desk: Desk, open: &Open) -> [Group; 3] {
    let mut projects = Group::new("Projects");
    for project in desk.projects.get().and_then(Result::ok).unwrap_or_default() {
        projects.add_place(Glyph::Archive, project.name, project.root, open);
    }
    let mut roots = Group::new("Folders");
    for root in desk.session.get().and_then(Result::ok).map(|session| session.roots).unwrap_or_default() {
        roots.add_place(Glyph::Folder, "Managed folder".to_owned(), root, open);
    }
    let mut lately = Group::new("Recent folders");
    let here = desk.browse.get_value().and_then(|browse| browse.pane(browse.view.with_untracked(|view| view.active)).path_now());
    for folder in recent::folders(&browser::recall(recent::KEY).unwrap_or_default()) {
        if Some(&folder) != here.as_ref()
            && let Some((_, name)) = folder.split_last()
        {
            lately.add_place(Glyph::Clock, name.shown().into_owned(), folder.clone(), open);
        }
    }
    [lately, projects, roots]
}

fn pages(desk: Desk, go: &Go) -> Group {
    let mut group = Group::new("Pages");
    for (title, url) in [
        ("Overview", "/"),
        ("Projects", "/projects"),
        ("Moves", "/moves"),
        ("Trash", "/trash"),
        ("Search", SEARCH),
        ("Guarantees", "/guarantees"),
        ("Settings", "/settings"),
    ] {
        let go = go.clone();
        group.add(Glyph::ChevronRight, format!("Go to {title}"), "", move || go(url));
    }
    group.add(Glyph::Help, "Keyboard shortcuts", "?", move || desk.shortcuts.set(true));
    group
}

fn settings(desk: Desk) -> Group {
    let mut group = Group::new("Settings");
    for (theme, glyph) in [(Theme::Auto, Glyph::System), (Theme::Light, Glyph::Sun), (Theme::Dark, Glyph::Moon)] {
        if theme != desk.theme.get_untracked() {
            group.add(glyph, format!("Colours: {}", theme.word()), "", move || {
                desk.theme.set(theme);
                theme.apply();
            });
        }
    }
    group
}
