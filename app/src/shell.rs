//! The document around the application.

use leptos::config::LeptosOptions;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;

use crate::app::App;
use crate::preference::{Choice, Density, Speech, Theme, Units};
use crate::words::words;

/// The HTML document that the server sends, with the application inside.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    #[cfg(feature = "ssr")]
    send_content_security_policy();
    let style_sheet = format!("/{}/{}.css", options.site_pkg_dir, options.output_name);
    let language = words().language().tag();
    let catalogue = format!("/{}/words.{language}.txt", options.site_pkg_dir);
    view! {
        <!DOCTYPE html>
        <html
            lang=language
            data-language=Speech::current().value()
            data-theme=Theme::current().value()
            data-density=Density::current().value()
            data-units=Units::current().value()
        >
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="description" content=words().site_description() />
                <link rel="icon" type="image/svg+xml" href="/favicon.svg" />
                <link rel="stylesheet" href=style_sheet />
                // Beside the code, which waits for it.
                <link id="words" rel="preload" r#as="fetch" crossorigin="anonymous" href=catalogue />
                <script nonce=use_nonce() inner_html=include_str!("early_click.js")></script>
                <HydrationScripts options />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// Nothing is loaded from elsewhere, and no script runs but ours and Leptos' own with its nonce.
#[cfg(feature = "ssr")]
fn send_content_security_policy() {
    use axum::http::HeaderValue;
    use axum::http::header::CONTENT_SECURITY_POLICY;
    use leptos_axum::ResponseOptions;

    let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else { return };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    if let Ok(value) = HeaderValue::from_str(&policy) {
        response.insert_header(CONTENT_SECURITY_POLICY, value);
    }
}
