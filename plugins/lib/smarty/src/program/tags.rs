//! Tags that do not fit into a node.

use super::{Block, ExprId, Name, Symbol};
use crate::php::Str;

/// One arm of an `{if}`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Branch {
    /// The start of its tag.
    pub at: u32,
    /// An assignment whose value is the condition.
    pub assign: Option<u32>,
    /// [`super::NONE`] in `{else}`.
    pub condition: ExprId,
    pub body: Block,
}

/// The target of an assignment: a variable or an element of it.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub name: Name,
    /// `None` is `[]`.
    pub path: Vec<Option<ExprId>>,
}

/// The templates, besides the current one, that see an assignment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Scope {
    /// No scope given: the scope of the file's `{include}` applies.
    #[default]
    Default,
    /// `noscope`: the current template only, whatever its `{include}` says.
    Only,
    Local,
    Parent,
    /// `root`, `tpl_root`, `global` and `smarty`: every template from here to the outermost.
    Root,
}

#[derive(Debug)]
pub(crate) struct Assign {
    pub place: Place,
    pub value: ExprId,
    pub scope: Scope,
}

#[derive(Debug)]
pub(crate) struct Foreach {
    pub from: ExprId,
    pub item: Symbol,
    pub key: Option<Symbol>,
    /// The variable behind `$smarty.foreach.name`.
    pub named: Option<Symbol>,
    /// Bits of [`super::Prop`] that the file reads of the item, and of the name.
    pub item_props: u16,
    pub named_props: u16,
    pub body: Block,
    pub otherwise: Block,
}

/// `{for $i = a to b step c max=d}`
#[derive(Debug)]
pub(crate) struct For {
    pub place: Place,
    pub start: ExprId,
    pub step: ExprId,
    pub max: ExprId,
    /// The number of steps before the division by the step's size, upwards and downwards.
    pub up: ExprId,
    pub down: ExprId,
    pub body: Block,
    pub otherwise: Block,
}

/// `{for $i = a, $j = b; condition; $i++}`
#[derive(Debug)]
pub(crate) struct CFor {
    pub start: Vec<(Place, ExprId)>,
    pub condition: ExprId,
    pub place: Place,
    pub step: CStep,
    pub body: Block,
    pub otherwise: Block,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum CStep {
    Increment,
    Decrement,
    Value(ExprId),
}

/// `{while}`
#[derive(Debug)]
pub(crate) struct Loop {
    pub assign: Option<u32>,
    pub condition: ExprId,
    pub body: Block,
}

#[derive(Debug)]
pub(crate) struct Section {
    /// The variable behind `$smarty.section.name`.
    pub variable: Symbol,
    pub count: ExprId,
    pub start: ExprId,
    pub step: ExprId,
    pub max: ExprId,
    pub show: ExprId,
    pub props: SectionProps,
    pub body: Block,
    pub otherwise: Block,
}

/// The section properties that the file reads; the index is always set.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SectionProps(pub u16);

#[derive(Debug)]
pub(crate) struct Capture {
    pub name: ExprId,
    pub assign: ExprId,
    pub append: ExprId,
    pub body: Block,
}

#[derive(Debug)]
pub(crate) struct FunctionTag {
    pub name: Str,
    pub params: Params,
    pub body: Block,
}

#[derive(Debug)]
pub(crate) struct CallTag {
    pub name: ExprId,
    pub assign: ExprId,
    pub params: Params,
}

/// Named values, in the order of the template.
pub(crate) type Params = Vec<(Str, ExprId)>;

#[derive(Debug)]
pub(crate) struct Include {
    pub file: ExprId,
    pub assign: ExprId,
    pub scope: Scope,
    pub params: Params,
    /// Attributes about Smarty's cache, which are evaluated without an effect.
    pub unused: Vec<ExprId>,
}

#[derive(Debug)]
pub(crate) struct BlockTag {
    pub name: ExprId,
    pub append: bool,
    pub prepend: bool,
    pub hide: bool,
    pub calls_child: bool,
    /// The block is within another block of the same file.
    pub nested: bool,
    pub assign: ExprId,
    pub body: Block,
}

#[derive(Debug)]
pub(crate) struct TextFormat {
    pub params: Params,
    pub body: Block,
}

/// The function tags of Smarty that templates may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plugin {
    Counter,
    Cycle,
    Math,
    Html(HtmlTag),
}

impl Plugin {
    /// The name of the tag.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Plugin::Counter => "counter",
            Plugin::Cycle => "cycle",
            Plugin::Math => "math",
            Plugin::Html(HtmlTag::Mailto) => "mailto",
            Plugin::Html(HtmlTag::Options) => "html_options",
            Plugin::Html(HtmlTag::Radios) => "html_radios",
            Plugin::Html(HtmlTag::Checkboxes) => "html_checkboxes",
            Plugin::Html(HtmlTag::Table) => "html_table",
            Plugin::Html(HtmlTag::SelectDate) => "html_select_date",
            Plugin::Html(HtmlTag::SelectTime) => "html_select_time",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HtmlTag {
    Mailto,
    Options,
    Radios,
    Checkboxes,
    Table,
    SelectDate,
    SelectTime,
}

#[derive(Debug)]
pub(crate) struct PluginTag {
    pub plugin: Plugin,
    pub params: Params,
}

/// The tables that statements refer to.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub assigns: Vec<Assign>,
    pub foreachs: Vec<Foreach>,
    pub fors: Vec<For>,
    pub cfors: Vec<CFor>,
    pub whiles: Vec<Loop>,
    pub sections: Vec<Section>,
    pub captures: Vec<Capture>,
    pub functions: Vec<FunctionTag>,
    pub calls: Vec<CallTag>,
    pub includes: Vec<Include>,
    pub blocks: Vec<BlockTag>,
    pub textformats: Vec<TextFormat>,
    pub plugins: Vec<PluginTag>,
}

impl Tables {
    /// The approximate size in bytes: the vectors' elements without their own heap content.
    pub(crate) fn size(&self) -> usize {
        self.assigns.len() * size_of::<Assign>()
            + self.foreachs.len() * size_of::<Foreach>()
            + self.fors.len() * size_of::<For>()
            + self.sections.len() * size_of::<Section>()
            + self.captures.len() * size_of::<Capture>()
            + self.calls.len() * size_of::<CallTag>()
            + self.includes.len() * size_of::<Include>()
            + self.plugins.len() * size_of::<PluginTag>()
    }

    pub(crate) fn shrink(&mut self) {
        self.assigns.shrink_to_fit();
        self.foreachs.shrink_to_fit();
        self.fors.shrink_to_fit();
        self.includes.shrink_to_fit();
        self.plugins.shrink_to_fit();
    }
}

/// Appends to a table and returns the index.
pub(crate) fn add<T>(table: &mut Vec<T>, tag: T) -> u32 {
    table.push(tag);
    crate::source::offset(table.len() - 1)
}
