//! Asking the kernel which pages a guest wrote, so that none is missed.
//!
//! Wasmtime resets a slot of its pool by PAGEMAP_SCAN (ioctl_pagemap_scan(2)) for pages that are present, are not the
//! zero page and do not belong to a file.  But a page is not present while the kernel moves it (compaction does, at any
//! time), nor while it is swapped out: the scan passes it over, and the next guest would find what the last one wrote
//! there, or had put there for it.  The kernel calls both SWAPPED.  So pages that are one or the other are asked for;
//! resetting one then waits until it is back.  Pages of files that are being moved carry FILE, and stay left out.
//!
//! Wasmtime has no setting for this.  So rustix, through which it calls, is built to use the functions of libc, and
//! `scripts/build-engine` has this library call [`bx_engine_ioctl`] in the place of `ioctl`: in its own objects alone,
//! what it is linked with does not notice.  Where that did not happen there are no scans: see [`is_in_place`].

use std::ffi::{c_int, c_ulong, c_void};
use std::sync::atomic::{AtomicBool, Ordering};

/// _IOWR('f', 16, struct pm_scan_arg)
const PAGEMAP_SCAN: c_ulong = 0xc060_6610;
const PRESENT: u64 = 1 << 3;
const SWAPPED: u64 = 1 << 4;

/// `struct pm_scan_arg` of linux/fs.h.
#[repr(C)]
#[derive(Clone, Copy)]
struct ScanArg {
    size: u64,
    flags: u64,
    start: u64,
    end: u64,
    walk_end: u64,
    vec: u64,
    vec_len: u64,
    max_pages: u64,
    category_inverted: u64,
    category_mask: u64,
    category_anyof_mask: u64,
    return_mask: u64,
}

static SEEN: AtomicBool = AtomicBool::new(false);

/// Whether scans go through here.  Asked when an engine that scans was made, for which Wasmtime tries one.
pub fn is_in_place() -> bool {
    SEEN.load(Ordering::Relaxed)
}

/// ioctl(2), but that a scan for present pages finds those that will be present again.
///
/// # Safety
/// As ioctl(2).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_engine_ioctl(fd: c_int, request: c_ulong, arg: *mut c_void) -> c_int {
    if request != PAGEMAP_SCAN || arg.is_null() {
        // SAFETY: promised by the caller.
        return unsafe { libc::syscall(libc::SYS_ioctl, fd, request, arg) as c_int };
    }
    SEEN.store(true, Ordering::Relaxed);
    let given = arg.cast::<ScanArg>();
    // SAFETY: the request says what `arg` points to.
    unsafe {
        let mut scan = *given;
        if scan.category_anyof_mask == 0 && scan.category_mask & !scan.category_inverted & PRESENT != 0 {
            scan.category_mask &= !PRESENT;
            scan.category_anyof_mask = PRESENT | SWAPPED;
        }
        let n = libc::syscall(libc::SYS_ioctl, fd, request, &raw mut scan) as c_int;
        (*given).walk_end = scan.walk_end;
        n
    }
}
