//! Server, command line and demo: all of the program but the site that it embeds.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use clap::{CommandFactory, Parser};
use tidelock_shared::user_error::UserError;

mod agents;
mod assets;
mod audit;
mod cli;
mod config;
mod convert;
mod demo;
mod doctor;
mod drift;
mod events;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod history;
mod hours;
mod http;
mod identity;
mod listing;
mod metrics;
mod names;
mod orphans;
mod past_scans;
mod service;
mod telemetry;
mod uploads;
mod user_error;
mod words;

pub use assets::Assets;
use cli::{Arguments, Command, Exit, ServeArguments};

/// Does what the command line says, and serves `assets` if that is to serve.
pub fn main(assets: Assets) -> ExitCode {
    assets::serve(assets);
    let arguments = Arguments::parse();
    // Before any thread is started. Where it cannot be given up it was never there.
    let _ = tidelock_engine::fs::posix::obey_limits();
    // Where that is refused, trees may be less deep.
    let _ = tidelock_engine::fs::posix::open_as_many_as_allowed();
    let exit = match &arguments.command {
        Command::Completions { shell } => {
            clap_complete::generate(*shell, &mut Arguments::command(), "tidelock", &mut std::io::stdout());
            Exit::Done
        }
        Command::Demo(demo) => {
            let look = Duration::from_micros(demo.look);
            serve(&demo.serve, "tidelock-demo", Ok(http::Mode::Demo { look }), http::Upkeep::default())
        }
        Command::Serve(cli::ServeFolders { config: Some(file), .. }) => serve_many(file),
        Command::Serve(folders) => {
            let roots = folders.roots.iter().map(|root| cli::absolute(root)).collect::<Result<_, _>>();
            serve(&folders.serve, "tidelock", roots.map(|roots| http::Mode::SingleUser { roots }), folders.upkeep())
        }
        Command::Broker(arguments) => {
            telemetry::start(telemetry::Level::INFO);
            cli::broker(arguments)
        }
        Command::Worker(arguments) => {
            telemetry::start(telemetry::Level::WARN);
            cli::work(arguments)
        }
        command => {
            telemetry::start(telemetry::Level::ERROR);
            cli::run(command)
        }
    };
    ExitCode::from(exit as u8)
}

/// Serves many users, as a file says.
fn serve_many(file: &Path) -> Exit {
    telemetry::start(telemetry::Level::INFO);
    let served = config::Config::read(file).map_err(|error| cli::config_error(&error)).and_then(|config| {
        for config::Problem { message, help, .. } in &config.warnings {
            tracing::warn!(help, "{message}");
        }
        let (listen, state_folder, upkeep) = (config.listen.clone(), config.state_folder.clone(), config.upkeep);
        let options = http::Serve { listen, state_folder, mode: http::Mode::ManyUsers { config: Box::new(config) }, upkeep };
        http::serve(options).map_err(|error| user_error::serve_error(&error))
    });
    ended(served)
}

/// Serves until it is told to stop. `folder` names the state folder where none is given.
fn serve(arguments: &ServeArguments, folder: &str, mode: Result<http::Mode, UserError>, upkeep: http::Upkeep) -> Exit {
    telemetry::start(telemetry::Level::INFO);
    let served = mode.and_then(|mode| {
        let given = arguments.state.as_deref().map(Path::new);
        let state_folder = cli::state_folder(given, folder)?;
        let options = http::Serve { listen: config::Listen::Tcp(arguments.listen), state_folder, mode, upkeep };
        http::serve(options).map_err(|error| user_error::serve_error(&error))
    });
    ended(served)
}

fn ended(served: Result<(), UserError>) -> Exit {
    match served {
        Ok(()) => Exit::Done,
        Err(error) => cli::fail(&error),
    }
}
