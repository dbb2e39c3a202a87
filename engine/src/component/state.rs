//! What the streams, tasks and host functions of a component call share, and how they wait.

use std::cell::RefCell;
use std::ffi::c_void;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use wasmtime::component::{HasData, ResourceTable};

use crate::abi::hooks::{self, Call};
use crate::core::ends::{Cause, Unwind};
use crate::core::limiter::{Ctl, Stop, now_ns};

/// How long a wait goes on before it looks for a cancel again.
const SLICE: Duration = Duration::from_millis(5);

/// Rounds in which aborted tasks of a call are waited for.
const SETTLE: u32 = 16;

/// The part of a call that its streams and tasks share.
pub struct Shared {
    call: *const Call,
    ctl: Ctl,
    cause: AtomicU64,
    host_ns: AtomicU64,
    /// Tokio has work that only advances while somebody blocks.
    pub tasks: AtomicBool,
    /// The embedder has requests that may wait for this thread to drive them.
    undriven: AtomicBool,
    /// This thread waits in the runtime, where it drives nothing.
    blocked: AtomicBool,
}

// SAFETY: all of a call, its hooks included, runs on one thread; the header says `bx_ecall` outlives the call.
// The types that hold it must be `Send` only because Wasmtime and Tokio ask for it in general.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

impl Shared {
    /// # Safety
    /// `call` lives at least as long as the result and its clones.
    pub unsafe fn new(call: *const Call) -> Arc<Shared> {
        // SAFETY: promised by the caller.
        let ctl = Ctl::new(unsafe { (*call).ctl });
        Arc::new(Shared {
            call,
            ctl,
            cause: AtomicU64::new(0),
            host_ns: AtomicU64::new(0),
            tasks: AtomicBool::new(false),
            undriven: AtomicBool::new(false),
            blocked: AtomicBool::new(false),
        })
    }

    /// What the embedder handed in.
    pub fn call(&self) -> &Call {
        // SAFETY: see `new`.
        unsafe { &*self.call }
    }

    /// First argument of every hook.
    pub fn ctx(&self) -> *mut c_void {
        self.call().ctx
    }

    /// The file hooks, if there are any.
    pub fn fs(&self) -> Option<&hooks::Fs> {
        // SAFETY: NULL or valid as long as the call.
        unsafe { self.call().fs.as_ref() }
    }

    /// The socket hooks, if there are any.
    pub fn sock(&self) -> Option<&hooks::Sock> {
        // SAFETY: NULL or valid as long as the call.
        unsafe { self.call().sock.as_ref() }
    }

    /// The HTTP hooks, if there are any.
    pub fn http(&self) -> Option<&hooks::Http> {
        // SAFETY: NULL or valid as long as the call.
        unsafe { self.call().http.as_ref() }
    }

    /// The key-value hooks, if there are any.
    pub fn kv(&self) -> Option<&hooks::Kv> {
        // SAFETY: NULL or valid as long as the call.
        unsafe { self.call().kv.as_ref() }
    }

    /// Why the host ended the guest, if it did.
    pub fn cause(&self) -> Option<Cause> {
        let v = self.cause.load(Ordering::Relaxed);
        match v >> 32 {
            0 => None,
            1 => Some(Cause::Stop(Stop::Deadline)),
            2 => Some(Cause::Stop(Stop::Cancelled)),
            3 => Some(Cause::Descriptors),
            5 => Some(Cause::Kept),
            _ => Some(Cause::Host(v as u32 as i32)),
        }
    }

    /// Note why the guest ends, and give the error that ends it.
    pub fn end(&self, cause: Cause) -> wasmtime::Error {
        let v = match cause {
            Cause::Stop(Stop::Deadline) => 1 << 32,
            Cause::Stop(Stop::Cancelled) => 2 << 32,
            Cause::Descriptors => 3 << 32,
            Cause::Kept => 5 << 32,
            Cause::Host(code) => 4 << 32 | u64::from(code as u32),
        };
        self.cause.store(v, Ordering::Relaxed);
        Unwind.into()
    }

    /// What an epoch tick asks.
    pub fn check(&self) -> wasmtime::Result<()> {
        if self.cause() == Some(Cause::Kept) {
            return Err(Unwind.into());
        }
        match self.ctl.check() {
            None => Ok(()),
            Some(stop) => Err(self.end(Cause::Stop(stop))),
        }
    }

    /// Nanoseconds spent waiting.
    pub fn host_ns(&self) -> u64 {
        self.host_ns.load(Ordering::Relaxed)
    }

    /// Run `fut` to its end on this thread, unless the call must stop first.
    ///
    /// A future that is ready at once costs one poll and never enters the runtime, unless tasks of the call
    /// depend on being driven: a guest that polls in a loop must not starve its own requests.
    pub fn wait<F: Future>(&self, fut: F) -> wasmtime::Result<F::Output> {
        let mut fut = pin!(fut);
        if self.tasks.load(Ordering::Relaxed) {
            let begin = now_ns();
            self.runtime(|rt| rt.block_on(tokio::task::yield_now()))?;
            self.host_ns.fetch_add(now_ns() - begin, Ordering::Relaxed);
        }
        if let Poll::Ready(v) = fut.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            self.let_go();
            return Ok(v);
        }
        let begin = now_ns();
        let r = match self.wait_driving(fut.as_mut()) {
            Err(e) => Err(e),
            Ok(Some(v)) => Ok(v),
            Ok(None) => {
                self.blocked.store(true, Ordering::Relaxed);
                let r = self.runtime(|rt| rt.block_on(self.wait_sliced(fut)));
                self.blocked.store(false, Ordering::Relaxed);
                r?
            }
        };
        self.host_ns.fetch_add(now_ns() - begin, Ordering::Relaxed);
        r
    }

    /// Requests that have only been begun: do their I/O here for a moment, in turns with the tasks that wait for it.
    /// An answer from nearby then takes no other thread.  `None`: it takes longer.
    fn wait_driving<F: Future>(&self, mut fut: Pin<&mut F>) -> wasmtime::Result<Option<F::Output>> {
        if !self.undriven.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let mut ready = None;
        while ready.is_none() && self.drive(false) {
            self.runtime(|rt| rt.block_on(tokio::task::yield_now()))?;
            if let Poll::Ready(v) = fut.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                ready = Some(v);
            }
            if let Err(e) = self.check() {
                self.let_go();
                return Err(e);
            }
        }
        self.let_go();
        Ok(ready)
    }

    /// A request has begun.
    pub fn begun(&self) {
        self.undriven.store(true, Ordering::Relaxed);
        if self.blocked.load(Ordering::Relaxed) {
            self.let_go();
        }
    }

    /// What is left of requests goes on by itself.
    fn let_go(&self) {
        if self.undriven.swap(false, Ordering::Relaxed) {
            self.drive(true);
        }
    }

    fn drive(&self, later: bool) -> bool {
        // SAFETY: a hook of the call, on its thread.
        self.http().is_some_and(|http| unsafe { (http.drive)(self.ctx(), later) })
    }

    /// [`runtime`], whose absence ends the guest.
    fn runtime<R>(&self, f: impl FnOnce(&Runtime) -> R) -> wasmtime::Result<R> {
        runtime(f).ok_or_else(|| self.end(Cause::Descriptors))
    }

    async fn wait_sliced<F: Future>(&self, mut fut: Pin<&mut F>) -> wasmtime::Result<F::Output> {
        loop {
            self.check()?;
            let left = Duration::from_nanos(self.ctl.deadline_ns().saturating_sub(now_ns()));
            if let Ok(v) = tokio::time::timeout(left.min(SLICE), fut.as_mut()).await {
                return Ok(v);
            }
        }
    }

    /// Drop what tasks the call still has, so that nothing of it is left when the caller goes on: they hold sockets, and
    /// pointers to the call.  Aborted ones go when the runtime gets to them; any other goes with its runtime.
    pub fn settle(&self) {
        if !self.tasks.load(Ordering::Relaxed) {
            return;
        }
        let left = runtime(|rt| {
            rt.block_on(async {
                for _ in 0..SETTLE {
                    if rt.metrics().num_alive_tasks() == 0 {
                        break;
                    }
                    tokio::task::yield_now().await;
                }
            });
            rt.metrics().num_alive_tasks()
        });
        if left.is_some_and(|n| n != 0) {
            RUNTIME.with(|cell| drop(cell.take()));
        }
    }
}

thread_local! {
    static RUNTIME: RefCell<Option<Runtime>> = const { RefCell::new(None) };
}

/// This thread's Tokio runtime, made when first needed and kept: timers, sockets and wake-ups of waits.  `None`:
/// it needs three descriptors, and the process has them no more.
pub fn runtime<R>(f: impl FnOnce(&Runtime) -> R) -> Option<R> {
    RUNTIME.with(|cell| {
        if cell.borrow().is_none() {
            let made = Builder::new_current_thread().enable_all().build().ok()?;
            *cell.borrow_mut() = Some(made);
        }
        cell.borrow().as_ref().map(f)
    })
}

/// What the interfaces implemented here work on.
pub struct View<'a> {
    pub table: &'a mut ResourceTable,
    pub shared: &'a Arc<Shared>,
    pub exit: &'a mut Option<u8>,
}

/// Names [`View`] for the linker.
pub struct HasView;

impl HasData for HasView {
    type Data<'a> = View<'a>;
}

/// Names the bare table for the linker.
pub struct HasTable;

impl HasData for HasTable {
    type Data<'a> = &'a mut ResourceTable;
}
