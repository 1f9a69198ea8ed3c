// SPDX-License-Identifier: GPL-2.0-or-later

//! The items of a value that is a list.

use std::mem::MaybeUninit;

use crate::ffi;

/// Hands the items of a list, as a message keeps it, to `each`. Any thread.
///
/// The text is the host's: items with commas between them, quoted where needed. An item that is
/// quoted wrongly comes as it stands; one that is empty and not quoted is none. A NUL byte ends the
/// list: the host writes one inside of an item in another way.
#[doc(alias = "ListScanner")]
pub fn for_each_item(list: &[u8], mut each: impl FnMut(&[u8])) {
    let mut scanner = Scanner::new();
    scanner.input(list);
    while let Some(item) = scanner.next() {
        each(item);
    }
}

/// The host's scanner, whose buffers go when this goes.
struct Scanner(ffi::ListScanner);

impl Scanner {
    fn new() -> Self {
        let mut scanner = MaybeUninit::uninit();
        // SAFETY: fills the whole struct (lib/scanner/list-scanner/list-scanner.c), which may be
        // moved: it points at nothing in itself.
        unsafe { ffi::list_scanner_init(scanner.as_mut_ptr()) };
        // SAFETY: filled above.
        Scanner(unsafe { scanner.assume_init() })
    }

    fn input(&mut self, list: &[u8]) {
        // A slice of Rust's is never longer than that.
        let length = isize::try_from(list.len()).unwrap_or(isize::MAX);
        // SAFETY: the scanner is filled; the bytes are read up to their length, and copied.
        unsafe { ffi::list_scanner_input_string(&mut self.0, list.as_ptr().cast(), length) };
    }

    fn next(&mut self) -> Option<&[u8]> {
        // SAFETY: the scanner is filled and has had its input.
        if unsafe { ffi::list_scanner_scan_next(&mut self.0) } == 0 {
            return None;
        }
        // SAFETY: an item has been scanned; a GString's text is never NULL.
        let text = unsafe { ffi::list_scanner_get_current_value(&mut self.0) };
        // SAFETY: as above.
        let length = unsafe { ffi::list_scanner_get_current_value_len(&mut self.0) };
        // SAFETY: that many bytes, which stay until the next item is scanned: the borrow of `self`
        // ends before.
        Some(unsafe { std::slice::from_raw_parts(text.cast(), length as usize) })
    }
}

impl Drop for Scanner {
    fn drop(&mut self) {
        // SAFETY: filled in `new`; this frees what it holds.
        unsafe { ffi::list_scanner_deinit(&mut self.0) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(list: &[u8]) -> Vec<Vec<u8>> {
        let mut items = Vec::new();
        for_each_item(list, |item| items.push(item.to_vec()));
        items
    }

    #[test]
    fn items_are_unquoted_and_empty_ones_need_quotes() {
        assert_eq!(items(b""), Vec::<Vec<u8>>::new());
        assert_eq!(
            items(b"a,,\"b,c\",'',\xff\"d"),
            [
                b"a".to_vec(),
                b"b,c".to_vec(),
                b"".to_vec(),
                b"\xff\"d".to_vec(),
            ]
        );
    }
}
