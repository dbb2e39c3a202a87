//! How much of the heap this thread took and did not give back: what the host keeps for a guest beside its memories.
//!
//! A call runs on one thread, so the difference since its beginning is what its instances, handles, fields and typed
//! values hold, whichever library made them.  It costs an addition for each allocation.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's heap, counted.
struct Counted;

#[global_allocator]
static HEAP: Counted = Counted;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
}

/// Bytes this thread holds.  What another thread frees stays counted, so only differences over a short time mean much.
pub fn held() -> isize {
    HELD.get()
}

/// Whether it is counted.
#[cfg(feature = "heap-switch")]
pub static COUNTS: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(true);

fn count(bytes: isize) {
    #[cfg(feature = "heap-switch")]
    if !COUNTS.load(std::sync::atomic::Ordering::Relaxed) {
        return;
    }
    HELD.set(HELD.get().wrapping_add(bytes));
}

// SAFETY: the system's allocator does all the work.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: promised by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: promised by the caller.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, p: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: promised by the caller.
        unsafe { System.dealloc(p, layout) }
    }

    unsafe fn realloc(&self, p: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as isize - layout.size() as isize);
        // SAFETY: promised by the caller.
        unsafe { System.realloc(p, layout, size) }
    }
}
