//! The program: one binary that is the server, the command line and the demo.

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

#[expect(dead_code, reason = "the router that serves it is yet to come")]
mod assets;
mod cli;
mod convert;
mod names;
mod user_error;
mod words;

use cli::{Arguments, Command, Exit};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let exit = match &arguments.command {
        Command::Completions { shell } => {
            clap_complete::generate(*shell, &mut Arguments::command(), "tidelock", &mut std::io::stdout());
            Exit::Done
        }
        command => cli::run(command),
    };
    ExitCode::from(exit as u8)
}
