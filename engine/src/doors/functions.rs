//! Every function of `bx_engine.h` with its type: the build compares them with the header, and here with the doors.

use std::ffi::c_void;

use crate::abi::hooks::*;
use crate::abi::types::*;

c_functions! {
    fn bx_eng_bytes_free(EngBytes);
    fn bx_engine_new(*const EngineConfig, *mut *mut Engine, *mut EngError) -> Code;
    fn bx_engine_free(*mut Engine);
    fn bx_engine_is_pooled(*const Engine) -> i32;
    fn bx_engine_tick(*const Engine);
    fn bx_engine_fingerprint(*const Engine) -> CText;
    fn bx_engine_wasmtime_version() -> CText;
    fn bx_engine_compile(*const Engine, CodeKind, *const u8, usize, *mut EngBytes, *mut EngError) -> Code;
    fn bx_engine_load(*const Engine, CodeKind, *const u8, usize, *mut *mut Module, *mut EngError) -> Code;
    fn bx_engine_load_file(*const Engine, CodeKind, i32, usize, *mut *mut Module, *mut EngError) -> Code;
    fn bx_engine_load_carried(*const Engine, CodeKind, *const u8, usize, *mut *mut Module, *mut EngError) -> Code;
    fn bx_emodule_free(*mut Module);
    fn bx_engine_describe(*const u8, usize, *mut EngBytes, *mut EngError) -> Code;
    fn bx_engine_check(
        *const u8, usize, *const HostTable, usize, i32, CText, *mut Facts, *mut EngError,
    ) -> Code;
    fn bx_emodule_link(*mut Module, *const HostTable, usize, i32, *mut EngError) -> Code;
    fn bx_einstance_new(
        *const Module, *const *mut c_void, usize, *const BxCtl, *const EngineLimits, *mut *mut Instance, *mut EngEnd,
    ) -> EndKind;
    fn bx_einstance_run(*mut Instance, CText, *mut EngEnd) -> EndKind;
    fn bx_einstance_invoke(
        *mut Instance, CText, CText, usize, *mut EngBytes, *mut EngEnd, *mut EngError,
    ) -> Code;
    fn bx_emodule_has_command(*const Module, CText) -> i32;
    fn bx_einstance_memory(*mut Instance, *mut usize) -> *mut u8;
    fn bx_einstance_free(*mut Instance);
    fn bx_ecomponent_link(*mut Module, i32, *mut EngError) -> Code;
    fn bx_ecomponent_is_command(*const Module) -> i32;
    fn bx_ecomponent_run(*const Module, *const Call, *mut EngEnd) -> EndKind;
    fn bx_ecomponent_invoke(
        *const Module, *const Call, CText, CText, usize, *mut EngBytes, *mut EngEnd, *mut EngError,
    ) -> Code;
    fn bx_engine_componentize(*const u8, usize, *mut EngBytes, *mut EngError) -> Code;
    fn bx_engine_snapshot(*const u8, usize, *mut EngBytes, *mut EngError) -> Code;
    fn bx_engine_unwrap(*const u8, usize, *mut EngBytes) -> bool;
}
