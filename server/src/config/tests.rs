use super::*;

const EXAMPLE: &str = include_str!("../../../packaging/tidelock.toml");

/// The least that can be written around what it says of who says who people are.
macro_rules! least {
    ($sign_in:literal) => {
        concat!(
            r#"
listen = "10.0.0.1:3000"
state = "/var/lib/tidelock"
url = "https://tidelock.example.org"
roots = ["/lustre"]
"#,
            $sign_in,
            r#"
[roles]
administrators = ["alice"]
[broker]
socket = "/run/tidelock-broker/socket"
server_user = "tidelock"
"#
        )
    };
}

const LEAST: &str = least!(
    r#"[sign_in.proxy]
header = "X-Remote-User"
from = ["10.0.0.7"]"#
);

const LEAST_OPENID: &str = least!(
    r#"[sign_in.openid]
issuer = "https://login.example.org/hpc"
client_id = "tidelock"
client_secret_file = "/etc/tidelock/openid_secret""#
);

#[test]
fn the_example_is_understood() {
    let config = Config::parse(EXAMPLE).unwrap();
    assert_eq!(config.listen, Listen::Unix { path: "/run/tidelock/http.sock".into(), group: Some("nginx".to_owned()) });
    assert_eq!(config.public.origin(), "https://tidelock.example.org");
    assert_eq!(config.broker.unwrap().server_user, "tidelock");
    assert_eq!(config.roots.len(), 2);
    assert_eq!(config.upkeep.retention, Some(7));
    assert!(config.upkeep.drift_scans.is_some_and(|scans| scans.between.is_some()));
    assert_eq!(config.sign_in.rule.user("Alice@EXAMPLE.ORG").as_deref(), Some("alice"));
    assert_eq!(config.roles.auditors, [Who::Group("audit".to_owned()), Who::User("carol".to_owned())]);
    assert_eq!(config.warnings, []);
}

#[test]
fn every_line_of_the_example_that_is_commented_out_is_a_setting_too() {
    let text = EXAMPLE.replace("unix:/run/tidelock/http.sock", "10.0.0.1:3000").replace("socket_group = \"nginx\"\n", "");
    let (with_proxy, with_openid) = text.split_once("# [sign_in.openid]").unwrap();
    let config = Config::parse(&with_proxy.replace("# from =", "from =")).unwrap();
    assert_eq!(config.sign_in.from.len(), 2);

    let is_setting = |line: &&str| line.split_once(" = ").is_some_and(|(name, _)| !name[2..].contains(' '));
    let settings: Vec<_> =
        with_openid.trim_start().lines().take_while(|line| !line.is_empty()).filter(is_setting).map(|line| &line[2..]).collect();
    assert_eq!(settings.len(), 7);
    let before = with_proxy.split_once("[sign_in.proxy]").unwrap().0;
    let config = Config::parse(&format!("{before}[sign_in.openid]\n{}", settings.join("\n"))).unwrap();
    let Way::OpenId(openid) = config.sign_in.way else { panic!("a provider says who people are") };
    assert_eq!(openid.redirect.as_str(), "https://tidelock.example.org/sign_in/return");
    assert_eq!((openid.name.as_str(), openid.claim.as_str()), ("Example University", "preferred_username"));
}

#[test]
fn what_is_left_out_is_as_usual() {
    let config = Config::parse(LEAST).unwrap();
    assert_eq!((config.sign_in.minimum_uid, config.sessions), (1000, SessionLimits { idle_minutes: 60, absolute_hours: 12 }));
    assert_eq!(config.listen, Listen::Tcp("10.0.0.1:3000".parse().unwrap()));
    assert!(config.upkeep.retention.is_none() && config.upkeep.drift_scans.is_none() && config.warnings.is_empty());
}

#[test]
fn of_a_provider_little_has_to_be_said() {
    let config = Config::parse(LEAST_OPENID).unwrap();
    assert_eq!(config.warnings, []);
    let Way::OpenId(openid) = config.sign_in.way else { panic!("a provider says who people are") };
    assert_eq!((openid.name.as_str(), openid.claim.as_str()), ("login.example.org", "preferred_username"));
    assert_eq!(openid.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>(), ["profile"]);
    assert!(!format!("{openid:?}").contains("\"secret\""), "the secret is not shown");
    let on_this_machine = LEAST_OPENID.replace("https://login.example.org/hpc", "http://127.0.0.1:4000");
    assert!(Config::parse(&on_this_machine).is_ok(), "for a trial");
}

#[test]
fn each_problem_of_a_provider_is_told_with_its_line() {
    let issuer = "https://login.example.org/hpc";
    for (right, wrong, line, told) in [
        (issuer, "http://login.example.org", 7, "it is not https"),
        (issuer, "login.example.org", 7, "it is no whole address"),
        (issuer, "https://login.example.org/?x", 7, "nothing may follow the path"),
        (issuer, "https://a@login.example.org", 7, "it names a user"),
        ("\"tidelock\"\nclient_s", "\"tide lock\"\nclient_s", 8, "`client_id` is `tide lock`"),
        ("/etc/tidelock/", "", 9, "`client_secret_file` is no whole path"),
        ("[roles]", "claim = \"\"\n[roles]", 10, "`claim` is ``"),
        ("[roles]", "name = \"\"\n[roles]", 10, "`name` is no name"),
        ("[roles]", "scopes = [\"profile email\"]\n[roles]", 10, "`profile email` is no scope"),
        ("[roles]", "strip_suffix = \"\"\n[roles]", 10, "`strip_suffix` is empty"),
        ("[roles]", "from = [\"0.0.0.0/0\"]\n[roles]", 10, "the whole network"),
        ("[roles]", "client_secret = \"x\"\n[roles]", 10, "unknown field `client_secret`"),
        ("[roles]", "[sign_in.proxy]\nheader = \"X-User\"\n[roles]", 7, "two say who somebody is"),
    ] {
        assert!(LEAST_OPENID.contains(right), "{right}");
        let told_at = problems(&LEAST_OPENID.replacen(right, wrong, 1));
        assert!(told_at.iter().any(|(at, message)| *at == Some(line) && message.contains(told)), "{wrong}: {told_at:?}");
    }
    let (before, after) = (LEAST_OPENID.split_once("[sign_in.openid]").unwrap().0, LEAST_OPENID.split_once("[roles]").unwrap().1);
    let told = problems(&format!("{before}[sign_in]\n[roles]{after}"));
    assert_eq!(told, [(None, "nobody says who somebody is".to_owned())]);
}

#[test]
fn a_secret_is_looked_for_with_all_else_and_only_by_whoever_needs_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tidelock.toml");
    let secret = folder.path().join("secret");
    let text = LEAST_OPENID.replace("/etc/tidelock/openid_secret", secret.to_str().unwrap());
    std::fs::write(&path, text.replace("\"/lustre\"", "\"lustre\"")).unwrap();
    let Err(ConfigError::Wrong { problems, .. }) = Config::read(&path) else { panic!("there is no secret") };
    assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [Some(5), Some(9)]);
    assert!(problems[1].message.ends_with("cannot be read: No such file or directory (os error 2)"), "{problems:?}");
    std::fs::write(&path, text).unwrap();
    assert!(Config::read_without_secrets(&path).is_ok(), "the broker needs none");
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
