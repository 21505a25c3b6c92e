//! The command palette: everything that can be done here, and everywhere that one can go, by typing.
//!
//! A combobox over a list: the keyboard stays in the field and the list follows it. The page
//! itself knows one key and one signal; all else is loaded when it is first opened.
//!
//! Not here: what there is to do (`commands`).

use std::cmp::Reverse;
use std::sync::Arc;
use std::time::Duration;

use leptos::ev::{self, KeyboardEvent};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use wasm_split_helpers::wasm_split;

use super::commands::{self, Command, Go};
use crate::api::ApiError;
use crate::browser;
use crate::components::icon::{Glyph, Icon};
use crate::components::lazy_part::lazy_part;
use crate::components::modal::Modal;
use crate::desk::{Desk, use_desk};
use crate::state::fuzzy::{self, fit};
use crate::words::words;

/// Places of one kind that are shown before something is typed.
const PLACES_MAX: usize = 5;
/// What is shown of what fits.
const FITTING_MAX: usize = 50;
/// Rows that one page key passes over.
const PAGE_ROWS: usize = 8;

#[component]
pub fn CommandPalette() -> impl IntoView {
    let desk = use_desk();
    Effect::new(move |_| {
        let listener = window_event_listener(ev::keydown, move |event: KeyboardEvent| {
            let is_called = (event.ctrl_key() || event.meta_key())
                && !event.alt_key()
                && !event.shift_key()
                && matches!(event.key().as_str(), "k" | "K");
            if !is_called {
                return;
            }
            event.prevent_default();
            // Another dialog asks something; it is answered or closed first.
            if desk.palette.get_untracked() || !browser::has_open_dialog() {
                desk.palette.update(|is_open| *is_open = !*is_open);
            }
        });
        on_cleanup(move || listener.remove());
    });
    view! {
        <Modal
            is_open=desk.palette
            on_close=Callback::new(move |()| desk.palette.set(false))
            labelled_by="palette-title"
            class="dialog palette"
        >
            {move || desk.palette.get().then(|| lazy_part(palette()))}
        </Modal>
    }
    .into_any()
}

/// A command that fits, and where.
#[derive(Clone)]
struct Fitting {
    command: Command,
    at: Vec<usize>,
}

/// What is shown together under one head.
type Section = (&'static str, Vec<(usize, Fitting)>);

#[wasm_split(palette, fallible)]
fn palette() -> Result<AnyView, ApiError> {
    Effect::new(|_| browser::focus("palette-typed"));
    let desk = use_desk();
    let navigate = use_navigate();
    let go: Go = Arc::new(move |url| navigate(url, NavigateOptions { resolve: false, ..NavigateOptions::default() }));
    let typed = RwSignal::new(String::new());
    let place = RwSignal::new(0_usize);
    let all = {
        let go = go.clone();
        Memo::new_with_compare(move |_| commands::all(desk, &go), |_, _| true)
    };
    let fitting = Signal::derive(move || typed.with(|typed| all.with(|all| fitting(desk, &go, all, typed.trim()))));
    let sections =
        Memo::new_with_compare(move |_| sections(fitting.get(), typed.with(|typed| typed.trim().is_empty())), |_, _| true);
    let count = Memo::new(move |_| sections.with(|sections| sections.iter().map(|(_, rows)| rows.len()).sum::<usize>()));
    let run = move |place: usize| {
        let action = sections.with_untracked(|sections| {
            sections.iter().flat_map(|(_, rows)| rows).find(|(at, _)| *at == place).map(|(_, row)| row.command.action.clone())
        });
        if let Some(action) = action {
            desk.palette.set(false);
            // The keyboard is given back first: what the action opens gives it back in its turn.
            set_timeout(move || action(), Duration::ZERO);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let last = count.get_untracked().saturating_sub(1);
        let here = place.get_untracked();
        match event.key().as_str() {
            "ArrowDown" => place.set(if here >= last { 0 } else { here + 1 }),
            "ArrowUp" => place.set(if here == 0 { last } else { here - 1 }),
            "PageDown" => place.set((here + PAGE_ROWS).min(last)),
            "PageUp" => place.set(here.saturating_sub(PAGE_ROWS)),
            "Enter" => run(here),
            _ => return,
        }
        event.prevent_default();
    };
    Effect::new(move |_| browser::show_within(&row_id(place.get())));
    let active = move || (count.get() > 0).then(|| row_id(place.get()));
    let told = move || words().commands(count.get() as u64);
    let palette = view! {
        <div class="palette__content">
            <h2 id="palette-title" class="visually-hidden">{words().palette_title()}</h2>
            <div class="palette__head">
                <Icon glyph=Glyph::Search />
                <input
                    id="palette-typed"
                    class="palette__field"
                    type="text"
                    role="combobox"
                    aria-label=words().palette_label()
                    aria-expanded="true"
                    aria-controls="palette-list"
                    aria-autocomplete="list"
                    aria-activedescendant=active
                    placeholder=words().palette_placeholder()
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    on:keydown=on_key
                    on:input:target=move |event| {
                        place.set(0);
                        typed.set(event.target().value());
                    }
                />
                <button type="button" class="button button--quiet palette__close" aria-label=words().close() on:click=move |_| desk.palette.set(false)>
                    <kbd>{words().key_escape()}</kbd>
                </button>
            </div>
            <p class="visually-hidden" role="status">{told}</p>
            <div id="palette-list" class="palette__list" role="listbox" aria-label=words().palette_title()>
                {move || sections.get().into_iter().map(|section| view! { <Rows section place run=Callback::new(run) /> }).collect_view()}
            </div>
            <Show when=move || count.get() == 0>
                <p class="palette__empty">{words().palette_empty()}</p>
            </Show>
        </div>
    };
    Ok(palette.into_any())
}

#[component]
fn Rows(section: Section, place: RwSignal<usize>, run: Callback<usize>) -> impl IntoView {
    let (head, rows) = section;
    view! {
        <div class="palette__group" role="group" aria-label=head>
            <p class="palette__group-head" aria-hidden="true">{head}</p>
            {rows.into_iter().map(|(at, row)| view! { <Row at row place run /> }).collect_view()}
        </div>
    }
}

#[component]
fn Row(at: usize, row: Fitting, place: RwSignal<usize>, run: Callback<usize>) -> impl IntoView {
    let Command { glyph, title, detail, keys, .. } = row.command;
    let after_title = title.chars().count() + 1;
    let is_here = Memo::new(move |_| place.get() == at);
    view! {
        <div
            id=row_id(at)
            class="palette__row"
            role="option"
            aria-selected=move || if is_here.get() { "true" } else { "false" }
            // The pointer chooses by moving only: a list that changes under a resting one stays where the keyboard is.
            on:pointermove=move |_| {
                if !is_here.get_untracked() {
                    place.set(at);
                }
            }
            on:click=move |_| run.run(at)
        >
            <Icon glyph />
            <span class="palette__title">{marked(&title, 0, &row.at)}</span>
            {(!detail.is_empty()).then(|| view! { " " <span class="palette__detail">{marked(&detail, after_title, &row.at)}</span> })}
            {(!keys.is_empty()).then(|| view! { " " <span class="palette__keys"><kbd>{keys}</kbd></span> })}
        </div>
    }
    .into_any()
}

/// What fits, best first; before something is typed, everything in its order.
fn fitting(desk: Desk, go: &Go, all: &[Command], typed: &str) -> Vec<Fitting> {
    let mut rows: Vec<(i32, Fitting)> = Vec::new();
    for command in all {
        if let Some(fit) = fit(typed, &format!("{} {}", command.title, command.detail)) {
            rows.push((fit.score, Fitting { command: command.clone(), at: fit.at }));
        }
    }
    rows.sort_by_key(|(score, _)| Reverse(*score));
    if !typed.is_empty() {
        rows.truncate(FITTING_MAX);
    }
    let as_typed = if typed.is_empty() { Vec::new() } else { commands::of_typed(desk, go, typed) };
    let as_typed = as_typed.into_iter().map(|command| Fitting { command, at: Vec::new() });
    rows.into_iter().map(|(_, row)| row).chain(as_typed).collect()
}

/// Numbers the rows and puts a head over each kind of them.
fn sections(rows: Vec<Fitting>, is_untyped: bool) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let mut number = 0;
    for row in rows {
        let is_place = !row.command.detail.is_empty();
        let group = row.command.group;
        let head = if is_untyped || group == words().as_typed() { group } else { words().palette_fitting() };
        if sections.last().is_none_or(|(last, _)| *last != head) {
            sections.push((head, Vec::new()));
        }
        if let Some((_, rows)) = sections.last_mut()
            && !(is_untyped && is_place && rows.len() >= PLACES_MAX)
        {
            rows.push((number, row));
            number += 1;
        }
    }
    sections
}

fn row_id(place: usize) -> String {
    format!("palette-row-{place}")
}

fn marked(text: &str, from: usize, at: &[usize]) -> impl IntoView + use<> {
    let pieces = fuzzy::pieces(text, from, at).into_iter();
    pieces
        .map(|(piece, is_typed)| if is_typed { view! { <mark>{piece}</mark> }.into_any() } else { piece.into_any() })
        .collect_view()
}
