//! Pictures show the weights and the errors that are there.

use base64::Engine;
use common::proof_set::{page_of_all, proofs};
use common::run;
use num_traits::Signed;
use serde_json::{Value, json};
use sumformer_checker::arith::number::{Rational, parse_rational, to_f64};

fn network(path: &str) -> Value {
    let text = std::fs::read_to_string(proofs().join(path).join("network.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn length(value: &Value) -> u64 {
    value.as_array().unwrap().len() as u64
}

/// Width, height and indices of a PNG with a palette.
fn decode(address: &str) -> (u32, u32, Vec<u8>) {
    let bytes = address.strip_prefix("data:image/png;base64,").expect("a PNG");
    let bytes = base64::engine::general_purpose::STANDARD.decode(bytes).expect("base64");
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().expect("a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut pixels).expect("pixels");
    assert_eq!(info.color_type, png::ColorType::Indexed);
    (info.width, info.height, pixels)
}

#[test]
fn all_weights_are_counted() {
    let (_, answer) = page_of_all();
    for result in answer["results"].as_array().unwrap() {
        let path = result["path"].as_str().unwrap();
        let network = network(path);
        let matrices = result["matrices"].as_array().unwrap();
        let of = |name: &str, block: Option<usize>| -> u64 {
            let found = matrices.iter().find(|m| m["name"] == name && m["block"] == json!(block));
            found.unwrap_or_else(|| panic!("{path}: no {name}"))["nonzeros"].as_u64().unwrap()
        };
        assert_eq!(of("embedding", None), length(&network["embedding"]["weights"]));
        assert_eq!(of("readout", None), length(&network["readout"]["weights"]));
        for (b, block) in network["blocks"].as_array().unwrap().iter().enumerate() {
            let units = block["units"].as_array().unwrap();
            assert_eq!(of("W1", Some(b)), units.iter().map(|unit| length(&unit["in"])).sum::<u64>());
            assert_eq!(of("W2", Some(b)), units.iter().map(|unit| length(&unit["out"])).sum::<u64>());
            if !block["attention"].is_null() {
                let head = &block["attention"]["heads"][0];
                for (name, key) in [("W_Q", "query"), ("W_K", "key"), ("W_V", "value")] {
                    assert_eq!(of(name, Some(b)), length(&head[key]), "{path}: {name}");
                }
                assert_eq!(of("W_O", Some(b)), length(&block["attention"]["output"]));
            }
        }
        let counted: u64 = matrices.iter().map(|m| m["nonzeros"].as_u64().unwrap()).sum();
        let others = result["biases"].as_u64().unwrap() + result["features"].as_u64().unwrap();
        assert_eq!(json!(counted + others), result["nonzeros"], "{path}");
        assert_eq!(result["features"] != 0, result["architecture"] == "performer");
    }
}

#[test]
fn pixels_are_where_the_weights_are() {
    let (page, answer) = page_of_all();
    let articles: Vec<&str> = page.split("<article").skip(1).collect();
    for (article, result) in articles.iter().zip(answer["results"].as_array().unwrap()) {
        let path = result["path"].as_str().unwrap();
        let network = network(path);
        let block = network["blocks"].as_array().unwrap().iter().position(|b| !b["attention"].is_null());
        let Some(block) = block else { continue };
        let alternative = article.find(&format!("alt=\"W_V, block {block}:")).expect("the picture");
        let start = article[..alternative].rfind("src=\"").expect("its source") + 5;
        let address = &article[start..start + article[start..].find('"').unwrap()];
        let (width, height, pixels) = decode(address);
        let wanted = length(&network["slots"]);
        assert_eq!((u64::from(width), u64::from(height)), (wanted, wanted), "{path}");
        let mut shown = Vec::new();
        for (at, &pixel) in pixels.iter().enumerate().filter(|(_, pixel)| **pixel > 0) {
            assert_eq!(pixel, 255, "one place a pixel");
            shown.push([at as u64 / wanted, at as u64 % wanted]);
        }
        let entries = network["blocks"][block]["attention"]["heads"][0]["value"].as_array().unwrap();
        let entries: Vec<[u64; 2]> =
            entries.iter().map(|e| [e[0].as_u64().unwrap(), e[1].as_u64().unwrap()]).collect();
        assert_eq!(shown, entries, "{path}");
    }
}

/// The largest exact |network − target| at a sequence.
fn exact_error(path: &str, sequence: &Value) -> Rational {
    std::fs::write(proofs().join("point.json"), sequence.to_string()).unwrap();
    let run = run(proofs(), &format!("eval {path} --input point.json --scalar exact --json"));
    let answer: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|e| panic!("{e}: {}", run.stderr));
    let numbers = |rows: &Value| -> Vec<Rational> {
        let rows = rows.as_array().unwrap().iter().flat_map(|row| row.as_array().unwrap().clone());
        rows.map(|value| parse_rational(value.as_str().unwrap()).unwrap()).collect()
    };
    let (got, wanted) = (numbers(&answer["outputs"]), numbers(&answer["target"]));
    let errors = got.iter().zip(&wanted).map(|(got, wanted)| (got - wanted).abs());
    errors.reduce(|a, b| if a > b { a } else { b }).expect("an output")
}

#[test]
fn sampled_errors_are_the_exact_ones_up_to_rounding() {
    let (_, answer) = page_of_all();
    let mut compared = 0;
    for result in answer["results"].as_array().unwrap() {
        let path = result["path"].as_str().unwrap();
        // Their targets have no rational values.
        if path == "atoms" || path == "boxes" {
            continue;
        }
        let slice = &result["slice"];
        let axes = slice["axes"].as_array().unwrap();
        let values = slice["values"].as_array().unwrap();
        let lengths: Vec<usize> = axes.iter().map(|axis| axis["points"].as_array().unwrap().len()).collect();
        assert_eq!(lengths.iter().product::<usize>(), values.len());
        let largest = values.iter().map(|v| v.as_f64().unwrap()).fold(0.0, f64::max);
        assert_eq!(slice["largest"].as_f64().unwrap(), largest);
        let at_largest = values.iter().position(|v| v.as_f64() == Some(largest)).unwrap();
        for index in [0, values.len() / 2 + 3, values.len() / 3, values.len() - 1, at_largest] {
            let mut sequence = slice["base"].clone();
            let mut rest = index;
            for (axis, length) in axes.iter().zip(&lengths) {
                let point = axis["points"][rest % length].as_f64().unwrap();
                rest /= length;
                let exact = Rational::from_float(point).unwrap().to_string();
                sequence[axis["token"].as_u64().unwrap() as usize]
                    [axis["coordinate"].as_u64().unwrap() as usize] = json!(exact);
            }
            let exact = to_f64(&exact_error(path, &sequence));
            // Some hundred operations on numbers below 10 in double precision.
            let sampled = values[index].as_f64().unwrap();
            assert!((sampled - exact).abs() < 1e-12, "{path}, {index}: {sampled} instead of {exact}");
            compared += 1;
        }
        let certified = result["certified"]["float"].as_f64().unwrap();
        assert!(largest <= certified + 1e-12, "{path}: {largest} sampled, {certified} certified");
        if let Some(witness) = result["witness"]["float"].as_f64() {
            // The picture takes the largest error over tokens and outputs, the witness that of one.
            assert_eq!(slice["at_witness"], true);
            assert!(slice["base_value"].as_f64().unwrap() >= witness - 1e-12, "{path}");
        }
    }
    assert!(compared >= 35);
}

#[test]
fn leaves_of_boxes_are_counted() {
    let (page, answer) = page_of_all();
    let text = std::fs::read_to_string(proofs().join("boxes/certificate.json")).unwrap();
    let certificate: Value = serde_json::from_str(&text).unwrap();
    let tree = certificate["route"]["boxes"]["tree"].as_str().unwrap();
    let boxes = answer["results"].as_array().unwrap().iter().find(|r| r["path"] == "boxes").unwrap();
    for (key, leaf) in [("enclosed", '.'), ("outside", '-'), ("open", '?')] {
        assert_eq!(boxes["boxes"][key], tree.matches(leaf).count(), "{key}");
    }
    let enclosed = page.split("class=\"enclosed\" d=\"").nth(1).unwrap();
    let enclosed = &enclosed[..enclosed.find('"').unwrap()];
    assert_eq!(enclosed.matches('M').count(), tree.matches('.').count());
}
