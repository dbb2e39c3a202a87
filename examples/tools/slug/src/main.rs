//! The tool: how far names are from a word (Levenshtein's distance), and the word as part of an address.
use serde::Deserialize;
use serde_json::{json, Value};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Arguments {
    text: String,
    #[serde(default)]
    among: Vec<String>,
}

/// Letters and digits, and one '-' for all between them.
fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.to_lowercase().chars() {
        if c.is_alphanumeric() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_string()
}

/// How many characters have to be put in, taken out or changed to make `b` of `a`.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = before + usize::from(x != *y);
            before = row[j + 1];
            row[j + 1] = changed.min(before + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// What the tool does: its text, and the facts in it.  An error is an answer too: it says what was wrong, and what to do.
fn run(a: &Arguments) -> Result<(String, Value), String> {
    let slug = slug(&a.text);
    if slug.is_empty() {
        return Err("text: there is no letter or digit in it".into());
    }
    let mut near: Vec<(usize, &str)> = a.among.iter().map(|name| (distance(&slug, name), name.as_str())).collect();
    near.sort();
    let mut text = slug.clone();
    if let Some((steps, name)) = near.first() {
        text += &format!("\nnearest: {name} ({steps})");
    }
    let near: Vec<Value> = near.iter().map(|(steps, name)| json!({ "name": name, "distance": steps })).collect();
    Ok((text, json!({ "slug": slug, "near": near })))
}

fn main() {
    let answer = serde_json::from_reader(std::io::stdin())
        .map_err(|e| format!("the arguments do not fit: {e}"))
        .and_then(|a| run(&a));
    // An MCP CallToolResult.
    let result = match answer {
        Ok((text, facts)) => {
            json!({ "content": [{ "type": "text", "text": text }], "structuredContent": facts, "isError": false })
        }
        Err(text) => json!({ "content": [{ "type": "text", "text": text }], "isError": true }),
    };
    println!("{result}");
}
