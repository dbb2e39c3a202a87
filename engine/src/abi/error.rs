//! Errors as values: a code that says what the caller can do, and words.

use std::fmt::{self, Display, Write};

use crate::abi::access::put_msg;
use crate::abi::shown;
use crate::abi::types::{Code, EngError, MSG};

/// An error on its way to C.  Its words may quote a file: they are made fit for a terminal where they cross.
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
        let text = brief(&cause);
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

/// A text that is given up once it is longer than any message can be: names in it are a guest's.
pub fn brief(what: &dyn Display) -> String {
    struct Bounded(String);
    impl Write for Bounded {
        fn write_str(&mut self, s: &str) -> fmt::Result {
            let room = MSG - self.0.len().min(MSG);
            self.0.push_str(&s[..s.floor_char_boundary(room)]);
            if s.len() > room { Err(fmt::Error) } else { Ok(()) }
        }
    }
    let mut text = Bounded(String::new());
    // An error means that it was cut.
    let _ = write!(text, "{what}");
    text.0
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
                    put_msg((&raw mut (*err).msg).cast(), &shown::line(&e.msg));
                }
            }
            e.code
        }
    }
}
