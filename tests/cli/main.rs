//! The command line as a user meets it: one binary, run as a process.

mod bad_inputs;
mod determinism;
mod discontinuous;
mod elementary;
mod evaluation;
mod exit_codes;
mod explanation;
mod fuzz;
mod json_contract;
mod output_folders;
mod routes;
mod support;
