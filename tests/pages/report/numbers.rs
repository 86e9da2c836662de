//! Numbers on the page are those of the certificate and of `check`.

use common::proof_set::{page_of_all, proofs};
use common::run;
use serde_json::Value;

fn json(line: &str) -> Value {
    let run = run(proofs(), line);
    serde_json::from_str(&run.stdout).unwrap_or_else(|e| panic!("{line}: {e}: {}", run.stderr))
}

#[test]
fn errors_are_those_of_certificate_and_check() {
    let (page, answer) = page_of_all();
    let articles: Vec<&str> = page.split("<article").skip(1).collect();
    for (article, result) in articles.iter().zip(answer["results"].as_array().unwrap()) {
        let path = result["path"].as_str().unwrap();
        let text = std::fs::read_to_string(proofs().join(path).join("certificate.json")).unwrap();
        let certificate: Value = serde_json::from_str(&text).unwrap();
        let checked = &json(&format!("check {path} --json"))["results"][0];
        for key in ["epsilon", "certified", "verdict", "scope", "name", "cells", "table_entries", "keys"] {
            assert_eq!(result[key], checked[key], "{path}: {key}");
        }
        for key in ["epsilon", "certified"] {
            let exact = certificate[key].as_str().unwrap();
            assert_eq!(result[key]["exact"], exact, "{path}");
            assert!(article.contains(&format!("<code>{exact}</code>")), "{path}: no {key} = {exact}");
        }
        match certificate["witness"]["error"].as_str() {
            Some(exact) => {
                assert!(article.contains(&format!("<code>{exact}</code>")), "{path}");
                assert_eq!(result["witness"]["exact"], exact);
                assert_eq!(result["witness"]["exact"], checked["witness"]["exact"]);
            }
            None => assert!(article.contains("names no witness") && result["witness"].is_null(), "{path}"),
        }
        for (key, file) in [("target", "target.toml"), ("network", "network.json")] {
            let bytes = std::fs::read(proofs().join(path).join(file)).unwrap();
            let hash = sumformer_checker::format::sha256(&bytes);
            assert_eq!(result["sha256"][key], hash);
            assert_eq!(certificate[format!("{key}_sha256")], hash);
            assert!(article.contains(&hash), "{path}");
        }
        let parts: Vec<&Value> =
            result["chain"].as_array().unwrap().iter().filter(|step| step["kind"] == "part").collect();
        for (output, claim) in certificate["outputs"].as_array().unwrap().iter().enumerate() {
            assert_eq!(parts[2 * output]["error"]["exact"], claim["residual"]);
            assert_eq!(parts[2 * output + 1]["error"]["exact"], claim["lowering"]);
        }
    }
}

#[test]
fn slots_are_used_as_explain_says() {
    let (_, answer) = page_of_all();
    for result in answer["results"].as_array().unwrap() {
        let path = result["path"].as_str().unwrap();
        let explained = json(&format!("explain {path} --json"));
        let columns: Vec<&str> =
            result["stream"]["columns"].as_array().unwrap().iter().map(|c| c.as_str().unwrap()).collect();
        let rows = result["stream"]["rows"].as_array().unwrap();
        for (row, slot) in rows.iter().zip(explained["slots"].as_array().unwrap()) {
            assert_eq!(row["name"], slot["name"]);
            let read_out = slot["read_out"].as_array().unwrap();
            let uses = row["uses"].as_array().unwrap();
            assert_eq!(uses[columns.len() - 1]["reads"], !read_out.is_empty(), "{path}: {}", slot["name"]);
            assert_eq!(uses[0]["writes"], slot["embedding"] != "0", "{path}: {}", slot["name"]);
            if result["construction"] == "continuous" {
                let writers = slot["written_by"].as_array().unwrap();
                for (column, name) in columns.iter().enumerate() {
                    let Some(block) = name.strip_prefix("block ") else { continue };
                    let block: u64 = block.parse().unwrap();
                    let writes = writers.iter().any(|writer| writer["block"] == block);
                    assert_eq!(uses[column]["writes"], writes, "{path}: {} in block {block}", slot["name"]);
                }
            }
        }
    }
}
