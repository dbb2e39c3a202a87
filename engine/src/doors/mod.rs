//! The functions of `bx_engine.h`: each looks at what it was handed, then asks the module that does the work.
//!
//! Every pointer is what the header says it is; that is the safety contract of all of them.  Handles are checked on
//! top of that (see [`crate::abi::handle`]), and so are the pointers that must not be NULL.

#![expect(clippy::missing_safety_doc, reason = "the header is the contract")]

mod component;
mod core;
mod engine;
mod file;
mod functions;
mod handles;

pub use self::{component::*, core::*, engine::*, file::*};
