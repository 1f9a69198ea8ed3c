// SPDX-License-Identifier: GPL-2.0-or-later

//! How http() talks to the plugins inside of it.

use std::ffi::CStr;

use crate::ffi;

/// What http() hands over before it sends a request. On every host it has `result`,
/// `request_headers` and `request_body`.
#[cfg(host = "http_header_signals")]
pub(crate) type HttpRequestData = ffi::HttpHeaderRequestSignalData;
/// What http() hands over before it sends a request. On every host it has `result`,
/// `request_headers` and `request_body`.
#[cfg(not(host = "http_header_signals"))]
pub(crate) type HttpRequestData = ffi::HttpRequestSignalData;

/// What http() hands over when it has got a response. On every host it has `http_code`.
#[cfg(host = "http_header_signals")]
pub(crate) type HttpResponseData = ffi::HttpResponseReceivedSignalData;
/// What http() hands over when it has got a response. On every host it has `http_code`.
#[cfg(not(host = "http_header_signals"))]
pub(crate) type HttpResponseData = ffi::HttpResponseSignalData;

// The host makes these texts by macros that bindgen does not see through
// (lib/signal-slot-connector/signal-slot-connector.h: SIGNAL, modules/http/http-signals.h).

/// The signal that comes with [`HttpRequestData`].
pub(crate) const HTTP_REQUEST: &CStr = if cfg!(host = "http_header_signals") {
    c"http::signal_header_request(HttpHeaderRequestSignalData *)"
} else {
    c"http::signal_request(HttpRequestSignalData *)"
};

/// The signal that comes with [`HttpResponseData`].
pub(crate) const HTTP_RESPONSE: &CStr = if cfg!(host = "http_header_signals") {
    c"http::signal_response_received(HttpResponseReceivedSignalData *)"
} else {
    c"http::signal_response(HttpResponseSignalData *)"
};

/// What connects a driver with the plugins inside of it.
///
/// # Safety
/// `driver` is live.
pub(crate) unsafe fn signal_connector(
    driver: *mut ffi::LogDriver,
) -> *mut ffi::SignalSlotConnector {
    #[cfg(host = "driver_signals")]
    // SAFETY: the caller's word.
    unsafe {
        (*driver).signal_slot_connector
    }
    #[cfg(not(host = "driver_signals"))]
    // SAFETY: the caller's word.
    unsafe {
        (*driver).super_.signal_slot_connector
    }
}
