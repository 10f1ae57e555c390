//! Statements.

use super::{Code, Evaluator, Flow, RenderResult};
use crate::program::{Block, Stmt};

/// The fuel that a statement costs, roughly in nanoseconds: it bounds the time of loops over long bodies.
const STATEMENT_WORK: usize = 16;

impl Evaluator<'_> {
    pub(super) fn block(&mut self, code: &Code<'_>, block: Block) -> RenderResult<Flow> {
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

    pub(super) fn stmt(&mut self, code: &Code<'_>, stmt: Stmt) -> RenderResult<Flow> {
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
}
