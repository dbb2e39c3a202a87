//! What the handles are, and the states a module can be in.

use std::ffi::c_void;

use crate::abi::handle::{Object, misuse};
use crate::abi::types::{Engine, HOST_TABLES, Instance, Module};
use crate::component::ComponentCode;
use crate::core::engine::BxEngine;
use crate::core::instance::BxInstance;
use crate::core::link::CoreCode;
use crate::core::state::Contexts;
use crate::file::{BxModule, Loaded};

impl Object for BxEngine {
    type C = Engine;
    const NAME: &'static str = "bx_engine";
    const MAGIC: u32 = 0x42e6_0a10;
}

impl Object for BxModule {
    type C = Module;
    const NAME: &'static str = "bx_emodule";
    const MAGIC: u32 = 0x42d0_17c4;
}

impl Object for BxInstance {
    type C = Instance;
    const NAME: &'static str = "bx_einstance";
    const MAGIC: u32 = 0x4215_9e28;
}

/// The core module in `m`; the embedder knows what it loaded, and whether it linked it.
pub fn linked_core<'a>(m: &'a BxModule, door: &str) -> &'a CoreCode {
    match &m.loaded {
        Loaded::Core(core) if core.pre.is_some() => core,
        Loaded::Core(_) => misuse(door, "this module was not linked"),
        Loaded::Component(_) => misuse(door, "this is a component, not a core module"),
    }
}

/// One context for each table `core` was linked against, and none more.
pub fn contexts(core: &CoreCode, given: &[*mut c_void], door: &str) -> Contexts {
    if given.len() != core.tables {
        misuse(door, &format!("{} contexts for {} tables of host functions", given.len(), core.tables));
    }
    let mut all = [std::ptr::null_mut(); HOST_TABLES as usize];
    all[..given.len()].copy_from_slice(given);
    all
}

/// The core module in `m`, for linking it, once.
pub fn core_to_link<'a>(m: &'a mut BxModule, door: &str) -> &'a mut CoreCode {
    match &mut m.loaded {
        Loaded::Core(core) if core.pre.is_none() => core,
        Loaded::Core(_) => misuse(door, "this module is linked already"),
        Loaded::Component(_) => misuse(door, "this is a component, not a core module"),
    }
}

/// As [`linked_core`], for a component.
pub fn linked_component<'a>(m: &'a BxModule, door: &str) -> &'a ComponentCode {
    match &m.loaded {
        Loaded::Component(c) if c.linked.is_some() => c,
        Loaded::Component(_) => misuse(door, "this component was not linked"),
        Loaded::Core(_) => misuse(door, "this is a core module, not a component"),
    }
}

/// As [`core_to_link`], for a component.
pub fn component_to_link<'a>(m: &'a mut BxModule, door: &str) -> &'a mut ComponentCode {
    match &mut m.loaded {
        Loaded::Component(c) if c.linked.is_none() => c,
        Loaded::Component(_) => misuse(door, "this component is linked already"),
        Loaded::Core(_) => misuse(door, "this is a core module, not a component"),
    }
}
