//! What crosses the border to C: plain types, hooks, errors, handles.

pub(crate) mod access;
pub(crate) mod error;
pub mod handle;
pub mod hooks;
pub mod types;
