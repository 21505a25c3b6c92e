//! Search below a folder: the form, and results as they come.
//!
//! The server waits a moment for the first results, so the page is of use without WASM; the rest is
//! asked for while it is open.

use std::collections::BTreeSet;
use std::sync::Arc;

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use tidelock_shared::id::SearchId;
use tidelock_shared::name::FilePath;
use tidelock_shared::request::Verb;
use tidelock_shared::search::{FOUND_MAX, Found, SearchResults};
use tidelock_shared::strategy::EntryKind;
use tidelock_shared::user_error::UserError;

use crate::api::{self, ApiError};
use crate::browser;
use crate::components::empty_state::EmptyState;
use crate::components::folder_row::glyph_of;
use crate::components::icon::{Glyph, Icon};
use crate::components::move_dialog::MoveDialog;
use crate::components::place_link::PlaceLink;
use crate::components::problem::LoadError;
use crate::components::timestamp::Timestamp;
use crate::desk::{Departure, use_desk};
use crate::format;
use crate::loading::{Loading, load};
use crate::state::pane::{entry_url, folder_url};
use crate::state::search::{Field, KINDS, SEARCH, SearchView};
use crate::words::words;

/// So many results are drawn at first, and more by so many.
const DRAWN: usize = 200;

/// One search, as far as this page knows it.
#[derive(Clone, Copy)]
struct Searching {
    view: Memo<SearchView>,
    first: Loading<Option<Result<SearchResults, ApiError>>>,
    /// All results so far; empty until the first answer is here.
    so_far: RwSignal<Option<SearchResults>>,
    failed: RwSignal<Option<UserError>>,
    chosen: RwSignal<BTreeSet<usize>>,
    drawn: RwSignal<usize>,
}

#[component]
pub fn SearchPage() -> impl IntoView {
    let searching = Searching::new();
    let top = move || searching.view.with(|view| view.path.clone());
    view! {
        <Title text=words().search_title() />
        <div class="page search">
            <h1 class="page__title">{words().search_title()}</h1>
            <p class="page__lead">
                {words().search_below_place()}
                {move || match top() {
                    Some(top) => view! { <PlaceLink href=folder_url(&top) class="search__place">{top.shown()}</PlaceLink> }.into_any(),
                    None => words().search_below_none().into_any(),
                }}
            </p>
            {move || view! { <SearchForm view=searching.view.get() /> }}
            <Transition fallback=|| view! { <p role="status">{words().looking()}</p> }>
                <Results searching />
            </Transition>
            <MoveDialog />
        </div>
    }
    .into_any()
}

impl Searching {
    fn new() -> Self {
        let location = use_location();
        let view = Memo::new(move |before: Option<&SearchView>| {
            let (path, query) = (location.pathname.get(), location.search.get());
            if path == SEARCH { SearchView::parse(&query) } else { before.cloned().unwrap_or_default() }
        });
        let first = load(
            move || view.get(),
            |view| async move {
                let request = view.request(browser::now_ms().div_euclid(1000)).ok().flatten()?;
                Some(api::start_search(request).await)
            },
        );
        let searching = Self {
            view,
            first,
            so_far: RwSignal::new(None),
            failed: RwSignal::new(None),
            chosen: RwSignal::default(),
            drawn: RwSignal::new(DRAWN),
        };
        Effect::new(move |_| searching.begin(first.get().flatten().and_then(Result::ok)));
        searching
    }

    fn begin(self, first: Option<SearchResults>) {
        self.chosen.set(BTreeSet::new());
        self.drawn.set(DRAWN);
        self.failed.set(None);
        let goes_on = first.as_ref().filter(|first| !first.is_complete).map(|first| first.id);
        self.so_far.set(first);
        if let Some(id) = goes_on {
            spawn_local(self.follow(id));
        }
    }

    /// Asks for more until there is no more, or another search began, or the page is gone.
    async fn follow(self, id: SearchId) {
        let known = || {
            self.so_far
                .try_with_untracked(|so_far| so_far.as_ref().filter(|so_far| so_far.id == id).map(|so_far| so_far.found.len()))
                .flatten()
        };
        while let Some(offset) = known() {
            let answer = api::search_results(id, offset as u64).await;
            if known() != Some(offset) {
                return;
            }
            match answer {
                Ok(answer) => {
                    let is_complete = answer.is_complete;
                    self.so_far.update(|so_far| {
                        if let Some(so_far) = so_far {
                            let mut found = std::mem::take(&mut so_far.found);
                            found.extend_from_slice(&answer.found);
                            *so_far = SearchResults { offset: 0, found, ..answer };
                        }
                    });
                    if is_complete {
                        return;
                    }
                }
                Err(ApiError(error)) => return self.failed.set(Some(error)),
            }
        }
    }

    /// Looks at the results: those that came since, or the first. None while nothing is searched.
    fn with<T>(self, look: impl FnOnce(&SearchResults) -> T) -> Option<Result<T, ApiError>> {
        self.first.with(|first| match first.as_ref().and_then(Option::as_ref)? {
            Err(error) => Some(Err(error.clone())),
            Ok(first) => Some(Ok(self.so_far.with(|so_far| match so_far {
                Some(so_far) if so_far.id == first.id => look(so_far),
                _ => look(first),
            }))),
        })
    }

    fn chosen_paths(self) -> Vec<FilePath> {
        self.so_far.with_untracked(|so_far| {
            let found = so_far.as_ref().map(|so_far| so_far.found.as_slice()).unwrap_or_default();
            self.chosen.with_untracked(|chosen| chosen.iter().filter_map(|index| found.get(*index)).map(path_of).collect())
        })
    }
}

#[component]
fn SearchForm(view: SearchView) -> impl IntoView {
    let navigate = use_navigate();
    let folder = view.path.as_ref().map(FilePath::to_url).unwrap_or_default();
    let mistakes = Arc::new(view.request(0).err().unwrap_or_default());
    let typed = RwSignal::new(view.clone());
    let text = {
        let view = view.clone();
        move |field: Field, label: &'static str, example: &'static str| {
            let mistake = mistakes.iter().find(|(of, _)| *of == field).map(|(_, why)| *why);
            let id = format!("search-{}", field.key());
            let described_by = mistake.map(|_| format!("{id}-why"));
            view! {
                <div class="search__field">
                    <label for=id.clone()>{label}</label>
                    <input
                        id=id.clone()
                        class="field"
                        type="text"
                        name=field.key()
                        value=view.get(field).to_owned()
                        placeholder=example
                        autocomplete="off"
                        spellcheck="false"
                        aria-invalid=mistake.map(|_| "true")
                        aria-describedby=described_by
                        on:input:target=move |event| typed.update(|typed| typed.set(field, event.target().value()))
                    />
                    {mistake.map(|why| view! { <p id=format!("{id}-why") class="search__mistake">{why}</p> })}
                </div>
            }
        }
    };
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        navigate(&typed.with_untracked(SearchView::to_url), NavigateOptions { resolve: false, ..NavigateOptions::default() });
    };
    let kind = view.get(Field::Kind).to_owned();
    let is_released = !view.get(Field::Released).is_empty();
    view! {
        <form class="search__form" method="get" action=SEARCH role="search" on:submit=on_submit>
            <input type="hidden" name="in" value=folder />
            {text(Field::Name, words().name(), "*.nc")}
            <div class="search__field">
                <label for="search-kind">{words().kind()}</label>
                <select
                    id="search-kind"
                    class="field"
                    name=Field::Kind.key()
                    on:change:target=move |event| typed.update(|typed| typed.set(Field::Kind, event.target().value()))
                >
                    <option value="">{words().anything()}</option>
                    {KINDS
                        .iter()
                        .map(|(key, _, title)| view! { <option value=*key selected=*key == kind>{title(words())}</option> })
                        .collect_view()}
                </select>
            </div>
            {text(Field::Larger, words().at_least(), "1 GiB")}
            {text(Field::Smaller, words().at_most(), "500 MiB")}
            {text(Field::Older, words().not_changed_for(), "90 d")}
            {text(Field::Newer, words().changed_within(), "2 w")}
            {text(Field::Owner, words().owner(), "alice")}
            {text(Field::Project, words().project_id(), "1001")}
            <label class="search__check">
                <input
                    type="checkbox"
                    name=Field::Released.key()
                    value="1"
                    checked=is_released
                    on:change:target=move |event| {
                        let text = if event.target().checked() { "1" } else { "" };
                        typed.update(|typed| typed.set(Field::Released, text.to_owned()));
                    }
                />
                {words().on_tape_only()}
            </label>
            <button type="submit" class="button button--primary">
                <Icon glyph=Glyph::Search />
                {words().search_button()}
            </button>
        </form>
    }
    .into_any()
}

#[component]
fn Results(searching: Searching) -> impl IntoView {
    // Drawn anew only when there is something else to see, not with every result.
    let has_found = Memo::new(move |_| searching.with(|results| !results.found.is_empty() || !results.is_complete));
    let status = move || searching.with(status).and_then(Result::ok);
    let nothing = |title, advice| view! { <EmptyState glyph=Glyph::Search title advice /> };
    move || match has_found.get() {
        None => nothing(words().search_what(), words().search_advice()).into_any(),
        Some(Err(error)) => view! { <LoadError error=error.0 what=words().search_failed() /> }.into_any(),
        Some(Ok(false)) => view! {
            <p class="search__status" role="status">{status}</p>
            {nothing(words().nothing_found(), words().nothing_found_advice())}
        }
        .into_any(),
        Some(Ok(true)) => view! { <Table searching /> }.into_any(),
    }
}

#[component]
fn Table(searching: Searching) -> impl IntoView {
    let desk = use_desk();
    let Searching { chosen, drawn, .. } = searching;
    let total = Memo::new(move |_| searching.with(|results| results.found.len()).and_then(Result::ok).unwrap_or_default());
    let rows = move || {
        let drawn = drawn.get();
        let rows = searching.with(|results| {
            let found = results.found.iter().take(drawn).cloned().enumerate();
            found.map(|(index, found)| (results.id, index, found)).collect::<Vec<_>>()
        });
        rows.and_then(Result::ok).unwrap_or_default()
    };
    let status = move || searching.with(status).and_then(Result::ok);
    let is_none_chosen = move || chosen.with(BTreeSet::is_empty);
    view! {
        <div class="search__bar">
            <p class="search__status" role="status">{status}</p>
            <button
                type="button"
                class="button button--primary"
                data-command=words().command_move_results()
                disabled=is_none_chosen
                on:click=move |_| desk.planning.departing.set(Departure::of(searching.chosen_paths(), None))
            >
                <Icon glyph=Glyph::MoveTo />
                {words().move_to()}
            </button>
            <button
                type="button"
                class="button"
                data-command=words().command_cut_results()
                disabled=is_none_chosen
                on:click=move |_| {
                    desk.keep(Verb::Move, searching.chosen_paths());
                    desk.notify(words().cut_and_paste().to_owned());
                }
            >
                <Icon glyph=Glyph::Cut />
                {words().cut()}
            </button>
        </div>
        {move || searching.failed.get().map(|error| view! { <LoadError error what=words().search_stopped() /> })}
        <Show when=move || total.get() != 0>
            <div class="table-scroll">
                <table class="table search__table">
                    <thead>
                        <tr>
                            <th scope="col">
                                <input
                                    type="checkbox"
                                    aria-label=words().select_results()
                                    prop:checked=move || chosen.with(BTreeSet::len) == total.get()
                                    on:click=move |_| chosen.update(|chosen| {
                                        let total = total.get_untracked();
                                        *chosen = if chosen.len() == total { BTreeSet::new() } else { (0..total).collect() };
                                    })
                                />
                            </th>
                            <th scope="col">{words().name()}</th>
                            <th scope="col">{words().folder()}</th>
                            <th scope="col" class="table__number">{words().size()}</th>
                            <th scope="col">{words().modified()}</th>
                            <th scope="col" class="table__wide">{words().owner()}</th>
                            <th scope="col" class="table__wide">{words().project()}</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For
                            each=rows
                            key=|(id, index, _)| (*id, *index)
                            children=move |(_, index, found)| view! { <ResultRow searching index found /> }
                        />
                    </tbody>
                </table>
            </div>
        </Show>
        <Show when=move || drawn.get() < total.get()>
            <button type="button" class="button search__more" on:click=move |_| drawn.update(|drawn| *drawn += DRAWN)>
                {move || words().show_more(&(DRAWN.min(total.get() - drawn.get())).to_string())}
            </button>
        </Show>
    }
    .into_any()
}

#[component]
fn ResultRow(searching: Searching, index: usize, found: Found) -> impl IntoView {
    let Found { folder, entry } = found;
    let chosen = searching.chosen;
    let place = searching.view.with_untracked(|view| place(&folder, view.path.as_ref()));
    let name = entry.name.shown().into_owned();
    let is_folder = entry.kind == EntryKind::Folder;
    let href = entry_url(&folder, &entry.name, is_folder);
    let label = words().select_name(&name);
    let toggle = move |_| {
        chosen.update(|chosen| {
            if !chosen.remove(&index) {
                chosen.insert(index);
            }
        });
    };
    view! {
        <tr class="search__row" class=("search__row--chosen", move || chosen.with(|chosen| chosen.contains(&index)))>
            <td>
                <input
                    type="checkbox"
                    aria-label=label
                    prop:checked=move || chosen.with(|chosen| chosen.contains(&index))
                    on:click=toggle
                />
            </td>
            <th scope="row">
                <span class="search__name">
                    <Icon glyph=glyph_of(entry.kind) />
                    <PlaceLink href>{name}</PlaceLink>
                    {entry.is_released.then(|| view! { <span class="mark">{words().released()}</span> })}
                </span>
            </th>
            <td class="search__folder">
                <PlaceLink href=folder_url(&folder)>{place}</PlaceLink>
            </td>
            <td class="table__number" title=format::bytes_exact(entry.size)>
                {if is_folder { "–".to_owned() } else { format::bytes(entry.size) }}
            </td>
            <td>
                <Timestamp seconds=entry.modified />
            </td>
            <td class="table__wide">{entry.owner}</td>
            <td class="table__wide">{entry.project.map_or_else(|| "–".to_owned(), |id| id.to_string())}</td>
        </tr>
    }
    .into_any()
}

/// Where something lies, from the folder that was searched.
fn place(folder: &FilePath, top: Option<&FilePath>) -> String {
    match top.and_then(|top| folder.names_below(top)) {
        None => folder.shown(),
        Some([]) => words().in_this_folder().to_owned(),
        Some(names) => names.iter().map(|name| name.shown()).collect::<Vec<_>>().join("/"),
    }
}

fn path_of(found: &Found) -> FilePath {
    found.folder.join(found.entry.name.clone())
}

/// How far the search has come.
fn status(results: &SearchResults) -> String {
    let found = results.found.len() as u64;
    let mut text = if results.is_cut {
        words().search_cut(&format::count(FOUND_MAX))
    } else if results.is_complete {
        words().search_done(found, results.looked_at)
    } else {
        words().search_so_far(found, results.looked_at)
    };
    if results.passed_over > 0 {
        text.push_str(&words().search_passed_over(results.passed_over));
    }
    text
}
