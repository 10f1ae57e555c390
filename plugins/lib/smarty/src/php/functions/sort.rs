//! Sorting. PHP's sorts are stable since 8.0.

use super::args;
use super::register::{by_ref, moves};
use super::text_compare::natural;
use crate::php::{Array, Context, Function, Key, PhpError, Value, compare};

pub const FUNCTIONS: &[Function] = &[
    by_ref(moves("sort", 1, 2, |c, a| values(c, a, false, false)), 1),
    by_ref(moves("rsort", 1, 2, |c, a| values(c, a, true, false)), 1),
    by_ref(moves("asort", 1, 2, |c, a| values(c, a, false, true)), 1),
    by_ref(moves("arsort", 1, 2, |c, a| values(c, a, true, true)), 1),
    by_ref(moves("ksort", 1, 2, |c, a| keys(c, a, false)), 1),
    by_ref(moves("krsort", 1, 2, |c, a| keys(c, a, true)), 1),
    by_ref(moves("natsort", 1, 1, |c, a| in_order(c, a, SortOrder::new(SORT_NATURAL), false, true)), 1),
    by_ref(
        moves("natcasesort", 1, 1, |c, a| in_order(c, a, SortOrder::new(SORT_NATURAL | SORT_FLAG_CASE), false, true)),
        1,
    ),
];

const SORT_NUMERIC: i64 = 1;
const SORT_STRING: i64 = 2;
const SORT_LOCALE_STRING: i64 = 5;
const SORT_NATURAL: i64 = 6;
pub const SORT_FLAG_CASE: i64 = 8;

/// The comparison that the flags of a sort select.
#[derive(Clone, Copy)]
pub struct SortOrder {
    kind: i64,
    fold: bool,
}

impl SortOrder {
    #[must_use]
    pub fn new(flags: i64) -> SortOrder {
        SortOrder { kind: flags & !SORT_FLAG_CASE, fold: flags & SORT_FLAG_CASE != 0 }
    }

    /// The order of two values: negative, 0 or positive.
    ///
    /// # Errors
    /// A limit error for arrays nested too deeply.
    pub fn values(&self, a: &Value, b: &Value) -> Result<i32, PhpError> {
        Ok(match self.kind {
            SORT_NUMERIC => a.to_float().partial_cmp(&b.to_float()).map_or(1, |o| o as i32),
            SORT_NATURAL => natural(&a.to_bytes(), &b.to_bytes(), self.fold),
            SORT_STRING if self.fold => {
                compare::bytes(&a.to_bytes().to_ascii_lowercase(), &b.to_bytes().to_ascii_lowercase())
            }
            SORT_STRING | SORT_LOCALE_STRING => compare::bytes(&a.to_bytes(), &b.to_bytes()),
            _ => compare::compare(a, b)?,
        })
    }
}

/// A stable merge sort. `Vec::sort_by` may panic if the comparison is not a total order, and PHP's `<=>` over mixed
/// types is not.
///
/// # Errors
/// Any error of `order`.
pub fn sorted<T>(items: Vec<T>, order: &impl Fn(&T, &T) -> Result<i32, PhpError>) -> Result<Vec<T>, PhpError> {
    if items.len() < 2 {
        return Ok(items);
    }
    let mut left = items;
    let right = left.split_off(left.len() / 2);
    let (left, right) = (sorted(left, order)?, sorted(right, order)?);
    let mut out = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        if order(a, b)? <= 0 { out.extend(left.next()) } else { out.extend(right.next()) }
    }
    out.extend(left);
    out.extend(right);
    Ok(out)
}

fn values(context: &mut Context<'_>, args: &mut [Value], down: bool, keep: bool) -> Result<Value, PhpError> {
    let order = SortOrder::new(args::int_or(args, 1, 0)?);
    in_order(context, args, order, down, keep)
}

fn in_order(
    context: &mut Context<'_>,
    args: &mut [Value],
    order: SortOrder,
    down: bool,
    keep: bool,
) -> Result<Value, PhpError> {
    let array = args::take_array(args, 0)?;
    context.charge(array.len().saturating_mul(16))?;
    let entries: Vec<(Key, Value)> = array.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
    let entries = sorted(entries, &|a, b| {
        if down { order.values(&b.1, &a.1) } else { order.values(&a.1, &b.1) }
    })?;
    let out: Array =
        if keep { entries.into_iter().collect() } else { entries.into_iter().map(|(_, value)| value).collect() };
    args[0] = Value::array(out);
    Ok(Value::Bool(true))
}

fn keys(context: &mut Context<'_>, args: &mut [Value], down: bool) -> Result<Value, PhpError> {
    let array = args::take_array(args, 0)?;
    let order = SortOrder::new(args::int_or(args, 1, 0)?);
    context.charge(array.len().saturating_mul(16))?;
    let entries: Vec<(Key, Value)> = array.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
    let by_key = |a: &Key, b: &Key| order.values(&a.to_value(), &b.to_value());
    let entries = sorted(entries, &|a, b| {
        if down { by_key(&b.0, &a.0) } else { by_key(&a.0, &b.0) }
    })?;
    args[0] = Value::array(entries.into_iter().collect());
    Ok(Value::Bool(true))
}
