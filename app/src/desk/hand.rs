//! The thing in the hand: its survey runs from the first movement, and each folder that it
//! is held over is asked for once.

use leptos::prelude::*;
use leptos::task::spawn_local;
use tidelock_shared::listing::Destination;
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::preview::SurveyProgress;
use tidelock_shared::request::MoveRequest;
use wasm_split_helpers::wasm_split;

use super::Call;
use crate::api::{self, ApiError};
use crate::live::{self, Feed};
use crate::state::drag::Drag;
use crate::state::preview_card;

/// The drag, as a signal.
#[derive(Clone, Copy)]
pub struct Hand {
    pub drag: RwSignal<Option<Drag>>,
    feed: StoredValue<Option<Feed>>,
    /// Counts up with every drag, so that an answer to an older one is dropped.
    turn: StoredValue<u32>,
}

impl Hand {
    pub(super) fn new() -> Self {
        Self { drag: RwSignal::new(None), feed: StoredValue::new(None), turn: StoredValue::new(0) }
    }

    pub fn is_empty(self) -> bool {
        self.drag.with_untracked(Option::is_none)
    }

    /// Takes something up and begins to count it.
    pub fn take(self, drag: Drag) {
        self.turn.update_value(|turn| *turn += 1);
        let turn = self.turn.get_value();
        let sources = drag.sources();
        self.drag.set(Some(drag));
        spawn_local(async move {
            let surveyed = async { survey(self, turn, sources).await?.await }.await;
            if let Err(error) = surveyed
                && self.turn.get_value() == turn
            {
                // The plan asks again after the drop; until then the card says what went wrong.
                self.change(|drag| drag.fail(error.0.message));
            }
        });
    }

    fn count(self, survey: SurveyProgress) {
        // The server ends the feed with the survey; left open, the browser would begin it again.
        if survey.is_complete || survey.error.is_some() {
            self.feed.set_value(None);
        }
        self.change(|drag| drag.count(survey));
    }

    /// Holds it over a folder, or over none.
    pub fn hover(self, folder: Option<FilePath>, pointer: (f64, f64)) {
        let is_new = self.drag.try_update(|drag| {
            drag.as_mut().is_some_and(|drag| {
                drag.pointer = pointer;
                drag.hover(folder.clone())
            })
        });
        let (Some(true), Some(folder)) = (is_new, folder) else { return };
        let turn = self.turn.get_value();
        let names = self.drag.with_untracked(|drag| drag.as_ref().map(Drag::names).unwrap_or_default());
        spawn_local(async move {
            let answer = async { destination(folder.clone(), names).await?.await }.await.map_err(|error| error.0.message);
            if self.turn.get_value() == turn {
                self.change(|drag| drag.learn(folder, answer));
            }
        });
    }

    /// Lets go. The move that this asks for, or why it cannot be; neither if it was let go nowhere.
    pub fn drop(self) -> Option<Result<MoveRequest, String>> {
        let dropped = self.drag.with_untracked(|drag| {
            let drag = drag.as_ref()?;
            drag.dropped().map(Ok).or_else(|| preview_card::refusal(&drag.outlook()).map(Err))
        });
        self.put_back();
        dropped
    }

    /// Puts everything back where it was.
    pub fn put_back(self) {
        self.turn.update_value(|turn| *turn += 1);
        self.feed.set_value(None);
        self.drag.set(None);
    }

    fn change(self, change: impl FnOnce(&mut Drag)) {
        self.drag.update(|drag| {
            if let Some(drag) = drag {
                change(drag);
            }
        });
    }
}

/// Asks what a drop would meet; loaded with the first drag.
#[wasm_split(drag, fallible)]
fn destination(folder: FilePath, names: Vec<FileName>) -> Result<Call<Destination>, ApiError> {
    Ok(Box::pin(api::destination(folder, names)))
}

/// Counts what is in the hand; loaded with the first drag.
#[wasm_split(drag, fallible)]
fn survey(hand: Hand, turn: u32, sources: Vec<FilePath>) -> Result<Call<()>, ApiError> {
    Ok(Box::pin(async move {
        let survey = api::start_survey(sources).await?;
        if hand.turn.get_value() == turn {
            if !survey.is_complete && survey.error.is_none() {
                hand.feed.set_value(live::follow(&live::survey_url(survey.id), move |survey| hand.count(survey), |_| {}));
            }
            hand.count(survey);
        }
        Ok(())
    }))
}
