//! From what is written to what it means. Everything that is wrong is found, not the first of it only.

mod sign_in;

use std::net::SocketAddr;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use tidelock_engine::drift::Pace;
use tidelock_shared::name::FilePath;
use toml::Spanned;

use super::file::{self, File};
use super::user_rule::is_name;
use super::{BrokerPlace, Config, Listen, Problem, PublicName, ReadSecret, RoleRules, SessionLimits, Who};
use crate::hours::Hours;
use crate::http::{DriftScans, Upkeep};

const IDLE_MINUTES_MAX: u32 = 7 * 24 * 60;
const ABSOLUTE_HOURS_MAX: u32 = 31 * 24;
const DRIFT_HOURS_MAX: u32 = 8760;

/// What was found on the way.
struct Check<'t> {
    text: &'t str,
    read_secret: ReadSecret,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
}

pub(super) fn check(text: &str, file: &File, read_secret: ReadSecret) -> Result<Config, Vec<Problem>> {
    let mut check = Check { text, read_secret, problems: Vec::new(), warnings: Vec::new() };
    let listen = check.listen(file);
    let state_folder = check.absolute("state", &file.state, "/var/lib/tidelock");
    let public = check.public(&file.url);
    let roots = check.roots(&file.roots);
    let upkeep = check.upkeep(&file.upkeep);
    let broker = check.broker(file.broker.as_ref());
    let sign_in = check.sign_in(&file.sign_in, listen.as_ref(), public.as_ref());
    let sessions = check.sessions(&file.sessions);
    let roles =
        RoleRules { administrators: check.people(&file.roles.administrators), auditors: check.people(&file.roles.auditors) };
    if roles.administrators.is_empty() {
        check.warn(None, "nobody is an administrator", "Name one in [roles]: `administrators = [\"alice\", \"@hpc-admins\"]`.");
    }
    let Check { problems, warnings, .. } = check;
    match (listen, state_folder, public, sign_in) {
        (Some(listen), Some(state_folder), Some(public), Some(sign_in)) if problems.is_empty() => {
            Ok(Config { listen, state_folder, public, roots, upkeep, broker, sign_in, sessions, roles, warnings })
        }
        _ => Err(problems),
    }
}

impl Check<'_> {
    fn refuse(&mut self, place: impl Into<Option<Range<usize>>>, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(Problem::at(self.text, place.into(), message, help));
    }

    fn warn(&mut self, place: impl Into<Option<Range<usize>>>, message: impl Into<String>, help: impl Into<String>) {
        self.warnings.push(Problem::at(self.text, place.into(), message, help));
    }

    /// A value of a form of its own.
    fn read<T: FromStr<Err: std::fmt::Display>>(&mut self, what: &str, value: &Spanned<String>, help: &str) -> Option<T> {
        let read = value.get_ref().parse::<T>();
        read.map_err(|error| self.refuse(value.span(), format!("`{what}` is `{}`: {error}", value.get_ref()), help)).ok()
    }

    fn listen(&mut self, file: &File) -> Option<Listen> {
        let group = file.socket_group.as_ref();
        let Some(path) = file.listen.get_ref().strip_prefix("unix:") else {
            if let Some(group) = group {
                let help = "Take it out, or listen on a socket: `listen = \"unix:/run/tidelock/http.sock\"`.";
                self.refuse(group.span(), "`socket_group` is for a Unix socket, and `listen` is an address", help);
            }
            let help = "Write an address and a port, `127.0.0.1:3000`, or a Unix socket, `unix:/run/tidelock/http.sock`.";
            return self.read::<SocketAddr>("listen", &file.listen, help).map(Listen::Tcp);
        };
        let path = PathBuf::from(path);
        if !path.is_absolute() {
            self.refuse(file.listen.span(), "the socket in `listen` has no whole path", "Begin it with a slash.");
            return None;
        }
        Some(Listen::Unix { path, group: group.map(|group| group.get_ref().clone()) })
    }

    fn absolute(&mut self, what: &str, path: &Spanned<PathBuf>, example: &str) -> Option<PathBuf> {
        if path.get_ref().is_absolute() {
            return Some(path.get_ref().clone());
        }
        self.refuse(path.span(), format!("`{what}` is no whole path"), format!("Begin it with a slash: `{example}`."));
        None
    }

    fn broker(&mut self, broker: Option<&file::Broker>) -> Option<BrokerPlace> {
        let Some(file::Broker { socket, server_user }) = broker else {
            let help = "Run `tidelock broker` as root and say in [broker] where it listens. Without it this is a trial.";
            self.warn(None, "nobody can be served but the user who runs the server: there is no [broker]", help);
            return None;
        };
        let name = server_user.get_ref();
        if !is_name(name) || name == "root" {
            let help = "Name the account that runs the server and owns nothing else: `server_user = \"tidelock\"`.";
            self.refuse(server_user.span(), format!("`server_user` is `{name}`"), help);
        }
        let socket = self.absolute("socket", socket, "/run/tidelock-broker/socket")?;
        Some(BrokerPlace { socket, server_user: name.clone() })
    }

    fn public(&mut self, url: &Spanned<String>) -> Option<PublicName> {
        let help = "Write the address that people open: `https://tidelock.example.org`. For a trial on one machine `http://localhost:PORT` will do.";
        let read = PublicName::parse(url.get_ref());
        read.map_err(|why| self.refuse(url.span(), format!("`url` is `{}`: {why}", url.get_ref()), help)).ok()
    }

    fn roots(&mut self, roots: &Spanned<Vec<Spanned<String>>>) -> Vec<FilePath> {
        if roots.get_ref().is_empty() {
            self.refuse(roots.span(), "`roots` is empty", "Name the folders to manage: `roots = [\"/lustre/projects\"]`.");
        }
        let mut read = Vec::new();
        for root in roots.get_ref() {
            match FilePath::parse(root.get_ref().as_bytes()) {
                Ok(path) if Path::new(root.get_ref()).is_absolute() => read.push(path),
                _ => self.refuse(
                    root.span(),
                    format!("`{}` is no whole path", root.get_ref()),
                    "Begin it with a slash, without `.` and `..`.",
                ),
            }
        }
        read
    }

    fn upkeep(&mut self, upkeep: &file::Upkeep) -> Upkeep {
        let file::Upkeep { retention_days, drift_every_hours, drift_entries_per_second, drift_between } = upkeep;
        let between =
            drift_between.as_ref().and_then(|hours| self.read::<Hours>("drift_between", hours, "Write two hours, such as `20-6`."));
        let places = [drift_entries_per_second.as_ref().map(Spanned::span), drift_between.as_ref().map(Spanned::span)];
        if drift_every_hours.is_none() {
            for place in places.into_iter().flatten() {
                self.refuse(place, "this is about scans that never begin", "Say how often: `drift_every_hours = 24`.");
            }
        }
        if let Some(every) = drift_every_hours {
            self.within("drift_every_hours", every, DRIFT_HOURS_MAX);
        }
        if let Some(pace) = drift_entries_per_second.as_ref().filter(|pace| *pace.get_ref() == 0) {
            self.refuse(pace.span(), "`drift_entries_per_second` is 0", "Leave it out for no limit.");
        }
        let drift_scans = drift_every_hours.as_ref().map(|hours| DriftScans {
            every: Duration::from_secs(u64::from(*hours.get_ref()) * 3600),
            pace: Pace { entries_per_second: drift_entries_per_second.as_ref().map(|pace| *pace.get_ref()) },
            between,
        });
        Upkeep { retention: *retention_days, drift_scans }
    }

    fn within(&mut self, what: &str, value: &Spanned<u32>, most: u32) {
        if !(1..=most).contains(value.get_ref()) {
            self.refuse(value.span(), format!("`{what}` is {}", value.get_ref()), format!("Write a number from 1 to {most}."));
        }
    }

    fn sessions(&mut self, sessions: &file::Sessions) -> SessionLimits {
        let usual = SessionLimits::default();
        let limits = SessionLimits {
            idle_minutes: sessions.idle_minutes.as_ref().map_or(usual.idle_minutes, |minutes| *minutes.get_ref()),
            absolute_hours: sessions.absolute_hours.as_ref().map_or(usual.absolute_hours, |hours| *hours.get_ref()),
        };
        if let Some(minutes) = &sessions.idle_minutes {
            self.within("idle_minutes", minutes, IDLE_MINUTES_MAX);
        }
        if let Some(hours) = &sessions.absolute_hours {
            self.within("absolute_hours", hours, ABSOLUTE_HOURS_MAX);
        }
        limits
    }

    fn people(&mut self, names: &[Spanned<String>]) -> Vec<Who> {
        let mut people = Vec::new();
        for text in names {
            let (name, who): (&str, fn(String) -> Who) = match text.get_ref().strip_prefix('@') {
                Some(group) => (group, Who::Group),
                None => (text.get_ref(), Who::User),
            };
            if is_name(name) {
                people.push(who(name.to_owned()));
            } else {
                self.refuse(
                    text.span(),
                    format!("`{}` is the name of nobody", text.get_ref()),
                    "Write a user, `alice`, or a group, `@hpc-admins`.",
                );
            }
        }
        people
    }
}
