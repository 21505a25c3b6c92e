//! Commands whose output is shown while it is also kept.

use anyhow::{Context, Result};
use std::{
    io::{BufRead, BufReader, Read},
    process::{Command, Stdio},
    sync::Mutex,
    thread,
};
use xshell::Cmd;

pub(crate) struct Finished {
    pub(crate) success: bool,
    /// Both streams, line by line as they came.
    pub(crate) output: String,
}

/// Runs to the end whatever the exit status.
pub(crate) fn show_and_keep(command: Cmd<'_>) -> Result<Finished> {
    println!("$ {command}");
    let mut child = Command::from(command)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot start it")?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let kept = Mutex::new(String::new());
    thread::scope(|scope| {
        scope.spawn(|| copy_lines(stdout, &kept));
        scope.spawn(|| copy_lines(stderr, &kept));
    });
    let success = child.wait()?.success();
    let output = kept.into_inner().unwrap_or_default();
    Ok(Finished { success, output })
}

fn copy_lines(stream: Option<impl Read>, kept: &Mutex<String>) {
    let Some(stream) = stream else { return };
    for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        if let Ok(mut kept) = kept.lock() {
            kept.push_str(&line);
            kept.push('\n');
        }
    }
}
