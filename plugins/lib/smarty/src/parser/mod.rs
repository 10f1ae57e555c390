//! Parses tokens to the compiled form.
//!
//! Smarty compiles tags to the source of a PHP program, which PHP then parses. This has two effects on templates:
//! operators have the precedence that PHP gives them in that source (see [`precedence`]), and PHP swallows one newline
//! after `?>` (see [`text`]).

mod assign;
mod attributes;
mod blocks;
mod call;
mod doubled;
mod element;
mod expr;
mod flat;
mod function_tags;
mod include;
mod inherit;
mod loops;
mod modifier;
mod object;
mod open;
mod output;
mod precedence;
mod properties;
mod quoted;
mod refusal;
mod special;
mod stack;
mod state;
mod strip;
mod tag;
mod text;
mod value;
mod variable;
mod written;

use std::rc::Rc;

use crate::error::{Error, Problem};
use crate::lexer::{self, Kind};
use crate::limits;
use crate::php::Function;
use crate::program::{Program, Template};
use crate::source::{self, LineIndex};

use state::{ParseResult, Parser};

impl Template {
    /// Parses one file. `name` is its path relative to the root of the tree, as errors, `{$smarty.template}` and
    /// relative includes use it; `source` is its content.
    ///
    /// # Errors
    /// [`Syntax`](crate::ErrorKind::Syntax) where Smarty does not compile the file either,
    /// [`Refused`](crate::ErrorKind::Refused) for features that this crate leaves out on purpose,
    /// [`Limit`](crate::ErrorKind::Limit) for a source that is too long or too deeply nested.
    ///
    /// # Examples
    /// ```
    /// use dialplate_smarty::Template;
    ///
    /// let template = Template::parse("vendor/phone.cfg", b"label = {$label}\n")?;
    /// assert_eq!(template.name(), "vendor/phone.cfg");
    /// # Ok::<(), dialplate_smarty::Error>(())
    /// ```
    pub fn parse(name: &str, source: &[u8]) -> Result<Template, Error> {
        Template::parse_with(name, source, &[])
    }

    /// Parses one file that may also call `functions`, as functions and as modifiers. They have names in lower case;
    /// the language's own functions and modifiers cannot be replaced. Included files do not see them unless they are
    /// parsed with them as well.
    ///
    /// # Errors
    /// Those of [`Template::parse`].
    ///
    /// # Examples
    /// ```
    /// use dialplate_smarty::php::{Array, Clock, Function, Taint, Value};
    /// use dialplate_smarty::{Render, Template};
    ///
    /// static DIAL: Function = Function {
    ///     name: "dial",
    ///     min: 1,
    ///     max: Some(2),
    ///     by_ref: 0,
    ///     takes_values: false,
    ///     taint: Taint::Propagates,
    ///     call: |context, args| {
    ///         let number = args[0].to_str().to_lossy();
    ///         let prefix = args.get(1).map_or("0".to_owned(), |prefix| prefix.to_str().to_lossy());
    ///         context.allow_bytes(prefix.len() + number.len())?;
    ///         Ok(Value::from(format!("{prefix}{number}").as_str()))
    ///     },
    /// };
    ///
    /// let source = b"{dial('101')} {'102'|dial:'9'}";
    /// let template = Template::parse_with("phone.cfg", source, &[&DIAL])?;
    /// let (variables, clock) = (Array::new(), Clock::stopped(0));
    /// assert_eq!(template.render(&Render::new(&variables, &clock))?, b"0101 9102");
    /// # Ok::<(), dialplate_smarty::Error>(())
    /// ```
    pub fn parse_with(name: &str, source: &[u8], functions: &[&'static Function]) -> Result<Template, Error> {
        if source.len() > limits::SOURCE_BYTES {
            let max = limits::SOURCE_BYTES;
            let problem = Problem::limit(format!("the file is larger than {max} bytes"));
            return Err(located(name, b"", 0, problem));
        }
        let src = source::normalize(source);
        let (tokens, broken) = lexer::tokens(&src);
        let mut parser = Parser::new(&src, &tokens, broken, functions);
        match parser.template() {
            Ok(()) => Ok(Template { name: Rc::from(name), program: Rc::new(parser.finish()) }),
            Err(problem) => {
                let at = parser.problem_offset();
                Err(located(name, &src, at, problem))
            }
        }
    }
}

fn located(name: &str, src: &[u8], at: u32, problem: Problem) -> Error {
    let place = LineIndex::new(src).position(at);
    let error = Error {
        kind: problem.kind,
        template: name.to_owned(),
        line: place.line,
        column: place.column,
        excerpt: String::new(),
        message: problem.message,
    };
    error.with_source(src)
}

impl Parser<'_> {
    fn template(&mut self) -> ParseResult<()> {
        while self.kind() != Kind::End {
            match self.kind() {
                Kind::Text => {
                    let token = self.next();
                    let strip = self.output.strip;
                    self.add_text(self.slice(token), strip);
                }
                Kind::LiteralStart => self.literal()?,
                _ => self.smarty_tag()?,
            }
        }
        if let Some(broken) = &self.broken {
            self.problem_at.set(Some(broken.at));
            return Err(broken.problem.clone());
        }
        let open = self.open();
        if open.kind.is_template() {
            return Ok(());
        }
        self.problem_at.set(Some(open.at));
        let name = open.kind.name();
        Err(Problem::syntax(format!("{{{name}}} is never closed: expected {{/{name}}}")))
    }

    fn literal(&mut self) -> ParseResult<()> {
        self.next();
        while self.kind() == Kind::Literal {
            let token = self.next();
            self.add_text(self.slice(token), false);
        }
        self.expect(Kind::LiteralEnd)?;
        Ok(())
    }

    fn finish(mut self) -> Program {
        self.flush();
        let stmts = self.opens.pop().map(|open| open.stmts).unwrap_or_default();
        let body = self.b.block(&stmts);
        if let Some(at) = self.first_newline
            && !self.loads_plugin
            && self.b.inherits.is_none()
        {
            self.b.drop_first_byte(at);
        }
        self.b.finish(LineIndex::new(self.src), body)
    }
}
