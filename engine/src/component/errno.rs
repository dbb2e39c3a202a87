//! Error numbers of files and streams as components know them.

use wasmtime_wasi::p2::bindings::filesystem::types::ErrorCode;

use crate::abi::hooks::Errno;

/// wasi_snapshot_preview1 errno to wasi:filesystem error-code.
pub fn error_code(errno: Errno) -> ErrorCode {
    use ErrorCode as E;
    match errno {
        Errno::ACCES => E::Access,
        Errno::AGAIN => E::WouldBlock,
        Errno::ALREADY => E::Already,
        Errno::BADF => E::BadDescriptor,
        Errno::BUSY => E::Busy,
        Errno::DEADLK => E::Deadlock,
        Errno::DQUOT => E::Quota,
        Errno::EXIST => E::Exist,
        Errno::FBIG => E::FileTooLarge,
        Errno::ILSEQ => E::IllegalByteSequence,
        Errno::INPROGRESS => E::InProgress,
        Errno::INTR => E::Interrupted,
        Errno::INVAL => E::Invalid,
        Errno::ISDIR => E::IsDirectory,
        Errno::LOOP => E::Loop,
        Errno::MLINK => E::TooManyLinks,
        Errno::MSGSIZE => E::MessageSize,
        Errno::NAMETOOLONG => E::NameTooLong,
        Errno::NFILE | Errno::MFILE => E::InsufficientMemory,
        Errno::NODEV => E::NoDevice,
        Errno::NOENT => E::NoEntry,
        Errno::NOLCK => E::NoLock,
        Errno::NOMEM => E::InsufficientMemory,
        Errno::NOSPC => E::InsufficientSpace,
        Errno::NOSYS | Errno::NOTSUP => E::Unsupported,
        Errno::NOTDIR => E::NotDirectory,
        Errno::NOTEMPTY => E::NotEmpty,
        Errno::NOTRECOVERABLE => E::NotRecoverable,
        Errno::NOTTY => E::NoTty,
        Errno::NXIO => E::NoSuchDevice,
        Errno::OVERFLOW => E::Overflow,
        Errno::PERM | Errno::NOTCAPABLE => E::NotPermitted,
        Errno::PIPE => E::Pipe,
        Errno::ROFS => E::ReadOnly,
        Errno::SPIPE => E::InvalidSeek,
        Errno::TXTBSY => E::TextFileBusy,
        Errno::XDEV => E::CrossDevice,
        _ => E::Io,
    }
}
