//! What fuzz targets are led into: functions beside private parsers that take any bytes, and say by a panic where what was
//! read breaks a promise.

/// Answers of a kernel or of servers, and layouts.
pub fn ioctl_answers(bytes: &[u8]) {
    crate::fs::posix::wire::fuzz::answers(bytes);
    crate::fs::layout::fuzz(bytes);
}

/// What a worker and a server send each other.
pub fn worker_protocol(bytes: &[u8]) {
    let Some((which, rest)) = bytes.split_first() else { return };
    match which % 3 {
        0 => crate::fs::remote::fuzz::frames(rest),
        1 => crate::fs::remote::fuzz::messages(rest),
        _ => crate::worker::fuzz(rest),
    }
}
