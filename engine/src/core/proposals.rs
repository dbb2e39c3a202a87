//! WebAssembly proposals: which are on, and what to do about one that is not.  docs/proposals.md has the reasons.

use wasmparser::WasmFeatures as F;

/// One proposal.
pub struct Proposal {
    /// Its name, as the WebAssembly project has it.
    pub name: &'static str,
    /// What it is to the parser and to the engine.
    pub feature: F,
    /// Whether guests may use it.
    pub on: bool,
    /// For one that is off: what its user can do.
    pub hint: &'static str,
}

const fn on(name: &'static str, feature: F) -> Proposal {
    Proposal { name, feature, on: true, hint: "" }
}

const fn off(name: &'static str, feature: F, hint: &'static str) -> Proposal {
    Proposal { name, feature, on: false, hint }
}

const BUILD_WITHOUT: &str = "build the module without it";
const ASYNC: &str = "this runtime does not have the asynchronous component model of WASI 0.3; build the component for WASI 0.2";
const WASI_0_2: &str = "build the component for WASI 0.2";

/// All that can be told apart.
pub const TABLE: &[Proposal] = &[
    on("mutable-global", F::MUTABLE_GLOBAL),
    on("nontrapping-float-to-int-conversions", F::SATURATING_FLOAT_TO_INT),
    on("sign-extension-ops", F::SIGN_EXTENSION),
    on("multi-value", F::MULTI_VALUE),
    on("bulk-memory-operations", F::BULK_MEMORY),
    on("reference-types", F::REFERENCE_TYPES),
    on("simd", F::SIMD),
    on("relaxed-simd", F::RELAXED_SIMD),
    on("extended-const", F::EXTENDED_CONST),
    on("tail-call", F::TAIL_CALL),
    on("multi-memory", F::MULTI_MEMORY),
    on("memory64", F::MEMORY64),
    on("exception-handling", F::EXCEPTIONS),
    on("function-references", F::FUNCTION_REFERENCES),
    on("gc", F::GC),
    on("threads", F::THREADS),
    on("component-model", F::COMPONENT_MODEL),
    off(
        "legacy-exceptions",
        F::LEGACY_EXCEPTIONS,
        "wasm-opt --translate-to-exnref (binaryen) turns it into exception-handling",
    ),
    off("shared-everything-threads", F::SHARED_EVERYTHING_THREADS, BUILD_WITHOUT),
    off("stack-switching", F::STACK_SWITCHING, BUILD_WITHOUT),
    off("wide-arithmetic", F::WIDE_ARITHMETIC, BUILD_WITHOUT),
    off("custom-page-sizes", F::CUSTOM_PAGE_SIZES, BUILD_WITHOUT),
    off("memory-control", F::MEMORY_CONTROL, BUILD_WITHOUT),
    off("custom-descriptors", F::CUSTOM_DESCRIPTORS, BUILD_WITHOUT),
    off("compact-import-section", F::COMPACT_IMPORTS, BUILD_WITHOUT),
    off("component-model-async", F::CM_ASYNC, ASYNC),
    off("component-model-async-stackful", F::CM_ASYNC_STACKFUL, ASYNC),
    off("component-model-more-async-builtins", F::CM_MORE_ASYNC_BUILTINS, ASYNC),
    off("component-model-threading", F::CM_THREADING, ASYNC),
    off("component-model-error-context", F::CM_ERROR_CONTEXT, ASYNC),
    off("component-model-values", F::CM_VALUES, WASI_0_2),
    off("component-model-nested-names", F::CM_NESTED_NAMES, WASI_0_2),
    off("component-model-fixed-length-lists", F::CM_FIXED_LENGTH_LISTS, WASI_0_2),
    off("component-model-gc", F::CM_GC, WASI_0_2),
    off("component-model-map", F::CM_MAP, WASI_0_2),
    off("component-model-memory64", F::CM64, WASI_0_2),
    off("component-model-implements", F::CM_IMPLEMENTS, WASI_0_2),
    off("component-model-canonical-names", F::CM_CANON_NAMES, WASI_0_2),
];

/// What guests may use, with the two switches of the parser that are no proposals.
pub fn allowed() -> F {
    TABLE.iter().filter(|p| p.on).fold(F::FLOATS | F::GC_TYPES, |all, p| all | p.feature)
}

/// The rows of `used`, in the table's order.
pub fn rows(used: F) -> impl Iterator<Item = &'static Proposal> {
    TABLE.iter().filter(move |p| used.contains(p.feature))
}

/// "it needs wide-arithmetic, which is off here: build the module without it"; `None` when all of `used` is on.
pub fn complaint(used: F) -> Option<String> {
    let off: Vec<&Proposal> = rows(used).filter(|p| !p.on).collect();
    let hint = off.first()?.hint;
    let names: Vec<&str> = off.iter().map(|p| p.name).collect();
    let verb = if names.len() == 1 { "is" } else { "are" };
    Some(format!("it needs {}, which {verb} off here: {hint}", names.join(", ")))
}

/// What an operator needs beyond the first version of WebAssembly.
pub fn of_operator(op: &wasmparser::Operator<'_>) -> F {
    macro_rules! feature {
        (mvp) => {
            F::empty()
        };
        (sign_extension) => {
            F::SIGN_EXTENSION
        };
        (gc) => {
            F::GC
        };
        (custom_descriptors) => {
            F::CUSTOM_DESCRIPTORS
        };
        (saturating_float_to_int) => {
            F::SATURATING_FLOAT_TO_INT
        };
        (bulk_memory) => {
            F::BULK_MEMORY
        };
        (reference_types) => {
            F::REFERENCE_TYPES
        };
        (tail_call) => {
            F::TAIL_CALL
        };
        (memory_control) => {
            F::MEMORY_CONTROL
        };
        (threads) => {
            F::THREADS
        };
        (simd) => {
            F::SIMD
        };
        (relaxed_simd) => {
            F::RELAXED_SIMD
        };
        (exceptions) => {
            F::EXCEPTIONS
        };
        (legacy_exceptions) => {
            F::LEGACY_EXCEPTIONS
        };
        (shared_everything_threads) => {
            F::SHARED_EVERYTHING_THREADS
        };
        (function_references) => {
            F::FUNCTION_REFERENCES
        };
        (stack_switching) => {
            F::STACK_SWITCHING
        };
        (wide_arithmetic) => {
            F::WIDE_ARITHMETIC
        };
    }
    macro_rules! by_proposal {
        ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
            match op {
                $( wasmparser::Operator::$op { .. } => feature!($proposal), )*
                // Of a proposal that this table does not know: the engine will say so.
                _ => F::empty(),
            }
        }
    }
    wasmparser::for_each_operator!(by_proposal)
}
