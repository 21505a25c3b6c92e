//! A move's state: icon and word, and a colour that only repeats them.

use leptos::prelude::*;
use tidelock_shared::progress::MoveState;

use crate::components::icon::{Glyph, Icon};
use crate::words::words;

#[component]
pub fn StateBadge(
    state: MoveState,
    #[prop(optional)] is_undone_later: bool,
    /// What a move that has not ended waits for, in a word; see [`move_words::rests`](crate::state::move_words::rests).
    #[prop(optional_no_strip)]
    rests: Option<&'static str>,
) -> impl IntoView {
    let (class, glyph, word) = match state {
        _ if rests.is_some() => ("plain", Glyph::Clock, rests.unwrap_or_default()),
        MoveState::Done if is_undone_later => ("plain", Glyph::Undo, words().undone_later()),
        MoveState::Accepted => ("running", Glyph::Clock, words().waiting()),
        MoveState::Preparing | MoveState::Publishing | MoveState::Finishing => ("running", Glyph::MoveTo, words().running()),
        MoveState::Done => ("done", Glyph::Check, words().done()),
        MoveState::Unwinding => ("warning", Glyph::Undo, words().putting_back()),
        MoveState::Undone => ("plain", Glyph::Undo, words().undone()),
        MoveState::Stuck => ("danger", Glyph::Alert, words().stuck()),
    };
    view! {
        <span class=format!("state-badge state-badge--{class}") data-state=format!("{state:?}").to_ascii_lowercase()>
            <Icon glyph />
            {word}
        </span>
    }
}
