//! Engines: compile settings and where instances live.

use std::ffi::CString;
use std::hash::{Hash, Hasher};
use std::num::NonZeroUsize;
use std::sync::{Arc, OnceLock};

use wasmtime::{Config, Enabled, InstanceAllocationStrategy, PoolingAllocationConfig, WasmBacktraceDetails};

use super::code_memory::ReadExecute;
use super::{proposals, whole_scan};
use crate::abi::error::{Error, Result};
use crate::abi::types::{Code, EngineConfig};

/// Frames kept of a wasm backtrace.
const BACKTRACE_FRAMES: NonZeroUsize = NonZeroUsize::new(32).unwrap();
/// Address space reserved for one 32-bit memory, so that it never moves and needs no bounds checks.
const RESERVATION: u64 = 4 << 30;
/// Unmapped bytes after each memory; covers constant offsets.
const GUARD: u64 = 32 << 20;

/// Bytes of stack of a thread that compiles: what the main thread usually has.
const COMPILER_STACK: usize = 8 << 20;

/// Pages of initial memory up to which resetting all of it is cheaper than asking which pages were written.
const SMALL_PAGES: u64 = 3;

/// `bx_engine`.
pub struct BxEngine {
    engine: wasmtime::Engine,
    /// Like `engine`, but with slots that are reset by a scan; made when the first larger module comes.
    scanning: OnceLock<Option<wasmtime::Engine>>,
    /// What it was made from.
    pub config: EngineConfig,
    /// Whether there was address space for memories that never move.
    roomy: bool,
    /// Whether instances come from a pool.
    pub pooled: bool,
    /// See `bx_engine_fingerprint`.
    pub fingerprint: CString,
}

impl BxEngine {
    /// Make an engine; falls back from pooled to on-demand allocation when address space is short.
    pub fn new(cfg: EngineConfig) -> Result<Self> {
        check(&cfg)?;
        let roomy = address_space_for(RESERVATION + GUARD);
        if cfg.slots > 0 && roomy {
            let mut config = settings(&cfg, roomy);
            config.allocation_strategy(pool(&cfg, Enabled::No));
            if let Ok(engine) = wasmtime::Engine::new(&config) {
                return Ok(Self::finish(engine, cfg, roomy, true));
            }
        }
        let mut config = settings(&cfg, roomy);
        config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
        let engine = wasmtime::Engine::new(&config).map_err(|e| Error::from_wasmtime(Code::Internal, &e))?;
        Ok(Self::finish(engine, cfg, roomy, false))
    }

    fn finish(engine: wasmtime::Engine, config: EngineConfig, roomy: bool, pooled: bool) -> Self {
        let fingerprint = CString::new(fingerprint(&engine)).unwrap_or_default();
        BxEngine { engine, scanning: OnceLock::new(), config, roomy, pooled, fingerprint }
    }

    /// Compile with `f`, on as many threads as the settings say; their code loads into all engines of this one.  The
    /// threads are those of this compilation alone, so that one the system refuses is an answer and not a panic of
    /// a pool the process shares: then the calling thread does all the work.
    pub fn compile<R: Send>(&self, f: impl FnOnce(&wasmtime::Engine) -> R + Send) -> Result<R> {
        let threads = self.config.compile_threads as usize;
        if threads <= 1 {
            return Ok(f(&self.engine));
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(COMPILER_STACK);
        if let Ok(pool) = pool.build() {
            return Ok(pool.install(|| f(&self.engine)));
        }
        let mut config = settings(&EngineConfig { compile_threads: 1, ..self.config }, self.roomy);
        config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
        let alone = wasmtime::Engine::new(&config).map_err(|e| Error::from_wasmtime(Code::Internal, &e))?;
        Ok(f(&alone))
    }

    /// The engine that suits a module with so many pages of initial memory.
    pub fn for_memory(&self, pages: u64) -> &wasmtime::Engine {
        if pages <= SMALL_PAGES || !self.pooled || self.config.pagemap_scan == 0 {
            return &self.engine;
        }
        let scanning = self.scanning.get_or_init(|| {
            let mut config = settings(&self.config, true);
            config.allocation_strategy(pool(&self.config, Enabled::Yes));
            wasmtime::Engine::new(&config).ok().filter(|_| whole_scan::is_in_place())
        });
        scanning.as_ref().unwrap_or(&self.engine)
    }

    /// Where code goes that a pool is too small for; `None` when there is no pool.  For finding out, not for running.
    pub fn without_pool(&self) -> Option<wasmtime::Engine> {
        if !self.pooled {
            return None;
        }
        let mut config = settings(&self.config, true);
        config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
        wasmtime::Engine::new(&config).ok()
    }

    /// Advance the epoch of everything that runs.
    pub fn tick(&self) {
        self.engine.increment_epoch();
        if let Some(Some(scanning)) = self.scanning.get() {
            scanning.increment_epoch();
        }
    }
}

fn check(cfg: &EngineConfig) -> Result<()> {
    let limit = |msg: String| Err(Error::new(Code::Limit, msg));
    if cfg.memory_max == 0 || cfg.memory_max > RESERVATION {
        return limit(format!("memory_max is {} bytes; use 1 to {RESERVATION}", cfg.memory_max));
    }
    if cfg.max_wasm_stack < 16 << 10 || cfg.max_wasm_stack > 1 << 30 {
        return limit(format!("max_wasm_stack is {} bytes; use 16 KiB to 1 GiB", cfg.max_wasm_stack));
    }
    if cfg.table_max == 0 || cfg.table_max > 10_000_000 {
        return limit(format!("table_max is {} elements; use 1 to 10000000", cfg.table_max));
    }
    if cfg.slots > 100_000 {
        return limit(format!("{} slots; use at most 100000", cfg.slots));
    }
    Ok(())
}

/// Settings that decide what code looks like.  They must not depend on the allocator: code compiled by one
/// engine is loaded by another with the same fingerprint.
fn settings(cfg: &EngineConfig, roomy: bool) -> Config {
    let mut c = Config::new();
    c.epoch_interruption(true);
    c.consume_fuel(cfg.fuel != 0);
    c.max_wasm_stack(cfg.max_wasm_stack as usize);
    // Nothing runs on fibers: the stack only has to be larger than the guest's share of it.
    c.async_stack_size((cfg.max_wasm_stack + (64 << 10)) as usize);
    if roomy {
        c.memory_reservation(RESERVATION);
        c.memory_guard_size(GUARD);
        c.memory_may_move(false);
    } else {
        // Too little address space (RLIMIT_AS and the like): bounds checks instead of guard regions.
        c.memory_reservation(0);
        c.memory_reservation_for_growth(1 << 20);
        c.memory_guard_size(64 << 10);
        c.guard_before_linear_memory(false);
        c.gc_heap_reservation(0);
        c.gc_heap_guard_size(64 << 10);
    }
    c.wasm_backtrace_max_frames(Some(BACKTRACE_FRAMES));
    // Debug sections of a guest are hostile input; function names are enough.
    c.wasm_backtrace_details(WasmBacktraceDetails::Disable);
    c.native_unwind_info(false);
    c.generate_address_map(true);
    c.parallel_compilation(cfg.compile_threads > 1);
    c.shared_memory(false);
    if ReadExecute::IS_ENOUGH {
        c.with_custom_code_memory(Some(Arc::new(ReadExecute)));
    }
    if cfg.portable != 0 {
        portable(&mut c);
    }
    for p in proposals::TABLE {
        c.wasm_features(p.feature, p.on);
    }
    c
}

/// Name a target instead of taking this machine's: with it Cranelift uses what every processor of the architecture has,
/// and what is enabled here.
fn portable(c: &mut Config) {
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    if c.target(&target).is_ok() && cfg!(target_arch = "x86_64") {
        // SAFETY: a preset of Cranelift's; code that uses what a processor lacks is refused when it is loaded.
        unsafe {
            c.cranelift_flag_enable("x86-64-v2");
        }
    }
}

fn pool(cfg: &EngineConfig, scan: Enabled) -> PoolingAllocationConfig {
    let slots = cfg.slots;
    let mut p = PoolingAllocationConfig::new();
    p.total_core_instances(slots.saturating_mul(4));
    p.total_component_instances(slots.min(10_000));
    p.total_memories(slots);
    p.total_tables(slots.saturating_mul(2));
    p.total_gc_heaps(slots.min(1000));
    p.total_stacks(0);
    p.max_memories_per_module(slots.min(4));
    p.max_tables_per_module(slots.saturating_mul(2).min(16));
    p.max_memory_size(cfg.memory_max as usize);
    p.table_elements(cfg.table_max as usize);
    p.max_unused_warm_slots(cfg.warm_slots);
    p.linear_memory_keep_resident(cfg.keep_resident as usize);
    p.table_keep_resident(64 << 10);
    p.pagemap_scan(scan);
    p
}

/// Whether a mapping of `bytes` can be made at all.
fn address_space_for(bytes: u64) -> bool {
    // SAFETY: a fresh private mapping nobody else knows, unmapped at once.
    unsafe {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        let p = libc::mmap(std::ptr::null_mut(), bytes as usize, libc::PROT_NONE, flags, -1, 0);
        if p == libc::MAP_FAILED {
            return false;
        }
        libc::munmap(p, bytes as usize);
        true
    }
}

fn fingerprint(engine: &wasmtime::Engine) -> String {
    let hash = |salt: u8| {
        let mut h = std::hash::DefaultHasher::new();
        salt.hash(&mut h);
        engine.precompile_compatibility_hash().hash(&mut h);
        h.finish()
    };
    format!(
        "bx-engine {} wasmtime {} {} {:016x}{:016x}",
        env!("CARGO_PKG_VERSION"),
        VERSION.trim_end_matches('\0'),
        std::env::consts::ARCH,
        hash(1),
        hash(2)
    )
}

/// Version of the Wasmtime crate this build is locked to, NUL-terminated for C.
pub const VERSION: &str = concat!(env!("BX_WASMTIME_VERSION"), "\0");
