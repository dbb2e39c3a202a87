//! A file tool as they are written with clap: derived arguments, sub-commands, exit codes, a directory walk.
use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::fs;

use clap::{Parser, Subcommand, ValueEnum};
use walkdir::WalkDir;

#[derive(Parser)]
#[clap(name = "ft", version, about = "Looks at files")]
struct Arguments {
    /// How much to say
    #[clap(short, long, global = true, parse(from_occurrences))]
    verbose: u8,
    #[clap(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, ValueEnum)]
enum Order {
    Name,
    Size,
}

#[derive(Subcommand)]
enum Command {
    /// List files below a directory
    Find {
        root: PathBuf,
        #[clap(short, long)]
        extension: Option<String>,
        #[clap(short, long, default_value_t = 64)]
        depth: usize,
        #[clap(short, long, value_enum, default_value = "name")]
        order: Order,
    },
    /// Print the lines that contain a text
    Grep {
        #[clap(short = 'i', long)]
        ignore_case: bool,
        #[clap(short = 'n', long)]
        line_number: bool,
        pattern: String,
        #[clap(multiple_values = true)]
        files: Vec<PathBuf>,
    },
    /// Write the arguments to a file, one a line
    Save {
        #[clap(short, long, env = "FT_OUT")]
        out: PathBuf,
        words: Vec<String>,
    },
}

fn find(root: PathBuf, extension: Option<String>, depth: usize, order: Order, verbose: u8) -> io::Result<bool> {
    let mut found = vec![];
    for entry in WalkDir::new(root).max_depth(depth).sort_by_file_name() {
        let entry = entry?;
        let fits = extension.as_ref().map_or(true, |e| entry.path().extension().map_or(false, |x| x == e.as_str()));
        if entry.file_type().is_file() && fits {
            found.push((entry.metadata()?.len(), entry.into_path()));
        }
    }
    if let Order::Size = order {
        found.sort();
    }
    for (size, path) in &found {
        match verbose {
            0 => println!("{}", path.display()),
            _ => println!("{:>8} {}", size, path.display()),
        }
    }
    Ok(!found.is_empty())
}

fn grep(pattern: &str, ignore_case: bool, number: bool, files: &[PathBuf]) -> io::Result<bool> {
    let fold = |text: &str| if ignore_case { text.to_lowercase() } else { text.to_string() };
    let wanted = fold(pattern);
    let mut seen = false;
    let mut search = |input: &mut dyn BufRead, name: &str| -> io::Result<()> {
        for (n, line) in input.lines().enumerate() {
            let line = line?;
            if fold(&line).contains(&wanted) {
                seen = true;
                if number {
                    print!("{}{}:", name, n + 1);
                }
                println!("{}", line);
            }
        }
        Ok(())
    };
    if files.is_empty() {
        search(&mut io::stdin().lock(), "")?;
    }
    for file in files {
        search(&mut io::BufReader::new(fs::File::open(file)?), &format!("{}:", file.display()))?;
    }
    Ok(seen)
}

fn run(arguments: Arguments) -> io::Result<bool> {
    match arguments.command {
        Command::Find { root, extension, depth, order } => find(root, extension, depth, order, arguments.verbose),
        Command::Grep { ignore_case, line_number, pattern, files } => grep(&pattern, ignore_case, line_number, &files),
        Command::Save { out, words } => {
            let mut file = fs::File::create(out)?;
            for word in &words {
                writeln!(file, "{}", word)?;
            }
            file.sync_all()?;
            Ok(true)
        }
    }
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("ft: {}", error);
            ExitCode::FAILURE
        }
    }
}
