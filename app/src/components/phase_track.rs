//! The phases of a move in order: which are behind, which one runs, which are to come.

use leptos::prelude::*;
use tidelock_shared::progress::{MoveState, MoveView};

use crate::state::move_words;
use crate::words::words;

#[component]
pub fn PhaseTrack(view: MoveView) -> impl IntoView {
    let here = view.phase.and_then(|phase| view.phases.iter().position(|known| *known == phase));
    let is_done = view.state == MoveState::Done;
    (!view.phases.is_empty()).then(|| {
        view! {
            <ol class="phase-track" aria-label=words().phases()>
                {view
                    .phases
                    .iter()
                    .enumerate()
                    .map(|(index, phase)| {
                        let is_here = !is_done && here == Some(index);
                        let (class, state) = match here {
                            _ if is_done => ("phase-track__phase phase-track__phase--done", words().done()),
                            Some(here) if index < here => ("phase-track__phase phase-track__phase--done", words().done()),
                            Some(here) if index == here => ("phase-track__phase phase-track__phase--here", words().running()),
                            _ => ("phase-track__phase", words().to_come()),
                        };
                        view! {
                            <li class=class title=move_words::phase_effect(*phase) aria-current=is_here.then_some("step")>
                                {move_words::phase(*phase)}
                                <span class="visually-hidden">{format!(", {state}")}</span>
                            </li>
                        }
                    })
                    .collect_view()}
            </ol>
        }
    })
}
