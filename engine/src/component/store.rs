//! What the store of a component call carries.

use std::sync::Arc;

use wasmtime::component::ResourceTable;
use wasmtime_wasi::sockets::{WasiSocketsCtx, WasiSocketsCtxView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView};

use super::http::Hooks;
use super::net;
use super::state::{Shared, View};
use crate::core::ends::Cause;
use crate::core::limiter::Limiter;

/// Handles of a call when its caller names no number.
const HANDLES: usize = 4096;

/// The data of a component's store.
pub struct State {
    /// Handles of the guest.
    pub table: ResourceTable,
    /// Sizes against limits.
    pub limiter: Limiter,
    /// The call.
    pub shared: Arc<Shared>,
    /// Exit code, once the guest asked to exit.
    pub exit: Option<u8>,
    http: WasiHttpCtx,
    http_hooks: Hooks,
    sockets: Option<Box<WasiSocketsCtx>>,
}

impl State {
    /// State of one call; `weight` is that of the component.
    pub fn new(shared: Arc<Shared>, weight: u64) -> State {
        let call = shared.call();
        let mut table = ResourceTable::new();
        table.set_max_capacity(if call.max_handles == 0 { HANDLES } else { call.max_handles as usize });
        let mut http = WasiHttpCtx::new();
        if call.max_field_bytes != 0 {
            http.set_field_size_limit(call.max_field_bytes as usize);
        }
        let mut limiter = Limiter::new(&call.limits);
        limiter.set_instance_bytes(weight);
        let http_hooks = Hooks::new(shared.clone());
        State { table, limiter, shared, exit: None, http, http_hooks, sockets: None }
    }

    /// Look at what the host keeps for the guest; every host function begins here.  Over the limit the guest ends at
    /// the next tick, and gets no more handles or fields until then.
    pub fn look(&mut self) {
        if self.limiter.over() {
            self.limiter.memory_refused = self.limiter.memory_refused.saturating_add(1);
            let _ = self.shared.end(Cause::Kept);
            self.table.set_max_capacity(0);
            self.http.set_field_size_limit(0);
        }
    }

    /// The bare table.
    pub fn table(&mut self) -> &mut ResourceTable {
        self.look();
        &mut self.table
    }

    /// View for the interfaces implemented here.
    pub fn view(&mut self) -> View<'_> {
        self.look();
        View { table: &mut self.table, shared: &self.shared, exit: &mut self.exit }
    }

    /// View for `wasi:sockets`.
    pub fn sockets(&mut self) -> WasiSocketsCtxView<'_> {
        self.look();
        let shared = &self.shared;
        let ctx = self.sockets.get_or_insert_with(|| net::context(shared));
        WasiSocketsCtxView { ctx, table: &mut self.table }
    }

    /// View for `wasi:http`.
    pub fn http(&mut self) -> WasiHttpCtxView<'_> {
        self.look();
        WasiHttpCtxView { ctx: &mut self.http, table: &mut self.table, hooks: &mut self.http_hooks }
    }

    /// Free what requests still hold of the embedder's.
    pub fn release_requests(&mut self) {
        self.http_hooks.release();
    }
}
