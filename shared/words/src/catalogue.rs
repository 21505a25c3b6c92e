//! All messages of a language, and that all languages have the same.

use crate::message::{LANGUAGES, Message, categories};
use anyhow::{Context, Result, anyhow, bail, ensure};
use fluent_syntax::{ast::Entry, parser};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// The messages of one language by the names of their functions.
#[derive(Debug)]
pub struct Catalogue {
    pub language: String,
    pub(crate) messages: BTreeMap<String, Message>,
}

impl Catalogue {
    /// The names of the functions, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.messages.keys().map(String::as_str)
    }
}

/// The catalogues of all languages, with arguments in the order of the first one.
pub fn read_all(folder: &Path) -> Result<Vec<Catalogue>> {
    let mut catalogues: Vec<Catalogue> = Vec::new();
    for language in LANGUAGES {
        let mut catalogue = read(&folder.join(language), language)?;
        if let Some(first) = catalogues.first() {
            agree(first, &mut catalogue)?;
        }
        catalogues.push(catalogue);
    }
    Ok(catalogues)
}

fn agree(first: &Catalogue, other: &mut Catalogue) -> Result<()> {
    let lacks = |one: &Catalogue, other: &Catalogue| -> Vec<String> {
        let missing = other.messages.keys().filter(|name| !one.messages.contains_key(*name));
        missing.map(|name| format!("`{}` lacks {name}", one.language)).collect()
    };
    let missing = [lacks(other, first), lacks(first, other)].concat();
    ensure!(missing.is_empty(), "{}", missing.join("\n"));
    for (name, message) in &mut other.messages {
        *message = message.in_order_of(&first.messages[name]).with_context(|| format!("`{}`, {name}", other.language))?;
    }
    Ok(())
}

/// Reads the Fluent files of one language.
fn read(folder: &Path, language: &str) -> Result<Catalogue> {
    let categories = categories(language)?;
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .with_context(|| format!("cannot read {}", folder.display()))?
        .map(|file| Ok(file?.path()))
        .collect::<Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "ftl"));
    files.sort();
    let mut catalogue = Catalogue { language: language.to_owned(), messages: BTreeMap::new() };
    for file in files {
        let source = fs::read_to_string(&file)?;
        catalogue.add(&source, categories).with_context(|| file.display().to_string())?;
    }
    Ok(catalogue)
}

impl Catalogue {
    fn add(&mut self, source: &str, categories: &[&str]) -> Result<()> {
        let resource = parser::parse(source).map_err(|(_, errors)| {
            let told = errors.iter().map(|error| format!("line {}: {error}", line_of(source, error.pos.start)));
            anyhow!("{}", told.collect::<Vec<_>>().join("\n"))
        })?;
        for entry in &resource.body {
            let message = match entry {
                Entry::Message(message) => message,
                Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => continue,
                Entry::Term(_) | Entry::Junk { .. } => bail!("only messages and comments are understood"),
            };
            let name = message.id.name.replace('-', "_");
            let attributes = message.attributes.iter().map(|attribute| {
                let name = format!("{name}_{}", attribute.id.name.replace('-', "_"));
                (name, &attribute.value)
            });
            for (name, pattern) in message.value.iter().map(|value| (name.clone(), value)).chain(attributes) {
                let read = Message::of(pattern, categories).with_context(|| name.clone())?;
                ensure!(self.messages.insert(name.clone(), read).is_none(), "{name} is there twice");
            }
        }
        Ok(())
    }
}

fn line_of(source: &str, position: usize) -> usize {
    source.as_bytes().iter().take(position).filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compact;

    fn languages(english: &str, german: &str) -> Result<Vec<Catalogue>> {
        let folder = tempfile::tempdir()?;
        for (language, text) in [("en", english), ("de", german)] {
            fs::create_dir(folder.path().join(language))?;
            fs::write(folder.path().join(language).join("a.ftl"), text)?;
        }
        read_all(folder.path())
    }

    #[track_caller]
    fn check_refused(english: &str, german: &str, said: &str) {
        let error = languages(english, german).unwrap_err();
        assert!(format!("{error:#}").contains(said), "{error:#}");
    }

    #[test]
    fn languages_have_the_same_messages_with_the_same_arguments() {
        check_refused("a = A\nb = B", "a = A", "`de` lacks b");
        check_refused("a = A", "a = A\nb = B", "`en` lacks b");
        check_refused("a = { $x }", "a = { $y }", "[y] and not [x]");
        check_refused("a = { $x }", "a = { $x ->\n [one] 1\n *[other] 2\n }", "[x (a number)] and not [x]");
        check_refused("a = { $x }", "a = nothing", "[] and not [x]");
    }

    #[test]
    fn what_cannot_be_filled_is_refused() {
        check_refused("a = A\na = B", "a = A", "a is there twice");
        check_refused("a = { b }\nb = B", "", "only arguments and literal texts");
        check_refused("a = { $x ->\n [0] none\n *[other] some\n }", "", "and not [\"one\", \"other\"]");
        check_refused("a = {", "", "line 1");
        check_refused("-term = A", "", "only messages and comments");
    }

    #[test]
    fn the_order_of_words_is_the_languages_own() -> Result<()> {
        let found = languages("a = { $x } before { $y }\n  .hint = Well", "a = { $y } nach { $x }\n  .hint = Na")?;
        assert_eq!(compact(&found[0]), "\u{1}0 before \u{1}1\nWell\n");
        assert_eq!(compact(&found[1]), "\u{1}1 nach \u{1}0\nNa\n");
        assert_eq!(found[1].names().collect::<Vec<_>>(), ["a", "a_hint"]);
        Ok(())
    }
}
