//! How well a text fits what was typed: letters in their order, best at the beginnings of words.
//!
//! Every word that was typed has to be found, in whatever order. Case does not count.

/// A letter that fits.
const HIT: i32 = 4;
/// It follows the one before, …
const FOLLOWS: i32 = 10;
/// … begins a word, …
const BEGINS_WORD: i32 = 8;
/// … or the whole text.
const BEGINS_TEXT: i32 = 4;
/// Letters that are strewn over a text are no word of it: below this for each, it does not fit.
const LEAST: i32 = 8;
/// Longer texts say more: what is left over counts a little against them.
const LEFT_OVER_MAX: i32 = 20;

/// How a text fits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fit {
    pub score: i32,
    /// Which of the text's characters were typed, ascending.
    pub at: Vec<usize>,
}

/// None if it does not fit. Nothing typed fits everything.
pub fn fit(typed: &str, text: &str) -> Option<Fit> {
    let text: Vec<char> = text.chars().map(lower).collect();
    let mut fit = Fit::default();
    for word in typed.split_whitespace() {
        let word: Vec<char> = word.chars().map(lower).collect();
        let one = fit_word(&word, &text)
            .filter(|one| one.score >= LEAST.saturating_mul(i32::try_from(word.len()).unwrap_or(i32::MAX)))?;
        fit.score += one.score;
        fit.at.extend(one.at);
    }
    fit.at.sort_unstable();
    fit.at.dedup();
    if !fit.at.is_empty() {
        fit.score -= i32::try_from(text.len() - fit.at.len()).map_or(LEFT_OVER_MAX, |left| left.min(LEFT_OVER_MAX));
    }
    Some(fit)
}

/// Cuts a text where what was typed begins and ends: each piece, and whether it was typed.
/// `from` is the place of the text's first character among those that were counted.
pub fn pieces(text: &str, from: usize, at: &[usize]) -> Vec<(String, bool)> {
    let mut pieces: Vec<(String, bool)> = Vec::new();
    for (place, letter) in text.chars().enumerate() {
        let is_typed = at.binary_search(&(from + place)).is_ok();
        match pieces.last_mut() {
            Some((piece, of_typed)) if *of_typed == is_typed => piece.push(letter),
            _ => pieces.push((letter.to_string(), is_typed)),
        }
    }
    pieces
}

/// The best way to find the letters of a word in a text: for each letter the best score at each
/// place, made of those of the letter before.
fn fit_word(word: &[char], text: &[char]) -> Option<Fit> {
    let mut rows: Vec<Vec<Option<(i32, usize)>>> = Vec::with_capacity(word.len());
    for (index, letter) in word.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| rows.get(before));
        // The best end of the letters before, up to here.
        let mut best: Option<(i32, usize)> = None;
        let row = (0..text.len())
            .map(|place| {
                let adjacent = before.and_then(|before| (*before.get(place.checked_sub(1)?)?).map(|(score, _)| (score, place - 1)));
                if let Some(adjacent) = adjacent.filter(|adjacent| best.is_none_or(|best| adjacent.0 > best.0)) {
                    best = Some(adjacent);
                }
                if text.get(place) != Some(letter) {
                    return None;
                }
                let own = HIT + beginning(text, place);
                if index == 0 {
                    return Some((own, place));
                }
                let joined = adjacent.map(|(score, at)| (score + FOLLOWS, at));
                let (score, at) = joined.into_iter().chain(best).max_by_key(|(score, _)| *score)?;
                Some((score + own, at))
            })
            .collect();
        rows.push(row);
    }
    let last = rows.last()?;
    let (mut place, score) =
        last.iter().enumerate().filter_map(|(place, cell)| Some((place, (*cell)?.0))).rev().max_by_key(|(_, score)| *score)?;
    let mut at = Vec::with_capacity(word.len());
    for row in rows.iter().rev() {
        at.push(place);
        place = (*row.get(place)?)?.1;
    }
    at.reverse();
    Some(Fit { score, at })
}

fn beginning(text: &[char], place: usize) -> i32 {
    match place.checked_sub(1).and_then(|before| text.get(before)) {
        None => BEGINS_WORD + BEGINS_TEXT,
        Some(before) if !before.is_alphanumeric() => BEGINS_WORD,
        Some(_) => 0,
    }
}

/// One letter stays one letter, so that places stay places.
fn lower(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order<'a>(typed: &str, texts: &[&'a str]) -> Vec<&'a str> {
        let mut fitting: Vec<(i32, &str)> = texts.iter().filter_map(|text| Some((fit(typed, text)?.score, *text))).collect();
        fitting.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        fitting.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn letters_fit_in_their_order_and_words_in_any() {
        for (typed, text, fits) in [
            ("", "anything", true),
            ("nf", "New folder", true),
            ("FOLDER new", "New folder", true),
            ("fn", "New folder", false),
            ("übung", "Übungen", true),
            ("new folders", "New folder", false),
            ("fldr", "New folder", true),
            ("mo", "genomics /lustre/alto", false),
        ] {
            assert_eq!(fit(typed, text).is_some(), fits, "{typed} {text}");
        }
    }

    #[test]
    fn beginnings_of_words_come_first_then_what_is_in_one_piece() {
        assert_eq!(order("co", &["second", "climate/common", "unto corn a lot", "common"])[0], "common");
        assert_eq!(order("pane", &["place a new one", "Second pane"]), ["Second pane", "place a new one"]);
        assert_eq!(order("genomics", &["genomics results old", "genomics"]), ["genomics", "genomics results old"]);
    }

    #[test]
    fn what_was_typed_is_marked_in_the_best_place() {
        let marked = |typed: &str, text: &str| {
            let fit = fit(typed, text).unwrap();
            pieces(text, 0, &fit.at)
                .into_iter()
                .map(|(piece, typed)| if typed { format!("[{piece}]") } else { piece })
                .collect::<String>()
        };
        assert_eq!(marked("fold", "find a folder"), "find a [fold]er");
        assert_eq!(marked("nf", "New folder"), "[N]ew [f]older");
        assert_eq!(marked("", "New folder"), "New folder");
        assert_eq!(marked("nn", "nn"), "[nn]");
    }
}
