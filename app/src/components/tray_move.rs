//! One move in the tray.

use leptos::prelude::*;
use tidelock_shared::id::MoveId;
use tidelock_shared::progress::{MoveState, MoveView};

use crate::components::icon::{Glyph, Icon};
use crate::components::move_actions::MoveActions;
use crate::components::move_progress::MoveProgress;
use crate::components::place_link::PlaceLink;
use crate::components::state_badge::StateBadge;
use crate::desk::use_desk;
use crate::state::move_words;
use crate::words::words;

/// What moves, how far it is, and what one can do with it.
#[component]
pub fn TrayMove(
    /// What is known of it; the feed tells the rest.
    known: MoveView,
    on_dismiss: Callback<MoveId>,
) -> impl IntoView {
    let id = known.id;
    let title = move_words::deed(&known);
    let dismiss_label = words().dismiss_title(&title);
    let route = move_words::route(&known);
    let view = use_desk().moves.follow_one(known);
    let is_final = move || view.with(|view| view.state.is_final());
    let note = move || view.with(|view| view.note.clone().filter(|_| !view.state.is_final()));
    // That everything is as before is no alarm; that a person must look is one.
    let error = move || {
        let (class, glyph) = match view.with(|view| view.state) {
            MoveState::Stuck => ("tray-move__note tray-move__note--bad", Glyph::Alert),
            _ => ("tray-move__note", Glyph::Info),
        };
        view.with(|view| view.error.as_ref().map(|error| (class, glyph, error.message.clone())))
    };
    view! {
        <li class="tray-move" data-move=id.to_string()>
            <div class="tray-move__head">
                <PlaceLink href=format!("/moves/{id}") class="tray-move__title">
                    {title}
                </PlaceLink>
                {move || {
                    view.with(|view| view! { <StateBadge state=view.state is_undone_later=view.undone_by.is_some() rests=move_words::rests(view) /> }.into_any())
                }}
                <Show when=is_final>
                    <button
                        type="button"
                        class="button button--icon"
                        aria-label=dismiss_label.clone()
                        on:click=move |_| on_dismiss.run(id)
                    >
                        <Icon glyph=Glyph::Close />
                    </button>
                </Show>
            </div>
            <p class="tray-move__route">{route}</p>
            {move || (!is_final()).then(|| view! { <MoveProgress view=view.get() /> })}
            {move || note().map(|note| view! { <p class="tray-move__note"><Icon glyph=Glyph::Clock />{note}</p> })}
            {move || {
                error().map(|(class, glyph, message)| view! { <p class=class><Icon glyph />{message}</p> })
            }}
            <MoveActions view />
        </li>
    }
    .into_any()
}
