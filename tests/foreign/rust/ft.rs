//! ft: the file tool of the foreign tests, in Rust with the standard library only (docs/foreign.md has the contract).
use std::io::{self, BufRead, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant, UNIX_EPOCH};
use std::{env, fs, process};

struct Failure {
    code: i32,
    text: String,
}

type Done = Result<(), Failure>;

fn usage(text: impl Into<String>) -> Failure {
    Failure { code: 2, text: text.into() }
}

/// The failures every language can tell apart have one name; the rest keep the words of the library.
fn name_of(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(2) | Some(63) | Some(69) | Some(76) => "denied".into(), // acces, perm, rofs, notcapable
        Some(20) => "exists".into(),
        Some(28) => "invalid".into(),
        Some(31) => "is a directory".into(),
        Some(44) => "not found".into(),
        Some(54) => "not a directory".into(),
        Some(55) => "not empty".into(),
        Some(75) => "crosses devices".into(),
        Some(19) => "quota".into(),
        Some(41) => "too many open files".into(),
        Some(51) => "no space".into(),
        Some(32) => "too many links".into(),
        Some(errno) => format!("errno {}", errno),
        None if error.to_string().contains("pre-opened") => "outside".into(),
        None => error.to_string(),
    }
}

trait At<T> {
    fn at(self, path: &str) -> Result<T, Failure>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, path: &str) -> Result<T, Failure> {
        self.map_err(|e| Failure { code: 1, text: format!("{}: {}", path, name_of(&e)) })
    }
}

/// Options as clap reads them: `-n 3`, `-n3`, `--lines 3`, `--lines=3`, `-r`, `--` ends them.
struct Options {
    values: Vec<(String, String)>,
    flags: Vec<String>,
    rest: Vec<String>,
}

impl Options {
    fn parse(words: &[String], with_value: &[(&str, &str)], flags: &[(&str, &str)]) -> Result<Options, Failure> {
        let mut found = Options { values: vec![], flags: vec![], rest: vec![] };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if word == "--" {
                found.rest.extend(words.by_ref().cloned());
            } else if !word.starts_with('-') || word == "-" {
                found.rest.push(word.clone());
            } else if let Some((_, long)) = flags.iter().find(|(short, long)| word == short || word == long) {
                found.flags.push(long.to_string());
            } else if let Some((long, value)) = with_value.iter().find_map(|(short, long)| {
                if let Some(value) = word.strip_prefix(&format!("{}=", long)) {
                    Some((long, Some(value.to_string())))
                } else if word == short || word == long {
                    Some((long, None))
                } else if !word.starts_with("--") && word.starts_with(short) {
                    Some((long, Some(word[short.len()..].to_string())))
                } else {
                    None
                }
            }) {
                let value = match value {
                    Some(value) => value,
                    None => words.next().cloned().ok_or_else(|| usage(format!("{} needs a value", long)))?,
                };
                found.values.push((long.to_string(), value));
            } else {
                return Err(usage(format!("unexpected argument '{}'", word)));
            }
        }
        Ok(found)
    }

    fn flag(&self, long: &str) -> bool {
        self.flags.iter().any(|f| f == long)
    }

    fn number(&self, long: &str, otherwise: u64) -> Result<u64, Failure> {
        match self.values.iter().rev().find(|(name, _)| name == long) {
            None => Ok(otherwise),
            Some((_, text)) => {
                text.parse().map_err(|_| usage(format!("invalid value '{}' for '{} <N>'", text, long)))
            }
        }
    }

    fn path(&self, index: usize) -> Result<&str, Failure> {
        self.rest.get(index).map(|s| s.as_str()).ok_or_else(|| usage("a required argument was not provided"))
    }
}

fn kind_of(meta: &fs::Metadata) -> &'static str {
    let kind = meta.file_type();
    if kind.is_dir() {
        "dir"
    } else if kind.is_symlink() {
        "link"
    } else if kind.is_file() {
        "file"
    } else {
        "other"
    }
}

fn tree(path: &Path, depth: usize, most: usize) -> Done {
    let shown = path.display().to_string();
    let mut names = vec![];
    for entry in fs::read_dir(path).at(&shown)? {
        let entry = entry.at(&shown)?;
        names.push((entry.file_name().into_string().unwrap_or_default(), entry));
    }
    names.sort_by(|a, b| a.0.cmp(&b.0));
    for (name, entry) in names {
        let at = entry.path();
        let meta = fs::symlink_metadata(&at).at(&at.display().to_string())?;
        let size = if meta.is_file() { format!(" {}", meta.len()) } else { String::new() };
        println!("{}{} {}{}", "  ".repeat(depth), name, kind_of(&meta), size);
        if meta.is_dir() && depth + 1 < most {
            tree(&at, depth + 1, most)?;
        }
    }
    Ok(())
}

fn lines(name: &str, input: &mut dyn BufRead, most: u64) -> Done {
    let mut taken = 0;
    let mut line = vec![];
    let stdout = io::stdout();
    let mut out = stdout.lock();
    while taken < most && input.read_until(b'\n', &mut line).at(name)? > 0 {
        out.write_all(&line).at("stdout")?;
        line.clear();
        taken += 1;
    }
    Ok(())
}

fn count(name: &str, input: &mut dyn Read) -> Done {
    let (mut bytes, mut lines, mut sum) = (0u64, 0u64, 0u32);
    let mut piece = vec![0; 65536];
    loop {
        let n = input.read(&mut piece).at(name)?;
        if n == 0 {
            break;
        }
        bytes += n as u64;
        for &byte in &piece[..n] {
            lines += (byte == b'\n') as u64;
            sum = sum.rotate_left(1) ^ byte as u32;
        }
    }
    println!("{} {} {:08x}", lines, bytes, sum);
    Ok(())
}

fn fill(path: &str, bytes: u64) -> Done {
    let piece: Vec<u8> = (0..65536u32).map(|i| (i % 251) as u8).collect();
    let mut left = bytes;
    let stdout = io::stdout();
    let mut out: Box<dyn Write> =
        if path == "-" { Box::new(stdout.lock()) } else { Box::new(fs::File::create(path).at(path)?) };
    while left > 0 {
        let n = left.min(piece.len() as u64) as usize;
        out.write_all(&piece[..n]).at(path)?;
        left -= n as u64;
    }
    out.flush().at(path)
}

fn files(command: &str, words: &[String]) -> Done {
    let o = Options::parse(words, &[("-n", "--lines"), ("-d", "--depth"), ("-o", "--offset")], &[
        ("-p", "--parents"),
        ("-r", "--recursive"),
        ("-a", "--append"),
        ("-x", "--exclusive"),
    ])?;
    match command {
        "tree" => tree(Path::new(o.path(0)?), 0, o.number("--depth", 64)? as usize),
        "head" => {
            let most = o.number("--lines", 10)?;
            match o.rest.get(0) {
                None => lines("stdin", &mut io::stdin().lock(), most),
                Some(path) => lines(path, &mut io::BufReader::new(fs::File::open(path).at(path)?), most),
            }
        }
        "count" => match o.rest.get(0) {
            None => count("stdin", &mut io::stdin().lock()),
            Some(path) => count(path, &mut fs::File::open(path).at(path)?),
        },
        "write" => {
            let path = o.path(0)?;
            let mut how = fs::OpenOptions::new();
            how.write(true);
            if o.flag("--append") {
                how.append(true).create(true);
            } else if o.flag("--exclusive") {
                how.create_new(true);
            } else {
                how.create(true).truncate(true);
            }
            how.open(path).at(path)?.write_all(o.path(1)?.as_bytes()).at(path)
        }
        "patch" => {
            let (path, text) = (o.path(0)?, o.path(1)?);
            let mut file = fs::OpenOptions::new().read(true).write(true).open(path).at(path)?;
            file.seek(SeekFrom::Start(o.number("--offset", 0)?)).at(path)?;
            file.write_all(text.as_bytes()).at(path)?;
            let end = file.seek(SeekFrom::End(0)).at(path)?;
            file.seek(SeekFrom::Start(0)).at(path)?;
            let mut whole = vec![];
            file.read_to_end(&mut whole).at(path)?;
            println!("{} {:?}", end, String::from_utf8_lossy(&whole));
            file.seek(SeekFrom::Current(-(end as i64) - 1)).map(|_| ()).at("before the beginning")
        }
        "size" => {
            let path = o.path(0)?;
            let size = o.path(1)?.parse().map_err(|_| usage("not a size"))?;
            fs::OpenOptions::new().write(true).open(path).at(path)?.set_len(size).at(path)
        }
        "stat" => {
            let path = o.path(0)?;
            let meta = fs::metadata(path).at(path)?;
            let age = meta.modified().at(path)?.duration_since(UNIX_EPOCH).unwrap_or_default();
            println!("{} {} {}.{:09}", kind_of(&meta), meta.len(), age.as_secs(), age.subsec_nanos());
            Ok(())
        }
        "mkdir" if o.flag("--parents") => fs::create_dir_all(o.path(0)?).at(o.path(0)?),
        "mkdir" => fs::create_dir(o.path(0)?).at(o.path(0)?),
        "rm" if o.flag("--recursive") => fs::remove_dir_all(o.path(0)?).at(o.path(0)?),
        "rm" => fs::remove_file(o.path(0)?).at(o.path(0)?),
        "rmdir" => fs::remove_dir(o.path(0)?).at(o.path(0)?),
        "mv" => fs::rename(o.path(0)?, o.path(1)?).at(o.path(0)?),
        "cp" => fs::copy(o.path(0)?, o.path(1)?).map(|n| println!("{}", n)).at(o.path(0)?),
        "link" => fs::hard_link(o.path(0)?, o.path(1)?).at(o.path(0)?),
        "readlink" => fs::read_link(o.path(0)?).map(|to| println!("{}", to.display())).at(o.path(0)?),
        "fill" => fill(o.path(0)?, o.path(1)?.parse().map_err(|_| usage("not a size"))?),
        _ => Err(usage(format!("unrecognized subcommand '{}'", command))),
    }
}

fn run(words: &[String]) -> Done {
    let (command, rest) = words.split_first().ok_or_else(|| usage("a subcommand is required"))?;
    match command.as_str() {
        "args" => {
            rest.iter().for_each(|word| println!("[{}]", word));
            Ok(())
        }
        "env" => match rest.first() {
            Some(name) => match env::var(name) {
                Ok(value) => Ok(println!("{}", value)),
                Err(_) => Err(Failure { code: 1, text: format!("{}: unset", name) }),
            },
            None => Ok(env::vars().for_each(|(name, value)| println!("{}={}", name, value))),
        },
        "exit" => process::exit(rest.first().and_then(|n| n.parse().ok()).unwrap_or(0)),
        "sleep" => {
            let wanted = Duration::from_millis(rest.first().and_then(|n| n.parse().ok()).unwrap_or(0));
            let begin = Instant::now();
            std::thread::sleep(wanted);
            println!("{}", if begin.elapsed() >= wanted { "slept" } else { "too short" });
            Ok(())
        }
        "panic" => panic!("on purpose"),
        _ => files(command, rest),
    }
}

fn main() {
    let words: Vec<String> = env::args().skip(1).collect();
    if let Err(failure) = run(&words) {
        eprintln!("ft: {}", failure.text);
        process::exit(failure.code);
    }
}
