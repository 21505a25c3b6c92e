//! Nothing to show, and what to do next.

use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};

#[component]
pub fn EmptyState(glyph: Glyph, #[prop(into)] title: String, #[prop(into)] advice: String) -> impl IntoView {
    view! {
        <div class="empty-state">
            <Icon glyph />
            <p class="empty-state__title">{title}</p>
            <p class="empty-state__advice">{advice}</p>
        </div>
    }
}
