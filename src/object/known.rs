// SPDX-License-Identifier: GPL-2.0-or-later

//! Which driver an object or a function belongs to, for those who see it on a stack.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use pyo3::prelude::*;

use super::Place;

/// By address. The same function may be one of two configurations, for as long as a reload takes.
type All = HashMap<usize, Vec<(u64, Place)>>;

static ALL: OnceLock<Mutex<All>> = OnceLock::new();
static NUMBER: AtomicU64 = AtomicU64::new(0);

/// Held for moments only, with the GIL and without.
fn all() -> MutexGuard<'static, All> {
    let all = ALL.get_or_init(Mutex::default);
    all.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has an object known while this lives, which is no longer than the object does.
pub(crate) struct Known {
    address: usize,
    number: u64,
}

impl Known {
    pub(crate) fn new(object: &Bound<'_, PyAny>, place: &Place) -> Self {
        let address = object.as_ptr().addr();
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let place = (number, place.clone());
        all().entry(address).or_default().push(place);
        Known { address, number }
    }

    /// A function's: by its code, which is what a stack has of it.
    pub(crate) fn of_function(callable: &Bound<'_, PyAny>, place: &Place) -> Option<Self> {
        let code = callable.getattr("__code__");
        let code = code.or_else(|_| callable.getattr("__call__")?.getattr("__code__"));
        Some(Known::new(&code.ok()?, place))
    }
}

impl Drop for Known {
    fn drop(&mut self) {
        let mut all = all();
        if let Some(places) = all.get_mut(&self.address) {
            places.retain(|(number, _)| *number != self.number);
            if places.is_empty() {
                all.remove(&self.address);
            }
        }
    }
}

/// Whose an object or a code is. Of several owners the newest.
pub(crate) fn known(object: &Bound<'_, PyAny>) -> Option<Place> {
    let all = all();
    let (_, place) = all.get(&object.as_ptr().addr())?.last()?;
    Some(place.clone())
}
