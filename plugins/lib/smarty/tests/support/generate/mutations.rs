//! Mutated templates: the library and Smarty must refuse the same ones.

use super::Random;

const PIECES: [&str; 40] = [
    "{", "}", "$", "|", ":", "'", "\"", "`", "(", ")", "[", "]", " ", "\n", ",", ".", "=", "=>", "->", "@", "!", "-",
    "+", "*", "/if", "{/if}", "{else}", "{$v}", "if ", " as ", "=1", "%", "&", "0", "a", "#", ";", "?", "<", "x y",
];

/// `source` with one to three bytes or pieces dropped, doubled, swapped or inserted.
pub fn mutated(random: &mut Random, source: &[u8]) -> Vec<u8> {
    let mut bytes = source.to_vec();
    for _ in 0..=random.below(3) {
        if bytes.len() < 3 {
            break;
        }
        let at = random.below(bytes.len() - 1);
        match random.below(4) {
            0 => drop(bytes.remove(at)),
            1 => bytes.insert(at, bytes[at]),
            2 => bytes.swap(at, at + 1),
            _ => drop(bytes.splice(at..at, random.pick(&PIECES).bytes())),
        }
    }
    bytes
}
