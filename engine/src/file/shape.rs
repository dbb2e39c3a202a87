//! Shapes that take a compiler long whatever they do: found out by parsing, before it begins.
//!
//! For each place where the paths through a function part or meet, a compiler keeps which values are alive there.  So a
//! function costs its values times its branches, which a few kilobytes can make billions of; and one that is declared
//! costs its parameters and results, which are a byte or two each time after the first.

use wasmparser::{
    CompositeInnerType, FuncToValidate, FunctionBody, Operator, Parser, Payload, TypeSectionReader, ValidPayload,
    Validator, ValidatorResources,
};

use super::survey::Depth;
use crate::abi::error::{Error, Result};
use crate::abi::types::Code;
use crate::core::proposals;

/// Most values times branches of a function: parameters, locals and operands, times blocks, branches and their targets.
/// The largest of optimised programs have some hundred thousand, an interpreter compiled without optimisation 12 million.
const FUNCTION_MAX: u64 = 1 << 26;
/// Most of all functions together, beside [`PER_BYTE`].
const FILE_MAX: u64 = 1 << 27;
/// And for each byte of the file: it is programs that are large.
const PER_BYTE: u64 = 64;
/// Functions below this are not counted: as many bytes of any other shape cost as much.
const LIGHT: u64 = 1 << 20;
/// Most parameters and results of all functions that are declared; the largest programs known have a tenth of this.
const SIGNATURES_MAX: u64 = 8_000_000;

type Parsed<T> = std::result::Result<T, wasmparser::Error>;

/// What is known of a module whose sections are being read.
#[derive(Default)]
struct Inside {
    /// Parameters of each type, and its results; nothing for one that is no function.
    types: Vec<(u32, u32)>,
    /// Types of its own functions.
    functions: Vec<u32>,
    /// Bodies seen.
    bodies: usize,
}

/// Counts of a file so far.
#[derive(Default)]
struct Shape {
    signatures: u64,
    weight: u64,
    bodies: u64,
}

/// Refuse a file that is over one of the bounds above, as far as is looked.  What is no valid file passes: the compiler says
/// what is wrong.
pub fn refuse(wasm: &[u8], depth: Depth) -> Result<()> {
    match walk(wasm, depth) {
        Ok(r) => r,
        Err(_) => Ok(()),
    }
}

fn limit(words: String) -> Result<()> {
    Err(Error::new(Code::Limit, words))
}

fn walk(wasm: &[u8], depth: Depth) -> Parsed<Result<()>> {
    let mut validator = Validator::new_with_features(proposals::allowed());
    let mut parser = Parser::new(0);
    parser.set_features(proposals::allowed());
    let (mut open, mut all) = (Vec::new(), Shape::default());
    for payload in parser.parse_all(wasm) {
        let payload = payload?;
        let func = match validator.payload(&payload)? {
            ValidPayload::Func(f, body) if depth == Depth::Bodies => Some((f, body)),
            _ => None,
        };
        match &payload {
            Payload::Version { .. } => open.push(Inside::default()),
            Payload::End(_) => drop(open.pop()),
            _ => {}
        }
        let Some(inside) = open.last_mut() else { continue };
        match payload {
            Payload::TypeSection(s) => add_types(inside, s)?,
            Payload::FunctionSection(s) => {
                for ty in s {
                    let ty = ty?;
                    let (params, results) = inside.types.get(ty as usize).copied().unwrap_or((0, 0));
                    all.signatures += u64::from(params) + u64::from(results);
                    inside.functions.push(ty);
                }
            }
            _ => {}
        }
        if all.signatures > SIGNATURES_MAX {
            return Ok(limit(format!(
                "its functions have more than {SIGNATURES_MAX} parameters and results in all"
            )));
        }
        if let Some((f, body)) = func {
            let params = inside.params();
            all.bodies += body.as_bytes().len() as u64;
            if let Some(words) = all.add(params, f, &body)? {
                return Ok(limit(words));
            }
        }
    }
    Ok(Ok(()))
}

fn add_types(inside: &mut Inside, s: TypeSectionReader<'_>) -> Parsed<()> {
    for group in s {
        inside.types.extend(group?.types().map(|t| match &t.composite_type.inner {
            CompositeInnerType::Func(f) => (f.params().len() as u32, f.results().len() as u32),
            _ => (0, 0),
        }));
    }
    Ok(())
}

impl Inside {
    /// Parameters of the function whose body comes next.
    fn params(&mut self) -> u64 {
        let ty = self.functions.get(self.bodies).copied();
        self.bodies += 1;
        ty.and_then(|ty| self.types.get(ty as usize)).map_or(0, |t| t.0.into())
    }
}

impl Shape {
    /// Count a function; words when that is one too many.
    fn add(
        &mut self,
        params: u64,
        f: FuncToValidate<ValidatorResources>,
        body: &FunctionBody<'_>,
    ) -> Parsed<Option<String>> {
        let mut values = params;
        for local in body.get_locals_reader()? {
            values = values.saturating_add(local?.0.into());
        }
        let (operators, branches) = count(body)?;
        if values.saturating_add(operators).saturating_mul(branches) <= LIGHT {
            return Ok(None);
        }
        let index = f.index;
        let values = values.saturating_add(operands(f, body)?);
        let weight = values.saturating_mul(branches);
        if weight > FUNCTION_MAX {
            return Ok(Some(format!(
                "function {index} has {values} parameters, locals and operands and {branches} branches: compiling it \
                 takes their product, which may be {FUNCTION_MAX} at most"
            )));
        }
        if weight > LIGHT {
            self.weight += weight;
        }
        let most = FILE_MAX + PER_BYTE * self.bodies;
        if self.weight > most {
            return Ok(Some(format!(
                "its functions have too many locals and branches: their products are {} in all, and may be {FILE_MAX} and \
                 {PER_BYTE} for each byte of code at most",
                self.weight
            )));
        }
        Ok(None)
    }
}

/// How many operators there are, and in how many ways they part and join.
fn count(body: &FunctionBody<'_>) -> Parsed<(u64, u64)> {
    let mut reader = body.get_operators_reader()?;
    let (mut operators, mut branches) = (0, 0);
    while !reader.eof() {
        operators += 1;
        branches += match reader.read()? {
            Operator::Block { .. }
            | Operator::Loop { .. }
            | Operator::If { .. }
            | Operator::Else
            | Operator::Br { .. }
            | Operator::BrIf { .. }
            | Operator::BrOnNull { .. }
            | Operator::BrOnNonNull { .. }
            | Operator::BrOnCast { .. }
            | Operator::BrOnCastFail { .. } => 1,
            Operator::BrTable { targets } => u64::from(targets.len()) + 1,
            Operator::TryTable { try_table } => try_table.catches.len() as u64 + 1,
            _ => 0,
        };
    }
    Ok((operators, branches))
}

/// Most operands that are there at once.
fn operands(f: FuncToValidate<ValidatorResources>, body: &FunctionBody<'_>) -> Parsed<u64> {
    let mut validator = f.into_validator(Default::default());
    let mut reader = body.get_binary_reader();
    validator.read_locals(&mut reader)?;
    let mut operators = wasmparser::OperatorsReader::new(reader);
    let mut most = 0;
    while !operators.eof() {
        let (op, at) = operators.read_with_offset()?;
        validator.op(at, &op)?;
        most = most.max(validator.operand_stack_height());
    }
    Ok(most.into())
}
