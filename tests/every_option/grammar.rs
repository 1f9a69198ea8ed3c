// SPDX-License-Identifier: GPL-2.0-or-later

//! Reads the rules that the host's drivers share out of `cfg-grammar.y`, which comes with the host's
//! headers.

use std::collections::{BTreeMap, BTreeSet};

/// The rules of a grammar: the alternatives of each, as tokens without actions.
pub(crate) struct Grammar(BTreeMap<String, Vec<Vec<String>>>);

impl Grammar {
    /// Reads what stands between the first two `%%`.
    pub(crate) fn read(text: &str) -> Self {
        let rules = text.split("\n%%").nth(1).expect("the grammar has rules");
        let tokens = tokens(rules);
        let mut grammar = BTreeMap::new();
        let mut at = 0;
        while at + 1 < tokens.len() {
            let name = tokens[at].clone();
            // A rule's name may have its type behind it.
            at += 1;
            while tokens[at] != ":" {
                at += 1;
            }
            let mut alternatives = vec![Vec::new()];
            at += 1;
            while at < tokens.len() && tokens[at] != ";" {
                // Some rules lack their semicolon.
                if tokens.get(at + 1).is_some_and(|next| next == ":") {
                    at -= 1;
                    break;
                }
                if tokens[at] == "|" {
                    alternatives.push(Vec::new());
                } else {
                    alternatives.last_mut().unwrap().push(tokens[at].clone());
                }
                at += 1;
            }
            at += 1;
            grammar.insert(name, alternatives);
        }
        Grammar(grammar)
    }

    /// The names of the options that `rule` leads to, with dashes; those inside of another option's
    /// brackets with a slash between them.
    pub(crate) fn options(&self, rule: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        self.collect(rule, "", &mut BTreeSet::new(), &mut found);
        found
    }

    fn collect(
        &self,
        rule: &str,
        around: &str,
        seen: &mut BTreeSet<String>,
        found: &mut BTreeSet<String>,
    ) {
        if !seen.insert(format!("{around}{rule}")) {
            return;
        }
        let alternatives = self.0.get(rule);
        for alternative in alternatives.unwrap_or_else(|| panic!("the grammar has no {rule}")) {
            let Some(first) = alternative.first() else {
                continue;
            };
            let Some(keyword) = first.strip_prefix("KW_") else {
                // A list's rule leads to its item and to itself.
                for part in alternative {
                    if self.0.contains_key(part) {
                        self.collect(part, around, seen, found);
                    }
                }
                continue;
            };
            if alternative.get(1).is_none_or(|next| next != "'('") && around.is_empty() {
                // value-pairs stands apart from its bracket by an action.
                assert_eq!(keyword, "VALUE_PAIRS", "{alternative:?}");
            }
            let name = keyword.to_lowercase().replace('_', "-");
            let name = format!("{around}{name}");
            found.insert(name.clone());
            let inside = format!("{name}/");
            for part in &alternative[1..] {
                if part.starts_with("vp_") && part != "vp_scope_list" {
                    self.collect(part, &inside, seen, found);
                }
            }
        }
    }
}

/// Names, quoted characters and punctuation; actions in braces, types in angle brackets and comments
/// are left out.
fn tokens(rules: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = rules;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("/*") {
            rest = rest.split_once("*/").expect("a comment ends").1;
        } else if c == '{' {
            rest = &rest[action_length(rest)..];
        } else if c == '<' {
            rest = rest.split_once('>').expect("a type ends").1;
        } else if c == '\'' {
            let end = rest[1..].find('\'').expect("a character ends") + 2;
            found.push(rest[..end].to_owned());
            rest = &rest[end..];
        } else if c.is_alphanumeric() || c == '_' {
            let end = rest
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
            found.push(rest[..end].to_owned());
            rest = &rest[end..];
        } else {
            if matches!(c, ':' | '|' | ';') {
                found.push(c.to_string());
            }
            rest = &rest[c.len_utf8()..];
        }
    }
    found
}

/// How long the C code in braces is that `text` begins with.
fn action_length(text: &str) -> usize {
    let mut depth = 0;
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if let Some(end) = quote {
            if !escaped && c == end {
                quote = None;
            }
            escaped = !escaped && c == '\\';
            continue;
        }
        match c {
            '"' | '\'' => quote = Some(c),
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    panic!("an action does not end: {text}");
}
