//! Finds out which Wasmtime the lock file names, for `bx_engine_wasmtime_version` and the code fingerprint.

use std::path::Path;

fn main() {
    let dir = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let lock = Path::new(&dir).join("Cargo.lock");
    println!("cargo::rerun-if-changed={}", lock.display());
    println!("cargo::rerun-if-changed=build.rs");
    let text = std::fs::read_to_string(lock).expect("the lock file is committed");
    let version = text
        .split("[[package]]")
        .find(|p| p.contains("name = \"wasmtime\"\n"))
        .and_then(|p| p.split("version = \"").nth(1))
        .and_then(|p| p.split('"').next())
        .expect("the lock file names wasmtime");
    println!("cargo::rustc-env=BX_WASMTIME_VERSION={version}");
}
