//! No such page.

use leptos::prelude::*;
use leptos_meta::Title;

use super::status::set_status;
use crate::components::empty_state::EmptyState;
use crate::components::icon::Glyph;
use crate::components::place_link::PlaceLink;

#[component]
pub fn NotFoundPage() -> impl IntoView {
    set_status(404);
    view! {
        <Title text="Not found" />
        <div class="page">
            <h1 class="page__title">"There is no such page"</h1>
            <EmptyState
                glyph=Glyph::Info
                title="The address may be mistyped, or the page may be gone."
                advice="Moves and folders are found from the overview."
            />
            <p class="page__center">
                <PlaceLink href="/".to_owned() class="button">
                    "To the overview"
                </PlaceLink>
            </p>
        </div>
    }
    .into_any()
}
