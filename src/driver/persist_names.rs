// SPDX-License-Identifier: GPL-2.0-or-later

//! Which driver of a config has which persist name. No two may share one: they would share queues and
//! counters.
//!
//! The host looks for such pairs too, but names one driver only, and after all of them have been taken
//! up.

use std::collections::HashMap;
use std::ffi::CStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use syslog_ng_plugin::ConfigState;

use crate::object::Place;

/// The persist names of a config's Python drivers that have been taken up.
#[derive(Default)]
pub(super) struct PersistNames(Mutex<HashMap<String, Owner>>);

/// A driver: its name in events, and where it stands in the config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) driver: String,
    pub(super) config: String,
}

impl Owner {
    pub(super) fn of(place: &Place) -> Self {
        Owner {
            driver: place.driver.clone(),
            config: place.config.clone(),
        }
    }
}

impl PersistNames {
    fn names(&self) -> MutexGuard<'_, HashMap<String, Owner>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a name for a driver.
    ///
    /// # Errors
    /// The driver that has it.
    pub(super) fn take(&self, name: &str, owner: Owner) -> Result<(), Owner> {
        let mut names = self.names();
        match names.get(name) {
            Some(other) if *other != owner => Err(other.clone()),
            _ => {
                names.insert(name.to_owned(), owner);
                Ok(())
            }
        }
    }

    /// Gives a name back, if that driver has it.
    pub(super) fn give_back(&self, name: &str, owner: &Owner) {
        let mut names = self.names();
        if names.get(name) == Some(owner) {
            names.remove(name);
        }
    }
}

impl ConfigState for PersistNames {
    const KEY: &'static CStr = c"python-persist-names";

    fn activate(&self) -> bool {
        true
    }

    fn release(&self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(driver: &str) -> Owner {
        Owner {
            driver: driver.to_owned(),
            config: "x.conf:1:1".to_owned(),
        }
    }

    #[test]
    fn a_name_has_one_owner_until_it_is_given_back() {
        let names = PersistNames::default();
        assert_eq!(names.take("n", owner("a")), Ok(()));
        // The same driver again, after a reload that was refused.
        assert_eq!(names.take("n", owner("a")), Ok(()));
        assert_eq!(names.take("n", owner("b")), Err(owner("a")));
        names.give_back("n", &owner("b"));
        assert_eq!(names.take("n", owner("b")), Err(owner("a")));
        names.give_back("n", &owner("a"));
        assert_eq!(names.take("n", owner("b")), Ok(()));
    }
}
