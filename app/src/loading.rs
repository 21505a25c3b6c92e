//! What a page waits for: loaded on the server, sent along, and loaded again in the browser.

use std::future::Future;

use leptos::prelude::Resource;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::json;

/// A value on its way, sent from the server to the browser as JSON.
pub type Loading<T> = Resource<T, json::Encoding>;

/// Loads a value, and again whenever what it is loaded for has changed.
pub fn load<T, S, F>(wanted: impl Fn() -> S + Send + Sync + 'static, loader: impl Fn(S) -> F + Send + Sync + 'static) -> Loading<T>
where
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    S: PartialEq + Clone + Send + Sync + 'static,
    F: Future<Output = T> + Send + 'static,
{
    Resource::new_with_options(wanted, loader, false)
}
