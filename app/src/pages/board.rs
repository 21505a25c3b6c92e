//! The live board: every move of everybody that has not ended, and what an administrator does about it.

use leptos::prelude::*;
use leptos_meta::Title;
use tidelock_shared::access::Role;
use tidelock_shared::progress::{MoveState, MoveView};

use crate::api;
use crate::components::empty_state::EmptyState;
use crate::components::icon::{Glyph, Icon};
use crate::components::limits_form::LimitsForm;
use crate::components::place_link::PlaceLink;
use crate::components::problem::{Gravity, LoadError, Problem};
use crate::components::state_badge::StateBadge;
use crate::components::timestamp::Age;
use crate::desk::{Desk, Order, use_desk};
use crate::format;
use crate::loading::load;
use crate::state::board::{Totals, is_on_board};
use crate::state::move_words;
use crate::words::words;

#[component]
pub fn BoardPage() -> impl IntoView {
    let limits = load(|| (), |()| api::limits());
    view! {
        <BoardFrame title=words().board() here="/board">
            <Moves />
            {move || {
                limits
                    .get()
                    .and_then(Result::ok)
                    .map(|limits| {
                        view! {
                            <h2 class="page__section">{words().limits_title()}</h2>
                            <p class="page__lead">{words().limits_lead()}</p>
                            <LimitsForm limits />
                        }
                    })
            }}
        </BoardFrame>
    }
    .into_any()
}

/// The frame of every page of administrators, and what everybody else sees instead.
#[component]
pub fn BoardFrame(title: &'static str, here: &'static str, children: ChildrenFn) -> impl IntoView {
    let desk = use_desk();
    let is_shown = move || desk.session.get().map(|session| session.is_ok_and(|session| session.role.sees_all()));
    let keeps_sessions = move || desk.session.get().and_then(Result::ok).is_some_and(|session| session.keeps_sessions);
    let link = move |href: &'static str, text| {
        view! {
            <PlaceLink href=href.to_owned() class="filters__link" current=Signal::derive(move || (here == href).then_some("page"))>
                {text}
            </PlaceLink>
        }
    };
    let only_looks = move || desk.role() == Role::Auditor;
    let shown = move || {
        view! {
            {only_looks().then(|| view! { <p class="page__lead">{words().you_only_look()}</p> })}
            // Reading more of the audit changes nothing, and what is listed of people has no button then.
            <fieldset class="board-frame" disabled=only_looks() && !matches!(here, "/board/audit" | "/board/people")>
                {children()}
            </fieldset>
        }
    };
    let nobody = || {
        view! { <EmptyState glyph=Glyph::Refused title=words().only_administrators() advice=words().only_administrators_advice() /> }
    };
    view! {
        <Title text=title />
        <div class="page">
            <h1 class="page__title">{title}</h1>
            <nav class="filters" aria-label=words().board()>
                {link("/board", words().open_moves())}
                {link("/board/drift", words().drift_title())}
                {link("/board/leftovers", words().leftovers())}
                {link("/board/audit", words().audit())}
                <Suspense>{move || keeps_sessions().then(|| link("/board/people", words().people_title()))}</Suspense>
            </nav>
            <Transition fallback=|| view! { <p>{words().loading()}</p> }>
                {move || is_shown().map(|is_shown| if is_shown { shown().into_any() } else { nobody().into_any() })}
            </Transition>
        </div>
    }
    .into_any()
}

#[component]
fn Moves() -> impl IntoView {
    let desk = use_desk();
    let open = Memo::new(move |_| {
        let moves = desk.moves.all().and_then(Result::ok).unwrap_or_default();
        moves.into_iter().filter(is_on_board).collect::<Vec<_>>()
    });
    // A move keeps its row, and the focus in it, while its numbers change.
    let rows = move || open.with(|open| open.iter().map(|view| (view.id, view.clone())).collect::<Vec<_>>());
    let failed = move || desk.moves.all().and_then(Result::err);
    let is_empty = Memo::new(move |_| open.with(Vec::is_empty));
    view! {
        {move || failed().map(|error| view! { <LoadError error what=words().moves_failed() /> })}
        {move || tiles(open.with(|open| Totals::of(open)))}
        <Show when=move || is_empty.get()>
            <EmptyState glyph=Glyph::Check title=words().board_empty() advice=words().board_empty_advice() />
        </Show>
        <ul class="board" class=("board--empty", is_empty) aria-label=words().open_moves()>
            <For each=rows key=|(id, _)| *id children=move |(_, known)| view! { <Row known /> } />
        </ul>
    }
    .into_any()
}

fn tiles(totals: Totals) -> impl IntoView {
    let tile = |what: String, number: String, is_grave: bool| {
        view! {
            <div class="board-tile" class=("board-tile--grave", is_grave)>
                <dt class="board-tile__what">{what}</dt>
                <dd class="board-tile__number">{number}</dd>
            </div>
        }
    };
    view! {
        <dl class="board-tiles">
            {tile(format::capitalised(words().running()), format::count(totals.running), false)}
            {tile(format::capitalised(words().waiting()), format::count(totals.waiting), false)}
            {tile(words().resting().to_owned(), format::count(totals.resting), false)}
            {tile(format::capitalised(words().stuck()), format::count(totals.stuck), totals.stuck > 0)}
            {tile(words().copied_now().to_owned(), format::byte_rate(totals.bytes_per_second), false)}
            {tile(words().entries_now().to_owned(), format::entry_rate(totals.entries_per_second), false)}
        </dl>
    }
}

#[component]
fn Row(known: MoveView) -> impl IntoView {
    let desk = use_desk();
    let id = known.id;
    let title = move_words::deed(&known);
    let (progress_of, started_ms) = (words().progress_of(&known.title), known.started_ms);
    let who = if known.asked_by.is_empty() { words().on_the_command_line().to_owned() } else { known.asked_by.clone() };
    let (from, to) = (known.source_folder.clone(), known.destination_folder.clone());
    let places = if from == to { from } else { format!("{from} → {to}") };
    let view_now = desk.moves.follow_one(known);
    let failed = move || desk.moves.order_error.get().filter(|(failed, _)| *failed == id).map(|(_, problem)| problem);
    let numbers = move || {
        view_now
            .with(|view| [Some(format::percent(view.fraction)), move_words::pace(view)].into_iter().flatten().collect::<Vec<_>>())
    };
    view! {
        <li class="board-row" data-move=id.to_string()>
            <div class="board-row__what">
                <PlaceLink href=format!("/moves/{id}") class="board-row__title">{title}</PlaceLink>
                <p class="board-row__facts">
                    <span class="board-row__who">{who}</span> " · " {move || view_now.with(move_words::route)} " · " <Age milliseconds=started_ms />
                </p>
                <p class="board-row__facts">{places}</p>
            </div>
            <div class="board-row__progress">
                {move || {
                    view_now
                        .with(|view| view! { <StateBadge state=view.state is_undone_later=false rests=move_words::rests(view) /> })
                }}
                <progress
                    class="progress"
                    max="1"
                    value=move || view_now.with(|view| format!("{:.4}", view.fraction.clamp(0.0, 1.0)))
                    aria-label=progress_of
                ></progress>
                <p class="board-row__facts">{move || numbers().join(" · ")}</p>
                <p class="board-row__note">{move || view_now.with(why)}</p>
            </div>
            <div class="board-row__orders">
                {move || view_now.with(|view| orders(desk, view))}
            </div>
            {move || failed().map(|problem| view! { <Problem gravity=Gravity::Error problem /> })}
        </li>
    }
    .into_any()
}

/// Why it is slow, rests or is stuck; else what it does.
fn why(view: &MoveView) -> String {
    let error = view.error.as_ref().filter(|_| view.state == MoveState::Stuck).map(|error| error.message.clone());
    error.or_else(|| view.note.clone()).unwrap_or_else(|| move_words::activity(view))
}

fn orders(desk: Desk, view: &MoveView) -> impl IntoView + use<> {
    let id = view.id;
    let title = move_words::title(view);
    let button = |glyph: Glyph, text: &'static str, what: &'static str, order: Order| {
        let command = format!("{text}: {title}");
        view! {
            <button
                type="button"
                class="button"
                title=what
                aria-label=command.clone()
                data-command=command
                on:click=move |_| desk.moves.order(id, order)
            >
                <Icon glyph />
                {text}
            </button>
        }
    };
    let hold = view.can_hold.then(|| button(Glyph::Pause, words().hold(), words().hold_title(), Order::Hold));
    let lift = view.is_held.then(|| button(Glyph::Play, words().lift_hold(), words().lift_hold_title(), Order::LiftHold));
    let cancel = view.can_cancel.then(|| button(Glyph::Close, words().cancel(), words().cancel_title(), Order::Cancel));
    view! {
        {hold}
        {lift}
        {cancel}
    }
}
