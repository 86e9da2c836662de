//! What `figures train` is told; a build that cannot train still says what it is.

use clap::Args;
use std::path::PathBuf;

/// `figures train`
#[derive(Debug, Args)]
pub struct TrainArguments {
    /// The figure: 1 or 2.
    #[arg(value_parser = clap::value_parser!(u8).range(1..=2))]
    pub figure: u8,
    /// The data file, JSON lines; runs that it holds are not trained again.
    #[arg(long, value_name = "FILE")]
    pub data: PathBuf,
    /// Passes over the training sequences (default: 250 in Figure 1, 200 in Figure 2).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub epochs: Option<u32>,
    /// Training sequences.
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub sequences: u32,
    /// Sequences per step of the optimiser.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub batch: u32,
    /// Of all random numbers.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Dimensions d of Figure 2, separated by commas (default: 1 to 10).
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = clap::value_parser!(u16).range(1..=16))]
    pub dimensions: Vec<u16>,
    /// Latent dimensions d' of Figure 2, separated by commas (default: 1, 2, 4, …, 2048).
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = clap::value_parser!(u16).range(1..=8192))]
    pub latents: Vec<u16>,
}
