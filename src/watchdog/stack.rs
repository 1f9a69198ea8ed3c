// SPDX-License-Identifier: GPL-2.0-or-later

//! What is called on the host's threads.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::finding::{Blocked, Done};
use crate::interpreter::HostThread;
use crate::object::{Place, known};

/// How many calls of a stack are shown, of the outermost and of the innermost ones.
const OUTERMOST: usize = 5;
const INNERMOST: usize = 25;
/// How much of a call is shown.
const LONGEST: usize = 200;
/// How deep a stack is looked at.
const DEEPEST: usize = 10_000;

/// The threads that the host waits for. When the main thread runs Python code it is that one, and those of the
/// same driver.
pub(super) fn blocked(
    py: Python<'_>,
    threads: &[Arc<HostThread>],
    main_alone: bool,
) -> Vec<Blocked> {
    // Never, but for a Python without it, and a lack of memory.
    let Ok(frames) = current_frames(py) else {
        return Vec::new();
    };
    let all = threads.iter().filter_map(|thread| {
        let frame = frames.get_item(thread.id()).ok().flatten();
        let (stack, place, method) = frame.map(read).unwrap_or_default();
        let place = place.or_else(|| thread.driver().cloned());
        // One without a stack is a driver's that has not ended.
        let counts = !stack.is_empty() || (thread.driver().is_some() && !thread.is_main());
        counts.then(|| Blocked {
            thread: Arc::clone(thread),
            place,
            method,
            stack: cut(stack),
            done: Done::IsNotPython,
        })
    });
    let mut all: Vec<_> = all.collect();
    let main = all.iter().find(|one| one.thread.is_main());
    let main_place = main.map(|main| main.place.clone());
    match main_place {
        None if main_alone => all.clear(),
        None => {}
        Some(place) => {
            let driver = place.map(|place| place.driver).filter(|_| !main_alone);
            all.retain(|one| {
                let own = one.place.as_ref().map(|place| &place.driver);
                one.thread.is_main() || (driver.is_some() && own == driver.as_ref())
            });
        }
    }
    all
}

fn current_frames(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let frames = py.import("sys")?.call_method0("_current_frames")?;
    Ok(frames.cast_into()?)
}

/// The calls, the innermost last; whose they are; and the method that the host called.
fn read(innermost: Bound<'_, PyAny>) -> (Vec<String>, Option<Place>, Option<String>) {
    let mut frames = Vec::new();
    let mut next = Some(innermost);
    while let Some(frame) = next.filter(|frame| !frame.is_none() && frames.len() < DEEPEST) {
        next = frame.getattr("f_back").ok();
        frames.push(frame);
    }
    frames.reverse();
    let found = frames
        .iter()
        .find_map(|frame| Some((owner(frame)?, name(frame, "co_name"))));
    let (place, method) = match found {
        Some((place, method)) => (Some(place), method),
        None => (
            None,
            frames.first().and_then(|frame| name(frame, "co_name")),
        ),
    };
    (frames.iter().map(shown).collect(), place, method)
}

fn name(frame: &Bound<'_, PyAny>, attribute: &str) -> Option<String> {
    let code = frame.getattr("f_code").ok()?;
    code.getattr(attribute).ok()?.extract().ok()
}

/// Whose call it is: its function is known, or its first argument, which is `self` in a method.
fn owner(frame: &Bound<'_, PyAny>) -> Option<Place> {
    let code = frame.getattr("f_code").ok()?;
    if let Some(place) = known(&code) {
        return Some(place);
    }
    let arguments: usize = code.getattr("co_argcount").ok()?.extract().ok()?;
    if arguments == 0 {
        return None;
    }
    let first = code.getattr("co_varnames").ok()?.get_item(0).ok()?;
    known(&frame.getattr("f_locals").ok()?.get_item(first).ok()?)
}

/// A call as `file:line function`.
fn shown(frame: &Bound<'_, PyAny>) -> String {
    let unknown = || "?".to_owned();
    let file = name(frame, "co_filename").unwrap_or_else(unknown);
    let function = name(frame, "co_qualname").or_else(|| name(frame, "co_name"));
    let line = frame.getattr("f_lineno").ok();
    let line: Option<usize> = line.and_then(|line| line.extract().ok());
    let line = line.map_or_else(unknown, |line| line.to_string());
    let text = format!("{file}:{line} {}", function.unwrap_or_else(unknown));
    let all = text.chars().count();
    // The end says more.
    text.chars().skip(all.saturating_sub(LONGEST)).collect()
}

/// Leaves the middle of a long stack out.
fn cut(stack: Vec<String>) -> String {
    let between = stack.len().saturating_sub(OUTERMOST + INNERMOST);
    let mut shown: Vec<String> = Vec::new();
    for (at, call) in stack.into_iter().enumerate() {
        if at == OUTERMOST && between > 0 {
            shown.push(format!("({between} more)"));
        }
        if at < OUTERMOST || at >= OUTERMOST + between {
            shown.push(call);
        }
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_a_long_stack_is_left_out() {
        let stack = |calls: usize| (0..calls).map(|call| call.to_string()).collect();
        assert_eq!(cut(stack(3)), "0, 1, 2");
        let long = cut(stack(1000));
        assert!(
            long.starts_with("0, 1, 2, 3, 4, (970 more), 975, "),
            "{long}"
        );
        assert!(long.ends_with(", 999"), "{long}");
        assert_eq!(cut(stack(30)).matches(", ").count(), 29);
    }
}
