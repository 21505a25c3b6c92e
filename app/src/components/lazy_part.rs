//! A part whose code the browser loads when the part is first shown.

use std::future::Future;

use leptos::prelude::*;

use crate::api::ApiError;
use crate::components::problem::LoadError;
use crate::words::words;

/// Shows a part as soon as its code is there.
pub fn lazy_part(part: impl Future<Output = Result<AnyView, ApiError>> + Send + 'static) -> impl IntoView {
    Suspend::new(once_loaded(part))
}

/// The part, or why it cannot be shown.
pub async fn once_loaded(part: impl Future<Output = Result<AnyView, ApiError>>) -> AnyView {
    part.await.unwrap_or_else(|error| view! { <LoadError error=error.0 what=words().part_failed() /> }.into_any())
}
