//! What people choose for themselves: colours, density, units, language.
//!
//! Each choice is an attribute of `<html>` that the server writes from a cookie, so the first paint
//! is right without a script.

use tidelock_shared::words::Language;

use crate::browser;
use crate::words::words;

/// One thing to choose; the default one needs no attribute and no cookie.
pub trait Choice: Copy + Default + PartialEq + Send + Sync + 'static {
    /// The attribute of `<html>`, which style sheets read.
    const ATTRIBUTE: &'static str;
    /// The cookie that the server reads.
    const COOKIE: &'static str;
    /// All there are, the default first.
    const ALL: &'static [Self];

    /// The value of attribute and cookie; none for the default.
    fn value(self) -> Option<&'static str>;
    fn word(self) -> &'static str;

    fn of_value(value: Option<&str>) -> Self {
        Self::ALL.iter().copied().find(|choice| choice.value() == value).unwrap_or_default()
    }

    /// Reads the choice out of a `Cookie` header.
    fn of_cookies(header: &str) -> Self {
        let pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
        Self::of_value(pairs.into_iter().find(|(name, _)| *name == Self::COOKIE).map(|(_, value)| value))
    }

    /// Shows it now and on every later page.
    fn apply(self) {
        browser::set_root_attribute_and_cookie(Self::ATTRIBUTE, Self::COOKIE, self.value());
    }

    /// The choice for the page that is being rendered or taken over.
    fn current() -> Self {
        #[cfg(feature = "ssr")]
        {
            use axum::http::header::COOKIE as HEADER;
            use axum::http::request::Parts;
            let parts = leptos::prelude::use_context::<Parts>();
            let header = parts.as_ref().and_then(|parts| parts.headers.get(HEADER)).and_then(|value| value.to_str().ok());
            header.map(Self::of_cookies).unwrap_or_default()
        }
        #[cfg(not(feature = "ssr"))]
        {
            Self::of_value(browser::root_attribute(Self::ATTRIBUTE).as_deref())
        }
    }
}

/// Light, dark, or as the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    Auto,
    Light,
    Dark,
}

impl Choice for Theme {
    const ATTRIBUTE: &'static str = "data-theme";
    const COOKIE: &'static str = "tidelock_theme";
    const ALL: &'static [Self] = &[Self::Auto, Self::Light, Self::Dark];

    fn value(self) -> Option<&'static str> {
        match self {
            Self::Auto => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Auto => words().theme_auto(),
            Self::Light => words().theme_light(),
            Self::Dark => words().theme_dark(),
        }
    }
}

impl Theme {
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Auto => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::Auto,
        }
    }
}

/// How close rows lie. Where fingers point, rows stay as high as fingers need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Density {
    #[default]
    Comfortable,
    Compact,
}

impl Choice for Density {
    const ATTRIBUTE: &'static str = "data-density";
    const COOKIE: &'static str = "tidelock_density";
    const ALL: &'static [Self] = &[Self::Comfortable, Self::Compact];

    fn value(self) -> Option<&'static str> {
        (self == Self::Compact).then_some("compact")
    }

    fn word(self) -> &'static str {
        match self {
            Self::Comfortable => words().density_comfortable(),
            Self::Compact => words().density_compact(),
        }
    }
}

/// What a thousand bytes are: quotas are binary, drives are sold decimal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Units {
    #[default]
    Binary,
    Decimal,
}

impl Choice for Units {
    const ATTRIBUTE: &'static str = "data-units";
    const COOKIE: &'static str = "tidelock_units";
    const ALL: &'static [Self] = &[Self::Binary, Self::Decimal];

    fn value(self) -> Option<&'static str> {
        (self == Self::Decimal).then_some("decimal")
    }

    fn word(self) -> &'static str {
        match self {
            Self::Binary => words().units_binary(),
            Self::Decimal => words().units_decimal(),
        }
    }
}

/// A language, or as the browser asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Speech {
    #[default]
    Auto,
    English,
    German,
}

impl Choice for Speech {
    const ATTRIBUTE: &'static str = "data-language";
    const COOKIE: &'static str = "tidelock_language";
    const ALL: &'static [Self] = &[Self::Auto, Self::English, Self::German];

    fn value(self) -> Option<&'static str> {
        self.language().map(Language::tag)
    }

    /// Whoever chooses a language may read no other one.
    fn word(self) -> &'static str {
        match self {
            Self::Auto => words().language_auto(),
            Self::English => "English",
            Self::German => "Deutsch",
        }
    }
}

impl Speech {
    pub fn language(self) -> Option<Language> {
        match self {
            Self::Auto => None,
            Self::English => Some(Language::English),
            Self::German => Some(Language::German),
        }
    }
}

/// The units of the page that is being rendered or shown. They change with the next page only.
pub fn units() -> Units {
    #[cfg(feature = "ssr")]
    {
        // Outside of a page, as in a sentence for a program, sizes are binary.
        leptos::prelude::use_context::<Units>().unwrap_or_default()
    }
    #[cfg(not(feature = "ssr"))]
    {
        static UNITS: std::sync::OnceLock<Units> = std::sync::OnceLock::new();
        *UNITS.get_or_init(Units::current)
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

    #[test]
    fn each_choice_is_read_as_what_was_written_and_the_default_comes_first() {
        fn check<C: Choice + std::fmt::Debug>() {
            assert_eq!(C::ALL.first().copied(), Some(C::default()));
            for choice in C::ALL {
                let cookie = choice.value().map(|value| format!("{}={value}", C::COOKIE)).unwrap_or_default();
                assert_eq!(C::of_cookies(&cookie), *choice);
            }
        }
        check::<Theme>();
        check::<Density>();
        check::<Units>();
        check::<Speech>();
    }
}
