//! Rules of the repository that neither the compiler nor the crates' manifests can keep.
//!
//! Every test walks what is there and names each offence, so one run shows all of them.
//!
//! Not here: borders between crates (their manifests) and banned functions (`clippy.toml`).

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

type Result = io::Result<()>;

#[test]
fn what_decides_knows_no_file_system_journal_or_clock() -> Result {
    let pure = ["planner", "moves", "recovery/plan.rs", "reservation/ledger.rs", "drift/compare.rs"];
    let mut offences = Vec::new();
    let is_tests = |file: &Path| file.file_name().is_some_and(|name| name == "tests.rs");
    for file in pure.iter().flat_map(|part| engine_files(part)).filter(|file| !is_tests(file)) {
        for name in names_used(&file)? {
            let acts = ["crate::fs", "crate::journal", "crate::clock", "std::fs", "std::time"];
            // A length of time is a value; a point in time has to be asked for. So is an identity:
            // a plan remembers it, and only `fs` can compare it with the world.
            let values = ["std::time::Duration", "crate::fs::Identity"];
            if acts.iter().any(|banned| is_within(&name, banned)) && !values.contains(&name.as_str()) {
                offences.push(format!("{} names {name}", file.display()));
            }
        }
    }
    none(&offences)
}

/// Calls that take a path, which the kernel would walk from the start and through links. `openat` is one too: it follows a
/// link at the end unless it is told not to.
const BY_PATH: [&str; 31] = [
    "CWD",
    "access",
    "chmod",
    "chown",
    "getxattr",
    "inotify",
    "lchown",
    "lgetxattr",
    "link",
    "listxattr",
    "llistxattr",
    "lremovexattr",
    "lsetxattr",
    "lstat",
    "mkdir",
    "mkfifoat",
    "mknod",
    "open",
    "openat",
    "openat2",
    "readlink",
    "readlink_raw",
    "removexattr",
    "rename",
    "rmdir",
    "setxattr",
    "stat",
    "statfs",
    "statvfs",
    "symlink",
    "unlink",
];

/// Where a path is allowed, how often, and why.
const ALLOWED_BY_PATH: [(&str, &str, usize); 16] = [
    // The one place where a managed path is walked: from `/`, name by name.
    ("fs/posix/path.rs", "rustix::fs::open", 1),
    // All opening of names, which follows no link; and of `.` and `..` of an open folder.
    ("fs/posix/calls.rs", "rustix::fs::openat", 1),
    ("fs/posix/mount.rs", "rustix::fs::openat", 1),
    // By the number of an open descriptor, and a name in it that is not followed: there is no other call.
    ("fs/posix/calls.rs", "rustix::fs::chmod", 1),
    ("fs/posix/calls.rs", "rustix::fs::lgetxattr", 1),
    ("fs/posix/calls.rs", "rustix::fs::lsetxattr", 1),
    ("fs/posix/calls.rs", "rustix::fs::lremovexattr", 1),
    ("fs/posix/by_name.rs", "rustix::fs::llistxattr", 1),
    // What the kernel tells of itself, in /proc and /sys.
    ("fs/posix/quota.rs", "std::fs::read_link", 1),
    ("fs/posix/quota.rs", "std::fs::read_to_string", 1),
    ("fs/posix/lustre.rs", "std::fs::read_to_string", 2),
    ("fs/posix/lustre.rs", "std::fs::read_dir", 1),
    ("fs/remote/greeting.rs", "std::fs::metadata", 1),
    // The state folder, which is the server's own, and the world of the demo in it.
    ("journal/ballast.rs", "std::fs", 3),
    ("journal/state_folder.rs", "std::fs", 4),
    ("fs/simulator/store.rs", "std::fs", 2),
];

/// Questions of a path itself, and who may ask: of the state folder, and of /sys.
const ASKS_A_PATH: [&str; 7] =
    [".exists()", ".try_exists()", ".is_dir()", ".is_file()", ".symlink_metadata()", ".canonicalize()", ".read_dir()"];
const MAY_ASK_A_PATH: [&str; 3] = ["journal/ballast.rs", "journal/store.rs", "fs/posix/lustre.rs"];

#[test]
fn no_managed_file_is_reached_by_a_path() -> Result {
    let mut offences = Vec::new();
    let is_tests = |file: &Path| file.file_name().is_some_and(|name| name == "tests.rs");
    for file in engine_files("").into_iter().filter(|file| !is_tests(file)) {
        let below = file.strip_prefix(root().join("server/engine/src")).unwrap_or(&file).display().to_string();
        let source = fs::read_to_string(&file)?;
        let asks = ASKS_A_PATH.into_iter().filter(|asks| without_tests(&source).contains(asks));
        offences.extend(asks.filter(|_| !MAY_ASK_A_PATH.contains(&below.as_str())).map(|asks| format!("{below} asks {asks}")));
        let mut found: BTreeMap<String, usize> = BTreeMap::new();
        for name in names_used(&file)?.into_iter().filter(|name| takes_a_path(name)) {
            let whole = ALLOWED_BY_PATH.iter().any(|(at, allowed, _)| *at == below && *allowed == "std::fs");
            let name = if whole && is_within(&name, "std::fs") { "std::fs".to_owned() } else { name };
            *found.entry(name).or_default() += 1;
        }
        for (name, times) in found {
            let allowed = ALLOWED_BY_PATH.iter().find(|(at, allowed, _)| *at == below && *allowed == name);
            if times > allowed.map_or(0, |(_, _, times)| *times) {
                offences.push(format!("{below} names {name} {times} times: reach it from an open folder"));
            }
        }
    }
    none(&offences)
}

fn takes_a_path(name: &str) -> bool {
    is_within(name, "std::fs")
        || is_within(name, "std::os::unix::fs::symlink")
        || name.strip_prefix("rustix::fs::").is_some_and(|call| BY_PATH.contains(&call.split("::").next().unwrap_or(call)))
        || name.strip_prefix("libc::").is_some_and(|call| BY_PATH.contains(&call))
}

#[test]
fn the_file_system_knows_nothing_of_the_engine() -> Result {
    let mut offences = Vec::new();
    for file in engine_files("fs") {
        for name in names_used(&file)? {
            let known = ["crate::fs", "crate::error"];
            if name.starts_with("crate::") && !known.iter().any(|part| is_within(&name, part)) {
                offences.push(format!("{} names {name}", file.display()));
            }
        }
    }
    none(&offences)
}

#[test]
fn a_file_has_at_most_500_lines_apart_from_its_tests() -> Result {
    let mut offences = Vec::new();
    for file in files(&root(), "rs").iter().filter(|file| !is_test(file)) {
        let lines = without_tests(&fs::read_to_string(file)?).lines().count();
        if lines > 500 {
            offences.push(format!("{} has {lines} lines: split it", file.display()));
        }
    }
    none(&offences)
}

#[test]
fn nothing_is_left_for_later() -> Result {
    none(&lines_with(&[concat!("to", "do!("), concat!("FIX", "ME"), concat!("TO", "DO")])?)
}

#[test]
fn no_file_names_a_place_on_one_machine() -> Result {
    let here = root().display().to_string();
    none(&lines_with(&[&here, concat!("/ro", "ot/"), concat!("/Us", "ers/")])?)
}

#[test]
fn colours_and_pixels_are_written_in_the_tokens_only() -> Result {
    let mut offences = Vec::new();
    for sheet in files(&root().join("style"), "css") {
        if sheet.ends_with("style/tokens.css") {
            continue;
        }
        for declaration in declarations(&fs::read_to_string(&sheet)?) {
            if is_literal(&declaration) {
                offences.push(format!("{}: {declaration}", sheet.display()));
            }
        }
    }
    none(&offences)
}

#[test]
fn every_style_sheet_is_imported() -> Result {
    let style = root().join("style");
    let main = fs::read_to_string(style.join("main.css")).unwrap_or_default();
    let mut offences = Vec::new();
    for sheet in files(&style, "css") {
        let name = sheet.strip_prefix(&style).unwrap_or(&sheet).display().to_string();
        if name != "main.css" && !main.contains(&format!("\"{name}\"")) {
            offences.push(format!("style/main.css does not import {name}"));
        }
    }
    none(&offences)
}

#[test]
fn no_sentence_stands_in_the_code_of_a_page() -> Result {
    // What is no language: names of keys, units and types, selectors, Tidelock, the languages.
    let allowed = [
        "ArrowDown",
        "ArrowUp",
        "Backspace",
        "Control+K Meta+K",
        "Delete",
        "Deutsch",
        "EiB",
        "End",
        "English",
        "Enter",
        "Escape",
        "Files",
        "GiB",
        "Home",
        "KiB",
        "MiB",
        "Notification",
        "PageDown",
        "PageUp",
        "PiB",
        "Tab",
        "TiB",
        "Tidelock",
        "a, input",
        "light dark",
    ];
    // It shows every component with invented things, to whoever works on them.
    let gallery = Path::new("pages/gallery.rs");
    let mut offences = Vec::new();
    for file in files(&root().join("app/src"), "rs").iter().filter(|file| !file.ends_with(gallery)) {
        for literal in literals(&fs::read_to_string(file)?) {
            if is_sentence(&literal) && !allowed.contains(&literal.as_str()) {
                offences.push(format!("{} says {literal:?}: sentences stand in app/words", file.display()));
            }
        }
    }
    none(&offences)
}

#[expect(clippy::unnecessary_wraps, reason = "every test ends with it")]
fn none(offences: &[String]) -> Result {
    assert!(offences.is_empty(), "\n{}", offences.join("\n"));
    Ok(())
}

fn root() -> PathBuf {
    let server = Path::new(env!("CARGO_MANIFEST_DIR"));
    server.parent().unwrap_or(server).to_owned()
}

/// A file, or the Rust files of a folder; nothing if it does not exist.
fn engine_files(part: &str) -> Vec<PathBuf> {
    let part = root().join("server/engine/src").join(part);
    if part.is_file() { vec![part] } else { files(&part, "rs") }
}

/// Every file below `folder` whose name ends in `extension`, made and fetched ones left out.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let skipped = ["target", "node_modules", ".git", "results", "screenshots"];
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            if !skipped.iter().any(|name| path.ends_with(name)) {
                found.extend(files(&path, extension));
            }
        } else if path.to_string_lossy().ends_with(extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn is_test(file: &Path) -> bool {
    file.components().any(|part| part.as_os_str() == "tests") || file.ends_with("tests.rs")
}

fn without_tests(source: &str) -> &str {
    source.split("#[cfg(test)]\nmod ").next().unwrap_or(source)
}

/// The places of lines that contain one of `banned`, in every file that is text.
fn lines_with(banned: &[&str]) -> io::Result<Vec<String>> {
    let mut offences = Vec::new();
    for file in files(&root(), "") {
        let Ok(text) = String::from_utf8(fs::read(&file)?) else { continue };
        for (index, line) in text.lines().enumerate() {
            if let Some(word) = banned.iter().find(|word| line.contains(**word)) {
                offences.push(format!("{}:{}: {word}", file.display(), index + 1));
            }
        }
    }
    Ok(offences)
}

/// The paths that an engine file names outside its tests, in full: `crate::fs::Entry`.
fn names_used(file: &Path) -> io::Result<Vec<String>> {
    let source = fs::read_to_string(file)?;
    let code: Vec<&str> = without_tests(&source).lines().map(|line| line.split("//").next().unwrap_or(line)).collect();
    let code = code.join(" ");
    let module = module_of(file);

    let mut names = Vec::new();
    for start in ["crate::", "super::", "std::", "rustix::", "libc::"] {
        for (at, _) in code.match_indices(start) {
            let before = code[..at].chars().next_back();
            if !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                flatten("", &code[at..], &mut names);
            }
        }
    }
    Ok(names.iter().map(|name| in_full(name, &module)).collect())
}

/// Adds the paths of one use tree, or of one path in an expression, that `text` begins with.
/// Returns what follows it.
fn flatten<'a>(prefix: &str, text: &'a str, names: &mut Vec<String>) -> &'a str {
    let text = text.trim_start();
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    let (path, mut rest) = (format!("{prefix}{}", &text[..end]), text[end..].trim_start());
    if !path.ends_with("::") || !rest.starts_with('{') {
        names.push(path.trim_end_matches("::").to_owned());
        // Over `as name` to the next item of the group.
        return rest.find([',', '}']).map_or("", |next| &rest[next..]);
    }
    while let Some(inner) = rest.strip_prefix(['{', ',']) {
        rest = inner.trim_start();
        if !rest.starts_with('}') {
            rest = flatten(&path, rest, names).trim_start();
        }
    }
    rest.strip_prefix('}').unwrap_or(rest)
}

/// `["planner", "strategy"]` for `src/planner/strategy.rs`, `["planner"]` for its `mod.rs`.
fn module_of(file: &Path) -> Vec<String> {
    let source = root().join("server/engine/src");
    let path = file.strip_prefix(source).unwrap_or(file).with_extension("");
    let parts = path.iter().map(|part| part.to_string_lossy().into_owned());
    parts.filter(|part| part != "mod").collect()
}

fn in_full(name: &str, module: &[String]) -> String {
    let (mut name, mut module) = (name, module);
    let mut is_relative = false;
    while let Some(rest) = name.strip_prefix("super::") {
        module = &module[..module.len().saturating_sub(1)];
        (name, is_relative) = (rest, true);
    }
    if !is_relative {
        return name.to_owned();
    }
    let parents: String = module.iter().map(|part| format!("{part}::")).collect();
    format!("crate::{parents}{name}")
}

fn is_within(name: &str, module: &str) -> bool {
    name.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// `property: value` of each, comments left out. A selector has colons too, but ends with a brace.
fn declarations(sheet: &str) -> Vec<String> {
    let mut code = String::new();
    for part in sheet.split("/*").enumerate() {
        code += match part {
            (0, text) => text,
            (_, text) => text.split_once("*/").map_or("", |(_, after)| after),
        };
    }
    let mut found = Vec::new();
    let mut rest = code.as_str();
    while let Some(end) = rest.find([';', '{', '}']) {
        let part = rest[..end].trim();
        if !rest[end..].starts_with('{') && part.contains(':') {
            found.push(part.to_owned());
        }
        rest = &rest[end + 1..];
    }
    found
}

fn is_literal(declaration: &str) -> bool {
    let value = declaration.split_once(':').map_or("", |(_, value)| value);
    let functions = ["rgb(", "rgba(", "hsl(", "hsla(", "hwb(", "lab(", "lch(", "oklab(", "oklch("];
    functions.iter().any(|function| value.contains(function))
        || value.split([' ', ',', '(', ')', '/']).any(|word| {
            let number = word.strip_suffix("px").unwrap_or_default();
            let is_length = number.parse::<f32>().is_ok();
            let is_colour = word.strip_prefix('#').is_some_and(|hex| u32::from_str_radix(hex, 16).is_ok());
            is_length || is_colour || ["white", "black"].contains(&word)
        })
}

#[test]
fn the_rules_see_through_how_a_name_is_written() {
    let used = |source: &str| {
        let mut names = Vec::new();
        flatten("", source, &mut names);
        names
    };
    assert_eq!(
        used("crate::{error::Error, fs::{self, Entry as E}, moves};"),
        ["crate::error::Error", "crate::fs::self", "crate::fs::Entry", "crate::moves"]
    );
    assert_eq!(used("std::time::Instant::now();"), ["std::time::Instant::now"]);
    let module = ["planner".to_owned(), "check".to_owned()];
    assert_eq!(in_full("super::super::fs::Entry", &module), "crate::fs::Entry");
    assert_eq!(in_full("super::plan", &module), "crate::planner::plan");
    assert!(is_within("crate::fs", "crate::fs") && !is_within("crate::fsync", "crate::fs"));
}

/// The texts in quotes of Rust code outside its tests, but for those of classes, attributes and reasons.
fn literals(source: &str) -> Vec<String> {
    let source = source.split("\n#[cfg(test)]\n").next().unwrap_or(source);
    let code: Vec<&str> = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n").replace("'\"'", "");
    let mut found = Vec::new();
    let (mut before, mut rest) = (String::new(), code.as_str());
    while let Some((code, quoted)) = rest.split_once('"') {
        let mut end = 0;
        while let Some(step) = quoted[end..].find(['"', '\\']) {
            end += step;
            if quoted.as_bytes()[end] == b'"' {
                break;
            }
            end += 2;
        }
        before.clear();
        before.push_str(code.trim_end());
        if !["class=", "class=(", "content=", "rel=", "reason =", "matches("].iter().any(|made| before.ends_with(made)) {
            found.push(quoted[..end].to_owned());
        }
        rest = quoted.get(end + 1..).unwrap_or_default();
    }
    found
}

/// Two words, or one that begins like a sentence does.
fn is_sentence(literal: &str) -> bool {
    let is_code = literal.contains("__") || literal.contains("--") || literal.contains("='") || literal.contains("'self'");
    let is_word = |word: &&str| {
        word.len() > 1 && word.trim_end_matches([',', '.', ':', ';', '…']).chars().all(|one| one.is_ascii_lowercase())
    };
    let begins = literal.len() > 2 && literal.starts_with(|one: char| one.is_ascii_uppercase());
    let begins = begins && literal.chars().nth(1).is_some_and(|one| one.is_ascii_lowercase());
    !is_code && (begins || literal.split(' ').filter(is_word).count() > 1)
}

#[test]
fn the_rules_see_sentences_and_not_code() {
    let source = r#"view! { <p class="notice shown" title="Goes on">"Nothing " {count} " of it"</p> } // all of it
        "quota-meter quota-meter--over"; '"'; format!("{} and {} more", a, b); "/moves/{id}"; "say \"Hello\" to it""#;
    let told: Vec<String> = literals(source).into_iter().filter(|literal| is_sentence(literal)).collect();
    assert_eq!(told, ["Goes on", "Nothing ", " of it", "{} and {} more", r#"say \"Hello\" to it"#]);
}

#[test]
fn the_rules_see_literals_in_values_only() {
    let sheet = "#add:hover { /* 3px */ inset: var(--a); & b { color: #fff } border: 1px solid }";
    let literal: Vec<_> = declarations(sheet).into_iter().filter(|d| is_literal(d)).collect();
    assert_eq!(literal, ["color: #fff", "border: 1px solid"]);
}
