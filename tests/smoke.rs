//! Pipeline smoke test (temporary).
use sumformer::lowering::{LoweringOptions, attention::*, lower, plan::Layout};
use sumformer::sumformer::latent::{LatentMode, choose};
use sumformer_checker::check::*;
use sumformer_checker::format::network::Activation;
use sumformer_checker::number::*;
#[test]
fn gallery() {
    let only = std::env::var("ONLY").unwrap_or_default();
    let mut dirs: Vec<_> = std::fs::read_dir("constructions").unwrap().map(|e| e.unwrap().path()).collect();
    dirs.sort();
    for dir in dirs {
        if !dir.to_string_lossy().contains(&only) {
            continue;
        }
        let source = std::fs::read_to_string(dir.join("target.toml")).unwrap();
        let target = sumformer_checker::language::load_target("target.toml", &source).unwrap();
        for activation in [Activation::Relu2, Activation::Relu] {
            let t = std::time::Instant::now();
            let (s, dims) = choose(&target, LatentMode::Sparse, Layout::Tree, 1e-3, 200_000).unwrap();
            let chosen = t.elapsed();
            let options = LoweringOptions {
                architecture: Architecture::Transformer,
                scores: Scores::Zero,
                activation,
                layout: Layout::Tree,
                epsilon: ratio(1, 1000),
            };
            let b = lower(&s, &target, &options, 1_000_000);
            let b = match b {
                Ok(b) => b,
                Err(e) => {
                    println!("{} {activation:?} FAILED {e}", dir.display());
                    continue;
                }
            };
            let o = derive_outputs(&target, &b.network, &b.run, None).unwrap();
            let size = b.network.size();
            println!(
                "{:40} {activation:?} d'={} ({:?}) {:?} terms {} choose {:?} total {:?} bound {:.4e} residual0 {} size {:?}",
                dir.display().to_string(),
                s.latent_dimension(),
                dims.sparse,
                s.basis,
                s.psi_terms(),
                chosen,
                t.elapsed(),
                to_f64(&largest_total(&o)),
                o.iter().all(|o| o.residual == ratio(0, 1)),
                (size.blocks, size.width, size.hidden_units, size.nonzeros, size.bits)
            );
        }
    }
}
