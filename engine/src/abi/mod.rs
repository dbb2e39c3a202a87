//! What crosses the border to C: plain types, hooks, errors.

pub(crate) mod error;
pub mod hooks;
pub mod types;
