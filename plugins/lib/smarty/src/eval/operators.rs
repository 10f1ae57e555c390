//! Operators between two values.

use crate::php::arithmetic::{self, Bits};
use crate::php::{PhpError, Value, compare};
use crate::program::Binary;

pub(super) fn binary(operator: Binary, a: &Value, b: &Value) -> Result<Value, PhpError> {
    let truth = match operator {
        Binary::Add => return arithmetic::add(a, b),
        Binary::Sub => return arithmetic::subtract(a, b),
        Binary::Mul => return arithmetic::multiply(a, b),
        Binary::Div => return arithmetic::divide(a, b),
        Binary::Mod => return arithmetic::modulo(a, b),
        Binary::Pow => return arithmetic::power(a, b),
        Binary::BitAnd => return arithmetic::bits(Bits::And, a, b),
        Binary::BitXor => return arithmetic::bits(Bits::Xor, a, b),
        Binary::Equal => compare::loose_equal(a, b)?,
        Binary::NotEqual => !compare::loose_equal(a, b)?,
        Binary::Identical => compare::identical(a, b)?,
        Binary::NotIdentical => !compare::identical(a, b)?,
        Binary::Less => compare::less(a, b)?,
        Binary::LessEqual => compare::less_equal(a, b)?,
        Binary::Greater => compare::less(b, a)?,
        Binary::GreaterEqual => compare::less_equal(b, a)?,
        Binary::Xor => a.truthy() != b.truthy(),
    };
    Ok(Value::Bool(truth))
}
