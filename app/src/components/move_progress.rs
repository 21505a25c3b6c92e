//! How far a running move is: phases, one bar for all of it, rate, time left.

use leptos::prelude::*;
use tidelock_shared::progress::{MoveState, MoveView};

use crate::components::phase_track::PhaseTrack;
use crate::format;
use crate::state::move_words;
use crate::words::words;

/// The aggregate bar with what is done, how fast, and how long it will take.
#[component]
pub fn MoveProgress(view: MoveView) -> impl IntoView {
    let pace = move_words::pace(&view);
    let activity = move_words::activity(&view);
    let progress = move_words::progress(&view);
    view! {
        <PhaseTrack view=view.clone() />
        <progress
            class=if view.state == MoveState::Unwinding { "progress progress--back" } else { "progress" }
            max="1"
            value=format!("{:.4}", view.fraction.clamp(0.0, 1.0))
            aria-label=words().progress_of(&view.title)
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
