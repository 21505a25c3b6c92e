//! The browse page's state as its URL, and back.
//!
//! `/browse/lustre/alpha?sort=-size&filter=run&pane2=/lustre/beta&active=2`: what can be
//! linked is in the URL, so reload, back and a sent link show the same.
//!
//! The router decodes parameters as text and twice; names are bytes, so the raw path and the
//! raw query are read here instead.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use tidelock_shared::id::ReadingId;
use tidelock_shared::listing::{ListingRequest, Seek, SortColumn};
use tidelock_shared::name::{FileName, FilePath, InvalidName};

use super::rows::PAGE;

/// What every browse URL begins with.
pub const BROWSE: &str = "/browse";

/// One of the two places for a folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Side {
    #[default]
    First,
    Second,
}

impl Side {
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }

    /// For attributes that tests and style sheets read.
    pub fn number(self) -> &'static str {
        match self {
            Self::First => "1",
            Self::Second => "2",
        }
    }
}

/// The order of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort {
    pub column: SortColumn,
    pub descending: bool,
}

impl Sort {
    /// What a click on a column's head asks for: that column, or the other way around.
    #[must_use]
    pub fn clicked(self, column: SortColumn) -> Self {
        Self { column, descending: self.column == column && !self.descending }
    }
}

/// What one pane shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaneView {
    pub path: FilePath,
    pub sort: Sort,
    pub filter: String,
}

impl PaneView {
    pub fn of(path: FilePath) -> Self {
        Self { path, sort: Sort::default(), filter: String::new() }
    }

    /// Another folder in the same order; a filter is about one folder's names.
    #[must_use]
    pub fn at(&self, path: FilePath) -> Self {
        Self { path, sort: self.sort, filter: String::new() }
    }

    /// The request for a page of rows.
    pub fn request(&self, seek: Seek, reading: Option<ReadingId>) -> ListingRequest {
        ListingRequest {
            path: self.path.clone(),
            sort: self.sort.column,
            descending: self.sort.descending,
            filter: self.filter.clone(),
            seek,
            rows: PAGE,
            reading,
        }
    }
}

/// Everything that the browse page's URL says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowseView {
    pub first: PaneView,
    pub second: Option<PaneView>,
    pub active: Side,
}

impl BrowseView {
    pub fn of(path: FilePath) -> Self {
        Self { first: PaneView::of(path), second: None, active: Side::First }
    }

    /// Reads the raw path and the raw query of a URL.
    pub fn parse(path: &str, query: &str) -> Result<Self, InvalidName> {
        let below = path.strip_prefix(BROWSE).unwrap_or(path);
        let first = FilePath::from_url(if below.is_empty() { "/" } else { below })?;
        let mut view = Self::of(first);
        let value = |key: &str| {
            query.split('&').find_map(|pair| pair.split_once('=').filter(|(name, _)| *name == key)).map(|(_, value)| value)
        };
        read_view(&mut view.first, value("sort"), value("filter"));
        if let Some(path) = value("pane2").map(FilePath::from_url).transpose()? {
            let mut second = PaneView::of(path);
            read_view(&mut second, value("sort2"), value("filter2"));
            view.second = Some(second);
            view.active = if value("active") == Some("2") { Side::Second } else { Side::First };
        }
        Ok(view)
    }

    /// The URL that shows this again.
    pub fn to_url(&self) -> String {
        let mut url = format!("{BROWSE}{}", self.first.path.to_url());
        let mut mark = '?';
        let mut add = |key: &str, value: &str| {
            // Writing to a String cannot fail.
            let _ = write!(url, "{mark}{key}={value}");
            mark = '&';
        };
        write_view(&self.first, ["sort", "filter"], &mut add);
        if let Some(second) = &self.second {
            add("pane2", &second.path.to_url());
            write_view(second, ["sort2", "filter2"], &mut add);
            if self.active == Side::Second {
                add("active", "2");
            }
        }
        url
    }

    pub fn pane(&self, side: Side) -> Option<&PaneView> {
        match side {
            Side::First => Some(&self.first),
            Side::Second => self.second.as_ref(),
        }
    }

    /// The same with another view in one pane, which becomes the active one.
    #[must_use]
    pub fn with_pane(&self, side: Side, pane: PaneView) -> Self {
        let mut view = self.clone();
        match side {
            Side::First => view.first = pane,
            Side::Second => view.second = Some(pane),
        }
        view.active = side;
        view
    }

    #[must_use]
    pub fn with_active(&self, side: Side) -> Self {
        Self { active: if self.second.is_some() { side } else { Side::First }, ..self.clone() }
    }

    /// Opens the second pane on the same folder, or closes it; the active folder stays in view.
    #[must_use]
    pub fn with_second_toggled(&self) -> Self {
        match &self.second {
            None => Self { first: self.first.clone(), second: Some(PaneView::of(self.first.path.clone())), active: Side::Second },
            Some(second) => {
                let kept = if self.active == Side::Second { second } else { &self.first };
                Self { first: kept.clone(), second: None, active: Side::First }
            }
        }
    }
}

/// The URL of one folder by itself.
pub fn folder_url(path: &FilePath) -> String {
    format!("{BROWSE}{}", path.to_url())
}

/// The URL that shows an entry: a folder open, anything else where it lies.
pub fn entry_url(folder: &FilePath, name: &FileName, is_folder: bool) -> String {
    if is_folder {
        return folder_url(&folder.join(name.clone()));
    }
    let view = BrowseView::of(folder.clone());
    view.with_pane(view.active, PaneView { filter: name.shown().into_owned(), ..view.first.clone() }).to_url()
}

/// What every project's URL begins with.
pub const PROJECTS: &str = "/projects";

/// The page of the project of this top folder.
pub fn project_url(root: &FilePath) -> String {
    format!("{PROJECTS}{}", root.to_url())
}

/// Where a file comes down, or a folder as an archive.
pub fn download_url(path: &FilePath) -> String {
    format!("/download{}", path.to_url())
}

/// Where a picture comes from, to be shown.
pub fn content_url(path: &FilePath) -> String {
    format!("/content{}", path.to_url())
}

fn read_view(view: &mut PaneView, sort: Option<&str>, filter: Option<&str>) {
    if let Some(sort) = sort {
        let (descending, name) = sort.strip_prefix('-').map_or((false, sort), |name| (true, name));
        view.sort = Sort { column: column_named(name).unwrap_or_default(), descending };
    }
    if let Some(filter) = filter {
        view.filter = decode(filter);
    }
}

fn write_view(view: &PaneView, [sort_key, filter_key]: [&str; 2], add: &mut impl FnMut(&str, &str)) {
    if view.sort != Sort::default() {
        let sign = if view.sort.descending { "-" } else { "" };
        add(sort_key, &format!("{sign}{}", column_name(view.sort.column)));
    }
    if !view.filter.is_empty() {
        add(filter_key, &encode(&view.filter));
    }
}

const COLUMNS: [(SortColumn, &str); 5] = [
    (SortColumn::Name, "name"),
    (SortColumn::Size, "size"),
    (SortColumn::Modified, "modified"),
    (SortColumn::Owner, "owner"),
    (SortColumn::Project, "project"),
];

fn column_name(column: SortColumn) -> &'static str {
    COLUMNS.iter().find(|(known, _)| *known == column).map_or("name", |(_, name)| name)
}

fn column_named(name: &str) -> Option<SortColumn> {
    COLUMNS.iter().find(|(_, known)| *known == name).map(|(column, _)| *column)
}

pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(byte.into());
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

pub(super) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let pair = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match (first, pair.and_then(|digits| u8::from_str_radix(digits, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(if *first == b'+' { b' ' } else { *first });
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> FilePath {
        FilePath::parse(text.as_bytes()).unwrap()
    }

    fn read(url: &str) -> BrowseView {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        BrowseView::parse(path, query).unwrap()
    }

    #[test]
    fn the_url_says_everything_and_reads_back() {
        let mut view = BrowseView::of(path("/lustre/alpha"));
        assert_eq!(view.to_url(), "/browse/lustre/alpha");
        view.first.sort = Sort { column: SortColumn::Size, descending: true };
        view.first.filter = "run & co=100%".to_owned();
        view.second = Some(PaneView::of(FilePath::parse(b"/lustre/bad-\xff?&").unwrap()));
        view.active = Side::Second;
        let url = view.to_url();
        assert_eq!(url, "/browse/lustre/alpha?sort=-size&filter=run%20%26%20co%3D100%25&pane2=/lustre/bad-%FF%3F%26&active=2");
        assert_eq!(read(&url), view);
    }

    #[test]
    fn the_root_and_nonsense_are_read_calmly() {
        assert_eq!(read("/browse"), BrowseView::of(FilePath::default()));
        assert_eq!(read("/browse/a?sort=nonsense&active=2&x"), BrowseView::of(path("/a")));
        assert!(BrowseView::parse("/browse/a/../b", "").is_err());
    }

    #[test]
    fn closing_the_second_pane_keeps_the_active_folder() {
        let view = read("/browse/a?pane2=/b&active=2").with_second_toggled();
        assert_eq!(view.to_url(), "/browse/b");
        assert_eq!(view.with_second_toggled().to_url(), "/browse/b?pane2=/b&active=2");
    }

    #[test]
    fn a_second_click_on_a_column_turns_the_order_around() {
        let once = Sort::default().clicked(SortColumn::Size);
        assert_eq!(once, Sort { column: SortColumn::Size, descending: false });
        assert!(once.clicked(SortColumn::Size).descending);
        assert!(!once.clicked(SortColumn::Size).clicked(SortColumn::Name).descending);
    }
}
