//! Inputs that failed once, each with what is right.

mod second_checker;
