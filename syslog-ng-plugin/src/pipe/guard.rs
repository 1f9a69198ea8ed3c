// SPDX-License-Identifier: GPL-2.0-or-later

//! What stands between Rust code and the host's C code: no panic gets past it.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook};
use std::sync::Once;

use crate::log::{self, Level};

thread_local! {
    /// Message and place of the newest panic on this thread; the hook sees them, `catch_unwind`
    /// does not.
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps panics off stderr, so that [`guard`] can put them into an event. Called once, when the
/// module is loaded.
pub(crate) fn install_panic_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| set_hook(Box::new(remember)));
}

fn remember(info: &PanicHookInfo<'_>) {
    let payload = info.payload();
    let message = match (
        payload.downcast_ref::<&str>(),
        payload.downcast_ref::<String>(),
    ) {
        (Some(message), _) => message,
        (None, Some(message)) => message.as_str(),
        (None, None) => "a panic without a message",
    };
    let place = info
        .location()
        .map(|place| format!(" at {}:{}", place.file(), place.line()));
    // A panic while the thread's values are being dropped has nowhere to be remembered; guard()
    // reports it all the same.
    let _ = LAST_PANIC.try_with(|last| {
        if let Ok(mut last) = last.try_borrow_mut() {
            *last = format!("{message}{}", place.unwrap_or_default());
        }
    });
}

/// Runs `body`, which a slot of the host stands for. A panic becomes an event and `fallback`, the
/// host's own "failed".
///
/// `slot` is `<file>.<function>` of the trampoline.
pub(crate) fn guard<T>(slot: &'static str, fallback: T, body: impl FnOnce() -> T) -> T {
    crate::message::note_host_thread();
    guard_on_any_thread(slot, fallback, body)
}

/// The same for functions that the host calls back on the thread that called it, whosever that is.
pub(crate) fn guard_on_any_thread<T>(
    slot: &'static str,
    fallback: T,
    body: impl FnOnce() -> T,
) -> T {
    let result = catch_unwind(AssertUnwindSafe(|| {
        #[cfg(feature = "panic-injection")]
        injection::panic_if_asked(slot);
        body()
    }));
    match result {
        Ok(value) => value,
        Err(payload) => {
            // Dropping what was thrown may panic too; then it is leaked.
            if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
                std::mem::forget(again);
            }
            let _ = catch_unwind(|| report(slot));
            fallback
        }
    }
}

fn report(slot: &str) {
    let panic = LAST_PANIC
        .try_with(|last| {
            last.try_borrow_mut()
                .map(|mut last| std::mem::take(&mut *last))
        })
        .ok()
        .and_then(Result::ok)
        .unwrap_or_default();
    log::say(
        Level::Error,
        "A callback of this module panicked and the host is told that it failed, \
         please report this as a bug of the module",
        &[
            ("module", env!("CARGO_PKG_NAME")),
            ("callback", slot),
            ("panic", &panic),
        ],
    );
}

/// Panics on request, for the tests that show what happens then. Not in a release build.
#[cfg(feature = "panic-injection")]
mod injection {
    use std::sync::OnceLock;

    pub(super) fn panic_if_asked(slot: &str) {
        static ASKED: OnceLock<Option<String>> = OnceLock::new();
        let asked = ASKED.get_or_init(|| std::env::var("SYSLOG_NG_PLUGIN_PANIC_IN").ok());
        if asked.as_deref() == Some(slot) {
            panic!("injected into {slot}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_panic_the_body_decides() {
        assert_eq!(guard("guard.test", 1, || 2), 2);
    }
}
