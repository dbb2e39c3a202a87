//! The C side of a component call, field for field as in `bx_engine.h`.

use std::ffi::{c_char, c_int, c_void};

use crate::abi::types::{EngineCtl, EngineLimits};

/// `bx_estr`: borrowed bytes.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Str {
    /// First byte; may be NULL when `n` is 0.
    pub p: *const c_char,
    /// Length in bytes.
    pub n: usize,
}

/// `bx_eemit`.
pub type Emit = unsafe extern "C" fn(sink: *mut c_void, p: *const c_void, n: usize);

/// `bx_eopen`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct Open {
    pub read: u8,
    pub write: u8,
    pub create: u8,
    pub exclusive: u8,
    pub truncate: u8,
    pub directory: u8,
    pub follow: u8,
    pub append: u8,
    pub nonblock: u8,
    pub dsync: u8,
    pub rsync: u8,
    pub sync: u8,
}

/// `bx_estat`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct Stat {
    pub dev: u64,
    pub ino: u64,
    pub nlink: u64,
    pub size: u64,
    pub atim_ns: u64,
    pub mtim_ns: u64,
    pub ctim_ns: u64,
    pub ty: u32,
}

/// `bx_etime`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Time {
    pub kind: u32,
    pub ns: u64,
}

/// `bx_edirent`.
#[repr(C)]
pub struct Dirent {
    pub next: u64,
    pub ino: u64,
    pub ty: u32,
    pub name: Str,
}

/// `bx_efile_flags`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct FileFlags {
    pub append: u8,
    pub nonblock: u8,
    pub dsync: u8,
    pub rsync: u8,
    pub sync: u8,
}

type Ctx = *mut c_void;
type File = *mut c_void;
type Req = *mut c_void;

/// `bx_efs_hooks`.
#[repr(C)]
pub struct Fs {
    pub preopen_count: unsafe extern "C" fn(Ctx) -> usize,
    pub preopen_path: unsafe extern "C" fn(Ctx, usize) -> Str,
    pub preopen: unsafe extern "C" fn(Ctx, usize, *mut File) -> c_int,
    pub open: unsafe extern "C" fn(Ctx, File, Str, *const Open, *mut File) -> c_int,
    pub close: unsafe extern "C" fn(Ctx, File),
    pub ty: unsafe extern "C" fn(Ctx, File) -> u32,
    pub rights: unsafe extern "C" fn(Ctx, File) -> u32,
    pub flags: unsafe extern "C" fn(Ctx, File) -> FileFlags,
    pub stat: unsafe extern "C" fn(Ctx, File, *mut Stat) -> c_int,
    pub stat_at: unsafe extern "C" fn(Ctx, File, Str, c_int, *mut Stat) -> c_int,
    pub set_times: unsafe extern "C" fn(Ctx, File, Time, Time) -> c_int,
    pub set_times_at: unsafe extern "C" fn(Ctx, File, Str, c_int, Time, Time) -> c_int,
    pub mkdir_at: unsafe extern "C" fn(Ctx, File, Str) -> c_int,
    pub rmdir_at: unsafe extern "C" fn(Ctx, File, Str) -> c_int,
    pub unlink_at: unsafe extern "C" fn(Ctx, File, Str) -> c_int,
    pub symlink_at: unsafe extern "C" fn(Ctx, Str, File, Str) -> c_int,
    pub readlink_at: unsafe extern "C" fn(Ctx, File, Str, *mut c_char, usize, *mut usize) -> c_int,
    pub link_at: unsafe extern "C" fn(Ctx, File, Str, c_int, File, Str) -> c_int,
    pub rename_at: unsafe extern "C" fn(Ctx, File, Str, File, Str) -> c_int,
    pub pread: unsafe extern "C" fn(Ctx, File, *mut c_void, usize, u64, *mut usize) -> c_int,
    pub pwrite: unsafe extern "C" fn(Ctx, File, *const c_void, usize, u64, *mut usize) -> c_int,
    pub append: unsafe extern "C" fn(Ctx, File, *const c_void, usize, *mut usize) -> c_int,
    pub set_size: unsafe extern "C" fn(Ctx, File, u64) -> c_int,
    pub advise: unsafe extern "C" fn(Ctx, File, u64, u64, c_int) -> c_int,
    pub sync: unsafe extern "C" fn(Ctx, File, c_int) -> c_int,
    pub readdir: unsafe extern "C" fn(Ctx, File, u64, *mut Dirent, *mut c_int) -> c_int,
    pub is_same: unsafe extern "C" fn(Ctx, File, File) -> c_int,
}

/// `bx_efield`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Field {
    pub name: Str,
    pub value: Str,
    pub secret: u8,
}

/// `bx_ehead`.
#[repr(C)]
pub struct Head {
    pub status: u16,
    pub fields: *const Field,
    pub n_fields: usize,
}

/// `bx_erequest`.
#[repr(C)]
pub struct Request {
    pub method: Str,
    pub url: Str,
    pub fields: *const Field,
    pub n_fields: usize,
    pub body_length: u64,
    pub connect_timeout_ns: u64,
    pub first_byte_timeout_ns: u64,
    pub between_bytes_timeout_ns: u64,
}

/// Answers of the polling hooks.
pub const PENDING: c_int = 0;
/// See [`PENDING`].
pub const READY: c_int = 1;
/// See [`PENDING`].
pub const END: c_int = 2;
/// `BX_EBODY_NONE`.
pub const BODY_NONE: u64 = u64::MAX;
/// `BX_EBODY_CHUNKED`.
pub const BODY_CHUNKED: u64 = u64::MAX - 1;

/// `bx_ehttp_hooks`.
#[repr(C)]
pub struct Http {
    pub start: unsafe extern "C" fn(
        Ctx,
        *const Request,
        unsafe extern "C" fn(*mut c_void),
        *mut c_void,
        *mut Req,
    ) -> c_int,
    pub free: unsafe extern "C" fn(Ctx, Req),
    pub poll_head: unsafe extern "C" fn(Ctx, Req, *mut *const Head) -> c_int,
    pub poll_body: unsafe extern "C" fn(Ctx, Req, *mut c_void, usize, *mut usize) -> c_int,
    pub poll_trailers: unsafe extern "C" fn(Ctx, Req, *mut *const Head) -> c_int,
    pub body_write: unsafe extern "C" fn(Ctx, Req, *const c_void, usize, *mut usize) -> c_int,
    pub body_end: unsafe extern "C" fn(Ctx, Req, *const Field, usize),
    pub body_abort: unsafe extern "C" fn(Ctx, Req),
    pub error: unsafe extern "C" fn(Ctx, Req, *mut *const c_char) -> c_int,
}

/// `bx_esock_hooks`.
#[repr(C)]
pub struct Sock {
    pub check: unsafe extern "C" fn(Ctx, c_int, *const u8, usize, u16) -> c_int,
    pub resolve: unsafe extern "C" fn(Ctx, Str, Emit, *mut c_void) -> c_int,
}

/// `bx_ekv_hooks`.
#[repr(C)]
pub struct Kv {
    pub open: unsafe extern "C" fn(Ctx, Str, Emit, *mut c_void) -> c_int,
    pub get: unsafe extern "C" fn(Ctx, Str, Emit, *mut c_void) -> c_int,
    pub set: unsafe extern "C" fn(Ctx, Str, *const c_void, usize, Emit, *mut c_void) -> c_int,
    pub remove: unsafe extern "C" fn(Ctx, Str, Emit, *mut c_void) -> c_int,
    pub exists: unsafe extern "C" fn(Ctx, Str, Emit, *mut c_void) -> c_int,
    pub list: unsafe extern "C" fn(Ctx, *const c_char, *mut c_int, Emit, *mut c_void) -> c_int,
    pub increment: unsafe extern "C" fn(Ctx, Str, i64, *mut i64, Emit, *mut c_void) -> c_int,
    pub swap: unsafe extern "C" fn(
        Ctx,
        Str,
        *const c_void,
        usize,
        *const c_void,
        usize,
        Emit,
        *mut c_void,
    ) -> c_int,
}

/// `bx_ecall`.
#[repr(C)]
pub struct Call {
    pub ctx: Ctx,
    pub ctl: *const EngineCtl,
    pub limits: EngineLimits,
    pub max_handles: u32,
    pub max_field_bytes: u32,
    pub args: *const Str,
    pub n_args: usize,
    pub env: *const Str,
    pub n_env: usize,
    pub config: *const Str,
    pub n_config: usize,
    pub stdin_read: Option<unsafe extern "C" fn(Ctx, *mut c_void, usize, *mut usize) -> c_int>,
    pub stdin_fd: c_int,
    pub write: Option<unsafe extern "C" fn(Ctx, c_int, *const c_void, usize) -> i32>,
    pub now: Option<unsafe extern "C" fn(Ctx, c_int) -> u64>,
    pub slept: Option<unsafe extern "C" fn(Ctx, u64)>,
    pub random: Option<unsafe extern "C" fn(Ctx, *mut c_void, usize)>,
    pub fs: *const Fs,
    pub http: *const Http,
    pub sock: *const Sock,
    pub kv: *const Kv,
}
