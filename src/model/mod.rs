//! Facts, dates, entities and vocabularies. Everything else imports this module,
//! which knows nothing of queries, files or storage.

mod cell;
mod date;
mod date_error;
mod day;
mod effect;
mod elapsed;
mod entities;
mod entity;
mod extent;
mod fact;
mod field_definition;
mod nearest;
mod rule_error;
mod schema;
mod schema_error;
mod spelling;
mod status;
mod text;
mod threshold;
mod truth;
pub mod vocabulary;

pub use cell::{COMPUTED_KEY, Cell};
pub use date::{Date, Precision};
pub use date_error::{DateError, DateErrorKind};
pub use day::{Day, Window};
pub use elapsed::Elapsed;
pub use entities::{Entities, EntityNumber, MatchedBy, NameMatch, Resolution};
pub use entity::{Alias, Entity, Interval, Membership};
pub use extent::Extent;
pub use fact::{CanonicalFact, ContentHash, FIXED_KEYS, Fact, Fields, Source};
pub use field_definition::{Basis, FieldDefinition, FieldKind};
pub use nearest::nearest;
pub use rule_error::RuleError;
pub use schema::{ActionWord, Schema};
pub use schema_error::{Declaration, FieldRuleProblem, NamedThing, SchemaError, WordMeaning};
pub use spelling::{Likeness, canonical, caseless, fold};
pub use truth::Truth;
pub use vocabulary::{Vocabulary, VocabularyError};

pub(crate) use effect::{EffectRule, EffectRules, NotBefore, effect_rules};
pub(crate) use entities::any_path_holds;
pub(crate) use spelling::better_spelling;
pub(crate) use status::{Act, Period, Standing, StatusRule};
pub use text::TextTerm;
pub(crate) use text::{Analyzer, TextWord};
pub(crate) use threshold::{Participant, Threshold};
