//! What sockets cost: each one is asked for when it is made, told of when it is gone, and its bytes are counted.
//!
//! Wasmtime's own functions do the work; the ones here stand in front of them.

use std::mem::replace;
use std::sync::Arc;

use bytes::Bytes;
use wasmtime::component::{Linker, Resource, ResourceType};
use wasmtime_wasi::p2::bindings::sockets::network::{ErrorCode, IpAddressFamily};
use wasmtime_wasi::p2::bindings::sockets::tcp::HostTcpSocket;
use wasmtime_wasi::p2::bindings::sockets::udp::{
    HostIncomingDatagramStream, HostOutgoingDatagramStream, HostUdpSocket, IncomingDatagram,
    IncomingDatagramStream, OutgoingDatagram, OutgoingDatagramStream,
};
use wasmtime_wasi::p2::bindings::sockets::{tcp_create_socket, udp_create_socket};
use wasmtime_wasi::p2::pipe::{ClosedInputStream, ClosedOutputStream};
use wasmtime_wasi::p2::{
    DynInputStream, DynOutputStream, InputStream, OutputStream, Pollable, SocketError, SocketResult, StreamResult,
    TcpSocket, UdpSocket,
};

use super::net::ask;
use super::state::Shared;
use super::store::State;
use crate::abi::hooks::SockUse;

/// Put the functions in front of those the linker has.
pub fn shadow(l: &mut Linker<State>) -> wasmtime::Result<()> {
    l.allow_shadowing(true);
    let mut tcp = l.instance("wasi:sockets/tcp@0.2.12")?;
    tcp.resource("tcp-socket", ResourceType::host::<TcpSocket>(), |mut store, rep| {
        let state = store.data_mut();
        HostTcpSocket::drop(&mut state.sockets(), Resource::new_own(rep))?;
        tell(&state.shared, SockUse::TCP_GONE, 0);
        Ok(())
    })?;
    tcp.func_wrap("[method]tcp-socket.finish-connect", |mut store, (socket,)| {
        Ok((told(connected(store.data_mut(), socket))?,))
    })?;
    let mut udp = l.instance("wasi:sockets/udp@0.2.12")?;
    udp.resource("udp-socket", ResourceType::host::<UdpSocket>(), |mut store, rep| {
        let state = store.data_mut();
        HostUdpSocket::drop(&mut state.sockets(), Resource::new_own(rep))?;
        tell(&state.shared, SockUse::UDP_GONE, 0);
        Ok(())
    })?;
    udp.func_wrap("[method]incoming-datagram-stream.receive", |mut store, (stream, max)| {
        Ok((told(received(store.data_mut(), stream, max))?,))
    })?;
    udp.func_wrap("[method]outgoing-datagram-stream.send", |mut store, (stream, list)| {
        Ok((told(sent(store.data_mut(), stream, list))?,))
    })?;
    l.instance("wasi:sockets/tcp-create-socket@0.2.12")?
        .func_wrap("create-tcp-socket", |mut store, (family,)| Ok((told(make_tcp(store.data_mut(), family))?,)))?;
    l.instance("wasi:sockets/udp-create-socket@0.2.12")?
        .func_wrap("create-udp-socket", |mut store, (family,)| Ok((told(make_udp(store.data_mut(), family))?,)))?;
    l.allow_shadowing(false);
    Ok(())
}

/// An error the guest gets, or a trap.
fn told<T>(r: SocketResult<T>) -> wasmtime::Result<Result<T, ErrorCode>> {
    match r {
        Ok(v) => Ok(Ok(v)),
        Err(e) => e.downcast().map(Err),
    }
}

/// Let the embedder count.
fn tell(shared: &Shared, what: SockUse, n: usize) {
    let Some(sock) = shared.sock() else { return };
    // SAFETY: a hook of the call; these uses have no address.
    unsafe { (sock.check)(shared.ctx(), what, std::ptr::null(), n, 0) };
}

fn may_make(shared: &Shared, what: SockUse) -> SocketResult<()> {
    match ask(shared, what, &[], 0) {
        1 => Ok(()),
        2 => Err(ErrorCode::NewSocketLimit.into()),
        _ => Err(ErrorCode::AccessDenied.into()),
    }
}

fn make_tcp(state: &mut State, family: IpAddressFamily) -> SocketResult<Resource<TcpSocket>> {
    may_make(&state.shared, SockUse::TCP_MAKE)?;
    let made = tcp_create_socket::Host::create_tcp_socket(&mut state.sockets(), family);
    if made.is_err() {
        tell(&state.shared, SockUse::TCP_GONE, 0);
    }
    made
}

/// Wasmtime's own synchronous way waits for readiness without driving this thread's runtime, which would never come; ours
/// waits as every host function does, within the call's deadline.
fn make_udp(state: &mut State, family: IpAddressFamily) -> SocketResult<Resource<UdpSocket>> {
    may_make(&state.shared, SockUse::UDP_MAKE)?;
    let shared = state.shared.clone();
    let mut view = state.sockets();
    let made = shared
        .wait(udp_create_socket::Host::create_udp_socket(&mut view, family))
        .unwrap_or_else(|stopped| Err(SocketError::trap(stopped)));
    if made.is_err() {
        tell(&shared, SockUse::UDP_GONE, 0);
    }
    made
}

fn connected(
    state: &mut State,
    socket: Resource<TcpSocket>,
) -> SocketResult<(Resource<DynInputStream>, Resource<DynOutputStream>)> {
    let shared = state.shared.clone();
    let view = &mut state.sockets();
    let (input, output) = HostTcpSocket::finish_connect(view, socket)?;
    let at = view.table.get_mut(&input)?;
    let inner = replace(at, Box::new(ClosedInputStream));
    *at = Box::new(CountedIn { shared: shared.clone(), inner });
    let at = view.table.get_mut(&output)?;
    let inner = replace(at, Box::new(ClosedOutputStream));
    *at = Box::new(CountedOut { shared, inner });
    Ok((input, output))
}

fn received(
    state: &mut State,
    stream: Resource<IncomingDatagramStream>,
    max: u64,
) -> SocketResult<Vec<IncomingDatagram>> {
    let list = HostIncomingDatagramStream::receive(&mut state.sockets(), stream, max)?;
    tell(&state.shared, SockUse::RECEIVED, list.iter().map(|d| d.data.len()).sum());
    Ok(list)
}

fn sent(
    state: &mut State,
    stream: Resource<OutgoingDatagramStream>,
    list: Vec<OutgoingDatagram>,
) -> SocketResult<u64> {
    let sizes: Vec<usize> = list.iter().map(|d| d.data.len()).collect();
    let n = HostOutgoingDatagramStream::send(&mut state.sockets(), stream, list)?;
    let whole = usize::try_from(n).unwrap_or(usize::MAX);
    tell(&state.shared, SockUse::SENT, sizes.iter().take(whole).sum());
    Ok(n)
}

struct CountedIn {
    shared: Arc<Shared>,
    inner: DynInputStream,
}

#[wasmtime_wasi::async_trait]
impl Pollable for CountedIn {
    async fn ready(&mut self) {
        self.inner.ready().await;
    }
}

#[wasmtime_wasi::async_trait]
impl InputStream for CountedIn {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        let bytes = self.inner.read(size)?;
        tell(&self.shared, SockUse::RECEIVED, bytes.len());
        Ok(bytes)
    }

    async fn cancel(&mut self) {
        self.inner.cancel().await;
    }
}

struct CountedOut {
    shared: Arc<Shared>,
    inner: DynOutputStream,
}

#[wasmtime_wasi::async_trait]
impl Pollable for CountedOut {
    async fn ready(&mut self) {
        self.inner.ready().await;
    }
}

#[wasmtime_wasi::async_trait]
impl OutputStream for CountedOut {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let n = bytes.len();
        self.inner.write(bytes)?;
        tell(&self.shared, SockUse::SENT, n);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        self.inner.flush()
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        self.inner.check_write()
    }

    async fn cancel(&mut self) {
        self.inner.cancel().await;
    }
}
