//! What a fact, a date, an entity and a vocabulary are. Everything else
//! imports this; it knows nothing of queries, files or storage.

mod cell;
mod date;
mod day;
mod effect;
mod elapsed;
mod entities;
mod entity;
mod fact;
mod fold;
mod nearest;
mod schema;
mod status;
mod text;
mod threshold;
mod truth;
pub mod vocabulary;

pub use cell::{COMPUTED_KEY, Cell};
pub use date::{Date, DateError, Extent, Precision};
pub use day::{Day, Window};
pub use effect::{EffectRule, EffectRules, NotBefore, Snap, effect_rules};
pub use elapsed::{Elapsed, Orders};
pub use entities::{Entities, EntityNumber, MatchedBy, NameMatch, Resolution, along};
pub use entity::{Alias, Entity, Interval, Membership};
pub use fact::{CanonicalFact, ContentHash, FIXED_KEYS, Fact, Fields, Source};
pub use fold::fold;
pub use nearest::nearest;
pub use schema::{ActionWord, Basis, FieldDefinition, FieldKind, Schema, SchemaError};
pub use status::{Act, Period, Standing, StatusRule};
pub use text::Analyzer;
pub use threshold::{Participant, Share, Threshold};
pub use truth::Truth;
pub use vocabulary::Vocabulary;
