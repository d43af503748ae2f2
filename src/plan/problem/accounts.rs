/// What is wrong with `according to` or `source {…}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AccountProblem {
    /// No source has the name.
    UnknownTeller {
        /// The name.
        name: String,
        /// The names that may be meant; none if there are too many.
        tellers: Vec<String>,
    },
    /// Braces about one source have a condition that no source alone can meet.
    NotOfOneSource(NotOfOneSource),
    /// `source {…}` stands beside a noun.
    SourceOfEntities {
        /// The rows.
        plural: String,
        /// What is in the braces.
        condition: String,
    },
}

/// What a condition asks that no source alone can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotOfOneSource {
    /// A status.
    Status,
    /// Other facts in braces.
    OtherFacts,
    /// A query within the query.
    Query,
    /// Sources once more.
    Sources,
    /// A comparison of two dates.
    Calculation,
}
