//! The command line as a user meets it: one binary, run as a process.

mod audit;
mod bad_inputs;
mod compression;
mod cookbook;
mod deploy;
mod determinism;
mod discontinuous;
mod documentation;
mod elementary;
mod evaluation;
mod exit_codes;
mod explanation;
mod export;
mod heads;
mod json_contract;
mod latent;
mod output_folders;
mod reported;
mod routes;
mod scale;
mod support;
mod verified;
mod verify;
mod zoo;
