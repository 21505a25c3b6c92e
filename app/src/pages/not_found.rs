//! No such page.

use leptos::prelude::*;
use leptos_meta::Title;

use super::status::set_status;
use crate::components::empty_state::EmptyState;
use crate::components::icon::Glyph;
use crate::components::place_link::PlaceLink;
use crate::words::words;

#[component]
pub fn NotFoundPage() -> impl IntoView {
    set_status(404);
    view! {
        <Title text=words().not_found() />
        <div class="page">
            <h1 class="page__title">{words().no_page()}</h1>
            <EmptyState
                glyph=Glyph::Info
                title=words().no_page_why()
                advice=words().no_page_advice()
            />
            <p class="page__center">
                <PlaceLink href="/".to_owned() class="button">
                    {words().to_overview()}
                </PlaceLink>
            </p>
        </div>
    }
    .into_any()
}
