//! Changes of a JSON file as a tree.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

/// All places of a JSON tree, as paths.
fn places(value: &Value, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    found.push(path.clone());
    let children: Vec<(String, &Value)> = match value {
        Value::Array(items) => items.iter().enumerate().map(|(i, v)| (i.to_string(), v)).collect(),
        Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), v)).collect(),
        _ => Vec::new(),
    };
    for (key, child) in children {
        path.push(key);
        places(child, path, found);
        path.pop();
    }
}

/// What is put in some place.
fn intruder() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        Just("0".to_string()),
        Just("1".to_string()),
        Just("-1/3".to_string()),
        Just("1e2000".to_string()),
        Just("1e-2000".to_string()),
        (-9i64..9, 1i64..99).prop_map(|(p, q)| format!("{p}/{q}")),
    ];
    prop_oneof![
        6 => number.prop_map(Value::from),
        3 => (0u64..12).prop_map(Value::from),
        1 => Just(json!(u64::MAX)),
        1 => Just(json!(-1)),
        1 => Just(Value::Null),
        1 => Just(json!([])),
        1 => Just(json!({})),
        1 => Just(json!(["0", "1"])),
        1 => Just(json!([[0, "1"], [1, "1"]])),
        1 => Just(json!(1e308)),
        1 => "[a-z\\[\\]/0-9]{0,6}".prop_map(Value::from),
    ]
}

/// A change of a tree: something else put in a place, taken away, or doubled.
#[derive(Debug, Clone)]
pub enum Change {
    Put(Index, Value),
    Remove(Index),
    Double(Index),
}

/// Any change.
pub fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        6 => (any::<Index>(), intruder()).prop_map(|(at, value)| Change::Put(at, value)),
        1 => any::<Index>().prop_map(Change::Remove),
        1 => any::<Index>().prop_map(Change::Double),
    ]
}

impl Change {
    /// Changes the tree.
    pub fn apply(&self, tree: &mut Value) {
        let mut found = Vec::new();
        places(tree, &mut Vec::new(), &mut found);
        let (Change::Put(at, _) | Change::Remove(at) | Change::Double(at)) = self;
        let path = at.get(&found);
        let pointer = |path: &[String]| {
            path.iter()
                .map(|key| format!("/{}", key.replace('~', "~0").replace('/', "~1")))
                .collect::<String>()
        };
        let Some((last, parent)) = path.split_last() else { return };
        match self {
            Change::Put(_, value) => *tree.pointer_mut(&pointer(path)).unwrap() = value.clone(),
            Change::Remove(_) | Change::Double(_) => match tree.pointer_mut(&pointer(parent)).unwrap() {
                Value::Array(items) => {
                    let item = items.remove(last.parse().unwrap());
                    if matches!(self, Change::Double(_)) {
                        items.extend([item.clone(), item]);
                    }
                }
                Value::Object(map) => {
                    map.remove(last);
                }
                _ => unreachable!("only arrays and objects have children"),
            },
        }
    }
}
