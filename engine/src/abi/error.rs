//! Errors as values: a code that says what the caller can do, and words.

use crate::abi::access::put_msg;
use crate::abi::types::{Code, EngError};

/// An error on its way to C.
#[derive(Debug)]
pub struct Error {
    pub code: Code,
    pub msg: String,
}

/// Result of everything that can fail before a guest runs.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub fn new(code: Code, msg: impl Into<String>) -> Self {
        Error { code, msg: msg.into() }
    }

    /// Keep the whole chain of causes of a Wasmtime error, outermost first, on one line.
    pub fn from_wasmtime(code: Code, err: &wasmtime::Error) -> Self {
        Error { code, msg: chain(err) }
    }
}

/// "outer: inner: innermost", without repeating a text.
pub fn chain(err: &wasmtime::Error) -> String {
    let mut msg = String::new();
    for cause in err.chain() {
        let text = cause.to_string();
        if msg.ends_with(&text) {
            continue;
        }
        if !msg.is_empty() {
            msg.push_str(": ");
        }
        msg.push_str(&text);
    }
    msg
}

/// Store the outcome of `r` for C: its value through `ok`, or its error in `err` (which may be NULL).
///
/// # Safety
/// `err` is NULL or points to a writable `bx_eng_error`.
pub unsafe fn finish<T>(r: Result<T>, err: *mut EngError, ok: impl FnOnce(T)) -> Code {
    match r {
        Ok(v) => {
            ok(v);
            Code::Ok
        }
        Err(e) => {
            if !err.is_null() {
                // SAFETY: promised by the caller.
                unsafe {
                    (*err).code = e.code;
                    put_msg((&raw mut (*err).msg).cast(), &e.msg);
                }
            }
            e.code
        }
    }
}
