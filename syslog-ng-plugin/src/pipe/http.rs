// SPDX-License-Identifier: GPL-2.0-or-later

//! A request of http(), for the plugins inside of it.

use std::ffi::CStr;
use std::marker::PhantomData;
use std::ptr::NonNull;

use crate::ffi;
use crate::ffi::compat::HttpRequestData;
use crate::pipe::guard;

/// A request that http() is about to send.
#[doc(alias = "HttpHeaderRequestSignalData")]
pub struct HttpRequest<'r> {
    headers: NonNull<ffi::List>,
    body: &'r [u8],
    lent: PhantomData<&'r mut ffi::List>,
}

/// What became of a plugin's headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "HttpSlotResultType")]
pub enum HttpHeaders {
    /// The request has what the plugin wants it to have.
    Complete,
    /// It has not, and is sent all the same.
    Missing,
    /// It has not, and is not sent: http() tries again after its time-reopen().
    Refused,
}

impl HttpHeaders {
    pub(super) fn to_host(self) -> ffi::HttpSlotResultType {
        match self {
            HttpHeaders::Complete => ffi::HTTP_SLOT_SUCCESS,
            HttpHeaders::Missing => ffi::HTTP_SLOT_PLUGIN_ERROR,
            HttpHeaders::Refused => ffi::HTTP_SLOT_CRITICAL_ERROR,
        }
    }
}

impl HttpRequest<'_> {
    /// # Safety
    /// `data` is what the host's signal brings, live for `'r`, or NULL.
    pub(super) unsafe fn borrow<'r>(data: *const HttpRequestData) -> Option<HttpRequest<'r>> {
        // SAFETY: the caller's word.
        let data = unsafe { data.as_ref() }?;
        // SAFETY: http()'s own string, or NULL; it stays as it is while plugins are asked.
        let body = unsafe { data.request_body.as_ref() }?;
        let body = match NonNull::new(body.str) {
            // SAFETY: a GString has that many bytes.
            Some(text) => unsafe { std::slice::from_raw_parts(text.as_ptr().cast(), body.len) },
            None => &[],
        };
        Some(HttpRequest {
            headers: NonNull::new(data.request_headers)?,
            body,
            lent: PhantomData,
        })
    }

    /// What is sent, as it is before it may be compressed.
    pub fn body(&self) -> &[u8] {
        self.body
    }

    /// The headers so far, such as `Content-Type: text/plain`.
    pub fn headers(&self) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        // SAFETY: the list is http()'s, and live; `visit` gets back the pointer that is passed here,
        // during the call.
        unsafe {
            ffi::list_foreach(self.headers.as_ptr(), Some(visit), (&raw mut found).cast());
        }
        found
    }

    /// Adds a header, such as `X-Name: value`.
    pub fn append(&mut self, header: &CStr) {
        // SAFETY: the list is http()'s, live and ours for the moment; it copies the text
        // (modules/http/http-curl-header-list.c).
        unsafe { ffi::list_append(self.headers.as_ptr(), header.as_ptr().cast()) };
    }
}

/// # Safety
/// The host calls this from [`HttpRequest::headers`], with the pointer passed there.
unsafe extern "C" fn visit(header: glib_sys::gconstpointer, found: glib_sys::gpointer) {
    guard("http.visit", (), || {
        if header.is_null() {
            return;
        }
        // SAFETY: see the function.
        let found = unsafe { &mut *found.cast::<Vec<Vec<u8>>>() };
        // SAFETY: the items of the list are NUL-terminated texts.
        found.push(unsafe { CStr::from_ptr(header.cast()) }.to_bytes().to_vec());
    });
}
