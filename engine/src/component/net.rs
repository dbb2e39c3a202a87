//! `wasi:sockets`: sockets are Wasmtime's own, but every address and every name is asked for first.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use wasmtime::component::Resource;
use wasmtime_wasi::WasiCtx;
use wasmtime_wasi::p2::bindings::sockets::ip_name_lookup::{
    Host as LookupHost, HostResolveAddressStream, ResolveAddressStream,
};
use wasmtime_wasi::p2::bindings::sockets::network::{self, ErrorCode, IpAddress, Network};
use wasmtime_wasi::p2::{DynPollable, Pollable, SocketError, subscribe};
use wasmtime_wasi::sockets::{SocketAddrUse, WasiSocketsCtx};

use super::state::{Shared, View};
use crate::abi::access::collect;
use crate::abi::hooks::{SockUse, Str};

/// What sockets of a call may do, with the question wired to the embedder.
pub fn context(shared: &Arc<Shared>) -> Box<WasiSocketsCtx> {
    shared.tasks.store(true, Ordering::Relaxed);
    let asked = shared.clone();
    let mut ctx: WasiCtx = WasiCtx::builder()
        // Each is asked for when it is made.
        .allow_tcp(true)
        .allow_udp(true)
        .allow_ip_name_lookup(false)
        .socket_addr_check(move |addr, why| {
            let ok = allowed(&asked, addr, why);
            Box::pin(async move { ok })
        })
        .build();
    Box::new(ctx.sockets().clone())
}

fn allowed(shared: &Shared, addr: SocketAddr, why: SocketAddrUse) -> bool {
    let what = match why {
        SocketAddrUse::TcpBind | SocketAddrUse::TcpListen | SocketAddrUse::TcpAccept => SockUse::TCP_BIND,
        SocketAddrUse::TcpConnect => SockUse::TCP_CONNECT,
        SocketAddrUse::UdpBind => SockUse::UDP_BIND,
        SocketAddrUse::UdpSend | SocketAddrUse::UdpReceive => SockUse::UDP_SEND,
    };
    match addr.ip() {
        IpAddr::V4(a) => ask(shared, what, &a.octets(), addr.port()) == 1,
        IpAddr::V6(a) => ask(shared, what, &a.octets(), addr.port()) == 1,
    }
}

/// The embedder decides, and answers as its header says; without it the answer is no.
pub fn ask(shared: &Shared, what: SockUse, addr: &[u8], port: u16) -> i32 {
    let Some(sock) = shared.sock() else { return 0 };
    // SAFETY: a hook of the call; the address is readable for its length.
    unsafe { (sock.check)(shared.ctx(), what, addr.as_ptr(), addr.len(), port) }
}

/// Addresses of a name, all there from the beginning.
struct Addresses(std::vec::IntoIter<IpAddr>);

#[wasmtime_wasi::async_trait]
impl Pollable for Addresses {
    async fn ready(&mut self) {}
}

fn ip(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
        _ => None,
    }
}

// The lookup's errors; sockets convert their own.
impl network::Host for View<'_> {
    fn convert_error_code(&mut self, err: SocketError) -> wasmtime::Result<ErrorCode> {
        err.downcast()
    }

    fn network_error_code(
        &mut self,
        _: Resource<wasmtime_wasi::p2::IoError>,
    ) -> wasmtime::Result<Option<ErrorCode>> {
        Ok(None)
    }
}

impl network::HostNetwork for View<'_> {
    fn drop(&mut self, n: Resource<Network>) -> wasmtime::Result<()> {
        self.table.delete(n)?;
        Ok(())
    }
}

impl LookupHost for View<'_> {
    fn resolve_addresses(
        &mut self,
        network: Resource<Network>,
        name: String,
    ) -> Result<Resource<ResolveAddressStream>, SocketError> {
        self.table.get(&network)?;
        let mut found: Vec<Vec<u8>> = Vec::new();
        let code = match self.shared.sock() {
            // SAFETY: a hook of the call; `collect` gets the vector it expects.
            Some(sock) => unsafe {
                (sock.resolve)(self.shared.ctx(), Str::of(&name), collect, (&raw mut found).cast())
            },
            None => 1,
        };
        // The lookup may have taken until the deadline.
        self.shared.check().map_err(SocketError::trap)?;
        match code {
            0 => {}
            1 => return Err(ErrorCode::AccessDenied.into()),
            2 => return Err(ErrorCode::NameUnresolvable.into()),
            3 => return Err(ErrorCode::TemporaryResolverFailure.into()),
            _ => return Err(ErrorCode::PermanentResolverFailure.into()),
        }
        let list: Vec<IpAddr> = found.iter().filter_map(|b| ip(b)).collect();
        let r = self.table.push(Addresses(list.into_iter()))?;
        Ok(Resource::new_own(r.rep()))
    }
}

impl HostResolveAddressStream for View<'_> {
    fn resolve_next_address(
        &mut self,
        s: Resource<ResolveAddressStream>,
    ) -> Result<Option<IpAddress>, SocketError> {
        let s: &mut Addresses = self.table.get_mut(&Resource::new_borrow(s.rep()))?;
        Ok(s.0.next().map(IpAddress::from))
    }

    fn subscribe(&mut self, s: Resource<ResolveAddressStream>) -> wasmtime::Result<Resource<DynPollable>> {
        subscribe(self.table, Resource::<Addresses>::new_borrow(s.rep()))
    }

    fn drop(&mut self, s: Resource<ResolveAddressStream>) -> wasmtime::Result<()> {
        self.table.delete(Resource::<Addresses>::new_own(s.rep()))?;
        Ok(())
    }
}
