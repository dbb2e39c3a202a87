//! `wasi:io`: the streams and pollables of `wasmtime-wasi-io`, made to block within the call's deadline.

use wasmtime::component::Resource;
use wasmtime_wasi::p2::bindings::sync::io::{poll, streams};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, DynPollable, StreamError, StreamResult};
use wasmtime_wasi_io::bindings::wasi::io::poll::{Host as AsyncPoll, HostPollable as AsyncPollable};
use wasmtime_wasi_io::bindings::wasi::io::streams::{
    Host as AsyncStreams, HostInputStream as AsyncInput, HostOutputStream as AsyncOutput,
};

use super::state::{Shared, View};

/// Largest list of pollables; each costs work on every wake-up.
const MAX_POLL: usize = 4096;

type In = Resource<DynInputStream>;
type Out = Resource<DynOutputStream>;

fn wait<T>(shared: &Shared, fut: impl Future<Output = StreamResult<T>>) -> StreamResult<T> {
    shared.wait(fut).unwrap_or_else(|e| Err(StreamError::Trap(e)))
}

impl poll::Host for View<'_> {
    fn poll(&mut self, list: Vec<Resource<DynPollable>>) -> wasmtime::Result<Vec<u32>> {
        if list.len() > MAX_POLL {
            wasmtime::bail!("poll of {} pollables; at most {MAX_POLL}", list.len());
        }
        self.shared.wait(AsyncPoll::poll(self.table, list))?
    }
}

impl poll::HostPollable for View<'_> {
    fn ready(&mut self, p: Resource<DynPollable>) -> wasmtime::Result<bool> {
        self.shared.wait(AsyncPollable::ready(self.table, p))?
    }

    fn block(&mut self, p: Resource<DynPollable>) -> wasmtime::Result<()> {
        self.shared.wait(AsyncPollable::block(self.table, p))?
    }

    fn drop(&mut self, p: Resource<DynPollable>) -> wasmtime::Result<()> {
        AsyncPollable::drop(self.table, p)
    }
}

impl streams::Host for View<'_> {
    fn convert_stream_error(&mut self, err: StreamError) -> wasmtime::Result<streams::StreamError> {
        Ok(AsyncStreams::convert_stream_error(self.table, err)?.into())
    }
}

impl streams::HostInputStream for View<'_> {
    fn read(&mut self, s: In, len: u64) -> StreamResult<Vec<u8>> {
        AsyncInput::read(self.table, s, len)
    }

    fn blocking_read(&mut self, s: In, len: u64) -> StreamResult<Vec<u8>> {
        wait(self.shared, AsyncInput::blocking_read(self.table, s, len))
    }

    fn skip(&mut self, s: In, len: u64) -> StreamResult<u64> {
        AsyncInput::skip(self.table, s, len)
    }

    fn blocking_skip(&mut self, s: In, len: u64) -> StreamResult<u64> {
        wait(self.shared, AsyncInput::blocking_skip(self.table, s, len))
    }

    fn subscribe(&mut self, s: In) -> wasmtime::Result<Resource<DynPollable>> {
        AsyncInput::subscribe(self.table, s)
    }

    fn drop(&mut self, s: In) -> wasmtime::Result<()> {
        self.shared.wait(AsyncInput::drop(self.table, s))?
    }
}

impl streams::HostOutputStream for View<'_> {
    fn check_write(&mut self, s: Out) -> StreamResult<u64> {
        AsyncOutput::check_write(self.table, s)
    }

    fn write(&mut self, s: Out, bytes: Vec<u8>) -> StreamResult<()> {
        AsyncOutput::write(self.table, s, bytes)
    }

    fn blocking_write_and_flush(&mut self, s: Out, bytes: Vec<u8>) -> StreamResult<()> {
        wait(self.shared, AsyncOutput::blocking_write_and_flush(self.table, s, bytes))
    }

    fn blocking_write_zeroes_and_flush(&mut self, s: Out, len: u64) -> StreamResult<()> {
        wait(self.shared, AsyncOutput::blocking_write_zeroes_and_flush(self.table, s, len))
    }

    fn subscribe(&mut self, s: Out) -> wasmtime::Result<Resource<DynPollable>> {
        AsyncOutput::subscribe(self.table, s)
    }

    fn write_zeroes(&mut self, s: Out, len: u64) -> StreamResult<()> {
        AsyncOutput::write_zeroes(self.table, s, len)
    }

    fn flush(&mut self, s: Out) -> StreamResult<()> {
        AsyncOutput::flush(self.table, s)
    }

    fn blocking_flush(&mut self, s: Out) -> StreamResult<()> {
        wait(self.shared, AsyncOutput::blocking_flush(self.table, s))
    }

    fn splice(&mut self, dst: Out, src: In, len: u64) -> StreamResult<u64> {
        AsyncOutput::splice(self.table, dst, src, len)
    }

    fn blocking_splice(&mut self, dst: Out, src: In, len: u64) -> StreamResult<u64> {
        wait(self.shared, AsyncOutput::blocking_splice(self.table, dst, src, len))
    }

    fn drop(&mut self, s: Out) -> wasmtime::Result<()> {
        self.shared.wait(AsyncOutput::drop(self.table, s))?
    }
}
