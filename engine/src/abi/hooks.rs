//! What C hands in with a component call, and the plain types its hooks exchange, field for field.

use std::ffi::{c_int, c_void};

use super::types::{BxCtl, CText, EngineLimits};

/// `char *`: a buffer of C's for text.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct CTextBuf(pub *mut u8);

/// `bx_eemit`.
pub type Emit = unsafe extern "C" fn(sink: *mut c_void, p: *const c_void, n: usize);
/// Tells, from any thread, that a request may have got further.
pub type Wake = unsafe extern "C" fn(waker: *mut c_void);

type Ctx = *mut c_void;

c_types! { []
    /// Borrowed bytes.
    #[derive(Clone, Copy)]
    struct Str = bx_str {
        /// May be NULL when `n` is 0.
        p: CText,
        n: usize,
    }

    // ---- files ------------------------------------------------------------------------------------

    /// An open file or directory of the embedder.
    struct File = bx_file;

    /// Error numbers of wasi_snapshot_preview1; they are in `numbers.rs`.
    #[derive(Default)]
    number Errno = bx_errno {}

    /// What a file is.
    #[derive(Default)]
    number FileType = bx_filetype {
        UNKNOWN = BX_FT_UNKNOWN: 0,
        BLOCK = BX_FT_BLOCK: 1,
        CHAR = BX_FT_CHAR: 2,
        DIR = BX_FT_DIR: 3,
        REG = BX_FT_REG: 4,
        DGRAM = BX_FT_DGRAM: 5,
        STREAM = BX_FT_STREAM: 6,
        SYMLINK = BX_FT_SYMLINK: 7,
    }

    /// The right to read, of a grant or a handle.
    const FS_READ: u32 = BX_FS_READ: 1;
    /// The right to write.
    const FS_WRITE: u32 = BX_FS_WRITE: 2;

    /// How to open.
    #[derive(Clone, Copy, Default)]
    struct Open = bx_open_how {
        read: bool,
        write: bool,
        create: bool,
        exclusive: bool,
        truncate: bool,
        directory: bool,
        follow: bool,
        append: bool,
        nonblock: bool,
        dsync: bool,
        rsync: bool,
        sync: bool,
    }

    /// Attributes.
    #[derive(Clone, Copy, Default)]
    struct Stat = bx_stat {
        dev: u64,
        ino: u64,
        nlink: u64,
        size: u64,
        atim_ns: u64,
        mtim_ns: u64,
        ctim_ns: u64,
        r#type: FileType,
    }

    /// What to do with a time.
    number TimeKind = bx_time_kind {
        KEEP = BX_TIME_KEEP: 0,
        NOW = BX_TIME_NOW: 1,
        SET = BX_TIME_SET: 2,
    }

    /// One of the two times of `set_times`.
    #[derive(Clone, Copy)]
    struct Time = bx_set_time {
        kind: TimeKind,
        ns: u64,
    }

    /// Flags of an open file.
    #[derive(Clone, Copy)]
    struct FileFlags = bx_file_flags {
        append: bool,
        nonblock: bool,
        dsync: bool,
        rsync: bool,
        sync: bool,
    }

    /// An entry of a directory.
    struct Dirent = bx_dirent {
        next: u64,
        ino: u64,
        r#type: FileType,
        name: Str,
    }

    /// Files.
    struct Fs = bx_efs_hooks {
        preopen_count: unsafe extern "C" fn(Ctx) -> usize,
        preopen_path: unsafe extern "C" fn(Ctx, usize) -> Str,
        preopen: unsafe extern "C" fn(Ctx, usize, *mut *mut File) -> Errno,
        open: unsafe extern "C" fn(*mut File, Str, *const Open, *mut *mut File) -> Errno,
        close: unsafe extern "C" fn(*mut File),
        r#type: unsafe extern "C" fn(*const File) -> FileType,
        rights: unsafe extern "C" fn(*const File) -> u32,
        grant_rights: unsafe extern "C" fn(*const File) -> u32,
        flags: unsafe extern "C" fn(*const File) -> FileFlags,
        stat: unsafe extern "C" fn(*mut File, *mut Stat) -> Errno,
        stat_at: unsafe extern "C" fn(*mut File, Str, bool, *mut Stat) -> Errno,
        set_times: unsafe extern "C" fn(*mut File, Time, Time) -> Errno,
        set_times_at: unsafe extern "C" fn(*mut File, Str, bool, Time, Time) -> Errno,
        mkdir_at: unsafe extern "C" fn(*mut File, Str) -> Errno,
        rmdir_at: unsafe extern "C" fn(*mut File, Str) -> Errno,
        unlink_at: unsafe extern "C" fn(*mut File, Str) -> Errno,
        symlink_at: unsafe extern "C" fn(Str, *mut File, Str) -> Errno,
        readlink_at: unsafe extern "C" fn(*mut File, Str, CTextBuf, usize, *mut usize) -> Errno,
        link_at: unsafe extern "C" fn(*mut File, Str, bool, *mut File, Str) -> Errno,
        rename_at: unsafe extern "C" fn(*mut File, Str, *mut File, Str) -> Errno,
        pread: unsafe extern "C" fn(*mut File, *mut c_void, usize, u64, *mut usize) -> Errno,
        pwrite: unsafe extern "C" fn(*mut File, *const c_void, usize, u64, *mut usize) -> Errno,
        append: unsafe extern "C" fn(*mut File, *const c_void, usize, *mut usize) -> Errno,
        set_size: unsafe extern "C" fn(*mut File, u64) -> Errno,
        advise: unsafe extern "C" fn(*mut File, u64, u64, c_int) -> Errno,
        sync: unsafe extern "C" fn(*mut File, bool) -> Errno,
        readdir: unsafe extern "C" fn(*mut File, u64, *mut Dirent, *mut bool) -> Errno,
        is_same: unsafe extern "C" fn(*const File, *const File) -> bool,
    }

    // ---- HTTP -------------------------------------------------------------------------------------

    /// A request of the embedder.
    struct Exchange = bx_egress_request;

    /// Errors of `wasi:http`; the others are in `numbers.rs`.
    number HttpError = bx_http_error {
        OK = BX_HTTP_OK: 0,
    }

    /// A header field.
    #[derive(Clone, Copy)]
    struct Field = bx_http_field {
        name: Str,
        value: Str,
        secret: bool,
    }

    /// A response without its body.
    struct Head = bx_http_head {
        status: u16,
        fields: *const Field,
        n_fields: usize,
    }

    /// There is no body.
    const BODY_NONE: u64 = BX_BODY_NONE: u64::MAX;
    /// There is a body of unknown length.
    const BODY_CHUNKED: u64 = BX_BODY_CHUNKED: u64::MAX - 1;

    /// A request to be made.
    struct Request = bx_egress_desc {
        method: Str,
        url: Str,
        fields: *const Field,
        n_fields: usize,
        body_length: u64,
        connect_timeout_ns: u64,
        first_byte_timeout_ns: u64,
        between_bytes_timeout_ns: u64,
    }

    /// Answers of the polling hooks.
    number Polled = bx_poll {
        PENDING = BX_POLL_PENDING: 0,
        READY = BX_POLL_READY: 1,
        END = BX_POLL_END: 2,
        ERROR = BX_POLL_ERROR: 3,
    }

    /// HTTP.
    struct Http = bx_ehttp_hooks {
        start: unsafe extern "C" fn(Ctx, *const Request, Wake, *mut c_void, *mut *mut Exchange) -> HttpError,
        free: unsafe extern "C" fn(*mut Exchange),
        poll_head: unsafe extern "C" fn(*mut Exchange, *mut *const Head) -> Polled,
        poll_body: unsafe extern "C" fn(*mut Exchange, *mut c_void, usize, *mut usize) -> Polled,
        poll_trailers: unsafe extern "C" fn(*mut Exchange, *mut *const Head) -> Polled,
        body_write: unsafe extern "C" fn(*mut Exchange, *const c_void, usize, *mut usize) -> Polled,
        body_end: unsafe extern "C" fn(*mut Exchange, *const Field, usize),
        body_abort: unsafe extern "C" fn(*mut Exchange),
        error: unsafe extern "C" fn(*mut Exchange, *mut CText) -> HttpError,
        drive: unsafe extern "C" fn(Ctx, bool) -> bool,
    }

    // ---- sockets, stores --------------------------------------------------------------------------

    /// What an address is wanted for.
    number SockUse = bx_esock_use {
        TCP_BIND = BX_ESOCK_TCP_BIND: 0,
        TCP_CONNECT = BX_ESOCK_TCP_CONNECT: 1,
        UDP_BIND = BX_ESOCK_UDP_BIND: 2,
        UDP_CONNECT = BX_ESOCK_UDP_CONNECT: 3,
        UDP_SEND = BX_ESOCK_UDP_SEND: 4,
        TCP_MAKE = BX_ESOCK_TCP_MAKE: 5,
        UDP_MAKE = BX_ESOCK_UDP_MAKE: 6,
        TCP_GONE = BX_ESOCK_TCP_GONE: 7,
        UDP_GONE = BX_ESOCK_UDP_GONE: 8,
        RECEIVED = BX_ESOCK_RECEIVED: 9,
        SENT = BX_ESOCK_SENT: 10,
    }

    /// Addresses and names.
    struct Sock = bx_esock_hooks {
        check: unsafe extern "C" fn(Ctx, SockUse, *const u8, usize, u16) -> c_int,
        resolve: unsafe extern "C" fn(Ctx, Str, Emit, *mut c_void) -> c_int,
    }

    /// Key-value stores.
    struct Kv = bx_ekv_hooks {
        open: unsafe extern "C" fn(Ctx, Str, Emit, *mut c_void) -> c_int,
        get: unsafe extern "C" fn(Ctx, Str, Emit, *mut c_void) -> c_int,
        set: unsafe extern "C" fn(Ctx, Str, *const c_void, usize, Emit, *mut c_void) -> c_int,
        remove: unsafe extern "C" fn(Ctx, Str, Emit, *mut c_void) -> c_int,
        exists: unsafe extern "C" fn(Ctx, Str, Emit, *mut c_void) -> c_int,
        list: unsafe extern "C" fn(Ctx, CText, *mut c_int, Emit, *mut c_void) -> c_int,
        increment: unsafe extern "C" fn(Ctx, Str, i64, *mut i64, Emit, *mut c_void) -> c_int,
        swap: unsafe extern "C" fn(
            Ctx, Str, *const c_void, usize, *const c_void, usize, Emit, *mut c_void,
        ) -> c_int,
    }

    /// A call.
    struct Call = bx_ecall {
        ctx: Ctx,
        ctl: *const BxCtl,
        limits: EngineLimits,
        max_handles: u32,
        max_field_bytes: u32,
        args: *const Str,
        n_args: usize,
        env: *const Str,
        n_env: usize,
        config: *const Str,
        n_config: usize,
        cwd: *const Str,
        stdin_read: Option<unsafe extern "C" fn(Ctx, *mut c_void, usize, *mut usize) -> c_int>,
        stdin_fd: c_int,
        write: Option<unsafe extern "C" fn(Ctx, c_int, *const c_void, usize) -> i32>,
        now: Option<unsafe extern "C" fn(Ctx, c_int) -> u64>,
        slept: Option<unsafe extern "C" fn(Ctx, u64)>,
        random: Option<unsafe extern "C" fn(Ctx, *mut c_void, usize)>,
        fs: *const Fs,
        http: *const Http,
        sock: *const Sock,
        kv: *const Kv,
    }
}
