//! What the browser's tab says.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

/// Names the page. The newest title on a page counts.
#[component]
pub fn PageTitle(#[prop(into)] text: TextProp) -> impl IntoView {
    let whole = move || format!("{} · Tidelock", text.get());
    // What collects the head of a page on the server would be loaded by every browser, to do this.
    #[cfg(feature = "ssr")]
    return view! { <leptos_meta::Title text=whole /> };
    #[cfg(not(feature = "ssr"))]
    Effect::new(move |_| document().set_title(&whole()));
}
