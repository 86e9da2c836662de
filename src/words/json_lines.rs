//! JSON with one line per element down to four levels of nesting, compact below: diffable and still small.
//!
//! It is written while the value is visited, so that nothing but the text itself takes memory.

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;
use std::io::{Result, Write};

/// Arrays and objects inside this many others, or fewer, have one line per element.
const OPEN_LEVELS: usize = 4;

/// The text of a network, a certificate or any other value, ending in a newline.
pub fn to_json(value: &impl Serialize) -> String {
    let mut text = Vec::new();
    value
        .serialize(&mut Serializer::with_formatter(&mut text, Lines::default()))
        .expect("the formats have string keys only");
    text.push(b'\n');
    String::from_utf8(text).expect("JSON is UTF-8")
}

/// Decides where lines begin.
#[derive(Default)]
struct Lines {
    /// How many arrays and objects are open.
    depth: usize,
    /// Whether the innermost open one has an element.
    filled: bool,
}

impl Lines {
    fn open(&mut self, bracket: &[u8], out: &mut (impl ?Sized + Write)) -> Result<()> {
        self.depth += 1;
        self.filled = false;
        out.write_all(bracket)
    }

    fn element(&mut self, first: bool, out: &mut (impl ?Sized + Write)) -> Result<()> {
        if !first {
            out.write_all(b",")?;
        }
        if self.one_per_line() { self.new_line(self.depth, out) } else { Ok(()) }
    }

    fn close(&mut self, bracket: &[u8], out: &mut (impl ?Sized + Write)) -> Result<()> {
        if self.filled && self.one_per_line() {
            self.new_line(self.depth - 1, out)?;
        }
        self.depth -= 1;
        out.write_all(bracket)
    }

    /// Whether the innermost open array or object is one of the outer levels.
    fn one_per_line(&self) -> bool {
        self.depth <= OPEN_LEVELS
    }

    fn new_line(&self, indentation: usize, out: &mut (impl ?Sized + Write)) -> Result<()> {
        write!(out, "\n{:indentation$}", "")
    }
}

impl Formatter for Lines {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> Result<()> {
        self.open(b"[", out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> Result<()> {
        self.element(first, out)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> Result<()> {
        self.filled = true;
        Ok(())
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> Result<()> {
        self.close(b"]", out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> Result<()> {
        self.open(b"{", out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> Result<()> {
        self.element(first, out)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> Result<()> {
        out.write_all(if self.one_per_line() { b": " } else { b":" })
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> Result<()> {
        self.filled = true;
        Ok(())
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> Result<()> {
        self.close(b"}", out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategies::{certificates, fixed, shape};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    /// The same layout, written down from a tree in memory.
    fn by_recursion(value: &Value, depth: usize) -> String {
        let (brackets, items): (_, Vec<String>) = match value {
            Value::Array(items) if !items.is_empty() && depth < OPEN_LEVELS => {
                ("[]", items.iter().map(|item| by_recursion(item, depth + 1)).collect())
            }
            Value::Object(map) if !map.is_empty() && depth < OPEN_LEVELS => {
                let entry = |(key, item)| format!("{}: {}", Value::from(key), by_recursion(item, depth + 1));
                ("{}", map.iter().map(|(key, item)| entry((key.as_str(), item))).collect())
            }
            _ => return value.to_string(),
        };
        let lines: Vec<String> =
            items.iter().map(|item| format!("\n{}{item}", " ".repeat(depth + 1))).collect();
        let (open, close) = brackets.split_at(1);
        format!("{open}{}\n{}{close}", lines.join(","), " ".repeat(depth))
    }

    #[test]
    fn four_levels_are_open_and_empty_ones_never() {
        let value = json!({ "a": [], "b": {}, "c": [[1, [2, [3, {}], {"k": [], "l": 4}]], []], "\"": "\n" });
        let text = r#"{
 "a": [],
 "b": {},
 "c": [
  [
   1,
   [
    2,
    [3,{}],
    {"k":[],"l":4}
   ]
  ],
  []
 ],
 "\"": "\n"
}
"#;
        assert_eq!(to_json(&value), text);
        assert_eq!(to_json(&json!([])), "[]\n");
        assert_eq!(to_json(&json!("x")), "\"x\"\n");
    }

    fn trees() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(7, 60, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..4)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_layout_is_that_of_the_tree(value in trees()) {
            prop_assert_eq!(to_json(&value), by_recursion(&value, 0) + "\n");
        }

    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn proofs_are_written_as_their_trees((_, proof) in certificates(shape(fixed(3), 2))) {
            for text in [&proof.network_json, &proof.certificate_json] {
                let tree: Value = serde_json::from_str(text).unwrap();
                prop_assert_eq!(text, &(by_recursion(&tree, 0) + "\n"));
            }
        }
    }
}
