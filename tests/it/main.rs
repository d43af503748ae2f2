//! The store, the language and the program, tested from outside.

mod cli;
mod crash;
mod damage;
mod data;
mod diagnostics;
mod editor;
mod entry;
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
