// SPDX-License-Identifier: GPL-2.0-or-later

//! The order of locks: those of the host are taken without any of the module's own.
//!
//! A thread of the host may hold one of its locks and wait for the module's; a thread that holds
//! the module's and takes the host's would wait for it, and neither would go on.

use std::cell::Cell;
use std::sync::OnceLock;

static HELD: OnceLock<fn() -> bool> = OnceLock::new();

/// Sets how to find out whether this thread holds the module's own lock, such as the lock of an
/// interpreter. Debug builds check it before they take a lock of the host. The first call counts.
pub fn check_with(held: fn() -> bool) {
    let _ = HELD.set(held);
}

thread_local! {
    static POSTING: Cell<bool> = const { Cell::new(false) };
}

/// A time in which this thread posts no message: it posts one already, so that it holds locks of the
/// host, or the host calls it with one.
pub(crate) struct NoPosting {
    before: bool,
}

impl NoPosting {
    /// Begins it whether or not it has begun.
    pub(crate) fn enter() -> Self {
        NoPosting {
            before: POSTING.replace(true),
        }
    }

    /// Begins it, unless it has begun.
    pub(crate) fn begin() -> Option<Self> {
        let entered = NoPosting::enter();
        (!entered.before).then_some(entered)
    }
}

impl Drop for NoPosting {
    fn drop(&mut self) {
        POSTING.set(self.before);
    }
}

/// Checks, in debug builds, that this thread may take a lock of the host now.
#[track_caller]
pub(crate) fn assert_host_s_may_be_taken() {
    debug_assert!(
        !HELD.get().is_some_and(|held| held()),
        "a lock of the host is taken while the module's own is held"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_posting_begins_once_and_ends() {
        let first = NoPosting::begin();
        assert!(first.is_some());
        assert!(NoPosting::begin().is_none());
        drop(NoPosting::enter());
        assert!(NoPosting::begin().is_none());
        drop(first);
        assert!(NoPosting::begin().is_some());
    }
}
