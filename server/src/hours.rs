//! Hours of the day in which something may begin, by the clock on this machine's wall.

use std::str::FromStr;

/// From one full hour to another, past midnight too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hours {
    from: u8,
    to: u8,
}

impl Hours {
    /// Whether they are now.
    pub(crate) fn are_now(self) -> bool {
        u8::try_from(jiff::Zoned::now().hour()).is_ok_and(|hour| self.contain(hour))
    }

    fn contain(self, hour: u8) -> bool {
        let Self { from, to } = self;
        if from < to { (from..to).contains(&hour) } else { hour >= from || hour < to }
    }
}

impl std::fmt::Display for Hours {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}-{}", self.from, self.to)
    }
}

/// `20-6`: from eight in the evening to six in the morning.
impl FromStr for Hours {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "two hours of the day, such as 20-6";
        let (from, to) = text.split_once('-').ok_or(FORM)?;
        let hour = |text: &str| text.trim().parse::<u8>().ok().filter(|hour| *hour < 24).ok_or(FORM);
        let (from, to) = (hour(from)?, hour(to)?);
        if from == to { Err("the hours are the same: leave this out for all day") } else { Ok(Self { from, to }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_go_past_midnight() {
        for (text, inside, outside) in [("20-6", &[20, 23, 0, 5][..], &[6, 12, 19][..]), ("1-3", &[1, 2], &[0, 3, 23])] {
            let hours: Hours = text.parse().unwrap();
            assert!(inside.iter().all(|hour| hours.contain(*hour)), "{text}");
            assert!(!outside.iter().any(|hour| hours.contain(*hour)), "{text}");
        }
    }

    #[test]
    fn what_is_not_two_hours_is_refused() {
        for text in ["", "20", "20-", "-6", "20-24", "a-b", "20:30-6", "5-5"] {
            assert!(text.parse::<Hours>().is_err(), "{text}");
        }
    }
}
