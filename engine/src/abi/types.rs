//! The plain C types of `bx_engine.h`, field for field.

use std::ffi::{c_char, c_void};

/// `bx_engine`, known to C as a name only.
#[repr(C)]
pub struct Engine {
    opaque: [u8; 0],
}

/// `bx_emodule`, known to C as a name only.
#[repr(C)]
pub struct Module {
    opaque: [u8; 0],
}

/// `bx_einstance`, known to C as a name only.
#[repr(C)]
pub struct Instance {
    opaque: [u8; 0],
}

/// Size of every message buffer that crosses the border.
pub const MSG: usize = 2048;

/// `bx_eng_code`.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Code {
    /// Success.
    Ok = 0,
    /// Not wasm, truncated, or fails validation.
    Invalid,
    /// Valid, but needs what this build does not do.
    Unsupported,
    /// Imports nobody provides.
    Import,
    /// Export missing or of another type.
    Export,
    /// Arguments of a typed call do not fit.
    Argument,
    /// Over a limit.
    Limit,
    /// Serialised code of another version or other settings.
    Stale,
    /// Out of memory.
    Nomem,
    /// Anything else.
    Internal,
}

/// `bx_eng_error`.
#[repr(C)]
pub struct EngError {
    /// What kind of failure.
    pub code: Code,
    /// NUL-terminated UTF-8.
    pub msg: [u8; MSG],
}

/// `bx_eng_bytes`: a buffer made here and freed by [`bx_eng_bytes_free`].
#[repr(C)]
pub struct EngBytes {
    /// First byte, or NULL when `n` is 0.
    pub p: *mut u8,
    /// Length in bytes.
    pub n: usize,
}

/// `bx_engine_config`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EngineConfig {
    /// Pooled instances at once; 0 = allocate on demand.
    pub slots: u32,
    /// 1: compile with fuel counters.
    pub fuel: u32,
    /// Bytes of host stack a guest may use.
    pub max_wasm_stack: u64,
    /// Bytes one linear memory may ever reach.
    pub memory_max: u64,
    /// Elements one table may ever reach.
    pub table_max: u64,
    /// Bytes of a slot zeroed by hand instead of by the kernel.
    pub keep_resident: u64,
    /// Unused slots kept with their module's image.
    pub warm_slots: u32,
    /// 0 or 1: compile on the calling thread.
    pub compile_threads: u32,
    /// 1: for larger modules, ask the kernel which pages were written instead of resetting all kept ones.
    pub pagemap_scan: u32,
    /// Unused.
    pub pad: u32,
}

/// `bx_code_kind`.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CodeKind(pub u32);

impl CodeKind {
    /// A core module.
    pub const CORE: CodeKind = CodeKind(1);
    /// A component.
    pub const COMPONENT: CodeKind = CodeKind(2);
}

/// `bx_host_fn`.
pub type HostFn = unsafe extern "C" fn(ctx: *mut c_void, mem: *mut u8, mem_len: usize, args: *mut u64) -> i32;

/// `bx_host_def`.
#[repr(C)]
pub struct HostDef {
    /// Import module.
    pub module: *const c_char,
    /// Import name.
    pub name: *const c_char,
    /// Parameters, ':', results.
    pub sig: *const c_char,
    /// The function.
    pub func: Option<HostFn>,
}

/// `bx_engine_ctl`.
#[repr(C)]
pub struct EngineCtl {
    /// Non-zero: stop at the next tick.
    pub cancelled: std::sync::atomic::AtomicU32,
    /// Unused.
    pub pad: u32,
    /// CLOCK_MONOTONIC; `u64::MAX` = none.
    pub deadline_ns: u64,
    /// Of the call that started this one: its cancel counts too.
    pub parent: *const EngineCtl,
}

/// `bx_engine_limits`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EngineLimits {
    /// All linear memories of the call together, bytes.
    pub memory_bytes: u64,
    /// All tables of the call together, elements.
    pub table_elements: u64,
    /// Only on an engine with fuel.
    pub fuel: u64,
}

/// `bx_end_kind`.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EndKind {
    /// The function returned.
    Return = 0,
    /// A host function stopped the guest.
    Host,
    /// A trap other than those below.
    Trap,
    /// The deadline passed.
    Deadline,
    /// The owner cancelled the call.
    Cancelled,
    /// All fuel used.
    Fuel,
    /// Guest stack exhausted.
    Stack,
    /// The initial memory or table does not fit the limit.
    Memory,
    /// The engine could not run it.
    Failed,
}

/// `bx_eng_end`.
#[repr(C)]
pub struct EngEnd {
    /// How it ended.
    pub kind: EndKind,
    /// What the host function returned.
    pub host_code: i32,
    /// Fuel used so far.
    pub fuel_used: u64,
    /// Largest sum of all linear memories, bytes.
    pub memory_peak: u64,
    /// Time spent waiting in host functions of the component path.
    pub host_ns: u64,
    /// Growths refused by the limit.
    pub memory_refused: u32,
    /// Table growths refused by the limit.
    pub table_refused: u32,
    /// Stable name of the trap, or NULL.
    pub trap: *const c_char,
    /// Words and backtrace, NUL-terminated.
    pub msg: [u8; MSG],
}
