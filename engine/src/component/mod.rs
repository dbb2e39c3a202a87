//! The component path: linking, running a command, calling an export.

mod cli;
mod errno;
mod fs;
mod http;
mod io;
mod kv;
mod link;
mod net;
mod run;
mod sockets;
mod state;
mod store;

pub use link::{ComponentCode, Wanted, is_run, refuse_imports};
pub use run::{run_command, with_instance};
