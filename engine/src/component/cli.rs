//! `wasi:cli`, `wasi:clocks` and `wasi:random` from what the caller handed in.

use std::ffi::c_int;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::unix::AsyncFd;
use wasmtime::component::Resource;
use wasmtime_wasi::I32Exit;
use wasmtime_wasi::p2::bindings::cli::{
    environment, exit, stderr, stdin, stdout, terminal_input, terminal_output, terminal_stderr,
    terminal_stdin, terminal_stdout,
};
use wasmtime_wasi::p2::bindings::clocks::{monotonic_clock, wall_clock};
use wasmtime_wasi::p2::bindings::random::{insecure, insecure_seed, random};
use wasmtime_wasi::p2::{
    DynInputStream, DynOutputStream, DynPollable, InputStream, OutputStream, Pollable, StreamError,
    StreamResult, subscribe,
};

use super::errno::error_code;
use super::state::{Shared, View};
use crate::abi::hooks::{Call, Errno};
use crate::core::ends::{Cause, without_backtrace};
use crate::core::limiter::now_ns;

/// Most bytes moved by one read or write of a stream.
pub const CHUNK: usize = 64 << 10;
/// Most random bytes of one request.
const RANDOM_MAX: u64 = 1 << 20;

// ---- stdio --------------------------------------------------------------------------------------------------------

struct Stdin {
    shared: Arc<Shared>,
    /// Bytes that were there when somebody asked for readiness.
    ready: Option<StreamResult<Bytes>>,
    closed: bool,
}

/// A stream's error, which `filesystem-error-code` tells the guest.
fn failed(errno: u32) -> StreamError {
    StreamError::LastOperationFailed(error_code(Errno(errno)).into())
}

impl Stdin {
    /// `None`: nothing yet.
    fn pull(&mut self, size: usize) -> Option<StreamResult<Bytes>> {
        let Some(read) = self.shared.call().stdin_read else { return Some(Err(StreamError::Closed)) };
        let size = size.min(CHUNK);
        let (mut buf, mut n) = (Vec::<u8>::with_capacity(size), 0usize);
        // SAFETY: the hook writes at most `size` bytes and says how many in `n`.
        let r = unsafe { read(self.shared.ctx(), buf.as_mut_ptr().cast(), size, &mut n) };
        match r {
            0 if n == 0 => Some(Err(StreamError::Closed)),
            0 => {
                // SAFETY: the hook has written `n` bytes, no more than there is room for.
                unsafe { buf.set_len(n.min(size)) };
                Some(Ok(buf.into()))
            }
            1 => None,
            _ => Some(Err(failed(n as u32))),
        }
    }
}

#[wasmtime_wasi::async_trait]
impl InputStream for Stdin {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        if self.closed {
            return Err(StreamError::Closed);
        }
        if size == 0 {
            return Ok(Bytes::new());
        }
        let r = match self.ready.take() {
            Some(Ok(mut bytes)) => {
                let head = bytes.split_to(size.min(bytes.len()));
                if !bytes.is_empty() {
                    self.ready = Some(Ok(bytes));
                }
                Ok(head)
            }
            Some(Err(e)) => Err(e),
            None => self.pull(size).unwrap_or(Ok(Bytes::new())),
        };
        self.closed = r.is_err();
        r
    }

    // Not through `ready`, which reads ahead: that would be a buffer of its own for each small read.
    async fn blocking_read(&mut self, size: usize) -> StreamResult<Bytes> {
        if size == 0 {
            self.ready().await;
            return self.read(0);
        }
        loop {
            let r = self.read(size)?;
            if !r.is_empty() {
                return Ok(r);
            }
            readable(self.shared.call().stdin_fd).await;
        }
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Stdin {
    async fn ready(&mut self) {
        let fd = self.shared.call().stdin_fd;
        while !self.closed && self.ready.is_none() {
            self.ready = self.pull(CHUNK);
            if self.ready.is_none() {
                readable(fd).await;
            }
        }
    }
}

/// Wait until `fd` is readable, or a little while where that cannot be known.
async fn readable(fd: c_int) {
    in_runtime().await;
    struct Borrowed(c_int);
    impl std::os::fd::AsRawFd for Borrowed {
        fn as_raw_fd(&self) -> c_int {
            self.0
        }
    }
    // SAFETY: the header says the descriptor stays open for the call; the registration ends with this wait.
    match unsafe { AsyncFd::register_with_interest(Borrowed(fd), tokio::io::Interest::READABLE) } {
        Ok(fd) => drop(fd.readable().await),
        Err(_) => tokio::time::sleep(Duration::from_millis(1)).await,
    }
}

/// Pending until polled from within the runtime: timers and descriptors need it.
async fn in_runtime() {
    std::future::poll_fn(|_| match tokio::runtime::Handle::try_current() {
        Ok(_) => Poll::Ready(()),
        Err(_) => Poll::Pending,
    })
    .await
}

struct Output {
    shared: Arc<Shared>,
    which: c_int,
    closed: bool,
}

#[wasmtime_wasi::async_trait]
impl OutputStream for Output {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        if self.closed {
            return Err(StreamError::Closed);
        }
        let Some(write) = self.shared.call().write else { return Ok(()) };
        // SAFETY: the hook reads the bytes it is given.
        let r = unsafe { write(self.shared.ctx(), self.which, bytes.as_ptr().cast(), bytes.len()) };
        match r {
            0 => Ok(()),
            code if code > 0 => Err(StreamError::Trap(self.shared.end(Cause::Host(code)))),
            code => {
                self.closed = true;
                Err(failed(code.unsigned_abs()))
            }
        }
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        if self.closed { Err(StreamError::Closed) } else { Ok(CHUNK) }
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Output {
    async fn ready(&mut self) {}
}

impl View<'_> {
    fn output(&mut self, which: c_int) -> wasmtime::Result<Resource<DynOutputStream>> {
        let out: DynOutputStream = Box::new(Output { shared: self.shared.clone(), which, closed: false });
        Ok(self.table.push(out)?)
    }
}

impl stdin::Host for View<'_> {
    fn get_stdin(&mut self) -> wasmtime::Result<Resource<DynInputStream>> {
        let s: DynInputStream = Box::new(Stdin { shared: self.shared.clone(), ready: None, closed: false });
        Ok(self.table.push(s)?)
    }
}

impl stdout::Host for View<'_> {
    fn get_stdout(&mut self) -> wasmtime::Result<Resource<DynOutputStream>> {
        self.output(1)
    }
}

impl stderr::Host for View<'_> {
    fn get_stderr(&mut self) -> wasmtime::Result<Resource<DynOutputStream>> {
        self.output(2)
    }
}

// No guest ever talks to a terminal.
impl terminal_input::Host for View<'_> {}
impl terminal_input::HostTerminalInput for View<'_> {
    fn drop(&mut self, _: Resource<terminal_input::TerminalInput>) -> wasmtime::Result<()> {
        Ok(())
    }
}
impl terminal_output::Host for View<'_> {}
impl terminal_output::HostTerminalOutput for View<'_> {
    fn drop(&mut self, _: Resource<terminal_output::TerminalOutput>) -> wasmtime::Result<()> {
        Ok(())
    }
}
impl terminal_stdin::Host for View<'_> {
    fn get_terminal_stdin(&mut self) -> wasmtime::Result<Option<Resource<terminal_input::TerminalInput>>> {
        Ok(None)
    }
}
impl terminal_stdout::Host for View<'_> {
    fn get_terminal_stdout(&mut self) -> wasmtime::Result<Option<Resource<terminal_output::TerminalOutput>>> {
        Ok(None)
    }
}
impl terminal_stderr::Host for View<'_> {
    fn get_terminal_stderr(&mut self) -> wasmtime::Result<Option<Resource<terminal_output::TerminalOutput>>> {
        Ok(None)
    }
}

impl environment::Host for View<'_> {
    fn get_environment(&mut self) -> wasmtime::Result<Vec<(String, String)>> {
        let c = self.shared.call();
        // SAFETY: the call's own array.
        Ok(unsafe { Call::pairs(c.env, c.n_env) })
    }

    fn get_arguments(&mut self) -> wasmtime::Result<Vec<String>> {
        let c = self.shared.call();
        // SAFETY: the call's own array.
        Ok(unsafe { Call::strings(c.args, c.n_args) })
    }

    fn initial_cwd(&mut self) -> wasmtime::Result<Option<String>> {
        let c = self.shared.call();
        // SAFETY: the call's own text, or none.
        Ok(unsafe { Call::strings(c.cwd, usize::from(!c.cwd.is_null())) }.pop())
    }
}

impl exit::Host for View<'_> {
    fn exit(&mut self, status: Result<(), ()>) -> wasmtime::Result<()> {
        self.exit_with_code(status.is_err().into())
    }

    fn exit_with_code(&mut self, code: u8) -> wasmtime::Result<()> {
        *self.exit = Some(code);
        Err(without_backtrace(I32Exit(code.into()).into()))
    }
}

// ---- clocks -------------------------------------------------------------------------------------------------------

const WALL: c_int = 0;
const MONOTONIC: c_int = 1;

impl View<'_> {
    fn now(&self, clock: c_int) -> u64 {
        match self.shared.call().now {
            // SAFETY: a hook of the call.
            Some(now) => unsafe { now(self.shared.ctx(), clock) },
            None if clock == MONOTONIC => now_ns(),
            None => std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .map_or(0, |d| d.as_nanos() as u64),
        }
    }
}

impl wall_clock::Host for View<'_> {
    fn now(&mut self) -> wasmtime::Result<wall_clock::Datetime> {
        let ns = View::now(self, WALL);
        Ok(wall_clock::Datetime { seconds: ns / 1_000_000_000, nanoseconds: (ns % 1_000_000_000) as u32 })
    }

    fn resolution(&mut self) -> wasmtime::Result<wall_clock::Datetime> {
        Ok(wall_clock::Datetime { seconds: 0, nanoseconds: 1 })
    }
}

enum Timer {
    At(tokio::time::Instant),
    Past { yielded: bool },
    Never,
}

#[wasmtime_wasi::async_trait]
impl Pollable for Timer {
    async fn ready(&mut self) {
        match self {
            Timer::At(t) if tokio::time::Instant::now() >= *t => {}
            Timer::At(t) => {
                in_runtime().await;
                tokio::time::sleep_until(*t).await
            }
            // A guest polling in a loop with a zero timeout must not starve what it polls for.
            Timer::Past { yielded } => {
                if !std::mem::replace(yielded, true) && tokio::runtime::Handle::try_current().is_ok() {
                    tokio::task::yield_now().await
                }
            }
            Timer::Never => std::future::pending().await,
        }
    }
}

impl View<'_> {
    fn timer(&mut self, ns: u64) -> wasmtime::Result<Resource<DynPollable>> {
        let slept = self.shared.call().slept;
        if let Some(slept) = slept {
            // SAFETY: a hook of the call.
            unsafe { slept(self.shared.ctx(), ns) };
        }
        let timer = if ns == 0 || slept.is_some() {
            Timer::Past { yielded: false }
        } else {
            tokio::time::Instant::now().checked_add(Duration::from_nanos(ns)).map_or(Timer::Never, Timer::At)
        };
        let r = self.table.push(timer)?;
        subscribe(self.table, r)
    }
}

impl monotonic_clock::Host for View<'_> {
    fn now(&mut self) -> wasmtime::Result<u64> {
        Ok(View::now(self, MONOTONIC))
    }

    fn resolution(&mut self) -> wasmtime::Result<u64> {
        Ok(1)
    }

    fn subscribe_instant(&mut self, when: u64) -> wasmtime::Result<Resource<DynPollable>> {
        let now = View::now(self, MONOTONIC);
        self.timer(when.saturating_sub(now))
    }

    fn subscribe_duration(&mut self, ns: u64) -> wasmtime::Result<Resource<DynPollable>> {
        self.timer(ns)
    }
}

// ---- randomness ---------------------------------------------------------------------------------------------------

impl View<'_> {
    fn fill(&self, buf: &mut [u8]) -> wasmtime::Result<()> {
        if let Some(random) = self.shared.call().random {
            // SAFETY: the hook fills the bytes it is given.
            unsafe { random(self.shared.ctx(), buf.as_mut_ptr().cast(), buf.len()) };
            return Ok(());
        }
        let mut rest = buf;
        while !rest.is_empty() {
            // SAFETY: `rest` is writable for its length.
            let n = unsafe { libc::getrandom(rest.as_mut_ptr().cast(), rest.len(), 0) };
            if n <= 0 {
                wasmtime::bail!("the kernel gives no random numbers");
            }
            rest = &mut rest[n as usize..];
        }
        Ok(())
    }

    fn random(&self, len: u64) -> wasmtime::Result<Vec<u8>> {
        if len > RANDOM_MAX {
            wasmtime::bail!("{len} random bytes at once; at most {RANDOM_MAX}");
        }
        let mut v = vec![0; len as usize];
        self.fill(&mut v)?;
        Ok(v)
    }

    fn random_u64(&self) -> wasmtime::Result<u64> {
        let mut b = [0; 8];
        self.fill(&mut b)?;
        Ok(u64::from_le_bytes(b))
    }
}

impl random::Host for View<'_> {
    fn get_random_bytes(&mut self, len: u64) -> wasmtime::Result<Vec<u8>> {
        self.random(len)
    }

    fn get_random_u64(&mut self) -> wasmtime::Result<u64> {
        self.random_u64()
    }
}

// Nothing is gained from a weaker source: it would be one more thing to seed.
impl insecure::Host for View<'_> {
    fn get_insecure_random_bytes(&mut self, len: u64) -> wasmtime::Result<Vec<u8>> {
        self.random(len)
    }

    fn get_insecure_random_u64(&mut self) -> wasmtime::Result<u64> {
        self.random_u64()
    }
}

impl insecure_seed::Host for View<'_> {
    fn insecure_seed(&mut self) -> wasmtime::Result<(u64, u64)> {
        Ok((self.random_u64()?, self.random_u64()?))
    }
}
