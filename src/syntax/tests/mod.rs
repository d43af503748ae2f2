//! Tests of the language as a whole.

mod arbitrary;
mod golden;
mod grammar;
mod laws;
