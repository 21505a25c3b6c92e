//! What one can do with a move now: pause, resume, cancel, undo, purge.

use leptos::prelude::*;
use tidelock_shared::progress::MoveView;
use tidelock_shared::request::Verb;

use crate::components::icon::{Glyph, Icon};
use crate::components::problem::{Gravity, Problem};
use crate::desk::{Order, Proposal, use_desk};
use crate::format;
use crate::state::words;

/// The buttons that the move's state allows; each says what it costs before it acts.
#[component]
pub fn MoveActions(#[prop(into)] view: Signal<MoveView>) -> impl IntoView {
    let desk = use_desk();
    let id = view.with_untracked(|view| view.id);
    // The palette names the move too: several may be in sight.
    let title = view.with_untracked(words::title);
    let command = |what: &str| format!("{what}: {title}");
    let verb = view.with_untracked(|view| view.verb);
    let (bring_back, purging, delete) = match verb {
        Verb::Trash => ("Restore", "Delete for good", "Delete for good"),
        Verb::Move | Verb::Copy | Verb::Repair => ("Undo", "Purge the original", "Delete the original"),
    };
    let [pause, resume, cancel, undo, purge] = ["Pause", "Resume", "Cancel", bring_back, purging].map(command);
    let wants_purge = RwSignal::new(false);
    let can = Memo::new(move |_| view.with(|view| (view.can_cancel, view.can_undo, view.can_purge)));
    let waits = Memo::new(move |_| view.with(|view| (view.can_pause, view.is_paused)));
    let freed = move || {
        view.with(|view| {
            let retired = view.retired?;
            Some(format!("{} and {}", format::bytes(retired.bytes), format::counted(retired.inodes, "inode", "inodes")))
        })
    };
    let short = if verb == Verb::Trash { purging } else { "Purge" };
    let purge_label = move || freed().map_or_else(|| purging.to_owned(), |freed| format!("{short} · frees {freed}"));
    view! {
        <div class="move-actions">
            <Show when=move || waits.get().0>
                <button
                    type="button"
                    class="button"
                    title="Lets the move wait; what is done so far stays"
                    data-command=pause.clone()
                    on:click=move |_| desk.moves.order(id, Order::Pause)
                >
                    <Icon glyph=Glyph::Pause />
                    "Pause"
                </button>
            </Show>
            <Show when=move || waits.get().1>
                <button
                    type="button"
                    class="button"
                    title="Goes on where it stopped"
                    data-command=resume.clone()
                    on:click=move |_| desk.moves.order(id, Order::Resume)
                >
                    <Icon glyph=Glyph::Play />
                    "Resume"
                </button>
            </Show>
            <Show when=move || can.get().0>
                <button
                    type="button"
                    class="button"
                    title="Stops the move and puts everything back"
                    data-command=cancel.clone()
                    on:click=move |_| desk.moves.order(id, Order::Cancel)
                >
                    <Icon glyph=Glyph::Close />
                    "Cancel"
                </button>
            </Show>
            <Show when=move || can.get().1>
                <button
                    type="button"
                    class="button"
                    title="Shows what undoing would do"
                    data-command=undo.clone()
                    on:click=move |_| desk.planning.propose(Proposal::Undo(id))
                >
                    <Icon glyph=Glyph::Undo />
                    {format!("{bring_back}…")}
                </button>
            </Show>
            <Show when=move || can.get().2>
                <button
                    type="button"
                    class="button"
                    title="Deletes the hidden original for good"
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
                        "Keep it"
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
    let frees = freed.map(|freed| format!(" and frees {freed} in {from}")).unwrap_or_default();
    match verb {
        Verb::Move | Verb::Repair => {
            format!("This deletes the hidden original for good{frees}. Undoing afterwards has to copy the data back.")
        }
        Verb::Copy => format!("This deletes what the copy has replaced for good{frees}."),
        Verb::Trash => format!("This deletes it for good{frees}. Nothing can bring it back."),
    }
}
