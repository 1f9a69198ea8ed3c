// SPDX-License-Identifier: GPL-2.0-or-later

//! The configuration that drivers belong to, and what a module keeps in it.

use std::cell::UnsafeCell;
use std::ffi::CStr;
use std::marker::PhantomData;
use std::ptr::{self, NonNull};
use std::sync::Arc;

use super::current;
use crate::ffi;
use crate::pipe::guard;

/// A keyword table in memory that the host may write to.
pub(crate) struct KeywordTable<const N: usize>(UnsafeCell<[ffi::CfgLexerKeyword; N]>);

// SAFETY: only the host reads and writes the table, on the main thread while it parses
// (lib/cfg-lexer.c).
unsafe impl<const N: usize> Sync for KeywordTable<N> {}

impl<const N: usize> KeywordTable<N> {
    pub(crate) const fn as_ptr(&self) -> *mut ffi::CfgLexerKeyword {
        self.0.get().cast()
    }
}

const fn keyword(name: *const libc::c_char) -> ffi::CfgLexerKeyword {
    ffi::CfgLexerKeyword {
        kw_name: name,
        kw_token: 0,
        kw_status: 0,
        kw_explain: ptr::null(),
    }
}

/// The keyword table of every driver: it ends the look-up, so that each name arrives as a word.
/// Nothing becomes reserved, and the host's own keywords (`options`, `flags`, …) arrive as words
/// too.
pub(crate) static DRIVER_KEYWORDS: KeywordTable<2> = KeywordTable(UnsafeCell::new([
    keyword(ffi::CFG_KEYWORD_STOP.as_ptr().cast()),
    keyword(ptr::null()),
]));

/// The configuration that a driver belongs to, or the one being read.
#[derive(Clone, Copy)]
#[doc(alias = "GlobalConfig")]
pub struct Config<'c> {
    raw: NonNull<ffi::GlobalConfig>,
    lent: PhantomData<&'c ffi::GlobalConfig>,
}

impl Config<'_> {
    /// # Safety
    /// `raw` is a configuration that lives for `'c`. It is used on the main thread.
    pub(crate) unsafe fn borrow<'c>(raw: NonNull<ffi::GlobalConfig>) -> Config<'c> {
        Config {
            raw,
            lent: PhantomData,
        }
    }

    /// For the host's functions. Good while `self` is.
    pub(crate) fn as_ptr(&self) -> *mut ffi::GlobalConfig {
        self.raw.as_ptr()
    }

    /// Whether the config's `@version` is older than `major.minor`. A config without one counts as
    /// newest.
    pub fn version_is_older_than(&self, major: u16, minor: u16) -> bool {
        let required = (i32::from(major) << 8) | i32::from(minor);
        // SAFETY: the configuration is live (see `borrow`).
        unsafe { ffi::__cfg_is_config_version_older(self.raw.as_ptr(), required) != 0 }
    }

    fn table(&self) -> *mut glib_sys::GHashTable {
        // SAFETY: the configuration is live; its table is there from cfg_new() to cfg_free()
        // (lib/cfg.c).
        unsafe { (*self.raw.as_ptr()).module_config }.cast()
    }

    fn find_state<T: ConfigState>(&self) -> Option<NonNull<Instance<T>>> {
        let key = T::KEY.as_ptr();
        // SAFETY: the table's keys are NUL-terminated texts.
        let found = unsafe { glib_sys::g_hash_table_lookup(self.table(), key.cast()) };
        NonNull::new(found.cast())
    }

    /// The same as [`state`](Self::state) on any thread; `None` where that is another than the main
    /// thread, and nothing has been made there before. Nothing is added to a configuration in use.
    pub fn state_on_any_thread<T: ConfigState>(&self) -> Option<Arc<T>> {
        // SAFETY: compares thread ids.
        if unsafe { ffi::main_loop_is_main_thread() } != 0 {
            return Some(self.state());
        }
        let instance = self.find_state::<T>()?;
        // SAFETY: only `construct::<T>` puts values under T's key.
        Some(unsafe { Arc::clone(&(*instance.as_ptr()).state) })
    }

    /// What the module keeps in this configuration; made at the first call. Main thread only.
    pub fn state<T: ConfigState>(&self) -> Arc<T> {
        let table = self.table();
        let key = T::KEY.as_ptr();
        let instance = match self.find_state::<T>() {
            Some(instance) => instance,
            None => {
                let made = Instance::<T>::construct(self.raw);
                // SAFETY: the table owns keys that g_free() frees and values that
                // module_config_free() frees (lib/cfg.c: cfg_new).
                unsafe {
                    glib_sys::g_hash_table_insert(
                        table,
                        glib_sys::g_strdup(key).cast(),
                        made.as_ptr().cast(),
                    );
                }
                made
            }
        };
        // SAFETY: only `construct::<T>` puts values under T's key.
        unsafe { Arc::clone(&(*instance.as_ptr()).state) }
    }
}

/// What a module keeps in a configuration, such as code that the configuration brought with it.
#[doc(alias = "ModuleConfig")]
pub trait ConfigState: Default + Send + Sync + 'static {
    /// The key under which the host keeps it; the module's name.
    const KEY: &'static CStr;

    /// The configuration is about to be used: called on the main thread before any driver's init(),
    /// also when the host goes back to this configuration after a newer one was refused. False
    /// refuses the configuration.
    fn activate(&self) -> bool;

    /// The configuration is being freed; drivers may still hold this for a moment. Main thread.
    fn release(&self);
}

/// The block of memory that the host knows as `ModuleConfig *`.
#[repr(C)]
struct Instance<T> {
    host: ffi::ModuleConfig,
    config: NonNull<ffi::GlobalConfig>,
    state: Arc<T>,
}
const _: () = assert!(std::mem::offset_of!(Instance<u8>, host) == 0);

impl<T: ConfigState> Instance<T> {
    fn construct(config: NonNull<ffi::GlobalConfig>) -> NonNull<Self> {
        // Some hosts have more slots; none of them has to be set.
        // SAFETY: all bytes zero is a ModuleConfig without slots: pointers to functions.
        let mut host: ffi::ModuleConfig = unsafe { std::mem::zeroed() };
        host.init = Some(init::<T>);
        host.free_fn = Some(free_fn::<T>);
        // SAFETY: g_malloc() gives memory of that size, aligned for any type of C, or ends the
        // process.
        let instance = unsafe { glib_sys::g_malloc(size_of::<Self>()) }.cast::<Self>();
        // SAFETY: the memory is ours and uninitialized.
        unsafe {
            instance.write(Instance {
                host,
                config,
                state: Arc::new(T::default()),
            })
        };
        // SAFETY: g_malloc() does not give NULL for a size over 0.
        unsafe { NonNull::new_unchecked(instance) }
    }
}

/// # Safety
/// The host calls this on the value that it was installed in, on the main thread.
unsafe extern "C" fn init<T: ConfigState>(
    host: *mut ffi::ModuleConfig,
    _config: *mut ffi::GlobalConfig,
) -> glib_sys::gboolean {
    guard("global.init", 0, || {
        // SAFETY: the host calls this slot on the value that `construct::<T>` made (lib/cfg.c:
        // cfg_init_modules).
        let instance = unsafe { &*host.cast::<Instance<T>>() };
        // SAFETY: the configuration that is being taken up.
        unsafe { crate::persist::open(instance.config.as_ptr()) };
        current::take_up(instance.config.as_ptr());
        instance.state.activate().into()
    })
}

/// # Safety
/// The host calls this on the value that it was installed in, once, on the main thread; it frees
/// the memory itself.
unsafe extern "C" fn free_fn<T: ConfigState>(host: *mut ffi::ModuleConfig) {
    guard("global.free_fn", (), || {
        // SAFETY: as in `init`.
        let instance = unsafe { &*host.cast::<Instance<T>>() };
        current::forget(instance.config.as_ptr());
        instance.state.release();
        // SAFETY: the host frees what belongs to a configuration before the configuration itself, and
        // before its persist file (lib/cfg.c: cfg_free).
        unsafe { crate::persist::close(instance.config.as_ptr()) };
    });
    // Outside of the guarded body: whatever happened in it, this reference ends here.
    // SAFETY: made by `construct::<T>`, and the host does not use it again (lib/module-config.c:
    // module_config_free).
    unsafe { ptr::drop_in_place(&raw mut (*host.cast::<Instance<T>>()).state) };
}
