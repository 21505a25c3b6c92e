//! The one tray: what runs and what just ended, on every page and every device alike.

use std::collections::BTreeSet;

use leptos::ev::{Event, Targeted};
use leptos::prelude::*;
use tidelock_shared::progress::{MoveState, MoveView};
use web_sys::HtmlDetailsElement;

use crate::browser;
use crate::components::icon::{Glyph, Icon};
use crate::components::move_actions::MoveActions;
use crate::components::phase_track::PhaseTrack;
use crate::components::place_link::PlaceLink;
use crate::components::state_badge::StateBadge;
use crate::desk::use_desk;
use crate::format;
use crate::state::{move_list, words};

/// Where this device remembers what was dismissed.
const DISMISSED_KEY: &str = "tidelock_dismissed_moves";
/// Dismissed moves leave the tray by age anyway; older ones need not be remembered.
const DISMISSED_MAX: usize = 100;

#[component]
pub fn Tray() -> impl IntoView {
    let desk = use_desk();
    let dismissed = RwSignal::new(BTreeSet::<String>::new());
    let is_open = RwSignal::new(false);
    Effect::new(move |_| {
        let known = browser::recall(DISMISSED_KEY).unwrap_or_default();
        dismissed.set(known.split_whitespace().map(str::to_owned).collect());
    });
    let dismiss = move |view: &MoveView| {
        dismissed.update(|dismissed| {
            dismissed.insert(view.id.to_string());
            while dismissed.len() > DISMISSED_MAX {
                dismissed.pop_first();
            }
        });
        browser::remember(
            DISMISSED_KEY,
            &dismissed.with_untracked(|dismissed| dismissed.iter().cloned().collect::<Vec<_>>().join(" ")),
        );
    };
    let shown = move || {
        let moves = desk.moves.all().and_then(Result::ok).unwrap_or_default();
        // The server does not know what this device dismissed: it shows what runs.
        if desk.is_hydrated.get() {
            dismissed.with(|dismissed| move_list::in_tray(&moves, dismissed, desk.now_ms.get()))
        } else {
            moves.into_iter().filter(|view| !view.state.is_final()).collect()
        }
    };
    // What was just started here is shown; what runs anyway stays one line.
    Effect::new(move |before: Option<u32>| {
        let started = desk.planning.started.get();
        if before.is_some_and(|before| before != started) {
            is_open.set(true);
        }
        started
    });
    view! {
        <Transition>
            {move || {
                let moves = shown();
                (!moves.is_empty())
                    .then(|| {
                        let on_toggle = move |event: Targeted<Event, HtmlDetailsElement>| is_open.set(event.target().open());
                        view! {
                            <aside class="tray" aria-label="Moves">
                                <details class="tray__fold" prop:open=move || is_open.get() on:toggle:target=on_toggle>
                                    <summary class="tray__bar">
                                        <Bar moves=moves.clone() />
                                    </summary>
                                    <ul class="tray__list">
                                        {moves
                                            .into_iter()
                                            .map(|view| {
                                                let kept = view.clone();
                                                view! { <TrayMove view on_dismiss=Callback::new(move |()| dismiss(&kept)) /> }
                                            })
                                            .collect_view()}
                                    </ul>
                                </details>
                            </aside>
                        }
                    })
            }}
        </Transition>
    }
    .into_any()
}

/// Everything in one line: how many, and how far the newest running one is.
#[component]
fn Bar(moves: Vec<MoveView>) -> impl IntoView {
    let running = moves.iter().find(|view| !view.state.is_final());
    let stuck = moves.iter().filter(|view| view.state == MoveState::Stuck).count() as u64;
    let newest = running.map(|view| {
        let left =
            view.seconds_left.map(|(least, most)| format!(" · {} left", format::duration_range(least, most))).unwrap_or_default();
        view! {
            <span class="tray__newest">{words::title(view)}</span>
            <progress
                class="progress tray__progress"
                max="1"
                value=format!("{:.4}", view.fraction.clamp(0.0, 1.0))
                aria-label=format!("Progress of {}", view.title)
            ></progress>
            <span class="tray__numbers">{format::percent(view.fraction)}<span class="tray__left">{left}</span></span>
        }
    });
    view! {
        <h2 class="tray__title">{summary(&moves)}</h2>
        {newest}
        {(stuck > 0)
            .then(|| view! { <span class="tray__stuck"><Icon glyph=Glyph::Alert />{format!("{stuck} stuck")}</span> })}
        <span class="tray__toggle"><Icon glyph=Glyph::Up /></span>
    }
    .into_any()
}

#[component]
fn TrayMove(view: MoveView, on_dismiss: Callback<()>) -> impl IntoView {
    let title = words::title(&view);
    let title = if view.undoes.is_some() { format!("Undo: {title}") } else { title };
    let is_final = view.state.is_final();
    let (note, error) = (view.note.clone(), view.error.clone());
    let (id, state, is_undone_later) = (view.id, view.state, view.undone_by.is_some());
    let route = if view.from_project == view.to_project {
        format!("within {}", view.to_project)
    } else {
        format!("{} → {}", view.from_project, view.to_project)
    };
    let dismiss_label = format!("Dismiss {title}");
    view! {
        <li class="tray-move" data-move=id.to_string()>
            <div class="tray-move__head">
                <PlaceLink href=format!("/moves/{id}") attr:class="tray-move__title">
                    {title}
                </PlaceLink>
                <StateBadge state is_undone_later />
                {is_final
                    .then(|| {
                        view! {
                            <button type="button" class="button button--icon" aria-label=dismiss_label on:click=move |_| on_dismiss.run(())>
                                <Icon glyph=Glyph::Close />
                            </button>
                        }
                    })}
            </div>
            <p class="tray-move__route">
                {route}
            </p>
            {(!is_final).then(|| view! { <Progress view=view.clone() /> })}
            {note.filter(|_| !is_final).map(|note| view! { <p class="tray-move__note"><Icon glyph=Glyph::Clock />{note}</p> })}
            {error.map(|error| view! { <p class="tray-move__note tray-move__note--bad"><Icon glyph=Glyph::Alert />{error.message}</p> })}
            <MoveActions view />
        </li>
    }
    .into_any()
}

/// The aggregate bar with what is done, how fast, and how long it will take.
#[component]
pub fn Progress(view: MoveView) -> impl IntoView {
    let pace = words::pace(&view);
    let activity = words::activity(&view);
    let progress = words::progress(&view);
    view! {
        <PhaseTrack view=view.clone() />
        <progress
            class=if view.state == MoveState::Unwinding { "progress progress--back" } else { "progress" }
            max="1"
            value=format!("{:.4}", view.fraction.clamp(0.0, 1.0))
            aria-label=format!("Progress of {}", view.title)
        ></progress>
        <p class="progress-text">
            <span class="progress-text__percent">{format::percent(view.fraction)}</span>
            {pace.map(|pace| view! { <span>{pace}</span> })}
        </p>
        <p class="progress-text progress-text--more">
            <span>{activity}</span>
            {(!progress.is_empty()).then(|| view! { <span>{progress}</span> })}
        </p>
    }
    .into_any()
}

fn summary(moves: &[MoveView]) -> String {
    let running = moves.iter().filter(|view| !view.state.is_final()).count() as u64;
    let ended = moves.len() as u64 - running;
    match (running, ended) {
        (0, ended) => format!("{} ended", format::counted(ended, "move", "moves")),
        (running, 0) => format!("{} running", format::counted(running, "move", "moves")),
        (running, ended) => format!("{} running, {} ended", format::counted(running, "move", "moves"), format::count(ended)),
    }
}
