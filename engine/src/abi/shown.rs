//! Foreign text as a terminal or a log may have it; what `src/codec/shown.h` says for C holds here, by the same table.

use std::fmt::Write;

use serde::Serialize;

use super::types::MSG;

include!(concat!(env!("OUT_DIR"), "/unshown.rs"));

/// Bytes shown of a name: all of a C name, and enough of a mangled one to find it again.
pub const NAME_MAX: usize = 120;

/// Whether `c` stands for itself.
pub fn is_plain(c: char) -> bool {
    let c = u32::from(c);
    !UNSHOWN.iter().take_while(|(first, _)| *first <= c).any(|(_, last)| c <= *last)
}

/// Append `text` on one line, at most `max` bytes of it and "…" where it was cut.  Looks at no more than it keeps.
pub fn add(out: &mut String, text: &str, max: usize) {
    let begin = out.len();
    for c in text.chars() {
        let before = out.len();
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_plain(c) => out.push(c),
            // A String takes whatever is written.
            c => drop(write!(out, "\\u{{{:x}}}", u32::from(c))),
        }
        if out.len() - begin > max {
            out.truncate(before);
            return out.push('…');
        }
    }
}

/// A name in a message.
pub fn name(text: &str) -> String {
    let mut out = String::new();
    add(&mut out, text, NAME_MAX);
    out
}

/// A message as one line.
pub fn line(text: &str) -> String {
    let mut out = String::new();
    add(&mut out, text, MSG);
    out
}

/// "one, two, three … and 7 more": as many as a message has room for, each as `show` makes it.
pub fn list<T>(items: impl ExactSizeIterator<Item = T>, show: impl Fn(T) -> String) -> String {
    let (mut out, n) = (String::new(), items.len());
    for (i, item) in items.enumerate() {
        if out.len() > MSG - 4 * NAME_MAX {
            let _ = write!(out, " and {} more", n - i);
            break;
        }
        out.push_str(if i > 0 { ", " } else { "" });
        out.push_str(&show(item));
    }
    out
}

/// `value` as JSON on one line, with what acts on a terminal escaped (RFC 8259 section 7 allows it for any character).
pub fn json(value: &serde_json::Value) -> Vec<u8> {
    let mut out = Vec::new();
    // Neither a value nor a vector can refuse.
    let _ = value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, Armoured));
    out
}

struct Armoured;

impl serde_json::ser::Formatter for Armoured {
    /// serde_json escapes C0 by itself and hands the rest over here.
    fn write_string_fragment<W: ?Sized + std::io::Write>(
        &mut self,
        w: &mut W,
        s: &str,
    ) -> std::io::Result<()> {
        let mut rest = s;
        while let Some(at) = rest.find(|c| !is_plain(c)) {
            w.write_all(&rest.as_bytes()[..at])?;
            let mut chars = rest[at..].chars();
            if let Some(c) = chars.next() {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(w, "\\u{unit:04x}")?;
                }
            }
            rest = chars.as_str();
        }
        w.write_all(rest.as_bytes())
    }
}
