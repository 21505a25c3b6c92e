//! Light, dark, or as the system says.
//!
//! The choice is an attribute of `<html>` that the server writes from a cookie, so the first
//! paint is right without a script.

use crate::browser;

/// The attribute of `<html>` that `tokens.css` reads.
pub const ATTRIBUTE: &str = "data-theme";
/// The cookie that the server reads.
pub const COOKIE: &str = "tidelock_theme";

/// A person's choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    /// The attribute's value; none leaves it to the system.
    pub fn attribute(self) -> Option<&'static str> {
        match self {
            Self::Auto => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }

    pub fn of_attribute(value: Option<&str>) -> Self {
        match value {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::Auto,
        }
    }

    /// Reads the choice out of a `Cookie` header.
    pub fn of_cookies(header: &str) -> Self {
        let value = header.split(';').filter_map(|pair| pair.trim().split_once('=')).find(|(name, _)| *name == COOKIE);
        Self::of_attribute(value.map(|(_, value)| value))
    }

    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Auto => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::Auto,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "as the system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Shows it now and on every later page.
    pub fn apply(self) {
        browser::set_root_attribute_and_cookie(ATTRIBUTE, COOKIE, self.attribute());
    }
}

/// The choice for the page that is being rendered or taken over.
pub fn current() -> Theme {
    #[cfg(feature = "ssr")]
    {
        use axum::http::header::COOKIE as HEADER;
        use axum::http::request::Parts;
        let parts = leptos::prelude::use_context::<Parts>();
        let header = parts.as_ref().and_then(|parts| parts.headers.get(HEADER)).and_then(|value| value.to_str().ok());
        header.map(Theme::of_cookies).unwrap_or_default()
    }
    #[cfg(not(feature = "ssr"))]
    {
        Theme::of_attribute(browser::root_attribute(ATTRIBUTE).as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_is_found_among_other_cookies() {
        for (header, expected) in [
            ("", Theme::Auto),
            ("a=b; tidelock_theme=dark; c=d", Theme::Dark),
            ("tidelock_theme=light", Theme::Light),
            ("tidelock_theme=<script>", Theme::Auto),
        ] {
            assert_eq!(Theme::of_cookies(header), expected, "{header}");
        }
    }
}
