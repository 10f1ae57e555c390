//! The state of one render, and what bounds it.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::code::{Code, Loaded};
use super::frame::{Frame, UNRESOLVED, Variable};
use super::records::{BlockNode, Counter, Cycle, Inheritance, Trust};
use super::render::Render;
use crate::error::{Error, Problem};
use crate::php::{Array, Context, Str, Value};
use crate::program::Template;

pub(super) type RenderResult<T> = Result<T, Problem>;

pub(super) struct Evaluator<'r> {
    pub render: &'r Render<'r>,
    pub context: Context<'r>,
    pub out: Vec<u8>,
    pub trust: Trust,
    /// The bytes that may still be printed, captured output included.
    pub output_left: usize,
    pub loops_left: u64,
    pub depth: u32,
    pub includes: u32,
    pub calls: u32,
    pub vars: Vec<Variable>,
    pub frame: Frame,
    /// The frames of the including templates, outermost first.
    pub outer: Vec<Frame>,
    /// The names of all symbols, and the reverse mapping. The latter is built once a second template or a computed name
    /// needs it.
    pub names: Vec<Box<str>>,
    pub symbol_of: Option<FxHashMap<Box<str>, u32>>,
    /// The host's variable for each symbol, once looked up.
    pub host_vars: Vec<u32>,
    /// A variable of an inner frame is visible in an outer one and must outlive the inner frame.
    pub escaped: bool,
    pub loaded: Vec<Loaded<'r>>,
    pub loaded_of: FxHashMap<Vec<u8>, usize>,
    pub captures: Array,
    pub counters: FxHashMap<Str, Counter>,
    pub cycles: FxHashMap<Str, Cycle>,
    pub inheritances: Vec<Inheritance>,
    pub nodes: Vec<BlockNode>,
    /// The block that is being rendered.
    pub block: Option<usize>,
    /// The position of the first problem.
    pub failed: Option<(Rc<str>, u32, u32)>,
    /// An error of parsing another file, kept whole.
    pub foreign: Option<Box<Error>>,
}

impl<'r> Evaluator<'r> {
    pub(super) fn new<'t: 'r>(root: &'t Template, render: &'r Render<'r>) -> Evaluator<'r> {
        let mut context = Context::new(render.clock);
        context.limits = render.limits.values;
        context.fuel = render.limits.fuel;
        let mut evaluator = Evaluator {
            render,
            context,
            out: Vec::with_capacity(root.program.text.len() * 2),
            trust: Trust::default(),
            output_left: render.limits.output_bytes,
            loops_left: render.limits.loop_steps,
            depth: 0,
            includes: 0,
            calls: 0,
            vars: Vec::new(),
            frame: Frame::root(root.program.symbols.len()),
            outer: Vec::new(),
            names: root.program.symbols.to_vec(),
            symbol_of: None,
            host_vars: vec![UNRESOLVED; root.program.symbols.len()],
            escaped: false,
            loaded: vec![Loaded::root(root)],
            loaded_of: FxHashMap::default(),
            captures: Array::new(),
            counters: FxHashMap::default(),
            cycles: FxHashMap::default(),
            inheritances: Vec::new(),
            nodes: Vec::new(),
            block: None,
            failed: None,
            foreign: None,
        };
        evaluator.register_functions(0);
        evaluator
    }

    pub(super) fn error(self, problem: Problem, root: &Template) -> Error {
        if let Some(error) = self.foreign {
            return *error;
        }
        let (template, line, column) = self.failed.unwrap_or((Rc::clone(&root.name), 1, 1));
        Error {
            kind: problem.kind,
            template: template.to_string(),
            line,
            column,
            excerpt: String::new(),
            message: problem.message,
        }
    }

    /// Records the position of a problem, unless an inner statement has done so.
    pub(super) fn locate(&mut self, code: &Code<'_>, at: u32) {
        if self.failed.is_none() {
            let place = code.program.lines.position(at);
            self.failed = Some((Rc::clone(code.name), place.line, place.column));
        }
    }

    /// Enters one level of nesting; [`Evaluator::leave`] ends it.
    pub(super) fn enter(&mut self) -> RenderResult<()> {
        self.depth += 1;
        if self.depth > self.render.limits.depth {
            let max = self.render.limits.depth;
            return Err(Problem::limit(format!("nesting depth exceeds {max}")));
        }
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Appends to the document.
    pub(super) fn print_bytes(&mut self, bytes: &[u8]) -> RenderResult<()> {
        self.allow_output(bytes.len())?;
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    pub(super) fn allow_output(&mut self, bytes: usize) -> RenderResult<()> {
        let max = self.render.limits.output_bytes;
        let left = self.output_left.checked_sub(bytes);
        self.output_left = left.ok_or_else(|| Problem::limit(format!("output exceeds {max} bytes")))?;
        Ok(())
    }

    /// Prints a value; untrusted text goes through the file's escaping.
    pub(super) fn print_value(&mut self, value: &Value) -> RenderResult<()> {
        let before = self.out.len();
        match value {
            Value::Str(s) if s.is_untrusted() => self.print_untrusted(s),
            other => other.append_to(&mut self.out),
        }
        self.allow_output(self.out.len() - before)
    }

    /// Counts one pass of a loop.
    pub(super) fn step(&mut self) -> RenderResult<()> {
        let max = self.render.limits.loop_steps;
        let left = self.loops_left.checked_sub(1);
        self.loops_left = left.ok_or_else(|| Problem::limit(format!("number of loop passes exceeds {max}")))?;
        Ok(())
    }
}
