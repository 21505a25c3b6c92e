//! What one can do with a move now: pause, resume, cancel, undo, purge.

use leptos::prelude::*;
use tidelock_shared::access::Role;
use tidelock_shared::progress::{MoveState, MoveView};
use tidelock_shared::request::Verb;

use crate::components::icon::{Glyph, Icon};
use crate::components::problem::{Gravity, Problem};
use crate::desk::{Order, Proposal, use_desk};
use crate::format;
use crate::state::move_words;
use crate::words::words;

/// The buttons that the move's state allows; each says what it costs before it acts.
#[component]
pub fn MoveActions(#[prop(into)] view: Signal<MoveView>) -> impl IntoView {
    let desk = use_desk();
    let id = view.with_untracked(|view| view.id);
    // The palette names the move too: several may be in sight.
    let title = view.with_untracked(move_words::title);
    let command = |what: &str| format!("{what}: {title}");
    let verb = view.with_untracked(|view| view.verb);
    let (bring_back, purging, delete) = match verb {
        Verb::Trash => (words().restore(), words().delete_for_good(), words().delete_for_good()),
        Verb::Move | Verb::Copy | Verb::Repair => (words().undo(), words().purge_original(), words().delete_original()),
    };
    let [pause, resume, retry, cancel, undo, purge] =
        [words().pause(), words().resume(), words().retry(), words().cancel(), bring_back, purging].map(command);
    let wants_purge = RwSignal::new(false);
    let can = Memo::new(move |_| view.with(|view| (view.can_cancel, view.can_undo, view.can_purge)));
    let waits = Memo::new(move |_| view.with(|view| (view.can_pause, view.is_paused)));
    let is_stuck = Memo::new(move |_| view.with(|view| view.state == MoveState::Stuck));
    let freed = move || {
        view.with(|view| {
            let retired = view.retired?;
            Some(words().bytes_and_inodes(&format::bytes(retired.bytes), retired.inodes))
        })
    };
    let short = if verb == Verb::Trash { purging } else { words().purge() };
    let purge_label = move || freed().map_or_else(|| purging.to_owned(), |freed| words().frees(short, &freed));
    let only_looks = Memo::new(move |_| desk.role() == Role::Auditor);
    view! {
        <div class="move-actions" hidden=only_looks>
            <Show when=move || waits.get().0>
                <button
                    type="button"
                    class="button"
                    title=words().pause_title()
                    data-command=pause.clone()
                    on:click=move |_| desk.moves.order(id, Order::Pause)
                >
                    <Icon glyph=Glyph::Pause />
                    {words().pause()}
                </button>
            </Show>
            <Show when=move || waits.get().1>
                <button
                    type="button"
                    class="button"
                    title=words().resume_title()
                    data-command=resume.clone()
                    on:click=move |_| desk.moves.order(id, Order::Resume)
                >
                    <Icon glyph=Glyph::Play />
                    {words().resume()}
                </button>
            </Show>
            <Show when=move || is_stuck.get()>
                <button
                    type="button"
                    class="button"
                    title=words().retry_title()
                    data-command=retry.clone()
                    on:click=move |_| desk.moves.order(id, Order::Resume)
                >
                    <Icon glyph=Glyph::Play />
                    {words().retry()}
                </button>
            </Show>
            <Show when=move || can.get().0>
                <button
                    type="button"
                    class="button"
                    title=words().cancel_title()
                    data-command=cancel.clone()
                    on:click=move |_| desk.moves.order(id, Order::Cancel)
                >
                    <Icon glyph=Glyph::Close />
                    {words().cancel()}
                </button>
            </Show>
            <Show when=move || can.get().1>
                <button
                    type="button"
                    class="button"
                    title=words().undo_title()
                    data-command=undo.clone()
                    on:click=move |_| desk.planning.propose(Proposal::Undo(id))
                >
                    <Icon glyph=Glyph::Undo />
                    {words().with_a_plan(bring_back)}
                </button>
            </Show>
            <Show when=move || can.get().2>
                <button
                    type="button"
                    class="button"
                    title=words().purge_title()
                    data-command=purge.clone()
                    on:click=move |_| wants_purge.set(true)
                >
                    <Icon glyph=Glyph::Trash />
                    {purge_label}
                </button>
            </Show>
        </div>
        <Show when=move || wants_purge.get() && can.get().2>
            <div class="move-actions__confirm" role="group" aria-label=format!("{purging}?")>
                <p>{move || purge_warning(verb, freed(), &view.with(|view| view.from_project.clone()))}</p>
                <div class="move-actions">
                    <button
                        type="button"
                        class="button button--danger"
                        on:click=move |_| {
                            wants_purge.set(false);
                            desk.moves.order(id, Order::Purge);
                        }
                    >
                        {delete}
                    </button>
                    <button type="button" class="button button--quiet" on:click=move |_| wants_purge.set(false)>
                        {words().keep_it()}
                    </button>
                </div>
            </div>
        </Show>
        {move || {
            desk.moves
                .order_error
                .get()
                .filter(|(failed, _)| *failed == id)
                .map(|(_, problem)| view! { <Problem gravity=Gravity::Error problem /> })
        }}
    }
    .into_any()
}

fn purge_warning(verb: Verb, freed: Option<String>, from: &str) -> String {
    let frees = freed.map(|freed| words().purge_frees(&freed, from)).unwrap_or_default();
    match verb {
        Verb::Move | Verb::Repair => words().purge_move(&frees),
        Verb::Copy => words().purge_copy(&frees),
        Verb::Trash => words().purge_trash(&frees),
    }
}
