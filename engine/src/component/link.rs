//! Resolving a component's imports once.

use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, ComponentExportIndex, InstancePre, Linker, Resource, ResourceType};
use wasmtime_wasi::p2::bindings as async_bindings;
use wasmtime_wasi::p2::bindings::sockets::udp::{HostOutgoingDatagramStream, OutgoingDatagramStream};
use wasmtime_wasi::p2::bindings::sync;
use wasmtime_wasi::sockets::WasiSockets;
use wasmtime_wasi_http::WasiHttp;
use wasmtime_wasi_http::p2::bindings as http_bindings;

use super::kv;
use super::state::{HasTable, HasView};
use super::store::State;
use crate::abi::error::{Error, Result};
use crate::abi::shown;
use crate::abi::types::Code;

/// Interfaces this runtime provides, by name without version.
const PROVIDED: [&str; 31] = [
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/stderr",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:cli/terminal-stderr",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:filesystem/types",
    "wasi:filesystem/preopens",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/random",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
    "wasi:sockets/network",
    "wasi:sockets/instance-network",
    "wasi:sockets/ip-name-lookup",
    "wasi:sockets/tcp",
    "wasi:sockets/tcp-create-socket",
    "wasi:sockets/udp",
    "wasi:sockets/udp-create-socket",
    "wasi:http/types",
    "wasi:http/outgoing-handler",
    "wasi:config/store",
    "wasi:keyvalue/store",
];

/// A component, ready to be linked or linked.
pub struct ComponentCode {
    /// The code.
    pub component: Component,
    /// Imports resolved, once linked.
    pub linked: Option<Linked>,
    /// Whether it counts fuel.
    pub fuel: bool,
    /// Bytes the host needs at most for one instance of the core modules inside.
    pub weight: u64,
}

impl ComponentCode {
    /// Resolve the imports.  `traps`: what nobody provides ends the guest once it calls it.
    pub fn link(&mut self, traps: bool) -> Result<()> {
        self.linked = Some(link(&self.component, traps)?);
        Ok(())
    }

    /// Whether it exports `wasi:cli/run`; known once it is linked.
    pub fn is_command(&self) -> bool {
        self.linked.as_ref().is_some_and(|l| l.run.is_some())
    }
}

/// `wasi:sockets/udp` as the library's bindings name it.
const UDP: &str = "wasi:sockets/udp@0.2.12";

/// A component with its imports resolved.
pub struct Linked {
    /// Ready to be instantiated.
    pub pre: InstancePre<State>,
    /// `run` of `wasi:cli/run`, when there is one.
    pub run: Option<ComponentExportIndex>,
    /// It can reach sockets or HTTP, which need a Tokio runtime around them.
    pub uses_net: bool,
    /// It imports `wasi:config`.
    pub uses_config: bool,
    /// It imports `wasi:keyvalue`.
    pub uses_kv: bool,
}

fn linker(engine: &wasmtime::Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker: Linker<State> = Linker::new(engine);
    let l = &mut linker;
    use async_bindings::{cli, clocks, filesystem, random, sockets};
    use wasmtime_wasi_io::bindings::wasi::io;
    io::error::add_to_linker::<State, HasTable>(l, State::table)?;
    sync::io::poll::add_to_linker::<State, HasView>(l, State::view)?;
    sync::io::streams::add_to_linker::<State, HasView>(l, State::view)?;
    cli::environment::add_to_linker::<State, HasView>(l, State::view)?;
    cli::exit::add_to_linker::<State, HasView>(l, State::view)?;
    cli::stdin::add_to_linker::<State, HasView>(l, State::view)?;
    cli::stdout::add_to_linker::<State, HasView>(l, State::view)?;
    cli::stderr::add_to_linker::<State, HasView>(l, State::view)?;
    cli::terminal_input::add_to_linker::<State, HasView>(l, State::view)?;
    cli::terminal_output::add_to_linker::<State, HasView>(l, State::view)?;
    cli::terminal_stdin::add_to_linker::<State, HasView>(l, State::view)?;
    cli::terminal_stdout::add_to_linker::<State, HasView>(l, State::view)?;
    cli::terminal_stderr::add_to_linker::<State, HasView>(l, State::view)?;
    clocks::wall_clock::add_to_linker::<State, HasView>(l, State::view)?;
    clocks::monotonic_clock::add_to_linker::<State, HasView>(l, State::view)?;
    random::random::add_to_linker::<State, HasView>(l, State::view)?;
    random::insecure::add_to_linker::<State, HasView>(l, State::view)?;
    random::insecure_seed::add_to_linker::<State, HasView>(l, State::view)?;
    filesystem::preopens::add_to_linker::<State, HasView>(l, State::view)?;
    sync::filesystem::types::add_to_linker::<State, HasView>(l, State::view)?;
    let options = sockets::network::LinkOptions::default();
    sockets::network::add_to_linker::<State, WasiSockets>(l, &options, State::sockets)?;
    sockets::instance_network::add_to_linker::<State, WasiSockets>(l, State::sockets)?;
    sockets::tcp_create_socket::add_to_linker::<State, WasiSockets>(l, State::sockets)?;
    sockets::ip_name_lookup::add_to_linker::<State, HasView>(l, State::view)?;
    sync::sockets::tcp::add_to_linker::<State, WasiSockets>(l, State::sockets)?;
    sync::sockets::udp::add_to_linker::<State, WasiSockets>(l, State::sockets)?;
    shadow_datagram_end(l)?;
    sockets::udp_create_socket::add_to_linker::<State, WasiSockets>(l, State::sockets)?;
    super::sockets::shadow(l)?;
    let options = http_bindings::http::types::LinkOptions::default();
    http_bindings::http::types::add_to_linker::<State, WasiHttp>(l, &options, State::http)?;
    http_bindings::http::outgoing_handler::add_to_linker::<State, WasiHttp>(l, State::http)?;
    kv::add_to_linker(l)?;
    Ok(linker)
}

/// Give outgoing datagram streams an end that waits as every host function does.  The library's own end waits for
/// the socket without driving this thread's runtime, past deadline and cancel.  Of its other functions that could wait
/// (binding, listening, the streams of a datagram socket) none does: they ask for permission, and our answer is there
/// at once.
fn shadow_datagram_end(l: &mut Linker<State>) -> wasmtime::Result<()> {
    l.allow_shadowing(true);
    let ty = ResourceType::host::<OutgoingDatagramStream>();
    l.instance(UDP)?.resource("outgoing-datagram-stream", ty, |mut store, rep| {
        let state = store.data_mut();
        let shared = state.shared.clone();
        let mut view = state.sockets();
        shared.wait(HostOutgoingDatagramStream::drop(&mut view, Resource::new_own(rep)))?
    })?;
    l.allow_shadowing(false);
    Ok(())
}

/// "wasi:cli/run@0.2.3" -> ("wasi:cli/run", "0.2.3").
fn split_version(name: &str) -> (&str, Option<&str>) {
    match name.rsplit_once('@') {
        Some((n, v)) => (n, Some(v)),
        None => (name, None),
    }
}

/// What is wrong with an import, in words; `None` when nothing is.
fn complaint(name: &str) -> Option<String> {
    let (base, version) = split_version(name);
    let name = shown::name(name);
    let family = ["wasi:keyvalue/", "wasi:config/"].iter().any(|p| base.starts_with(p));
    let known = PROVIDED.contains(&base) || matches!(base, "wasi:keyvalue/atomics" | "wasi:keyvalue/batch");
    match version {
        Some(v) if base.starts_with("wasi:") && v.starts_with("0.3") => {
            Some(format!("{name} (WASI 0.3; this runtime provides 0.2)"))
        }
        Some(v) if known && !family && !(v.starts_with("0.2.") && !v.contains('-')) => {
            Some(format!("{name} (this runtime provides {base} in version 0.2)"))
        }
        _ if !known => Some(name),
        _ => None,
    }
}

/// Whether an export of this name makes a component a command.
pub fn is_run(name: &str) -> bool {
    matches!(split_version(name), ("wasi:cli/run", Some(v)) if v.starts_with("0.2."))
}

/// What a component imports under a name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// An interface.
    Interface,
    /// A function of the world.
    Function,
    /// Something that has no calls to trap.
    Other,
}

/// An error that names the imports nobody provides; with `traps`, those that could not end a call either.
pub fn refuse_imports<'a>(imports: impl Iterator<Item = (&'a str, Wanted)>, traps: bool) -> Result<()> {
    let bad = |(name, wanted)| match wanted {
        Wanted::Interface | Wanted::Function if traps => None,
        Wanted::Interface => complaint(name),
        _ => Some(shown::name(name)),
    };
    let bad: Vec<String> = imports.filter_map(bad).collect();
    if bad.is_empty() {
        return Ok(());
    }
    let names = shown::list(bad.into_iter(), |words| words);
    Err(Error::new(Code::Import, format!("imports nobody provides: {names}")))
}

/// `run` in the exports, whatever 0.2 version it has.
fn find_run(component: &Component) -> Option<ComponentExportIndex> {
    let engine = component.engine();
    let ty = component.component_type();
    let name = ty.exports(engine).map(|(name, _)| name).find(|name| is_run(name))?;
    let instance = component.get_export_index(None, name)?;
    component.get_export_index(Some(&instance), "run")
}

fn link(component: &Component, traps: bool) -> Result<Linked> {
    let engine = component.engine();
    let ty = component.component_type();
    let mut names = Vec::new();
    for (name, item) in ty.imports(engine) {
        // A type that an exported function mentions is nothing to provide.
        match item.ty {
            ComponentItem::Type(_) => {}
            ComponentItem::ComponentInstance(_) => names.push((name, Wanted::Interface)),
            ComponentItem::ComponentFunc(_) => names.push((name, Wanted::Function)),
            _ => names.push((name, Wanted::Other)),
        }
    }
    refuse_imports(names.iter().copied(), traps)?;
    let internal = |e: wasmtime::Error| Error::from_wasmtime(Code::Internal, &e);
    let mut linker = linker(engine).map_err(internal)?;
    if traps {
        linker
            .define_unknown_imports_as_traps(component)
            .map_err(|e| Error::from_wasmtime(Code::Import, &e))?;
    }
    let pre = linker.instantiate_pre(component).map_err(|e| Error::from_wasmtime(Code::Import, &e))?;
    let uses = |prefix: &str| names.iter().any(|n| n.0.starts_with(prefix));
    Ok(Linked {
        pre,
        run: find_run(component),
        uses_net: uses("wasi:sockets/") || uses("wasi:http/"),
        uses_config: uses("wasi:config/"),
        uses_kv: uses("wasi:keyvalue/"),
    })
}
