//! What was let go over the page, between the event and the code that reads it.

use std::cell::RefCell;

use js_sys::Array;
use web_sys::DragEvent;

thread_local! {
    static DROPPED: RefCell<Option<Array>> = const { RefCell::new(None) };
}

/// Keeps the entries of an event, or its files where they are no entries: after it the browser gives
/// them away no more.
pub(super) fn keep(event: &DragEvent) {
    let entries = Array::new();
    if let Some(items) = event.data_transfer().map(|held| held.items()) {
        for item in (0..items.length()).filter_map(|place| items.get(place)) {
            if let Ok(Some(entry)) = item.webkit_get_as_entry() {
                entries.push(&entry);
            } else if let Ok(Some(file)) = item.get_as_file() {
                entries.push(&file);
            }
        }
    }
    DROPPED.set(Some(entries));
}

/// None if nothing was dropped since.
pub(super) fn take() -> Option<Array> {
    DROPPED.take()
}
