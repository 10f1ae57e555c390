//! PHP's array: an ordered map that also serves as a list.

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::{Key, KeyRef, Value};

type Map = IndexMap<Key, Value, FxBuildHasher>;

/// PHP's array: a map in insertion order, with the next free index and the internal pointer.
///
/// [`Value::Array`] shares it as `Rc<Array>`. To change one, use `Rc::make_mut`, which copies only if it is shared.
///
/// # Examples
/// ```
/// use dialplate_smarty::php::{Array, Key, Value};
///
/// let mut array = Array::new();
/// array.insert(Key::from("4"), Value::from("four"));
/// assert!(array.push(Value::from("five")));
/// assert_eq!(array.get_str(b"5").unwrap().to_bytes(), "five".as_bytes());
/// ```
#[derive(Clone, Default, Debug)]
pub struct Array {
    map: Map,
    /// The index that the next `[]=` uses; `None` once `i64::MAX` is taken.
    next: NextIndex,
    /// The position of the internal pointer (`current`, `next` …); the length or more is past the end.
    pointer: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct NextIndex(Option<i64>, bool);

impl NextIndex {
    /// As in PHP 8.2, an empty array starts at 0, and the first negative key is followed by 0.
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
    /// An empty array.
    pub fn new() -> Array {
        Array::default()
    }

    #[must_use]
    /// An empty array with memory for this number of entries.
    pub fn with_capacity(entries: usize) -> Array {
        Array { map: Map::with_capacity_and_hasher(entries, FxBuildHasher), next: NextIndex::default(), pointer: 0 }
    }

    #[must_use]
    /// The number of entries.
    pub fn len(&self) -> usize {
        self.map.len()
    }

    #[must_use]
    /// True if there are no entries.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    #[must_use]
    /// The value of a key.
    pub fn get(&self, key: KeyRef<'_>) -> Option<&Value> {
        self.map.get(&key)
    }

    #[must_use]
    /// The value of a key, for changing.
    pub fn get_mut(&mut self, key: KeyRef<'_>) -> Option<&mut Value> {
        self.map.get_mut(&key)
    }

    /// The value of a key given as text, under PHP's key rules (`"12"` finds the integer 12).
    #[must_use]
    pub fn get_str(&self, key: &[u8]) -> Option<&Value> {
        self.map.get(&KeyRef::new(key))
    }

    #[must_use]
    /// True if the key exists, whatever its value.
    pub fn contains(&self, key: KeyRef<'_>) -> bool {
        self.map.contains_key(&key)
    }

    /// Sets a key and returns its old value. An existing key keeps its position.
    pub fn insert(&mut self, key: Key, value: Value) -> Option<Value> {
        if let Key::Int(n) = key {
            self.next.after(n);
        }
        self.map.insert(key, value)
    }

    /// `$array[$key]` as a target: a missing entry is added as null.
    pub fn place(&mut self, key: Key) -> &mut Value {
        if let Key::Int(n) = key {
            self.next.after(n);
        }
        self.map.entry(key).or_insert(Value::Null)
    }

    /// `$array[] = $value`. Returns false if the index after `i64::MAX` would be needed, for which PHP throws an Error.
    #[must_use]
    pub fn push(&mut self, value: Value) -> bool {
        let Some(index) = self.next.get() else {
            return false;
        };
        self.insert(Key::Int(index), value);
        true
    }

    /// The index that the next `[]=` uses; `None` if there is none left.
    #[must_use]
    pub fn next_index(&self) -> Option<i64> {
        self.next.get()
    }

    /// Removes a key and returns its value. The other entries keep their order, and the next index stays.
    pub fn remove(&mut self, key: KeyRef<'_>) -> Option<Value> {
        let (place, _, value) = self.map.shift_remove_full(&key)?;
        // The pointer stays with its entry, or moves to the entry after it.
        if place < self.pointer {
            self.pointer -= 1;
        }
        Some(value)
    }

    /// The position of the internal pointer among the entries.
    #[must_use]
    pub fn pointer(&self) -> usize {
        self.pointer
    }

    /// Moves the internal pointer; a position past the end is allowed.
    pub fn set_pointer(&mut self, place: usize) {
        self.pointer = place;
    }

    /// Removes and returns the last value. If its key was the last index, the next `[]=` reuses it.
    pub fn pop(&mut self) -> Option<Value> {
        let (key, value) = self.map.pop()?;
        if let (Key::Int(n), Some(next)) = (&key, self.next.0)
            && *n == next - 1
        {
            self.next.0 = Some(*n);
        }
        Some(value)
    }

    /// The entry at a position, counted from 0.
    #[must_use]
    pub fn entry_at(&self, position: usize) -> Option<(&Key, &Value)> {
        self.map.get_index(position)
    }

    /// The entry at a position, counted from 0, with its value for changing.
    #[must_use]
    pub fn entry_at_mut(&mut self, position: usize) -> Option<(&Key, &mut Value)> {
        self.map.get_index_mut(position)
    }

    /// The entries in order.
    pub fn iter(&self) -> indexmap::map::Iter<'_, Key, Value> {
        self.map.iter()
    }

    /// The keys in order.
    pub fn keys(&self) -> indexmap::map::Keys<'_, Key, Value> {
        self.map.keys()
    }

    /// The values in order.
    pub fn values(&self) -> indexmap::map::Values<'_, Key, Value> {
        self.map.values()
    }

    /// The values in order, for changing.
    pub fn values_mut(&mut self) -> indexmap::map::ValuesMut<'_, Key, Value> {
        self.map.values_mut()
    }

    /// True if the keys are 0, 1, 2 … in this order (PHP's `array_is_list`).
    #[must_use]
    pub fn is_list(&self) -> bool {
        self.keys().enumerate().all(|(i, key)| matches!(key, Key::Int(n) if usize::try_from(*n) == Ok(i)))
    }
}

/// Drops a chain of nested arrays without recursion, whose depth a template controls: inner arrays that are not shared
/// are taken apart one by one.
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

/// A list: the values under the keys 0, 1, 2 …
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

/// Entries in order; a repeated key keeps its first position and takes the last value.
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
    fn push_continues_after_largest_index() {
        let mut array = Array::new();
        array.insert(Key::Int(-5), Value::Null);
        assert_eq!(array.next_index(), Some(0));
        array.insert(Key::Int(7), Value::Null);
        array.remove(KeyRef::Int(7));
        assert!(array.push(Value::Int(1)));
        assert!(array.contains(KeyRef::Int(8)));
    }

    #[test]
    fn push_after_last_index_returns_false() {
        let mut array = Array::new();
        array.insert(Key::Int(i64::MAX), Value::Null);
        assert!(!array.push(Value::Null));
    }

    #[test]
    fn drop_of_deeply_nested_array_needs_no_stack() {
        let mut value = Value::Null;
        for _ in 0..1_000_000 {
            value = Value::Array(Rc::new(Array::from_iter([value])));
        }
        drop(value);
    }
}
