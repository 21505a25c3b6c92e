//! Sentences and numbers for the command line and for messages.
//!
//! The sentences that a browser may show stand in `server/words`, one folder for each language, and the
//! build makes a function of each. Whoever asks is answered in the language of the request; what nobody
//! asked for, and the command line, is English.
//!
//! Pages have their own (`app::words`), and numbers too (`app::format`), with exact values on hover.

use tidelock_shared::words::{Argument, Catalogues, Language};

tokio::task_local! {
    static LANGUAGE: Language;
}

static CATALOGUES: Catalogues = Catalogues::new([
    include_str!(concat!(env!("OUT_DIR"), "/words.en.txt")),
    include_str!(concat!(env!("OUT_DIR"), "/words.de.txt")),
]);

/// The sentences of one language; a function each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words(Language);

/// The language of the request that is answered here.
pub(crate) fn language() -> Language {
    LANGUAGE.try_with(|language| *language).unwrap_or_default()
}

/// The sentences in that language.
pub(crate) fn words() -> Words {
    Words(language())
}

/// Does some work whose sentences are in a language. Threads and tasks that it begins do not inherit it.
pub(crate) fn within<T>(language: Language, work: impl FnOnce() -> T) -> T {
    LANGUAGE.sync_scope(language, work)
}

/// The same for what waits.
pub(crate) async fn answered_in<T>(language: Language, answer: impl Future<Output = T>) -> T {
    LANGUAGE.scope(language, answer).await
}

impl Words {
    fn plain(self, message: usize) -> &'static str {
        CATALOGUES.of(self.0).plain(message)
    }

    fn filled(self, message: usize, arguments: &[Argument<'_>]) -> String {
        CATALOGUES.of(self.0).filled(message, arguments, grouped)
    }
}

include!(concat!(env!("OUT_DIR"), "/words.rs"));

/// Bytes with three significant digits in binary units: `1.21 TiB`.
pub(crate) fn bytes(amount: u64) -> String {
    const UNITS: [&str; 7] = ["", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
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
    let value = language().decimal(value, decimals);
    if unit == 0 { words().zero_bytes(&value) } else { format!("{value} {}", UNITS[unit]) }
}

/// `1 file`, `3,412 files`: for the command line.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// Thousands apart: `3,412`.
pub(crate) fn grouped(number: u64) -> String {
    language().whole(number)
}

/// A time that something takes: `under a second`, `40 s`, `12 min`, `3.5 h`.
pub(crate) fn duration(seconds: f64) -> String {
    match seconds {
        under if under < 1.0 => "less than a second".to_owned(),
        some if some < 90.0 => format!("{some:.0} s"),
        minutes if minutes < 90.0 * 60.0 => format!("{:.0} min", minutes / 60.0),
        hours => format!("{:.1} h", hours / 3600.0),
    }
}

/// The day of a time in milliseconds since 1970, in UTC: `2026-11-26`.
pub(crate) fn day(time_ms: i64) -> String {
    // Days are counted from March on, so that the leap day is the last of a year.
    let days = time_ms.div_euclid(86_400_000) + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_dates() {
        for (days, expected) in
            [(0, "1970-01-01"), (59, "1970-03-01"), (11_016, "2000-02-29"), (20_783, "2026-11-26"), (-1, "1969-12-31")]
        {
            assert_eq!(day(days * 86_400_000 + 1), expected);
        }
    }

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
