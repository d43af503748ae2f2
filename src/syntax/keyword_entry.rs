//! What the table of keywords has of each word.

/// The place of a word in the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum KeywordPlace {
    /// Among the conditions of a filter.
    Condition,
    /// Between a date field and a date.
    Relation,
    /// As, or in, a date.
    Date,
    /// After a number, as a length of time.
    Unit,
    /// Right after `field:`.
    Value,
    /// First in a stage.
    Stage,
    /// Inside a stage or another form, where it is the only possibility.
    Particle,
    /// First in a statement of a file.
    Statement,
}

/// A word of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keyword {
    /// The word in lower case.
    pub word: &'static str,
    /// Its place in the language.
    pub place: KeywordPlace,
    /// Whether no field, noun or action may have this name.
    pub reserved: bool,
    /// What it does, in one line.
    pub help: &'static str,
    /// An example.
    pub example: &'static str,
}
