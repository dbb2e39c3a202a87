//! How a guest ended: from a Wasmtime error to `bx_eng_end`.

use std::ffi::CStr;
use std::fmt::{self, Write};
use std::sync::OnceLock;

use wasmtime::{Config, Engine, InstanceAllocationStrategy, Store, Trap, WasmBacktrace};

use crate::abi::access::put_msg;
use crate::abi::error::{brief, chain};
use crate::abi::shown;
use crate::abi::types::{CText, EndKind, EngEnd};
use crate::core::limiter::{Limiter, Stop};

/// The error a host function or an epoch tick unwinds a guest with.  What it means is in the call's state,
/// so that making it costs next to nothing.
#[derive(Debug)]
pub struct Unwind;

impl fmt::Display for Unwind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ended by the host")
    }
}

impl std::error::Error for Unwind {}

/// `err` for an end that nobody needs to be told the place of: an exit is no fault of the guest's.  Wasmtime walks the
/// guest's stack and looks up each frame for every error that carries no backtrace yet, which is a tenth of a short
/// call; so this one carries an empty one, as a store gives that keeps none.
pub fn without_backtrace(err: wasmtime::Error) -> wasmtime::Error {
    static SILENT: OnceLock<Option<Store<()>>> = OnceLock::new();
    let silent = SILENT.get_or_init(|| {
        let mut config = Config::new();
        config.enable_compiler(false).wasm_backtrace_max_frames(None);
        config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
        Store::try_new(&Engine::new(&config).ok()?, ()).ok()
    });
    match silent {
        Some(store) => err.context(WasmBacktrace::capture(store)),
        None => err,
    }
}

/// Why the host ended a guest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cause {
    /// A host function returned this value.
    Host(i32),
    /// An epoch tick or a host wait noticed.
    Stop(Stop),
    /// The process has no descriptors left for a wait.
    Descriptors,
    /// What the host keeps for the guest is over the memory limit.
    Kept,
}

/// What is told of a guest that has the host keep too much.
const KEPT: &str = "instances, handles and values that the host keeps for the guest";

/// What a process without descriptors is told.
pub const NO_DESCRIPTORS: &str = "the process has no file descriptors left to wait with (ulimit -n)";

/// Fill all of `end` but the message, which is made empty.
///
/// # Safety
/// `end` points to a writable `bx_eng_end`, initialised or not.
pub unsafe fn put(
    end: *mut EngEnd,
    kind: EndKind,
    host_code: i32,
    fuel_used: u64,
    limiter: &Limiter,
) -> EndKind {
    // SAFETY: promised by the caller; written field by field because the message is large and seldom used.
    unsafe {
        (&raw mut (*end).kind).write(kind);
        (&raw mut (*end).host_code).write(host_code);
        (&raw mut (*end).fuel_used).write(fuel_used);
        (&raw mut (*end).memory_peak).write(limiter.memory_peak);
        (&raw mut (*end).host_ns).write(0);
        (&raw mut (*end).memory_refused).write(limiter.memory_refused);
        (&raw mut (*end).table_refused).write(limiter.table_refused);
        (&raw mut (*end).trap).write(CText::NULL);
        (&raw mut (*end).msg).cast::<u8>().write(0);
    }
    kind
}

/// Fill `end` for a guest that did not return.  `other` is what an error without a type of its own means here.
///
/// # Safety
/// As [`put`].
pub unsafe fn put_error(
    end: *mut EngEnd,
    err: &wasmtime::Error,
    cause: Option<Cause>,
    fuel_used: u64,
    limiter: &Limiter,
    other: EndKind,
) -> EndKind {
    let (kind, trap, words) = classify(err, cause, limiter, other);
    let host_code = if let Some(Cause::Host(code)) = cause { code } else { 0 };
    // SAFETY: promised by the caller.
    unsafe {
        put(end, kind, host_code, fuel_used, limiter);
        if let Some(name) = trap {
            (&raw mut (*end).trap).write(CText::of(name));
        }
        if kind != EndKind::Host {
            let mut text = shown::line(&words);
            add_backtrace(&mut text, err);
            put_msg((&raw mut (*end).msg).cast(), &text);
        }
    }
    kind
}

/// Fill `end` for something the engine could not do at all.
///
/// # Safety
/// As [`put`].
pub unsafe fn put_failed(end: *mut EngEnd, words: &str, limiter: &Limiter) -> EndKind {
    // SAFETY: promised by the caller.
    unsafe {
        put(end, EndKind::Failed, 0, 0, limiter);
        put_msg((&raw mut (*end).msg).cast(), &shown::line(words));
    }
    EndKind::Failed
}

fn classify(
    err: &wasmtime::Error,
    cause: Option<Cause>,
    limiter: &Limiter,
    other: EndKind,
) -> (EndKind, Option<&'static CStr>, String) {
    match cause {
        Some(Cause::Host(_)) => return (EndKind::Host, None, String::new()),
        Some(Cause::Stop(Stop::Deadline)) => return (EndKind::Deadline, None, "the deadline passed".into()),
        Some(Cause::Stop(Stop::Cancelled)) => {
            return (EndKind::Cancelled, None, "the call was cancelled".into());
        }
        Some(Cause::Kept) => return (EndKind::Kept, None, KEPT.into()),
        Some(Cause::Descriptors) => return (EndKind::Failed, None, NO_DESCRIPTORS.into()),
        None => {}
    }
    if let Some(trap) = err.downcast_ref::<Trap>() {
        let kind = match trap {
            Trap::StackOverflow => EndKind::Stack,
            Trap::OutOfFuel => EndKind::Fuel,
            _ => EndKind::Trap,
        };
        return (kind, Some(trap_name(*trap)), innermost(err));
    }
    if err.is::<wasmtime::ThrownException>() {
        return (
            EndKind::Trap,
            Some(c"uncaught_exception"),
            "an exception nobody in the guest caught".into(),
        );
    }
    if err.is::<wasmtime::UnknownImportError>() {
        return (EndKind::Trap, Some(c"unknown_import"), chain_without_backtrace(err));
    }
    if err.is::<wasmtime::GcHeapOutOfMemory<()>>() {
        return (EndKind::Trap, Some(c"gc_heap_out_of_memory"), "no room left for guest objects".into());
    }
    if let Some(kind) = limiter.initial_refused {
        let words = format!("what the guest needs to start is over the limit: {}", innermost(err));
        return (kind, None, words);
    }
    if is_kept(&innermost(err), limiter) {
        return (EndKind::Kept, None, innermost(err));
    }
    if err.is::<wasmtime::PoolConcurrencyLimitError>() {
        return (EndKind::Failed, None, format!("no free instance: {}", innermost(err)));
    }
    let name = (other == EndKind::Trap).then_some(c"other");
    (other, name, chain_without_backtrace(err))
}

/// Two refusals have no type of their own and are known by their whole texts: instances beyond the number that was set,
/// and more values in one call than was set.
fn is_kept(words: &str, limiter: &Limiter) -> bool {
    let instances = limiter.instance_max() + 1;
    words == format!("resource limit exceeded: instance count too high at {instances}")
        || words.starts_with("too much data is being copied between the host and the guest:")
}

fn innermost(err: &wasmtime::Error) -> String {
    let mut text = brief(&err.root_cause());
    // A faulting address travels as context between the trap and its backtrace.
    for cause in err.chain() {
        let line = brief(&cause);
        if line.starts_with("memory fault") {
            text.push_str(", ");
            text.push_str(&line);
        }
    }
    text
}

fn chain_without_backtrace(err: &wasmtime::Error) -> String {
    if err.downcast_ref::<WasmBacktrace>().is_none() {
        return chain(err);
    }
    err.chain()
        .map(|cause| brief(&cause))
        .filter(|t| !t.starts_with("error while executing at wasm backtrace"))
        .collect::<Vec<_>>()
        .join(": ")
}

/// One line a frame: "0: 0x1d name", with the module's name before it where it has one.  Names are as the guest's file
/// has them, never decoded.
fn add_backtrace(text: &mut String, err: &wasmtime::Error) {
    let Some(bt) = err.downcast_ref::<WasmBacktrace>() else { return };
    for (i, frame) in bt.frames().iter().enumerate() {
        let _ = write!(text, "\n{i}: ");
        if let Some(offset) = frame.module_offset() {
            let _ = write!(text, "{offset:#x} ");
        }
        if let Some(module) = frame.module().name() {
            shown::add(text, module, shown::NAME_MAX);
            text.push('!');
        }
        match frame.func_name() {
            Some(name) => shown::add(text, name, shown::NAME_MAX),
            None => {
                let _ = write!(text, "<wasm function {}>", frame.func_index());
            }
        }
    }
}

/// Names that stay the same when an engine changes its words.
fn trap_name(trap: Trap) -> &'static CStr {
    match trap {
        Trap::StackOverflow => c"stack_overflow",
        Trap::MemoryOutOfBounds => c"out_of_bounds_memory",
        Trap::HeapMisaligned => c"unaligned_atomic",
        Trap::TableOutOfBounds => c"out_of_bounds_table",
        Trap::IndirectCallToNull => c"indirect_call_to_null",
        Trap::BadSignature => c"indirect_call_type",
        Trap::IntegerOverflow => c"integer_overflow",
        Trap::IntegerDivisionByZero => c"integer_divide_by_zero",
        Trap::BadConversionToInteger => c"bad_conversion_to_integer",
        Trap::UnreachableCodeReached => c"unreachable",
        Trap::Interrupt => c"interrupt",
        Trap::OutOfFuel => c"out_of_fuel",
        Trap::NullReference => c"null_reference",
        Trap::CastFailure => c"cast_failure",
        Trap::AllocationTooLarge => c"allocation_too_large",
        Trap::ArrayOutOfBounds => c"out_of_bounds_array",
        Trap::CannotEnterComponent => c"cannot_enter_component",
        Trap::CannotLeaveComponent => c"cannot_leave_component",
        Trap::InvalidChar => c"invalid_char",
        Trap::StringOutOfBounds => c"out_of_bounds_string",
        Trap::ListOutOfBounds => c"out_of_bounds_list",
        _ => c"other",
    }
}
