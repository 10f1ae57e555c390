//! PHP's array: an ordered map that is also the list.

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::{Key, KeyRef, Value};

type Map = IndexMap<Key, Value, FxBuildHasher>;

/// An insertion-ordered map with PHP's next-free index and internal pointer. Shared as `Rc<Array>`: take
/// `Rc::make_mut` to change one (a copy is made only if somebody else holds it).
#[derive(Clone, Default, Debug)]
pub struct Array {
    map: Map,
    /// Index of the next `[]=`; `None` once `i64::MAX` is taken.
    next: NextIndex,
    /// Place of the internal pointer (`current`, `next` …); the length or more is past the end.
    pointer: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct NextIndex(Option<i64>, bool);

impl NextIndex {
    /// PHP 8.2: an empty array starts at 0, and the first negative key `n` is followed by 0.
    fn after(&mut self, key: i64) {
        match (self.1, self.0) {
            (false, _) => *self = NextIndex(key.max(-1).checked_add(1), true),
            (true, Some(next)) if key >= next => self.0 = key.checked_add(1),
            _ => {}
        }
    }

    fn get(self) -> Option<i64> {
        if self.1 { self.0 } else { Some(0) }
    }
}

impl Array {
    #[must_use]
    pub fn new() -> Array {
        Array::default()
    }

    #[must_use]
    pub fn with_capacity(entries: usize) -> Array {
        Array { map: Map::with_capacity_and_hasher(entries, FxBuildHasher), next: NextIndex::default(), pointer: 0 }
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.map.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    #[must_use]
    pub fn get(&self, key: KeyRef<'_>) -> Option<&Value> {
        self.map.get(&key)
    }

    #[must_use]
    pub fn get_mut(&mut self, key: KeyRef<'_>) -> Option<&mut Value> {
        self.map.get_mut(&key)
    }

    /// Look up by text, under PHP's key rules (`"12"` finds the integer 12).
    #[must_use]
    pub fn get_str(&self, key: &[u8]) -> Option<&Value> {
        self.map.get(&KeyRef::new(key))
    }

    #[must_use]
    pub fn contains(&self, key: KeyRef<'_>) -> bool {
        self.map.contains_key(&key)
    }

    /// Sets `key`; an existing key keeps its place. Gives the value that was there.
    pub fn insert(&mut self, key: Key, value: Value) -> Option<Value> {
        if let Key::Int(n) = key {
            self.next.after(n);
        }
        self.map.insert(key, value)
    }

    /// `$array[$key]` as a place to write to: a missing entry is made, as null.
    pub fn place(&mut self, key: Key) -> &mut Value {
        if let Key::Int(n) = key {
            self.next.after(n);
        }
        self.map.entry(key).or_insert(Value::Null)
    }

    /// `$array[] = $value`. False when the index after `i64::MAX` would be needed (PHP throws an Error).
    #[must_use]
    pub fn push(&mut self, value: Value) -> bool {
        let Some(index) = self.next.get() else {
            return false;
        };
        self.insert(Key::Int(index), value);
        true
    }

    /// Index that `[]=` takes next.
    #[must_use]
    pub fn next_index(&self) -> Option<i64> {
        self.next.get()
    }

    /// Takes out `key`; the others keep their order, the next index does not go back.
    pub fn remove(&mut self, key: KeyRef<'_>) -> Option<Value> {
        let (place, _, value) = self.map.shift_remove_full(&key)?;
        // The pointer stays with its entry, or goes to the one after it.
        if place < self.pointer {
            self.pointer -= 1;
        }
        Some(value)
    }

    /// Place of the internal pointer among the entries.
    #[must_use]
    pub fn pointer(&self) -> usize {
        self.pointer
    }

    pub fn set_pointer(&mut self, place: usize) {
        self.pointer = place;
    }

    /// Takes out the last entry; `[]=` goes back by one if its key was the last index.
    pub fn pop(&mut self) -> Option<Value> {
        let (key, value) = self.map.pop()?;
        if let (Key::Int(n), Some(next)) = (&key, self.next.0)
            && *n == next - 1
        {
            self.next.0 = Some(*n);
        }
        Some(value)
    }

    /// The entry at a position (0 is the first), whatever its key.
    #[must_use]
    pub fn entry_at(&self, position: usize) -> Option<(&Key, &Value)> {
        self.map.get_index(position)
    }

    #[must_use]
    pub fn entry_at_mut(&mut self, position: usize) -> Option<(&Key, &mut Value)> {
        self.map.get_index_mut(position)
    }

    pub fn iter(&self) -> indexmap::map::Iter<'_, Key, Value> {
        self.map.iter()
    }

    pub fn keys(&self) -> indexmap::map::Keys<'_, Key, Value> {
        self.map.keys()
    }

    pub fn values(&self) -> indexmap::map::Values<'_, Key, Value> {
        self.map.values()
    }

    pub fn values_mut(&mut self) -> indexmap::map::ValuesMut<'_, Key, Value> {
        self.map.values_mut()
    }

    /// Whether the keys are 0, 1, 2 … in this order (`array_is_list`).
    #[must_use]
    pub fn is_list(&self) -> bool {
        self.keys().enumerate().all(|(i, key)| matches!(key, Key::Int(n) if usize::try_from(*n) == Ok(i)))
    }
}

/// A chain of arrays as deep as a template cares to nest them must not be dropped by recursion: the stack
/// would not last. Inner arrays that nobody else holds are taken apart here, one by one.
impl Drop for Array {
    fn drop(&mut self) {
        let mut nested = Vec::new();
        take_arrays(&mut self.map, &mut nested);
        while let Some(inner) = nested.pop() {
            if let Ok(mut array) = std::rc::Rc::try_unwrap(inner) {
                take_arrays(&mut array.map, &mut nested);
            }
        }
    }
}

fn take_arrays(map: &mut Map, nested: &mut Vec<std::rc::Rc<Array>>) {
    for value in map.values_mut() {
        let deep = matches!(value, Value::Array(inner) if inner.values().any(|v| matches!(v, Value::Array(_))));
        if let (true, Value::Array(inner)) = (deep, &mut *value) {
            nested.push(std::mem::take(inner));
            *value = Value::Null;
        }
    }
}

impl<'a> IntoIterator for &'a Array {
    type Item = (&'a Key, &'a Value);
    type IntoIter = indexmap::map::Iter<'a, Key, Value>;
    fn into_iter(self) -> Self::IntoIter {
        self.map.iter()
    }
}

impl Extend<(Key, Value)> for Array {
    fn extend<I: IntoIterator<Item = (Key, Value)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

/// A list: the values under 0, 1, 2 …
impl FromIterator<Value> for Array {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> Array {
        let values = values.into_iter();
        let mut array = Array::with_capacity(values.size_hint().0);
        for (i, value) in (0..).zip(values) {
            array.insert(Key::Int(i), value);
        }
        array
    }
}

/// Entries in order; a repeated key keeps its first place and takes the last value.
impl FromIterator<(Key, Value)> for Array {
    fn from_iter<I: IntoIterator<Item = (Key, Value)>>(entries: I) -> Array {
        let entries = entries.into_iter();
        let mut array = Array::with_capacity(entries.size_hint().0);
        for (key, value) in entries {
            array.insert(key, value);
        }
        array
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    #[test]
    fn push_continues_after_the_largest_index() {
        let mut array = Array::new();
        array.insert(Key::Int(-5), Value::Null);
        assert_eq!(array.next_index(), Some(0));
        array.insert(Key::Int(7), Value::Null);
        array.remove(KeyRef::Int(7));
        assert!(array.push(Value::Int(1)));
        assert!(array.contains(KeyRef::Int(8)));
    }

    #[test]
    fn push_after_the_last_index_is_refused() {
        let mut array = Array::new();
        array.insert(Key::Int(i64::MAX), Value::Null);
        assert!(!array.push(Value::Null));
    }

    #[test]
    fn dropping_a_deep_chain_of_arrays_needs_no_stack() {
        let mut value = Value::Null;
        for _ in 0..1_000_000 {
            value = Value::Array(Rc::new(Array::from_iter([value])));
        }
        drop(value);
    }
}
