//! Renders a template.

mod assign;
mod blocks;
mod calls;
mod constructs;
mod counted;
mod expr;
mod foreach;
mod frame;
mod html;
mod include;
mod inherit;
mod math;
mod operators;
mod path;
mod plugins;
mod render;
mod section;
mod textformat;
mod trust;

#[cfg(test)]
mod tests;

use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::error::{Error, ErrorKind, Problem};
use crate::php::{Array, Context, Str, Value};
use crate::program::{Block, Expr, Program, Stmt, Symbol, Template};

use frame::{Frame, Variable};
use include::Loaded;
use inherit::{BlockNode, Inheritance};
use plugins::{Counter, Cycle};

pub use render::{Render, Superglobals, Templates, Variables};

type RenderResult<T> = Result<T, Problem>;

/// The fuel that a statement costs, roughly in nanoseconds: it bounds the time of loops over long bodies.
const STATEMENT_WORK: usize = 16;

impl Template {
    /// Renders the template to the bytes of a document.
    ///
    /// # Errors
    /// [`Fault`](ErrorKind::Fault) where PHP stops with a fatal error, [`Limit`](ErrorKind::Limit),
    /// [`Refused`](ErrorKind::Refused) or [`NotFound`](ErrorKind::NotFound) for an included file, and any error of
    /// parsing that file. Where PHP only warns (an undefined variable or index), the value is null.
    ///
    /// # Examples
    /// ```
    /// use dialplate_smarty::php::{Array, Clock, Key, Value};
    /// use dialplate_smarty::{Render, Template};
    /// # use jiff::tz::TimeZone;
    ///
    /// let template = Template::parse("phone.cfg", b"label = {$label|upper}\n")?;
    /// let variables: Array = [(Key::from("label"), Value::from("Anna"))].into_iter().collect();
    /// let clock = Clock { seconds: 0, nanoseconds: 0, zone: TimeZone::UTC };
    /// assert_eq!(template.render(&Render::new(&variables, &clock))?, b"label = ANNA\n");
    /// # Ok::<(), dialplate_smarty::Error>(())
    /// ```
    pub fn render(&self, render: &Render<'_>) -> Result<Vec<u8>, Error> {
        self.stands_alone(|_| false)?;
        let mut evaluator = Evaluator::new(self, render);
        let loaded = evaluator.loaded[0].clone();
        match evaluator.template(&loaded.code(0)) {
            Ok(()) => Ok(evaluator.out),
            Err(problem) => Err(evaluator.error(problem, self)),
        }
    }
}

/// A template in one render: its arenas, and the mapping of its symbols.
struct Code<'c> {
    program: &'c Program,
    name: &'c Rc<str>,
    /// The file that is being rendered: for a template function, the file that calls it.
    running: &'c Rc<str>,
    /// The evaluator's symbol for each of the template's; `None` if they are equal.
    symbols: Option<&'c [u32]>,
    /// Index in [`Evaluator::loaded`].
    loaded: usize,
}

impl Code<'_> {
    fn symbol(&self, symbol: Symbol) -> usize {
        match self.symbols {
            None => symbol as usize,
            Some(symbols) => symbols[symbol as usize] as usize,
        }
    }

    fn expr(&self, id: crate::program::ExprId) -> Expr {
        self.program.exprs[id.0 as usize]
    }
}

/// The way in which a block of statements ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    Next,
    /// The number of loops still to leave.
    Break(u32),
    /// The number of loops still to leave, the last of which then continues.
    Continue(u32),
}

struct Evaluator<'r> {
    render: &'r Render<'r>,
    context: Context<'r>,
    out: Vec<u8>,
    trust: trust::Trust,
    /// The bytes that may still be printed, captured output included.
    output_left: usize,
    loops_left: u64,
    depth: u32,
    includes: u32,
    calls: u32,
    vars: Vec<Variable>,
    frame: Frame,
    /// The frames of the including templates, outermost first.
    outer: Vec<Frame>,
    /// The names of all symbols, and the reverse mapping. The latter is built once a second template or a computed name
    /// needs it.
    names: Vec<Box<str>>,
    symbol_of: Option<FxHashMap<Box<str>, u32>>,
    /// The host's variable for each symbol, once looked up.
    host_vars: Vec<u32>,
    /// A variable of an inner frame is visible in an outer one and must outlive the inner frame.
    escaped: bool,
    loaded: Vec<Loaded<'r>>,
    loaded_of: FxHashMap<Vec<u8>, usize>,
    captures: Array,
    counters: FxHashMap<Str, Counter>,
    cycles: FxHashMap<Str, Cycle>,
    inheritances: Vec<Inheritance>,
    nodes: Vec<BlockNode>,
    /// The block that is being rendered.
    block: Option<usize>,
    /// The position of the first problem.
    failed: Option<(Rc<str>, u32, u32)>,
    /// An error of parsing another file, kept whole.
    foreign: Option<Box<Error>>,
}

impl<'r> Evaluator<'r> {
    fn new<'t: 'r>(root: &'t Template, render: &'r Render<'r>) -> Evaluator<'r> {
        let mut context = Context::new(render.clock);
        context.limits = render.limits.values;
        context.fuel = render.limits.fuel;
        let mut evaluator = Evaluator {
            render,
            context,
            out: Vec::with_capacity(root.program.text.len() * 2),
            trust: trust::Trust::default(),
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
            host_vars: vec![frame::UNRESOLVED; root.program.symbols.len()],
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

    fn error(self, problem: Problem, root: &Template) -> Error {
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
    fn locate(&mut self, code: &Code<'_>, at: u32) {
        if self.failed.is_none() {
            let place = code.program.lines.position(at);
            self.failed = Some((Rc::clone(code.name), place.line, place.column));
        }
    }

    /// Enters one level of nesting; [`Evaluator::leave`] ends it.
    fn enter(&mut self) -> RenderResult<()> {
        self.depth += 1;
        if self.depth > self.render.limits.depth {
            let max = self.render.limits.depth;
            return Err(Problem::limit(format!("nesting depth exceeds {max}")));
        }
        Ok(())
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    fn block(&mut self, code: &Code<'_>, block: Block) -> RenderResult<Flow> {
        self.enter()?;
        self.context.charge(STATEMENT_WORK * block.len as usize)?;
        for index in block.start..block.start + block.len {
            match self.stmt(code, code.program.stmts[index as usize]) {
                Ok(Flow::Next) => {}
                Ok(flow) => {
                    self.leave();
                    return Ok(flow);
                }
                Err(problem) => {
                    self.locate(code, code.program.places[index as usize]);
                    return Err(problem);
                }
            }
        }
        self.leave();
        Ok(Flow::Next)
    }

    fn stmt(&mut self, code: &Code<'_>, stmt: Stmt) -> RenderResult<Flow> {
        let tags = &code.program.tags;
        match stmt {
            Stmt::Text(start, len) => {
                self.print_bytes(&code.program.text[start as usize..(start + len) as usize])?;
            }
            Stmt::Print(value) => self.print_expr(code, value)?,
            Stmt::If(start, len) => return self.branches(code, start, len),
            Stmt::Foreach(index) => return self.foreach(code, &tags.foreachs[index as usize]),
            Stmt::For(index) => return self.for_to(code, &tags.fors[index as usize]),
            Stmt::CFor(index) => return self.for_steps(code, &tags.cfors[index as usize]),
            Stmt::While(index) => return self.while_loop(code, &tags.whiles[index as usize]),
            Stmt::Section(index) => return self.section(code, &tags.sections[index as usize]),
            Stmt::Assign(index) => {
                self.assign(code, &tags.assigns[index as usize])?;
            }
            Stmt::AssignTo(name, value) => {
                let value = self.eval(code, value)?;
                self.assign_to_expr(code, name, value)?;
            }
            Stmt::Capture(index) => self.capture(code, &tags.captures[index as usize])?,
            Stmt::Call(index) => self.call_tag(code, &tags.calls[index as usize])?,
            Stmt::Include(index) => self.include(code, &tags.includes[index as usize])?,
            Stmt::Block(index) => self.block_tag(code, index)?,
            Stmt::Child(assign) => self.child_tag(code, assign)?,
            Stmt::Parent(assign) => self.parent_tag(code, assign)?,
            Stmt::TextFormat(index) => {
                return self.textformat(code, &tags.textformats[index as usize]);
            }
            Stmt::Break(levels) => return Ok(Flow::Break(levels)),
            Stmt::Continue(levels) => return Ok(Flow::Continue(levels)),
        }
        Ok(Flow::Next)
    }

    /// Appends to the document.
    fn print_bytes(&mut self, bytes: &[u8]) -> RenderResult<()> {
        self.allow_output(bytes.len())?;
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    fn allow_output(&mut self, bytes: usize) -> RenderResult<()> {
        match self.output_left.checked_sub(bytes) {
            Some(left) => {
                self.output_left = left;
                Ok(())
            }
            None => {
                let max = self.render.limits.output_bytes;
                Err(Problem::limit(format!("output exceeds {max} bytes")))
            }
        }
    }

    /// Prints a value; untrusted text goes through the file's escaping.
    fn print_value(&mut self, value: &Value) -> RenderResult<()> {
        let before = self.out.len();
        match value {
            Value::Str(s) if s.is_untrusted() => self.print_untrusted(s),
            other => other.append_to(&mut self.out),
        }
        self.allow_output(self.out.len() - before)
    }

    /// Counts one pass of a loop.
    fn step(&mut self) -> RenderResult<()> {
        match self.loops_left.checked_sub(1) {
            Some(left) => {
                self.loops_left = left;
                Ok(())
            }
            None => {
                let max = self.render.limits.loop_steps;
                Err(Problem::limit(format!("number of loop passes exceeds {max}")))
            }
        }
    }
}

impl Flow {
    /// The effect of the end of a body on its loop: `None` to continue, or the flow to return.
    fn in_loop(self) -> Option<Flow> {
        match self {
            Flow::Next | Flow::Continue(1) => None,
            Flow::Break(1) => Some(Flow::Next),
            Flow::Break(levels) => Some(Flow::Break(levels - 1)),
            Flow::Continue(levels) => Some(Flow::Continue(levels - 1)),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        Problem::new(error.kind, error.message)
    }
}

/// The problem of a missing file.
fn not_found(name: &[u8]) -> Problem {
    let name = String::from_utf8_lossy(name);
    Problem::new(ErrorKind::NotFound, format!("template \"{name}\" does not exist"))
}
