//! Finds names that are spelled like a mistyped one.

/// How alike two names are at least, from 0 to 1. `t46x` and `t46u` have 0.75.
const LIKENESS_MIN: f64 = 0.7;

/// The names of `known` that are spelled like `name`, the nearest first. The last part of a path counts alone, too:
/// `t46u` is near `yealink/t46u`.
pub fn near<'a>(name: &str, known: &'a [String], max: usize) -> Vec<&'a str> {
    let name = name.to_lowercase();
    let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let likeness = |other: &str| {
        let other = other.to_lowercase();
        let whole = strsim::normalized_damerau_levenshtein(&name, &other);
        whole.max(strsim::normalized_damerau_levenshtein(&last(&name), &last(&other)) * 0.99)
    };
    let mut alike: Vec<_> = known.iter().map(|other| (likeness(other), other.as_str())).collect();
    alike.retain(|(likeness, _)| *likeness >= LIKENESS_MIN);
    alike.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(other.1)));
    alike.into_iter().take(max).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistyped_name_finds_those_spelled_like_it() {
        let known = ["yealink/t46s", "yealink/t46u", "yealink/t54w", "polycom/vvx450"].map(str::to_owned);
        assert_eq!(near("yealnk/t46u", &known, 2), ["yealink/t46u", "yealink/t46s"]);
        assert_eq!(near("VVX540", &known, 5), ["polycom/vvx450"]);
        assert_eq!(near("fax", &known, 5), [""; 0]);
    }
}
