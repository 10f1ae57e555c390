//! What Smarty compiles and this crate leaves out on purpose: an error when it is reached, so that a line that no device
//! reaches does not cost the file.

use super::attributes::{AttributeList, AttributeSpec};
use super::flat::Flat;
use super::output::Tail;
use super::{ParseResult, Parser};
use crate::error::Problem;
use crate::lexer::Kind;
use crate::program::{Expr, ExprId, Stmt, add};

/// PHP's functions in the packages that FusionPBX needs, sorted: `get_defined_functions()` of Debian 12's `php-cli`.
const FUNCTIONS: &str = include_str!("php_functions.txt");

/// How the names of functions of PHP's other extensions start.
const EXTENSIONS: [&str; 18] = [
    "apcu_",
    "bc",
    "curl_",
    "dom_",
    "gmp_",
    "grapheme_",
    "idn_",
    "image",
    "imap_",
    "ldap_",
    "odbc_",
    "pg_",
    "simplexml_",
    "snmp",
    "xml_",
    "xmlwriter_",
    "yaml_",
    "zip_",
];

impl Parser<'_> {
    /// A value that is an error when it is evaluated.
    pub(super) fn refuse(&mut self, message: impl Into<String>) -> ExprId {
        let index = self.note_refusal(message);
        self.b.expr(Expr::Refused(index))
    }

    /// Lists something that the evaluator refuses.
    pub(super) fn note_refusal(&mut self, message: impl Into<String>) -> u32 {
        add(&mut self.b.refusals, (message.into().into(), self.tag_start))
    }

    /// Lists the name of another file that the evaluator refuses, if the name is known.
    pub(super) fn note_file(&mut self, file: ExprId) {
        if let Some(Err(problem)) = self.text_of(file).map(|name| crate::names::check(name.as_bytes()).map(drop)) {
            self.note_refusal(problem.message);
        }
    }

    /// A call of a PHP function that is not on the list of those that templates may call.
    pub(super) fn refused_call(&mut self, name: &[u8]) -> ParseResult<ExprId> {
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        if !is_php_function(&name) {
            return Err(Problem::syntax(format!("unknown function \"{name}\": PHP has none of this name")));
        }
        Ok(self.refuse(format!(
            "{name}() is not on the list of functions that templates may call (plugins/lib/smarty/COMPATIBILITY.md)"
        )))
    }

    /// `name` as a modifier, which may be a PHP function that is not on the list.
    pub(super) fn refused_modifier(&mut self, name: &[u8]) -> ParseResult<ExprId> {
        match is_php_function(&String::from_utf8_lossy(name)) {
            true => self.refused_call(name),
            false => Err(Problem::syntax(format!("unknown modifier \"{}\"", String::from_utf8_lossy(name)))),
        }
    }

    /// A tag that is refused when it is reached.
    pub(super) fn refused_tag(&mut self, name: &str, written: &AttributeList) -> ParseResult<()> {
        let required: &'static [&'static str] = match name.to_ascii_lowercase().as_str() {
            "eval" => &["var"],
            "config_load" => &["file"],
            _ => &[],
        };
        let any = !name.eq_ignore_ascii_case("debug");
        let spec = AttributeSpec { required, shorthand: required, any, ..AttributeSpec::NONE };
        self.sorted(written, &spec)?;
        let value = self.refuse(format!(
            "{{{name}}} is refused: templates cannot run code, read other files, or print the server's inside"
        ));
        self.code(Stmt::Print(value), Tail::Swallows);
        Ok(())
    }

    /// `class::method(…)`, `class::CONSTANT`, `class::$property`, with the cursor at the colons.
    pub(super) fn static_access(&mut self, class: &[u8]) -> ParseResult<ExprId> {
        if [&b"self"[..], b"parent"].iter().any(|word| class.eq_ignore_ascii_case(word)) {
            return Err(Problem::syntax("self and parent are not classes here"));
        }
        self.expect(Kind::DoubleColon)?;
        let call = self.peek(1) == Kind::OpenP;
        match self.kind() {
            Kind::Id | Kind::DollarId if call => {
                self.next();
                self.next();
                self.arguments()?;
            }
            Kind::Id => {
                self.next();
            }
            Kind::DollarId => {
                let name = self.name()?;
                self.indexed(name)?;
            }
            _ => return Err(self.unexpected("a method, a constant or a property")),
        }
        if self.kind() == Kind::Ptr {
            self.object_chain()?;
        }
        Ok(self.refuse("classes are not supported: a template cannot reach the engine's objects"))
    }

    /// `$name:word`, a stream variable.
    pub(super) fn stream(&mut self, row: &mut Vec<Flat>) -> ParseResult<()> {
        if self.peek(2) != Kind::Id {
            return Err(Problem::syntax("unexpected \":\" after a variable"));
        }
        self.at += 3;
        let stream = self.refuse("stream variables are not supported: put a blank before the \":\" of a ternary");
        row.push(Flat::Operand(stream));
        Ok(())
    }
}

fn is_php_function(name: &str) -> bool {
    FUNCTIONS.lines().any(|known| known == name) || EXTENSIONS.iter().any(|prefix| name.starts_with(prefix))
}
