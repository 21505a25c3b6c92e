//! What a browser shows of a file's content.

use serde::{Deserialize, Serialize};

/// The most bytes of text that are shown.
pub const TEXT_BYTES_MAX: u64 = 64 << 10;

/// What there is to see of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    Text {
        text: String,
        /// False if it is only the beginning.
        is_whole: bool,
    },
    /// To be loaded from `/content/<path>`.
    Image,
    /// To be loaded from `/content/<path>`.
    Pdf,
    /// The first bytes as hexadecimal numbers and as characters, sixteen to a line.
    Binary { dump: String },
    /// Nothing, and why.
    Nothing { why: String },
}
