//! `{if}`, `{while}`, `{capture}`, `{nocache}`, `{textformat}`, `{break}` and `{continue}`.

use super::attributes::{AttributeList, AttributeSpec};
use super::open::{Arm, OpenKind};
use super::output::Tail;
use super::{ParseResult, Parser};
use crate::error::Problem;
use crate::lexer::{Kind, Token};
use crate::php::Value;
use crate::program::{Assign, Block, Branch, Capture, ExprId, Loop, NONE, Place, Scope, Stmt, TextFormat, add};

impl Parser<'_> {
    /// `{if …}`, `{elseif …}`, `{while …}`
    pub(super) fn conditional(&mut self, token: Token) -> ParseResult<()> {
        let word = String::from_utf8_lossy(&self.word(token)[1..]).into_owned();
        let arm = self.condition()?;
        let written = self.attributes()?;
        self.expect(Kind::Rdel)?;
        self.sorted(&written, &AttributeSpec::NONE)?;
        match word.to_ascii_lowercase().as_str() {
            "if" => {
                self.flush();
                self.push_open(OpenKind::If(Vec::new(), arm))?;
            }
            "while" => {
                self.flush();
                let Arm { assign, condition, .. } = arm;
                let body = Block::default();
                self.push_open(OpenKind::While(Loop { assign, condition, body }))?;
            }
            "elseif" => self.else_if(arm)?,
            _ if word == "else if" => self.else_if(arm)?,
            _ => return Err(Problem::syntax(format!("unknown tag {{{word}}}: write {{else if}}"))),
        }
        self.tail(Tail::Swallows);
        Ok(())
    }

    fn condition(&mut self) -> ParseResult<Arm> {
        if !self.statement_ahead() {
            let condition = self.expression()?;
            return Ok(Arm { at: self.tag_start, assign: None, condition });
        }
        let (place, value) = self.statement()?;
        let assign = Assign { place, value, scope: Scope::Default };
        let assign = add(&mut self.b.tags.assigns, assign);
        Ok(Arm { at: self.tag_start, assign: Some(assign), condition: value })
    }

    /// True if an assignment is at the cursor: parentheses, a variable with its indexes, and an equals sign.
    pub(super) fn statement_ahead(&self) -> bool {
        let mut ahead = 0;
        while self.peek(ahead) == Kind::OpenP {
            ahead += 1;
        }
        if !matches!(self.peek(ahead), Kind::DollarId | Kind::Dollar) {
            return false;
        }
        let mut depth = 0usize;
        loop {
            ahead += 1;
            match self.peek(ahead) {
                Kind::OpenB | Kind::Ldel => depth += 1,
                Kind::CloseB | Kind::Rdel => match depth.checked_sub(1) {
                    Some(outer) => depth = outer,
                    None => return false,
                },
                Kind::End => return false,
                Kind::Equal if depth == 0 => return true,
                Kind::Dot | Kind::Id | Kind::Integer | Kind::DollarId | Kind::Dollar => {}
                _ if depth > 0 => {}
                _ => return false,
            }
        }
    }

    /// `$x = value`, in any number of parentheses.
    pub(super) fn statement(&mut self) -> ParseResult<(Place, ExprId)> {
        if self.eat(Kind::OpenP) {
            self.enter()?;
            let inner = self.statement()?;
            self.leave();
            self.expect(Kind::CloseP)?;
            return Ok(inner);
        }
        let name = self.name()?;
        let variable = self.indexed(name)?;
        self.expect(Kind::Equal)?;
        let value = self.expression()?;
        Ok((variable.place, value))
    }

    fn else_if(&mut self, arm: Arm) -> ParseResult<()> {
        let branches = self.finish_arm("{elseif}")?;
        self.push_open(OpenKind::If(branches, arm))
    }

    pub(super) fn else_tag(&mut self) -> ParseResult<()> {
        let branches = self.finish_arm("{else}")?;
        self.push_open(OpenKind::Else(branches))?;
        self.tail(Tail::Swallows);
        Ok(())
    }

    /// Ends the current arm at the tag `next`.
    fn finish_arm(&mut self, next: &str) -> ParseResult<Vec<Branch>> {
        self.flush();
        let (open, body) = self.pop_open(next)?;
        match open {
            OpenKind::If(mut branches, arm) => {
                branches.push(arm.filled(body));
                Ok(branches)
            }
            other => Err(self.mismatch(&other, next)),
        }
    }

    pub(super) fn close_if(&mut self, open: OpenKind, body: Block) -> ParseResult<()> {
        let branches = match open {
            OpenKind::If(mut branches, arm) => {
                branches.push(arm.filled(body));
                branches
            }
            OpenKind::Else(mut branches) => {
                branches.push(self.always(body));
                branches
            }
            _ => return Err(Problem::syntax("{/if} without {if}")),
        };
        let stmt = self.b.branches(&branches);
        self.code(stmt, Tail::Swallows);
        Ok(())
    }

    /// An arm without a condition.
    fn always(&self, body: Block) -> Branch {
        Branch { at: self.tag_start, assign: None, condition: NONE, body }
    }

    pub(super) fn capture_tag(&mut self, written: &AttributeList) -> ParseResult<()> {
        let spec = AttributeSpec {
            required: &[],
            optional: &["name", "assign", "append"],
            shorthand: &["name"],
            flags: &["nocache"],
            any: false,
        };
        let attributes = self.sorted(written, &spec)?;
        let name = match attributes.get("name") {
            Some(name) => name,
            None => self.b.string(b"default"),
        };
        self.flush();
        self.tail(Tail::Swallows);
        self.push_open(OpenKind::Capture(Capture {
            name,
            assign: attributes.get("assign").unwrap_or(NONE),
            append: attributes.get("append").unwrap_or(NONE),
            body: Block::default(),
        }))
    }

    /// Templates are never cached, so the tag has no effect; it does not even swallow a newline.
    pub(super) fn nocache_tag(&mut self, written: &AttributeList) -> ParseResult<()> {
        self.sorted(written, &AttributeSpec { flags: &[], ..AttributeSpec::NONE })?;
        self.flush_into_nocache()
    }

    fn flush_into_nocache(&mut self) -> ParseResult<()> {
        self.flush();
        self.push_open(OpenKind::Nocache)
    }

    pub(super) fn close_nocache(&mut self, body: Block) {
        self.emit_block(body);
    }

    /// Emits the statements of a tag that has no code itself, as one arm that always runs.
    pub(super) fn emit_block(&mut self, body: Block) {
        let branch = self.always(body);
        let stmt = self.b.branches(&[branch]);
        self.emit(stmt);
    }

    pub(super) fn textformat_tag(&mut self, written: &AttributeList) -> ParseResult<()> {
        self.note_plugin();
        let spec = AttributeSpec { any: true, ..AttributeSpec::NONE };
        let params = self.sorted(written, &spec)?.params(&[]);
        self.flush();
        self.tail(Tail::Swallows);
        let body = Block::default();
        self.push_open(OpenKind::TextFormat(TextFormat { params, body }))
    }

    /// `{break}` and `{continue}`, with any number of levels.
    pub(super) fn break_tag(&mut self, written: &AttributeList, leaves: bool) -> ParseResult<()> {
        let spec = AttributeSpec { optional: &["levels"], shorthand: &["levels"], ..AttributeSpec::NONE };
        let attributes = self.sorted(written, &spec)?;
        if attributes.flag("nocache") {
            return Err(Problem::syntax("the flag nocache is not allowed here"));
        }
        let levels = match attributes.get("levels") {
            None => 1,
            Some(levels) => match self.b.constant_of(levels) {
                Some(&Value::Int(n)) if n > 0 => n,
                Some(Value::Str(s)) => s.to_lossy().parse().unwrap_or(0),
                _ => 0,
            },
        };
        let reachable = self.opens.iter().rev();
        let reachable = reachable
            .take_while(|open| !matches!(open.kind, OpenKind::Function(..) | OpenKind::Block(..) | OpenKind::Value));
        let loops = reachable.filter(|open| open.kind.is_loop()).count();
        let levels = u32::try_from(levels).ok().filter(|&n| n > 0 && n as usize <= loops);
        let Some(levels) = levels else {
            let name = if leaves { "break" } else { "continue" };
            let message =
                format!("{{{name}}} needs a number of levels from 1 to {loops}, the number of loops around it");
            return Err(Problem::syntax(message));
        };
        let stmt = if leaves { Stmt::Break(levels) } else { Stmt::Continue(levels) };
        self.code(stmt, Tail::Swallows);
        Ok(())
    }
}

impl Arm {
    fn filled(self, body: Block) -> Branch {
        let Arm { at, assign, condition } = self;
        Branch { at, assign, condition, body }
    }
}
