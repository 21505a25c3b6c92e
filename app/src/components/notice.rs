//! Why something that was tried did not happen, for a while at the lower edge.

use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::desk::use_desk;
use crate::words::words;

#[component]
pub fn Notice() -> impl IntoView {
    let desk = use_desk();
    move || {
        desk.notice.get().map(|text| {
            view! {
                <div class="notice">
                    <Icon glyph=Glyph::Refused />
                    <p>{text}</p>
                    <button type="button" class="button button--icon" aria-label=words().dismiss() on:click=move |_| desk.notice.set(None)>
                        <Icon glyph=Glyph::Close />
                    </button>
                </div>
            }
        })
    }
}
