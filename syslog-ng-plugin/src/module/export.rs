// SPDX-License-Identifier: GPL-2.0-or-later

//! The symbols that the host looks for.

use std::borrow::Cow;
use std::ffi::CStr;
use std::marker::PhantomData;

use thiserror::Error;

use super::table::PluginTable;
use crate::ffi;
use crate::log::{self, Level};
use crate::pipe::guard::{guard, install_panic_hook};
use crate::text::from_c;

/// Why a module cannot start.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct StartError(pub String);

/// What stands behind the module's name on an `@module` line; nothing when the host loads the
/// module by itself.
pub struct ModuleArguments<'a> {
    raw: *mut ffi::CfgArgs,
    lent: PhantomData<&'a ffi::CfgArgs>,
}

impl ModuleArguments<'_> {
    /// The text of an argument: `"no"` for `@module mod-x some-switch(no)` and `some-switch`. `-`
    /// and `_` are the same.
    pub fn get(&self, name: &CStr) -> Option<Cow<'_, str>> {
        if self.raw.is_null() {
            return None;
        }
        // SAFETY: not NULL, live for the length of the init call; the name is NUL-terminated.
        let value = unsafe { ffi::cfg_args_get(self.raw, name.as_ptr()) };
        // SAFETY: NUL-terminated and owned by the arguments (lib/cfg-args.c).
        (!value.is_null()).then(|| unsafe { from_c(value) })
    }

    /// A switch: `yes` and `no` in the spellings that the host takes.
    pub fn switch(&self, name: &CStr) -> Option<bool> {
        self.get(name).map(|value| {
            let value = crate::text::to_c(&value);
            // SAFETY: NUL-terminated; the function only reads it (lib/cfg-parser.c).
            unsafe { ffi::cfg_process_yesno(value.as_ptr()) != 0 }
        })
    }
}

/// What `<name>_module_init` does. The host calls it for each configuration that uses the module.
///
/// # Safety
/// `context` and `arguments` are what the host handed to it.
pub(crate) unsafe fn start<const N: usize>(
    context: *mut ffi::PluginContext,
    arguments: *mut ffi::CfgArgs,
    plugins: &'static PluginTable<N>,
    module: &str,
    init: impl FnOnce(&ModuleArguments<'_>) -> Result<(), StartError>,
) -> glib_sys::gboolean {
    install_panic_hook();
    guard("export.module_init", 0, || {
        match init(&ModuleArguments {
            raw: arguments,
            lent: PhantomData,
        }) {
            Ok(()) => {
                // SAFETY: the host's context.
                unsafe { plugins.register(context) };
                1
            }
            Err(error) => {
                log::event(
                    Level::Error,
                    "The module cannot start",
                    &[("module", module), ("error", &error.to_string())],
                );
                0
            }
        }
    })
}

/// Writes the two symbols that the host looks for in a module.
///
/// ```
/// # struct Nowhere;
/// # struct Worker;
/// # impl syslog_ng_plugin::DestinationWorker for Worker {
/// #     fn insert(&self, _: syslog_ng_plugin::MessageRef<'_>, _: i32) -> syslog_ng_plugin::Insert { syslog_ng_plugin::Insert::Success }
/// # }
/// # impl syslog_ng_plugin::ThreadedDestination for Nowhere {
/// #     const STATS_TYPE: &'static std::ffi::CStr = c"nowhere";
/// #     type Options = ();
/// #     const OPTIONS: &'static [syslog_ng_plugin::OptionRule<()>] = &[];
/// #     type Worker = Worker;
/// #     fn configured(_: (), _: syslog_ng_plugin::Config<'_>, _: syslog_ng_plugin::Location) -> Result<Self, String> { Ok(Nowhere) }
/// #     fn prepare(&self, _: &syslog_ng_plugin::Destination<'_>) -> Option<syslog_ng_plugin::Prepared<Worker>> { None }
/// # }
/// syslog_ng_plugin::module! {
///     name: "nowhere",
///     version: "1.0",
///     description: "Sends messages nowhere.",
///     init: |_arguments| Ok(()),
///     plugins: [
///         destination "nowhere" => threaded_destination::<Nowhere>,
///     ],
/// }
/// ```
///
/// `name` is the module's, with `_` for `-`; the file is `libmod-<name>.so`, or `lib<name>.so` where
/// the host does not look for the file's name in it (all of syslog-ng's own versions).
/// `init` runs on the main thread, once for each configuration that uses the module. A row says
/// what the plugin is called, where it may stand (`destination`, `source`, `parser`, `root`,
/// `inner` for inside of a destination, or `function` for templates), and which class of the host it is
/// (`threaded_destination`, `threaded_source`, `threaded_fetcher`, `message_parser`,
/// `inner_destination`, `root_block`, `template_function`).
#[macro_export]
macro_rules! module {
    (@row function $plugin:literal template_function $driver:ty) => {
        $crate::private::Plugin::function::<$driver>($crate::private::c_text(concat!($plugin, "\0")))
    };
    (@row $context:ident $plugin:literal $class:ident $driver:ty) => {{
        use $crate::private as sdk;
        static PARSER: sdk::Parser = sdk::Parser::$class::<$driver>(sdk::c_text(concat!($plugin, "\0")));
        sdk::Plugin::$context(sdk::c_text(concat!($plugin, "\0")), &PARSER)
    }};
    (
        name: $name:literal,
        version: $version:expr,
        description: $description:expr,
        init: $init:expr,
        plugins: [ $($context:ident $plugin:literal => $class:ident::<$driver:ty>),+ $(,)? ] $(,)?
    ) => {
        const _: () = {
            use $crate::private as sdk;

            static PLUGINS: sdk::PluginTable<{ [$($plugin),+].len() }> = sdk::PluginTable::new([
                $($crate::module!(@row $context $plugin $class $driver)),+
            ]);

            #[unsafe(export_name = $crate::module_info_symbol!($name))]
            static MODULE_INFO: sdk::ModuleInfo = sdk::ModuleInfo::new(
                sdk::c_text(concat!($name, "\0")),
                sdk::c_text(concat!($version, "\0")),
                sdk::c_text(concat!($description, "\0")),
                &PLUGINS,
            );

            /// # Safety
            /// Called by the host, on its main thread.
            #[unsafe(export_name = concat!($name, "_module_init"))]
            unsafe extern "C" fn module_init(
                context: *mut sdk::PluginContext,
                arguments: *mut sdk::CfgArgs,
            ) -> sdk::gboolean {
                // SAFETY: both come from the host (lib/plugin.c: plugin_load_module).
                unsafe { sdk::start(context, arguments, &PLUGINS, $name, $init) }
            }
        };
    };
}
