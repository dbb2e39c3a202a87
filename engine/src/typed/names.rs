//! Names of exported functions: the ways to write them, and what to say of one that is not there.

use crate::abi::error::Error;
use crate::abi::shown;
use crate::abi::types::Code;

/// Characters of a name that are compared, and exports that are looked at, for saying which are near.
const COMPARED: usize = 100;
const LOOKED_AT: usize = 1000;
/// Most exports named in a message.
const NAMED: usize = 8;

/// The ways a function may be called by: in full, without version, without package, by its bare name.
pub fn aliases(name: &str) -> [String; 4] {
    let Some((iface, func)) = name.rsplit_once('#') else { return [(); 4].map(|()| name.to_string()) };
    let versionless = iface.split_once('@').map_or(iface, |(i, _)| i);
    let bare = versionless.rsplit_once('/').map_or(versionless, |(_, i)| i);
    [name.to_string(), format!("{versionless}#{func}"), format!("{bare}#{func}"), func.to_string()]
}

/// Edit distance of two short names.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, cb) in b.iter().enumerate() {
            let best = (diagonal + usize::from(ca != *cb)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], best);
        }
    }
    row[b.len()]
}

/// No function is called `name`; `list` are those there are, of what is a `what`.
pub fn unknown(name: &str, list: &[String], what: &str) -> Error {
    if list.is_empty() {
        return Error::new(Code::Export, format!("no function \"{name}\": the {what} exports none"));
    }
    // Names can be as long and as many as a file has room for: neither counts beyond what a person would look at.
    let brief = |s: &str| s.chars().take(COMPARED).collect::<String>();
    let wanted = brief(name);
    let nearness = |e: &&String| aliases(e).iter().map(|a| distance(&wanted, &brief(a))).min().unwrap_or(usize::MAX);
    let mut near: Vec<&String> = list.iter().take(LOOKED_AT).collect();
    near.sort_by_cached_key(nearness);
    let names = shown::list(near.iter().take(NAMED), |e| shown::name(e));
    let more = if list.len() > NAMED { ", …" } else { "" };
    Error::new(Code::Export, format!("no function \"{name}\"; there are: {names}{more}"))
}
