//! From a module to one that begins where an initialisation of it ended.

use wasmtime::{Engine, Instance, Linker, Memory, Module, Store, Val};
use wasmtime_wizer::{InstanceState, SnapshotVal, Wizer};

use crate::abi::error::{Error, Result};
use crate::abi::types::Code;

struct Initialised {
    store: Store<()>,
    instance: Instance,
}

impl Initialised {
    fn memory(&mut self, name: &str) -> Memory {
        self.instance.get_memory(&mut self.store, name).expect("an export that the instrumentation added")
    }
}

impl InstanceState for Initialised {
    async fn global_get(&mut self, name: &str, _: wasmparser::ValType) -> SnapshotVal {
        let global = self.instance.get_global(&mut self.store, name).expect("an export that the instrumentation added");
        match global.get(&mut self.store) {
            Val::I32(v) => SnapshotVal::I32(v),
            Val::I64(v) => SnapshotVal::I64(v),
            Val::F32(v) => SnapshotVal::F32(v),
            Val::F64(v) => SnapshotVal::F64(v),
            Val::V128(v) => SnapshotVal::V128(v.as_u128()),
            _ => unreachable!("the instrumentation exports numbers only"),
        }
    }

    async fn memory_contents(&mut self, name: &str, contents: impl FnOnce(&[u8]) + Send) {
        let memory = self.memory(name);
        contents(memory.data(&self.store));
    }
}

fn initialise(wasm: &[u8], function: &str) -> wasmtime::Result<Initialised> {
    let engine = Engine::default();
    let module = Module::new(&engine, wasm)?;
    let mut store = Store::new(&engine, ());
    let mut linker = Linker::new(&engine);
    linker.define_unknown_imports_as_traps(&module)?;
    let instance = linker.instantiate(&mut store, &module)?;
    instance.get_typed_func::<(), ()>(&mut store, function)?.call(&mut store, ())?;
    Ok(Initialised { store, instance })
}

/// Call the exported function `wizer-initialize` of `wasm`; see `bx_engine_snapshot`.
pub fn snapshot(wasm: &[u8]) -> Result<Vec<u8>> {
    let wizer = Wizer::new();
    let made = (|| {
        let (context, instrumented) = wizer.instrument(wasm)?;
        let mut state = initialise(&instrumented, wizer.get_init_func())?;
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        runtime.block_on(wizer.snapshot(&context, &mut state))
    })();
    made.map_err(|e: wasmtime::Error| Error::new(Code::Invalid, format!("{e:#}")))
}
