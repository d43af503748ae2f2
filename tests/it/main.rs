//! The store, the language and the program, tested from outside.

mod cli;
mod crash;
mod damage;
mod examples;
mod format;
mod questions;
mod random;
mod readme;
mod session;
