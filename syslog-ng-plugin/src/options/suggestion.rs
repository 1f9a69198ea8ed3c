// SPDX-License-Identifier: GPL-2.0-or-later

//! The name that somebody may have meant.

/// The one of `names` that `word` may be a slip of, taking `-` and `_` for one letter.
pub(super) fn nearest<'n>(word: &str, names: &[&'n str]) -> Option<&'n str> {
    let word = word.replace('_', "-").to_lowercase();
    // A slip or two; in a short word two would be half of it.
    let limit = if word.len() < 6 { 1 } else { 2 };
    names
        .iter()
        .map(|name| (strsim::damerau_levenshtein(&word, name), *name))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_found_and_another_word_is_not() {
        let names = ["batch-lines", "class", "retries", "tags"];
        assert_eq!(nearest("clas", &names), Some("class"));
        assert_eq!(nearest("Batch_Line", &names), Some("batch-lines"));
        assert_eq!(nearest("retires", &names), Some("retries"));
        assert_eq!(nearest("tasks", &names), None);
        assert_eq!(nearest("workers", &names), None);
    }
}
