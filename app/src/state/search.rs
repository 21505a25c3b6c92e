//! The search page's state as its URL, and the question that it asks.
//!
//! `/search?in=%2Flustre%2Falpha&name=*.nc&larger=1+GiB&older=30d`: what a form would send, so that
//! the page works without WASM too. The folder is its own URL, encoded once more.

use tidelock_shared::id::ProjectId;
use tidelock_shared::name::FilePath;
use tidelock_shared::search::{SearchRequest, Wanted};
use tidelock_shared::strategy::EntryKind;

use super::pane::{decode, encode};
use crate::words::{Message, Words, words};

pub const SEARCH: &str = "/search";

/// One field of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Name,
    Kind,
    Larger,
    Smaller,
    Newer,
    Older,
    Owner,
    Project,
    Released,
}

impl Field {
    pub const ALL: [Self; 9] =
        [Self::Name, Self::Kind, Self::Larger, Self::Smaller, Self::Newer, Self::Older, Self::Owner, Self::Project, Self::Released];

    /// Its name in the URL.
    pub fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Kind => "kind",
            Self::Larger => "larger",
            Self::Smaller => "smaller",
            Self::Newer => "newer",
            Self::Older => "older",
            Self::Owner => "owner",
            Self::Project => "project",
            Self::Released => "released",
        }
    }
}

/// What the page's URL says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchView {
    pub path: Option<FilePath>,
    fields: [String; Field::ALL.len()],
}

/// A field that cannot be read, and why.
pub type Mistake = (Field, &'static str);

impl SearchView {
    /// An empty form for a folder.
    pub fn below(path: FilePath) -> Self {
        Self { path: Some(path), ..Self::default() }
    }

    /// Reads the raw query of a URL.
    pub fn parse(query: &str) -> Self {
        let mut view = Self::default();
        for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            let value = decode(&value.replace('+', " "));
            if key == "in" {
                view.path = FilePath::from_url(&value).ok();
            } else if let Some(field) = Field::ALL.into_iter().find(|field| field.key() == key) {
                view.set(field, value);
            }
        }
        view
    }

    /// The URL that shows this again.
    pub fn to_url(&self) -> String {
        let folder = self.path.as_ref().map(|path| ("in", path.to_url()));
        let filled =
            Field::ALL.into_iter().map(|field| (field.key(), self.get(field).to_owned())).filter(|(_, text)| !text.is_empty());
        let pairs: Vec<String> = folder.into_iter().chain(filled).map(|(key, value)| format!("{key}={}", encode(&value))).collect();
        format!("{SEARCH}?{}", pairs.join("&"))
    }

    pub fn get(&self, field: Field) -> &str {
        &self.fields[field as usize]
    }

    pub fn set(&mut self, field: Field, text: String) {
        self.fields[field as usize] = text;
    }

    /// The question; none while nothing is asked for. Or everything that cannot be read.
    pub fn request(&self, now: i64) -> Result<Option<SearchRequest>, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let text = |field| Some(self.get(field).trim()).filter(|text| !text.is_empty());
        let size = |field, mistakes: &mut Vec<Mistake>| {
            let read = text(field).map(|text| size(text).ok_or((field, words().mistake_size())));
            read.transpose().map_err(|mistake| mistakes.push(mistake)).ok().flatten()
        };
        let (size_from, size_to) = (size(Field::Larger, &mut mistakes), size(Field::Smaller, &mut mistakes));
        let time = |field, mistakes: &mut Vec<Mistake>| {
            let read = text(field).map(|text| age(text).ok_or((field, words().mistake_age())));
            read.transpose().map_err(|mistake| mistakes.push(mistake)).ok().flatten().map(|age| now.saturating_sub(age))
        };
        let (modified_from, modified_to) = (time(Field::Newer, &mut mistakes), time(Field::Older, &mut mistakes));
        let project = text(Field::Project).map(|text| text.parse().map(ProjectId));
        if matches!(project, Some(Err(_))) {
            mistakes.push((Field::Project, words().mistake_project()));
        }
        let wanted = Wanted {
            name: self.get(Field::Name).trim().to_owned(),
            kind: KINDS.iter().find(|(key, _, _)| *key == self.get(Field::Kind)).map(|(_, kind, _)| *kind),
            size_from,
            size_to,
            modified_from,
            modified_to,
            owner: text(Field::Owner).map(str::to_owned),
            project: project.and_then(Result::ok),
            is_released: text(Field::Released).is_some(),
        };
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        Ok(self.path.clone().filter(|_| wanted != Wanted::default()).map(|path| SearchRequest { path, wanted }))
    }
}

/// Kinds that can be asked for: in the URL, what they are, and for people.
pub const KINDS: [(&str, EntryKind, Message); 3] = [
    ("file", EntryKind::File, Words::kind_files),
    ("folder", EntryKind::Folder, Words::folders_title),
    ("link", EntryKind::SymbolicLink, Words::kind_links),
];

/// Bytes, from a number and a binary unit: `500 MiB`, `2T`, `1.5g`, `4096`.
pub fn size(text: &str) -> Option<u64> {
    let (number, unit) = number_and_unit(text)?;
    let unit = unit.strip_suffix("ib").or(unit.strip_suffix('b')).unwrap_or(unit.as_str());
    let power = if unit.is_empty() { 0 } else { 1 + ["k", "m", "g", "t", "p", "e"].iter().position(|known| *known == unit)? };
    let bytes = number * 1024_f64.powi(i32::try_from(power).ok()?);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "there are no negative numbers, and none too large"
    )]
    (bytes < u64::MAX as f64).then_some(bytes.round() as u64)
}

/// Seconds, from a number and a unit: `12 h`, `30 days`, `6w`, `2 months`, `1y`.
fn age(text: &str) -> Option<i64> {
    let (number, unit) = number_and_unit(text)?;
    let hours = match unit.as_str() {
        "h" | "hour" | "hours" | "stunde" | "stunden" => 1.0,
        "" | "d" | "day" | "days" | "tag" | "tage" => 24.0,
        "w" | "week" | "weeks" | "woche" | "wochen" => 24.0 * 7.0,
        "m" | "month" | "months" | "monat" | "monate" => 24.0 * 365.25 / 12.0,
        "y" | "year" | "years" | "jahr" | "jahre" => 24.0 * 365.25,
        _ => return None,
    };
    let seconds = number * hours * 3600.0;
    #[expect(clippy::cast_possible_truncation, reason = "far below 2^53")]
    (seconds < 1e12).then_some(seconds.round() as i64)
}

/// The unit is in lower case. One may write a decimal comma in any language: an address is read by all.
fn number_and_unit(text: &str) -> Option<(f64, String)> {
    let end = text.find(|character: char| !character.is_ascii_digit() && !matches!(character, '.' | ',')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    Some((number.replace(',', ".").parse().ok()?, unit.trim().to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> FilePath {
        FilePath::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_url_reads_back_as_what_it_was_written_from() {
        let mut view = SearchView::below(path("/lustre/50% & more+"));
        view.set(Field::Name, "a b&c=d*.nc".to_owned());
        view.set(Field::Older, "30 d".to_owned());
        let url = view.to_url();
        assert_eq!(SearchView::parse(url.split_once('?').unwrap().1), view);
        // As a form of the browser writes it.
        let sent = SearchView::parse("in=%2Flustre%2F50%2525%2520%2526%2520more%252B&name=a+b%26c%3Dd*.nc&older=30+d&owner=");
        assert_eq!(sent, view);
    }

    #[test]
    fn a_question_needs_a_folder_and_something_to_look_for() {
        let mut view = SearchView::below(path("/l"));
        assert_eq!(view.request(0), Ok(None));
        view.set(Field::Name, " *.nc ".to_owned());
        view.set(Field::Larger, "1.5 GiB".to_owned());
        view.set(Field::Older, "2 days".to_owned());
        view.set(Field::Kind, "file".to_owned());
        let request = view.request(1_000_000).unwrap().unwrap();
        let wanted = Wanted {
            name: "*.nc".to_owned(),
            kind: Some(EntryKind::File),
            size_from: Some(3 << 29),
            modified_to: Some(1_000_000 - 2 * 86_400),
            ..Wanted::default()
        };
        assert_eq!(request, SearchRequest { path: path("/l"), wanted });
        view.path = None;
        assert_eq!(view.request(0), Ok(None));
    }

    #[test]
    fn every_field_that_cannot_be_read_is_named() {
        let mut view = SearchView::below(path("/l"));
        for field in Field::ALL {
            view.set(field, "some".to_owned());
        }
        let mistakes = view.request(0).unwrap_err();
        let fields: Vec<Field> = mistakes.into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, [Field::Larger, Field::Smaller, Field::Newer, Field::Older, Field::Project]);
    }

    #[test]
    fn sizes_and_ages_are_read_as_people_write_them() {
        for (text, bytes) in [
            ("4096", Some(4096)),
            ("1k", Some(1024)),
            ("2 TiB", Some(2 << 40)),
            ("0.5 gb", Some(1 << 29)),
            ("1 x", None),
            ("", None),
            ("-1", None),
            ("99999999e", None),
        ] {
            assert_eq!(size(text), bytes, "{text}");
        }
        for (text, hours) in [
            ("12 h", Some(12)),
            ("2 Wochen", Some(336)),
            ("1,5 d", Some(36)),
            ("30", Some(720)),
            ("1w", Some(168)),
            ("1 y", Some(8766)),
            ("soon", None),
            ("9999999999999 y", None),
        ] {
            assert_eq!(age(text), hours.map(|hours| hours * 3600), "{text}");
        }
    }
}
