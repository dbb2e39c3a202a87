//! A wasm file looked at without compiling it: time and memory are linear in its size, and bounded.
//!
//! Sections and types are validated, bodies of functions are only read.  A file that breaks a rule inside a body is
//! found out by the compiler.

use wasmparser::types::Types;
use wasmparser::{
    Encoding, Export, FunctionBody, Import, MemoryType, Operator, Parser, Payload, TableType, ValidPayload,
    Validator, WasmFeatures,
};

use crate::abi::error::{Error, Result};
use crate::abi::types::{Code, CodeKind};
use crate::core::proposals;

/// Custom section that holds a tool's manifest.
const TOOL_SECTION: &str = "boxagnts.tool";
/// Largest manifest that is looked at.
const TOOL_MAX: usize = 1 << 20;
/// Most declarations of a file: types and what they are made of, imports, functions, globals, segments and their elements,
/// exports.  Each costs the parser some hundred bytes; the largest programs known have a tenth of this.
const DECLARATIONS_MAX: u64 = 4_000_000;
const PAGE: u64 = 64 << 10;

type Parsed<T> = std::result::Result<T, wasmparser::Error>;

/// What the sections of the outermost module say.
#[derive(Default)]
pub struct Sections<'a> {
    /// Imports of a core module.
    pub imports: Vec<Import<'a>>,
    /// Exports of a core module.
    pub exports: Vec<Export<'a>>,
    /// Memories, and whether they are imported.
    pub memories: Vec<(MemoryType, bool)>,
    /// Tables of its own.
    pub tables: Vec<TableType>,
    /// Names of a component's imports, in order.
    pub component_imports: Vec<&'a str>,
    /// Names of a component's exports, in order.
    pub component_exports: Vec<&'a str>,
    /// Names and sizes of custom sections.
    pub custom: Vec<(&'a str, usize)>,
    /// The tool's manifest.
    pub tool: Option<&'a str>,
    /// Some memory of the file, at any depth, is shared between threads.
    pub shared_memory: bool,
}

/// A file that was looked at.
pub struct Survey<'a> {
    /// What it is.
    pub kind: CodeKind,
    /// What it needs beyond the first version of WebAssembly, as far as `survey` was to look.
    pub needs: WasmFeatures,
    /// The sections.
    pub sections: Sections<'a>,
    /// Its types.
    pub types: Types,
}

impl Survey<'_> {
    /// Bytes of all memories of a core module as it begins.
    pub fn memory_bytes(&self) -> u64 {
        let of = |m: &MemoryType| m.initial.saturating_mul(m.page_size_log2.map_or(PAGE, |log2| 1 << log2));
        self.sections.memories.iter().filter(|m| !m.1).map(|m| of(&m.0)).fold(0, u64::saturating_add)
    }

    /// Elements of all tables of a core module as it begins.
    pub fn table_elements(&self) -> u64 {
        self.sections.tables.iter().map(|t| t.initial).fold(0, u64::saturating_add)
    }

    /// Why no engine of ours could run it, in words.
    pub fn complaint(&self) -> Option<String> {
        if self.sections.shared_memory {
            return Some(
                "it has a shared memory, and guests have one thread: build it without -pthread (atomics are fine)".into(),
            );
        }
        proposals::complaint(self.needs)
    }
}

/// How much is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Declarations.
    Sections,
    /// Bodies of functions too, for what they need.
    Bodies,
}

fn invalid(e: &wasmparser::Error) -> Error {
    Error::new(Code::Invalid, e.to_string())
}

/// Look at `wasm`.
pub fn survey(wasm: &[u8], depth: Depth) -> Result<Survey<'_>> {
    let mut needs = WasmFeatures::empty();
    let mut features = proposals::allowed();
    // Once for each proposal that is off and used in a declaration.
    let mut s = loop {
        match walk(wasm, features) {
            Ok(s) => break s?,
            Err(e) => match e.missing_wasm_feature() {
                Some(missing) if !features.contains(missing) => {
                    needs |= missing;
                    features |= missing;
                }
                _ => return Err(invalid(&e)),
            },
        }
    };
    s.needs |= needs;
    if depth == Depth::Bodies {
        s.needs |= bodies(wasm).map_err(|e| invalid(&e))?;
    }
    Ok(s)
}

fn parser(features: WasmFeatures) -> Parser {
    let mut parser = Parser::new(0);
    parser.set_features(features);
    parser
}

/// One pass over the declarations; the inner error is not the parser's.
fn walk(wasm: &[u8], features: WasmFeatures) -> Parsed<Result<Survey<'_>>> {
    let mut validator = Validator::new_with_features(features);
    let (mut kind, mut depth, mut declared) = (CodeKind::CORE, 0u32, 0);
    let mut sections = Sections::default();
    let mut needs = WasmFeatures::empty();
    let mut types = None;
    for payload in parser(features).parse_all(wasm) {
        let payload = payload?;
        declared += declarations(&payload)?;
        if declared > DECLARATIONS_MAX {
            let words =
                format!("more than {DECLARATIONS_MAX} types, imports, functions and other declarations");
            return Ok(Err(Error::new(Code::Limit, words)));
        }
        match &payload {
            Payload::Version { encoding, .. } => {
                if depth == 0 && *encoding == Encoding::Component {
                    kind = CodeKind::COMPONENT;
                }
                depth += 1;
            }
            Payload::End(_) => depth -= 1,
            _ => {}
        }
        if let ValidPayload::End(t) = validator.payload(&payload)? {
            types = Some(t);
        }
        needs |= declared_needs(&payload, &mut sections.shared_memory)?;
        if depth == 1 {
            keep(&mut sections, &payload)?;
        }
    }
    let Some(types) = types else {
        return Ok(Err(Error::new(Code::Invalid, "the file ends too early")));
    };
    Ok(Ok(Survey { kind, needs, sections, types }))
}

/// How many things a section declares; types of a component nest, so that their bytes are counted instead.
fn declarations(payload: &Payload<'_>) -> Parsed<u64> {
    let nested = |range: std::ops::Range<usize>| (range.len() / 2) as u64;
    Ok(match payload {
        Payload::TypeSection(s) => parts_of(s)?,
        Payload::ImportSection(s) => s.count().into(),
        Payload::FunctionSection(s) => s.count().into(),
        Payload::GlobalSection(s) => s.count().into(),
        Payload::TagSection(s) => s.count().into(),
        Payload::ExportSection(s) => s.count().into(),
        Payload::ElementSection(s) => elements_of(s)?,
        Payload::DataSection(s) => s.count().into(),
        Payload::InstanceSection(s) => nested(s.range()),
        Payload::CoreTypeSection(s) => nested(s.range()),
        Payload::ComponentInstanceSection(s) => nested(s.range()),
        Payload::ComponentAliasSection(s) => nested(s.range()),
        Payload::ComponentTypeSection(s) => nested(s.range()),
        Payload::ComponentCanonicalSection(s) => nested(s.range()),
        Payload::ComponentImportSection(s) => nested(s.range()),
        Payload::ComponentExportSection(s) => nested(s.range()),
        _ => 1,
    })
}

/// Types, their parameters, results and fields.
fn parts_of(s: &wasmparser::TypeSectionReader<'_>) -> Parsed<u64> {
    use wasmparser::CompositeInnerType::{Func, Struct};
    let mut n = 0;
    for group in s.clone() {
        for ty in group?.types() {
            n += 1 + match &ty.composite_type.inner {
                Func(f) => f.params().len() + f.results().len(),
                Struct(s) => s.fields.len(),
                _ => 0,
            } as u64;
        }
    }
    Ok(n)
}

/// Segments and their elements.
fn elements_of(s: &wasmparser::ElementSectionReader<'_>) -> Parsed<u64> {
    use wasmparser::ElementItems::{Expressions, Functions};
    let mut n = 0;
    for segment in s.clone() {
        n += 1 + match segment?.items {
            Functions(items) => u64::from(items.count()),
            Expressions(_, items) => u64::from(items.count()),
        };
    }
    Ok(n)
}

/// What a section needs that is on here, so that the validator does not mention it.
fn declared_needs(payload: &Payload<'_>, shared: &mut bool) -> Parsed<WasmFeatures> {
    let mut needs = WasmFeatures::empty();
    let mut of_memory = |m: &MemoryType| {
        needs.set(WasmFeatures::MEMORY64, needs.memory64() || m.memory64);
        needs.set(WasmFeatures::THREADS, needs.threads() || m.shared);
        *shared |= m.shared;
    };
    match payload {
        Payload::MemorySection(s) => {
            for m in s.clone() {
                of_memory(&m?);
            }
            needs.set(WasmFeatures::MULTI_MEMORY, s.count() > 1);
        }
        Payload::ImportSection(s) => {
            for import in s.clone().into_imports() {
                if let wasmparser::TypeRef::Memory(m) = import?.ty {
                    of_memory(&m);
                }
            }
        }
        Payload::TagSection(_) => needs |= WasmFeatures::EXCEPTIONS,
        Payload::TypeSection(s) => {
            for group in s.clone() {
                let group = group?;
                let func = |t: &wasmparser::SubType| {
                    matches!(t.composite_type.inner, wasmparser::CompositeInnerType::Func(_))
                };
                if group.is_explicit_rec_group() || !group.types().all(func) {
                    needs |= WasmFeatures::GC;
                }
            }
        }
        Payload::Version { encoding: Encoding::Component, .. } => needs |= WasmFeatures::COMPONENT_MODEL,
        _ => {}
    }
    Ok(needs)
}

/// Remember what the outermost module or component declares.
fn keep<'a>(sections: &mut Sections<'a>, payload: &Payload<'a>) -> Parsed<()> {
    match payload {
        Payload::ImportSection(s) => {
            for import in s.clone().into_imports() {
                let import = import?;
                if let wasmparser::TypeRef::Memory(m) = import.ty {
                    sections.memories.push((m, true));
                }
                sections.imports.push(import);
            }
        }
        Payload::MemorySection(s) => {
            for m in s.clone() {
                sections.memories.push((m?, false));
            }
        }
        Payload::TableSection(s) => {
            for t in s.clone() {
                sections.tables.push(t?.ty);
            }
        }
        Payload::ExportSection(s) => {
            for e in s.clone() {
                sections.exports.push(e?);
            }
        }
        Payload::ComponentImportSection(s) => {
            for i in s.clone() {
                sections.component_imports.push(i?.name.name);
            }
        }
        Payload::ComponentExportSection(s) => {
            for e in s.clone() {
                sections.component_exports.push(e?.name.name);
            }
        }
        Payload::CustomSection(s) => {
            let data = s.data();
            sections.custom.push((s.name(), data.len()));
            if s.name() == TOOL_SECTION && data.len() <= TOOL_MAX {
                sections.tool = std::str::from_utf8(data).ok();
            }
        }
        _ => {}
    }
    Ok(())
}

/// What the bodies of all functions need.
fn bodies(wasm: &[u8]) -> Parsed<WasmFeatures> {
    let mut needs = WasmFeatures::empty();
    for payload in parser(WasmFeatures::all()).parse_all(wasm) {
        if let Payload::CodeSectionEntry(body) = payload? {
            needs |= body_needs(&body)?;
        }
    }
    Ok(needs)
}

fn body_needs(body: &FunctionBody<'_>) -> Parsed<WasmFeatures> {
    let mut needs = WasmFeatures::empty();
    let mut operators = body.get_operators_reader()?;
    while !operators.eof() {
        let op: Operator<'_> = operators.read()?;
        needs |= proposals::of_operator(&op);
    }
    Ok(needs)
}
