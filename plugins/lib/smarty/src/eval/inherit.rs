//! `{extends}` and `{block}`.
//!
//! A child is rendered first and its output is discarded; only its blocks remain, each linked to the block of the same
//! name in its own child. Then the parent is rendered, and its blocks are replaced by those of the children.

use super::records::{BlockNode, Inheritance, State};
use super::{Code, Evaluator, RenderResult};
use crate::error::Problem;
use crate::program::ExprId;

impl Evaluator<'_> {
    /// Starts a template that has blocks or `{extends}`.
    pub(super) fn begin_inheritance(&mut self, extends: bool) {
        let existing = self.frame.inheritance;
        let over = existing.is_some_and(|i| self.inheritances[i].state == State::Parent);
        let current = match existing {
            Some(current) if !(extends && over) => current,
            _ => {
                self.inheritances.push(Inheritance::default());
                let current = self.inheritances.len() - 1;
                self.frame.inheritance = Some(current);
                current
            }
        };
        let start = self.out.len();
        let inheritance = &mut self.inheritances[current];
        inheritance.index += 1;
        if extends {
            inheritance.state = State::Child;
            if inheritance.level == 0 {
                inheritance.start = start;
            }
            inheritance.level += 1;
        }
        if inheritance.state == State::Between {
            inheritance.state = State::Parent;
        }
    }

    /// Ends a child's own statements.
    pub(super) fn end_child(&mut self) {
        let Some(current) = self.frame.inheritance else { return };
        let inheritance = &mut self.inheritances[current];
        inheritance.level = inheritance.level.saturating_sub(1);
        if inheritance.level == 0 {
            inheritance.state = State::Between;
            let start = inheritance.start;
            self.take_output(start);
        }
    }

    /// Renders or registers a `{block}` at its position in the template.
    pub(super) fn block_tag(&mut self, code: &Code<'_>, tag: u32) -> RenderResult<()> {
        let block = &code.program.tags.blocks[tag as usize];
        let name = self.eval(code, block.name)?.to_key()?.to_str();
        let Some(current) = self.frame.inheritance else { return Ok(()) };
        let enclosing = self.block.filter(|_| block.nested);
        let inheritance = &self.inheritances[current];
        let index = enclosing.map_or(inheritance.index, |enclosing| self.nodes[enclosing].index);
        let node = BlockNode {
            loaded: code.loaded,
            tag,
            index,
            child: inheritance.children.get(&name).copied(),
            parent: None,
            append: block.append,
            prepend: block.prepend,
            hide: block.hide,
            calls_child: block.calls_child,
        };
        let id = self.nodes.len();
        self.nodes.push(node);
        if self.inheritances[current].state == State::Child {
            self.inheritances[current].children.insert(name, id);
            return Ok(());
        }
        while let Some(child) = self.nodes[id].child
            && let Some(next) = self.nodes[child].child
            && self.nodes[id].index <= self.nodes[child].index
        {
            self.nodes[id].child = Some(next);
        }
        self.process(id, None)
    }

    fn hidden_child(&self, id: usize) -> bool {
        let child = self.nodes[id].child.map(|child| self.nodes[child]);
        child.is_some_and(|child| child.hide && child.child.is_none())
    }

    fn process(&mut self, id: usize, parent: Option<usize>) -> RenderResult<()> {
        self.enter()?;
        let result = self.process_entered(id, parent);
        self.leave();
        result
    }

    fn process_entered(&mut self, id: usize, parent: Option<usize>) -> RenderResult<()> {
        if self.nodes[id].hide && self.nodes[id].child.is_none() {
            return Ok(());
        }
        if self.hidden_child(id) {
            self.nodes[id].child = None;
        }
        self.nodes[id].parent = parent;
        let BlockNode { append, prepend, .. } = self.nodes[id];
        if append && !prepend && parent.is_some() {
            self.call_parent(id)?;
        }
        self.own_or_child(id)?;
        if prepend && parent.is_some() {
            self.call_parent(id)?;
            if append {
                self.own_or_child(id)?;
            }
        }
        self.nodes[id].parent = None;
        Ok(())
    }

    fn own_or_child(&mut self, id: usize) -> RenderResult<()> {
        match self.nodes[id].child {
            Some(child) if !self.nodes[id].calls_child && !self.hidden_child(id) => self.process(child, Some(id)),
            _ => self.call_block(id),
        }
    }

    fn call_parent(&mut self, id: usize) -> RenderResult<()> {
        match self.nodes[id].parent {
            Some(parent) => self.call_block(parent),
            None => {
                Err(Problem::fault("{$smarty.block.parent} needs a block of the same name in the extended template"))
            }
        }
    }

    /// Runs a block's own statements.
    fn call_block(&mut self, id: usize) -> RenderResult<()> {
        let BlockNode { loaded, tag, .. } = self.nodes[id];
        let handle = self.loaded[loaded].clone();
        let code = handle.code(loaded);
        let block = &code.program.tags.blocks[tag as usize];
        let outer = self.block.replace(id);
        let start = self.output_for(block.assign);
        self.enter()?;
        self.block(&code, block.body)?;
        self.leave();
        self.block = outer;
        match block.assign.optional() {
            Some(assign) => self.assign_output(&code, assign, start),
            None => Ok(()),
        }
    }

    pub(super) fn child_tag(&mut self, code: &Code<'_>, assign: ExprId) -> RenderResult<()> {
        let start = self.output_for(assign);
        if let Some(id) = self.block
            && let Some(child) = self.nodes[id].child
        {
            self.process(child, Some(id))?;
        }
        match assign.optional() {
            Some(assign) => self.assign_output(code, assign, start),
            None => Ok(()),
        }
    }

    pub(super) fn parent_tag(&mut self, code: &Code<'_>, assign: ExprId) -> RenderResult<()> {
        let start = self.output_for(assign);
        if let Some(id) = self.block {
            self.call_parent(id)?;
        }
        match assign.optional() {
            Some(assign) => self.assign_output(code, assign, start),
            None => Ok(()),
        }
    }

    /// Starts captured output for [`Evaluator::assign_output`] if `assign` names a variable; returns the start of the
    /// output.
    fn output_for(&mut self, assign: ExprId) -> usize {
        if assign.optional().is_some() { self.capture_output() } else { self.out.len() }
    }

    fn assign_output(&mut self, code: &Code<'_>, assign: ExprId, start: usize) -> RenderResult<()> {
        let text = self.captured(start);
        self.assign_to_expr(code, assign, text)
    }
}
