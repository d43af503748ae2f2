//! An embedded knowledge store for dated, sourced facts, with a query
//! language that reads like a sentence.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod exchange;
pub mod index;
pub mod model;
pub mod plan;
pub mod syntax;
