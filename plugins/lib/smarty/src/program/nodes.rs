//! The nodes of the arenas.

/// The name of a variable in its template.
pub(crate) type Symbol = u32;

/// The index of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ExprId(pub u32);

/// An absent optional expression.
pub(crate) const NONE: ExprId = ExprId(u32::MAX);

impl ExprId {
    pub(crate) fn optional(self) -> Option<ExprId> {
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

/// The name of a variable: literal or computed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Name {
    Static(Symbol),
    Computed(ExprId),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Expr {
    Const(u32),
    Var(Symbol),
    NamedVar(ExprId),
    /// `$x@iteration`
    Prop(Symbol, Prop),
    NamedProp(ExprId, Prop),
    Index(ExprId, ExprId),
    /// `$x[]`, valid only as a target.
    Append,
    Unary(Unary, ExprId),
    Binary(Binary, ExprId, ExprId),
    And(ExprId, ExprId),
    Or(ExprId, ExprId),
    Ternary(ExprId, ExprId, ExprId),
    Concat(List),
    /// A function or modifier, by its index in `calls`.
    Call(u32, List),
    Isset(List),
    Empty(ExprId),
    /// `x is in y`
    InArray(ExprId, ExprId),
    /// `x|default:a:b`
    Default(ExprId, List),
    /// An expression read without errors, as by `??` and `isset`.
    Quiet(ExprId),
    /// Keys ([`NONE`] for the next index) and values, alternating.
    Array(List),
    Increment(ExprId),
    Decrement(ExprId),
    Now,
    Super(Super),
    /// `$smarty.capture.x`, or all captures.
    Captured(ExprId),
    /// PHP's constant of a computed name. If it is not defined, the value is null, or with `true` an error.
    Constant(ExprId, bool),
    /// Something that is refused, by its index.
    Refused(u32),
    /// The name of the current file.
    TemplateName,
    /// The folder of the current file.
    TemplateFolder,
    /// The output of statements, as a string.
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
    Object,
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

/// A property that a loop sets on its variable.
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
    /// Any other name: always null.
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

    /// The bit of each property that a loop may set.
    pub(crate) fn bit(self) -> u16 {
        1 << self as u16
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Stmt {
    /// A run of the text buffer.
    Text(u32, u32),
    Print(ExprId),
    /// A run of `branches`.
    If(u32, u32),
    Foreach(u32),
    For(u32),
    CFor(u32),
    While(u32),
    Section(u32),
    Assign(u32),
    /// Assigns a value to the variable of a computed name, or to those that an array names.
    AssignTo(ExprId, ExprId),
    Capture(u32),
    Call(u32),
    Include(u32),
    Block(u32),
    /// `{$smarty.block.child}`; the variable that it is assigned to, if any.
    Child(ExprId),
    Parent(ExprId),
    TextFormat(u32),
    Break(u32),
    Continue(u32),
}
