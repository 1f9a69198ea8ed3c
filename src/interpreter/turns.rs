// SPDX-License-Identifier: GPL-2.0-or-later

//! Threads that come for a moment, again and again, and threads that come for many messages.
//!
//! A thread that posts or parses message after message lets go of the GIL and takes it again within a
//! microsecond or two. CPython wakes up who waits for it each time, mostly in vain: until that thread has
//! woken up the GIL is taken again. Both then spend more on that than on their messages. So who wants the GIL
//! for many messages says so and waits for its turn, which the others give it after some more
//! moments. They stay away until it is done with it. All of that has a limit of some hundred
//! microseconds; behind it, who is first has the GIL, as ever.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pyo3::Python;

use super::attach;
use super::thread::is_attached;

/// How many moments others have before they give a turn to who waits for one: what gathers meanwhile is sent
/// together.
const MOMENTS: usize = 64;
/// As many moments since a thread looked last make it wait for its turn: with fewer there is nobody in
/// its way.
const BUSY: usize = 4;
/// How long a turn is waited for. Moments may be longer than usual, or come to an end.
const LONGEST_WAIT: Duration = Duration::from_micros(200);
/// How long the others stay away. Code that sends may wait for an answer, with the GIL released.
const LONGEST_TURN: Duration = Duration::from_micros(500);

/// Who waits for a turn, and who has one.
struct Turns {
    /// How many moments there have been, or nearly: two threads may count one together.
    moments: AtomicUsize,
    /// Whether anybody waits for a turn, to be seen without the lock.
    wanted: AtomicBool,
    /// How many moments there are when the turn is given.
    due: AtomicUsize,
    /// Held for a few instructions, and never while the GIL is waited for.
    state: Mutex<State>,
    given: Condvar,
    over: Condvar,
}

struct State {
    /// How many wait for a turn.
    waiting: usize,
    /// How often turns have been given.
    round: usize,
    /// How many have got one in this round, and are not done.
    running: usize,
}

static TURNS: Turns = Turns::new();

impl Turns {
    const fn new() -> Self {
        Turns {
            moments: AtomicUsize::new(0),
            wanted: AtomicBool::new(false),
            due: AtomicUsize::new(0),
            state: Mutex::new(State {
                waiting: 0,
                round: 0,
                running: 0,
            }),
            given: Condvar::new(),
            over: Condvar::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a moment, and gives whether it is time to give a turn.
    #[inline]
    fn is_due(&self) -> bool {
        let moments = self.moments.load(Ordering::Relaxed).wrapping_add(1);
        self.moments.store(moments, Ordering::Relaxed);
        let left = self.due.load(Ordering::Relaxed).wrapping_sub(moments);
        // It is past when that is below 0.
        self.is_wanted() && !(1..=MOMENTS).contains(&left)
    }

    fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::Relaxed)
    }

    /// Gives a turn to all that wait for one, and waits until they are done.
    fn give(&self) {
        let mut state = self.state();
        if state.waiting == 0 {
            return;
        }
        self.wanted.store(false, Ordering::Relaxed);
        state.running = std::mem::take(&mut state.waiting);
        state.round = state.round.wrapping_add(1);
        let round = state.round;
        self.given.notify_all();
        let goes_on = |state: &mut State| state.round == round && state.running > 0;
        let _waited = self.over.wait_timeout_while(state, LONGEST_TURN, goes_on);
    }

    /// Waits for a turn, which is over when what this gives is dropped; `None` if none came.
    fn wait(&self) -> Option<Turn<'_>> {
        let mut state = self.state();
        if state.waiting == 0 {
            let due = self.moments.load(Ordering::Relaxed).wrapping_add(MOMENTS);
            self.due.store(due, Ordering::Relaxed);
        }
        state.waiting += 1;
        self.wanted.store(true, Ordering::Relaxed);
        let round = state.round;
        let not_yet = |state: &mut State| state.round == round;
        let waited = self.given.wait_timeout_while(state, LONGEST_WAIT, not_yet);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if state.round == round {
            state.waiting -= 1;
            self.wanted.store(state.waiting > 0, Ordering::Relaxed);
            return None;
        }
        Some(Turn {
            turns: self,
            round: round.wrapping_add(1),
        })
    }
}

/// A turn that was given.
struct Turn<'t> {
    turns: &'t Turns,
    round: usize,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.turns.state();
        // Else others have turns by now: this one took longer than is waited for.
        if state.round == self.round {
            state.running -= 1;
            if state.running == 0 {
                self.turns.over.notify_all();
            }
        }
    }
}

/// How many moments there had been when a thread that comes for many messages looked last.
#[derive(Default)]
pub(crate) struct Seen(AtomicUsize);

/// To be called between two moments that a thread has the GIL for, without it: others get a turn when it is
/// time for that.
#[inline]
pub(crate) fn between_moments() {
    if TURNS.is_due() {
        give();
    }
}

/// To be called before such a thread waits for something else than the GIL: now is the time for others.
pub(crate) fn behind_moments() {
    if TURNS.is_wanted() {
        give();
    }
}

#[cold]
#[inline(never)]
fn give() {
    // Where Python code has called, as to format a template, the GIL does not get free here.
    if !is_attached() {
        TURNS.give();
    }
}

/// Runs `body` as [`attach`] does, for many messages: in its turn, if others come for moments.
pub(crate) fn attach_for_many<T>(seen: &Seen, body: impl for<'py> FnOnce(Python<'py>) -> T) -> T {
    let moments = TURNS.moments.load(Ordering::Relaxed);
    let before = seen.0.swap(moments, Ordering::Relaxed);
    let busy = moments.wrapping_sub(before) >= BUSY;
    let _turn = if busy { TURNS.wait() } else { None };
    attach(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::thread;
    use std::time::Instant;

    fn deadline() -> impl Fn() {
        let end = Instant::now() + Duration::from_secs(20);
        move || {
            assert!(Instant::now() < end, "it takes too long");
            thread::yield_now();
        }
    }

    /// Waits until one gets a turn: this machine may be slower than a turn is waited for.
    fn wait_long(turns: &Turns) -> Turn<'_> {
        let check = deadline();
        loop {
            match turns.wait() {
                Some(turn) => return turn,
                None => check(),
            }
        }
    }

    #[test]
    fn a_turn_comes_behind_some_moments() {
        let turns = Turns::new();
        assert!(!turns.is_due(), "nobody wants one");
        turns.wanted.store(true, Ordering::Relaxed);
        turns.due.store(1 + MOMENTS, Ordering::Relaxed);
        let until_due = (0..2 * MOMENTS).take_while(|_| !turns.is_due()).count();
        assert_eq!(until_due, MOMENTS - 1);
        assert!(turns.is_due(), "it is past");
    }

    #[test]
    fn moments_may_be_counted_beyond_the_largest_number() {
        let turns = Turns::new();
        turns.moments.store(usize::MAX - 1, Ordering::Relaxed);
        turns.wanted.store(true, Ordering::Relaxed);
        turns.due.store(MOMENTS - 2, Ordering::Relaxed);
        let until_due = (0..2 * MOMENTS).take_while(|_| !turns.is_due()).count();
        assert_eq!(until_due, MOMENTS - 1);
    }

    #[test]
    fn who_waits_gets_a_turn_and_who_gives_it_goes_on() {
        let turns = Turns::new();
        thread::scope(|scope| {
            let waiting = scope.spawn(|| drop(wait_long(&turns)));
            let check = deadline();
            while !waiting.is_finished() {
                turns.give();
                check();
            }
        });
        let state = turns.state();
        assert_eq!(
            (state.waiting, state.running, turns.is_wanted()),
            (0, 0, false)
        );
    }

    #[test]
    fn nobody_waits_for_ever() {
        let turns = Turns::new();
        assert!(turns.wait().is_none());
        assert!(!turns.is_wanted());
        turns.give();
        assert_eq!(turns.state().round, 0, "there was nobody to give one to");
    }

    #[test]
    fn a_turn_that_takes_long_is_not_waited_for_and_does_not_end_the_next_one() {
        let turns = Turns::new();
        thread::scope(|scope| {
            let first = scope.spawn(|| wait_long(&turns));
            let check = deadline();
            while !first.is_finished() {
                turns.give();
                check();
            }
            let first = first.join();
            let second = scope.spawn(|| wait_long(&turns));
            while !second.is_finished() {
                turns.give();
                check();
            }
            let second = second.join();
            drop(first);
            assert_eq!(turns.state().running, 1);
            drop(second);
            assert_eq!(turns.state().running, 0);
        });
    }
}
