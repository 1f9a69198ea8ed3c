// SPDX-License-Identifier: GPL-2.0-or-later

//! The options that every threaded source has, as data. What was not written stays unset: the
//! host's defaults hold.

use std::ffi::{CStr, CString};
use std::ptr;

use super::flags::{self, Flag};
use super::table::{bytes, next_of_list, switch};
use super::{Argument, OptionRule};
use crate::config::{Location, ParseError, TokenKind, same_name};
use crate::ffi;
use crate::ffi::compat;

/// What a config says about the host's side of a threaded source.
#[derive(Default)]
pub(crate) struct SourceSettings {
    log_iw_size: Option<i32>,
    chain_hostnames: Option<bool>,
    keep_hostname: Option<bool>,
    keep_timestamp: Option<bool>,
    read_old_records: Option<bool>,
    use_syslogng_pid: Option<bool>,
    program_override: Option<CString>,
    host_override: Option<CString>,
    tags: Vec<CString>,
    use_dns: Option<i32>,
    use_fqdn: Option<bool>,
    dns_cache: Option<bool>,
    normalize_hostnames: Option<bool>,
    format: Option<CString>,
    time_zone: Option<CString>,
    severity: Option<u16>,
    facility: Option<u16>,
    sdata_prefix: Option<(CString, Location)>,
    flags: Vec<Flag>,
}

/// As in the host's rules threaded_source_driver_option, source_option, host_resolve_option and
/// msg_format_option (lib/cfg-grammar.y).
pub(crate) const SOURCE: &[OptionRule<SourceSettings>] = &[
    OptionRule {
        name: "log-iw-size",
        argument: Argument::Positive(|settings, value| settings.log_iw_size = Some(value)),
    },
    OptionRule {
        name: "chain-hostnames",
        argument: Argument::Switch(|settings, value| settings.chain_hostnames = Some(value)),
    },
    // Its old name.
    OptionRule {
        name: "long-hostnames",
        argument: Argument::Switch(|settings, value| settings.chain_hostnames = Some(value)),
    },
    OptionRule {
        name: "keep-hostname",
        argument: Argument::Switch(|settings, value| settings.keep_hostname = Some(value)),
    },
    OptionRule {
        name: "keep-timestamp",
        argument: Argument::Switch(|settings, value| settings.keep_timestamp = Some(value)),
    },
    OptionRule {
        name: "read-old-records",
        argument: Argument::Switch(|settings, value| settings.read_old_records = Some(value)),
    },
    OptionRule {
        name: "use-syslogng-pid",
        argument: Argument::Switch(|settings, value| settings.use_syslogng_pid = Some(value)),
    },
    OptionRule {
        name: "program-override",
        argument: Argument::Bytes(|settings, value| settings.program_override = Some(value)),
    },
    OptionRule {
        name: "host-override",
        argument: Argument::Bytes(|settings, value| settings.host_override = Some(value)),
    },
    // The old name of program-override(), which took a colon and what follows it too.
    OptionRule {
        name: "log-prefix",
        argument: Argument::Bytes(|settings, value| {
            let text = value.as_bytes();
            let end = text.iter().rposition(|byte| *byte == b':');
            let program = text[..end.unwrap_or(text.len())].to_vec();
            settings.program_override = Some(CString::new(program).unwrap_or_default());
        }),
    },
    OptionRule {
        name: "tags",
        argument: Argument::Custom(|settings, lexer| {
            while let Some(token) = next_of_list(lexer) {
                settings.tags.push(bytes("tags()", token)?);
            }
            Ok(())
        }),
    },
    OptionRule {
        name: "use-dns",
        argument: Argument::One(|settings, token| {
            settings.use_dns = Some(match &token.kind {
                TokenKind::Word(word)
                    if same_name(&String::from_utf8_lossy(word), "persist-only") =>
                {
                    2
                }
                _ => switch("use-dns()", token)?.into(),
            });
            Ok(())
        }),
    },
    OptionRule {
        name: "use-fqdn",
        argument: Argument::Switch(|settings, value| settings.use_fqdn = Some(value)),
    },
    OptionRule {
        name: "dns-cache",
        argument: Argument::Switch(|settings, value| settings.dns_cache = Some(value)),
    },
    OptionRule {
        name: "normalize-hostnames",
        argument: Argument::Switch(|settings, value| settings.normalize_hostnames = Some(value)),
    },
    OptionRule {
        name: "format",
        argument: Argument::Bytes(|settings, value| settings.format = Some(value)),
    },
    OptionRule {
        name: "time-zone",
        argument: Argument::Bytes(|settings, value| settings.time_zone = Some(value)),
    },
    OptionRule {
        name: "default-severity",
        argument: Argument::Checked(default_severity),
    },
    // Its old names.
    OptionRule {
        name: "default-level",
        argument: Argument::Checked(default_severity),
    },
    OptionRule {
        name: "default-priority",
        argument: Argument::Checked(default_severity),
    },
    OptionRule {
        name: "default-facility",
        argument: Argument::Checked(|settings, name| {
            // SAFETY: NUL-terminated; the function looks it up.
            let number = unsafe { ffi::syslog_name_lookup_facility_by_name(name.as_ptr()) };
            settings.facility = Some(named(number, "default-facility()", "facility", &name)?);
            Ok(())
        }),
    },
    OptionRule {
        name: "sdata-prefix",
        argument: match compat::SET_SDATA_PREFIX {
            Some(_) => Argument::One(|settings, token| {
                let place = token.location;
                settings.sdata_prefix = Some((bytes("sdata-prefix()", token)?, place));
                Ok(())
            }),
            None => Argument::NeedsHost("syslog-ng 4.1 or newer"),
        },
    },
    OptionRule {
        name: "flags",
        argument: Argument::Custom(|settings, lexer| flags::read(&mut settings.flags, lexer)),
    },
];

fn default_severity(settings: &mut SourceSettings, name: CString) -> Result<(), String> {
    // SAFETY: NUL-terminated; the function looks it up.
    let number = unsafe { ffi::syslog_name_lookup_severity_by_name(name.as_ptr()) };
    settings.severity = Some(named(number, "default-severity()", "severity", &name)?);
    Ok(())
}

/// `number` is -1 for a name that is none, of a type with or without a sign as the host has it.
fn named(number: impl TryInto<u16>, option: &str, what: &str, name: &CStr) -> Result<u16, String> {
    number.try_into().map_err(|_| {
        let name = name.to_string_lossy();
        format!("{option}: {name} is no {what} of syslog")
    })
}

impl SourceSettings {
    /// # Errors
    /// The host does not know a flag, or a text is too long for it.
    ///
    /// # Safety
    /// `source` and `messages` are the options of a source that is being read.
    pub(crate) unsafe fn apply(
        &self,
        source: *mut ffi::LogSourceOptions,
        messages: *mut ffi::MsgFormatOptions,
    ) -> Result<(), ParseError> {
        // SAFETY: the caller's word; nobody else uses them.
        let (source, messages) = unsafe { (&mut *source, &mut *messages) };
        self.apply_to_source(source);
        self.apply_to_messages(messages)
    }

    fn apply_to_source(&self, source: &mut ffi::LogSourceOptions) {
        if let Some(size) = self.log_iw_size {
            // Of 32 or 64 bits, as the host has it.
            source.init_window_size = size as _;
        }
        set(&mut source.chain_hostnames, self.chain_hostnames);
        set(&mut source.keep_hostname, self.keep_hostname);
        set(&mut source.keep_timestamp, self.keep_timestamp);
        set(&mut source.read_old_records, self.read_old_records);
        set(&mut source.use_syslogng_pid, self.use_syslogng_pid);
        let resolve = &mut source.host_resolve_options;
        set(&mut resolve.use_dns, self.use_dns);
        set(&mut resolve.use_fqdn, self.use_fqdn);
        set(&mut resolve.use_dns_cache, self.dns_cache);
        set(&mut resolve.normalize_hostnames, self.normalize_hostnames);
        set_text(&mut source.program_override, &self.program_override);
        set_text(&mut source.host_override, &self.host_override);
        let mut tags = ptr::null_mut();
        for tag in &self.tags {
            // SAFETY: the text is NUL-terminated.
            let text = unsafe { glib_sys::g_strdup(tag.as_ptr()) };
            // SAFETY: the list is ours; its elements are texts that g_free() frees.
            tags = unsafe { glib_sys::g_list_append(tags, text.cast()) };
        }
        if !tags.is_null() {
            // SAFETY: the source is being read; the function frees the list with its texts
            // (lib/logsource.c).
            unsafe { ffi::log_source_options_set_tags(source, tags) };
        }
    }

    fn apply_to_messages(&self, messages: &mut ffi::MsgFormatOptions) -> Result<(), ParseError> {
        set_text(&mut messages.format, &self.format);
        set_text(&mut messages.recv_time_zone, &self.time_zone);
        if self.severity.is_some() || self.facility.is_some() {
            // What is not said is what the host's grammar takes then.
            let severity = self.severity.unwrap_or(libc::LOG_NOTICE as u16);
            let facility = self.facility.unwrap_or(libc::LOG_USER as u16);
            messages.default_pri = facility | severity;
        }
        if let (Some((prefix, place)), Some(set)) = (&self.sdata_prefix, compat::SET_SDATA_PREFIX) {
            // SAFETY: the options are being read; the text is copied.
            if unsafe { set(messages, prefix.as_ptr()) } == 0 {
                return Err(ParseError::at(*place, "sdata-prefix() is too long"));
            }
        }
        flags::apply(&self.flags, |name| {
            // SAFETY: the options are being read; the text is looked up.
            unsafe { ffi::msg_format_options_process_flag(messages, name.as_ptr()) != 0 }
        })
    }
}

fn set<V: Into<i32>>(field: &mut i32, value: Option<V>) {
    if let Some(value) = value {
        *field = value.into();
    }
}

fn set_text(field: &mut *mut libc::c_char, text: &Option<CString>) {
    if let Some(text) = text {
        // SAFETY: NULL or a text that the host made with g_strdup().
        unsafe { glib_sys::g_free((*field).cast()) };
        // SAFETY: NUL-terminated.
        *field = unsafe { glib_sys::g_strdup(text.as_ptr()) };
    }
}

/// What a config says about the host's side of a fetcher.
#[derive(Clone, Copy, Default)]
pub(crate) struct FetcherSettings {
    pub(crate) time_reopen: Option<i32>,
    /// In seconds.
    pub(crate) no_data_delay: Option<f64>,
}

/// As in the host's rule threaded_fetcher_driver_option (lib/cfg-grammar.y).
pub(crate) const FETCHER: &[OptionRule<FetcherSettings>] = &[
    OptionRule {
        name: "time-reopen",
        argument: Argument::Positive(|settings, value| settings.time_reopen = Some(value)),
    },
    OptionRule {
        name: "fetch-no-data-delay",
        argument: Argument::NonNegativeFloat(|settings, value| {
            settings.no_data_delay = Some(value);
        }),
    },
];
