//! One message, reduced to what a program fills in while it runs.

use anyhow::{Result, bail, ensure};
use fluent_syntax::ast::{Expression, InlineExpression, Pattern, PatternElement, Variant, VariantKey};

/// What HTML calls the languages that there are, in the order of `tidelock_shared::words::Language::ALL`.
pub(crate) const LANGUAGES: [&str; 2] = ["en", "de"];

/// The plural categories that there are in a language, in the order of a catalogue. It is the one of
/// `tidelock_shared::words::Language::form`.
pub(crate) fn categories(language: &str) -> Result<&'static [&'static str]> {
    match language {
        "en" | "de" => Ok(&["one", "other"]),
        other => bail!("nobody has said which plurals `{other}` has"),
    }
}

/// Arguments are known by their place in [`Message::arguments`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Text(String),
    Argument(usize),
    /// One list of parts for each plural category, in their order.
    Plural(usize, Vec<Vec<Part>>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Argument {
    pub(crate) name: String,
    pub(crate) is_number: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) parts: Vec<Part>,
    /// In the order in which the message names them.
    pub(crate) arguments: Vec<Argument>,
}

impl Message {
    pub(crate) fn of(pattern: &Pattern<&str>, categories: &[&str]) -> Result<Self> {
        let mut message = Self::default();
        message.parts = message.parts(pattern, categories, false)?;
        Ok(message)
    }

    fn parts(&mut self, pattern: &Pattern<&str>, categories: &[&str], is_variant: bool) -> Result<Vec<Part>> {
        let mut parts = Vec::new();
        for element in &pattern.elements {
            parts.push(match element {
                PatternElement::TextElement { value } => Part::Text(one_line(value)?),
                PatternElement::Placeable { expression: Expression::Inline(inline) } => self.inline(inline)?,
                PatternElement::Placeable { expression: Expression::Select { .. } } if is_variant => {
                    bail!("a plural within a plural: write two sentences")
                }
                PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                    self.plural(selector, variants, categories)?
                }
            });
        }
        Ok(parts)
    }

    fn inline(&mut self, inline: &InlineExpression<&str>) -> Result<Part> {
        match inline {
            InlineExpression::VariableReference { id } => Ok(Part::Argument(self.argument(id.name, false))),
            InlineExpression::StringLiteral { value } => Ok(Part::Text((*value).to_owned())),
            _ => bail!("only arguments and literal texts can stand in braces"),
        }
    }

    fn plural(&mut self, selector: &InlineExpression<&str>, variants: &[Variant<&str>], categories: &[&str]) -> Result<Part> {
        let InlineExpression::VariableReference { id } = selector else { bail!("only an argument has a plural") };
        let argument = self.argument(id.name, true);
        let named: Vec<&str> = variants
            .iter()
            .map(|variant| match variant.key {
                VariantKey::Identifier { name } => name,
                VariantKey::NumberLiteral { value } => value,
            })
            .collect();
        ensure!(named == categories, "the plural of `{}` has {named:?} and not {categories:?}", id.name);
        let texts = variants.iter().map(|variant| self.parts(&variant.value, categories, true));
        Ok(Part::Plural(argument, texts.collect::<Result<_>>()?))
    }

    fn argument(&mut self, name: &str, is_number: bool) -> usize {
        let place = self.arguments.iter().position(|argument| argument.name == name).unwrap_or_else(|| {
            self.arguments.push(Argument { name: name.to_owned(), is_number });
            self.arguments.len() - 1
        });
        self.arguments[place].is_number |= is_number;
        place
    }

    /// Takes the order of arguments over from another language, so that one function fits both.
    pub(crate) fn in_order_of(&self, other: &Self) -> Result<Self> {
        let place = |old: usize| {
            let argument = &self.arguments[old];
            other.arguments.iter().position(|wanted| wanted == argument)
        };
        let places: Option<Vec<usize>> = (0..self.arguments.len()).map(place).collect();
        let Some(places) = places.filter(|places| places.len() == other.arguments.len()) else {
            bail!("it has the arguments {} and not {}", self.told(), other.told());
        };
        let parts = self.parts.iter().map(|part| renumbered(part, &places)).collect();
        Ok(Self { parts, arguments: other.arguments.clone() })
    }

    fn told(&self) -> String {
        let told = |argument: &Argument| format!("{}{}", argument.name, if argument.is_number { " (a number)" } else { "" });
        format!("[{}]", self.arguments.iter().map(told).collect::<Vec<_>>().join(", "))
    }
}

fn renumbered(part: &Part, places: &[usize]) -> Part {
    match part {
        Part::Text(text) => Part::Text(text.clone()),
        Part::Argument(old) => Part::Argument(places[*old]),
        Part::Plural(old, variants) => {
            let variants = variants.iter().map(|parts| parts.iter().map(|part| renumbered(part, places)).collect());
            Part::Plural(places[*old], variants.collect())
        }
    }
}

/// Line breaks are for whoever reads the file.
fn one_line(text: &str) -> Result<String> {
    ensure!(!text.contains(|letter: char| letter.is_control() && letter != '\n'), "a control character in {text:?}");
    Ok(text.replace('\n', " "))
}
