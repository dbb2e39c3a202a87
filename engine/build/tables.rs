//! Tables that C includes (`bx_errno.def`, `bx_http_errors.def`, `bx_unshown.def`), as constants for Rust.

/// One number: its name in C, its name in Rust, itself.
pub type Number = (String, String, u64);

/// The arguments of each `MACRO(...)` line.
fn rows<'a>(table: &'a str, name: &str) -> Vec<Vec<&'a str>> {
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter_map(|line| line.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')'))
        .map(|row| row.split(',').map(str::trim).collect())
        .collect();
    assert!(rows.len() > 10, "{name}: a table of {} rows was misread", rows.len());
    rows
}

/// `Errno::NOENT` and so on; a name that begins with a digit gets an underscore.
pub fn errno(table: &str) -> Vec<Number> {
    let number = |row: &Vec<&str>| {
        let digit = if row[0].starts_with(|c: char| c.is_ascii_digit()) { "_" } else { "" };
        (format!("BX_E_{}", row[0]), format!("{digit}{}", row[0]), row[1].parse().expect("a number"))
    };
    rows(table, "BX_ERRNO").iter().map(number).collect()
}

/// `HttpError::DNS_TIMEOUT` and so on, in order from 1.
pub fn http_errors(table: &str) -> Vec<Number> {
    let rows = rows(table, "BX_HTTP_ERROR");
    rows.iter().zip(1..).map(|(row, n)| (format!("BX_HTTP_{}", row[0]), row[0].to_string(), n)).collect()
}

/// Ranges of code points.
pub fn unshown(table: &str) -> String {
    let rows = rows(table, "BX_UNSHOWN");
    let pairs: String = rows.iter().map(|row| format!("    ({}, {}),\n", row[0], row[1])).collect();
    format!(
        "/// First and last of each row, in order.\nconst UNSHOWN: [(u32, u32); {}] = [\n{pairs}];\n",
        rows.len()
    )
}

/// Constants of `ty`.
pub fn constants(ty: &str, lint: &str, numbers: &[Number]) -> String {
    let all: String =
        numbers.iter().map(|(_, name, n)| format!("    pub const {name}: {ty} = {ty}({n});\n")).collect();
    format!("{lint}\nimpl {ty} {{\n{all}}}\n")
}
