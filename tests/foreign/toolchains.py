"""How each program of this folder is built, by whatever tool chain is on the machine.

A builder returns the path of a .wasm file in the build directory or raises Missing with the reason. What is newer than its
sources is kept.
"""
import os
import pathlib
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
OUT = pathlib.Path(os.environ.get("BX_FOREIGN", ROOT / "build/foreign"))
BOXAGNTS = os.environ.get("BOXAGNTS", str(ROOT / "build/boxagnts"))
NPM = OUT / "node_modules"
PYTHON = OUT / "python/bin"
WASI_WIT = NPM / "@bytecodealliance/jco/lib/wit/builtin/0.2.12"


class Missing(Exception):
    """The tool chain is not on this machine."""


class Broken(Exception):
    """The tool chain is there and failed."""


def command(words, **environment):
    """Run a tool chain's command; Broken with the end of what it said when it fails."""
    done = subprocess.run([str(word) for word in words], cwd=OUT, env=dict(os.environ, **environment), text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise Broken(f"{pathlib.Path(words[0]).name} failed: " + done.stdout.strip()[-2000:])
    return done.stdout


def fresh(target, *sources):
    if not target.exists():
        return False
    made = target.stat().st_mtime
    files = [file for source in sources for file in ([source] if source.is_file() else source.rglob("*"))]
    return all(file.stat().st_mtime <= made for file in files)


def made(name, sources, words, **environment):
    """Run `words` with the target's path at its end, unless the target is there and fresh."""
    target = OUT / f"{name}.wasm"
    if not fresh(target, *sources):
        target.unlink(missing_ok=True)
        command([*words, target], **environment)
    return target


def need(found, what):
    if not found or not pathlib.Path(found).exists():
        raise Missing(what)
    return found


# ---- core modules ------------------------------------------------------------------------------

def rust():
    """Any rustc that has the standard library of a preview1 target; the distribution's own is tried first."""
    for rustc in ("/usr/bin/rustc", shutil.which("rustc")):
        for target in ("wasm32-wasip1", "wasm32-wasi") if rustc and os.path.exists(rustc) else ():
            found = subprocess.run([rustc, "--print", "target-libdir", "--target", target], capture_output=True,
                                   text=True, check=False)
            libraries = pathlib.Path(found.stdout.strip() or "/nonexistent")
            if found.returncode == 0 and any(libraries.glob("libstd-*.rlib")):
                return made("ft-rust", [HERE / "rust/ft.rs"], [rustc, *rust_flags(rustc, target), HERE / "rust/ft.rs", "-o"])
    raise Missing("no rustc with the standard library for wasm32-wasi")


def rust_flags(rustc, target):
    flags = ["--edition", "2021", "-O", "--target", target, "-C", "strip=symbols"]
    # Debian's rustc has no linker of its own, and an lld later than 14 refuses the members of its libraries.
    linker = shutil.which("wasm-ld-14")
    return [*flags, "-C", f"linker={linker}", "-C", "linker-flavor=wasm-ld"] if linker and rustc == "/usr/bin/rustc" else flags


def clap():
    """A tool on crates of the registry: a current cargo fetches them, the distribution's builds them."""
    source = HERE / "rust/clap"
    target = OUT / "ft-clap.wasm"
    if fresh(target, source):
        return target
    need("/usr/bin/cargo", "no cargo of the distribution")
    need(shutil.which("wasm-ld-14"), "no wasm-ld-14")
    if not any(pathlib.Path("/usr/lib/rustlib/wasm32-wasi/lib").glob("libstd-*.rlib")):
        raise Missing("no standard library for wasm32-wasi")
    newer = shutil.which("cargo", path=os.pathsep.join([os.path.expanduser("~/.cargo/bin"), os.environ["PATH"]]))
    project = OUT / "clap"
    shutil.copytree(source, project, dirs_exist_ok=True)
    command([newer, "vendor", "--locked", "--manifest-path", project / "Cargo.toml", OUT / "crates"])
    (project / ".cargo").mkdir(exist_ok=True)
    (project / ".cargo/config.toml").write_text('[source.crates-io]\nreplace-with = "vendored"\n'
                                                f'[source.vendored]\ndirectory = "{OUT}/crates"\n')
    command(["sh", "-c", f"cd '{project}' && /usr/bin/cargo build --offline --release --target wasm32-wasi "
                         f"--target-dir '{OUT}/cargo'"], RUSTC="/usr/bin/rustc",
            RUSTFLAGS="-C linker=wasm-ld-14 -C linker-flavor=wasm-ld -C strip=symbols")
    shutil.copy(OUT / "cargo/wasm32-wasi/release/ft.wasm", target)
    return target


def go():
    compiler = need(shutil.which("go"), "no go")
    version = subprocess.run([compiler, "env", "GOVERSION"], capture_output=True, text=True, check=False).stdout.strip()
    if tuple(int(part) for part in version.removeprefix("go").split(".")[:2] if part.isdigit()) < (1, 25):
        raise Missing(f"{version} is older than go1.25")
    return made("ft-go", [HERE / "go/ft.go"], ["sh", "-c", f"'{compiler}' build -trimpath -ldflags='-s -w' "
                                               f"-o \"$0\" '{HERE}/go/ft.go'"], GOOS="wasip1", GOARCH="wasm")


def zig(language, name, *flags):
    python = need(PYTHON / "python", "no Python package ziglang")
    if not any((OUT / "python").glob("lib/python*/site-packages/ziglang")):
        raise Missing("no Python package ziglang")
    source = HERE / "c" / name
    cache = str(OUT / "zig-cache")
    return made(source.stem.replace("_", "-") + "-zig", [source],
                [python, "-m", "ziglang", language, "-target", "wasm32-wasi", "-O2", "-s", *flags, source, "-o"],
                ZIG_GLOBAL_CACHE_DIR=cache, ZIG_LOCAL_CACHE_DIR=cache)


def zig_c():
    return zig("cc", "ft.c", "-D_WASI_EMULATED_MMAN", "-lwasi-emulated-mman")


def zig_cpp():
    return zig("c++", "text.cpp", "-std=c++20", "-fno-exceptions")


def assemblyscript():
    compiler = need(NPM / ".bin/asc", "no npm package assemblyscript")
    shim = "node_modules/@assemblyscript/wasi-shim/asconfig.json"  # relative: its own paths are found in no other way
    need(OUT / shim, "no npm package @assemblyscript/wasi-shim")
    return made("ft-as", [HERE / "as/ft.ts"], ["node", compiler, HERE / "as/ft.ts", "--config", shim, "-O", "-o"])


# ---- components --------------------------------------------------------------------------------

def wit(version="0.2.12"):
    """A folder with our worlds and the WASI packages that jco brings along, as of another 0.2.x if wanted."""
    need(WASI_WIT, "no npm package @bytecodealliance/jco")
    folder = OUT / f"wit-{version}"
    if not fresh(folder / "command.wit", HERE / "wit/command.wit"):
        shutil.copytree(WASI_WIT, folder / "deps", dirs_exist_ok=True)
        shutil.copy(HERE / "wit/command.wit", folder)
        for file in folder.rglob("*.wit"):
            file.write_text(file.read_text().replace("@0.2.12", f"@{version}"))
    return folder


def javascript(source, world, path, disabled):
    tool = need(NPM / ".bin/componentize-js", "no npm package @bytecodealliance/componentize-js")
    off = ["-d", *disabled] if disabled else []
    return made(f"{source}-js", [HERE / f"js/{source}.js", HERE / "wit"],
                ["node", tool, HERE / f"js/{source}.js", "--wit", path, "-n", world, *off, "-o"])


def js_command():
    return javascript("ft", "command", wit(), ["http", "fetch-event"])


def js_typed():
    return javascript("typed", "typed", HERE / "wit/typed.wit", ["stdio", "random", "clocks", "http", "fetch-event"])


def js_fetch():
    return javascript("fetch", "fetcher", wit(), [])


def js_old():
    """The same against the first release of WASI 0.2."""
    source = OUT / "old/fetch.js"
    source.parent.mkdir(exist_ok=True)
    if not fresh(source, HERE / "js/fetch.js"):
        source.write_text((HERE / "js/fetch.js").read_text().replace("@0.2.12", "@0.2.0"))
    tool = need(NPM / ".bin/componentize-js", "no npm package @bytecodealliance/componentize-js")
    return made("fetch-old", [source, HERE / "wit"], ["node", tool, source, "--wit", wit("0.2.0"), "-n", "fetcher", "-o"])


def python(source, world, path):
    tool = need(PYTHON / "componentize-py", "no Python package componentize-py")
    # Each program gets a folder of its own: everything in it becomes part of the component.
    folder = OUT / f"python-{source}"
    folder.mkdir(exist_ok=True)
    shutil.copy(HERE / f"py/{source}.py", folder)
    return made(f"{source}-py", [HERE / f"py/{source}.py", HERE / "wit"],
                [tool, "-q", "-d", path, "-w", world, "componentize", "-p", folder, source, "-o"])


def py_command():
    return python("ft", "command", wit())


def py_typed():
    return python("typed", "typed", HERE / "wit/typed.wit")


def py_fetch():
    return python("fetch", "fetcher", wit())


def by_jco(module):
    """A module wrapped with jco's adapter."""
    jco = need(NPM / ".bin/jco", "no npm package @bytecodealliance/jco")
    return made(module.stem + "-jco", [module], ["node", jco, "new", "--wasi-command", module, "-o"])


def by_boxagnts(module):
    """A module wrapped with ours."""
    return made(module.stem + "-own", [module, pathlib.Path(BOXAGNTS)], [BOXAGNTS, "componentize", module, "-o"])
