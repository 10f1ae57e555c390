//! Parses one tag, or hands it to the module of its kind.

use super::attributes::{AttributeList, AttributeSpec};
use super::flat::{Flat, Modifier};
use super::open::OpenKind;
use super::output::Tail;
use super::variable::VariableExpr;
use super::{ParseResult, Parser};
use crate::error::Problem;
use crate::lexer::{Kind, Token};
use crate::program::{Assign, Place, Scope, Stmt, TextFormat, add};

pub(super) const PRINT: AttributeSpec =
    AttributeSpec { required: &[], optional: &["assign"], shorthand: &[], flags: &["nocache", "nofilter"], any: false };

impl Parser<'_> {
    /// Parses a tag with the cursor at its first token.
    pub(super) fn smarty_tag(&mut self) -> ParseResult<()> {
        let at = self.at;
        let token = self.next();
        self.tag_start = token.start;
        self.problem_at.set(None);
        match token.kind {
            Kind::SimpleOutput => self.simple_output(token),
            Kind::SimpleTag => self.simple_tag(token),
            Kind::BlockChildParent => {
                let child = self.slice(token).to_ascii_lowercase().ends_with_child();
                self.block_call(child)
            }
            Kind::CloseTag => {
                // Only blanks may follow the name: a tab or a newline makes it another name.
                let text = self.slice(token);
                let text = String::from_utf8_lossy(&text[1..text.len() - 1]).into_owned();
                self.close_tag(text.trim_matches([' ', '/']), &[])
            }
            Kind::LdelSlash => {
                let name = self.expect(Kind::Id)?;
                let name = String::from_utf8_lossy(self.slice(name)).into_owned();
                let modifiers = self.modifiers()?;
                self.expect(Kind::Rdel)?;
                self.close_tag(&name, &modifiers)
            }
            Kind::Ldel => self.tag_behind_brace(token),
            Kind::LdelIf => self.conditional(token),
            Kind::LdelFor => self.for_tag(),
            Kind::LdelForeach => self.foreach_tag(),
            Kind::LdelSetfilter => self.setfilter(),
            Kind::LdelMakeNocache => {
                self.expect(Kind::DollarId)?;
                self.expect(Kind::Rdel)?;
                Ok(())
            }
            _ => {
                self.at = at;
                Err(self.unexpected("text or a tag"))
            }
        }
    }

    /// The text between the braces of a whole tag.
    fn inner_text(&self, token: Token) -> String {
        let text = self.slice(token);
        let text = &text[1..text.len() - 1];
        String::from_utf8_lossy(text).trim().to_owned()
    }

    fn simple_output(&mut self, token: Token) -> ParseResult<()> {
        let text = self.slice(token);
        let text = String::from_utf8_lossy(&text[1..text.len() - 1]).into_owned();
        // Blanks are dropped; a tab or a newline makes it another name, which no variable has.
        let name = text.trim_matches([' ', '$']);
        let option = name.strip_suffix('\n').unwrap_or(name).strip_suffix("nocache");
        let name = match option.map(str::trim_ascii_end) {
            Some(before) if option.is_some_and(|option| before.len() < option.len()) => before,
            _ => name,
        };
        let variable = self.b.var(name);
        self.print(&[Flat::Operand(variable)], true)
    }

    fn simple_tag(&mut self, token: Token) -> ParseResult<()> {
        let text = self.inner_text(token);
        match text.as_str() {
            "strip" => {
                self.output.strip = true;
                return Ok(());
            }
            _ if crate::constants::constant(text.as_bytes()).is_some() => {
                let value = self.bare_word(text.as_bytes());
                return self.print(&[Flat::Operand(value)], true);
            }
            _ => {}
        }
        let name = text.split_ascii_whitespace().next().unwrap_or_default();
        let mut attributes = AttributeList::new();
        if name.len() < text.len() {
            let value = self.b.string(b"nocache");
            let word = Some("nocache".to_owned());
            attributes.push(super::attributes::Attribute { name: None, value, word });
        }
        self.named_tag(name, &[], attributes)
    }

    /// True if a named tag follows the brace, and not an expression that starts with a word.
    pub(super) fn tag_ahead(&self) -> bool {
        let ends = matches!(self.peek(1), Kind::Space | Kind::Attr | Kind::Rdel | Kind::Vert | Kind::Ptr);
        self.kind() == Kind::Id && ends
    }

    /// Parses a tag with the cursor after its brace `open`.
    pub(super) fn tag_behind_brace(&mut self, open: Token) -> ParseResult<()> {
        self.tag_start = open.start;
        if self.doubled_tag()? {
            return Ok(());
        }
        if self.tag_ahead() {
            let name = self.next();
            let name = String::from_utf8_lossy(self.slice(name)).into_owned();
            if self.kind() == Kind::Ptr {
                return Err(Problem::refused("objects are not supported"));
            }
            let modifiers = self.modifiers()?;
            let attributes = self.attributes()?;
            self.expect(Kind::Rdel)?;
            return self.named_tag(&name, &modifiers, attributes);
        }
        let mut row = Vec::new();
        match self.assignable()? {
            Some(variable) if self.kind() == Kind::Equal => return self.assignment(variable),
            Some(variable) => {
                let operand = self.used(variable)?;
                self.modified(&mut row, operand)?;
                self.rest(&mut row, 0)?;
            }
            None => self.expr(&mut row)?,
        }
        self.print_rest(&row)
    }

    /// Parses a variable at the cursor that may be the target of an assignment.
    pub(super) fn assignable(&mut self) -> ParseResult<Option<VariableExpr>> {
        if !matches!(self.kind(), Kind::DollarId | Kind::Dollar)
            || (self.kind() == Kind::DollarId && self.peek(1) == Kind::Colon)
        {
            return Ok(None);
        }
        let at = self.at;
        let name = self.name()?;
        if self.kind() == Kind::At {
            self.at = at;
            return Ok(None);
        }
        Ok(Some(self.indexed(name)?))
    }

    /// Parses `= value attributes}` after a variable.
    pub(super) fn assignment(&mut self, variable: VariableExpr) -> ParseResult<()> {
        self.expect(Kind::Equal)?;
        let place = variable.place;
        let value = self.expression()?;
        let written = self.attributes()?;
        self.expect(Kind::Rdel)?;
        // The variable and the value are the first two attributes of `{assign}`.
        let spec = AttributeSpec {
            required: &[],
            optional: &["var", "value", "scope"],
            shorthand: &[],
            flags: &["nocache", "noscope"],
            any: false,
        };
        let attributes = self.sorted(&written, &spec)?;
        let scope = self.scope(&attributes, true)?;
        let name = match attributes.get("var") {
            Some(other) => self.target(other),
            None => place.name,
        };
        let value = attributes.get("value").unwrap_or(value);
        self.assign_code(Assign { place: Place { name, ..place }, value, scope });
        Ok(())
    }

    pub(super) fn assign_code(&mut self, assign: Assign) {
        let index = add(&mut self.b.tags.assigns, assign);
        self.code(Stmt::Assign(index), Tail::Swallows);
    }

    /// Parses the attributes and the end of a tag that prints.
    pub(super) fn print_rest(&mut self, row: &[Flat]) -> ParseResult<()> {
        let written = self.attributes()?;
        self.expect(Kind::Rdel)?;
        let attributes = self.sorted(&written, &PRINT)?;
        self.print_with(row, &attributes)
    }

    pub(super) fn print_with(&mut self, row: &[Flat], attributes: &super::attributes::Attributes) -> ParseResult<()> {
        let Some(target) = attributes.get("assign") else {
            return self.print(row, !attributes.flag("nofilter"));
        };
        let value = self.build(row)?;
        if self.text_of(target).is_none() {
            self.code(Stmt::AssignTo(target, value), Tail::Swallows);
            return Ok(());
        }
        let place = Place { name: self.target(target), path: Vec::new() };
        self.assign_code(Assign { place, value, scope: Scope::Default });
        Ok(())
    }

    fn print(&mut self, row: &[Flat], filtered: bool) -> ParseResult<()> {
        let mut row = row.to_vec();
        if filtered {
            let filters: Vec<Vec<Modifier>> = self.filters.last().cloned().into_iter().collect();
            for filter in filters.iter().flatten() {
                row = self.filtered(row, filter)?;
            }
        }
        let value = self.build(&row)?;
        self.code(Stmt::Print(value), Tail::Keeps);
        Ok(())
    }

    fn filtered(&mut self, row: Vec<Flat>, filter: &Modifier) -> ParseResult<Vec<Flat>> {
        if filter.name != b"htmlspecialchars" || !filter.args.is_empty() {
            return self.apply(row, std::slice::from_ref(filter));
        }
        // A plugin of Smarty has this name. Unlike PHP's function it does not replace invalid text.
        self.note_plugin();
        let flags = self.b.int(crate::php::functions::html::ENT_QUOTES);
        let args = vec![vec![Flat::Operand(flags)]];
        self.apply(row, &[Modifier { name: filter.name.clone(), args }])
    }

    /// `{setfilter a|b}`
    fn setfilter(&mut self) -> ParseResult<()> {
        let name = self.expect(Kind::Id)?;
        let name = self.slice(name).to_ascii_lowercase();
        let args = self.modifier_arguments()?;
        let mut filter = vec![Modifier { name, args }];
        filter.extend(self.modifiers()?);
        self.expect(Kind::Rdel)?;
        self.sets_filter = true;
        self.filters.push(filter);
        Ok(())
    }

    /// Parses a tag with a name.
    fn named_tag(&mut self, name: &str, modifiers: &[Modifier], attributes: AttributeList) -> ParseResult<()> {
        if crate::constants::constant(name.as_bytes()).is_some() {
            let value = self.bare_word(name.as_bytes());
            let attributes = self.sorted(&attributes, &PRINT)?;
            let row = self.apply(vec![Flat::Operand(value)], modifiers)?;
            return self.print_with(&row, &attributes);
        }
        if self.control_tag(name, &attributes)? || self.data_tag(name, &attributes)? {
            return Ok(());
        }
        if self.functions.iter().any(|known| known == name.as_bytes()) {
            return self.call_tag(Some(name), &attributes);
        }
        if self.function_tag(name, modifiers, &attributes)? {
            return Ok(());
        }
        // A file that includes or extends this one may have defined a function of this name.
        self.b.unknown_tags.push((name.into(), self.tag_start));
        self.call_tag(Some(name), &attributes)
    }

    /// Parses a control tag; `false` if `name` is not one.
    fn control_tag(&mut self, name: &str, attributes: &AttributeList) -> ParseResult<bool> {
        match name.to_ascii_lowercase().as_str() {
            "else" => self.else_tag()?,
            "foreach" => self.foreach_attributes(attributes)?,
            "foreachelse" => self.foreach_else(attributes)?,
            "forelse" => self.for_else(attributes)?,
            "section" => self.section_tag(attributes)?,
            "sectionelse" => self.section_else(attributes)?,
            "break" => self.break_tag(attributes, true)?,
            "continue" => self.break_tag(attributes, false)?,
            "capture" => self.capture_tag(attributes)?,
            "nocache" => self.nocache_tag(attributes)?,
            "textformat" => self.textformat_tag(attributes)?,
            "if" | "elseif" | "while" => {
                return Err(Problem::syntax(format!("{{{name}}} has no condition")));
            }
            "for" => return Err(Problem::syntax("{for} has no loop variable: write {for $i = 1 to 9}")),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Parses tags about variables and other files; `false` if `name` is not one.
    fn data_tag(&mut self, name: &str, attributes: &AttributeList) -> ParseResult<bool> {
        match name.to_ascii_lowercase().as_str() {
            "assign" => self.assign_tag(attributes)?,
            "append" => self.append_tag(attributes)?,
            "function" => self.define_function(attributes)?,
            "call" => self.call_tag(None, attributes)?,
            "include" => self.include_tag(attributes)?,
            "extends" => self.extends_tag(attributes)?,
            "block" => self.block_tag(attributes)?,
            "child" | "block_child" => self.block_call_tag(true, attributes)?,
            "parent" | "block_parent" => self.block_call_tag(false, attributes)?,
            "ldelim" | "rdelim" => {
                if self.sorted(attributes, &AttributeSpec::NONE)?.flag("nocache") {
                    return Err(Problem::syntax("the flag nocache is not allowed here"));
                }
                let text = if name.eq_ignore_ascii_case("ldelim") { b"{" } else { b"}" };
                self.plain(text);
            }
            "php" | "include_php" | "insert" => return Err(Problem::unknown_tag(name)),
            "eval" | "config_load" | "debug" => self.refused_tag(name, attributes)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// `{/name|modifier}`. Only a tag that passes its content to a function applies the modifiers.
    fn close_tag(&mut self, name: &str, modifiers: &[Modifier]) -> ParseResult<()> {
        let closing = format!("{{/{name}}}");
        match name.to_ascii_lowercase().as_str() {
            "strip" if name == "strip" && modifiers.is_empty() => {
                self.output.strip = false;
                return Ok(());
            }
            // Smarty knows the closing tag once it has loaded the opening one.
            "setfilter" if self.sets_filter => {
                self.filters.pop();
                return Ok(());
            }
            _ => {}
        }
        if !CLOSED.contains(&name.to_ascii_lowercase().as_str()) {
            return Err(Problem::unknown_tag(&format!("/{name}")));
        }
        // The text before the closing tag belongs to it.
        self.flush();
        let hollow = self.is_hollow();
        let (open, body) = self.pop_open(&closing)?;
        if open.name() != name.to_ascii_lowercase() {
            return Err(self.mismatch(&open, &closing));
        }
        match open {
            OpenKind::Capture(_) | OpenKind::TextFormat(_) if hollow => {
                self.close_hollow(open, body);
                Ok(())
            }
            OpenKind::TextFormat(tag) if !modifiers.is_empty() => {
                self.close_modified(TextFormat { body, ..tag }, modifiers)
            }
            OpenKind::HollowFunction => {
                self.emit_block(body);
                Ok(())
            }
            OpenKind::If(..) | OpenKind::Else(..) => self.close_if(open, body),
            OpenKind::Function(tag, outer) => self.close_function(tag, outer, body),
            OpenKind::Block(tag, outer) => self.close_block(*tag, outer, body),
            OpenKind::Nocache => {
                self.close_nocache(body);
                Ok(())
            }
            other => {
                self.close_loop(other, body);
                Ok(())
            }
        }
    }
}

const CLOSED: [&str; 10] =
    ["if", "foreach", "for", "while", "section", "capture", "function", "block", "textformat", "nocache"];

/// Tells the tokens of `{$smarty.block.child}` and `{$smarty.block.parent}` apart.
trait EndsWithChild {
    fn ends_with_child(&self) -> bool;
}

impl EndsWithChild for Vec<u8> {
    fn ends_with_child(&self) -> bool {
        self.windows(6).any(|part| part == b".child")
    }
}
