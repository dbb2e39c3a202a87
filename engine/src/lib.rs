//! Wasmtime behind the narrow C header `include/bx_engine.h`.
//!
//! No policy and no input or output of its own: whatever a guest may do is done by the C functions the
//! embedder hands in.  The header is the contract; the functions here only repeat its promises.
//!
//! # Panics
//! The crate is built with `panic = "abort"`, so no unwinding ever crosses the border to C.  Whatever a guest,
//! a wasm file or a caller's argument can cause is returned as a value.  What remains are broken invariants of
//! this crate or of Wasmtime, and failed small allocations: both end the process, because going on would mean
//! running guests on a state nobody understands.  Sizes that outsiders choose (memories, tables, buffers) are
//! bounded before they are allocated.
//!
//! # Threads
//! Engines and modules may be used by several threads at once.  An instance belongs to one thread at a time.

/// What the build script makes of the border's types is not needed here.
macro_rules! describe {
    ($($ignored:tt)*) => {};
}

/// See [`describe`].
macro_rules! describe_all {
    ($($ignored:tt)*) => {};
}

/// Each door has the type that was compared with the header.
macro_rules! c_functions {
    ($(fn $name:ident($($arg:ty),* $(,)?) $(-> $ret:ty)?;)*) => {
        $(const _: unsafe extern "C" fn($($arg),*) $(-> $ret)? = super::$name;)*
    };
}

mod abi;
mod component;
mod core;
pub mod doors;
#[cfg(feature = "heap-switch")]
pub use crate::core::COUNTS;
mod file;
mod typed;
