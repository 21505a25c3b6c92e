//! What a page waits for: loaded on the server, sent along, and loaded again in the browser.
//!
//! The same JSON reader as for calls and feeds, because each reader is compiled anew for each
//! type, and the browser has to load all of it.

use std::future::Future;

use leptos::prelude::Resource;
use leptos::server::codee::{Decoder, Encoder};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A value on its way, sent from the server to the browser as JSON.
pub type Loading<T> = Resource<T, Json>;

/// Loads a value, and again whenever what it is loaded for has changed.
pub fn load<T, S, F>(wanted: impl Fn() -> S + Send + Sync + 'static, loader: impl Fn(S) -> F + Send + Sync + 'static) -> Loading<T>
where
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    S: PartialEq + Clone + Send + Sync + 'static,
    F: Future<Output = T> + Send + 'static,
{
    Resource::new_with_options(wanted, loader, false)
}

/// JSON, read from bytes.
#[derive(Clone, Copy, Debug)]
pub struct Json;

impl<T: Serialize> Encoder<T> for Json {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, Self::Error> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> Decoder<T> for Json {
    type Error = serde_json::Error;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, Self::Error> {
        serde_json::from_slice(text.as_bytes())
    }
}
