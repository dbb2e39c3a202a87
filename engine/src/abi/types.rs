//! Engines, modules, instances and how they end: the plain types of `bx_engine.h`, field for field.

use std::ffi::c_void;
use std::sync::atomic::{AtomicU32, AtomicU64};

/// Size of every message buffer that crosses the border.
pub const MSG: usize = 2048;

/// `const char *`, whatever the signedness of C's `char` is.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CText(pub *const u8);

/// `bx_host_fn`.
pub type HostFn = unsafe extern "C" fn(ctx: *mut c_void, mem: *mut u8, mem_len: usize, args: *mut u64) -> i32;

c_types! { []
    /// An engine, known to C by its name only.
    struct Engine = bx_engine;

    /// A module, known to C by its name only.
    struct Module = bx_emodule;

    /// An instance, known to C by its name only.
    struct Instance = bx_einstance;

    /// What the caller can do about a failure.
    enum Code = bx_eng_code {
        /// Success.
        Ok = BX_ENG_OK,
        /// Not wasm, truncated, or fails validation.
        Invalid = BX_ENG_INVALID,
        /// Valid, but needs what this build does not do.
        Unsupported = BX_ENG_UNSUPPORTED,
        /// Imports nobody provides.
        Import = BX_ENG_IMPORT,
        /// Export missing or of another type.
        Export = BX_ENG_EXPORT,
        /// Arguments of a typed call do not fit.
        Argument = BX_ENG_ARGUMENT,
        /// Over a limit.
        Limit = BX_ENG_LIMIT,
        /// Serialised code of another version or other settings.
        Stale = BX_ENG_STALE,
        /// Out of memory.
        Nomem = BX_ENG_NOMEM,
        /// Anything else.
        Internal = BX_ENG_INTERNAL,
    }

    /// A failure.
    struct EngError = bx_eng_error {
        code: Code,
        /// NUL-terminated UTF-8.
        msg: [u8; MSG],
    }

    /// A buffer made here and freed by `bx_eng_bytes_free`.
    struct EngBytes = bx_eng_bytes {
        /// NULL when `n` is 0.
        p: *mut u8,
        n: usize,
    }

    /// Settings of an engine.
    #[derive(Clone, Copy)]
    struct EngineConfig = bx_engine_config {
        slots: u32,
        fuel: u32,
        max_wasm_stack: u64,
        memory_max: u64,
        table_max: u64,
        keep_resident: u64,
        warm_slots: u32,
        compile_threads: u32,
        pagemap_scan: u32,
        portable: u32,
    }

    /// Two kinds of code.
    number CodeKind = bx_code_kind {
        CORE = BX_CODE_CORE: 1,
        COMPONENT = BX_CODE_COMPONENT: 2,
    }

    /// A host function of core modules.
    struct HostDef = bx_host_def {
        name: CText,
        sig: CText,
        r#fn: Option<HostFn>,
    }

    /// What a file says of itself.
    struct Facts = bx_efacts {
        memory_bytes: u64,
        table_elements: u64,
        has_entry: u32,
        pad: u32,
    }

    /// The host functions of one module namespace.
    struct HostTable = bx_host_table {
        module: CText,
        defs: *const HostDef,
        n: usize,
    }

    /// Most tables a module is linked against.
    const HOST_TABLES: u64 = BX_HOST_TABLES: 4;

    /// What can end a call from outside.
    struct BxCtl = bx_ctl {
        cancelled: AtomicU32,
        pad: u32,
        deadline_ns: u64,
        parent: *const BxCtl,
        cancel_fd: i32,
    }

    /// What a call may use.
    #[derive(Clone, Copy)]
    struct EngineLimits = bx_engine_limits {
        memory_bytes: u64,
        table_elements: u64,
        fuel: u64,
        memory_used: *mut AtomicU64,
    }

    /// How a guest ended.
    enum EndKind = bx_end_kind {
        /// The function returned.
        Return = BX_END_RETURN,
        /// A host function stopped the guest.
        Host = BX_END_HOST,
        /// A trap other than those below.
        Trap = BX_END_TRAP,
        /// The deadline passed.
        Deadline = BX_END_DEADLINE,
        /// The owner cancelled the call.
        Cancelled = BX_END_CANCELLED,
        /// All fuel used.
        Fuel = BX_END_FUEL,
        /// Guest stack exhausted.
        Stack = BX_END_STACK,
        /// The initial memory does not fit the limit.
        Memory = BX_END_MEMORY,
        /// The initial table does not fit the limit.
        Tables = BX_END_TABLES,
        /// What the host keeps for the guest is over the memory limit.
        Kept = BX_END_KEPT,
        /// The engine could not run it.
        Failed = BX_END_FAILED,
    }

    /// How a guest ended, with all there is to say about it.
    struct EngEnd = bx_eng_end {
        kind: EndKind,
        host_code: i32,
        fuel_used: u64,
        memory_peak: u64,
        host_ns: u64,
        memory_refused: u32,
        table_refused: u32,
        trap: CText,
        msg: [u8; MSG],
    }
}
