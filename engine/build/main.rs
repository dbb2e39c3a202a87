//! What is settled before the crate is compiled: which Wasmtime the lock file names, the error numbers that C and Rust
//! share, and that both sides of the border mean the same types.

#[macro_use]
mod describe;
#[macro_use]
#[path = "../src/abi/macros.rs"]
mod macros;

#[path = "../src/abi"]
mod abi {
    pub mod hooks;
    pub mod types;
}
#[path = "../src/doors/functions.rs"]
mod functions;

mod border;
mod tables;

use std::path::{Path, PathBuf};
use std::{env, fs};

fn read(path: &Path) -> String {
    println!("cargo::rerun-if-changed={}", path.display());
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// For `bx_engine_wasmtime_version` and the code fingerprint.
fn wasmtime_version(lock: &str) -> Option<&str> {
    let package = lock.split("[[package]]").find(|p| p.contains("name = \"wasmtime\"\n"))?;
    package.split("version = \"").nth(1)?.split('"').next()
}

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    for watched in ["build", "include", "src/abi", "src/doors/functions.rs"] {
        println!("cargo::rerun-if-changed={}", root.join(watched).display());
    }
    let lock = read(&root.join("Cargo.lock"));
    let version = wasmtime_version(&lock).expect("the lock file names wasmtime");
    println!("cargo::rustc-env=BX_WASMTIME_VERSION={version}");

    let errno = tables::errno(&read(&root.join("include/bx_errno.def")));
    let http = tables::http_errors(&read(&root.join("include/bx_http_errors.def")));
    // A row that nobody translates for guests must not compile.
    let text =
        tables::constants("Errno", "#[allow(dead_code, reason = \"a part of them is enough\")]", &errno)
            + &tables::constants("HttpError", "#[deny(dead_code)]", &http);
    fs::write(out.join("numbers.rs"), text).expect("OUT_DIR is writable");
    let unshown = tables::unshown(&read(&root.join("include/bx_unshown.def")));
    fs::write(out.join("unshown.rs"), unshown).expect("OUT_DIR is writable");

    let numbers = [errno, http].concat();
    if let Err(why) = border::check(&root.join("include"), &out, &numbers) {
        eprintln!("the C headers and engine/src/abi disagree: {why}");
        std::process::exit(1);
    }
}
