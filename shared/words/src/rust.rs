//! A function for each message.

use crate::{
    catalogue::Catalogue,
    message::{Message, Part},
};

/// Methods of a type `Words`, which has `plain` and `filled` itself. The compiler tells which nobody calls.
pub(crate) fn functions(catalogue: &Catalogue) -> String {
    let methods: String =
        catalogue.messages.iter().enumerate().map(|(place, (name, message))| function(place, name, message)).collect();
    format!("impl Words {{\n{methods}}}\n")
}

fn function(place: usize, name: &str, message: &Message) -> String {
    let documentation = shown(message);
    if message.arguments.is_empty() {
        return format!(
            "    /// {documentation}\n    pub(crate) fn {name}(self) -> &'static str {{\n        self.plain({place})\n    }}\n"
        );
    }
    let parameters: String = message
        .arguments
        .iter()
        .map(|argument| format!(", {}: {}", argument.name, if argument.is_number { "u64" } else { "&str" }))
        .collect();
    let arguments: Vec<String> = message
        .arguments
        .iter()
        .map(|argument| format!("Argument::{}({})", if argument.is_number { "Number" } else { "Text" }, argument.name))
        .collect();
    format!(
        "    /// {documentation}\n    pub(crate) fn {name}(self{parameters}) -> String {{\n        self.filled({place}, &[{}])\n    }}\n",
        arguments.join(", ")
    )
}

/// The message as its function's documentation; of a plural the last form.
fn shown(message: &Message) -> String {
    let mut told = String::new();
    let mut parts: Vec<&Part> = message.parts.iter().rev().collect();
    while let Some(part) = parts.pop() {
        match part {
            Part::Text(text) => told.push_str(text),
            Part::Argument(place) => told.push_str(&format!("{{{}}}", message.arguments[*place].name)),
            Part::Plural(_, variants) => parts.extend(variants.last().into_iter().flatten().rev()),
        }
    }
    format!("`{}`", told.replace('`', "'"))
}

#[cfg(test)]
mod tests {
    use crate::read_all;
    use anyhow::Result;
    use std::fs;

    #[test]
    fn a_plural_takes_a_number_and_all_else_a_text() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let text = "moved = { $count ->\n [one] { $count } file\n *[other] { $count } files\n } to { $place }\nhello = Hello";
        for language in ["en", "de"] {
            fs::create_dir(folder.path().join(language))?;
            fs::write(folder.path().join(language).join("a.ftl"), text)?;
        }
        let written = super::functions(&read_all(folder.path())?[0]);
        for expected in [
            "pub(crate) fn hello(self) -> &'static str {\n        self.plain(0)",
            "/// `{count} files to {place}`",
            "pub(crate) fn moved(self, count: u64, place: &str) -> String {\n        self.filled(1, &[Argument::Number(count), Argument::Text(place)])",
        ] {
            assert!(written.contains(expected), "{written}");
        }
        Ok(())
    }
}
