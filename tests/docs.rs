// SPDX-License-Identifier: GPL-2.0-or-later

//! What the documentation shows is what the tests run, and what it links to is there.
//!
//! In front of a block of configuration or code stands a comment that names its file, and perhaps a
//! region of it: `<!-- examples/parser/logfmt.py: class -->`. In the file a region stands between the
//! lines `# region: class` and `# endregion`. Blocks of commands (`sh`) and of output (`text`) come from nowhere.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Pages that are made by programs, or show what no program runs.
const WITHOUT_SOURCES: &[&str] = &["api-checklist.md", "benchmark.md", "packages.md"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The files in a folder, and in those inside of it, that end in `ending`.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.to_str().unwrap().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn name(file: &Path) -> &str {
    file.file_name().unwrap().to_str().unwrap()
}

/// The documentation: the pages, and what stands in the project's own folder.
fn pages() -> Vec<PathBuf> {
    let mut pages = files(&root().join("docs"), ".md");
    pages.extend(["README.md", "CONTRIBUTING.md"].map(|name| root().join(name)));
    pages
}

/// A block between two fences.
struct Block {
    language: String,
    /// What the comment in front of it names.
    source: Option<String>,
    text: String,
    line: usize,
}

/// The blocks of a page, and the page without them.
fn blocks(page: &str) -> (Vec<Block>, String) {
    let (mut blocks, mut prose) = (Vec::new(), String::new());
    let mut source = None;
    let mut block: Option<Block> = None;
    for (number, line) in page.lines().enumerate() {
        match (&mut block, line.strip_prefix("```")) {
            (Some(_), Some(_)) => blocks.extend(block.take()),
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, Some(language)) => {
                block = Some(Block {
                    language: language.to_owned(),
                    source: source.take(),
                    text: String::new(),
                    line: number + 1,
                });
            }
            (None, None) => {
                let comment = line
                    .strip_prefix("<!-- ")
                    .and_then(|rest| rest.strip_suffix(" -->"));
                if comment.is_some() || !line.is_empty() {
                    source = comment.map(str::to_owned);
                }
                prose.push_str(line);
                prose.push('\n');
            }
        }
    }
    assert!(block.is_none(), "a block has no end");
    (blocks, prose)
}

/// Whether a line begins a region (its name) or ends one (nothing).
fn mark(line: &str) -> Option<Option<&str>> {
    let comment = line.trim_start();
    let comment = comment
        .strip_prefix("# ")
        .or_else(|| comment.strip_prefix("// "))?;
    match comment.strip_prefix("region: ") {
        Some(name) => Some(Some(name)),
        None => (comment == "endregion").then_some(None),
    }
}

/// The lines of a region.
fn region(text: &str, name: &str) -> Option<String> {
    let mut lines = text.lines();
    lines.find(|line| mark(line) == Some(Some(name)))?;
    let mut region = Vec::new();
    loop {
        let line = lines.next()?;
        match mark(line) {
            Some(None) => return Some(without_margin(&region)),
            Some(Some(_)) => return None,
            None => region.push(line),
        }
    }
}

/// The lines without what all of them have in front.
fn without_margin(lines: &[&str]) -> String {
    let full = lines.iter().filter(|line| !line.is_empty());
    let margin = full.map(|line| line.len() - line.trim_start().len()).min();
    lines
        .iter()
        .map(|line| format!("{}\n", line.get(margin.unwrap_or(0)..).unwrap_or_default()))
        .collect()
}

#[test]
fn each_block_is_in_a_file_that_a_test_runs() {
    let tests: String = files(&root().join("tests"), ".rs")
        .iter()
        .filter(|file| !file.ends_with("docs.rs"))
        .map(|file| read(file))
        .collect();
    for page in pages() {
        if WITHOUT_SOURCES.contains(&name(&page)) {
            continue;
        }
        for block in blocks(&read(&page)).0 {
            if ["sh", "text"].contains(&&*block.language) {
                continue;
            }
            let place = format!("{}:{}", page.display(), block.line);
            let source = block
                .source
                .unwrap_or_else(|| panic!("{place}: no comment names the block's file"));
            let (file, wanted) = source
                .split_once(": ")
                .map_or((&*source, None), |(file, region)| (file, Some(region)));
            let path = root().join(file);
            let text = read(&path);
            let found = match wanted {
                Some(name) => region(&text, name)
                    .unwrap_or_else(|| panic!("{place}: {file} has no region {name}")),
                None => text,
            };
            assert_eq!(block.text, found, "{place}: the block is not {source}");
            // Examples of the SDK are run by the name of their library.
            let folder = name(path.parent().unwrap());
            let run = if folder == "examples" {
                format!("lib{}.so", path.file_stem().unwrap().to_str().unwrap())
            } else {
                format!("\"{folder}\"")
            };
            assert!(tests.contains(&run), "{place}: no test runs {file} ({run})");
        }
    }
}

/// What stands in the brackets of links.
fn links(prose: &str) -> Vec<&str> {
    let links = prose.split("](").skip(1);
    links.filter_map(|rest| rest.split(')').next()).collect()
}

/// What a page links to in the project: the link, the file, and the heading in it.
fn linked<'t>(page: &Path, text: &'t str) -> Vec<(&'t str, PathBuf, &'t str)> {
    let inside = links(text)
        .into_iter()
        .filter(|link| !link.starts_with("http"));
    let parts = inside.map(|link| {
        let (file, heading) = link.split_once('#').unwrap_or((link, ""));
        let target = match file {
            "" => page.to_owned(),
            _ => page.parent().unwrap().join(file),
        };
        (link, target, heading)
    });
    parts.collect()
}

/// The name by which links know a heading.
fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || ['-', '_', ' '].contains(c);
    let heading = heading.trim_start_matches('#').trim().to_lowercase();
    let heading: String = heading.chars().filter(kept).collect();
    heading.replace(' ', "-")
}

fn anchors(page: &Path) -> BTreeSet<String> {
    let (_, prose) = blocks(&read(page));
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    headings.map(anchor).collect()
}

#[test]
fn no_link_to_a_file_is_dead() {
    let mut pages = pages();
    pages.push(root().join("CHANGELOG.md"));
    pages.extend(files(&root().join("examples"), ".md"));
    pages.extend(files(&root().join("tests"), ".md"));
    for page in pages {
        let text = read(&page);
        for (link, target, heading) in linked(&page, &blocks(&text).1) {
            assert!(target.exists(), "{}: {link} is dead", page.display());
            assert!(
                heading.is_empty() || anchors(&target).contains(heading),
                "{}: {link} names no heading",
                page.display()
            );
        }
    }
}

/// The same as `tests/packages/links.sh` sees in a package, long before one is made.
#[test]
fn what_is_installed_links_to_what_is_installed() {
    let output = Command::new(root().join("packaging/docs"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let installed = String::from_utf8(output.stdout).unwrap();
    let mut there: BTreeSet<PathBuf> = BTreeSet::new();
    for file in installed.lines() {
        let file = root().join(file).canonicalize().unwrap();
        there.extend(file.ancestors().map(Path::to_path_buf));
    }
    for page in installed.lines().filter(|file| file.ends_with(".md")) {
        let file = root().join(page);
        let text = read(&file);
        for (link, target, _) in linked(&file, &text) {
            let target = target.canonicalize();
            assert!(
                target.is_ok_and(|target| there.contains(&target)),
                "{page}: {link} is not installed"
            );
        }
    }
}

#[test]
fn the_summary_has_each_page() {
    let folder = root().join("docs");
    let summary = read(&folder.join("SUMMARY.md"));
    let listed = links(&summary);
    for page in files(&folder, ".md") {
        let name = name(&page);
        assert!(
            name == "SUMMARY.md" || listed.contains(&name),
            "{name} is missing in docs/SUMMARY.md"
        );
    }
    // mdBook makes an empty page of one that is not there.
    for name in listed {
        assert!(folder.join(name).exists(), "{name} is not there");
    }
}

/// The names in lines such as `name: "class",` or `def init(`.
fn names_behind(file: &str, before: &str, after: char) -> Vec<String> {
    let text = read(&root().join(file));
    let names = text.split(before).skip(1);
    names
        .filter_map(|rest| Some(rest.split_once(after)?.0.to_owned()))
        .filter(|name| !name.starts_with('_'))
        .collect()
}

#[test]
fn each_option_has_its_place_on_a_page() {
    let pages: String = files(&root().join("docs"), ".md")
        .iter()
        .map(|page| read(page))
        .collect();
    for file in [
        "src/options/grammar.rs",
        "syslog-ng-plugin/src/options/destination.rs",
        "syslog-ng-plugin/src/options/driver.rs",
        "syslog-ng-plugin/src/options/parser.rs",
        "syslog-ng-plugin/src/options/source.rs",
        "syslog-ng-plugin/src/options/template.rs",
    ] {
        let options = names_behind(file, "        name: \"", '"');
        assert!(!options.is_empty(), "{file} has no options");
        for option in options {
            let shown = format!("| `{option}(");
            assert!(pages.contains(&shown), "no page has the option {option}()");
        }
    }
}

#[test]
fn each_method_is_on_the_page_of_its_class() {
    for (file, page) in [
        ("python/syslogng/dest.py", "destination.md"),
        ("python/syslogng/parser.py", "parser.md"),
        ("python/syslogng/source.py", "source.md"),
    ] {
        let mut text = read(&root().join("docs").join(page));
        if page == "source.md" {
            text += &read(&root().join("docs/fetcher.md"));
        }
        for method in names_behind(file, "    def ", '(') {
            let shown = format!("| `{method}(");
            assert!(text.contains(&shown), "{page} does not have {method}()");
        }
    }
}
