//! The store, the language and the program, tested from outside.

mod answers;
mod cli;
mod crash;
mod damage;
mod data;
mod diagnostics;
mod editor;
mod examples;
mod format;
mod imports;
mod laws;
mod layers;
mod literals;
mod manual;
mod mistakes;
mod questions;
mod random;
mod readme;
mod robust;
mod scripts;
mod session;
mod threads;
mod typos;
