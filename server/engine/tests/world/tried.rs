//! Counts what the tests try, for the crash matrix.
//!
//! Not here: the document, which `cargo xtask matrix` makes of what is printed here.

use super::Case;

/// Counts how often something was tried in a case; the crash matrix is made of what it says.
pub struct Tried {
    what: &'static str,
    case: &'static str,
    count: u64,
}

impl Tried {
    /// Before the colon stands the part of the matrix, and after it the column or the row there.
    pub fn of(what: &'static str, case: Case) -> Self {
        Self { what, case: case.name, count: 0 }
    }

    pub fn one(&mut self) {
        self.count += 1;
    }
}

impl Drop for Tried {
    #[expect(clippy::print_stdout, reason = "what a test counted is read off its output")]
    fn drop(&mut self) {
        if !std::thread::panicking() {
            println!("crash matrix\t{}\t{}\t{}", self.what, self.case, self.count);
        }
    }
}
