// SPDX-License-Identifier: GPL-2.0-or-later

//! The items of a value that is a list.
//!
//! The text is the host's: items with commas between them, in quotes where needed. The host cannot
//! keep a NUL byte in an item: what it writes for one reads back as four letters. Here it is
//! written as it is, in quotes, and lists with one are read here.

use std::mem::MaybeUninit;

use crate::ffi;

/// Hands the items of a list, as a message keeps it, to `each`. Any thread.
///
/// An item that is quoted wrongly comes as it stands; one that is empty and not quoted is none.
#[doc(alias = "ListScanner")]
pub fn for_each_item(list: &[u8], mut each: impl FnMut(&[u8])) {
    if list.contains(&0) {
        scan_with_nul(list, each);
        return;
    }
    let mut scanner = Scanner::new();
    scanner.input(list);
    while let Some(item) = scanner.next() {
        each(item);
    }
}

/// As the host's scanner does it, which a NUL byte would end (lib/str-repr/decode.c).
fn scan_with_nul(list: &[u8], mut each: impl FnMut(&[u8])) {
    let mut rest = list;
    loop {
        while let [b',', behind @ ..] = rest {
            rest = behind;
        }
        let Some(&first) = rest.first() else { return };
        let quoted = matches!(first, b'"' | b'\'')
            .then(|| quoted_item(rest))
            .flatten();
        let length = match quoted {
            Some((item, length)) => {
                each(&item);
                length
            }
            None => {
                let comma = rest.iter().position(|&byte| byte == b',');
                let length = comma.unwrap_or(rest.len());
                each(&rest[..length]);
                length
            }
        };
        rest = rest.get(length + 1..).unwrap_or_default();
    }
}

/// The item that begins `text`, and how much of it that is; `None` if it does not end at a comma or
/// with the text.
fn quoted_item(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let quote = *text.first()?;
    let mut item = Vec::new();
    let mut bytes = text.iter().copied().enumerate().skip(1);
    while let Some((at, byte)) = bytes.next() {
        if byte == quote {
            let ends = matches!(text.get(at + 1), None | Some(b','));
            return ends.then_some((item, at + 1));
        }
        if byte != b'\\' {
            item.push(byte);
            continue;
        }
        let (_, letter) = bytes.next()?;
        match ESCAPES.iter().find(|(name, _)| *name == letter) {
            Some((_, meant)) => item.push(*meant),
            None if letter == quote => item.push(letter),
            None => item.extend([b'\\', letter]),
        }
    }
    None
}

/// What is written with a backslash in quotes, and the bytes that it stands for.
const ESCAPES: [(u8, u8); 6] = [
    (b'b', 0x08),
    (b'f', 0x0c),
    (b'n', b'\n'),
    (b'r', b'\r'),
    (b't', b'\t'),
    (b'\\', b'\\'),
];

/// Gives the text of a list. Every item reads back as it is.
#[doc(alias = "str_repr_encode_append")]
pub fn write_list<'i>(items: impl IntoIterator<Item = &'i [u8]>) -> Vec<u8> {
    let mut list = Vec::new();
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            list.push(b',');
        }
        write_item(&mut list, item);
    }
    list
}

fn write_item(list: &mut Vec<u8>, item: &[u8]) {
    let escape = |byte: u8| ESCAPES.iter().find(|(_, meant)| *meant == byte);
    let special =
        |&byte: &u8| matches!(byte, 0 | b' ' | b',' | b'"' | b'\'') || escape(byte).is_some();
    if !item.is_empty() && !item.iter().any(special) {
        list.extend(item);
        return;
    }
    // The quotes that the host would take.
    let double = !item.contains(&b'"') || item.contains(&b'\'');
    let quote = if double { b'"' } else { b'\'' };
    list.push(quote);
    for &byte in item {
        match escape(byte) {
            Some((name, _)) => list.extend([b'\\', *name]),
            None if byte == quote => list.extend([b'\\', byte]),
            None => list.push(byte),
        }
    }
    list.push(quote);
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
    fn what_is_written_reads_back() {
        let every_byte: Vec<u8> = (0..=255).collect();
        let without_nul = &every_byte[1..];
        let lists: [&[&[u8]]; 6] = [
            &[],
            &[b""],
            &[b"", b"a", b"", b" b", b"c,d"],
            &[
                b"\"",
                b"'",
                b"'\"",
                b"\\",
                b"\\n",
                b"\n",
                b"\\\"",
                b"a\\'\"b\\",
            ],
            &[without_nul, b"x"],
            &[&every_byte, b"\0", b"a\0", b"plain", b"", b"'\0\"", b"\\"],
        ];
        for list in lists {
            let text = write_list(list.iter().copied());
            assert_eq!(items(&text), list, "{}", text.escape_ascii());
        }
        assert_eq!(
            write_list([&b"a"[..], b"b c", b"d\"", b"e'\""]),
            b"a,\"b c\",'d\"',\"e'\\\"\""
        );
    }

    #[test]
    fn both_scanners_agree() {
        for list in [&b"a,b"[..], b",,a,,", b"'a,b',\"c\\\"d\"", b"'x\\y\\n',z"] {
            let mut ours = Vec::new();
            scan_with_nul(list, |item| ours.push(item.to_vec()));
            assert_eq!(ours, items(list), "{}", list.escape_ascii());
        }
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
