//! The few things that only a browser can do, called from effects and event handlers.
//!
//! Everything compiles on the server too, where none of it runs while a page is rendered;
//! the clock alone is asked on both sides.

use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement};

/// Milliseconds since 1970 in UTC.
#[cfg(target_arch = "wasm32")]
#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are far below 2^53")]
pub fn now_ms() -> i64 {
    js_sys::Date::now() as i64
}

/// Milliseconds since 1970 in UTC.
#[cfg(not(target_arch = "wasm32"))]
pub fn now_ms() -> i64 {
    let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since_1970.ok().and_then(|duration| i64::try_from(duration.as_millis()).ok()).unwrap_or_default()
}

/// How far the browser's clock was east of UTC at a moment.
#[expect(clippy::cast_possible_truncation, reason = "an offset is at most a day of minutes")]
pub fn utc_offset_minutes(seconds: i64) -> i32 {
    let date = js_sys::Date::new(&JsValue::from_f64(seconds as f64 * 1000.0));
    -(date.get_timezone_offset() as i32)
}

/// A text that nobody else draws: names one submission, so that sending it twice is one move.
pub fn random_key() -> String {
    let draw = || js_sys::Math::random().to_bits() & ((1 << 52) - 1);
    format!("{:013x}{:013x}", draw(), draw())
}

/// Puts a text on the system's clipboard.
pub fn copy_text(text: &str) {
    // The promise's failure leaves the clipboard as it was, which the person sees by pasting.
    let _ = window().navigator().clipboard().write_text(text);
}

/// Marks the document as taken over, for style sheets and tests, and says it to `early_click.js`.
pub fn mark_hydrated() {
    if let Some(root) = document().document_element() {
        // A name that is valid cannot be refused.
        let _ = root.set_attribute("data-hydrated", "true");
    }
    if let Ok(event) = web_sys::Event::new("hydrated") {
        // What listens cannot make it fail.
        let _ = window().dispatch_event(&event);
    }
}

/// The path of the page that the browser loaded.
pub fn path() -> String {
    window().location().pathname().unwrap_or_default()
}

/// What stands behind the question mark of the address, with it.
pub fn query() -> String {
    window().location().search().unwrap_or_default()
}

/// Takes it off the address, without a step in the history.
pub fn forget_query() {
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&path()));
    }
}

/// The address of a place of this site, for elsewhere.
pub fn whole_address(place: &str) -> String {
    window().location().origin().unwrap_or_default() + place
}

/// Whether the page has something that matches a selector.
pub fn has(selector: &str) -> bool {
    document().query_selector(selector).is_ok_and(|element| element.is_some())
}

/// The address of the document's link with an id.
pub fn link(id: &str) -> Option<String> {
    document().get_element_by_id(id)?.get_attribute("href")
}

/// What lies at an address of this site, as text.
pub async fn fetch_text(url: &str) -> Option<String> {
    use js_sys::futures::JsFuture;
    let response = JsFuture::from(window().fetch_with_str(url)).await.ok()?;
    let response: web_sys::Response = response.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    JsFuture::from(response.text().ok()?).await.ok()?.as_string()
}

/// What this device remembers under a key.
pub fn recall(key: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(key).ok()?
}

/// Remembers a text on this device; a browser that refuses storage just forgets it.
pub fn remember(key: &str, text: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(key, text);
    }
}

/// An attribute of `<html>`.
pub fn root_attribute(name: &str) -> Option<String> {
    document().document_element()?.get_attribute(name)
}

/// Sets or removes an attribute of `<html>`, and a cookie of the same meaning for the next page.
pub fn set_root_attribute_and_cookie(name: &str, cookie: &str, value: Option<&str>) {
    if let Some(root) = document().document_element() {
        let _ = match value {
            Some(value) => root.set_attribute(name, value),
            None => root.remove_attribute(name),
        };
    }
    if let Ok(document) = document().dyn_into::<web_sys::HtmlDocument>() {
        let age = if value.is_some() { 31_536_000 } else { 0 };
        let _ = document.set_cookie(&format!("{cookie}={}; Path=/; Max-Age={age}; SameSite=Lax", value.unwrap_or_default()));
    }
}

/// Orders something without arguments of the server; whether that was done.
pub async fn post(url: &str) -> bool {
    use js_sys::futures::JsFuture;
    let options = web_sys::RequestInit::new();
    options.set_method("POST");
    let Ok(response) = JsFuture::from(window().fetch_with_str_and_init(url, &options)).await else { return false };
    response.dyn_into::<web_sys::Response>().is_ok_and(|response| response.ok())
}

/// Leaves the page for another one.
pub fn go_to(url: &str) {
    let _ = window().location().set_href(url);
}

/// Where one signs in and comes back to this page.
pub fn sign_in_url() -> String {
    let location = window().location();
    let place = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
    format!("/sign_in?to={}", js_sys::encode_uri_component(&place))
}

/// Asks the server for the page anew.
pub fn reload() {
    if let Some(window) = web_sys::window() {
        let _ = window.location().reload();
    }
}

/// The `data-drop` of the nearest element around a point of the window.
pub fn drop_place_at(x: f64, y: f64) -> Option<String> {
    element_at(x, y)?.closest("[data-drop]").ok()??.get_attribute("data-drop")
}

/// Scrolls the list under the pointer when it is near the list's upper or lower edge.
pub fn scroll_near_edge(x: f64, y: f64) {
    const EDGE: f64 = 40.0;
    const DISTANCE: f64 = 12.0;
    let list = element_at(x, y).and_then(|element| element.closest("[data-scrolls]").ok()).flatten();
    if let Some(list) = list {
        let bounds = list.get_bounding_client_rect();
        if y < bounds.top() + EDGE {
            list.scroll_by_with_x_and_y(0.0, -DISTANCE);
        } else if y > bounds.bottom() - EDGE {
            list.scroll_by_with_x_and_y(0.0, DISTANCE);
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "places in a window are small")]
fn element_at(x: f64, y: f64) -> Option<Element> {
    document().element_from_point(x as f32, y as f32)
}

/// Follows a link to something that is kept and not shown: the page stays.
pub fn download(url: &str) {
    let _ = window().location().set_href(url);
}

/// Presses an element, as a click would.
pub fn press(id: &str) {
    if let Some(element) = document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        element.click();
    }
}

/// What the page's buttons do that say so in `data-command` and can be pressed, each once.
pub fn offered_commands() -> Vec<String> {
    let mut offered = Vec::new();
    let Ok(buttons) = document().query_selector_all("[data-command]:not(:disabled)") else { return offered };
    for index in 0..buttons.length() {
        let button = buttons.item(index).and_then(|button| button.dyn_into::<Element>().ok());
        if let Some(command) = button.and_then(|button| button.get_attribute("data-command"))
            && !offered.contains(&command)
        {
            offered.push(command);
        }
    }
    offered
}

/// Presses the first button that does this.
pub fn press_offered(command: &str) {
    let Ok(buttons) = document().query_selector_all("[data-command]:not(:disabled)") else { return };
    let mut buttons = (0..buttons.length()).filter_map(|index| buttons.item(index)?.dyn_into::<HtmlElement>().ok());
    if let Some(button) = buttons.find(|button| button.get_attribute("data-command").as_deref() == Some(command)) {
        button.click();
    }
}

/// Scrolls what is around an element as little as shows it.
pub fn show_within(id: &str) {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    if let Some(element) = document().get_element_by_id(id) {
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Gives an element the keyboard.
pub fn focus(id: &str) {
    if let Some(element) = document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Where something that scrolls stands, how high it is, and how high the first thing in it that
/// matches a selector; in pixels.
pub fn scrolled(id: &str, selector: &str) -> Option<(f64, f64, f64)> {
    let scroller = document().get_element_by_id(id)?;
    let part = scroller.query_selector(selector).ok()??;
    Some((scroller.scroll_top().into(), scroller.client_height().into(), part.get_bounding_client_rect().height()))
}

/// Scrolls an element to a height.
#[expect(clippy::cast_possible_truncation, reason = "browsers draw far less than 2^31 pixels")]
pub fn scroll_to(id: &str, top: f64) {
    if let Some(scroller) = document().get_element_by_id(id) {
        scroller.set_scroll_top(top as i32);
    }
}

/// Gives an element the keyboard and leaves what scrolls where it is.
pub fn focus_in_place(id: &str) {
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(true);
    if let Some(element) = document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus_with_options(&options);
    }
}

/// Whether the keyboard is in an element or something in it.
pub fn has_keyboard(id: &str) -> bool {
    document().get_element_by_id(id).is_some_and(|element| element.contains(document().active_element().as_deref()))
}

/// Whether an event comes from somewhere that takes text, where letters are not shortcuts.
pub fn is_text_field(event: &web_sys::Event) -> bool {
    let element = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    element.is_some_and(|element| {
        // The field of a dialog that has just closed has the keyboard until the next frame, and is not to be seen.
        element.offset_parent().is_some() && element.matches("input:not([type=checkbox]), textarea, select").unwrap_or(false)
    })
}

/// Whether an event happened inside something that matches a selector.
pub fn is_within(event: &web_sys::Event, selector: &str) -> bool {
    let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    element.and_then(|element| element.closest(selector).ok()).flatten().is_some()
}

/// Whether the window is as narrow as a phone: the width at which `layout.css` and others fold.
pub fn is_narrow() -> bool {
    window().match_media("(width < 48rem)").ok().flatten().is_some_and(|query| query.matches())
}

/// Whether a modal dialog is open: then the page behind it takes no keys.
pub fn has_open_dialog() -> bool {
    has("dialog[open]")
}
