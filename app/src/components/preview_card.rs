//! The card beside the pointer: what dropping here would do.

use leptos::prelude::*;
use tidelock_shared::name::FilePath;
use wasm_split_helpers::wasm_split;

use crate::api::ApiError;
use crate::components::icon::{Glyph, Icon};
use crate::desk::Hand;
use crate::state::drag::{Drag, Outlook};
use crate::state::preview_card::{Card, Tone, card};
use crate::words::words;

/// Follows the hand; loaded with the first drag.
#[wasm_split(drag, fallible)]
pub fn preview_card(hand: Hand) -> Result<AnyView, ApiError> {
    let card = move || hand.drag.get().map(|drag| view! { <PreviewCard drag /> });
    Ok(card.into_any())
}

#[component]
fn PreviewCard(drag: Drag) -> impl IntoView {
    let (x, y) = drag.pointer;
    let content = match drag.outlook() {
        Outlook::Nowhere => view! { <p class="preview-card__adds">{words().drop_hint()}</p> }.into_any(),
        Outlook::Asking(folder) => view! {
            <p class="preview-card__place">{place(&folder, None)}</p>
            <p class="preview-card__adds">{words().counting()}</p>
        }
        .into_any(),
        Outlook::Unreadable(folder, message) => view! {
            <p class="preview-card__place">{place(&folder, None)}</p>
            <p class="preview-card__verdict preview-card__verdict--bad"><Icon glyph=Glyph::Refused />{message}</p>
        }
        .into_any(),
        Outlook::Preview { destination, preview, survey } => {
            let Card { tone, headline, adds, verdict, question } = card(&preview, &survey);
            let (class, glyph) = match tone {
                Tone::Plain => ("preview-card__verdict", Glyph::Clock),
                Tone::Good => ("preview-card__verdict preview-card__verdict--good", Glyph::Check),
                Tone::Bad => ("preview-card__verdict preview-card__verdict--bad", Glyph::Refused),
            };
            let headline_glyph = if preview.strategy.copies_data() { Glyph::Copy } else { Glyph::Bolt };
            view! {
                <p class="preview-card__place">{place(&destination.path, Some(&destination.project.name))}</p>
                {(!headline.is_empty())
                    .then(|| {
                        view! {
                            <p class="preview-card__headline">
                                {(tone != Tone::Bad).then(|| view! { <Icon glyph=headline_glyph /> })}{headline}
                            </p>
                        }
                    })}
                {(!adds.is_empty()).then(|| view! { <p class="preview-card__adds">{adds}</p> })}
                <p class=class><Icon glyph />{verdict}</p>
                {question.map(|question| view! { <p class="preview-card__verdict"><Icon glyph=Glyph::Help />{question}</p> })}
            }
            .into_any()
        }
    };
    let title = match drag.things.as_slice() {
        [thing] => thing.entry.name.shown().into_owned(),
        things => words().items(things.len() as u64),
    };
    view! {
        <div
            class="preview-card"
            style:left=format!("min({x:.0}px, 100vw - var(--card) - var(--space-8))")
            style:top=format!("min({y:.0}px, 100dvh - var(--card-room))")
        >
            <p class="preview-card__title">{title}</p>
            {content}
        </div>
    }
    .into_any()
}

fn place(folder: &FilePath, project: Option<&str>) -> String {
    let name = folder.split_last().map_or_else(|| "/".to_owned(), |(_, name)| name.shown().into_owned());
    match project {
        Some(project) if project != name => words().to_project(&name, project),
        _ => words().to_name(&name),
    }
}
