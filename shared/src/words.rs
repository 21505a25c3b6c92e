//! Languages, and how a sentence of a catalogue is filled in.
//!
//! A catalogue has one message a line. In it `\u{1}` and a digit stand for an argument; `\u{2}` and a
//! digit begin the forms of a plural, which `\u{3}` parts and `\u{4}` ends. The crate `tidelock-words`
//! writes them while the program is built.
//!
//! Not here: the sentences, and whose language it is.

use std::sync::OnceLock;

/// A language that Tidelock speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    English,
    German,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// What HTML and HTTP call it.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// Of a tag as `de` or `de-CH`.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default().trim();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// What somebody likes best to read, by the `Accept-Language` of a request; of equals the first.
    pub fn accepted(header: &str) -> Option<Self> {
        let wishes = header.split(',').filter_map(|item| {
            let (tag, quality) = item.split_once(';').unwrap_or((item, "q=1"));
            let quality: f32 = quality.trim().strip_prefix("q=")?.trim().parse().ok()?;
            Some((Self::of_tag(tag.trim())?, quality))
        });
        let best = wishes.filter(|(_, quality)| *quality > 0.0).rev().max_by(|one, other| one.1.total_cmp(&other.1));
        best.map(|(language, _)| language)
    }

    /// What parts the whole of a number from its fraction.
    pub fn decimal_mark(self) -> char {
        match self {
            Self::English => '.',
            Self::German => ',',
        }
    }

    /// What parts thousands.
    pub fn group_mark(self) -> char {
        match self {
            Self::English => ',',
            Self::German => '.',
        }
    }

    /// A number to the last digit: `3,412`.
    pub fn whole(self, number: u64) -> String {
        let digits = number.to_string();
        let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                grouped.push(self.group_mark());
            }
            grouped.push(digit);
        }
        grouped
    }

    /// A number with so many digits after its mark.
    pub fn decimal(self, number: f64, digits: usize) -> String {
        let text = format!("{number:.digits$}");
        if self.decimal_mark() == '.' { text } else { text.replace('.', &self.decimal_mark().to_string()) }
    }

    /// Which of a plural's forms goes with a number.
    fn form(self, number: u64) -> usize {
        match self {
            Self::English | Self::German => usize::from(number != 1),
        }
    }
}

/// What stands in for a placeholder.
#[derive(Clone, Copy, Debug)]
pub enum Argument<'a> {
    /// Chooses between the forms of a plural too.
    Number(u64),
    Text(&'a str),
}

/// The sentences of one language.
#[derive(Debug)]
pub struct Catalogue {
    language: Language,
    messages: Vec<&'static str>,
}

impl Catalogue {
    /// Without any sentence.
    pub const NONE: Self = Self { language: Language::English, messages: Vec::new() };

    pub fn new(language: Language, text: &'static str) -> Self {
        Self { language, messages: text.lines().collect() }
    }

    /// A message without arguments. One that is not there is empty, where a browser was sent another catalogue.
    pub fn plain(&self, message: usize) -> &'static str {
        self.messages.get(message).copied().unwrap_or_default()
    }

    /// A message with its arguments, numbers as `number` writes them.
    pub fn filled(&self, message: usize, arguments: &[Argument<'_>], number: fn(u64) -> String) -> String {
        let mut text = String::new();
        let mut letters = self.plain(message).chars();
        let argument = |letters: &mut std::str::Chars<'_>| {
            let place = letters.next().and_then(|digit| digit.to_digit(10)).unwrap_or_default();
            arguments.get(place as usize)
        };
        // The form of a plural that is read, and the one that is told; the same outside of one.
        let (mut read, mut told) = (0, 0);
        while let Some(letter) = letters.next() {
            match letter {
                '\u{2}' => {
                    if let Some(Argument::Number(number)) = argument(&mut letters) {
                        told = self.language.form(*number);
                    }
                }
                '\u{3}' => read += 1,
                '\u{4}' => (read, told) = (0, 0),
                '\u{1}' => match argument(&mut letters) {
                    Some(Argument::Text(filled)) if read == told => text.push_str(filled),
                    Some(Argument::Number(filled)) if read == told => text.push_str(&number(*filled)),
                    _ => {}
                },
                letter if read == told => text.push(letter),
                _ => {}
            }
        }
        text
    }
}

/// The catalogues of a program that has all of them, each read when it is first needed.
#[derive(Debug)]
pub struct Catalogues {
    texts: [&'static str; Language::ALL.len()],
    read: [OnceLock<Catalogue>; Language::ALL.len()],
}

impl Catalogues {
    /// Texts in the order of [`Language::ALL`].
    pub const fn new(texts: [&'static str; Language::ALL.len()]) -> Self {
        Self { texts, read: [const { OnceLock::new() }; Language::ALL.len()] }
    }

    pub fn of(&self, language: Language) -> &Catalogue {
        let place = language as usize;
        self.read[place].get_or_init(|| Catalogue::new(language, self.texts[place]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_language_that_is_spoken_here_is_taken() {
        for (header, expected) in [
            ("de", Some(Language::German)),
            ("de-CH, en;q=0.8", Some(Language::German)),
            ("fr, en-GB;q=0.8, de;q=0.7", Some(Language::English)),
            ("en;q=0.5, de;q=0.9", Some(Language::German)),
            ("en, de", Some(Language::English)),
            ("de;q=0, fr", None),
            ("fr, *;q=0.5", None),
            ("den, DE", Some(Language::German)),
            ("", None),
        ] {
            assert_eq!(Language::accepted(header), expected, "{header}");
        }
    }

    #[test]
    fn numbers_have_the_marks_of_their_language() {
        assert_eq!(Language::English.whole(1_234_567), "1,234,567");
        assert_eq!(Language::German.whole(1_234_567), "1.234.567");
        assert_eq!(Language::German.whole(999), "999");
        assert_eq!(Language::English.decimal(1.5, 2), "1.50");
        assert_eq!(Language::German.decimal(1.5, 2), "1,50");
        assert_eq!(Language::German.decimal(12.0, 0), "12");
    }

    #[test]
    fn a_message_is_filled_with_the_form_of_its_number() {
        let catalogue = Catalogue::new(Language::German, "Hallo\n\u{2}0\u{1}0 Datei\u{3}\u{1}0 Dateien\u{4} nach \u{1}1.\n");
        let filled = |count| catalogue.filled(1, &[Argument::Number(count), Argument::Text("beta")], |number| number.to_string());
        assert_eq!(catalogue.plain(0), "Hallo");
        assert_eq!(filled(1), "1 Datei nach beta.");
        assert_eq!(filled(0), "0 Dateien nach beta.");
        assert_eq!(filled(7), "7 Dateien nach beta.");
        assert_eq!(catalogue.plain(9), "");
    }

    #[test]
    fn catalogues_are_in_the_order_of_the_languages() {
        static BOTH: Catalogues = Catalogues::new(["Hello\n", "Hallo\n"]);
        assert_eq!(BOTH.of(Language::English).plain(0), "Hello");
        assert_eq!(BOTH.of(Language::German).plain(0), "Hallo");
    }
}
