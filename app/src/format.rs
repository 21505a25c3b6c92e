//! The only place that words numbers.
//!
//! Three significant digits, the unit always; the exact value is for titles. Sizes are
//! binary (KiB, MiB, …), as quotas are, unless somebody chose decimal ones. Marks between
//! digits and the order of a date are those of the page's language.

use tidelock_shared::words::Language;

use crate::preference::{self, Units};
use crate::words::{language, words};

const MINUTE: f64 = 60.0;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// Bytes as people read them, in the units that they chose: `999 B`, `1.50 KiB`, `12.4 GiB`.
pub fn bytes(amount: u64) -> String {
    bytes_in(preference::units(), amount)
}

fn bytes_in(units: Units, amount: u64) -> String {
    if amount < 1000 {
        return format!("{amount} B");
    }
    let (value, unit) = scaled(units, amount as f64);
    format!("{} {unit}", three_digits(value))
}

/// A number that needs no fourth digit, and its unit.
fn scaled(units: Units, bytes: f64) -> (f64, &'static str) {
    let (base, words) = match units {
        Units::Binary => (1024.0, ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]),
        Units::Decimal => (1000.0, ["B", "kB", "MB", "GB", "TB", "PB", "EB"]),
    };
    let (mut value, mut unit) = (bytes, 0);
    while value >= 999.5 && unit + 1 < words.len() {
        value /= base;
        unit += 1;
    }
    (value, words[unit])
}

/// Bytes to the last one, for titles: `13,314,398,617 bytes`.
pub fn bytes_exact(amount: u64) -> String {
    if amount == 1 { words().one_byte().to_owned() } else { words().bytes_exact(&count_exact(amount)) }
}

/// A count: whole with separators, from ten million on rounded.
pub fn count(amount: u64) -> String {
    const MILLION: f64 = 1e6;
    let value = amount as f64;
    if value >= 1e9 {
        words().count_billion(&three_digits(value / 1e9))
    } else if value >= 1e7 {
        words().count_million(&three_digits(value / MILLION))
    } else {
        count_exact(amount)
    }
}

/// A count to the last one: `3,412`.
pub fn count_exact(amount: u64) -> String {
    language().whole(amount)
}

/// How long something takes: `under a second`, `12 s`, `3 min`, `2 h 10 min`, `3 days`.
pub fn duration(seconds: f64) -> String {
    if seconds < 1.0 {
        words().under_a_second().to_owned()
    } else if seconds < 59.5 {
        format!("{seconds:.0} s")
    } else if seconds < 59.5 * MINUTE {
        format!("{:.0} min", seconds / MINUTE)
    } else if seconds < 23.5 * HOUR {
        let minutes = (seconds / MINUTE / 10.0).round() * 10.0;
        let (hours, rest) = ((minutes / 60.0).floor(), minutes % 60.0);
        if rest == 0.0 { format!("{hours:.0} h") } else { format!("{hours:.0} h {rest:.0} min") }
    } else {
        words().days(whole_days(seconds))
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "what is too large becomes the largest")]
fn whole_days(seconds: f64) -> u64 {
    (seconds / DAY).round().max(1.0) as u64
}

/// An estimate of a duration: `about 2 min`, `under a second`.
pub fn about(seconds: f64) -> String {
    if seconds < 1.0 { duration(seconds) } else { words().about(&duration(seconds)) }
}

/// Time left between a least and a most: `2–3 min`, `about 5 min`.
pub fn duration_range(least: f64, most: f64) -> String {
    let (low, high) = (duration(least), duration(most));
    if most < 1.0 {
        return words().under_a_second().to_owned();
    }
    if low == high {
        return about(least);
    }
    if least < 1.0 {
        return words().up_to(&high);
    }
    // The unit is said once where both share it.
    match (low.rsplit_once(' '), high.rsplit_once(' ')) {
        (Some((low_value, low_unit)), Some((_, high_unit))) if low_unit == high_unit && !low_value.contains(' ') => {
            format!("{low_value}–{high}")
        }
        _ => words().time_range(&low, &high),
    }
}

/// How long ago: `just now`, `5 min ago`, `3 h ago`, `2 days ago`.
pub fn age(then_ms: i64, now_ms: i64) -> String {
    let seconds = now_ms.saturating_sub(then_ms) as f64 / 1000.0;
    if seconds < 10.0 {
        words().just_now().to_owned()
    } else if seconds < 59.5 * MINUTE {
        words().ago(&duration(seconds))
    } else if seconds < 23.5 * HOUR {
        words().ago(&format!("{:.0} h", seconds / HOUR))
    } else {
        words().days_ago(whole_days(seconds))
    }
}

/// A rate of data: `1.24 GiB/s`.
pub fn byte_rate(per_second: f64) -> String {
    match scaled(preference::units(), per_second.max(0.0)) {
        (value, unit @ "B") => format!("{value:.0} {unit}/s"),
        (value, unit) => format!("{} {unit}/s", three_digits(value)),
    }
}

/// A rate of entries: `3,400 entries/s`.
pub fn entry_rate(per_second: f64) -> String {
    let whole = format!("{:.0}", per_second.max(0.0)).parse().unwrap_or(0);
    if whole == 0 && per_second > 0.0 { words().under_one_entry().to_owned() } else { format!("{}/s", words().entries(whole)) }
}

/// A fraction of one: `43 %`. Only what is complete is called 100 %.
pub fn percent(fraction: f64) -> String {
    let whole = (fraction.clamp(0.0, 1.0) * 100.0).floor();
    format!("{whole:.0} %")
}

/// A moment in minutes, in a zone so many minutes east of UTC: `2026-11-22 14:03`.
pub fn minute(seconds: i64, offset_minutes: i32) -> String {
    let moment = Moment::of(seconds.saturating_add(i64::from(offset_minutes) * 60));
    format!("{} {:02}:{:02}", date(&moment), moment.hour, moment.minute)
}

/// A day, in UTC: `2026-11-22`.
pub fn day(seconds: i64) -> String {
    date(&Moment::of(seconds))
}

/// English has several orders: the one of ISO 8601 is taken for no other.
fn date(Moment { year, month, day, .. }: &Moment) -> String {
    match language() {
        Language::English => format!("{year:04}-{month:02}-{day:02}"),
        Language::German => format!("{day:02}.{month:02}.{year:04}"),
    }
}

/// A moment to the second, in UTC, for titles and machines: `2026-11-22T14:03:07Z`.
pub fn second_exact(seconds: i64) -> String {
    let Moment { year, month, day, hour, minute, second } = Moment::of(seconds);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// A time of day to the second: `14:03:07`.
pub fn time_of_day(seconds: i64, offset_minutes: i32) -> String {
    let Moment { hour, minute, second, .. } = Moment::of(seconds.saturating_add(i64::from(offset_minutes) * 60));
    format!("{hour:02}:{minute:02}:{second:02}")
}

/// One of our own words with a capital first letter.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| format!("{}{}", first.to_uppercase(), letters.as_str())).unwrap_or_default()
}

/// A sentence of what was written to stand within one.
pub fn sentence(text: &str) -> String {
    format!("{}.", capitalised(text))
}

/// Permission bits as `ls` shows them: `rwxr-x---`.
pub fn permissions(mode: u32) -> String {
    let mut text = String::with_capacity(9);
    for (place, letter) in "rwxrwxrwx".chars().enumerate() {
        text.push(if mode >> (8 - place) & 1 == 1 { letter } else { '-' });
    }
    text
}

/// A share of a length, for drawing: `42.5%`.
pub fn share(fraction: f64) -> String {
    format!("{:.2}%", fraction.clamp(0.0, 1.0) * 100.0)
}

fn three_digits(value: f64) -> String {
    let digits = if value < 9.995 {
        2
    } else if value < 99.95 {
        1
    } else {
        0
    };
    language().decimal(value, digits)
}

/// A moment in the Gregorian calendar.
struct Moment {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

impl Moment {
    /// From seconds since 1970: years are counted from March, so that a leap day ends one.
    fn of(seconds: i64) -> Self {
        let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let days = days + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self { year, month, day, hour: rest / 3600, minute: rest / 60 % 60, second: rest % 60 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_three_significant_digits_and_a_unit() {
        for (amount, expected) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "0.98 KiB"),
            (1024, "1.00 KiB"),
            (1536, "1.50 KiB"),
            (13_314_398_617, "12.4 GiB"),
            (1 << 40, "1.00 TiB"),
            (1023 << 30, "1.00 TiB"),
            (u64::MAX, "16.0 EiB"),
        ] {
            assert_eq!(bytes_in(Units::Binary, amount), expected);
        }
        for (amount, expected) in
            [(999, "999 B"), (1000, "1.00 kB"), (999_499, "999 kB"), (999_500, "1.00 MB"), (2 * 10_u64.pow(12), "2.00 TB")]
        {
            assert_eq!(bytes_in(Units::Decimal, amount), expected);
        }
        assert_eq!(bytes_exact(13_314_398), "13,314,398 bytes");
    }

    #[test]
    fn counts_are_grouped_and_large_ones_rounded() {
        for (amount, expected) in [
            (0, "0"),
            (999, "999"),
            (3412, "3,412"),
            (9_999_999, "9,999,999"),
            (12_345_678, "12.3 million"),
            (2_000_000_000, "2.00 billion"),
        ] {
            assert_eq!(count(amount), expected);
        }
        assert_eq!(words().files(1), "1 file");
    }

    #[test]
    fn a_german_page_has_german_numbers_and_dates() {
        leptos::prelude::Owner::new().with(|| {
            leptos::prelude::provide_context(Language::German);
            for (told, expected) in [
                (bytes(13_314_398_617), "12,4 GiB"),
                (bytes_exact(13_314_398), "13.314.398 Bytes"),
                (count(12_345_678), "12,3 Mio."),
                (words().files(1), "1 Datei"),
                (words().files(3412), "3.412 Dateien"),
                (duration_range(120.0, 180.0), "2–3 min"),
                (duration_range(50.0, 90.0), "50 s bis 2 min"),
                (duration(3.0 * DAY), "3 Tage"),
                (age(0, 26 * 3_600_000), "vor 1 Tag"),
                (age(0, 864_000_000), "vor 10 Tagen"),
                (minute(1_795_356_180, 60), "22.11.2026 15:03"),
                (entry_rate(0.2), "unter 1 Eintrag/s"),
            ] {
                assert_eq!(told, expected);
            }
        });
    }

    #[test]
    fn time_left_is_a_range_when_it_is_uncertain() {
        for (least, most, expected) in [
            (0.1, 0.4, "under a second"),
            (0.1, 4.0, "up to 4 s"),
            (120.0, 180.0, "2–3 min"),
            (300.0, 305.0, "about 5 min"),
            (50.0, 90.0, "50 s to 2 min"),
            (7200.0, 10_800.0, "2–3 h"),
            (3600.0, 13.0 * 3600.0 / 6.0, "1 h to 2 h 10 min"),
        ] {
            assert_eq!(duration_range(least, most), expected);
        }
    }

    #[test]
    fn ages_are_told_in_the_largest_fitting_unit() {
        let now = 10_000_000_000;
        for (seconds, expected) in [
            (3, "just now"),
            (45, "45 s ago"),
            (300, "5 min ago"),
            (3 * 3600, "3 h ago"),
            (26 * 3600, "1 day ago"),
            (864_000, "10 days ago"),
        ] {
            assert_eq!(age(now - seconds * 1000, now), expected);
        }
    }

    #[test]
    fn moments_follow_the_calendar() {
        assert_eq!(second_exact(0), "1970-01-01T00:00:00Z");
        assert_eq!(second_exact(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(second_exact(-1), "1969-12-31T23:59:59Z");
        assert_eq!(minute(1_795_356_180, 60), "2026-11-22 15:03");
        assert_eq!(minute(0, 90), "1970-01-01 01:30");
        assert_eq!(time_of_day(61, 0), "00:01:01");
    }

    #[test]
    fn only_what_is_complete_is_a_hundred_percent() {
        assert_eq!(percent(0.999), "99 %");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(percent(0.0), "0 %");
    }

    #[test]
    fn an_end_is_told_in_a_sentence() {
        use crate::state::move_words::ending;
        use tidelock_shared::progress::MoveState;
        assert_eq!(sentence(ending(MoveState::Done)), "Done.");
        assert_eq!(sentence(ending(MoveState::Undone)), "Undone, everything is as before.");
        assert_eq!(capitalised(""), "");
    }

    #[test]
    fn rates_and_permissions_are_worded() {
        assert_eq!(byte_rate(1_331_439_861.0), "1.24 GiB/s");
        assert_eq!(entry_rate(3400.4), "3,400 entries/s");
        assert_eq!(entry_rate(0.2), "under 1 entry/s");
        assert_eq!(entry_rate(0.0), "0 entries/s");
        assert_eq!(permissions(0o750), "rwxr-x---");
    }
}
