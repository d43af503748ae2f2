//! What a fact, a date, an entity and a vocabulary are. Everything else
//! imports this; it knows nothing of queries, files or storage.

mod cell;
mod date;
mod day;
mod entities;
mod entity;
mod fact;
mod fold;
mod nearest;
mod schema;
mod text;
mod truth;
pub mod vocabulary;

pub use cell::Cell;
pub use date::{Date, DateError, Extent, Precision};
pub use day::{Day, Window};
pub use entities::{Entities, EntityNumber, Resolution, along};
pub use entity::{Entity, Interval, Membership};
pub use fact::{CanonicalFact, ContentHash, FIXED_KEYS, Fact, Fields, Source};
pub use fold::fold;
pub use nearest::nearest;
pub use schema::{ActionWord, FieldDefinition, FieldKind, Schema, SchemaError};
pub use text::Analyzer;
pub use truth::Truth;
pub use vocabulary::Vocabulary;
