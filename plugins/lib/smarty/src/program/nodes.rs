//! The nodes of the arenas.

/// A variable's name in its template.
pub(crate) type Symbol = u32;

/// An expression, by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct E(pub u32);

/// No expression, where one is optional.
pub(crate) const NONE: E = E(u32::MAX);

impl E {
    pub(crate) fn optional(self) -> Option<E> {
        (self != NONE).then_some(self)
    }
}

/// A run of expressions.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct List {
    pub start: u32,
    pub len: u32,
}

/// A run of statements.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Block {
    pub start: u32,
    pub len: u32,
}

/// The name of a variable: written out, or computed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Name {
    Static(Symbol),
    Computed(E),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Expr {
    Const(u32),
    Var(Symbol),
    NamedVar(E),
    /// `$x@iteration`
    Prop(Symbol, Prop),
    NamedProp(E, Prop),
    Index(E, E),
    /// `$x[]`: only to be written to.
    Append,
    Unary(Unary, E),
    Binary(Binary, E, E),
    And(E, E),
    Or(E, E),
    Ternary(E, E, E),
    Concat(List),
    /// A function or modifier, by its index in `calls`.
    Call(u32, List),
    Isset(List),
    Empty(E),
    /// `x is in y`
    InArray(E, E),
    /// `x|default:a:b`
    Default(E, List),
    /// Read without faults, as by `??` and `isset`.
    Quiet(E),
    /// Keys ([`NONE`] for the next index) and values by turns.
    Array(List),
    Increment(E),
    Decrement(E),
    Now,
    Super(Super),
    /// `$smarty.capture.x`, or all captures.
    Captured(E),
    /// The name of the file being rendered.
    TemplateName,
    /// What statements print, as a string.
    Output(Block),
    /// A function tag (`{counter}`), by its index.
    Plugin(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Super {
    Get,
    Post,
    Request,
    Cookies,
    Server,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unary {
    Minus,
    Plus,
    Not,
    Cast(Cast),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cast {
    Int,
    Bool,
    Float,
    Str,
    Array,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Pow,
    BitAnd,
    BitXor,
    Equal,
    NotEqual,
    Identical,
    NotIdentical,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Xor,
}

/// What a loop notes on its variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prop {
    First,
    Last,
    Index,
    Iteration,
    Show,
    Total,
    Key,
    Step,
    /// `@value`: the variable itself.
    Value,
    /// Any other: always null.
    Other,
}

impl Prop {
    pub(crate) fn named(name: &[u8]) -> Prop {
        match name {
            b"first" => Prop::First,
            b"last" => Prop::Last,
            b"index" => Prop::Index,
            b"iteration" => Prop::Iteration,
            b"show" => Prop::Show,
            b"total" => Prop::Total,
            b"key" => Prop::Key,
            b"step" => Prop::Step,
            b"value" => Prop::Value,
            _ => Prop::Other,
        }
    }

    /// A set bit for each of the properties that a loop may note.
    pub(crate) fn bit(self) -> u16 {
        1 << self as u16
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Stmt {
    /// A run of the text buffer.
    Text(u32, u32),
    Print(E),
    /// A run of `branches`.
    If(u32, u32),
    Foreach(u32),
    For(u32),
    CFor(u32),
    While(u32),
    Section(u32),
    Assign(u32),
    Capture(u32),
    Call(u32),
    Include(u32),
    Block(u32),
    /// `{$smarty.block.child}`; the variable it is assigned to, if any.
    Child(E),
    Parent(E),
    TextFormat(u32),
    Break(u32),
    Continue(u32),
}
