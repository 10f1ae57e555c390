//! Checks a password against what the database stores of a user.

use super::hash::{COST, md5_verifier};
use crate::facts::StoredPassword;
use crate::request::Secret;
use md5::{Digest, Md5};
use subtle::ConstantTimeEq;

/// The highest cost that is checked. Each step doubles the time: 14 takes about a second, and whoever can write such a
/// hash could otherwise keep the server busy for days.
pub const COST_MAX: u32 = 14;

/// For the work that replaces a check. Any salt takes the same time.
const SALT: [u8; 16] = *b"dialplate's salt";

/// Whether `given` is the user's password, or the MD5 of it in hexadecimal digits. Takes as long as one bcrypt hash of
/// `cost` (two, if `given` looks like an MD5), whether the user exists, and whatever hash it has up to that cost.
pub fn matches(stored: Option<&StoredPassword>, given: &Secret, cost: u32) -> bool {
    let cost = cost.clamp(COST, COST_MAX);
    let text = given.expose();
    let is_password = match stored.map(|stored| stored.hash.as_str()) {
        // FusionPBX takes any other hash for an MD5.
        Some(hash) if !hash.starts_with('$') => verify(None, text, cost) | is_salted_md5(stored, text),
        hash => verify(hash, text, cost),
    };
    let is_known_md5 = is_md5(text) && verify(stored.and_then(md5_verifier), &text.to_ascii_lowercase(), cost);
    // FusionPBX accepts no empty password.
    (is_password | is_known_md5) && !text.is_empty()
}

/// Whether a text has the form of an MD5.
fn is_md5(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Checks a bcrypt hash, and works as long as a hash of `cost` takes.
fn verify(hash: Option<&str>, given: &str, cost: u32) -> bool {
    let own = hash.and_then(cost_of).filter(|own| *own <= COST_MAX);
    let is_right = own.is_some() && hash.is_some_and(|hash| bcrypt::verify(given, hash).unwrap_or(false));
    // Each step takes as long as all steps before it together, so the sum is the time of `cost`.
    match own {
        Some(own) => (own..cost).for_each(|step| work(given, step)),
        None => work(given, cost),
    }
    is_right
}

fn work(given: &str, cost: u32) {
    // PHP and bcrypt read no more of a password. The NUL ends it.
    let mut key: Vec<u8> = given.bytes().take(71).collect();
    key.push(0);
    std::hint::black_box(bcrypt::bcrypt(cost, SALT, &key));
}

/// The cost of a bcrypt hash; `None` if it is none.
fn cost_of(hash: &str) -> Option<u32> {
    let rest = ["$2y$", "$2b$", "$2a$"].iter().find_map(|prefix| hash.strip_prefix(prefix))?;
    rest.split_once('$')?.0.parse().ok()
}

/// The hash of FusionPBX's releases before bcrypt.
fn is_salted_md5(stored: Option<&StoredPassword>, given: &str) -> bool {
    let Some(stored) = stored else { return false };
    let digest = format!("{:x}", Md5::new().chain_update(&stored.salt).chain_update(given).finalize());
    digest.as_bytes().ct_eq(stored.hash.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::password::NewPassword;
    use std::time::{Duration, Instant};

    /// PHP's `password_hash('p&ss w"örd', PASSWORD_BCRYPT, ['cost' => 10])`.
    const PHP: &str = "$2y$10$CzEtkHp18QfF7J9t5qnx3OhhmiJuz0ESYWzGowLQhoTVbhi1XvW7e";

    fn stored(hash: &str, salt: &str) -> StoredPassword {
        StoredPassword { hash: hash.into(), salt: salt.into(), verifier: String::new() }
    }

    fn check(stored: &StoredPassword, given: &str) -> bool {
        matches(Some(stored), &Secret::new(given), COST)
    }

    #[test]
    fn bcrypt_of_php_matches_its_password_only() {
        let user = stored(PHP, "");
        assert!(check(&user, "p&ss w\"örd"));
        for wrong in ["", "p&ss w\"ord", "p&ss w\"örd ", PHP] {
            assert!(!check(&user, wrong), "{wrong}");
        }
    }

    #[test]
    fn salted_md5_matches_its_password_only() {
        // md5('salt' . 'secret')
        let user = stored("d42a0f742ffc1be4e1cc0845c2429c97", "salt");
        assert!(check(&user, "secret"));
        for wrong in ["", "Secret", "d42a0f742ffc1be4e1cc0845c2429c97"] {
            assert!(!check(&user, wrong), "{wrong}");
        }
        assert!(!check(&stored("d41d8cd98f00b204e9800998ecf8427e", ""), ""), "the MD5 of no password");
    }

    #[test]
    fn unknown_user_and_hash_match_nothing() {
        assert!(!matches(None, &Secret::new("x"), COST));
        for hash in
            ["", "$", "$1$salt$x", "$2y$10$short", "$2y$31$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]
        {
            assert!(!check(&stored(hash, ""), "x") && !check(&stored(hash, ""), ""), "{hash}");
        }
    }

    #[test]
    fn md5_of_password_matches_the_verifier_in_any_case() {
        let new = NewPassword::of(&Secret::new("secret")).unwrap();
        let user = StoredPassword { hash: new.hash, salt: String::new(), verifier: new.verifier };
        let md5 = format!("{:x}", Md5::digest("secret"));
        assert!(check(&user, "secret") && check(&user, &md5) && check(&user, &md5.to_ascii_uppercase()));
        assert!(!check(&user, &format!("{:x}", Md5::digest("Secret"))));
        let changed = StoredPassword { hash: PHP.into(), ..user };
        assert!(!check(&changed, &md5), "the verifier is of another password");
    }

    #[test]
    fn check_takes_the_time_of_the_given_cost() {
        let time = |stored: Option<&StoredPassword>| {
            let started = Instant::now();
            matches(stored, &Secret::new("wrong"), COST + 1);
            started.elapsed()
        };
        let (own, old) = (stored(PHP, ""), stored("d2ab93a90b7ee7f9a4ff9db2d7aa0b0f", "salt"));
        let shortest = |user: Option<&StoredPassword>| (0..5).map(|_| time(user)).min().unwrap_or(Duration::MAX);
        let ratio = || {
            let unknown = shortest(None).as_secs_f64();
            [&own, &old].map(|user| shortest(Some(user)).as_secs_f64() / unknown)
        };
        // A missing step halves the time. A busy machine may disturb one round.
        let rounds: Vec<_> = (0..4).map(|_| ratio()).collect();
        let are_alike = |ratios: &[f64; 2]| ratios.iter().all(|ratio| (0.75..1.33).contains(ratio));
        assert!(rounds.iter().any(are_alike), "{rounds:?}");
    }
}
