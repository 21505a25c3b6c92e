//! Very many browsers that listen to the feed of all moves, without the browsers.
//!
//!   listeners ADDRESS HEADER COUNT SECONDS
//!
//! Opens so many connections with a header that says who asks, waits until each was told something, and listens for so long. Prints a JSON
//! object: messages heard, and how much later than the first one to hear it a listener heard each message,
//! at the median and for the slowest of a hundred, in milliseconds.

#![expect(clippy::print_stdout, reason = "the answer")]

use std::collections::HashMap;
use std::error::Error;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

type Problem = Box<dyn Error + Send + Sync>;

/// A message, by the sequence that the server gives it, and when it was heard.
type Heard = (u64, Instant);

/// Connections are opened so many at a time: more than a server's backlog would be refused.
const AT_ONCE: usize = 100;

fn main() -> Result<(), Problem> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [address, header, count, seconds] = words.as_slice() else {
        return Err("listeners ADDRESS HEADER COUNT SECONDS".into());
    };
    let (count, time) = (count.parse()?, Duration::from_secs(seconds.parse()?));
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?
        .block_on(listen(address, header, count, time))
}

async fn listen(address: &str, header: &str, count: usize, time: Duration) -> Result<(), Problem> {
    let asked = format!("GET /api/moves/events HTTP/1.1\r\nHost: {address}\r\n{header}\r\nAccept: text/event-stream\r\n\r\n");
    let (tell, mut told) = mpsc::channel(count);
    let mut listeners = Vec::with_capacity(count);
    let opening = Instant::now();
    while listeners.len() < count {
        let some = AT_ONCE.min(count - listeners.len());
        for _ in 0..some {
            let mut stream = TcpStream::connect(address).await?;
            stream.write_all(asked.as_bytes()).await?;
            listeners.push(tokio::spawn(hear(stream, tell.clone())));
        }
        for _ in 0..some {
            told.recv().await.ok_or("a listener was told nothing")?;
        }
    }
    let (opened, begun) = (opening.elapsed(), Instant::now());
    println!("{}", json!({ "listeners": count, "opened_seconds": opened.as_secs_f64() }));
    tokio::time::sleep(time).await;
    let mut heard: Vec<Heard> = Vec::new();
    for listener in &listeners {
        listener.abort();
    }
    drop(tell);
    let mut behind = Vec::new();
    while let Some(some) = told.recv().await {
        heard.extend(some);
    }
    heard.retain(|(_, at)| *at >= begun);
    let mut first: HashMap<u64, Instant> = HashMap::new();
    for (sequence, at) in &heard {
        first.entry(*sequence).and_modify(|first| *first = (*first).min(*at)).or_insert(*at);
    }
    behind.extend(heard.iter().filter_map(|(sequence, at)| Some(at.duration_since(*first.get(sequence)?))));
    behind.sort_unstable();
    let at = |percent: usize| behind.get(behind.len() * percent / 100).map(|behind| behind.as_secs_f64() * 1000.0);
    println!(
        "{}",
        json!({
            "messages": heard.len(),
            "different": first.len(),
            "seconds": begun.elapsed().as_secs_f64(),
            "behind_p50_ms": at(50),
            "behind_p99_ms": at(99),
        })
    );
    Ok(())
}

/// Hands over what was heard: at once the first time, and when it is dropped.
struct Ear {
    heard: Vec<Heard>,
    tell: mpsc::Sender<Vec<Heard>>,
}

impl Drop for Ear {
    fn drop(&mut self) {
        // Nobody listens any more once the program ends.
        drop(self.tell.try_send(std::mem::take(&mut self.heard)));
    }
}

async fn hear(mut stream: TcpStream, tell: mpsc::Sender<Vec<Heard>>) -> Result<(), Problem> {
    let mut ear = Ear { heard: Vec::new(), tell };
    let (mut piece, mut line, mut is_known) = ([0_u8; 8192], Vec::new(), false);
    loop {
        let length = stream.read(&mut piece).await?;
        let now = Instant::now();
        for byte in piece.get(..length).filter(|piece| !piece.is_empty()).ok_or("the server hung up")? {
            if *byte != b'\n' {
                // Of data nothing is needed.
                if line.len() < 32 {
                    line.push(*byte);
                }
                continue;
            }
            if let Some(sequence) = line.strip_prefix(b"id: ").and_then(|id| std::str::from_utf8(id).ok()?.trim().parse().ok()) {
                ear.heard.push((sequence, now));
            }
            line.clear();
        }
        if !is_known {
            is_known = true;
            ear.tell.send(Vec::new()).await?;
        }
    }
}
