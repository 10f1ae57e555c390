//! Parses tokens to the compiled form.
//!
//! Smarty compiles tags to the source of a PHP program, which PHP then parses. This has two effects on templates:
//! operators have the precedence that PHP gives them in that source (see [`flat`]), and PHP swallows one newline after
//! `?>` (see [`output`]).

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
mod properties;
mod quoted;
mod refusal;
mod special;
mod strip;
mod tag;
mod value;
mod variable;
mod written;

use std::cell::Cell;
use std::rc::Rc;

use crate::error::{Error, Problem};
use crate::lexer::{self, Kind, LexError, Token};
use crate::limits;
use crate::program::{Builder, Program, Template};
use crate::source::{self, LineIndex};

use open::{Open, OpenKind};
use output::Output;
use properties::Properties;

type ParseResult<T> = Result<T, Problem>;

struct Parser<'s> {
    src: &'s [u8],
    tokens: &'s [Token],
    broken: Option<LexError>,
    at: usize,
    /// The start of the current tag.
    tag_start: u32,
    /// The position of a problem, if it is not the whole tag.
    problem_at: Cell<Option<u32>>,
    b: Builder,
    opens: Vec<Open>,
    output: Output,
    /// The offset in the text buffer of a newline at the beginning of the file.
    first_newline: Option<u32>,
    /// Smarty starts the code of the file with a list of plugins, so that its first newline stays.
    loads_plugin: bool,
    properties: Properties,
    /// The names of the `{function}`s so far, which are tags from there on.
    functions: Vec<Vec<u8>>,
    filters: Vec<Vec<modifier::Modifier>>,
    /// The file has a `{setfilter}` so far.
    sets_filter: bool,
    /// The tag is within a second pair of braces.
    doubled: bool,
    nesting: usize,
}

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
        if source.len() > limits::SOURCE_BYTES {
            let max = limits::SOURCE_BYTES;
            let problem = Problem::limit(format!("the file is larger than {max} bytes"));
            return Err(located(name, b"", 0, problem));
        }
        let src = source::normalize(source);
        let (tokens, broken) = lexer::tokens(&src);
        let mut parser = Parser::new(&src, &tokens, broken);
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

impl<'s> Parser<'s> {
    fn new(src: &'s [u8], tokens: &'s [Token], broken: Option<LexError>) -> Parser<'s> {
        Parser {
            src,
            tokens,
            broken,
            at: 0,
            tag_start: 0,
            problem_at: Cell::new(None),
            b: Builder::default(),
            opens: vec![Open::new(OpenKind::Template, 0)],
            output: Output::of_file(),
            first_newline: None,
            loads_plugin: false,
            properties: Properties::scan(src),
            functions: Vec::new(),
            filters: Vec::new(),
            sets_filter: false,
            doubled: false,
            nesting: 0,
        }
    }

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

    fn kind(&self) -> Kind {
        self.peek(0)
    }

    fn peek(&self, ahead: usize) -> Kind {
        self.tokens.get(self.at + ahead).map_or(Kind::End, |token| token.kind)
    }

    /// Returns the token at the cursor and advances; at the end, an empty token.
    fn next(&mut self) -> Token {
        let end = source::offset(self.src.len());
        let none = Token { kind: Kind::End, start: end, end };
        let token = self.tokens.get(self.at).copied().unwrap_or(none);
        self.at += 1;
        token
    }

    fn eat(&mut self, kind: Kind) -> bool {
        let found = self.kind() == kind;
        if found {
            self.at += 1;
        }
        found
    }

    fn expect(&mut self, kind: Kind) -> ParseResult<Token> {
        if self.kind() == kind {
            return Ok(self.next());
        }
        Err(self.unexpected(kind.describe()))
    }

    fn slice(&self, token: Token) -> &'s [u8] {
        &self.src[token.start as usize..token.end as usize]
    }

    /// The text of a token without the white space around it.
    fn word(&self, token: Token) -> &'s [u8] {
        self.slice(token).trim_ascii()
    }

    fn unexpected(&self, expected: &str) -> Problem {
        if self.kind() == Kind::End
            && let Some(broken) = &self.broken
        {
            self.problem_at.set(Some(broken.at));
            return broken.problem.clone();
        }
        let end = source::offset(self.src.len());
        let at = self.tokens.get(self.at).map_or(end, |token| token.start);
        self.problem_at.set(Some(at));
        let found = match self.tokens.get(self.at) {
            None => "the end of the file".to_owned(),
            Some(&token) => format!("\"{}\"", excerpt(self.slice(token))),
        };
        Problem::syntax(format!("unexpected {found}: expected {expected}"))
    }

    /// The position that an error names: the unexpected token, or the tag.
    fn problem_offset(&self) -> u32 {
        self.problem_at.get().unwrap_or(self.tag_start)
    }

    /// Enters one level of nested expressions; [`Parser::leave`] ends it.
    fn enter(&mut self) -> ParseResult<()> {
        self.nesting += 1;
        if self.nesting > limits::EXPRESSION_NESTING {
            let max = limits::EXPRESSION_NESTING;
            return Err(Problem::limit(format!("nesting of expressions exceeds {max}")));
        }
        Ok(())
    }

    fn leave(&mut self) {
        self.nesting -= 1;
    }
}

/// The text of a token for a message: short, on one line.
fn excerpt(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let text = text.split('\n').next().unwrap_or_default();
    text.chars().take(40).collect()
}
