//! Tests of the language as a whole.

mod arbitrary;
mod expand;
mod golden;
mod grammar;
mod laws;
