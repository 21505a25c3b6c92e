//! The release program, alone in an empty folder, serves its pages.
//!
//! This is what "copy one file to another machine" promises: nothing of the build is beside it,
//! and its environment is empty.

use crate::build::RELEASE_PROGRAM;
use anyhow::{Context, Result, bail, ensure};
use std::{
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

const READY_WITHIN: Duration = Duration::from_secs(20);

pub(crate) fn runs_from_an_empty_folder() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let program = folder.path().join("tidelock");
    fs::copy(RELEASE_PROGRAM, &program).with_context(|| format!("no {RELEASE_PROGRAM}"))?;

    let mut child = start(&program, folder.path())?;
    let checked = check_pages(&mut child);
    child.kill()?;
    child.wait()?;
    checked
}

fn start(program: &Path, folder: &Path) -> Result<Child> {
    Command::new(program)
        .args(["demo", "--listen", "127.0.0.1:0", "--state"])
        .arg(folder.join("state"))
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start the program")
}

fn check_pages(child: &mut Child) -> Result<()> {
    let stdout = child.stdout.take().context("the program has no output")?;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let (mut stdout, mut line) = (BufReader::new(stdout), String::new());
        let sent = stdout.read_line(&mut line).map(|_| sender.send(line));
        // A program whose output nobody reads would stop at its next line.
        sent.and_then(|_| io::copy(&mut stdout, &mut io::sink()))
    });
    let url = receiver.recv_timeout(READY_WITHIN).context("the program said nothing")?;
    let address = url.trim().strip_prefix("http://").with_context(|| format!("the first line of output is no URL: {url:?}"))?;
    let (host, path) = address.split_once('/').unwrap_or((address, ""));

    let started = Instant::now();
    while !get(host, "/readyz").is_ok_and(|answer| answer.starts_with("HTTP/1.1 200")) {
        ensure!(started.elapsed() < READY_WITHIN, "not ready after {READY_WITHIN:?}");
        thread::sleep(Duration::from_millis(100));
    }
    let page = follow(host, &format!("/{path}"))?;
    for suffix in [".css", "_bg.wasm", ".js"] {
        let asset = page
            .split('"')
            .find(|part| part.starts_with('/') && part.ends_with(suffix))
            .with_context(|| format!("the page names no asset that ends in {suffix}"))?;
        let answer = get(host, asset)?;
        ensure!(answer.starts_with("HTTP/1.1 200"), "{asset} answers {}", first_line(&answer));
    }
    Ok(())
}

/// The page at the end of the redirections.
fn follow(host: &str, path: &str) -> Result<String> {
    let mut path = path.to_owned();
    for _ in 0..5 {
        let answer = get(host, &path)?;
        if answer.starts_with("HTTP/1.1 200") {
            return Ok(answer);
        }
        let location = answer.lines().find_map(|line| line.strip_prefix("location: "));
        path = location.with_context(|| format!("{path} answers {}", first_line(&answer)))?.to_owned();
    }
    bail!("{path} is one redirection too many")
}

fn get(host: &str, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(READY_WITHIN))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn first_line(answer: &str) -> &str {
    answer.lines().next().unwrap_or_default()
}
