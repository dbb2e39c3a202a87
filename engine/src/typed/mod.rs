//! Typed exports: calling them with JSON, and describing them.

mod invoke;
mod json;
mod schema;

pub use invoke::bx_ecomponent_invoke;
pub use schema::describe;
