//! Our own small set of icons: 16 units, one stroke, the colour of the text.

use leptos::prelude::*;

/// What an icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    Alert,
    Archive,
    Bell,
    Bolt,
    Check,
    ChevronRight,
    Clock,
    Close,
    Copy,
    Cut,
    Down,
    Drift,
    File,
    Folder,
    Help,
    Info,
    Link,
    Menu,
    Moon,
    MoveTo,
    NewFolder,
    Panes,
    Paste,
    Pause,
    Play,
    Refused,
    Rename,
    Search,
    Shield,
    SortDown,
    SortUp,
    Sun,
    System,
    Trash,
    Undo,
    Up,
    Upload,
}

impl Glyph {
    /// All there are, for the page of components.
    pub const ALL: [Self; 37] = [
        Self::Alert,
        Self::Archive,
        Self::Bell,
        Self::Bolt,
        Self::Check,
        Self::ChevronRight,
        Self::Clock,
        Self::Close,
        Self::Copy,
        Self::Cut,
        Self::Down,
        Self::Drift,
        Self::File,
        Self::Folder,
        Self::Help,
        Self::Info,
        Self::Link,
        Self::Menu,
        Self::Moon,
        Self::MoveTo,
        Self::NewFolder,
        Self::Panes,
        Self::Paste,
        Self::Pause,
        Self::Play,
        Self::Refused,
        Self::Rename,
        Self::Search,
        Self::Shield,
        Self::SortDown,
        Self::SortUp,
        Self::Sun,
        Self::System,
        Self::Trash,
        Self::Undo,
        Self::Up,
        Self::Upload,
    ];

    fn path(self) -> &'static str {
        match self {
            Self::Alert => "M8 2.5 14.5 13.5h-13zM8 6.5v3.5M8 11.8v.2",
            Self::Archive => "M2.5 3h11v3h-11zM3.5 6v7h9V6M6.5 8.5h3",
            Self::Bell => "M8 2.5a3.8 3.8 0 0 0-3.8 3.8c0 4-1.7 5-1.7 5h11s-1.7-1-1.7-5A3.8 3.8 0 0 0 8 2.5zM6.8 13.5h2.4",
            Self::Bolt => "M9 1.5 3.5 9H8l-1 5.5L12.5 7H8z",
            Self::Check => "M3 8.5 6.5 12 13 4.5",
            Self::ChevronRight => "M6 3.5 10.5 8 6 12.5",
            Self::Clock => "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 4.8V8l2.2 1.6",
            Self::Close => "M3.5 3.5l9 9M12.5 3.5l-9 9",
            Self::Copy => "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
            Self::Cut => {
                "M4.5 2 11 11.2M11.5 2 5 11.2M4 10.5a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6zM12 10.5a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6z"
            }
            Self::Down => "M8 2v8M4.500 6.500 8 10l3.500-3.500M2.500 13.500h11",
            Self::Drift => "M2 5h4l4 6h4M12 9l2 2-2 2M2 11h3M11 5h3M12 3l2 2-2 2",
            Self::File => "M4 1.5h5l3.5 3.5v9.500h-8.500zM9 1.500V5h3.500",
            Self::Folder => "M1.5 3.5h4.500l1.500 2h7v7.500h-13z",
            Self::Help => {
                "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM6.200 6.200C6.500 4.500 9.800 4.600 9.800 6.500 9.800 7.700 8 7.700 8 9.200M8 11.300v.2"
            }
            Self::Info => "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 7.200V11M8 5v.2",
            Self::Link => {
                "M6.500 9.500 9.500 6.500M7 4.500 9 2.500a2.800 2.800 0 0 1 4.500 4.500l-2 2M9 11.500l-2 2A2.800 2.800 0 0 1 2.500 9l2-2"
            }
            Self::Menu => "M2.500 4h11M2.500 8h11M2.500 12h11",
            Self::Moon => "M13 9.500A5.500 5.500 0 0 1 6.500 3 5.500 5.500 0 1 0 13 9.500z",
            Self::MoveTo => "M2 8h8M7 5l3 3-3 3M9.500 2.500H14v11H9.500",
            Self::NewFolder => "M1.5 3.5h4.500l1.500 2h7v7.500h-13zM8 7.500v4M6 9.500h4",
            Self::Panes => "M1.500 3h13v10h-13zM8 3v10",
            Self::Paste => "M5.500 3h-2.500v11h10V3h-2.500M5.500 1.800h5v2.400h-5zM8 6.500v4.500M6 9l2 2 2-2",
            Self::Pause => "M5 3v10M11 3v10",
            Self::Play => "M4.5 2.500v11l8.500-5.500z",
            Self::Refused => "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM3.800 3.800l8.400 8.400",
            Self::Rename => "M10.500 2.500l3 3-8 8-3.500.5.5-3.500zM8.800 4.200l3 3",
            Self::Search => "M7 2.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9zM10.300 10.300 14 14",
            Self::Shield => {
                "M8 1.500 13 3.500v4c0 3.500-2.200 5.700-5 7-2.800-1.300-5-3.500-5-7v-4zM5.500 7.800 7.300 9.600 10.500 6"
            }
            Self::SortDown => "M8 3v10M4.500 9.500 8 13l3.500-3.500",
            Self::SortUp => "M8 13V3M4.500 6.500 8 3l3.500 3.500",
            Self::Sun => {
                "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.500M8 13.500V15M1 8h1.500M13.500 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1"
            }
            Self::System => "M1.500 2.500h13v9h-13zM5.500 14h5M8 11.500V14",
            Self::Trash => "M2.500 4h11M6 4V2h4v2M4 4l.7 10h6.600L12 4M6.700 6.500v5M9.300 6.500v5",
            Self::Undo => "M5.500 3 2.500 6l3 3M2.500 6h7a4 4 0 0 1 0 8H6",
            Self::Up => "M8 13V4M4 7.500 8 3.500l4 4",
            Self::Upload => "M8 10V2M4.500 5.500 8 2l3.500 3.500M2.500 13.500h11",
        }
    }
}

/// One icon. It never speaks alone: the text beside it, or the control's label, does.
#[component]
pub fn Icon(glyph: Glyph) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
            <path d=glyph.path() />
        </svg>
    }
}
