//! Every sentence of the pages, in the language of whoever reads them.
//!
//! They stand in `app/words`, one folder for each language, and the build makes a function of each. On the
//! server all languages are at hand, and a page has that of its request. A browser loads the catalogue of
//! the page's language beside the code, before it takes the page over: its code has no sentences in it.
//!
//! Not here: how numbers are written (`format`), and what somebody chose (`preference`).

use tidelock_shared::words::{Argument, Language};

use crate::format;

/// The sentences of one language; a function each.
#[derive(Clone, Copy, Debug)]
pub struct Words(#[cfg(feature = "ssr")] Language);

/// The language of the page that is being rendered or shown.
pub fn language() -> Language {
    words().language()
}

#[cfg(feature = "ssr")]
mod there {
    use super::{Language, Words};
    use leptos::prelude::use_context;
    use tidelock_shared::words::{Catalogue, Catalogues};

    static CATALOGUES: Catalogues = Catalogues::new([
        include_str!(concat!(env!("OUT_DIR"), "/words.en.txt")),
        include_str!(concat!(env!("OUT_DIR"), "/words.de.txt")),
    ]);

    /// Whoever asks for a page gives its language. Outside of a page, as in a test, it is English.
    pub fn words() -> Words {
        Words(use_context::<Language>().unwrap_or_default())
    }

    impl Words {
        pub fn of(language: Language) -> Self {
            Self(language)
        }

        pub fn language(self) -> Language {
            self.0
        }

        pub(super) fn catalogue(self) -> &'static Catalogue {
            CATALOGUES.of(self.0)
        }
    }
}

#[cfg(not(feature = "ssr"))]
mod there {
    use super::{Language, Words};
    use crate::browser;
    use std::sync::OnceLock;
    use tidelock_shared::words::Catalogue;

    static LOADED: OnceLock<(Language, Catalogue)> = OnceLock::new();

    pub fn words() -> Words {
        Words()
    }

    /// Loads the catalogue that the page names. To be called before anything is shown.
    pub async fn load() -> Option<()> {
        let language = Language::of_tag(&browser::root_attribute("lang")?)?;
        let text = browser::fetch_text(&browser::link("words")?).await?;
        let _ = LOADED.set((language, Catalogue::new(language, text.leak())));
        Some(())
    }

    impl Words {
        pub fn language(self) -> Language {
            LOADED.get().map_or_else(Language::default, |(language, _)| *language)
        }

        pub(super) fn catalogue(self) -> &'static Catalogue {
            static NONE: Catalogue = Catalogue::NONE;
            LOADED.get().map_or(&NONE, |(_, catalogue)| catalogue)
        }
    }
}

pub use there::*;

impl Words {
    // Not inlined: there are hundreds of calls, and a browser loads them all.
    #[inline(never)]
    fn plain(self, message: usize) -> &'static str {
        self.catalogue().plain(message)
    }

    #[inline(never)]
    fn filled(self, message: usize, arguments: &[Argument<'_>]) -> String {
        self.catalogue().filled(message, arguments, format::count)
    }
}

/// A message without arguments, in a table of them.
pub type Message = fn(Words) -> &'static str;

#[cfg_attr(not(feature = "ssr"), expect(dead_code, reason = "some sentences are the server's only"))]
mod sentences {
    use super::{Argument, Words};

    include!(concat!(env!("OUT_DIR"), "/words.rs"));
}
