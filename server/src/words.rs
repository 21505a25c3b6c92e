//! Numbers in words for the command line and for messages.
//!
//! The browser has its own (`app::format`), which also gives exact values on hover.

/// Bytes with three significant digits in binary units: `1.21 TiB`.
pub(crate) fn bytes(amount: u64) -> String {
    const UNITS: [&str; 7] = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let mut value = amount as f64;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    let decimals = if unit == 0 || value >= 99.95 {
        0
    } else if value >= 9.995 {
        1
    } else {
        2
    };
    format!("{value:.decimals$} {}", UNITS[unit])
}

/// `1 file`, `3,412 files`.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// Thousands apart: `3,412`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A time that something takes: `under a second`, `40 s`, `12 min`, `3.5 h`.
pub(crate) fn duration(seconds: f64) -> String {
    match seconds {
        under if under < 1.0 => "under a second".to_owned(),
        some if some < 90.0 => format!("{some:.0} s"),
        minutes if minutes < 90.0 * 60.0 => format!("{:.0} min", minutes / 60.0),
        hours => format!("{:.1} h", hours / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_three_significant_digits_and_a_unit() {
        for (amount, expected) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1000, "0.98 KiB"),
            (1536, "1.50 KiB"),
            (10 << 20, "10.0 MiB"),
            (1 << 40, "1.00 TiB"),
            (u64::MAX, "16.0 EiB"),
        ] {
            assert_eq!(bytes(amount), expected);
        }
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(count(1, "file", "files"), "1 file");
        assert_eq!(count(3_412, "file", "files"), "3,412 files");
        assert_eq!(grouped(1_000_000), "1,000,000");
    }
}
