//! PHP's constants, as far as templates have use for them. What would tell about the server (`PHP_OS`,
//! `PHP_VERSION`, paths) is not among them.

use crate::php::Value;

/// The constant of this name; `true`, `false` and `null` in any case.
pub(crate) fn constant(name: &[u8]) -> Option<Value> {
    if name.eq_ignore_ascii_case(b"true") {
        return Some(Value::Bool(true));
    }
    if name.eq_ignore_ascii_case(b"false") {
        return Some(Value::Bool(false));
    }
    if name.eq_ignore_ascii_case(b"null") {
        return Some(Value::Null);
    }
    // Every other one has a capital first.
    if !name.first()?.is_ascii_uppercase() {
        return None;
    }
    let name = std::str::from_utf8(name).ok()?;
    let int = INTEGERS.iter().find(|(known, _)| *known == name).map(|&(_, n)| Value::Int(n));
    let float = || FLOATS.iter().find(|(known, _)| *known == name).map(|&(_, x)| Value::Float(x));
    let text = || (name == "PHP_EOL").then(|| Value::from("\n"));
    int.or_else(float).or_else(text)
}

const FLOATS: [(&str, f64); 19] = [
    ("M_PI", std::f64::consts::PI),
    ("M_E", std::f64::consts::E),
    ("M_LOG2E", std::f64::consts::LOG2_E),
    ("M_LOG10E", std::f64::consts::LOG10_E),
    ("M_LN2", std::f64::consts::LN_2),
    ("M_LN10", std::f64::consts::LN_10),
    ("M_PI_2", std::f64::consts::FRAC_PI_2),
    ("M_PI_4", std::f64::consts::FRAC_PI_4),
    ("M_1_PI", std::f64::consts::FRAC_1_PI),
    ("M_2_PI", std::f64::consts::FRAC_2_PI),
    ("M_2_SQRTPI", std::f64::consts::FRAC_2_SQRT_PI),
    ("M_SQRT2", std::f64::consts::SQRT_2),
    ("M_SQRT1_2", std::f64::consts::FRAC_1_SQRT_2),
    ("M_EULER", 0.577_215_664_901_532_9),
    ("PHP_FLOAT_EPSILON", f64::EPSILON),
    ("PHP_FLOAT_MAX", f64::MAX),
    ("PHP_FLOAT_MIN", f64::MIN_POSITIVE),
    ("NAN", f64::NAN),
    ("INF", f64::INFINITY),
];

const INTEGERS: [(&str, i64); 66] = [
    ("PHP_INT_MAX", i64::MAX),
    ("PHP_INT_MIN", i64::MIN),
    ("PHP_INT_SIZE", 8),
    ("PHP_FLOAT_DIG", 15),
    ("PHP_ROUND_HALF_UP", 1),
    ("PHP_ROUND_HALF_DOWN", 2),
    ("PHP_ROUND_HALF_EVEN", 3),
    ("PHP_ROUND_HALF_ODD", 4),
    ("ENT_COMPAT", 2),
    ("ENT_QUOTES", 3),
    ("ENT_NOQUOTES", 0),
    ("ENT_IGNORE", 4),
    ("ENT_SUBSTITUTE", 8),
    ("ENT_HTML401", 0),
    ("ENT_XML1", 16),
    ("ENT_XHTML", 32),
    ("ENT_HTML5", 48),
    ("ENT_DISALLOWED", 128),
    ("SORT_REGULAR", 0),
    ("SORT_NUMERIC", 1),
    ("SORT_STRING", 2),
    ("SORT_DESC", 3),
    ("SORT_ASC", 4),
    ("SORT_LOCALE_STRING", 5),
    ("SORT_NATURAL", 6),
    ("SORT_FLAG_CASE", 8),
    ("COUNT_NORMAL", 0),
    ("COUNT_RECURSIVE", 1),
    ("CASE_LOWER", 0),
    ("CASE_UPPER", 1),
    ("STR_PAD_LEFT", 0),
    ("STR_PAD_RIGHT", 1),
    ("STR_PAD_BOTH", 2),
    ("ARRAY_FILTER_USE_BOTH", 1),
    ("ARRAY_FILTER_USE_KEY", 2),
    ("EXTR_OVERWRITE", 0),
    ("JSON_HEX_TAG", 1),
    ("JSON_HEX_AMP", 2),
    ("JSON_HEX_APOS", 4),
    ("JSON_HEX_QUOT", 8),
    ("JSON_FORCE_OBJECT", 16),
    ("JSON_NUMERIC_CHECK", 32),
    ("JSON_UNESCAPED_SLASHES", 64),
    ("JSON_PRETTY_PRINT", 128),
    ("JSON_UNESCAPED_UNICODE", 256),
    ("JSON_PARTIAL_OUTPUT_ON_ERROR", 512),
    ("JSON_PRESERVE_ZERO_FRACTION", 1024),
    ("JSON_INVALID_UTF8_IGNORE", 1_048_576),
    ("JSON_INVALID_UTF8_SUBSTITUTE", 2_097_152),
    ("JSON_THROW_ON_ERROR", 4_194_304),
    ("FILTER_VALIDATE_INT", 257),
    ("FILTER_VALIDATE_BOOLEAN", 258),
    ("FILTER_VALIDATE_BOOL", 258),
    ("FILTER_VALIDATE_FLOAT", 259),
    ("FILTER_VALIDATE_REGEXP", 272),
    ("FILTER_VALIDATE_URL", 273),
    ("FILTER_VALIDATE_EMAIL", 274),
    ("FILTER_VALIDATE_IP", 275),
    ("FILTER_VALIDATE_MAC", 276),
    ("FILTER_VALIDATE_DOMAIN", 277),
    ("FILTER_DEFAULT", 516),
    ("FILTER_UNSAFE_RAW", 516),
    ("FILTER_FLAG_IPV4", 1_048_576),
    ("FILTER_FLAG_IPV6", 2_097_152),
    ("FILTER_NULL_ON_FAILURE", 134_217_728),
    ("FILTER_FLAG_HOSTNAME", 1_048_576),
];
