//! What crosses the border to C: plain types, hooks, errors, handles.

pub(crate) mod access;
pub(crate) mod error;
pub mod handle;
#[macro_use]
mod macros;
pub mod hooks;
mod numbers;
pub mod shown;
pub mod types;
