//! Kills of the program alone: what it has written stays in the kernel's memory.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::account::{Account, differences};
use crate::case::{Case, Dice};
use crate::program::{Ended, Program, last, observe};
use crate::say;
use crate::site::Site;

/// One of so many kills comes while the program plans; the others while it moves.
const EARLY_ONE_OF: u64 = 8;
/// After one of so many kills the recovery is killed too.
const TWICE_ONE_OF: u64 = 4;
/// One of so many recoveries is asked for orphans as well.
const LOOKS_ONE_OF: u64 = 10;
const MILLION: u64 = 1_000_000;

pub(crate) fn kill_many(kind: &str, first: u64, count: u64) {
    let mut killer = Killer { site: Site::of(kind), after: BTreeMap::new(), paces: BTreeMap::new() };
    for number in first..first + count {
        let outcome = killer.kill(number);
        say(kind, "process", number, &outcome);
        assert!(!outcome.starts_with("violation"), "number {number} is neither as before nor as after");
    }
    killer.site.clear();
}

struct Killer {
    site: Site,
    /// What an unharmed run of a case leaves, by its key.
    after: BTreeMap<String, Account>,
    /// How long a way takes: to plan, and from there.
    paces: BTreeMap<&'static str, (Duration, Duration)>,
}

impl Killer {
    fn kill(&mut self, number: u64) -> String {
        let case = Case::of(number);
        if !self.paces.contains_key(case.way.name) {
            self.observe(&case);
        }
        self.site.clear();
        self.site.furnish(&case);
        let program = Program::new(case.caller, &self.state());
        let words = program.words(&self.site, &case);
        let before = self.site.account();
        let mut dice = Dice::new(number);
        let (planning, moving) = self.paces[case.way.name];
        let ended = kill_at_random(&program, &words, planning, moving, &mut dice);
        let mut kills = u32::from(!ended.success);
        if dice.below(TWICE_ONE_OF) == 0 {
            let recovery = program.run_until(&["recover".to_owned()], Some(part_of(moving, &mut dice)));
            kills += u32::from(!recovery.success);
        }
        let recovered = program.run(&["recover".to_owned()]);
        let state = last(&recovered.output)["state"].as_str().unwrap_or("nothing to do").to_owned();
        let story = format!("{}: killed {kills} times, then {state}", case.key());
        if !recovered.success {
            return format!("violation | {story}: {}", recovered.output);
        }
        if dice.below(LOOKS_ONE_OF) == 0
            && let Some(orphan) = orphan(&self.site, &program)
        {
            return format!("violation | {story}, and nobody knows of {orphan}");
        }
        self.judge(&case, ended.success, &state, &before, &story)
    }

    fn judge(&mut self, case: &Case, was_late: bool, state: &str, before: &Account, story: &str) -> String {
        let found = self.site.account();
        if found == *before && state != "done" && !was_late {
            return format!("before | {story}");
        }
        if !self.after.contains_key(&case.key()) {
            self.observe(case);
        }
        let after = &self.after[&case.key()];
        if found == *after && state != "undone" {
            let outcome = if was_late { "late" } else { "after" };
            return format!("{outcome} | {story}");
        }
        format!("violation | {story}: {}", differences(&found, before, after))
    }

    fn observe(&mut self, case: &Case) {
        let observed = observe(&self.site, case, &self.state());
        self.paces.insert(case.way.name, (observed.planning, observed.moving));
        self.after.insert(case.key(), observed.after);
    }

    fn state(&self) -> std::path::PathBuf {
        self.site.state("/tmp")
    }
}

fn kill_at_random(program: &Program, words: &[String], planning: Duration, moving: Duration, dice: &mut Dice) -> Ended {
    if dice.below(EARLY_ONE_OF) == 0 {
        program.kill_while_planning(words, part_of(planning, dice))
    } else {
        program.run_until(words, Some(part_of(moving, dice)))
    }
}

fn part_of(whole: Duration, dice: &mut Dice) -> Duration {
    whole.mul_f64(f64::from(u32::try_from(dice.below(MILLION)).unwrap()) / 1e6)
}

/// Something hidden that no record accounts for.
pub(crate) fn orphan(site: &Site, program: &Program) -> Option<String> {
    let words = ["recover", "--orphans", &site.base, &site.elsewhere].map(str::to_owned);
    let looked = program.run(&words);
    looked.output.lines().find(|line| line.contains("\"orphan\"") || line.contains("\"error\"")).map(str::to_owned)
}
