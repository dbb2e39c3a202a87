//! The component path: linking, running a command, calling an export.

mod cli;
mod fs;
mod http;
mod io;
mod kv;
mod link;
mod net;
mod run;
mod state;

pub use link::Linked;
pub use run::{bx_ecomponent_is_command, bx_ecomponent_run, with_instance};
pub use state::State;
