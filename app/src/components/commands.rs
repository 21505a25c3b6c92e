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
use crate::preference::{Choice, Theme};
use crate::state::pane::{Side, download_url, folder_url};
use crate::state::recent;
use crate::state::search::{Field, SEARCH, SearchView};
use crate::words::words;

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
    let mut group = Group::new(words().as_typed());
    let browse = desk.browse.get_value();
    if let Some(path) = Some(typed).filter(|typed| typed.starts_with('/')).and_then(|typed| FilePath::parse(typed.as_bytes()).ok())
    {
        let open = opener(browse, go);
        group.add(Glyph::Folder, words().open_path(&path.shown()), "", move || open(&path));
    }
    let here = browse.and_then(|browse| browse.pane(browse.view.with_untracked(|view| view.active)).path_now());
    let root = || desk.session.get_untracked()?.ok()?.roots.into_iter().next();
    if let Some(top) = here.or_else(root) {
        let mut search = SearchView::below(top.clone());
        search.set(Field::Name, typed.to_owned());
        let go = go.clone();
        group.add(Glyph::Search, words().search_below_path(typed, &top.shown()), "", move || go(&search.to_url()));
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
    let mut group = Group::new(words().group_selection());
    let pane = browse.pane(side);
    let chosen = pane.chosen_now();
    if let Some(first) = chosen.first() {
        let what = match chosen.len() {
            1 => words().quoted(&first.name.shown()),
            many => words().items(many as u64),
        };
        group.add(Glyph::MoveTo, words().move_what_to(&what), "", move || browse.choose_destination(side));
        if let Some(other) = browse.pane(side.other()).path_now() {
            let title = words().move_what_to_place(&what, &other.shown());
            group.add(Glyph::Panes, title, "", move || browse.move_chosen_to_other_pane(side));
        }
        group.add(Glyph::Cut, words().cut_what(&what), words().key_ctrl_x(), move || browse.cut(side));
        group.add(Glyph::Copy, words().copy_what(&what), words().key_ctrl_c(), move || browse.copy(side));
        group.add(Glyph::Trash, words().trash_what(&what), words().key_delete(), move || browse.trash(side));
        let paths: Vec<String> = pane.chosen_paths_now().iter().map(FilePath::shown).collect();
        let title = if paths.len() == 1 { words().copy_path_of(&what) } else { words().copy_paths(paths.len() as u64) };
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
        group.add(Glyph::Folder, words().open_name(&name), words().key_enter(), move || browse.open(side, &opened));
        if browse.desk.clipboard.with_untracked(Option::is_some) {
            let pasted = path.clone();
            group.add(Glyph::Paste, words().paste_into_name(&name), "", move || browse.paste_into(&pasted));
        }
    }
    if can_come_down(&entry) {
        let url = download_url(&path);
        group.add(Glyph::Down, words().download_name(&name), "", move || browser::download(&url));
    }
    let renamed = Naming::Rename { side, entry: entry.clone() };
    group.add(Glyph::Rename, words().rename_name(&name), "F2", move || browse.naming.set(Some(renamed.clone())));
    let detailed = (path, entry);
    group.add(Glyph::Info, words().properties_of(&name), "", move || browse.details.set(Some(detailed.clone())));
}

fn of_folder(browse: Browse, side: Side) -> Group {
    let mut group = Group::new(words().group_folder());
    let pane = browse.pane(side);
    if let Some(count) =
        browse.desk.clipboard.with_untracked(|clipboard| clipboard.as_ref().map(|clipboard| clipboard.count() as u64))
    {
        let title = words().paste_here(count);
        group.add(Glyph::Paste, title, words().key_ctrl_v(), move || browse.paste(side));
    }
    group.add(Glyph::NewFolder, words().new_folder_more(), "F7", move || browse.name_new_folder(side));
    group.add(Glyph::Upload, words().upload_more(), "", move || browse.upload_to(side));
    group.add(Glyph::Search, words().search_below(), "F3", move || browse.search(side));
    group.add(Glyph::Search, words().filter_by_name(), "/", || browser::focus("filter"));
    group.add(Glyph::Check, words().select_all(), words().key_ctrl_a(), move || browse.choose_all(side));
    if let Some(folder) = pane.folder_now() {
        if folder.path != folder.root {
            group.add(Glyph::Up, words().folder_above(), words().key_backspace(), move || browse.go_up(side));
        }
        let (url, text) = (download_url(&folder.path), folder.path.shown());
        group.add(Glyph::Down, words().download_folder(), "", move || browser::download(&url));
        group.add(Glyph::Copy, words().copy_folder_path(), "", move || browser::copy_text(&text));
    }
    group
}

fn of_view(browse: Browse, side: Side) -> Group {
    let mut group = Group::new(words().group_view());
    let has_second = browse.view.with_untracked(|view| view.second.is_some());
    let title = if has_second { words().close_pane() } else { words().open_pane() };
    group.add(Glyph::Panes, title, "", move || browse.toggle_second());
    if has_second {
        group.add(Glyph::Panes, words().other_pane(), "", move || browse.activate(side.other()));
    }
    for (column, word) in [
        (SortColumn::Name, words().sort_name()),
        (SortColumn::Size, words().sort_size()),
        (SortColumn::Modified, words().sort_time()),
        (SortColumn::Owner, words().sort_owner()),
        (SortColumn::Project, words().sort_project()),
    ] {
        let sort = browse.view.with_untracked(|view| view.pane(side).map(|pane| pane.sort).unwrap_or_default());
        let is_reversed = sort.clicked(column).descending;
        let title = if is_reversed { words().sort_reversed(word) } else { words().sort_by(word) };
        let glyph = if is_reversed { Glyph::SortUp } else { Glyph::SortDown };
        group.add(glyph, title, "", move || browse.sort(side, column));
    }
    group.add(Glyph::Drift, words().read_again(), "", move || browse.pane(side).reload());
    group
}

/// What the buttons of this page do.
fn of_buttons() -> Group {
    let mut group = Group::new(words().actions());
    for command in browser::offered_commands() {
        let pressed = command.clone();
        group.add(Glyph::Play, command, "", move || browser::press_offered(&pressed));
    }
    group
}

/// Projects, managed folders, and where one was lately.
fn places(desk: Desk, open: &Open) -> [Group; 3] {
    let mut projects = Group::new(words().projects_title());
    for project in desk.projects.get().and_then(Result::ok).unwrap_or_default() {
        projects.add_place(Glyph::Archive, project.name, project.root, open);
    }
    let mut roots = Group::new(words().folders_title());
    for root in desk.session.get().and_then(Result::ok).map(|session| session.roots).unwrap_or_default() {
        roots.add_place(Glyph::Folder, words().managed_folder().to_owned(), root, open);
    }
    let mut lately = Group::new(words().recent_folders());
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
    let mut group = Group::new(words().pages_title());
    for (title, url) in [
        (words().overview(), "/"),
        (words().projects_title(), "/projects"),
        (words().moves_title(), "/moves"),
        (words().trash_title(), "/trash"),
        (words().search_title(), SEARCH),
        (words().guarantees(), "/guarantees"),
        (words().settings(), "/settings"),
    ] {
        let go = go.clone();
        group.add(Glyph::ChevronRight, words().go_to(title), "", move || go(url));
    }
    if desk.session.get_untracked().and_then(Result::ok).is_some_and(|session| session.role.sees_all()) {
        for (title, url) in [
            (words().board(), "/board"),
            (words().drift_title(), "/board/drift"),
            (words().leftovers(), "/board/leftovers"),
            (words().audit(), "/board/audit"),
        ] {
            let go = go.clone();
            group.add(Glyph::ChevronRight, words().go_to(title), "", move || go(url));
        }
    }
    group.add(Glyph::Help, words().shortcuts(), "?", move || desk.shortcuts.set(true));
    group
}

fn settings(desk: Desk) -> Group {
    let mut group = Group::new(words().settings());
    for (theme, glyph) in [(Theme::Auto, Glyph::System), (Theme::Light, Glyph::Sun), (Theme::Dark, Glyph::Moon)] {
        if theme != desk.theme.get_untracked() {
            group.add(glyph, words().colours_are(theme.word()), "", move || {
                desk.theme.set(theme);
                theme.apply();
            });
        }
    }
    group
}
