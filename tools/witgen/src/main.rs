//! bx-witgen DEPS_DIR WORLD.wit OUT_DIR: C bindings of the world in WORLD.wit, whose imports are
//! found in the WIT packages of DEPS_DIR (a `wit` folder with its `deps`).
//!
//! Writes NAME.h, NAME.c and NAME_component_type.o for world NAME; a file that would not change
//! keeps its time, so that nothing is compiled again for it.

use std::path::Path;
use std::process::ExitCode;

use wit_bindgen_core::wit_parser::Resolve;
use wit_bindgen_core::{Files, WorldGenerator};

type Error = Box<dyn std::error::Error>;

fn generate(deps: &Path, world: &Path, out: &Path) -> Result<(), Error> {
    let mut resolve = Resolve::default();
    // wasi:cli knows success and failure only without it; the engine provides it.
    resolve.features.insert("cli-exit-with-code".to_string());
    resolve.push_dir(deps)?;
    let package = resolve.push_file(world)?;
    let world = resolve.select_world(&[package], None)?;
    let mut files = Files::default();
    let mut bindings: Box<dyn WorldGenerator> = wit_bindgen_c::Opts::default().build();
    bindings.generate(&mut resolve, world, &mut files)?;
    std::fs::create_dir_all(out)?;
    for (name, bytes) in files.iter() {
        let path = out.join(name);
        if std::fs::read(&path).is_ok_and(|old| old == bytes) {
            continue;
        }
        std::fs::write(&path, bytes)?;
    }
    Ok(())
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    let [_, deps, world, out] = args.as_slice() else {
        eprintln!("usage: bx-witgen DEPS_DIR WORLD.wit OUT_DIR");
        return ExitCode::from(2);
    };
    match generate(Path::new(deps), Path::new(world), Path::new(out)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("bx-witgen: {e:#}");
            ExitCode::FAILURE
        }
    }
}
