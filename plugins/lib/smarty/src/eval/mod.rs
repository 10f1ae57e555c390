//! Renders a template.

mod assign;
mod blocks;
mod calls;
mod code;
mod constructs;
mod counted;
mod expr;
mod flow;
mod foreach;
mod frame;
mod html;
mod include;
mod inherit;
mod math;
mod operators;
mod path;
mod plugins;
mod records;
mod render;
mod section;
mod state;
mod stmt;
mod textformat;
mod trust;
mod variables;

#[cfg(test)]
mod tests;

pub use render::{Render, Superglobals, Templates, Variables};

use crate::error::Error;
use crate::program::Template;

use code::Code;
use flow::Flow;
use state::{Evaluator, RenderResult};

impl Template {
    /// Renders the template to the bytes of a document.
    ///
    /// # Errors
    /// [`Fault`](crate::ErrorKind::Fault) where PHP stops with a fatal error, [`Limit`](crate::ErrorKind::Limit),
    /// [`Refused`](crate::ErrorKind::Refused) or [`NotFound`](crate::ErrorKind::NotFound) for an included file, and any
    /// error of parsing that file. Where PHP only warns (an undefined variable or index), the value is null.
    ///
    /// # Examples
    /// ```
    /// use dialplate_smarty::php::{Array, Clock, Key, Value};
    /// use dialplate_smarty::{Render, Template};
    ///
    /// let template = Template::parse("phone.cfg", b"label = {$label|upper}\n")?;
    /// let variables: Array = [(Key::from("label"), Value::from("Anna"))].into_iter().collect();
    /// let clock = Clock::stopped(0);
    /// assert_eq!(template.render(&Render::new(&variables, &clock))?, b"label = ANNA\n");
    /// # Ok::<(), dialplate_smarty::Error>(())
    /// ```
    pub fn render(&self, render: &Render<'_>) -> Result<Vec<u8>, Error> {
        self.stands_alone(|_| false)?;
        let mut evaluator = Evaluator::new(self, render);
        let loaded = evaluator.loaded[0].clone();
        match evaluator.template(&loaded.code(0)) {
            Ok(()) => Ok(evaluator.out),
            Err(problem) => Err(evaluator.error(problem, self)),
        }
    }
}
