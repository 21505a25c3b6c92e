//! The program.

#[expect(dead_code, reason = "the router that serves it is yet to come")]
mod assets;

fn main() {}
