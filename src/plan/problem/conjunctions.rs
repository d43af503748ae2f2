/// What conditions say together that none of them says alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ConjunctionProblem {
    /// No fact is two acts.
    TwoActs {
        /// The test of either of them.
        either: String,
        /// The query of both, each in a fact of its own.
        both: String,
    },
    /// A fact must refer to two entities that cannot both stand in it; a warning.
    TwoAtOneEnd {
        /// What the end is called.
        end: String,
        /// Their names.
        names: [String; 2],
        /// Whether neither names the end itself.
        bare: bool,
        /// The test of either of them.
        either: String,
        /// The query of both, each in a fact of its own.
        both: String,
    },
    /// What is excluded cannot stand at an end beside what must; a warning.
    ExcludedEntity {
        /// What the end is called.
        end: String,
        /// What the other end is called.
        other_end: String,
        /// Who must stand there.
        required: String,
        /// Who must not.
        excluded: String,
        /// The condition that excludes nothing.
        condition: String,
        /// The query that is probably meant.
        mend: String,
    },
    /// Facts in braces share an end with the row, and name another there than the
    /// row must have.
    BracesApart {
        /// What the end is called.
        end: String,
        /// Who stands there in the row, and in braces.
        names: [String; 2],
        /// The query, or the braces, that share the other end alone; none if both
        /// ends are apart.
        mend: Option<String>,
    },
    /// An act is excluded that no fact can be beside the one that it must be; a warning.
    ExcludedAct {
        /// The act that it must be.
        required: String,
        /// The act that is excluded.
        excluded: String,
        /// The query that is probably meant.
        mend: String,
    },
}
