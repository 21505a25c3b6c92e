//! The one tray: what runs and what just ended, on every page and every device alike.

use leptos::ev::{Event, Targeted};
use leptos::prelude::*;
use tidelock_shared::id::MoveId;
use tidelock_shared::progress::{MoveState, MoveView};
use wasm_split_helpers::wasm_split;
use web_sys::HtmlDetailsElement;

use crate::api::ApiError;
use crate::browser;
use crate::components::icon::{Glyph, Icon};
use crate::components::lazy_part::lazy_part;
use crate::components::notify_switch::NotifySwitch;
use crate::components::tray_move::TrayMove;
use crate::desk::use_desk;
use crate::format;
use crate::state::{move_list, move_words};
use crate::words::words;

/// Where this device remembers what was dismissed.
const DISMISSED_KEY: &str = "tidelock_dismissed_moves";
/// Dismissed moves leave the tray by age anyway; older ones need not be remembered.
const DISMISSED_MAX: usize = 100;

/// One line below every page, which opens to a list.
#[component]
pub fn Tray() -> impl IntoView {
    view! {
        <Transition>
            <TrayContent />
        </Transition>
    }
    .into_any()
}

#[component]
fn TrayContent() -> impl IntoView {
    let desk = use_desk();
    // The latest last.
    let dismissed = RwSignal::new(Vec::<String>::new());
    let is_open = RwSignal::new(false);
    Effect::new(move |_| {
        let known = browser::recall(DISMISSED_KEY).unwrap_or_default();
        dismissed.set(known.split_whitespace().map(str::to_owned).collect());
    });
    // What was just started here is shown; what runs anyway stays one line.
    Effect::new(move |before: Option<u32>| {
        let started = desk.planning.started.get();
        if before.is_some_and(|before| before != started) {
            is_open.set(true);
        }
        started
    });
    let shown = Memo::new(move |_| {
        let moves = desk.moves.all().and_then(Result::ok).unwrap_or_default();
        // The server does not know what this device dismissed: it shows what runs.
        if desk.is_hydrated.get() {
            dismissed.with(|dismissed| move_list::in_tray(&moves, dismissed, desk.now_ms.get()))
        } else {
            moves.into_iter().filter(|view| !view.state.is_final()).collect()
        }
    });
    let is_empty = Memo::new(move |_| shown.with(Vec::is_empty));
    move || (!is_empty.get()).then(|| lazy_part(list(shown, is_open, dismissed)))
}

/// Loaded with the first move; if the server has rendered one, before the page is taken over.
#[wasm_split(tray, fallible, preload(load))]
pub fn list(shown: Memo<Vec<MoveView>>, is_open: RwSignal<bool>, dismissed: RwSignal<Vec<String>>) -> Result<AnyView, ApiError> {
    // A move keeps its row, and what a person is doing in it, while its numbers change.
    let rows = move || shown.with(|moves| moves.iter().map(|view| (view.id, view.clone())).collect::<Vec<_>>());
    let on_dismiss = Callback::new(move |id| dismiss(dismissed, id));
    let on_toggle = move |event: Targeted<Event, HtmlDetailsElement>| is_open.set(event.target().open());
    let list = view! {
        <aside class="tray" aria-label=words().moves_title()>
            <details class="tray__fold" prop:open=move || is_open.get() on:toggle:target=on_toggle>
                <summary class="tray__bar">{move || view! { <Bar moves=shown.get() /> }}</summary>
                <ul class="tray__list">
                    <For each=rows key=|(id, _)| *id children=move |(_, known)| view! { <TrayMove known on_dismiss /> } />
                    <NotifySwitch />
                </ul>
            </details>
        </aside>
    };
    Ok(list.into_any())
}

fn dismiss(dismissed: RwSignal<Vec<String>>, id: MoveId) {
    dismissed.update(|dismissed| {
        dismissed.push(id.to_string());
        dismissed.drain(..dismissed.len().saturating_sub(DISMISSED_MAX));
    });
    let words = dismissed.with_untracked(|dismissed| dismissed.join(" "));
    browser::remember(DISMISSED_KEY, &words);
}

/// Everything in one line: how many, and how far the newest running one is.
#[component]
fn Bar(moves: Vec<MoveView>) -> impl IntoView {
    let running = moves.iter().find(|view| !view.state.is_final());
    let stuck = moves.iter().filter(|view| view.state == MoveState::Stuck).count() as u64;
    let newest = running.map(|view| {
        let left = view.seconds_left.map(|(least, most)| words().time_left(&format::duration_range(least, most)));
        // Where no time can be told, at least what it is busy with.
        let left = left.or_else(|| view.phase.map(|phase| move_words::phase(phase).to_ascii_lowercase()));
        view! {
            <span class="tray__newest">{move_words::title(view)}</span>
            <progress
                class="progress tray__progress"
                max="1"
                value=format!("{:.4}", view.fraction.clamp(0.0, 1.0))
                aria-label=words().progress_of(&view.title)
            ></progress>
            <span class="tray__numbers">
                {format::percent(view.fraction)} <span class="tray__left">{left.map(|left| format!(" · {left}"))}</span>
            </span>
        }
    });
    view! {
        <h2 class="tray__title">{move_words::tray(&moves)}</h2>
        {newest}
        {(stuck > 0)
            .then(|| view! { <span class="tray__stuck"><Icon glyph=Glyph::Alert />{words().stuck_count(stuck)}</span> })}
        <span class="tray__toggle">
            <Icon glyph=Glyph::Up />
        </span>
    }
    .into_any()
}
