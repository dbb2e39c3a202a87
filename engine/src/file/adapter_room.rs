//! Room for the preview1 adapter in a guest's memory, out of the guest's sight.
//!
//! The adapter keeps its state in the memory of the module it serves.  A module without `cabi_realloc` has its
//! memory grown for that, before the module's own allocator first looks at the memory's size: older wasi-libc takes
//! everything up to that size for its heap, and later writes over the adapter's state.  So the module gets the
//! pages as part of its initial memory, a `cabi_realloc` that hands them out, and the guest's `memory.size` does
//! not mention them until its first `memory.grow`.  As a side effect nothing is grown in a call any more.

use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ExportKind, ExportSection, Function, FunctionSection, GlobalSection,
    GlobalType, Instruction as I, MemorySection, Module, TypeSection, ValType,
};
use wasmparser::{Parser, Payload, TypeRef};

/// What the adapter takes: its state and its stack, 64 KiB each.
const ROOM: u64 = 2;
const PAGE: u64 = 64 << 10;
const MAX_PAGES: u64 = 65536;

type Result<T> = std::result::Result<T, Error<Infallible>>;

/// Where the additions go in a module's index spaces.
struct Room {
    /// Pages the module asks for itself.
    pages: u64,
    types: u32,
    functions: u32,
    globals: u32,
}

impl Room {
    fn size_fn(&self) -> u32 {
        self.functions
    }
    fn grow_fn(&self) -> u32 {
        self.functions + 1
    }
    fn realloc_fn(&self) -> u32 {
        self.functions + 2
    }
    /// Whether the guest has grown its memory.
    fn grown(&self) -> u32 {
        self.globals
    }
    /// First free byte of the room.
    fn next(&self) -> u32 {
        self.globals + 1
    }

    /// memory.size as the guest may see it.
    fn size(&self) -> Function {
        let mut f = Function::new([]);
        f.instruction(&I::GlobalGet(self.grown()))
            .instruction(&I::If(BlockType::Result(ValType::I32)))
            .instruction(&I::MemorySize(0))
            .instruction(&I::Else)
            .instruction(&I::I32Const(self.pages as i32))
            .instruction(&I::End)
            .instruction(&I::End);
        f
    }

    /// memory.grow; growing by nothing asks for the size.
    fn grow(&self) -> Function {
        let mut f = Function::new([(1, ValType::I32)]);
        f.instruction(&I::LocalGet(0))
            .instruction(&I::I32Eqz)
            .instruction(&I::If(BlockType::Empty))
            .instruction(&I::Call(self.size_fn()))
            .instruction(&I::Return)
            .instruction(&I::End)
            .instruction(&I::LocalGet(0))
            .instruction(&I::MemoryGrow(0))
            .instruction(&I::LocalTee(1))
            .instruction(&I::I32Const(-1))
            .instruction(&I::I32Ne)
            .instruction(&I::If(BlockType::Empty))
            .instruction(&I::I32Const(1))
            .instruction(&I::GlobalSet(self.grown()))
            .instruction(&I::End)
            .instruction(&I::LocalGet(1))
            .instruction(&I::End);
        f
    }

    /// cabi_realloc(old, old_size, align, size): fresh blocks only, from the room or else from new pages.
    fn realloc(&self) -> Function {
        let end = ((self.pages + ROOM) * PAGE) as i32;
        let mut f = Function::new([(1, ValType::I32)]);
        f.instruction(&I::LocalGet(1))
            .instruction(&I::If(BlockType::Empty))
            .instruction(&I::Unreachable)
            .instruction(&I::End)
            // p = next rounded up to align
            .instruction(&I::GlobalGet(self.next()))
            .instruction(&I::LocalGet(2))
            .instruction(&I::I32Add)
            .instruction(&I::I32Const(1))
            .instruction(&I::I32Sub)
            .instruction(&I::I32Const(0))
            .instruction(&I::LocalGet(2))
            .instruction(&I::I32Sub)
            .instruction(&I::I32And)
            .instruction(&I::LocalTee(4))
            .instruction(&I::I32Const(end))
            .instruction(&I::I32LeU)
            .instruction(&I::LocalGet(3))
            .instruction(&I::I32Const(end))
            .instruction(&I::LocalGet(4))
            .instruction(&I::I32Sub)
            .instruction(&I::I32LeU)
            .instruction(&I::I32And)
            .instruction(&I::If(BlockType::Empty))
            .instruction(&I::LocalGet(4))
            .instruction(&I::LocalGet(3))
            .instruction(&I::I32Add)
            .instruction(&I::GlobalSet(self.next()))
            .instruction(&I::LocalGet(4))
            .instruction(&I::Return)
            .instruction(&I::End)
            // whole pages for what does not fit
            .instruction(&I::LocalGet(3))
            .instruction(&I::I32Const(16))
            .instruction(&I::I32ShrU)
            .instruction(&I::I32Const(1))
            .instruction(&I::I32Add)
            .instruction(&I::MemoryGrow(0))
            .instruction(&I::LocalTee(4))
            .instruction(&I::I32Const(-1))
            .instruction(&I::I32Eq)
            .instruction(&I::If(BlockType::Empty))
            .instruction(&I::Unreachable)
            .instruction(&I::End)
            .instruction(&I::LocalGet(4))
            .instruction(&I::I32Const(16))
            .instruction(&I::I32Shl)
            .instruction(&I::End);
        f
    }
}

impl Reencode for Room {
    type Error = Infallible;

    fn instruction<'a>(&mut self, op: wasmparser::Operator<'a>) -> Result<I<'a>> {
        match op {
            wasmparser::Operator::MemorySize { mem: 0 } => Ok(I::Call(self.size_fn())),
            wasmparser::Operator::MemoryGrow { mem: 0 } => Ok(I::Call(self.grow_fn())),
            op => utils::instruction(self, op),
        }
    }

    fn parse_type_section(
        &mut self,
        types: &mut TypeSection,
        s: wasmparser::TypeSectionReader<'_>,
    ) -> Result<()> {
        utils::parse_type_section(self, types, s)?;
        types.ty().function([], [ValType::I32]);
        types.ty().function([ValType::I32], [ValType::I32]);
        types.ty().function([ValType::I32; 4], [ValType::I32]);
        Ok(())
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        s: wasmparser::FunctionSectionReader<'_>,
    ) -> Result<()> {
        utils::parse_function_section(self, functions, s)?;
        for i in 0..3 {
            functions.function(self.types + i);
        }
        Ok(())
    }

    fn parse_memory_section(
        &mut self,
        memories: &mut MemorySection,
        s: wasmparser::MemorySectionReader<'_>,
    ) -> Result<()> {
        for memory in s {
            let mut m = self.memory_type(memory.map_err(Error::ParseError)?)?;
            m.minimum += ROOM;
            m.maximum = m.maximum.map(|max| (max + ROOM).min(MAX_PAGES));
            memories.memory(m);
        }
        Ok(())
    }

    fn parse_global_section(
        &mut self,
        globals: &mut GlobalSection,
        s: wasmparser::GlobalSectionReader<'_>,
    ) -> Result<()> {
        utils::parse_global_section(self, globals, s)?;
        let ty = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
        globals.global(ty, &ConstExpr::i32_const(0));
        globals.global(ty, &ConstExpr::i32_const((self.pages * PAGE) as i32));
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        s: wasmparser::ExportSectionReader<'_>,
    ) -> Result<()> {
        utils::parse_export_section(self, exports, s)?;
        exports.export("cabi_realloc", ExportKind::Func, self.realloc_fn());
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        s: wasmparser::CodeSectionReader<'_>,
    ) -> Result<()> {
        utils::parse_code_section(self, code, s)?;
        for f in [self.size(), self.grow(), self.realloc()] {
            code.function(&f);
        }
        Ok(())
    }
}

/// Where to add what is needed; `None` for modules that need or bear no change.
fn survey(wasm: &[u8]) -> std::result::Result<Option<Room>, wasmparser::BinaryReaderError> {
    let mut room = Room { pages: 0, types: 0, functions: 0, globals: 0 };
    let (mut memory, mut exports, mut code, mut globals, mut adapted) = (false, false, false, false, false);
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::TypeSection(s) => {
                for group in s {
                    room.types += group?.types().count() as u32;
                }
            }
            Payload::ImportSection(s) => {
                for import in s.into_imports() {
                    let import = import?;
                    adapted |= import.module == "wasi_snapshot_preview1";
                    match import.ty {
                        TypeRef::Func(_) | TypeRef::FuncExact(_) => room.functions += 1,
                        TypeRef::Global(_) => room.globals += 1,
                        TypeRef::Memory(_) => return Ok(None),
                        _ => {}
                    }
                }
            }
            Payload::FunctionSection(s) => room.functions += s.count(),
            Payload::MemorySection(s) => {
                for m in s.clone() {
                    let m = m?;
                    let odd = m.memory64 || m.shared || m.page_size_log2.is_some() || s.count() != 1;
                    // The last page stays free, so that no address computed here wraps around.
                    if odd || m.initial + ROOM >= MAX_PAGES {
                        return Ok(None);
                    }
                    memory = true;
                    room.pages = m.initial;
                }
            }
            Payload::GlobalSection(s) => {
                globals = true;
                room.globals += s.count();
            }
            Payload::ExportSection(s) => {
                exports = true;
                for e in s {
                    if matches!(e?.name, "cabi_realloc" | "cabi_import_realloc") {
                        return Ok(None);
                    }
                }
            }
            Payload::CodeSectionStart { .. } => code = true,
            _ => {}
        }
    }
    Ok((memory && exports && code && globals && adapted).then_some(room))
}

/// `wasm` with room for the adapter, or `None` when it is to be taken as it is.
pub fn make_room(wasm: &[u8]) -> Option<Vec<u8>> {
    let mut room = survey(wasm).ok().flatten()?;
    let mut module = Module::new();
    room.parse_core_module(&mut module, Parser::new(0), wasm).ok()?;
    Some(module.finish())
}
