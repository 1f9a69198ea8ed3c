// SPDX-License-Identifier: GPL-2.0-or-later

//! What a config says about a driver's Python side.

use super::Value;

/// What a config says about a driver's Python side.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Binding {
    /// class(): `Name`, looked up in the config's python block, or `module.Name`.
    pub(crate) class: Option<String>,
    /// loaders(): modules to import before the class is looked up.
    pub(crate) loaders: Vec<String>,
    /// options(), in the order of the config; of equal names the last one counts.
    pub(crate) options: Vec<(String, Value)>,
    /// time-reopen() of a source, in seconds.
    pub(crate) time_reopen: Option<i32>,
    /// mark-errors-as-critical(), of python-http-header() only.
    pub(crate) mark_errors_as_critical: bool,
}

impl Default for Binding {
    fn default() -> Self {
        Binding {
            class: None,
            loaders: Vec::new(),
            options: Vec::new(),
            time_reopen: None,
            mark_errors_as_critical: true,
        }
    }
}

impl Binding {
    /// What class() says. `driver` is the name of the option's owner, for the sentence.
    ///
    /// # Errors
    /// A sentence, where there is no class() or an empty one.
    pub(crate) fn required_class(&self, driver: &str) -> Result<String, String> {
        let class = self.class.clone().filter(|class| !class.is_empty());
        class.ok_or_else(|| format!("{driver} needs class(\"Name\") or class(\"module.Name\")"))
    }

    /// Adds an option. In its name `-` becomes `_`, as Python names want it.
    pub(super) fn set(&mut self, name: &str, value: Value) {
        let name = name.replace('-', "_");
        match self.options.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.options.push((name, value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::Text(text.as_bytes().to_vec())
    }

    #[test]
    fn of_equal_names_the_last_one_counts() {
        let mut binding = Binding::default();
        binding.set("a-b", text("1"));
        binding.set("c", text("2"));
        binding.set("a_b", text("3"));
        assert_eq!(
            binding.options,
            [("a_b".to_owned(), text("3")), ("c".to_owned(), text("2"))]
        );
    }
}
