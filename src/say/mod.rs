//! The English of problems: data in, sentences out. Nothing below hears of it,
//! and no code decides by a sentence.

mod candidates;
mod diagnostic;
mod lists;
mod query;
mod readings;
mod syntax;
