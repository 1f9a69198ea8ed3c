// SPDX-License-Identifier: GPL-2.0-or-later

//! Exceptions as text.

use pyo3::exceptions::PySyntaxError;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTraceback};

/// An exception as text.
pub(crate) struct Exception {
    /// `ValueError: what it says`
    pub(crate) text: String,
    /// As Python prints it, without the newline at the end.
    pub(crate) traceback: String,
    /// `file:line` where it was raised, as far as that is known.
    pub(crate) location: Option<String>,
    /// What to do about a module that is missing.
    pub(crate) hint: Option<String>,
}

impl Exception {
    /// Never fails: where the exception's own methods raise, a placeholder stands.
    pub(crate) fn of(py: Python<'_>, error: &PyErr) -> Self {
        Exception {
            text: cut(text(py, error), 8 << 10),
            traceback: cut(traceback(py, error), 64 << 10),
            location: location(py, error),
            hint: super::distribution::hint(py, error),
        }
    }

    /// What events on it say of it.
    pub(crate) fn tags(&self) -> Vec<(&'static str, &str)> {
        let mut tags = vec![
            ("exception", self.text.as_str()),
            ("traceback", &self.traceback),
        ];
        tags.extend(self.hint.as_deref().map(|hint| ("hint", hint)));
        tags
    }
}

fn text(py: Python<'_>, error: &PyErr) -> String {
    let name = type_name(py, error);
    match error.value(py).str() {
        Ok(message) if message.is_empty().unwrap_or(false) => name,
        Ok(message) => format!("{name}: {}", lossy(&message)),
        Err(_) => format!("{name}: <the exception cannot be shown as text>"),
    }
}

/// The name of the exception's type.
pub(super) fn type_name(py: Python<'_>, error: &PyErr) -> String {
    error
        .get_type(py)
        .qualname()
        .map_or_else(|_| "<unknown>".to_owned(), |name| lossy(&name))
}

fn traceback(py: Python<'_>, error: &PyErr) -> String {
    let format = || -> PyResult<String> {
        let parts = (error.get_type(py), error.value(py), error.traceback(py));
        let lines = py
            .import("traceback")?
            .call_method1("format_exception", parts)?;
        let text = PyString::new(py, "").call_method1("join", (lines,))?;
        Ok(lossy(text.cast::<PyString>()?).trim_end().to_owned())
    };
    format().unwrap_or_else(|_| "<the traceback cannot be formatted>".to_owned())
}

fn location(py: Python<'_>, error: &PyErr) -> Option<String> {
    if error.is_instance_of::<PySyntaxError>(py) {
        let value = error.value(py);
        let file: String = value.getattr("filename").ok()?.extract().ok()?;
        let line: usize = value.getattr("lineno").ok()?.extract().ok()?;
        return Some(format!("{file}:{line}"));
    }
    let innermost = innermost(py, error)?;
    let line = line_of(&innermost)?;
    let code = innermost.getattr("tb_frame").ok()?.getattr("f_code").ok()?;
    let file: String = code.getattr("co_filename").ok()?.extract().ok()?;
    Some(format!("{file}:{line}"))
}

/// The line where the exception was raised; cheap.
pub(super) fn line(py: Python<'_>, error: &PyErr) -> usize {
    innermost(py, error).as_ref().and_then(line_of).unwrap_or(0)
}

fn innermost<'py>(py: Python<'py>, error: &PyErr) -> Option<Bound<'py, PyTraceback>> {
    let mut newest = error.traceback(py)?;
    while let Ok(next) = newest
        .getattr("tb_next")
        .and_then(|next| Ok(next.cast_into::<PyTraceback>()?))
    {
        newest = next;
    }
    Some(newest)
}

fn line_of(traceback: &Bound<'_, PyTraceback>) -> Option<usize> {
    traceback.getattr("tb_lineno").ok()?.extract().ok()
}

/// The text without its middle where it is longer than `most` bytes: errors of clients may hold whole
/// messages, or what a server answered.
fn cut(text: String, most: usize) -> String {
    if text.len() <= most {
        return text;
    }
    let head = (0..=most / 2)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0);
    let from = text.len() - most / 2;
    let tail = (from..=text.len())
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(text.len());
    format!(
        "{} … {} bytes left out … {}",
        &text[..head],
        tail - head,
        &text[tail..]
    )
}

/// The text; what cannot be written in UTF-8 becomes a replacement character.
pub(super) fn lossy(text: &Bound<'_, PyString>) -> String {
    text.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_loses_its_middle() {
        assert_eq!(cut("short".to_owned(), 10), "short");
        let long = cut("é".repeat(1000), 20);
        assert_eq!(long, "ééééé … 1980 bytes left out … ééééé");
    }
}
