//! The component path and typed calls.

use super::handles::{component_to_link, linked_component};
use crate::abi::access::{list, text};
use crate::abi::error::finish;
use crate::abi::handle::{Handle, given};
use crate::abi::hooks::Call;
use crate::abi::types::{CText, Code, EndKind, EngBytes, EngEnd, EngError, Module};
use crate::component::run_command;
use crate::file::{BxModule, Loaded};
use crate::typed::invoke;

/// See `bx_engine.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_ecomponent_link(m: *mut Module, traps: i32, err: *mut EngError) -> Code {
    // SAFETY: the header asks for valid pointers, and for a module that nobody else uses yet.
    unsafe {
        let m = Handle::<BxModule>::get_mut(m, "bx_ecomponent_link");
        finish(component_to_link(m, "bx_ecomponent_link").link(traps != 0), err, |()| ())
    }
}

/// See `bx_engine.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_ecomponent_is_command(m: *const Module) -> i32 {
    // SAFETY: the header asks for valid pointers.
    match unsafe { &Handle::<BxModule>::get(m, "bx_ecomponent_is_command").loaded } {
        Loaded::Component(c) => c.is_command().into(),
        Loaded::Core(_) => 0,
    }
}

/// See `bx_engine.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_ecomponent_run(m: *const Module, call: *const Call, end: *mut EngEnd) -> EndKind {
    given(call, "call", "bx_ecomponent_run");
    given(end, "place for the end", "bx_ecomponent_run");
    // SAFETY: the header asks for valid pointers.
    unsafe {
        let m = Handle::<BxModule>::get(m, "bx_ecomponent_run");
        run_command(linked_component(m, "bx_ecomponent_run"), call, end)
    }
}

/// See `bx_engine.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_ecomponent_invoke(
    m: *const Module,
    call: *const Call,
    func: CText,
    args: CText,
    n_args: usize,
    ret: *mut EngBytes,
    end: *mut EngEnd,
    err: *mut EngError,
) -> Code {
    given(call, "call", "bx_ecomponent_invoke");
    given(ret, "place for the result", "bx_ecomponent_invoke");
    given(end, "place for the end", "bx_ecomponent_invoke");
    // SAFETY: the header asks for valid pointers.
    unsafe {
        let m = Handle::<BxModule>::get(m, "bx_ecomponent_invoke");
        let c = linked_component(m, "bx_ecomponent_invoke");
        let r = invoke(c, call, text(func).unwrap_or(""), list(args.0, n_args), end);
        finish(r, err, |v| ret.write(EngBytes::from_vec(v)))
    }
}
