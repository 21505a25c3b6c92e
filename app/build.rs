//! Turns the sentences of the pages into functions: see `shared/words`.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    Ok(tidelock_words::generate("words")?)
}
