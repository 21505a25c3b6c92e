//! Worlds of many seeds: some always, some new each time, and all that ever failed.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

use std::time::{SystemTime, UNIX_EPOCH};

use tidelock_engine::simulate::{self, Fired, Verdict};

/// Always the same, to see quickly what a change breaks.
const SEEDS: u64 = 100;
/// Others each time.
const NEW_SEEDS: u64 = 300;
const TRACED: u64 = 20;

/// Says on failure with which seed to look closer: `tidelock simulate --seed N --trace`; else, for
/// the crash matrix, how many worlds there were and what happened in them.
#[track_caller]
fn check(which: &str, seeds: impl Iterator<Item = u64>) {
    let verdicts: Vec<Verdict> = seeds.map(|seed| simulate::run(seed, false)).collect();
    let broken: Vec<&Verdict> = verdicts.iter().filter(|verdict| !verdict.offences.is_empty()).collect();
    let told: Vec<String> =
        broken.iter().map(|Verdict { seed, world, offences, .. }| format!("seed {seed} ({world}): {offences:#?}")).collect();
    assert!(broken.is_empty(), "{}", told.join("\n"));
    count("worlds", which, verdicts.len() as u64);
    let mut fired = Fired::new();
    for (what, times) in verdicts.iter().flat_map(|verdict| &verdict.fired) {
        *fired.entry(what).or_default() += times;
    }
    fired.into_iter().for_each(|(what, times)| count(what, which, times));
}

#[expect(clippy::print_stdout, reason = "what a test counted is read off its output")]
fn count(what: &str, which: &str, times: u64) {
    println!("crash matrix\tseeds: {what}\t{which}\t{times}");
}

#[test]
fn worlds_hold() {
    check("the first seeds", 0..SEEDS);
}

/// `TIDELOCK_SEEDS=first:count` chooses them; else the clock does.
#[test]
fn new_worlds_hold() {
    let chosen = std::env::var("TIDELOCK_SEEDS").ok();
    let (first, count) = match chosen.as_deref().and_then(|text| text.split_once(':')) {
        Some((first, count)) => (first.parse().unwrap(), count.parse().unwrap()),
        None => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
            (now.as_secs() * 1000, NEW_SEEDS)
        }
    };
    println!("seeds {first} to {}", first + count - 1);
    check("new seeds", first..first + count);
}

/// Kept seeds are worth what the world was when they failed: a change of the simulation makes
/// other worlds of them. They stay as long as they cost nothing.
#[test]
fn seeds_that_once_failed_hold() {
    let kept = include_str!("seeds.txt").lines().filter(|line| !line.starts_with('#'));
    check("kept seeds", kept.map(|line| line.split(' ').next().unwrap().parse().unwrap()));
}

#[test]
fn one_seed_is_one_trace() {
    for seed in 0..TRACED {
        let (first, second) = (simulate::run(seed, true), simulate::run(seed, true));
        assert_eq!(first.trace, second.trace, "seed {seed}");
        assert_eq!((first.digest, first.offences), (second.digest, second.offences));
        assert_eq!(simulate::run(seed, false).digest, first.digest, "the trace is told or not, the world is the same");
    }
    count("worlds", "run three times, the same to the bit", TRACED);
}
