//! `{if}` and `{while}`.

use super::{Code, Evaluator, Flow, RenderResult};
use crate::program::Loop;

impl Evaluator<'_> {
    pub(super) fn branches(&mut self, code: &Code<'_>, start: u32, len: u32) -> RenderResult<Flow> {
        for branch in &code.program.branches[start as usize..(start + len) as usize] {
            let taken = match (branch.assign, branch.condition.optional()) {
                (Some(assign), _) => {
                    let assign = &code.program.tags.assigns[assign as usize];
                    self.assign(code, assign).map(|value| value.truthy())
                }
                (None, Some(condition)) => self.truth(code, condition),
                (None, None) => Ok(true),
            };
            match taken {
                Ok(true) => return self.block(code, branch.body),
                Ok(false) => {}
                Err(problem) => {
                    self.locate(code, branch.at);
                    return Err(problem);
                }
            }
        }
        Ok(Flow::Next)
    }

    pub(super) fn while_loop(&mut self, code: &Code<'_>, tag: &Loop) -> RenderResult<Flow> {
        loop {
            let has_next_pass = match tag.assign {
                // The value is tested first; the variable is assigned within the loop.
                Some(assign) => {
                    let assign = &code.program.tags.assigns[assign as usize];
                    let value = self.eval(code, assign.value)?;
                    if value.truthy() {
                        let symbol = self.name(code, assign.place.name)?;
                        let keys = self.keys(code, &assign.place)?;
                        self.assign_value(symbol, &keys, value.clone())?;
                    }
                    value.truthy()
                }
                None => self.truth(code, tag.condition)?,
            };
            if !has_next_pass {
                return Ok(Flow::Next);
            }
            self.step()?;
            if let Some(flow) = self.block(code, tag.body)?.in_loop() {
                return Ok(flow);
            }
        }
    }
}
