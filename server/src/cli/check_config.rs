//! `tidelock check-config`: what a configuration file is understood to say, before a server is started with it.

use std::path::Path;

use serde_json::{Value, json};
use tidelock_shared::user_error::UserError;

use super::Exit;
use super::arguments::CheckConfigArguments;
use super::output::Output;
use crate::config::{Config, ConfigError, Listen, Problem, Way, Who};
use crate::identity::{Directory, SystemDirectory};
use crate::words::count;

pub(super) fn check_config(arguments: &CheckConfigArguments) -> Exit {
    let output = Output { json: arguments.json };
    match Config::read(&arguments.file) {
        Ok(mut config) => {
            config.warnings.extend(unknown_here(&config));
            if arguments.json {
                output.object(&json!({ "is_valid": true, "understood": understood(&config), "warnings": config.warnings }));
            } else {
                tell(output, &arguments.file, &config);
            }
            Exit::Done
        }
        Err(ConfigError::Wrong { problems, .. }) if arguments.json => {
            output.object(&json!({ "is_valid": false, "problems": problems }));
            Exit::Usage
        }
        Err(error) => {
            output.error(&config_error(&error));
            Exit::Usage
        }
    }
}

/// Why a file cannot be served.
pub(crate) fn config_error(error: &ConfigError) -> UserError {
    match error {
        ConfigError::Unreadable { path, source } => {
            UserError::new("invalid_config", format!("The configuration {} cannot be read: {source}.", path.display()))
                .hint("Begin with a copy of packaging/tidelock.toml.")
        }
        ConfigError::Wrong { path, problems } => {
            let many = count(problems.len() as u64, "problem", "problems");
            let told = UserError::new("invalid_config", format!("The configuration {} has {many}.", path.display()));
            let lines = problems.iter().map(|problem| format!("{}: {}. {}", place(path, problem), problem.message, problem.help));
            lines.fold(told, UserError::hint)
        }
    }
}

/// As editors read it.
fn place(path: &Path, problem: &Problem) -> String {
    problem.line.map_or_else(|| path.display().to_string(), |line| format!("{}:{line}", path.display()))
}

/// What this machine does not know; another one may, and this one later.
fn unknown_here(config: &Config) -> Vec<Problem> {
    let warning = |message: String, help: &str| Problem { line: None, message, help: help.to_owned() };
    let mut warnings = Vec::new();
    for root in &config.roots {
        if !Path::new(&root.shown()).is_dir() {
            warnings.push(warning(format!("there is no folder {} here", root.shown()), "The server does not start without it."));
        }
    }
    let knows_group = |name: &str| SystemDirectory.group(name).is_ok_and(|gid| gid.is_some());
    for who in config.roles.administrators.iter().chain(&config.roles.auditors) {
        let is_known = match who {
            Who::User(name) => SystemDirectory.user(name).is_ok_and(|user| user.is_some()),
            Who::Group(name) => knows_group(name),
        };
        if !is_known {
            warnings.push(warning(format!("nobody is called {who} here"), "The role is given as soon as there is one."));
        }
    }
    if let Listen::Unix { group: Some(group), .. } = &config.listen
        && !knows_group(group)
    {
        warnings.push(warning(format!("there is no group {group} here"), "The server does not start without it."));
    }
    warnings
}

fn tell(output: Output, path: &Path, config: &Config) {
    output.line(&format!("{} is understood:", path.display()));
    if let Value::Object(settings) = understood(config) {
        for (name, value) in settings {
            let value = match value {
                Value::Null => "-".to_owned(),
                Value::String(text) => text,
                Value::Array(all) => all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
                other => other.to_string(),
            };
            output.line(&format!("  {name:<26} {}", if value.is_empty() { "-" } else { &value }));
        }
    }
    for Problem { line, message, help } in &config.warnings {
        let line = line.map(|line| format!(", line {line}")).unwrap_or_default();
        output.line(&format!("Warning{line}: {message}."));
        output.line(&format!("    {help}"));
    }
}

/// Each setting as it counts, those that are left out too.
fn understood(config: &Config) -> Value {
    let group = match &config.listen {
        Listen::Unix { group, .. } => group.clone(),
        Listen::Tcp(_) => None,
    };
    let scans = config.upkeep.drift_scans;
    let texts = |all: &[Who]| all.iter().map(Who::to_string).collect::<Vec<_>>();
    let sign_in = &config.sign_in;
    let (header, openid) = match &sign_in.way {
        Way::Proxy(header) => (Some(header.as_str()), None),
        Way::OpenId(openid) => (None, Some(openid)),
    };
    json!({
        "listen": config.listen.to_string(),
        "socket_group": group,
        "state": config.state_folder,
        "url": config.public.origin(),
        "roots": config.roots.iter().map(|root| root.shown()).collect::<Vec<_>>(),
        "retention_days": config.upkeep.retention,
        "drift_every_hours": scans.map(|scans| scans.every.as_secs() / 3600),
        "drift_entries_per_second": scans.and_then(|scans| scans.pace.entries_per_second),
        "drift_between": scans.and_then(|scans| scans.between).map(|hours| hours.to_string()),
        "socket": config.broker.as_ref().map(|broker| &broker.socket),
        "server_user": config.broker.as_ref().map(|broker| &broker.server_user),
        "minimum_uid": sign_in.minimum_uid,
        "header": header,
        "name": openid.map(|openid| &openid.name),
        "issuer": openid.map(|openid| &openid.issuer),
        "client_id": openid.map(|openid| &openid.client_id),
        "client_secret_file": openid.map(|openid| &openid.client_secret_file),
        "scopes": openid.map(|openid| &openid.scopes),
        "claim": openid.map(|openid| &openid.claim),
        "redirect_uri": openid.map(|openid| &openid.redirect),
        "from": sign_in.from.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "strip_suffix": sign_in.rule.strip_suffix,
        "lower_case": sign_in.rule.lower_case,
        "idle_minutes": config.sessions.idle_minutes,
        "absolute_hours": config.sessions.absolute_hours,
        "administrators": texts(&config.roles.administrators),
        "auditors": texts(&config.roles.auditors),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_of_the_example_is_shown() {
        let text = include_str!("../../../packaging/tidelock.toml");
        let shown = understood(&Config::parse(text).unwrap());
        for line in text.lines().map(|line| line.trim_start_matches("# ")) {
            if let Some((name, _)) = line.split_once(" = ").filter(|(name, _)| !name.contains(' ')) {
                assert!(shown.get(name).is_some(), "{name}");
            }
        }
        assert_eq!(shown["drift_between"], "20-6");
    }

    #[test]
    fn problems_are_told_with_file_and_line() {
        let problems = Config::parse("listen = 3\n").unwrap_err();
        let told = config_error(&ConfigError::Wrong { path: "t.toml".into(), problems });
        assert_eq!((told.code.as_str(), told.message.as_str()), ("invalid_config", "The configuration t.toml has 1 problem."));
        assert!(told.hints[0].starts_with("t.toml:1: invalid type"), "{:?}", told.hints);
    }
}
