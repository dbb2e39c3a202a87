//! Typed exports: calling them with JSON, and describing them.

mod invoke;
mod json;
mod names;
mod number;
mod schema;
mod wit;

pub use invoke::invoke;
pub use wit::describe;
