//! Joins the style sheets that the main sheet imports into one file.
//!
//! A browser would fetch imports one after the other; joined, they mean the same. Understood is
//! `@import "sheet.css";` and `@import "sheet.css" layer(name);`, each on its own line.
//!
//! Not here: any other change of the sheets; what is written is what a browser gets.

use anyhow::{Context, Result, bail, ensure};
use std::{fmt::Write, fs, path::Path};

pub(crate) fn join(main: &Path) -> Result<String> {
    let folder = main.parent().unwrap_or(Path::new(""));
    let mut joined = String::new();
    for line in read(main)?.lines() {
        let Some(import) = Import::of(line)? else {
            writeln!(joined, "{line}")?;
            continue;
        };
        let sheet = read(&folder.join(import.sheet)).with_context(|| format!("imported by {}", main.display()))?;
        ensure!(
            !sheet.lines().any(|line| line.trim_start().starts_with("@import")),
            "{} imports a sheet: only the main sheet may",
            import.sheet
        );
        match import.layer {
            Some(layer) => writeln!(joined, "@layer {layer} {{\n{}\n}}", sheet.trim_end())?,
            None => writeln!(joined, "{}", sheet.trim_end())?,
        }
    }
    Ok(joined)
}

struct Import<'a> {
    sheet: &'a str,
    layer: Option<&'a str>,
}

impl<'a> Import<'a> {
    fn of(line: &'a str) -> Result<Option<Self>> {
        let Some(rest) = line.trim().strip_prefix("@import") else {
            return Ok(None);
        };
        let parts = rest.trim().trim_end_matches(';').split('"').collect::<Vec<_>>();
        let ["", sheet, after] = parts.as_slice() else { bail!("cannot read `{line}`") };
        let after = after.trim();
        let layer = after.strip_prefix("layer(").and_then(|name| name.strip_suffix(')'));
        ensure!(after.is_empty() || layer.is_some(), "cannot read `{line}`");
        Ok(Some(Self { sheet, layer }))
    }
}

fn read(sheet: &Path) -> Result<String> {
    fs::read_to_string(sheet).with_context(|| format!("cannot read {}", sheet.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(main: &str, expected: Result<&str, &str>) {
        let folder = tempfile::tempdir().unwrap();
        let write = |name, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write("main.css", main);
        write("base.css", "p { margin: 0 }\n");
        write("nested.css", "@import \"base.css\";\n");
        let joined = join(&folder.path().join("main.css"));
        match expected {
            Ok(text) => assert_eq!(joined.unwrap(), text),
            Err(part) => assert!(format!("{:#}", joined.unwrap_err()).contains(part)),
        }
    }

    #[test]
    fn imports_are_replaced_by_the_sheets_in_their_layers() {
        check(
            "@layer base, pages;\n@import \"base.css\" layer(base);\n",
            Ok("@layer base, pages;\n@layer base {\np { margin: 0 }\n}\n"),
        );
        check("@import \"base.css\";\nbody {}\n", Ok("p { margin: 0 }\nbody {}\n"));
    }

    #[test]
    fn what_cannot_be_joined_is_refused() {
        check("@import \"gone.css\";", Err("gone.css"));
        check("@import \"nested.css\";", Err("only the main sheet may"));
        check("@import url(base.css);", Err("cannot read"));
        check("@import \"base.css\" print;", Err("cannot read"));
    }
}
