//! Fills the arenas of a [`Program`].

use rustc_hash::FxHashMap;

use super::tags::Tables;
use super::{Binary, Block, Branch, Expr, ExprId, List, Name, Place, Program, Stmt, Symbol};
use crate::php::{Function, Str, Value};
use crate::source::{LineIndex, offset};

/// A template under construction.
#[derive(Default)]
pub(crate) struct Builder {
    text: Vec<u8>,
    symbols: Vec<Box<str>>,
    symbol_of: FxHashMap<Box<str>, Symbol>,
    constants: Vec<Value>,
    string_of: FxHashMap<Str, u32>,
    int_of: FxHashMap<i64, u32>,
    stmts: Vec<Stmt>,
    places: Vec<u32>,
    exprs: Vec<Expr>,
    shared: FxHashMap<(u8, u32, u32), ExprId>,
    lists: Vec<ExprId>,
    calls: Vec<&'static Function>,
    branches: Vec<Branch>,
    pub tags: Tables,
    pub inherits: Option<bool>,
    pub extends: Vec<ExprId>,
    pub unknown_tags: Vec<(Str, u32)>,
    pub refusals: Vec<(Box<str>, u32)>,
}

impl Builder {
    /// Adds an expression. Variables, constants and elements repeat often in templates and are stored once.
    pub(crate) fn expr(&mut self, expr: Expr) -> ExprId {
        let key = match expr {
            Expr::Const(index) => (0, index, 0),
            Expr::Var(symbol) => (1, symbol, 0),
            Expr::Index(base, key) => (2, base.0, key.0),
            _ => return self.push_expr(expr),
        };
        if let Some(&known) = self.shared.get(&key) {
            return known;
        }
        let id = self.push_expr(expr);
        self.shared.insert(key, id);
        id
    }

    fn push_expr(&mut self, expr: Expr) -> ExprId {
        self.exprs.push(expr);
        ExprId(offset(self.exprs.len() - 1))
    }

    pub(crate) fn get(&self, id: ExprId) -> Expr {
        self.exprs[id.0 as usize]
    }

    pub(crate) fn list(&mut self, items: &[ExprId]) -> List {
        let start = offset(self.lists.len());
        self.lists.extend_from_slice(items);
        List { start, len: offset(items.len()) }
    }

    /// The list with one more item, if it is the newest list; the old list stays unchanged.
    pub(crate) fn extend(&mut self, list: List, item: ExprId) -> Option<List> {
        let is_last = (list.start + list.len) as usize == self.lists.len();
        is_last.then(|| {
            self.lists.push(item);
            List { start: list.start, len: list.len + 1 }
        })
    }

    pub(crate) fn symbol(&mut self, name: &str) -> Symbol {
        if let Some(&symbol) = self.symbol_of.get(name) {
            return symbol;
        }
        let symbol = offset(self.symbols.len());
        self.symbols.push(name.into());
        self.symbol_of.insert(name.into(), symbol);
        symbol
    }

    pub(crate) fn var(&mut self, name: &str) -> ExprId {
        let symbol = self.symbol(name);
        self.expr(Expr::Var(symbol))
    }

    pub(crate) fn string(&mut self, text: &[u8]) -> ExprId {
        let text = Str::new(text);
        let index = match self.string_of.get(&text) {
            Some(&index) => index,
            None => {
                let index = self.push_constant(Value::Str(text.clone()));
                self.string_of.insert(text, index);
                index
            }
        };
        self.expr(Expr::Const(index))
    }

    pub(crate) fn int(&mut self, n: i64) -> ExprId {
        let index = match self.int_of.get(&n) {
            Some(&index) => index,
            None => {
                let index = self.push_constant(Value::Int(n));
                self.int_of.insert(n, index);
                index
            }
        };
        self.expr(Expr::Const(index))
    }

    pub(crate) fn constant(&mut self, value: Value) -> ExprId {
        match value {
            Value::Int(n) => self.int(n),
            Value::Str(s) => self.string(&s),
            other => {
                let index = self.push_constant(other);
                self.expr(Expr::Const(index))
            }
        }
    }

    fn push_constant(&mut self, value: Value) -> u32 {
        self.constants.push(value);
        offset(self.constants.len() - 1)
    }

    /// The value of an expression that is a constant.
    pub(crate) fn constant_of(&self, id: ExprId) -> Option<&Value> {
        match self.get(id) {
            Expr::Const(index) => self.constants.get(index as usize),
            _ => None,
        }
    }

    pub(crate) fn symbol_name(&self, symbol: Symbol) -> &str {
        &self.symbols[symbol as usize]
    }

    /// The values of a literal array; any other expression as a list of one.
    pub(crate) fn items(&self, id: ExprId) -> Vec<ExprId> {
        match self.get(id) {
            Expr::Array(list) => {
                let range = list.start as usize..(list.start + list.len) as usize;
                self.lists[range].iter().copied().skip(1).step_by(2).collect()
            }
            _ => vec![id],
        }
    }

    pub(crate) fn call(&mut self, function: &'static Function, args: &[ExprId]) -> ExprId {
        let known = self.calls.iter().position(|f| std::ptr::eq(*f, function));
        let index = known.unwrap_or_else(|| {
            self.calls.push(function);
            self.calls.len() - 1
        });
        let args = self.list(args);
        self.expr(Expr::Call(offset(index), args))
    }

    pub(crate) fn binary(&mut self, operator: Binary, left: ExprId, right: ExprId) -> ExprId {
        self.expr(Expr::Binary(operator, left, right))
    }

    /// The expression that reads `place`.
    pub(crate) fn read(&mut self, place: &Place) -> ExprId {
        let base = match place.name {
            Name::Static(symbol) => Expr::Var(symbol),
            Name::Computed(name) => Expr::NamedVar(name),
        };
        let mut expr = self.expr(base);
        for key in &place.path {
            expr = match *key {
                Some(key) => self.expr(Expr::Index(expr, key)),
                None => self.expr(Expr::Append),
            };
        }
        expr
    }

    pub(crate) fn text(&mut self, text: &[u8]) -> Stmt {
        let start = offset(self.text.len());
        self.text.extend_from_slice(text);
        Stmt::Text(start, offset(text.len()))
    }

    pub(crate) fn text_len(&self) -> u32 {
        offset(self.text.len())
    }

    /// Removes the first byte of the text statement that starts at `at`.
    pub(crate) fn drop_first_byte(&mut self, at: u32) {
        for stmt in &mut self.stmts {
            if let Stmt::Text(start, len) = stmt
                && *start == at
                && *len > 0
            {
                (*start, *len) = (*start + 1, *len - 1);
            }
        }
    }

    /// Moves the statements of a finished block to the arena, with consecutive text merged.
    pub(crate) fn block(&mut self, stmts: &[(Stmt, u32)]) -> Block {
        let start = self.stmts.len();
        for &(stmt, place) in stmts {
            if let Stmt::Text(from, len) = stmt
                && self.stmts.len() > start
                && let Some(Stmt::Text(first, count)) = self.stmts.last_mut()
                && *first + *count == from
            {
                *count += len;
                continue;
            }
            self.stmts.push(stmt);
            self.places.push(place);
        }
        Block { start: offset(start), len: offset(self.stmts.len() - start) }
    }

    pub(crate) fn branches(&mut self, branches: &[Branch]) -> Stmt {
        let start = offset(self.branches.len());
        self.branches.extend_from_slice(branches);
        Stmt::If(start, offset(branches.len()))
    }

    pub(crate) fn finish(mut self, lines: LineIndex, body: Block) -> Program {
        self.tags.shrink();
        Program {
            lines,
            text: self.text.into(),
            symbols: self.symbols.into(),
            constants: self.constants.into(),
            stmts: self.stmts.into(),
            places: self.places.into(),
            exprs: self.exprs.into(),
            lists: self.lists.into(),
            calls: self.calls.into(),
            branches: self.branches.into(),
            tags: self.tags,
            body,
            inherits: self.inherits,
            extends: self.extends,
            unknown_tags: self.unknown_tags,
            refusals: self.refusals,
        }
    }
}
