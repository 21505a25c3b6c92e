//! What the pages think with: plain values, no Leptos, each with its tests.

pub mod board;
pub mod clipboard;
pub mod conflicts;
pub mod drag;
pub mod fuzzy;
pub mod meter;
pub mod move_list;
pub mod move_words;
pub mod pane;
pub mod plan_link;
pub mod preview_card;
pub mod problems;
pub mod recent;
pub mod rows;
pub mod search;
pub mod selection;
pub mod timeline;
pub mod trend;
pub mod upload;
pub mod window;
