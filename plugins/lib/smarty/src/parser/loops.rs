//! `{foreach}`, `{for}`, `{section}`, and their closing tags.

use super::attributes::{AttributeList, AttributeSpec, Attributes};
use super::flat::{Flat, Infix};
use super::open::OpenKind;
use super::output::Tail;
use super::properties::SECTION;
use super::{ParseResult, Parser};
use crate::error::Problem;
use crate::lexer::Kind;
use crate::program::{
    Binary, Block, CFor, CStep, Expr, ExprId, For, Foreach, NONE, Name, Place, Prop, Section, SectionProps, Stmt, add,
};

const FOREACH: AttributeSpec = AttributeSpec {
    required: &["from", "item"],
    optional: &["name", "key", "properties"],
    shorthand: &["from", "item", "key", "name"],
    flags: &["nocache"],
    any: false,
};

impl Parser<'_> {
    /// `{foreach`, in either syntax.
    pub(super) fn foreach_tag(&mut self) -> ParseResult<()> {
        if self.kind() == Kind::Space && !self.shorthand_ahead() {
            self.next();
            let from = self.expression()?;
            self.expect(Kind::As)?;
            let mut item = self.loop_variable()?;
            let mut key = None;
            if self.eat(Kind::Aptr) {
                key = Some(item);
                item = self.loop_variable()?;
            }
            let written = self.attributes()?;
            self.expect(Kind::Rdel)?;
            let spec = AttributeSpec { required: &[], ..FOREACH };
            let attributes = self.sorted(&written, &spec)?;
            return self.foreach(from, &item, key.as_deref(), &attributes);
        }
        let written = self.attributes()?;
        self.expect(Kind::Rdel)?;
        self.foreach_attributes(&written)
    }

    /// True for `{foreach $list item …}`, false for `{foreach $list as …}`: no "as" before the end of the tag.
    fn shorthand_ahead(&self) -> bool {
        let mut depth = 0usize;
        let mut ahead = 0;
        loop {
            match self.peek(ahead) {
                Kind::As if depth == 0 => return false,
                Kind::Ldel | Kind::LdelIf | Kind::LdelFor | Kind::LdelForeach => depth += 1,
                Kind::LdelSlash => depth += 1,
                Kind::Rdel if depth == 0 => return true,
                Kind::Rdel => depth -= 1,
                Kind::End => return true,
                _ => {}
            }
            ahead += 1;
        }
    }

    fn loop_variable(&mut self) -> ParseResult<String> {
        let token = self.expect(Kind::DollarId)?;
        Ok(self.variable_name(token))
    }

    pub(super) fn foreach_attributes(&mut self, written: &AttributeList) -> ParseResult<()> {
        let attributes = self.sorted(written, &FOREACH)?;
        let from = attributes.need("from")?;
        let item = attributes.need("item")?;
        let item = self.variable_or_name("item", item)?;
        let key = match attributes.get("key") {
            Some(key) => Some(self.variable_or_name("key", key)?),
            None => None,
        };
        self.foreach(from, &item, key.as_deref(), &attributes)
    }

    /// `item=x`, `item="x"` and `item=$x` all name the variable `x`.
    fn variable_or_name(&self, attribute: &str, value: ExprId) -> ParseResult<String> {
        let name = match self.b.get(value) {
            Expr::Var(symbol) => Some(self.b.symbol_name(symbol).to_owned()),
            _ => self.name_of(value),
        };
        name.ok_or_else(|| illegal(attribute))
    }

    fn foreach(&mut self, from: ExprId, item: &str, key: Option<&str>, attributes: &Attributes) -> ParseResult<()> {
        let name = match attributes.get("name") {
            Some(name) => Some(self.name_of(name).ok_or_else(|| illegal("name"))?),
            None => None,
        };
        if let Expr::Var(symbol) = self.b.get(from) {
            let from = self.b.symbol_name(symbol);
            if from == item || Some(from) == key {
                let message = format!("${from} cannot be both the list and a variable of its loop: rename one");
                return Err(Problem::syntax(message));
            }
        }
        let wanted = self.wanted_properties(attributes)?;
        let item_props = implied(self.properties.item(item) | wanted);
        let named_props = name.as_ref().map_or(0, |name| implied(self.properties.foreach(name)));
        let tag = Foreach {
            from,
            item: self.b.symbol(item),
            key: key.map(|key| self.b.symbol(key)),
            named: name.map(|name| self.b.symbol(&format!("__smarty_foreach_{name}"))),
            item_props,
            named_props,
            body: Block::default(),
            otherwise: Block::default(),
        };
        self.flush();
        self.tail(Tail::Swallows);
        self.push_open(OpenKind::Foreach(Box::new(tag)))
    }

    /// `properties=['first', …]`
    fn wanted_properties(&self, attributes: &Attributes) -> ParseResult<u16> {
        let Some(list) = attributes.get("properties") else { return Ok(0) };
        let mut bits = 0;
        for value in self.b.items(list) {
            let name = self.text_of(value).unwrap_or_default();
            match Prop::named(name.as_bytes()) {
                Prop::Other | Prop::Step | Prop::Value => {
                    return Err(Problem::syntax(format!("unknown loop property \"{name}\"")));
                }
                prop => bits |= prop.bit(),
            }
        }
        Ok(bits)
    }

    pub(super) fn foreach_else(&mut self, written: &AttributeList) -> ParseResult<()> {
        self.sorted(written, &AttributeSpec::NONE)?;
        self.flush();
        let (open, body) = self.pop_open("{foreachelse}")?;
        let OpenKind::Foreach(mut tag) = open else {
            return Err(self.mismatch(&open, "{foreachelse}"));
        };
        tag.body = body;
        self.push_open(OpenKind::ForeachElse(tag))?;
        self.tail(Tail::Swallows);
        Ok(())
    }

    /// `{for`
    pub(super) fn for_tag(&mut self) -> ParseResult<()> {
        let mut starts = vec![self.statement()?];
        if starts.len() == 1 && self.kind() == Kind::To {
            let (place, start) = starts.remove(0);
            return self.for_to(place, start);
        }
        while self.eat(Kind::Comma) {
            starts.push(self.statement()?);
        }
        self.expect(Kind::Semicolon)?;
        let condition = self.expression()?;
        self.expect(Kind::Semicolon)?;
        let name = self.name()?;
        let place = self.indexed(name)?.place;
        let step = self.for_step()?;
        let written = self.attributes()?;
        self.expect(Kind::Rdel)?;
        self.sorted(&written, &AttributeSpec::NONE)?;
        self.flush();
        self.tail(Tail::Swallows);
        let (body, otherwise) = (Block::default(), Block::default());
        let tag = CFor { start: starts, condition, place, step, body, otherwise };
        self.push_open(OpenKind::CFor(Box::new(tag)))
    }

    fn for_step(&mut self) -> ParseResult<CStep> {
        if self.eat(Kind::Equal) {
            return Ok(CStep::Value(self.expression()?));
        }
        let token = self.expect(Kind::IncDec)?;
        match self.slice(token) {
            b"++" => Ok(CStep::Increment),
            b"--" => Ok(CStep::Decrement),
            _ => Err(Problem::syntax("expected \"++\", \"--\" or \"=\"")),
        }
    }

    /// `to b step c max=d`
    fn for_to(&mut self, place: Place, start: ExprId) -> ParseResult<()> {
        self.expect(Kind::To)?;
        let mut to = Vec::new();
        self.expr(&mut to)?;
        let step = if self.eat(Kind::Step) { Some(self.expression()?) } else { None };
        let written = self.attributes()?;
        self.expect(Kind::Rdel)?;
        let spec = AttributeSpec { optional: &["max", "step"], ..AttributeSpec::NONE };
        let attributes = self.sorted(&written, &spec)?;
        let step = match step.or(attributes.get("step")) {
            Some(step) => step,
            None => self.b.int(1),
        };
        // The number of steps as Smarty computes it: `to+1 - (start)` and `start-(to)+1`.
        let one = Flat::Operand(self.b.int(1));
        let plus = Flat::Infix(Infix::Plain(Binary::Add));
        let minus = Flat::Infix(Infix::Plain(Binary::Sub));
        let up = [to.as_slice(), &[plus, one, minus, Flat::Operand(start)]].concat();
        let up = self.build(&up)?;
        let to = self.operand(&to)?;
        let down = self.build(&[Flat::Operand(start), minus, to, plus, one])?;
        self.flush();
        self.tail(Tail::Swallows);
        let max = attributes.get("max").unwrap_or(NONE);
        let (body, otherwise) = (Block::default(), Block::default());
        let tag = For { place, start, step, max, up, down, body, otherwise };
        self.push_open(OpenKind::For(Box::new(tag)))
    }

    pub(super) fn for_else(&mut self, written: &AttributeList) -> ParseResult<()> {
        self.sorted(written, &AttributeSpec::NONE)?;
        self.flush();
        let (open, body) = self.pop_open("{forelse}")?;
        let open = match open {
            OpenKind::For(mut tag) => {
                tag.body = body;
                OpenKind::ForElse(tag)
            }
            OpenKind::CFor(mut tag) => {
                tag.body = body;
                OpenKind::CForElse(tag)
            }
            other => return Err(self.mismatch(&other, "{forelse}")),
        };
        self.push_open(open)?;
        self.tail(Tail::Swallows);
        Ok(())
    }

    pub(super) fn section_tag(&mut self, written: &AttributeList) -> ParseResult<()> {
        let spec = AttributeSpec {
            required: &["name", "loop"],
            optional: &["start", "step", "max", "show", "properties"],
            shorthand: &["name", "loop"],
            ..AttributeSpec::NONE
        };
        let attributes = self.sorted(written, &spec)?;
        let name = attributes.need("name")?;
        let name = self.name_of(name).ok_or_else(|| illegal("name"))?;
        let mut props = self.properties.section(&name);
        if let Some(list) = attributes.get("properties") {
            for value in self.b.items(list) {
                let property = self.text_of(value).unwrap_or_default();
                let bit = SECTION.iter().position(|known| *known == property);
                let bit = bit.ok_or_else(|| Problem::syntax(format!("unknown section property \"{property}\"")))?;
                props |= 1 << bit;
            }
        }
        let optional = |name| attributes.get(name).unwrap_or(NONE);
        let tag = Section {
            variable: self.b.symbol(&format!("__smarty_section_{name}")),
            count: attributes.need("loop")?,
            start: optional("start"),
            step: optional("step"),
            max: optional("max"),
            show: optional("show"),
            props: SectionProps(props),
            body: Block::default(),
            otherwise: Block::default(),
        };
        self.flush();
        self.tail(Tail::Swallows);
        self.push_open(OpenKind::Section(Box::new(tag)))
    }

    pub(super) fn section_else(&mut self, written: &AttributeList) -> ParseResult<()> {
        self.sorted(written, &AttributeSpec::NONE)?;
        self.flush();
        let (open, body) = self.pop_open("{sectionelse}")?;
        let OpenKind::Section(mut tag) = open else {
            return Err(self.mismatch(&open, "{sectionelse}"));
        };
        tag.body = body;
        self.push_open(OpenKind::SectionElse(tag))?;
        self.tail(Tail::Swallows);
        Ok(())
    }

    /// Ends a loop, a capture or a textformat; `body` holds the statements since its last inner tag.
    pub(super) fn close_loop(&mut self, open: OpenKind, body: Block) {
        let mut tail = Tail::Swallows;
        let tags = &mut self.b.tags;
        let stmt = match open {
            OpenKind::Foreach(tag) => Stmt::Foreach(add(&mut tags.foreachs, Foreach { body, ..*tag })),
            OpenKind::ForeachElse(tag) => Stmt::Foreach(add(&mut tags.foreachs, Foreach { otherwise: body, ..*tag })),
            OpenKind::For(tag) => Stmt::For(add(&mut tags.fors, For { body, ..*tag })),
            OpenKind::ForElse(tag) => Stmt::For(add(&mut tags.fors, For { otherwise: body, ..*tag })),
            OpenKind::CFor(tag) => Stmt::CFor(add(&mut tags.cfors, CFor { body, ..*tag })),
            OpenKind::CForElse(tag) => Stmt::CFor(add(&mut tags.cfors, CFor { otherwise: body, ..*tag })),
            OpenKind::While(tag) => {
                tail = Tail::Keeps;
                Stmt::While(add(&mut tags.whiles, crate::program::Loop { body, ..tag }))
            }
            OpenKind::Section(tag) => Stmt::Section(add(&mut tags.sections, Section { body, ..*tag })),
            OpenKind::SectionElse(tag) => Stmt::Section(add(&mut tags.sections, Section { otherwise: body, ..*tag })),
            OpenKind::Capture(tag) => Stmt::Capture(add(&mut tags.captures, crate::program::Capture { body, ..tag })),
            OpenKind::TextFormat(tag) => {
                let tag = crate::program::TextFormat { body, ..tag };
                Stmt::TextFormat(add(&mut tags.textformats, tag))
            }
            // The caller handles all others.
            _ => return,
        };
        self.code(stmt, tail);
    }

    /// The variable that a value names; a value that is not constant is evaluated each time.
    pub(super) fn target(&mut self, value: ExprId) -> Name {
        match self.text_of(value) {
            Some(name) => Name::Static(self.b.symbol(&name)),
            None => Name::Computed(value),
        }
    }
}

fn illegal(attribute: &str) -> Problem {
    Problem::syntax(format!("the attribute \"{attribute}\" must be a plain name"))
}

/// Adds the properties from which others are computed.
fn implied(mut props: u16) -> u16 {
    let pairs = [
        (Prop::First, Prop::Index),
        (Prop::Last, Prop::Iteration),
        (Prop::Last, Prop::Total),
        (Prop::Show, Prop::Total),
    ];
    for (of, needs) in pairs {
        if props & of.bit() != 0 {
            props |= needs.bit();
        }
    }
    props
}
