//! Numbers of JSON as they are written, exactly.

/// What a JSON number stands for where an integer is asked for.
#[derive(Debug, PartialEq)]
pub enum Whole {
    /// This integer.
    Integer(i128),
    /// An integer of more than [`DIGITS`] digits.
    TooLarge,
    /// No integer.
    Fraction,
}

/// Digits of the largest integer that is told; those of all WIT types have at most 20.
const DIGITS: i64 = 30;

/// The exponent's value; one that is beyond all bounds is as good as the bound.
fn exponent(text: &str) -> i64 {
    let bound = if text.starts_with('-') { -i64::MAX / 4 } else { i64::MAX / 4 };
    text.parse::<i64>().map_or(bound, |e| e.clamp(-i64::MAX / 4, i64::MAX / 4))
}

/// The integer that the JSON number `text` (RFC 8259, section 6) is, by value and not by spelling: `1.0`, `1e3` and `-0`
/// are integers (JSON Schema 2020-12, Core, 4.2.2).  Exact, without a detour through binary floating point.
pub fn whole(text: &str) -> Whole {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mantissa, e) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = || before.bytes().chain(after.bytes());
    let (Some(first), Some(last)) = (digits().position(|d| d != b'0'), last_digit(before, after)) else {
        return Whole::Integer(0);
    };
    // The value is 0.d₁d₂…dₙ · 10^point, d₁ and dₙ not 0.
    let n = (last + 1 - first) as i64;
    let point = before.len() as i64 - first as i64 + exponent(e);
    if n > point {
        return Whole::Fraction;
    }
    if point > DIGITS {
        return Whole::TooLarge;
    }
    let significant = digits().skip(first).take(n as usize).fold(0i128, |v, d| v * 10 + i128::from(d - b'0'));
    let value = significant * 10i128.pow((point - n) as u32);
    Whole::Integer(if negative { -value } else { value })
}

/// Where the last digit that is not 0 stands.
fn last_digit(before: &str, after: &str) -> Option<usize> {
    let last = |part: &str| part.bytes().rposition(|d| d != b'0');
    last(after).map(|i| before.len() + i).or_else(|| last(before))
}
