//! Hostile paths and names, made by rule: every way to write a step upward, every odd byte, every link, everywhere.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Ways to say "the folder above", or to hope that somebody reads it so.
const STEPS: [&[u8]; 30] = [
    b"..",
    b".",
    b"...",
    b"....",
    b"%2e%2e",
    b"%2E%2e",
    b".%2e",
    b"%252e%252e",
    b"%25252e%25252e",
    b"%u002e%u002e",
    b"%c0%ae%c0%ae",
    b"%e0%80%ae%e0%80%ae",
    b"\xc0\xae\xc0\xae",
    b"\xe0\x80\xae\xe0\x80\xae",
    b"\xf0\x80\x80\xae\xf0\x80\x80\xae",
    b"..\0",
    b"..%00",
    b".. ",
    b" ..",
    b"..\t",
    b"..\n",
    b"..;",
    b"..;a=b",
    b"..\\",
    b"..%5c",
    b"..%2f",
    b"..%252f",
    "\u{ff0e}\u{ff0e}".as_bytes(),
    "\u{2025}".as_bytes(),
    "\u{2024}\u{2024}".as_bytes(),
];

/// What somebody may take for a slash, or for none.
const SLASHES: [&[u8]; 12] = [
    b"//",
    b"///",
    b"/./",
    b"\\",
    b"%2f",
    b"%252f",
    b"%5c",
    b"%c0%af",
    b"\xc0\xaf",
    "\u{2215}".as_bytes(),
    "\u{2044}".as_bytes(),
    "\u{ff0f}".as_bytes(),
];

/// Links in the managed folder: what each is called. They are made by `place`.
pub(super) const LINKS: [&str; 14] = [
    "link-out",
    "link-relative",
    "link-chain",
    "link-file",
    "link-top",
    "link-above",
    "link-loop",
    "link-itself",
    "link-proc-root",
    "link-proc-cwd",
    "link-proc-fd",
    "link-inside",
    "inside/link-deep",
    "inside/link-file",
];

/// What may follow a link.
const AFTER_A_LINK: [&str; 10] =
    ["", "/", "//", "/.", "/..", "/marker", "/folder", "/folder/marker", "/../outside/marker", "/outside/marker"];

/// Odd bytes of a name.
const ODD: [&[u8]; 44] = [
    b"\n",
    b"a\nb",
    b"a\rb",
    b"\t",
    b"\x01",
    b"\x1b[2J",
    b"\x7f",
    b"a\0b",
    b"\0",
    b"%00",
    b" ",
    b"  a ",
    b"-",
    b"--",
    b"-rf",
    b"--help",
    b"--json",
    b"--state=x",
    b"*",
    b"?",
    b"[a-z]",
    b"{a,b}",
    b"~",
    b"~root",
    b"$HOME",
    b"$(id)",
    b"`id`",
    b"a;id",
    b"a|id",
    b"a&b",
    b"<script>",
    b"'\"",
    b"\\",
    b"a\\..\\b",
    b"C:",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    "\u{202e}gpj".as_bytes(),
    "\u{feff}inside".as_bytes(),
    "insi\u{200b}de".as_bytes(),
    "\u{43e}utside".as_bytes(),
    // One letter, and the same in two.
    "\u{fc}".as_bytes(),
    "u\u{308}".as_bytes(),
    "INSIDE".as_bytes(),
];

/// Names that moves and uploads give.
const HIDDEN: [&str; 8] = [
    ".tidelock-00000000-1.0",
    ".tidelock-00000000-1.0.retired",
    ".tidelock-00000000-1.record",
    ".tidelock-00000000-1.barrier",
    ".tidelock-upload-00000000000000000000000000000000",
    ".tidelock-",
    ".tidelock-../outside",
    ".tidelock-x",
];

/// Every path, each of which leads out of `top/managed` if anybody reads it as it is not to be read.
pub(super) fn paths(top: &Path) -> Vec<Vec<u8>> {
    let top = top.as_os_str().as_bytes();
    let managed = [top, b"/managed"].concat();
    let inside = |rest: &[u8]| [&managed, rest].concat();
    let mut paths = Vec::new();
    for step in STEPS {
        for (before, after) in [
            (&b"/"[..], &b"/outside/marker"[..]),
            (b"/", b"/outside/folder"),
            (b"/", b""),
            (b"/inside/", b"/"),
            (b"/link-out/", b"/outside/marker"),
        ] {
            paths.push(inside(&[before, step, after].concat()));
        }
        paths.push(inside(&[b"/inside/", step, b"/", step, b"/outside/marker"].concat()));
        paths.push(inside(&[&[b"/", step].concat().repeat(12)[..], b"/etc/passwd"].concat()));
        paths.push([b"/", step, b"/", step, &top[1..], b"/outside/marker"].concat());
        paths.push([step, b"/outside/marker"].concat());
    }
    for slash in SLASHES {
        paths.push(inside(&[slash, b"..", slash, b"outside", slash, b"marker"].concat()));
        paths.push(inside(&[slash, b"inside", slash, b"..", slash, b"..", slash, b"outside"].concat()));
        paths.push(inside(&[slash, b"link-out", slash, b"marker"].concat()));
        paths.push([top, slash, b"outside", slash, b"marker"].concat());
    }
    for link in LINKS {
        paths.extend(AFTER_A_LINK.map(|after| inside(format!("/{link}{after}").as_bytes())));
        paths.push([&inside(format!("/{link}").as_bytes())[..], top, b"/outside/marker"].concat());
    }
    paths.extend(elsewhere(top));
    for odd in ODD {
        paths.push(inside(&[b"/", odd].concat()));
        paths.push(inside(&[b"/", odd, b"/../../outside/marker"].concat()));
    }
    for hidden in HIDDEN {
        paths.push(inside(format!("/{hidden}").as_bytes()));
        paths.push(inside(format!("/{hidden}/marker").as_bytes()));
    }
    for length in [255, 256, 4000, 4095, 4096, 4097, 70_000] {
        paths.push(inside(&[b"/".to_vec(), b"n".repeat(length)].concat()));
        paths.push(inside(&b"/n".repeat(length)));
        paths.push(inside(&[&b"/..".repeat(length)[..], b"/outside/marker"].concat()));
    }
    paths
}

/// Absolute paths that do not lie in what is managed, whatever they look like.
fn elsewhere(top: &[u8]) -> Vec<Vec<u8>> {
    let mut paths: Vec<Vec<u8>> = [
        "",
        "/",
        "//",
        "/.",
        "/..",
        "/etc",
        "/etc/passwd",
        "/dev/shm",
        "/dev/null",
        "/dev/stdin",
        "/dev/fd/0",
        "/proc",
        "/sys",
        "relative",
        "~",
        "C:\\",
        "\\\\server\\share",
        "file:///etc/passwd",
    ]
    .map(|path| path.as_bytes().to_vec())
    .to_vec();
    let outside = [top, b"/outside/marker"].concat();
    for magic in ["/proc/self/root", "/proc/self/cwd", "/proc/thread-self/root", "/proc/1/root"] {
        paths.push(magic.as_bytes().to_vec());
        paths.push([magic.as_bytes(), &outside].concat());
    }
    paths.push([b"/", &b"/proc/self/root".repeat(3)[..], &outside].concat());
    for descriptor in 0..12 {
        paths.push(format!("/proc/self/fd/{descriptor}").into_bytes());
        paths.push(format!("/proc/self/fd/{descriptor}/../outside/marker").into_bytes());
    }
    for beside in
        ["/outside", "/outside/marker", "/outside/folder", "/managed-beside", "/managed-beside/marker", "", "/", "/MANAGED"]
    {
        paths.push([top, beside.as_bytes()].concat());
    }
    paths
}

/// The same as one name.
pub(super) fn names() -> Vec<Vec<u8>> {
    let mut names: Vec<Vec<u8>> = STEPS.iter().chain(&ODD).map(|name| name.to_vec()).collect();
    names.extend(SLASHES.iter().map(|slash| [b"..", *slash, b"outside", slash, b"planted"].concat()));
    names.extend(STEPS.iter().map(|step| [step, &b"/outside/planted"[..]].concat()));
    names.extend(LINKS.iter().flat_map(|link| ["", "/planted"].map(|after| format!("{link}{after}").into_bytes())));
    names.extend(HIDDEN.iter().map(|hidden| hidden.as_bytes().to_vec()));
    names.extend(["", "/", "/etc/passwd", "inside", "inside/../../outside/planted"].map(|name| name.as_bytes().to_vec()));
    names.extend([255, 256, 4097].map(|length| b"n".repeat(length)));
    names
}
