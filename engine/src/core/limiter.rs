//! What every call watches, whichever kind of code it runs: sizes, deadline, cancellation.

use std::sync::atomic::{AtomicU64, Ordering};

use wasmtime::{ResourceLimiter, Result};

use super::heap;
use crate::abi::types::{BxCtl, EndKind, EngineLimits};

/// Bytes the host may keep for a guest beside its memories before they count: stores, instances and handles of ordinary
/// programs, so that a memory limit means what the guest sees of it.
const FREE: u64 = 1 << 20;
/// Most instances of one call, however small.
const INSTANCES: u64 = 10_000;

/// Bytes of all the memories that share one limit: those of a call, or of calls that belong together.
#[derive(Clone, Copy)]
struct Used(*const AtomicU64);

// SAFETY: the header says that it lives as long as the instance; it is atomic.
unsafe impl Send for Used {}
// SAFETY: as above.
unsafe impl Sync for Used {}

impl Used {
    /// Take `bytes` more where all then fit into `max`.
    fn take(self, bytes: u64, max: u64) -> bool {
        if self.0.is_null() {
            return bytes <= max;
        }
        // SAFETY: see `Send` above.
        let used = unsafe { &*self.0 };
        let fits = used.fetch_add(bytes, Ordering::Relaxed).checked_add(bytes).is_some_and(|sum| sum <= max);
        if !fits {
            used.fetch_sub(bytes, Ordering::Relaxed);
        }
        fits
    }

    fn give(self, bytes: u64) {
        if !self.0.is_null() {
            // SAFETY: as above.
            unsafe { (*self.0).fetch_sub(bytes, Ordering::Relaxed) };
        }
    }
}

/// Sums all linear memories and tables of a call against its limits, and what the host keeps beside them.
pub struct Limiter {
    used: Used,
    held: isize,
    instances: usize,
    memory_max: u64,
    table_max: u64,
    memory: u64,
    table: u64,
    /// Largest sum of all memories so far, bytes.
    pub memory_peak: u64,
    /// Growths of memories refused.
    pub memory_refused: u32,
    /// Growths of tables refused.
    pub table_refused: u32,
    /// What did not fit at its initial size: how a call that cannot begin for it ends.
    pub initial_refused: Option<EndKind>,
    memory_last: u64,
    table_last: u64,
}

impl Limiter {
    /// The limits of a call that begins now, on this thread.
    pub fn new(lim: &EngineLimits) -> Self {
        Limiter {
            used: Used(lim.memory_used),
            held: heap::held(),
            instances: INSTANCES as usize,
            memory_max: lim.memory_bytes,
            table_max: lim.table_elements,
            memory: 0,
            table: 0,
            memory_peak: 0,
            memory_refused: 0,
            table_refused: 0,
            initial_refused: None,
            memory_last: 0,
            table_last: 0,
        }
    }

    /// Let there be no more instances, of at most `bytes` each, than the memory limit has room for.  They are made
    /// one after the other without anybody being asked.
    pub fn set_instance_bytes(&mut self, bytes: u64) {
        let fit = self.memory_max.saturating_add(FREE) / bytes.max(1);
        self.instances = fit.clamp(1, INSTANCES) as usize;
    }

    /// Bytes that the host keeps for the guest, as far as they count.
    pub fn kept(&self) -> u64 {
        let held = heap::held().wrapping_sub(self.held);
        u64::try_from(held).unwrap_or(0).saturating_sub(FREE)
    }

    /// Whether that and the memories are more than the limit.
    pub fn over(&self) -> bool {
        let kept = self.kept();
        kept != 0 && kept.saturating_add(self.memory) > self.memory_max
    }

    /// Bytes of values that one call between guest and host may carry.
    pub fn values(&self) -> usize {
        self.memory_max.clamp(FREE, 128 << 20) as usize
    }

    /// Most instances of the call.
    pub fn instance_max(&self) -> usize {
        self.instances
    }
}

impl Drop for Limiter {
    fn drop(&mut self) {
        self.used.give(self.memory);
    }
}

impl ResourceLimiter for Limiter {
    fn instances(&self) -> usize {
        self.instances
    }

    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        let grow = desired.saturating_sub(current) as u64;
        let total = self.memory.saturating_add(grow);
        self.memory_last = 0;
        let room = self.memory_max.saturating_sub(self.kept());
        if total > room || !self.used.take(grow, room) {
            self.memory_refused = self.memory_refused.saturating_add(1);
            if current == 0 {
                self.initial_refused = Some(EndKind::Memory);
            }
            return Ok(false);
        }
        // Beyond the memory's own maximum the engine refuses by itself.
        if maximum.is_some_and(|max| desired > max) {
            self.used.give(grow);
            return Ok(false);
        }
        self.memory = total;
        self.memory_last = grow;
        self.memory_peak = self.memory_peak.max(total);
        Ok(true)
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> Result<()> {
        self.memory -= self.memory_last;
        self.used.give(self.memory_last);
        self.memory_last = 0;
        Ok(())
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        let grow = desired.saturating_sub(current) as u64;
        let total = self.table.saturating_add(grow);
        self.table_last = 0;
        if total > self.table_max {
            self.table_refused = self.table_refused.saturating_add(1);
            if current == 0 {
                self.initial_refused = Some(EndKind::Tables);
            }
            return Ok(false);
        }
        if maximum.is_some_and(|max| desired > max) {
            return Ok(false);
        }
        self.table = total;
        self.table_last = grow;
        Ok(true)
    }

    fn table_grow_failed(&mut self, _error: wasmtime::Error) -> Result<()> {
        self.table -= self.table_last;
        self.table_last = 0;
        Ok(())
    }
}

/// Why a call must stop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    Deadline,
    Cancelled,
}

/// The caller's `bx_ctl`, which outlives the call.
#[derive(Clone, Copy)]
pub struct Ctl(*const BxCtl);

// SAFETY: the header says the structure lives as long as the instance, `cancelled` is atomic and
// `deadline_ns` is not written while a guest runs.
unsafe impl Send for Ctl {}
// SAFETY: as above.
unsafe impl Sync for Ctl {}

impl Ctl {
    /// NULL means: neither deadline nor cancel.
    pub fn new(p: *const BxCtl) -> Self {
        Ctl(p)
    }

    /// CLOCK_MONOTONIC nanoseconds at which the call ends; `u64::MAX` = never.
    pub fn deadline_ns(self) -> u64 {
        if self.0.is_null() {
            return u64::MAX;
        }
        // SAFETY: see `Send` above.
        unsafe { (&raw const (*self.0).deadline_ns).read_volatile() }
    }

    /// What an epoch tick and every host wait ask.
    pub fn check(self) -> Option<Stop> {
        let mut at = self.0;
        while !at.is_null() {
            // SAFETY: as above; `parent` is set before the guest runs, and parents outlive their children.
            let ctl = unsafe { &*at };
            if ctl.cancelled.load(Ordering::Relaxed) != 0 {
                return Some(Stop::Cancelled);
            }
            at = ctl.parent;
        }
        let deadline = self.deadline_ns();
        (deadline != u64::MAX && now_ns() >= deadline).then_some(Stop::Deadline)
    }
}

/// CLOCK_MONOTONIC in nanoseconds; no system call (vDSO).
pub fn now_ns() -> u64 {
    let mut ts = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `ts` is writable; CLOCK_MONOTONIC always exists.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut ts) };
    ts.tv_sec as u64 * 1_000_000_000 + ts.tv_nsec as u64
}
