//! What fuzz targets are led into: functions beside private parsers that take any bytes, and say by a panic where what was
//! read breaks a promise.

pub use crate::identity::fuzz::{cookies, tokens};
