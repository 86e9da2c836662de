//! The file of a network, plain and compressed, as bytes a second: beside what serde_json takes to find the same numbers
//! without reading them as fractions.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::hint::black_box;
use sumformer::folder::{compress, decompress};
use sumformer::prelude::*;
use sumformer::recipe::{GridChoice, GridOptions};
use sumformer::words::to_json;
use sumformer_checker::format::network::Network;
use sumformer_checker::format::sha256;

const HALF_MEAN_2: &str = include_str!("../constructions/half-mean-2/target.toml");
const PAIR_POTENTIAL: &str = include_str!("../constructions/pair-potential/target.toml");

/// What is nearly all of a network, with the texts of its numbers where they stand.
#[derive(Deserialize)]
#[expect(dead_code, reason = "only reading is measured")]
struct Plain<'a> {
    slots: Vec<&'a str>,
    #[serde(borrow)]
    blocks: Vec<PlainBlock<'a>>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only reading is measured")]
struct PlainBlock<'a> {
    #[serde(borrow)]
    units: Vec<PlainUnit<'a>>,
    bias: Vec<(usize, &'a str)>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only reading is measured")]
struct PlainUnit<'a> {
    #[serde(rename = "in", borrow)]
    input: Vec<(usize, &'a str)>,
    bias: &'a str,
    #[serde(rename = "out")]
    output: Vec<(usize, &'a str)>,
}

/// The file of a target's network.
fn file(name: &str, source: &str, options: &Options) -> String {
    let target = load_target(name, source).expect("a target");
    let proved = plan(&target, options, &()).expect("a plan").prove(Architecture::Transformer, &());
    proved.expect("a proof").proof.network_json
}

fn files(c: &mut Criterion) {
    // 490 000 entries, 36 MB.
    let table = Options {
        construction: Construction::Discontinuous,
        grid: GridOptions { grid: GridChoice::Divisions(700), ..GridOptions::default() },
        ..Options::default()
    };
    for (name, source, options) in
        [("half-mean-2-table", HALF_MEAN_2, table), ("pair-potential", PAIR_POTENTIAL, Options::default())]
    {
        let text = file(name, source, &options);
        let json = text.as_bytes();
        let network = Network::from_json(json).expect("a network");
        let small = compress(json);
        println!("{name}: {} bytes, compressed {}", json.len(), small.len());
        let mut group = c.benchmark_group(format!("network_file/{name}"));
        group.throughput(Throughput::Bytes(json.len() as u64)).sample_size(10);
        group.bench_function("read", |b| b.iter(|| Network::from_json(black_box(json)).expect("a network")));
        group.bench_function("serde_json", |b| {
            b.iter(|| serde_json::from_slice::<Plain<'_>>(black_box(json)).expect("a network"))
        });
        group.bench_function("serde_json_ignored", |b| {
            b.iter(|| serde_json::from_slice::<IgnoredAny>(black_box(json)).expect("JSON"))
        });
        group.bench_function("write", |b| b.iter(|| to_json(black_box(&network))));
        group.bench_function("sha256", |b| b.iter(|| sha256(black_box(json))));
        group.bench_function("compress", |b| b.iter(|| compress(black_box(json))));
        group.bench_function("decompress", |b| {
            b.iter(|| decompress(black_box(&small[..]), json.len() as u64).expect("the same file"))
        });
        group.finish();
    }
}

criterion_group!(benches, files);
criterion_main!(benches);
