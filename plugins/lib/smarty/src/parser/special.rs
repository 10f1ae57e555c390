//! `$smarty.…`

use super::properties::SECTION;
use super::{ParseResult, Parser};
use crate::error::Problem;
use crate::php::Value;
use crate::program::{Expr, ExprId, NONE, Super};

/// The release of Smarty that FusionPBX ships and this crate follows.
const VERSION: &str = "4.3.1";

const FOREACH: [&str; 6] = ["first", "last", "index", "iteration", "show", "total"];

impl Parser<'_> {
    /// The special variable with these indexes.
    pub(super) fn special(&mut self, path: &[Option<ExprId>]) -> ParseResult<ExprId> {
        let Some(name) = self.index_name(path, 0) else {
            return Err(Problem::syntax("$smarty must be followed by a name: $smarty.now"));
        };
        match name.to_ascii_lowercase().as_str() {
            "foreach" => {
                let (name, property) = (self.index_name(path, 1), self.index_name(path, 2));
                self.foreach_property(name, property)
            }
            "section" => {
                let (name, property) = (self.index_name(path, 1), self.index_name(path, 2));
                match (name, property) {
                    (Some(name), Some(property)) => self.section_property(name.as_bytes(), property.as_bytes()),
                    _ => Err(Problem::syntax("expected $smarty.section.name.property")),
                }
            }
            "capture" => {
                let name = path.get(1).copied().flatten().unwrap_or(NONE);
                Ok(self.b.expr(Expr::Captured(name)))
            }
            "now" => Ok(self.b.expr(Expr::Now)),
            "get" => self.superglobal(Super::Get, path),
            "post" => self.superglobal(Super::Post, path),
            "request" => self.superglobal(Super::Request, path),
            "cookies" => self.superglobal(Super::Cookies, path),
            "server" => self.superglobal(Super::Server, path),
            "template" => Ok(self.b.expr(Expr::TemplateName)),
            "version" => Ok(self.b.string(VERSION.as_bytes())),
            "ldelim" => Ok(self.b.string(b"{")),
            "rdelim" => Ok(self.b.string(b"}")),
            "const" => self.php_constant(path),
            // Configuration files and sessions do not exist here, and the server's environment is not exposed to
            // templates.
            "config" | "env" | "session" => Ok(self.b.constant(Value::Null)),
            "current_dir" => Ok(self.b.expr(Expr::TemplateFolder)),
            "template_object" => {
                let message = format!("$smarty.{name} is not available: it exposes objects of the template engine");
                Ok(self.refuse(message))
            }
            _ => Err(Problem::syntax(format!("$smarty.{name} is not defined"))),
        }
    }

    /// Index `i` if it is a literal name.
    fn index_name(&self, path: &[Option<ExprId>], i: usize) -> Option<String> {
        let index = path.get(i).copied().flatten()?;
        match self.b.constant_of(index)? {
            Value::Str(s) if is_name(s) => Some(s.to_lossy()),
            _ => None,
        }
    }

    fn foreach_property(&mut self, name: Option<String>, property: Option<String>) -> ParseResult<ExprId> {
        let property = property.map(|property| property.to_ascii_lowercase());
        match (name, property) {
            (Some(name), Some(property)) if FOREACH.contains(&property.as_str()) => {
                Ok(self.noted(&format!("__smarty_foreach_{name}"), &property))
            }
            _ => Err(Problem::syntax(
                "expected $smarty.foreach.name.property with one of first, last, index, iteration, show, total",
            )),
        }
    }

    pub(super) fn section_property(&mut self, name: &[u8], property: &[u8]) -> ParseResult<ExprId> {
        let property = String::from_utf8_lossy(property).to_ascii_lowercase();
        if !SECTION.contains(&property.as_str()) {
            return Err(Problem::syntax(format!("unknown section property \"{property}\"")));
        }
        let name = String::from_utf8_lossy(name);
        Ok(self.noted(&format!("__smarty_section_{name}"), &property))
    }

    /// The property that a loop has set, else null.
    fn noted(&mut self, variable: &str, property: &str) -> ExprId {
        let variable = self.b.var(variable);
        let property = self.b.string(property.as_bytes());
        let index = self.b.expr(Expr::Index(variable, property));
        self.b.expr(Expr::Quiet(index))
    }

    fn superglobal(&mut self, which: Super, path: &[Option<ExprId>]) -> ParseResult<ExprId> {
        let mut expr = self.b.expr(Expr::Super(which));
        for index in &path[1..] {
            let Some(index) = *index else {
                return Err(Problem::syntax("\"[]\" is valid only in an assignment"));
            };
            expr = self.b.expr(Expr::Index(expr, index));
        }
        Ok(expr)
    }

    fn php_constant(&mut self, path: &[Option<ExprId>]) -> ParseResult<ExprId> {
        // Indexes after the name are ignored. An unknown constant is null, not a string.
        match path.get(1).copied().flatten() {
            Some(name) => Ok(self.b.expr(Expr::Constant(name, false))),
            None => Ok(self.b.constant(Value::Null)),
        }
    }
}

/// `[0-9]*[a-zA-Z_]\w*`
pub(super) fn is_name(text: &[u8]) -> bool {
    let word = text.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_');
    word && text.iter().any(|b| !b.is_ascii_digit())
}
