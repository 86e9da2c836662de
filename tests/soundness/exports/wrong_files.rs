//! Files that are not the network's, and what is said of each: the table in docs/export.md.
//!
//! `SUMFORMER_BLESS=1 cargo test --test soundness wrong_files` writes the table anew.

use super::{Proved, proved};
use common::repository;
use serde_json::{Value, json};
use sumformer::export::{Dtype, Format, compare};

/// How a file is wrong: its format, the fault in words, whether it can be read at all, the change.
type Fault = (Format, &'static str, Answer, fn(Vec<u8>) -> Vec<u8>);

/// The exit code of `check --against`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// 1: another network, or other bytes around it.
    Differs,
    /// 2: not the file of a network of this shape.
    Unreadable,
}

use Answer::{Differs, Unreadable};
use Format::{Npz, Onnx, Safetensors};

const FAULTS: &[Fault] = &[
    (Safetensors, "nothing in it", Unreadable, |_| Vec::new()),
    (Safetensors, "seven bytes", Unreadable, |file| file[..7].to_vec()),
    (Safetensors, "a header longer than the file", Unreadable, |file| with_length(file, 1_000_000)),
    (Safetensors, "a header of 2^63 bytes", Unreadable, |file| with_length(file, 1 << 63)),
    (Safetensors, "a header of 200 MB", Unreadable, |file| with_length(file, 200_000_000)),
    (Safetensors, "a header that is no text", Unreadable, |mut file| {
        file[20] = 0xff;
        file
    }),
    (Safetensors, "a header that is no JSON", Unreadable, |mut file| {
        file[8] = b'[';
        file
    }),
    (Safetensors, "a tensor that ends after the file", Unreadable, |file| {
        edit(file, |header| header["readout.bias"]["data_offsets"][1] = json!(1_u64 << 40))
    }),
    (Safetensors, "a tensor that begins after its end", Unreadable, |file| {
        edit(file, |header| header["embedding.bias"]["data_offsets"] = json!([16, 8]))
    }),
    (Safetensors, "two tensors in one place", Unreadable, |file| {
        edit(file, |header| {
            header["embedding.bias"]["data_offsets"] = header["embedding.weight"]["data_offsets"].clone()
        })
    }),
    (Safetensors, "a tensor missing", Unreadable, |file| {
        let length = file.len() - 4;
        edit(file[..length].to_vec(), |header| {
            drop(header.as_object_mut().expect("an object").remove("readout.bias"))
        })
    }),
    (Safetensors, "a tensor more", Unreadable, |file| {
        edit(file, |header| header["more"] = json!({"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}))
    }),
    (Safetensors, "a tensor with another name", Unreadable, |file| {
        replace(file, "readout.bias", "readout.bais")
    }),
    (Safetensors, "a tensor of integers", Unreadable, |file| {
        edit(file, |header| header["readout.bias"]["dtype"] = "I32".into())
    }),
    (Safetensors, "a tensor of another type", Unreadable, |file| {
        edit(file, |header| {
            header["embedding.bias"]["dtype"] = "F64".into();
            header["embedding.bias"]["shape"] =
                json!([header["embedding.bias"]["shape"][0].as_u64().expect("a number") / 2]);
        })
    }),
    (Safetensors, "a matrix turned over", Unreadable, |file| {
        edit(file, |header| header["readout.weight"]["shape"].as_array_mut().expect("a shape").reverse())
    }),
    (Safetensors, "a matrix as a vector", Unreadable, |file| {
        edit(file, |header| {
            let entries = header["readout.weight"]["shape"][1].clone();
            header["readout.weight"]["shape"] = json!([entries]);
        })
    }),
    (Safetensors, "a weight that is NaN", Unreadable, |file| last_weight(file, f32::NAN)),
    (Safetensors, "a weight that is infinite", Unreadable, |file| last_weight(file, f32::INFINITY)),
    (Safetensors, "−0 where 0 is", Differs, |file| last_weight(file, -0.0)),
    (Safetensors, "the least positive number where 0 is", Differs, |file| {
        last_weight(file, f32::from_bits(1))
    }),
    (Safetensors, "the bytes of some weights in reverse", Differs, |mut file| {
        let end = file.len() - 4;
        let row = 4 * 6;
        file[end - row..end].reverse();
        file
    }),
    (Safetensors, "no metadata", Differs, |file| {
        edit(file, |header| drop(header.as_object_mut().expect("an object").remove("__metadata__")))
    }),
    (Safetensors, "a smaller bound in the metadata", Differs, |file| {
        edit(file, |header| header["__metadata__"]["sumformer.certified"] = "0".into())
    }),
    (Safetensors, "the same header with its keys sorted", Differs, |file| edit(file, |_| {})),
    (Safetensors, "a byte more", Unreadable, |file| [file, vec![0]].concat()),
    (Onnx, "nothing in it", Unreadable, |_| Vec::new()),
    (Onnx, "JSON", Unreadable, |_| b"{\"format\": \"sumformer-network/1\"}".to_vec()),
    (Onnx, "the first half", Unreadable, |file| file[..file.len() / 2].to_vec()),
    (Onnx, "a field of a kind that there is not", Unreadable, |file| [vec![0x0f], file].concat()),
    (Onnx, "a field of 2^63 bytes", Unreadable, |file| [&[0x3a][..], &[0x80; 9], &[0x01], &file].concat()),
    (Onnx, "a tensor missing", Unreadable, |file| initializers(file, |all| drop(all.remove(1)))),
    (Onnx, "a tensor twice", Unreadable, |file| initializers(file, |all| all.push(all[0].clone()))),
    (Onnx, "a tensor more", Unreadable, |file| {
        initializers(file, |all| {
            let mut more = all[0].clone();
            set(&mut more, 8, Content::Bytes(b"more.weight_t".to_vec()));
            all.push(more);
        })
    }),
    (Onnx, "a tensor with another name", Unreadable, |file| {
        initializers(file, |all| set(&mut all[0], 8, Content::Bytes(b"embedding.weight".to_vec())))
    }),
    (Onnx, "a tensor with an extent below 0", Unreadable, |file| {
        initializers(file, |all| set(&mut all[1], 1, Content::Number(u64::MAX)))
    }),
    (Onnx, "a tensor with an extent of 2^62", Unreadable, |file| {
        initializers(file, |all| set(&mut all[1], 1, Content::Number(1 << 62)))
    }),
    (Onnx, "a tensor of integers", Unreadable, |file| {
        initializers(file, |all| set(&mut all[1], 2, Content::Number(6)))
    }),
    (Onnx, "a tensor whose numbers are one too few", Unreadable, |file| {
        initializers(file, |all| {
            let numbers = bytes(&all[1], 9);
            set(&mut all[1], 9, Content::Bytes(numbers[4..].to_vec()));
        })
    }),
    (Onnx, "numbers in another field", Unreadable, |file| {
        initializers(file, |all| {
            let numbers = bytes(&all[1], 9);
            all[1].retain(|(number, _)| *number != 9);
            all[1].push((4, Content::Bytes(numbers)));
        })
    }),
    (Onnx, "a weight that is NaN", Unreadable, |file| weight(file, |_| f32::NAN)),
    (Onnx, "a weight one step larger", Differs, |file| weight(file, f32::next_up)),
    (Onnx, "a weight of the other sign", Differs, |file| weight(file, |value| -value)),
    (Onnx, "another activation", Differs, |file| replace(file, "Relu", "Selu")),
    (Onnx, "an operator missing", Differs, |file| {
        graph(file, |graph| {
            let at = graph.iter().position(|(number, _)| *number == 1).expect("a node");
            graph.remove(at);
        })
    }),
    (Onnx, "another opset", Differs, |file| {
        model(file, |model| set(model, 8, Content::Bytes(vec![0x10, 18])))
    }),
    (Onnx, "another IR version", Differs, |file| model(file, |model| set(model, 1, Content::Number(9)))),
    (Onnx, "any number of tokens where there are two", Differs, |file| {
        // dim_value: 2 becomes dim_param: "", of the same length.
        replace_bytes(file, &[0x0a, 0x02, 0x08, 0x02], &[0x0a, 0x02, 0x12, 0x00])
    }),
    (Onnx, "a second graph", Unreadable, |file| {
        model(file, |model| model.push((7, Content::Bytes(vec![0x12, 1, b'g']))))
    }),
    (Onnx, "a field that nobody knows", Differs, |file| {
        model(file, |model| model.push((99, Content::Bytes(b"hidden".to_vec()))))
    }),
    (Onnx, "a smaller bound in the metadata", Differs, |file| {
        let label = b"sumformer.epsilon";
        let at = find(&file, label) + label.len() + 2;
        let mut file = file;
        file[at] = b'0';
        file
    }),
    (Onnx, "scores divided by something else", Differs, |file| {
        initializers(file, |all| {
            let root = all.iter_mut().find(|tensor| bytes(tensor, 8) == b"width.root").expect("a constant");
            set(root, 9, Content::Bytes(3_f32.to_le_bytes().to_vec()));
        })
    }),
    (Npz, "nothing in it", Unreadable, |_| Vec::new()),
    (Npz, "text", Unreadable, |_| b"not a zip\n".to_vec()),
    (Npz, "an archive of nothing", Unreadable, |_| [&b"PK\x05\x06"[..], &[0; 18]].concat()),
    (Npz, "the first half", Unreadable, |file| file[..file.len() / 2].to_vec()),
    (Npz, "columns first", Unreadable, |file| {
        replace(file, "'fortran_order': False", "'fortran_order': True ")
    }),
    (Npz, "big-endian numbers", Unreadable, |file| replace(file, "'<f4'", "'>f4'")),
    (Npz, "integers", Unreadable, |file| replace(file, "'<f4'", "'<i4'")),
    (Npz, "another shape", Unreadable, |file| replace(file, "'shape': (1, ", "'shape': (2, ")),
    (Npz, "an array of another format", Unreadable, |file| {
        replace_bytes(file, b"\x93NUMPY\x01\x00", b"\x93NUMPY\x02\x00")
    }),
    (Npz, "an array with another name", Unreadable, |file| replace(file, "readout.bias", "readout.bais")),
    (Npz, "metadata that are no JSON", Unreadable, |file| replace(file, "{\"sumformer.", "<\"sumformer.")),
    (Npz, "entries marked as compressed", Unreadable, |file| {
        // The directory says so, at the end.
        let at = find(&file, b"PK\x01\x02");
        let mut file = file;
        file[at + 10] = 8;
        file
    }),
    (Npz, "another date", Differs, |file| {
        let mut file = file;
        file[12] ^= 1;
        file
    }),
];

#[test]
fn every_wrong_file_has_its_answer() {
    let all = proved();
    let proved = &all["square"];
    let mut table = String::from("| file | what is wrong | exit | answer |\n| --- | --- | --- | --- |\n");
    for (format, name, expected, change) in FAULTS {
        let (file, _) = proved.file(*format, Dtype::F32);
        let wrong = change(file.clone());
        assert_ne!(wrong, file, "{format}, {name}: nothing was changed");
        let (answer, words) = answer(proved, *format, wrong.clone());
        assert_eq!(answer, *expected, "{format}, {name}: {words}");
        for _ in 0..8 {
            let again = self::answer(proved, *format, wrong.clone());
            assert_eq!(again, (answer, words.clone()), "{format}, {name}");
        }
        let code = if answer == Differs { 1 } else { 2 };
        table += &format!("| {format} | {name} | {code} | {} |\n", words.replace('|', "\\|"));
    }
    assert!(FAULTS.len() >= 40, "{}", FAULTS.len());
    let page = repository("docs/export.md");
    let text = std::fs::read_to_string(&page).expect("the page");
    let (begin, end) = ("<!-- wrong files -->\n", "<!-- end of wrong files -->");
    let (before, rest) = text.split_once(begin).expect("the table has its place");
    let (shown, after) = rest.split_once(end).expect("the table ends");
    if std::env::var_os("SUMFORMER_BLESS").is_some_and(|value| value == "1") {
        std::fs::write(&page, [before, begin, &table, end, after].concat()).expect("the page is written");
    } else {
        assert_eq!(
            shown, table,
            "SUMFORMER_BLESS=1 cargo test --test soundness wrong_files writes docs/export.md anew"
        );
    }
}

fn answer(proved: &Proved, format: Format, file: Vec<u8>) -> (Answer, String) {
    match compare(&proved.checked.network, &proved.labels, format, file) {
        Err(error) => (Unreadable, error.to_string()),
        Ok(Err(difference)) => (Differs, difference.to_string()),
        Ok(Ok(dtype)) => panic!("this is taken for the network in {dtype}"),
    }
}

fn find(file: &[u8], what: &[u8]) -> usize {
    file.windows(what.len()).position(|part| part == what).expect("it is in the file")
}

fn replace_bytes(mut file: Vec<u8>, what: &[u8], by: &[u8]) -> Vec<u8> {
    assert_eq!(what.len(), by.len());
    while let Some(at) = file.windows(what.len()).position(|part| part == what) {
        file[at..][..by.len()].copy_from_slice(by);
    }
    file
}

fn replace(file: Vec<u8>, what: &str, by: &str) -> Vec<u8> {
    replace_bytes(file, what.as_bytes(), by.as_bytes())
}

fn with_length(mut file: Vec<u8>, length: u64) -> Vec<u8> {
    file[..8].copy_from_slice(&length.to_le_bytes());
    file
}

/// Changes the header of a safetensors file as a tree.
fn edit(file: Vec<u8>, change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let length = u64::from_le_bytes(file[..8].try_into().expect("eight bytes")) as usize;
    let mut header: Value = serde_json::from_slice(&file[8..8 + length]).expect("a header");
    header.sort_all_objects();
    change(&mut header);
    let mut text = header.to_string().into_bytes();
    text.resize(text.len().next_multiple_of(8), b' ');
    [&(text.len() as u64).to_le_bytes()[..], &text, &file[8 + length..]].concat()
}

/// The last entry of the last tensor, the readout's bias, which is 0.
fn last_weight(mut file: Vec<u8>, value: f32) -> Vec<u8> {
    let at = file.len() - 4;
    assert_eq!(file[at..], [0; 4]);
    file[at..].copy_from_slice(&value.to_le_bytes());
    file
}

/// A message of protocol buffers: numbers and contents of its fields.
type Message = Vec<(u64, Content)>;

#[derive(Clone, PartialEq)]
enum Content {
    Number(u64),
    Bytes(Vec<u8>),
}

fn parse(mut rest: &[u8]) -> Message {
    let mut message = Vec::new();
    while !rest.is_empty() {
        let key = number(&mut rest);
        let content = match key & 7 {
            0 => Content::Number(number(&mut rest)),
            2 => {
                let (content, after) = {
                    let length = number(&mut rest) as usize;
                    rest.split_at(length)
                };
                rest = after;
                Content::Bytes(content.to_vec())
            }
            other => panic!("wire type {other}"),
        };
        message.push((key >> 3, content));
    }
    message
}

fn number(rest: &mut &[u8]) -> u64 {
    let length = rest.iter().take_while(|&&byte| byte >= 0x80).count() + 1;
    let value = rest[..length].iter().rev().fold(0, |value, byte| value << 7 | u64::from(byte & 0x7f));
    *rest = &rest[length..];
    value
}

fn encode(message: &Message) -> Vec<u8> {
    fn put(mut value: u64, bytes: &mut Vec<u8>) {
        while value >= 0x80 {
            bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        bytes.push(value as u8);
    }
    let mut bytes = Vec::new();
    for (number, content) in message {
        match content {
            Content::Number(value) => {
                put(number << 3, &mut bytes);
                put(*value, &mut bytes);
            }
            Content::Bytes(content) => {
                put(number << 3 | 2, &mut bytes);
                put(content.len() as u64, &mut bytes);
                bytes.extend(content);
            }
        }
    }
    bytes
}

/// The first field of a number becomes another.
fn set(message: &mut Message, number: u64, content: Content) {
    message.iter_mut().find(|(other, _)| *other == number).expect("a field").1 = content;
}

fn bytes(message: &Message, number: u64) -> Vec<u8> {
    match message.iter().find(|(other, _)| *other == number) {
        Some((_, Content::Bytes(bytes))) => bytes.clone(),
        _ => panic!("there is no field {number}"),
    }
}

fn model(file: Vec<u8>, change: impl FnOnce(&mut Message)) -> Vec<u8> {
    let mut model = parse(&file);
    change(&mut model);
    encode(&model)
}

fn graph(file: Vec<u8>, change: impl FnOnce(&mut Message)) -> Vec<u8> {
    model(file, |model| {
        let mut graph = parse(&bytes(model, 7));
        change(&mut graph);
        set(model, 7, Content::Bytes(encode(&graph)));
    })
}

fn initializers(file: Vec<u8>, change: impl FnOnce(&mut Vec<Message>)) -> Vec<u8> {
    graph(file, |graph| {
        let is_tensor = |(number, _): &(u64, Content)| *number == 5;
        let at = graph.iter().position(is_tensor).expect("tensors");
        let mut tensors: Vec<Message> = Vec::new();
        graph.retain(|field| {
            if let (5, Content::Bytes(tensor)) = field {
                tensors.push(parse(tensor));
            }
            !is_tensor(field)
        });
        change(&mut tensors);
        let fields = tensors.iter().map(|tensor| (5, Content::Bytes(encode(tensor))));
        graph.splice(at..at, fields.collect::<Vec<_>>());
    })
}

/// Changes the first weight that is not 0.
fn weight(file: Vec<u8>, change: impl FnOnce(f32) -> f32) -> Vec<u8> {
    initializers(file, |all| {
        let mut numbers = bytes(&all[0], 9);
        let at = numbers.chunks(4).position(|number| number != [0; 4]).expect("a weight");
        let place = &mut numbers[4 * at..][..4];
        let value = f32::from_le_bytes(place.try_into().expect("four bytes"));
        place.copy_from_slice(&change(value).to_le_bytes());
        set(&mut all[0], 9, Content::Bytes(numbers));
    })
}
