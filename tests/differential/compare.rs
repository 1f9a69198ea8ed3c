// SPDX-License-Identifier: GPL-2.0-or-later

//! What differs between two runs.

/// The lines that only one has: `- ` for those of `c`, `+ ` for those of `ours`.
pub(crate) fn difference(c: &[String], ours: &[String]) -> Vec<String> {
    // common[i][j]: how many lines c[i..] and ours[j..] have in common, in order.
    let mut common = vec![vec![0_usize; ours.len() + 1]; c.len() + 1];
    for i in (0..c.len()).rev() {
        for j in (0..ours.len()).rev() {
            common[i][j] = if c[i] == ours[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut lines = Vec::new();
    while i < c.len() || j < ours.len() {
        if i < c.len() && j < ours.len() && c[i] == ours[j] {
            i += 1;
            j += 1;
        } else if i < c.len() && (j == ours.len() || common[i + 1][j] >= common[i][j + 1]) {
            lines.push(format!("- {}", c[i]));
            i += 1;
        } else {
            lines.push(format!("+ {}", ours[j]));
            j += 1;
        }
    }
    lines
}
