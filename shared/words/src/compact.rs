//! A catalogue as a program reads it: one message a line, in the order of the functions.
//!
//! Control characters mark what is to be filled in. `tidelock_shared::words` says which.

use crate::{catalogue::Catalogue, message::Part};

/// The text of a catalogue.
pub fn compact(catalogue: &Catalogue) -> String {
    let mut text = String::new();
    for message in catalogue.messages.values() {
        write(&mut text, &message.parts);
        text.push('\n');
    }
    text
}

fn write(text: &mut String, parts: &[Part]) {
    for part in parts {
        match part {
            Part::Text(plain) => text.push_str(plain),
            Part::Argument(place) => text.push_str(&format!("\u{1}{place}")),
            Part::Plural(place, variants) => {
                text.push_str(&format!("\u{2}{place}"));
                for (position, variant) in variants.iter().enumerate() {
                    if position > 0 {
                        text.push('\u{3}');
                    }
                    write(text, variant);
                }
                text.push('\u{4}');
            }
        }
    }
}
