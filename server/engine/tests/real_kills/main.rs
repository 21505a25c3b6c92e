//! The real program, killed at random moments while it moves trees on real ext4 and XFS: what is
//! left is exactly as before the move or exactly as after it, once the program was asked to recover.
//!
//! `cargo xtask vm kills` gives the orders through the environment: in the guest it kills the
//! program itself (`process`), or lets moves go on until somebody kills the whole machine (`machine`).
//! Each line that it prints for the host begins with `kills |`. Without orders there is nothing to try.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod account;
mod case;
#[path = "../kernel/mod.rs"]
mod kernel;
mod machine;
mod process;
mod program;
mod site;
#[path = "../world/mod.rs"]
mod world;

/// `process KIND FIRST COUNT` or `machine KIND FIRST TOLD`.
const ORDERS: &str = "TIDELOCK_KILLS";

#[test]
fn real_programs_that_are_killed_leave_all_as_before_or_all_as_after() {
    let orders = std::env::var(ORDERS).unwrap_or_default();
    let words: Vec<&str> = orders.split_whitespace().collect();
    match words.as_slice() {
        [] => println!("{ORDERS} gives no orders: nothing is killed"),
        ["process", kind, first, count] => process::kill_many(kind, first.parse().unwrap(), count.parse().unwrap()),
        ["machine", kind, first, told] => machine::go_on(kind, first.parse().unwrap(), told.parse().ok()),
        _ => panic!("{ORDERS}: '{orders}' is no order"),
    }
}

/// One line for the host. It comes whole: several programs share the console.
#[expect(clippy::print_stdout, reason = "the console is the way to the host")]
fn say(kind: &str, what: &str, number: u64, rest: &str) {
    println!("kills | {kind} | {what} | {number} | {rest}");
}
