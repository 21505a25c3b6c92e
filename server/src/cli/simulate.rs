//! `simulate`: worlds made by seeds, each judged; for whoever changes the engine.
//!
//! It needs no state folder and no mount: everything happens in memory, and the same seed
//! prints the same lines on every machine.

use serde_json::json;
use tidelock_engine::simulate::{Fired, Verdict, run};

use super::Exit;
use super::arguments::SimulateArguments;
use super::output::Output;
use crate::words::{count, grouped};

/// Runs the seeds one after the other; a world that broke a promise is for a person to look at.
pub(crate) fn simulate(arguments: &SimulateArguments) -> Exit {
    let output = Output { json: arguments.json };
    let mut summary = Summary::default();
    let last = arguments.seed.saturating_add(arguments.count);
    for seed in arguments.seed..last {
        let verdict = run(seed, arguments.trace);
        verdict.trace.iter().for_each(|line| output.line(line));
        if !verdict.offences.is_empty() {
            tell(&verdict, output);
        }
        summary.add(&verdict);
    }
    summary.tell(output);
    if summary.broken == 0 { Exit::Done } else { Exit::Undone }
}

fn tell(verdict: &Verdict, output: Output) {
    let Verdict { seed, world, offences, .. } = verdict;
    if output.json {
        return output.object(&json!({ "seed": seed, "world": world, "offences": offences }));
    }
    output.line(&format!("seed {seed} ({world}): {}", offences.join("; ")));
}

#[derive(Default)]
struct Summary {
    worlds: u64,
    broken: u64,
    fired: Fired,
    /// Of all traces, in order.
    digest: u64,
}

impl Summary {
    fn add(&mut self, verdict: &Verdict) {
        self.worlds += 1;
        self.broken += u64::from(!verdict.offences.is_empty());
        self.digest = self.digest.rotate_left(1) ^ verdict.digest;
        for (what, times) in &verdict.fired {
            *self.fired.entry(what).or_default() += times;
        }
    }

    fn tell(&self, output: Output) {
        let digest = format!("{:016x}", self.digest);
        if output.json {
            let Self { worlds, broken, fired, .. } = self;
            return output.object(&json!({ "worlds": worlds, "broken": broken, "fired": fired, "digest": digest }));
        }
        for (what, times) in &self.fired {
            output.line(&format!("{:>12}  {what}", grouped(*times)));
        }
        let worlds = count(self.worlds, "world", "worlds");
        output.line(&format!("{worlds}, {} broken; trace {digest}", grouped(self.broken)));
    }
}
