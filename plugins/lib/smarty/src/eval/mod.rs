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
mod section;
mod textformat;
mod trust;

#[cfg(test)]
mod tests;

use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::error::{Error, ErrorKind, Problem};
use crate::limits::Limits;
use crate::php::{Array, Clock, Context, Str, Value};
use crate::program::{Block, Expr, Program, Stmt, Symbol, Template};

use frame::{Frame, Variable};
use include::Loaded;
use inherit::{BlockNode, Inheritance};
use plugins::{Counter, Cycle};

type RenderResult<T> = Result<T, Problem>;

/// What a statement costs of a render's fuel, which is counted in nanoseconds, about: it bounds what loops over
/// long bodies may take.
const STATEMENT_WORK: usize = 16;

/// Files that a template may include or extend.
pub trait Templates {
    /// The template called `name`, as the including file spells it (`./` resolved, never absolute and never
    /// with `..`), or nothing when there is none.
    ///
    /// # Errors
    /// That of parsing it.
    fn get(&self, name: &[u8]) -> Result<Option<Rc<Template>>, Error>;
}

/// No files.
impl Templates for () {
    fn get(&self, _name: &[u8]) -> Result<Option<Rc<Template>>, Error> {
        Ok(None)
    }
}

/// The variables a template starts with.
pub trait Variables {
    /// The value of a variable; `None` when there is none. Asked at most once per name and render, and only
    /// for names that the template gets to.
    fn get(&self, name: &str) -> Option<Value>;
}

/// The entries of an array.
impl Variables for Array {
    fn get(&self, name: &str) -> Option<Value> {
        self.get_str(name.as_bytes()).cloned()
    }
}

/// What `{$smarty.get.x}` and its kin read: arrays, or null for none.
#[derive(Clone, Debug, Default)]
pub struct Superglobals {
    pub get: Value,
    pub post: Value,
    pub request: Value,
    pub cookies: Value,
    pub server: Value,
}

/// Appends an untrusted value to the document in a form that cannot break out of the file's format. The number says how
/// many of the document's first bytes are those it had after the last call, so that what was read of them need not be
/// read again.
pub type Escape<'a> = dyn Fn(&[u8], &mut Vec<u8>, usize) + 'a;

/// Everything that one render depends on. The same inputs give the same bytes.
pub struct Render<'a> {
    pub templates: &'a dyn Templates,
    pub variables: &'a dyn Variables,
    pub superglobals: Superglobals,
    pub clock: &'a Clock,
    pub limits: Limits,
    pub untrusted: &'a Escape<'a>,
}

impl<'a> Render<'a> {
    /// A render without other files and without superglobals, that prints untrusted values as they are.
    #[must_use]
    pub fn new(variables: &'a dyn Variables, clock: &'a Clock) -> Render<'a> {
        Render {
            templates: &(),
            variables,
            superglobals: Superglobals::default(),
            clock,
            limits: Limits::default(),
            untrusted: &|value, out, _| out.extend_from_slice(value),
        }
    }
}

impl Template {
    /// Renders the template to the bytes of a document.
    ///
    /// # Errors
    /// [`Fault`](ErrorKind::Fault) for what PHP ends with a fatal error, [`Limit`](ErrorKind::Limit),
    /// [`Refused`](ErrorKind::Refused) or [`NotFound`](ErrorKind::NotFound) for an included file, and what
    /// parsing that gives. Things PHP merely warns about (an undefined variable or index) are null.
    pub fn render(&self, render: &Render<'_>) -> Result<Vec<u8>, Error> {
        let mut machine = Evaluator::new(self, render);
        let loaded = machine.loaded[0].clone();
        match machine.template(&loaded.code(0)) {
            Ok(()) => Ok(machine.out),
            Err(problem) => Err(machine.error(problem, self)),
        }
    }
}

/// A template as the machine runs it: its arenas, and what its symbols are called here.
struct Code<'c> {
    t: &'c Program,
    name: &'c Rc<str>,
    /// The machine's symbol for each of the template's; `None` when they are the same.
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
        self.t.exprs[id.0 as usize]
    }
}

/// How a block of statements ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    Next,
    /// Loops still to leave.
    Break(u32),
    /// Loops still to leave, and then to go on with the one reached.
    Continue(u32),
}

struct Evaluator<'r> {
    render: &'r Render<'r>,
    context: Context<'r>,
    out: Vec<u8>,
    trust: trust::Trust,
    /// Bytes that may still be printed, captured ones included.
    output_left: usize,
    loops_left: u64,
    depth: u32,
    includes: u32,
    calls: u32,
    vars: Vec<Variable>,
    frame: Frame,
    /// The frames of the including templates, outermost first.
    outer: Vec<Frame>,
    /// Names of all symbols, and the way back; the latter only once a second template or a computed name
    /// needs it.
    names: Vec<Box<str>>,
    symbol_of: Option<FxHashMap<Box<str>, u32>>,
    /// The variable that was asked for each symbol.
    asked: Vec<u32>,
    /// A variable made in an inner frame is known to an outer one: it must not be dropped with the inner.
    escaped: bool,
    loaded: Vec<Loaded<'r>>,
    loaded_of: FxHashMap<Vec<u8>, usize>,
    captures: Array,
    counters: FxHashMap<Str, Counter>,
    cycles: FxHashMap<Str, Cycle>,
    inheritances: Vec<Inheritance>,
    nodes: Vec<BlockNode>,
    /// The block being rendered.
    block: Option<usize>,
    /// Where the first problem was.
    failed: Option<(Rc<str>, u32, u32)>,
    /// An error of another file, kept whole.
    foreign: Option<Box<Error>>,
}

impl<'r> Evaluator<'r> {
    fn new<'t: 'r>(root: &'t Template, render: &'r Render<'r>) -> Evaluator<'r> {
        let mut context = Context::new(render.clock);
        context.limits = render.limits.values;
        context.fuel = render.limits.fuel;
        let mut machine = Evaluator {
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
            asked: vec![frame::UNASKED; root.program.symbols.len()],
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
        machine.register_functions(0);
        machine
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

    /// Notes where a problem is, unless an inner statement has.
    fn locate(&mut self, code: &Code<'_>, at: u32) {
        if self.failed.is_none() {
            let place = code.t.lines.position(at);
            self.failed = Some((Rc::clone(code.name), place.line, place.column));
        }
    }

    /// One more thing within another; [`Evaluator::leave`] takes it back.
    fn enter(&mut self) -> RenderResult<()> {
        self.depth += 1;
        if self.depth > self.render.limits.depth {
            let max = self.render.limits.depth;
            return Err(Problem::limit(format!("more than {max} things within each other")));
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
            match self.stmt(code, code.t.stmts[index as usize]) {
                Ok(Flow::Next) => {}
                Ok(flow) => {
                    self.leave();
                    return Ok(flow);
                }
                Err(problem) => {
                    self.locate(code, code.t.places[index as usize]);
                    return Err(problem);
                }
            }
        }
        self.leave();
        Ok(Flow::Next)
    }

    fn stmt(&mut self, code: &Code<'_>, stmt: Stmt) -> RenderResult<Flow> {
        let tags = &code.t.tags;
        match stmt {
            Stmt::Text(start, len) => {
                self.print_bytes(&code.t.text[start as usize..(start + len) as usize])?;
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
                Err(Problem::limit(format!("more than the {max} bytes of output allowed")))
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

    /// One more pass of any loop.
    fn step(&mut self) -> RenderResult<()> {
        match self.loops_left.checked_sub(1) {
            Some(left) => {
                self.loops_left = left;
                Ok(())
            }
            None => {
                let max = self.render.limits.loop_steps;
                Err(Problem::limit(format!("more than {max} passes through loops")))
            }
        }
    }
}

impl Flow {
    /// What a loop does after its body ended so: go on, or end with what is returned.
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

/// The problem of a file that is not there.
fn not_found(name: &[u8]) -> Problem {
    let name = String::from_utf8_lossy(name);
    Problem::new(ErrorKind::NotFound, format!("there is no template \"{name}\""))
}
