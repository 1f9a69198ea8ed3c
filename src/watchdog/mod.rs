// SPDX-License-Identifier: GPL-2.0-or-later

//! What a stop or a reload waits for. In: the host's word that one has begun. Out: events that name the
//! Python code that does not return, and SystemExit in it where that helps.
//!
//! - [`pace`]: when it looks.
//! - [`activity`]: which threads do something.
//! - [`stack`]: what is called on them.
//! - [`finding`]: the event.
//!
//! The main thread may be the one that is blocked, so the watchdog has a thread. It is made when code of a
//! configuration is called first, sleeps whenever the daemon neither stops nor reloads, and never takes the GIL: a thread that is
//! made to look at the stacks does, for which the watchdog waits for a second. No message costs anything
//! of it: threads and objects are noted when they are made.
//!
//! What it waits for depends on how far things are. Until the host has let go of the old configuration:
//! for all of the host's threads that run Python code. But when the main thread itself is in Python code,
//! which is then request_exit() or deinit(), others may not have been told to end: for that one, and
//! those of the same driver. Later on it is the new configuration's code that the main thread is in, such as
//! init(): that is told, and not interrupted, because what takes long may be what makes it work.
//!
//! While code of a configuration runs on the main thread, the host's hooks tell of nothing. A signal that
//! stops the daemon is noted then, and the watchdog looks now and then whether one was.
//!
//! Python is not finalized. When the host begins to free what is its own, [`Watchdog::end`] has the last
//! event said.

mod activity;
mod finding;
mod pace;
mod stack;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use syslog_ng_plugin::transition::{Transition, Watch};

use crate::interpreter::{HostThread, attach, host_threads, was_stopped};
use activity::Activity;
use finding::{Blocked, Done};
use pace::Pace;

/// Which transition this is; the next one has another number.
type Number = u64;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Neither a stop nor a reload is going on.
    Asleep,
    /// Threads are to end, and drivers are being let go of.
    Ending(Transition),
    /// The new configuration is being taken up.
    Beginning,
    /// The host is freeing what is its own.
    Ended,
}

struct State {
    phase: Phase,
    number: Number,
    since: Instant,
    /// How many calls of a configuration's code the main thread is in.
    config_code: usize,
    /// There is a thread.
    has_thread: bool,
    /// It is looking, or saying what it has seen.
    is_at_it: bool,
    /// The process does not wait for that any longer.
    is_too_late: bool,
    /// A thread waits for the GIL to look at the stacks.
    is_looking: bool,
}

impl State {
    /// Sees to it that there is a thread.
    fn wake(&mut self) {
        if !self.has_thread {
            let made = thread::Builder::new().name("python-watch".to_owned());
            self.has_thread = made.spawn(|| WATCHDOG.watch()).is_ok();
        }
    }

    /// Whether the daemon has been told to stop without anybody having said so.
    fn notice(&mut self) {
        let is_news = matches!(
            self.phase,
            Phase::Asleep | Phase::Beginning | Phase::Ending(Transition::Reload)
        );
        if self.config_code > 0 && is_news && was_stopped() {
            self.phase = Phase::Ending(Transition::Stop);
            self.number += 1;
            self.since = Instant::now();
        }
    }
}

/// Tells what a stop or a reload waits for.
pub(crate) struct Watchdog {
    state: Mutex<Option<State>>,
    changed: Condvar,
}

/// The process has one.
pub(crate) static WATCHDOG: Watchdog = Watchdog {
    state: Mutex::new(None),
    changed: Condvar::new(),
};

impl Watch for Watchdog {
    fn begun(&self, what: Transition) {
        self.with_state(|state| {
            let goes_on = match state.phase {
                Phase::Asleep => false,
                Phase::Ending(Transition::Reload) => what == Transition::Reload,
                _ => true,
            };
            if !goes_on {
                state.phase = Phase::Ending(what);
                state.number += 1;
                state.since = Instant::now();
            }
            state.wake();
        });
    }

    fn let_go(&self) {
        self.with_state(|state| {
            if let Phase::Ending(Transition::Reload) = state.phase {
                state.phase = Phase::Beginning;
                state.number += 1;
                state.since = Instant::now();
            }
        });
    }

    fn over(&self) {
        self.with_state(|state| {
            if state.phase != Phase::Ended {
                state.phase = Phase::Asleep;
                state.number += 1;
            }
        });
    }
}

impl Watchdog {
    /// Held for moments only, with the GIL and without.
    fn state(&self) -> MutexGuard<'_, Option<State>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with_state<T>(&self, body: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state();
        let state = state.get_or_insert_with(|| State {
            phase: Phase::Asleep,
            number: 0,
            since: Instant::now(),
            config_code: 0,
            has_thread: false,
            is_at_it: false,
            is_too_late: false,
            is_looking: false,
        });
        let result = body(state);
        self.changed.notify_all();
        result
    }

    /// Runs `body`, which calls code of a configuration. Main thread.
    pub(crate) fn around_config_code<T>(&self, body: impl FnOnce() -> T) -> T {
        struct Inside<'w>(&'w Watchdog);
        impl Drop for Inside<'_> {
            fn drop(&mut self) {
                self.0.with_state(|state| state.config_code -= 1);
            }
        }
        self.with_state(|state| {
            state.config_code += 1;
            state.wake();
        });
        let _inside = Inside(self);
        body()
    }

    /// No event is said from now on. Waits a moment for one that is being made: what it tells of may be why
    /// the process can end. Main thread.
    pub(crate) fn end(&self) {
        self.with_state(|state| state.phase = Phase::Ended);
        let is_at_it = |state: &mut Option<State>| state.as_ref().is_some_and(|s| s.is_at_it);
        let waited = self
            .changed
            .wait_timeout_while(self.state(), pace::PATIENCE, is_at_it);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner).0;
        if let Some(state) = state.as_mut() {
            state.is_too_late = true;
        }
    }

    /// Runs `body` while the transition is the one of that number, and its phase stays as it is.
    fn during<T>(&self, number: Number, body: impl FnOnce() -> T) -> Option<T> {
        let state = self.state();
        let is_on = state.as_ref().is_some_and(|s| s.number == number);
        is_on.then(body)
    }

    /// The thread. It never ends: it would take down what the host may have freed.
    fn watch(&self) -> ! {
        let pace = Pace::new();
        loop {
            let (phase, number, since) = self.next();
            let mut activity = Activity::default();
            for due in pace.rounds(since) {
                while self.is_on_at(number, due.min(pace.next_sample())) {
                    self.with_state(State::notice);
                    activity.sample(&host_threads());
                    if Instant::now() >= due {
                        break;
                    }
                }
                if !self.is_on(number) {
                    break;
                }
                activity.sample(&host_threads());
                self.round(phase, number, since, &activity.busy(pace.memory()));
            }
            self.take_back();
        }
    }

    /// Waits for a transition.
    fn next(&self) -> (Phase, Number, Instant) {
        let mut state = self.state();
        loop {
            if let Some(State {
                phase: phase @ (Phase::Ending(_) | Phase::Beginning),
                number,
                since,
                ..
            }) = *state
            {
                return (phase, number, since);
            }
            let watches = state.as_ref().is_some_and(|state| state.config_code > 0);
            if !watches {
                let waited = self.changed.wait(state);
                state = waited.unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let waited = self.changed.wait_timeout(state, pace::LOOKED_FOR_EVERY);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            if let Some(state) = state.as_mut() {
                state.notice();
            }
        }
    }

    fn is_on(&self, number: Number) -> bool {
        self.during(number, || ()).is_some() && !self.has_ended()
    }

    fn has_ended(&self) -> bool {
        self.has(|state| state.phase == Phase::Ended)
    }

    fn has(&self, body: impl FnOnce(&State) -> bool) -> bool {
        self.state().as_ref().is_some_and(body)
    }

    /// Waits until then, and gives whether the transition is still on.
    fn is_on_at(&self, number: Number, when: Instant) -> bool {
        let goes_on = |state: &mut Option<State>| {
            let state = state.as_ref();
            state.is_some_and(|s| s.number == number && s.phase != Phase::Ended)
        };
        let time = when.saturating_duration_since(Instant::now());
        let waited = self
            .changed
            .wait_timeout_while(self.state(), time, |state| goes_on(state));
        goes_on(&mut waited.unwrap_or_else(PoisonError::into_inner).0)
    }

    /// Looks at what the transition waits for, and tells.
    fn round(&self, phase: Phase, number: Number, since: Instant, busy: &[u64]) {
        let begins = self.with_state(|state| {
            state.is_at_it = state.number == number && state.phase != Phase::Ended;
            state.is_at_it
        });
        if !begins {
            return;
        }
        let what = finding::name(match phase {
            Phase::Ending(Transition::Stop) => Transition::Stop,
            _ => Transition::Reload,
        });
        let waited = since.elapsed();
        let threads = host_threads();
        let found = self.look(phase, number, &threads, busy);
        let (is_on, is_too_late) = (self.is_on(number), self.has(|state| state.is_too_late));
        match found {
            _ if is_too_late => {}
            Ok(mut found) => {
                // What was interrupted may have ended meanwhile, and all that was waited for with it.
                found.retain(|one| is_on || one.done == Done::Interrupted);
                finding::tell(what, waited, &found);
            }
            Err(why) if is_on => {
                let drivers: Vec<_> = threads
                    .iter()
                    .filter_map(|thread| thread.driver())
                    .collect();
                finding::tell_without(what, waited, &drivers, why);
            }
            Err(_) => {}
        }
        self.with_state(|state| state.is_at_it = false);
    }

    /// Has a thread of its own look at the stacks, and waits for it as long as the watchdog does.
    ///
    /// # Errors
    /// Says why there are none.
    fn look(
        &self,
        phase: Phase,
        number: Number,
        threads: &[Arc<HostThread>],
        busy: &[u64],
    ) -> Result<Vec<Blocked>, &'static str> {
        const HELD: &str = "the GIL of Python was not free within a second: code in C holds it";
        let others = self.with_state(|state| std::mem::replace(&mut state.is_looking, true));
        if others {
            return Err(HELD);
        }
        let (sender, receiver) = mpsc::channel();
        // Who takes it first has a say: the looker, or the watchdog that has waited long enough.
        let taken = Arc::new(AtomicBool::new(false));
        let looker_s = Arc::clone(&taken);
        let (threads, busy) = (threads.to_vec(), busy.to_vec());
        let looker = thread::Builder::new().name("python-stacks".to_owned());
        let looker = looker.spawn(move || {
            let found = attach(|py| {
                WATCHDOG.with_state(|state| state.is_looking = false);
                if looker_s.swap(true, Ordering::AcqRel) {
                    return Vec::new();
                }
                let mut found = stack::blocked(py, &threads, phase == Phase::Beginning);
                for one in &mut found {
                    let ends = matches!(phase, Phase::Ending(_));
                    let is_busy = busy.contains(&one.thread.id());
                    one.done = match (ends, is_busy && one.has_stack()) {
                        (false, _) => Done::IsBeginning,
                        (true, false) => Done::IsNotPython,
                        // Not where nobody waits for it any more.
                        (true, true) => {
                            let thread = &one.thread;
                            let done = WATCHDOG.during(number, || thread.interrupt(py));
                            done.map_or(Done::IsBeginning, |()| Done::Interrupted)
                        }
                    };
                }
                found
            });
            // Nobody listens where it comes late.
            let _ = sender.send(found);
        });
        if looker.is_err() {
            self.with_state(|state| state.is_looking = false);
            return Err("there was no thread to look at it on");
        }
        if let Ok(found) = receiver.recv_timeout(pace::PATIENCE) {
            return Ok(found);
        }
        if taken.swap(true, Ordering::AcqRel) {
            // It has begun.
            return receiver.recv_timeout(pace::PATIENCE).map_err(|_| HELD);
        }
        Err(HELD)
    }

    /// The transition is over: what has not come to an exception does not any more.
    fn take_back(&self) {
        let interrupted: Vec<_> = host_threads()
            .into_iter()
            .filter(|thread| thread.is_interrupted())
            .collect();
        if interrupted.is_empty() || self.has_ended() {
            return;
        }
        // The GIL may be held for long.
        let _ = thread::Builder::new().spawn(move || {
            attach(|py| {
                for thread in &interrupted {
                    thread.take_back(py);
                }
            });
        });
    }
}
