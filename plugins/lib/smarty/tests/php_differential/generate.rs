//! Generated arguments: known edge cases of each kind, and random values made of their parts.

use dialplate_smarty::php::{Array, Key, Value};

/// Marsaglia's xorshift: the same seed gives the same cases on every machine.
pub struct Generator(u64);

const STRINGS: &[&[u8]] = &[
    b"",
    b"0",
    b"1",
    b"-1",
    b"12",
    b"12.5",
    b" 12",
    b"12 ",
    b"12abc",
    b"abc",
    b"ABC",
    b"1e3",
    b".5",
    b"1.",
    b"-",
    b"0x1A",
    b"9223372036854775807",
    b"9223372036854775808",
    b"99999999999999999999",
    b"1e1000",
    b"true",
    b"null",
    b"a,b,,c",
    b"Hello World",
    b"the quick brown fox",
    b"x1y22 z3",
    b"it's \"quoted\"",
    b"<b>bold</b> & <i>it</i>",
    b"a\nb\r\nc\n",
    b"  padded\t ",
    b"\0nul\0",
    b"caf\xc3\xa9",
    b"\xc3\x84RGER stra\xc3\x9fe",
    b"\xe4\xbd\xa0\xe5\xa5\xbd",
    b"\xf0\x9f\x98\x80 ok",
    b"bad\xff\xfe",
    b"\xe9t\xe9",
    b"trunc\xe2\x82",
    b"100%",
    b"a.b.c",
    b"a-b_c",
    b"file.tar.gz",
    b"/usr/local/x.conf",
    b"http://u:p@host:8080/p/a?q=1#f",
    b"user@example.com",
    b"192.168.1.10",
    b"00:15:65:aa:bb:cc",
    b"001565aabbcc",
    b"&amp;&lt;&#039;&eacute;&nbsp;&bogus;",
    b"%41%zz+b",
    b"aGVsbG8=",
    b"68656c6c6f",
    b"{\"a\":[1,2.5,null]}",
    b"\\'\\\\",
    b"img12.png",
    b"img2.png",
    b"1.2.3-beta",
    b"yes",
    b"off",
    b"aaa",
    b"abcabc",
    b"Az",
    b"zz9",
    b"5 apples",
];

const PIECES: &[&[u8]] = &[
    b"a",
    b"b",
    b"Z",
    b"1",
    b"0",
    b" ",
    b"  ",
    b"\n",
    b".",
    b",",
    b"-",
    b"'",
    b"\"",
    b"<",
    b">",
    b"&",
    b"\\",
    b"/",
    b"%",
    b"ab",
    b"The",
    b"x9",
    b"\xc3\xa9",
    b"\xc3\x9f",
    b"\xe2\x82\xac",
    b"?",
    b"!",
    b"@",
    b"_",
    b"\t",
    b"\0",
    b"=",
    b";",
    b"word",
    b"\xff",
    b"`",
    b"${",
];

const INTS: &[i64] = &[0, 1, -1, 2, -2, 3, 5, 7, -5, 10, 12, 100, 255, -100, 1000, 65];
const WIDE: &[i64] = &[i64::MAX, i64::MIN, i64::MAX - 1, 1 << 31, 1 << 53, -(1 << 40), 1_782_907_200];
const FLOATS: &[f64] = &[
    0.0,
    -0.0,
    0.5,
    1.5,
    -1.5,
    2.5,
    0.1,
    0.3,
    1.005,
    1.955,
    5.055,
    3.25159,
    1e10,
    1e15,
    1e17,
    1e25,
    1e-5,
    1e-10,
    123456.789,
    -2.675,
    99.995,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    9.2e18,
    1e19,
    1234567890123456.0,
    0.49999999999999994,
];

/// One value of each kind that compares or computes differently.
pub fn every_type() -> Vec<Value> {
    let mut pool = vec![Value::Null, Value::Bool(true), Value::Bool(false)];
    pool.extend([0, 1, -1, 12, i64::MAX, i64::MIN].map(Value::Int));
    pool.extend([0.0, -0.0, 0.5, 1.0, 12.0, 1e15, 1e20, f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(Value::Float));
    pool.extend(STRINGS[..24].iter().map(|s| Value::from(s.to_vec())));
    pool.push(Value::list([]));
    pool.push(Value::list([Value::Int(1), Value::text("a")]));
    pool.push(Value::array([(Key::from("k"), Value::Int(1)), (Key::Int(0), Value::Null)].into_iter().collect()));
    pool.push(Value::list([Value::list([Value::Int(1)])]));
    pool
}

impl Generator {
    pub fn new(seed: u64) -> Generator {
        Generator(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() >> 11) as usize % n
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    fn made_string(&mut self) -> Vec<u8> {
        (0..self.below(12)).flat_map(|_| self.pick(PIECES).to_vec()).collect()
    }

    fn string(&mut self) -> Value {
        Value::from(if self.below(2) == 0 { self.pick(STRINGS).to_vec() } else { self.made_string() })
    }

    fn float(&mut self) -> f64 {
        match self.below(3) {
            0 => self.pick(FLOATS),
            1 => (self.below(2_000_000) as f64 - 1e6) / 10_f64.powi(self.below(8) as i32),
            _ => (self.next() as f64 / 1e9) * 10_f64.powi(self.below(30) as i32 - 15),
        }
    }

    fn scalar(&mut self) -> Value {
        match self.below(8) {
            0 => Value::Null,
            1 => Value::Bool(self.below(2) == 0),
            2 | 3 => Value::Int(self.pick(INTS)),
            4 => Value::Float(self.float()),
            _ => self.string(),
        }
    }

    fn array(&mut self, depth: usize) -> Value {
        let mut array = Array::new();
        for _ in 0..self.below(6) {
            let value = if depth > 0 && self.below(5) == 0 { self.array(depth - 1) } else { self.scalar() };
            if self.below(2) == 0 {
                let _ = array.push(value);
            } else {
                let key = self.pick(&["a", "b", "x", "5", "-3", "key", "K"]);
                array.insert(Key::from(key), value);
            }
        }
        Value::array(array)
    }

    /// A value of the kind that a letter of `signatures` names.
    pub fn value(&mut self, kind: char) -> Value {
        if let Some(pieces) = crate::texts::pieces(kind) {
            return Value::from((0..self.below(9)).flat_map(|_| self.pick(pieces).to_vec()).collect::<Vec<u8>>());
        }
        match kind {
            's' => self.string(),
            'i' => Value::Int(self.pick(INTS)),
            'I' => Value::Int(if self.below(2) == 0 { self.pick(WIDE) } else { self.pick(INTS) }),
            'z' => Value::Int(self.below(12) as i64),
            'f' => {
                if self.below(3) == 0 {
                    Value::Int(self.pick(INTS))
                } else {
                    Value::Float(self.float())
                }
            }
            'F' => Value::Float(self.float()),
            'W' => Value::from(self.pick(&STRINGS[36..]).to_vec()),
            'b' | 'B' => Value::Bool(self.below(2) == 0),
            'a' => self.array(0),
            'A' => self.array(2),
            'l' => Value::list((0..self.below(6)).map(|_| self.string()).collect::<Vec<_>>()),
            'L' | 'M' => Value::list((0..self.below(6)).map(|_| Value::Int(self.pick(INTS))).collect::<Vec<_>>()),
            'R' => Value::list((0..self.below(4)).map(|_| self.array(1)).collect::<Vec<_>>()),
            'H' => Value::Int(self.pick(&[-1, 0, 3600, 7200, -18_000, -14_400, 28_800, 19_800, 46_800, 1])),
            'O' => Value::Int(self.pick(&[0, 1, 2, 3, 3, 4, 6, 8, 10, 14, 7])),
            'n' => Value::from(self.below(100_000).to_string()),
            'c' => Value::from(vec![self.pick(b", .-/ab0 '<\\")]),
            'k' => {
                if self.below(2) == 0 {
                    Value::text(self.pick(&["a", "b", "x", "5"]))
                } else {
                    Value::Int(self.pick(&[0, 1, 5]))
                }
            }
            'S' => self.string(),
            'Z' => Value::Int(self.below(12) as i64),
            'Y' => Value::Int(2008 + self.below(28) as i64),
            'J' => Value::Int(self.below(200) as i64 - 80),
            'T' => Value::Int(self.pick(&[0, 1, 1_782_907_200, 1_710_054_000, 1_730_700_000, -1, 4_102_444_800])),
            // Degrees of latitude and longitude.
            '<' => Value::Float((self.below(1800) as f64 - 900.0) / 10.0),
            '>' => Value::Float((self.below(3600) as f64 - 1800.0) / 10.0),
            'r' => Value::list([0x80, 0xffff, self.pick(&[0, 0, 5]), 0xffff].map(Value::Int)),
            _ if kind.is_ascii_digit() || "DUwpqexyvGgPNhjoQEtV&!_".contains(kind) => self.listed(kind),
            _ => match self.below(6) {
                0 => self.array(1),
                1 => Value::Int(self.pick(WIDE)),
                _ => self.scalar(),
            },
        }
    }

    fn listed(&mut self, kind: char) -> Value {
        let list = crate::signatures::listed(kind);
        Value::text(self.pick(list))
    }

    /// Arguments for a signature; now and then one has another type, to cover conversions and refusals.
    pub fn arguments(&mut self, signature: &str, min: usize) -> Vec<Value> {
        let kinds: Vec<char> = signature.chars().collect();
        // A capital T is always given: PHP would otherwise read its own clock.
        let min = if signature.contains(['T', 'Y']) { kinds.len() } else { min };
        let count = min.min(kinds.len()) + self.below(kinds.len() - min.min(kinds.len()) + 1);
        kinds[..count]
            .iter()
            .map(|kind| {
                let fixed = kind.is_ascii_digit() || "DSZTUYJBWrwpqeGPOMVCd%&".contains(*kind);
                if !fixed && self.below(12) == 0 { self.value('m') } else { self.value(*kind) }
            })
            .collect()
    }
}
