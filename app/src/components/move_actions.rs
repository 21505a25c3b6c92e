//! What one can do with a move now: cancel, undo, purge.

use leptos::prelude::*;
use tidelock_shared::progress::MoveView;

use crate::components::icon::{Glyph, Icon};
use crate::components::problem::{Gravity, Problem};
use crate::desk::{Order, Proposal, use_desk};
use crate::format;

/// The buttons that the move's state allows; each says what it costs before it acts.
#[component]
pub fn MoveActions(view: MoveView) -> impl IntoView {
    let desk = use_desk();
    let id = view.id;
    let wants_purge = RwSignal::new(false);
    let freed = view
        .retired
        .map(|retired| format!("{} and {}", format::bytes(retired.bytes), format::counted(retired.inodes, "inode", "inodes")));
    let purge_label = freed.clone().map_or_else(|| "Purge the original".to_owned(), |freed| format!("Purge · frees {freed}"));
    let from = view.from_project.clone();
    view! {
        <div class="move-actions">
            {view
                .can_cancel
                .then(|| {
                    view! {
                        <button type="button" class="button" title="Stops the move and puts everything back" on:click=move |_| desk.moves.order(id, Order::Cancel)>
                            <Icon glyph=Glyph::Close />
                            "Cancel"
                        </button>
                    }
                })}
            {view
                .can_undo
                .then(|| {
                    view! {
                        <button type="button" class="button" title="Shows what undoing would do" on:click=move |_| desk.planning.propose(Proposal::Undo(id))>
                            <Icon glyph=Glyph::Undo />
                            "Undo…"
                        </button>
                    }
                })}
            {view
                .can_purge
                .then(|| {
                    view! {
                        <button type="button" class="button" title="Deletes the hidden original for good" on:click=move |_| wants_purge.set(true)>
                            <Icon glyph=Glyph::Trash />
                            {purge_label}
                        </button>
                    }
                })}
        </div>
        {move || {
            wants_purge
                .get()
                .then(|| {
                    view! {
                        <div class="move-actions__confirm" role="group" aria-label="Purge the original?">
                            <p>
                                {format!(
                                    "This deletes the hidden original for good{}. Undoing afterwards has to copy the data back.",
                                    freed.as_ref().map(|freed| format!(" and frees {freed} in {from}")).unwrap_or_default(),
                                )}
                            </p>
                            <div class="move-actions">
                                <button
                                    type="button"
                                    class="button button--danger"
                                    on:click=move |_| {
                                        wants_purge.set(false);
                                        desk.moves.order(id, Order::Purge);
                                    }
                                >
                                    "Delete the original"
                                </button>
                                <button type="button" class="button button--quiet" on:click=move |_| wants_purge.set(false)>
                                    "Keep it"
                                </button>
                            </div>
                        </div>
                    }
                })
        }}
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
