//! The few helpers that read and write the plain C types.

use std::ffi::{CStr, c_void};

use crate::abi::hooks::{Call, Str};
use crate::abi::types::{CText, EngBytes, MSG};

impl CText {
    /// No text.
    pub const NULL: CText = CText(std::ptr::null());

    /// Hand a static text over to C.
    pub const fn of(s: &'static CStr) -> CText {
        CText(s.as_ptr().cast())
    }
}

impl EngBytes {
    /// Hand a buffer over to C.
    pub fn from_vec(v: Vec<u8>) -> Self {
        if v.is_empty() {
            return EngBytes { p: std::ptr::null_mut(), n: 0 };
        }
        let slice = Box::leak(v.into_boxed_slice());
        EngBytes { p: slice.as_mut_ptr(), n: slice.len() }
    }

    /// Free a buffer that came back from C.
    ///
    /// # Safety
    /// It was made by `from_vec` and not freed before.
    pub unsafe fn free(self) {
        if !self.p.is_null() {
            // SAFETY: `from_vec` made it out of a boxed slice of exactly this address and length.
            drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(self.p, self.n)) });
        }
    }
}

impl Str {
    /// Lend a Rust string to a hook.
    pub fn of(s: &str) -> Str {
        Str { p: CText(s.as_ptr()), n: s.len() }
    }

    /// Lend bytes to a hook.
    pub fn of_bytes(s: &[u8]) -> Str {
        Str { p: CText(s.as_ptr()), n: s.len() }
    }

    /// The bytes.
    ///
    /// # Safety
    /// The bytes are readable and stay unchanged while the slice lives.
    pub unsafe fn bytes<'a>(self) -> &'a [u8] {
        // SAFETY: promised by the caller.
        unsafe { list(self.p.0, self.n) }
    }

    /// The text, with what is not UTF-8 replaced.
    ///
    /// # Safety
    /// As [`Str::bytes`].
    pub unsafe fn to_text(self) -> String {
        // SAFETY: promised by the caller.
        String::from_utf8_lossy(unsafe { self.bytes() }).into_owned()
    }
}

impl Call {
    /// A list of strings of the call.
    ///
    /// # Safety
    /// `p` and `n` are one of the call's arrays.
    pub unsafe fn strings(p: *const Str, n: usize) -> Vec<String> {
        if p.is_null() || n == 0 {
            return Vec::new();
        }
        // SAFETY: the header says the array and its strings live as long as the call.
        unsafe { std::slice::from_raw_parts(p, n).iter().map(|s| s.to_text()).collect() }
    }

    /// Pairs of strings of the call.
    ///
    /// # Safety
    /// `p` and `n` are one of the call's arrays of pairs.
    pub unsafe fn pairs(p: *const Str, n: usize) -> Vec<(String, String)> {
        // SAFETY: promised by the caller.
        let mut flat = unsafe { Self::strings(p, 2 * n) }.into_iter();
        let mut pairs = Vec::with_capacity(n);
        while let (Some(k), Some(v)) = (flat.next(), flat.next()) {
            pairs.push((k, v));
        }
        pairs
    }
}

/// `Emit` into a vector of byte strings.
///
/// # Safety
/// `sink` is a `*mut Vec<Vec<u8>>`, and `p` has `n` readable bytes.
pub unsafe extern "C" fn collect(sink: *mut c_void, p: *const c_void, n: usize) {
    // SAFETY: promised by the caller.
    unsafe { (*sink.cast::<Vec<Vec<u8>>>()).push(list::<u8>(p.cast(), n).to_vec()) }
}

/// Copy `text` into a message buffer, NUL-terminated, cut on a character boundary with "...".
///
/// # Safety
/// `dst` points to `MSG` writable bytes.
pub unsafe fn put_msg(dst: *mut u8, text: &str) {
    let (head, tail): (&str, &str) = if text.len() < MSG {
        (text, "")
    } else {
        let mut cut = MSG - 4;
        while !text.is_char_boundary(cut) {
            cut -= 1;
        }
        (&text[..cut], "...")
    };
    // SAFETY: head and tail together are shorter than MSG; the caller vouches for `dst`.
    unsafe {
        std::ptr::copy_nonoverlapping(head.as_ptr(), dst, head.len());
        std::ptr::copy_nonoverlapping(tail.as_ptr(), dst.add(head.len()), tail.len());
        *dst.add(head.len() + tail.len()) = 0;
    }
}

/// A caller's array or byte range as a slice; NULL is the empty slice.
///
/// # Safety
/// `p` is NULL or points to `n` readable elements that stay unchanged while the slice lives.
pub unsafe fn list<'a, T>(p: *const T, n: usize) -> &'a [T] {
    if p.is_null() || n == 0 {
        return &[];
    }
    // SAFETY: promised by the caller.
    unsafe { std::slice::from_raw_parts(p, n) }
}

/// A caller's NUL-terminated string; `None` when NULL or not UTF-8.
///
/// # Safety
/// `p` is NULL or NUL-terminated and unchanged while the string lives.
pub unsafe fn text<'a>(p: CText) -> Option<&'a str> {
    if p == CText::NULL {
        return None;
    }
    // SAFETY: promised by the caller.
    unsafe { CStr::from_ptr(p.0.cast()) }.to_str().ok()
}
