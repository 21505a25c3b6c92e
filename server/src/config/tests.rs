use super::*;

const EXAMPLE: &str = include_str!("../../../packaging/tidelock.toml");

/// The least that can be written.
const LEAST: &str = r#"
listen = "10.0.0.1:3000"
state = "/var/lib/tidelock"
url = "https://tidelock.example.org"
roots = ["/lustre"]
[sign_in.proxy]
header = "X-Remote-User"
from = ["10.0.0.7"]
[roles]
administrators = ["alice"]
[broker]
socket = "/run/tidelock-broker/socket"
server_user = "tidelock"
"#;

#[test]
fn the_example_is_understood() {
    let config = Config::parse(EXAMPLE).unwrap();
    assert_eq!(config.listen, Listen::Unix { path: "/run/tidelock/http.sock".into(), group: Some("nginx".to_owned()) });
    assert_eq!(config.public.origin(), "https://tidelock.example.org");
    assert_eq!(config.broker.unwrap().server_user, "tidelock");
    assert_eq!(config.roots.len(), 2);
    assert_eq!(config.upkeep.retention, Some(7));
    assert!(config.upkeep.drift_scans.is_some_and(|scans| scans.between.is_some()));
    assert_eq!(config.sign_in.proxy.rule.user("Alice@EXAMPLE.ORG").as_deref(), Some("alice"));
    assert_eq!(config.roles.auditors, [Who::Group("audit".to_owned()), Who::User("carol".to_owned())]);
    assert_eq!(config.warnings, []);
}

#[test]
fn every_line_of_the_example_that_is_commented_out_is_a_setting_too() {
    let text = EXAMPLE.replace("# from =", "from =").replace("unix:/run/tidelock/http.sock", "10.0.0.1:3000");
    let text = text.replace("socket_group = \"nginx\"\n", "");
    assert_eq!(Config::parse(&text).unwrap().sign_in.proxy.from.len(), 2);
}

#[test]
fn what_is_left_out_is_as_usual() {
    let config = Config::parse(LEAST).unwrap();
    assert_eq!((config.sign_in.minimum_uid, config.sessions), (1000, SessionLimits { idle_minutes: 60, absolute_hours: 12 }));
    assert_eq!(config.listen, Listen::Tcp("10.0.0.1:3000".parse().unwrap()));
    assert!(config.upkeep.retention.is_none() && config.upkeep.drift_scans.is_none() && config.warnings.is_empty());
}

/// What is told of a text, with the lines.
fn problems(text: &str) -> Vec<(Option<usize>, String)> {
    let problems = Config::parse(text).expect_err(text);
    assert!(problems.iter().all(|problem| !problem.help.is_empty()), "each says what would help: {problems:?}");
    problems.into_iter().map(|problem| (problem.line, problem.message)).collect()
}

#[test]
fn each_problem_is_told_with_its_line() {
    for (right, wrong, line, told) in [
        ("listen = \"10.0.0.1:3000\"", "listen = \"proxy\"", 2, "`listen` is `proxy`"),
        ("listen = \"10.0.0.1:3000\"", "listen = \"unix:http.sock\"", 2, "no whole path"),
        ("listen = \"10.0.0.1:3000\"", "listen = \"unix:/run/http.sock\"", 8, "`from` is for an address"),
        ("listen = \"10.0.0.1:3000\"", "listen = 3000", 2, "invalid type"),
        (
            "listen = \"10.0.0.1:3000\"",
            "listen = \"10.0.0.1:3000\"\nsocket_group = \"x\"",
            3,
            "`socket_group` is for a Unix socket",
        ),
        ("state = \"/var/lib/tidelock\"", "state = \"tidelock\"", 3, "`state` is no whole path"),
        ("https://", "http://", 4, "it is not https"),
        (".org\"\nroots", ".org/tidelock\"\nroots", 4, "nothing may follow"),
        ("[\"/lustre\"]", "[]", 5, "`roots` is empty"),
        ("[\"/lustre\"]", "[\"lustre\"]", 5, "`lustre` is no whole path"),
        ("[\"/lustre\"]", "[\"/a\", \"/a/../b\"]", 5, "`/a/../b` is no whole path"),
        ("[\"/lustre\"]", "[\"/lustre\"", 6, "array"),
        ("X-Remote-User", "X Remote User", 7, "`header` is `X Remote User`"),
        ("X-Remote-User", "Cookie", 7, "`cookie` means something else"),
        ("from = [\"10.0.0.7\"]", "from = [\"0.0.0.0/0\"]", 8, "the whole network"),
        ("from = [\"10.0.0.7\"]", "from = [\"10.0.0.7/24\"]", 8, "whose last bits are 0"),
        ("from = [\"10.0.0.7\"]", "from = []", 8, "`from` is empty"),
        ("from = [\"10.0.0.7\"]", "", 7, "`from` is missing"),
        ("from = [\"10.0.0.7\"]", "from = [\"10.0.0.7\"]\nstrip_suffix = \"\"", 9, "`strip_suffix` is empty"),
        ("from = [\"10.0.0.7\"]", "from = [\"10.0.0.7\"]\npassword = \"x\"", 9, "unknown field `password`"),
        ("[sign_in.proxy]", "[sign_in]\nminimum_uid = 0\n[sign_in.proxy]", 7, "`minimum_uid` is 0"),
        ("[roles]", "[sessions]\nidle_minutes = 0\n[roles]", 10, "`idle_minutes` is 0"),
        ("[roles]", "[sessions]\nabsolute_hours = 10000\n[roles]", 10, "`absolute_hours` is 10000"),
        ("[roles]", "[upkeep]\ndrift_between = \"20-6\"\n[roles]", 10, "never begin"),
        ("[roles]", "[upkeep]\ndrift_every_hours = 1\ndrift_between = \"20\"\n[roles]", 11, "`drift_between` is `20`"),
        ("socket = \"/run/", "socket = \"run/", 12, "`socket` is no whole path"),
        ("\"tidelock\"\n", "\"root\"\n", 13, "`server_user` is `root`"),
        ("\"tidelock\"\n", "\"tide lock\"\n", 13, "`server_user` is `tide lock`"),
        ("[\"alice\"]", "[\"@\"]", 10, "`@` is the name of nobody"),
    ] {
        assert!(LEAST.contains(right), "{right}");
        let told_at = problems(&LEAST.replacen(right, wrong, 1));
        assert!(told_at.iter().any(|(at, message)| *at == Some(line) && message.contains(told)), "{wrong}: {told_at:?}");
    }
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let text = LEAST.replace("https", "http").replace("/lustre", "lustre").replace("[\"alice\"]", "[\"a b\"]");
    assert_eq!(problems(&text).into_iter().map(|(line, _)| line).collect::<Vec<_>>(), [Some(4), Some(5), Some(10)]);
}

#[test]
fn what_is_missing_is_named() {
    for setting in ["listen", "state", "url", "roots", "header"] {
        let text: String = LEAST.lines().filter(|line| !line.starts_with(setting)).map(|line| format!("{line}\n")).collect();
        let told = problems(&text);
        assert!(told[0].1.contains(&format!("missing field `{setting}`")), "{told:?}");
    }
}

#[test]
fn what_is_doubtful_is_a_warning() {
    let config = Config::parse(&LEAST.replace("10.0.0.7", "127.0.0.1").replace("\"alice\"", "")).unwrap();
    let warnings: Vec<_> = config.warnings.iter().map(|warning| (warning.line, warning.message.as_str())).collect();
    assert_eq!(warnings[0], (Some(8), "every user of this machine can connect from 127.0.0.1, and say that he is anybody"));
    assert_eq!(warnings[1], (None, "nobody is an administrator"));
    let trial = Config::parse(LEAST.split_once("[broker]").unwrap().0).unwrap();
    assert!(trial.broker.is_none() && trial.warnings[0].message.contains("there is no [broker]"), "{:?}", trial.warnings);
}
