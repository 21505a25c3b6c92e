//! Every component in every state, for whoever builds on them: only in the demo, at `/components`.
//!
//! All numbers are invented, and nothing here does anything.

use leptos::prelude::*;
use leptos_meta::Title;
use tidelock_shared::history::UsageSample;
use tidelock_shared::id::{EngineId, MoveId};
use tidelock_shared::progress::{Counters, MoveState, MoveView, Phase};
use tidelock_shared::quota::{Amount, Bounds};
use tidelock_shared::request::Verb;
use tidelock_shared::strategy::Strategy;
use tidelock_shared::user_error::UserError;

use super::not_found::NotFoundPage;
use crate::components::copy_button::CopyButton;
use crate::components::empty_state::EmptyState;
use crate::components::icon::{Glyph, Icon};
use crate::components::meter::QuotaMeter;
use crate::components::move_progress::MoveProgress;
use crate::components::problem::{Gravity, Problem};
use crate::components::share_list::{Share, ShareList};
use crate::components::state_badge::StateBadge;
use crate::components::timestamp::{Age, Timestamp};
use crate::components::usage_chart::UsageChart;
use crate::desk::use_desk;
use crate::state::meter::{Meter, Quantity};
use crate::state::trend::Trend;

const TIB: u64 = 1 << 40;
const DAY_MS: i64 = 86_400_000;
/// 2026-11-01, noon.
const SOME_DAY_MS: i64 = 1_793_534_400_000;

#[component]
pub fn GalleryPage() -> impl IntoView {
    let desk = use_desk();
    view! {
        <Transition fallback=|| view! { <p>"Loading…"</p> }>
            {move || {
                desk.session
                    .get()
                    .map(|session| {
                        if session.is_ok_and(|session| session.is_demo) {
                            view! { <Gallery /> }.into_any()
                        } else {
                            view! { <NotFoundPage /> }.into_any()
                        }
                    })
            }}
        </Transition>
    }
    .into_any()
}

#[component]
fn Gallery() -> impl IntoView {
    view! {
        <Title text="Components" />
        <div class="page gallery">
            <h1 class="page__title">"Components"</h1>
            <p class="page__lead">"Every component in every state. The numbers are invented, and nothing here does anything."</p>
            <Section title="Meters">{meters()}</Section>
            <Section title="Moves">{moves()}</Section>
            <Section title="States">{states()}</Section>
            <Section title="Buttons and fields">{controls()}</Section>
            <Section title="Problems and empty places">{problems()}</Section>
            <Section title="Trends and shares">{charts()}</Section>
            <Section title="Text and time">{texts()}</Section>
            <Section title="Icons">{icons()}</Section>
        </div>
    }
    .into_any()
}

#[component]
fn Section(title: &'static str, children: Children) -> impl IntoView {
    view! {
        <section class="gallery__section" aria-label=title>
            <h2 class="page__section">{title}</h2>
            <div class="gallery__cells">{children()}</div>
        </section>
    }
}

/// One state, and what it is called.
fn cell(what: &'static str, shown: impl IntoView) -> impl IntoView {
    view! {
        <figure class="gallery__cell">
            <div class="gallery__shown">{shown}</div>
            <figcaption class="gallery__caption">{what}</figcaption>
        </figure>
    }
}

fn meters() -> impl IntoView {
    let meter = |used: Option<u64>, reserved: u64, after: Option<u64>, soft: Option<u64>| Meter {
        quantity: Quantity::Bytes,
        used: used.map(|used| used * TIB),
        reserved: reserved * TIB,
        after: after.map(|after| after * TIB),
        bounds: Bounds { soft: soft.map(|soft| soft * TIB), hard: Some(100 * TIB) },
    };
    let unlimited = Meter { bounds: Bounds::default(), ..meter(Some(40), 0, None, None) };
    let inodes = Meter {
        quantity: Quantity::Inodes,
        used: Some(120_000),
        reserved: 0,
        after: None,
        bounds: Bounds { soft: None, hard: Some(200_000) },
    };
    let states = [
        ("calm", meter(Some(40), 0, None, Some(90))),
        ("with reservations of other moves", meter(Some(40), 20, None, Some(90))),
        ("a move would add", meter(Some(40), 10, Some(70), Some(90))),
        ("a move would free", meter(Some(60), 0, Some(35), Some(90))),
        ("nearly full", meter(Some(93), 0, None, None)),
        ("above the soft limit", meter(Some(95), 0, None, Some(90))),
        ("reached", meter(Some(100), 0, None, Some(90))),
        ("exceeded", meter(Some(104), 0, None, Some(90))),
        ("usage not to be read", meter(None, 0, None, None)),
        ("no limit", unlimited),
        ("inodes", inodes),
    ];
    let whole = states.map(|(what, meter)| cell(what, view! { <QuotaMeter meter owner="alpha" /> }));
    let compact = [("compact", states[0].1), ("compact, above the soft limit", states[5].1)]
        .map(|(what, meter)| cell(what, view! { <QuotaMeter meter owner="alpha" is_compact=true /> }));
    view! {
        {whole.into_iter().collect_view()}
        {compact.into_iter().collect_view()}
    }
}

/// A copy in the middle of its work.
fn some_move() -> MoveView {
    MoveView {
        id: MoveId { engine: EngineId::from_bits(1), number: 1 },
        verb: Verb::Move,
        version: 1,
        state: MoveState::Preparing,
        phase: Some(Phase::Copy),
        phases: vec![Phase::Reserve, Phase::Copy, Phase::Verify, Phase::Publish, Phase::Retire],
        title: "run-2026-10-03".to_owned(),
        items_total: 1,
        asked_by: "alice".to_owned(),
        source_folder: "/lustre/alpha".to_owned(),
        destination_folder: "/lustre/beta".to_owned(),
        source_url: "/browse/lustre/alpha".to_owned(),
        destination_url: "/browse/lustre/beta".to_owned(),
        folders: Vec::new(),
        from_project: "alpha".to_owned(),
        to_project: "beta".to_owned(),
        strategy: Strategy::StagedCopy,
        counters: Counters { entries_done: 1200, entries_total: 3000, bytes_done: 2 * TIB, bytes_total: 5 * TIB },
        fraction: 0.41,
        entries_per_second: Some(310.0),
        bytes_per_second: Some(1.2e9),
        seconds_left: Some((2400.0, 3600.0)),
        note: None,
        error: None,
        started_ms: SOME_DAY_MS,
        finished_ms: None,
        can_cancel: true,
        is_waiting: false,
        is_paused: false,
        is_held: false,
        can_hold: true,
        can_pause: true,
        can_undo: false,
        can_purge: false,
        retired: None,
        kept_until_ms: None,
        undoes: None,
        undone_by: None,
    }
}

fn moves() -> impl IntoView {
    let unwinding = MoveView { state: MoveState::Unwinding, phase: Some(Phase::Unwind), ..some_move() };
    let states = [
        ("copying", some_move()),
        ("verifying", MoveView { phase: Some(Phase::Verify), fraction: 0.82, ..some_move() }),
        ("waiting for room", MoveView { is_waiting: true, note: Some("The project is full.".to_owned()), ..some_move() }),
        ("paused", MoveView { is_paused: true, ..some_move() }),
        ("going back", unwinding),
        ("done", MoveView { state: MoveState::Done, phase: None, fraction: 1.0, seconds_left: None, ..some_move() }),
    ];
    states.map(|(what, view)| cell(what, view! { <MoveProgress view /> })).into_iter().collect_view()
}

fn states() -> impl IntoView {
    let states = [
        MoveState::Accepted,
        MoveState::Preparing,
        MoveState::Publishing,
        MoveState::Finishing,
        MoveState::Done,
        MoveState::Unwinding,
        MoveState::Undone,
        MoveState::Stuck,
    ];
    let badges = states.map(|state| view! { <StateBadge state rests=None /> });
    let resting = ["waiting", "paused", "held"].map(|rests| view! { <StateBadge state=MoveState::Preparing rests=Some(rests) /> });
    view! {
        {cell("of a move", badges.into_iter().collect_view())}
        {cell("of one that rests", resting.into_iter().collect_view())}
        {cell("of one that was undone later", view! { <StateBadge state=MoveState::Done is_undone_later=true rests=None /> })}
        {cell("marks of an entry", view! { <span class="mark">"released"</span> })}
    }
}

fn controls() -> impl IntoView {
    let button = |class: &'static str, word: &'static str, disabled: bool| {
        view! {
            <button type="button" class=class disabled=disabled>
                {word}
            </button>
        }
    };
    view! {
        {cell("the one that matters", button("button button--primary", "Move", false))}
        {cell("any other", button("button", "Cancel", false))}
        {cell("quiet", button("button button--quiet", "Details", false))}
        {cell("what cannot be undone", button("button button--danger", "Delete for good", false))}
        {cell("not now", button("button", "Paste", true))}
        {cell(
            "an icon, with its name for whoever hears it",
            view! {
                <button type="button" class="button button--icon" aria-label="Search" title="Search">
                    <Icon glyph=Glyph::Search />
                </button>
            },
        )}
        {cell("copies a text", view! { <CopyButton label="Copy the path" text="/lustre/alpha".to_owned() /> })}
        {cell("a field", view! { <input class="field" type="text" aria-label="Name" placeholder="*.nc" /> })}
        {cell("a mistake", view! { <input class="field" type="text" aria-label="Size" value="much" aria-invalid="true" /> })}
        {cell("a check box", view! { <label><input type="checkbox" checked=true />" On tape only"</label> })}
    }
}

fn problems() -> impl IntoView {
    let problem =
        || UserError::new("refused_full", "The project beta has no room for 3.40 TiB more.").hint("Free some, or ask for more.");
    let kinds = [("a refusal", Gravity::Refusal), ("a warning", Gravity::Warning), ("an error", Gravity::Error)];
    view! {
        {kinds.map(|(what, gravity)| cell(what, view! { <Problem gravity problem=problem() /> })).into_iter().collect_view()}
        {cell("nothing to show", view! { <EmptyState glyph=Glyph::Folder title="Nothing here" advice="Drop files here, or make a folder." /> })}
    }
}

fn charts() -> impl IntoView {
    let sample = |day: i64| {
        let grown = u64::try_from(day).unwrap_or_default();
        let usage = Amount { bytes: (40 + grown) * TIB, inodes: 100_000 + 900 * grown };
        UsageSample { time_ms: SOME_DAY_MS + day * DAY_MS, usage }
    };
    let samples: Vec<UsageSample> = (0..30).map(sample).collect();
    let trend = Trend::of(&samples, Quantity::Bytes, Bounds { soft: None, hard: Some(100 * TIB) });
    let share = |(label, bytes): (&str, u64)| Share {
        label: label.to_owned(),
        href: None,
        amount: Amount { bytes: bytes * TIB, inodes: 1000 * bytes },
    };
    let shares = [("alice", 30), ("bob", 9), ("chen", 1)].map(share).to_vec();
    let shares = Signal::derive(move || shares.clone());
    view! {
        {cell("usage over time", trend.map(|trend| view! { <UsageChart trend /> }))}
        {cell("parts of a whole", view! { <ShareList title="By person" of="Owner" shares /> })}
    }
}

fn texts() -> impl IntoView {
    view! {
        {cell("page title", view! { <p class="page__title">"Tidelock"</p> })}
        {cell("section", view! { <p class="page__section">"Trend"</p> })}
        {cell("lead", view! { <p class="page__lead">"What is going on, in one line."</p> })}
        {cell("body", view! { <p>"Completely, or not at all."</p> })}
        {cell("code", view! { <code>"tidelock mv alpha/run beta/"</code> })}
        {cell("a moment", view! { <Timestamp seconds=SOME_DAY_MS.div_euclid(1000) /> })}
        {cell("how long ago", view! { <Age milliseconds=SOME_DAY_MS /> })}
        {cell("a key", view! { <kbd>"Ctrl K"</kbd> })}
    }
}

fn icons() -> impl IntoView {
    let one = |glyph: Glyph| {
        view! {
            <li class="gallery__icon">
                <Icon glyph />
                {format!("{glyph:?}")}
            </li>
        }
    };
    view! { <ul class="gallery__icons">{Glyph::ALL.map(one).into_iter().collect_view()}</ul> }
}
