//! Turns the sentences of the pages into functions: see `words/`.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    Ok(tidelock_words::generate("words")?)
}
