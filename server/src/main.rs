//! The program.

use std::path::PathBuf;
use std::process::ExitCode;

mod assets;
#[allow(dead_code, reason = "a stand-in until the command line is merged")]
mod convert;
mod demo;
mod events;
mod http;
mod identity;
mod names;
mod service;
mod telemetry;
#[allow(dead_code, reason = "a stand-in until the command line is merged")]
mod user_error;
mod words;

fn main() -> ExitCode {
    telemetry::start(telemetry::Level::INFO);
    let arguments: Vec<String> = std::env::args().collect();
    let after = |name: &str| arguments.iter().skip_while(|argument| *argument != name).nth(1).cloned();
    let Some(listen) = after("--listen").unwrap_or_else(|| "127.0.0.1:3000".to_owned()).parse().ok() else { return ExitCode::from(2) };
    let state_folder = PathBuf::from(after("--state").unwrap_or_else(|| "/tmp/tidelock-demo".to_owned()));
    let root = after("--root").and_then(|root| tidelock_shared::name::FilePath::parse(root.as_bytes()).ok());
    let mode = root.map_or(http::Mode::Demo, |root| http::Mode::SingleUser { roots: vec![root] });
    match http::serve(http::Serve { listen, state_folder, mode }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn failed(error: &http::ServeError) -> ExitCode {
    tracing::error!(error = error as &dyn std::error::Error, "cannot serve");
    ExitCode::from(5)
}
