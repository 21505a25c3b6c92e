//! Worlds of many seeds: new ones each time, and all that ever failed.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

use tidelock_engine::simulate;

/// How many new seeds; `TIDELOCK_SEEDS=first:count` chooses others.
const NEW_SEEDS: u64 = 300;

#[test]
fn new_worlds_hold() {
    let chosen = std::env::var("TIDELOCK_SEEDS").ok();
    let (first, count) = match chosen.as_deref().and_then(|text| text.split_once(':')) {
        Some((first, count)) => (first.parse().unwrap(), count.parse().unwrap()),
        None => (0, NEW_SEEDS),
    };
    let mut failed = Vec::new();
    let mut fired = simulate::Fired::new();
    for seed in first..first + count {
        let verdict = simulate::run(seed, false);
        for (what, times) in verdict.fired {
            *fired.entry(what).or_default() += times;
        }
        if !verdict.offences.is_empty() {
            println!("seed {seed} ({})\n  {}", verdict.world, verdict.offences.join("\n  "));
            failed.push(seed);
        }
    }
    println!("{fired:?}");
    assert_eq!(failed, Vec::<u64>::new());
}

#[test]
fn one_seed_is_one_trace() {
    for seed in 0..20 {
        let (first, second) = (simulate::run(seed, true), simulate::run(seed, true));
        assert_eq!(first.trace, second.trace, "seed {seed}");
        assert_eq!((first.digest, first.offences), (second.digest, second.offences));
    }
}
