use super::{
    AccountProblem, CalculationProblem, CellProblem, ColumnProblem, DateProblem, FieldProblem, FieldSuggestion,
    ParameterProblem, ProblemDetail, QueryProblem, ReferenceProblem, RowsProblem, StatusProblem, SubqueryProblem,
    Suggestion, ValueProblem, WordProblem,
};

/// What kind of problem a query has, with the parts of it that are wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The text cannot be parsed.
    Syntax,
    /// A bare word or an action means nothing in this world. As a warning: it
    /// was searched for in the texts.
    UnknownWord {
        /// The word.
        word: String,
        /// What is spelt nearly like it.
        similar: Option<String>,
    },
    /// Nothing declares a field or a column of this name.
    UnknownField {
        /// The name, or the path in which it is.
        name: String,
        /// What is spelt nearly like it.
        similar: Option<String>,
    },
    /// No entity and no group has this name.
    UnknownName {
        /// The name.
        name: String,
        /// What is spelt nearly like it.
        similar: Option<String>,
    },
    /// No query has this name.
    UnknownQuery {
        /// The name.
        name: String,
    },
    /// Several entities have this name.
    AmbiguousName {
        /// The name.
        name: String,
        /// The ids of those that have it.
        ids: Vec<String>,
    },
    /// No name matches a prefix or a regular expression.
    NoMatch,
    /// A field, a column or a parameter is of another type than what it is
    /// compared with or used for.
    WrongType {
        /// The field, column or parameter as written.
        field: String,
    },
    /// A value cannot be used: for example, a reversed range, an invalid regular
    /// expression, or text without a word.
    InvalidValue,
    /// A date is not one, means no day, or is open at the end that is needed.
    WrongDate {
        /// The date as written, where it is not one.
        written: Option<String>,
    },
    /// A parameter has no value.
    MissingParameter {
        /// Its name, without `$`.
        name: String,
    },
    /// The query does not ask for parameters that have a value.
    UnusedParameters {
        /// Their names, without `$`.
        names: Vec<String>,
    },
    /// Conditions together match nothing, or exclude nothing.
    Contradiction,
    /// All of it can be read, but not be asked in this way or of these rows.
    Unsupported,
}

impl QueryProblem {
    /// What kind of problem it is.
    #[must_use]
    pub fn kind(&self) -> ProblemKind {
        let problem = match self {
            Self::Syntax(_) | Self::InWorld { .. } => return ProblemKind::Syntax,
            Self::Meaning(problem) => problem,
        };
        match &problem.detail {
            ProblemDetail::Word(problem) => problem.kind(),
            ProblemDetail::Reference(problem) => problem.kind(),
            ProblemDetail::Field(problem) => problem.kind(),
            ProblemDetail::Value(problem) => problem.kind(),
            ProblemDetail::Date(problem) => problem.kind(),
            ProblemDetail::Status(problem) => problem.kind(),
            ProblemDetail::Rows(problem) => problem.kind(),
            ProblemDetail::Account(AccountProblem::UnknownTeller { name, tellers }) => {
                let similar = if let [similar] = tellers.as_slice() { Some(similar.as_str()) } else { None };
                unknown_name(name, similar)
            }
            ProblemDetail::Parameter(problem) => problem.kind(),
            ProblemDetail::Conjunction(_) => ProblemKind::Contradiction,
            ProblemDetail::Subquery(SubqueryProblem::WrongKind { field, .. }) => wrong_type(field),
            ProblemDetail::Subquery(_)
            | ProblemDetail::OtherFacts(_)
            | ProblemDetail::Account(_)
            | ProblemDetail::Periods(_)
            | ProblemDetail::Day(_)
            | ProblemDetail::Stage(_) => ProblemKind::Unsupported,
            ProblemDetail::Column(problem) => problem.kind(),
            ProblemDetail::Cell(problem) => problem.kind(),
            ProblemDetail::Calculation(problem) => problem.kind(),
        }
    }
}

fn wrong_type(field: &str) -> ProblemKind {
    ProblemKind::WrongType { field: field.to_owned() }
}

fn unknown_word(word: &str, similar: Option<&str>) -> ProblemKind {
    ProblemKind::UnknownWord { word: word.to_owned(), similar: similar.map(str::to_owned) }
}

fn unknown_field(name: &str, similar: Option<&str>) -> ProblemKind {
    ProblemKind::UnknownField { name: name.to_owned(), similar: similar.map(str::to_owned) }
}

fn unknown_name(name: &str, similar: Option<&str>) -> ProblemKind {
    ProblemKind::UnknownName { name: name.to_owned(), similar: similar.map(str::to_owned) }
}

impl Suggestion {
    fn similar(&self) -> Option<&str> {
        if let Self::Similar(near) = self { Some(near) } else { None }
    }
}

impl FieldSuggestion {
    fn similar(&self) -> Option<&str> {
        if let Self::Similar(near) = self { Some(near) } else { None }
    }
}

impl WordProblem {
    fn kind(&self) -> ProblemKind {
        match self {
            Self::ReadAsText { word, suggestion } | Self::UnknownOfRows { word, suggestion, .. } => {
                unknown_word(word, suggestion.similar())
            }
            Self::UnknownDateField { name, similar } => unknown_field(name, Some(similar)),
            Self::UnknownBeforeDate { word, similar } => unknown_word(word, Some(similar)),
            Self::UnknownQuery { name } => ProblemKind::UnknownQuery { name: name.clone() },
            Self::QuotedName { .. } | Self::ValueAsText { .. } | Self::QueryNotCalled { .. } => {
                ProblemKind::Unsupported
            }
            Self::NothingToSearch => ProblemKind::InvalidValue,
        }
    }
}

impl ReferenceProblem {
    fn kind(&self) -> ProblemKind {
        match self {
            Self::Ambiguous { name, holders } => {
                let ids = holders.iter().map(|holder| holder.id.clone()).collect();
                ProblemKind::AmbiguousName { name: name.clone(), ids }
            }
            Self::IdOfAnother { name, others, .. } => {
                let ids = others.iter().map(|holder| holder.id.clone()).collect();
                ProblemKind::AmbiguousName { name: name.clone(), ids }
            }
            Self::Unknown { name, suggestion } => unknown_name(name, suggestion.as_ref().and_then(Suggestion::similar)),
            Self::StandsForItself { name, suggestion } => unknown_name(name, suggestion.similar()),
            Self::UnknownGroup { name, similar, .. } => unknown_name(name, similar.as_deref()),
            Self::WrongKind { field, .. } => wrong_type(field),
            Self::NoNameBegins { .. } | Self::NoGroupMatches { .. } => ProblemKind::NoMatch,
        }
    }
}

impl FieldProblem {
    fn kind(&self) -> ProblemKind {
        match self {
            Self::Unknown { name, suggestion } => unknown_field(name, suggestion.similar()),
            Self::UnknownPart { part: name, similar, .. } | Self::UnknownAttribute { name, similar, .. } => {
                unknown_field(name, similar.as_deref())
            }
            Self::PartOfDate { path, .. } | Self::NotADate { path, .. } | Self::NotADateOfFacts { path, .. } => {
                wrong_type(path)
            }
            Self::StatusAsField { .. }
            | Self::ActionAsField { .. }
            | Self::NothingFollows { .. }
            | Self::TooManySteps => ProblemKind::Unsupported,
        }
    }
}

impl ValueProblem {
    fn kind(&self) -> ProblemKind {
        match self {
            Self::WrongType { field, .. }
            | Self::OtherField { field, .. }
            | Self::NoOrder { field, .. }
            | Self::NoneHasNoOrder { field }
            | Self::QueryHasNoOrder { field }
            | Self::NotFromQuery { field, .. }
            | Self::UnknownPrecision { field, .. }
            | Self::UnknownBasis { field, .. } => wrong_type(field),
            Self::NumberBeyondBounds { .. }
            | Self::RangeHasNoOrder { .. }
            | Self::RangeReversed { .. }
            | Self::RegexTooLarge
            | Self::InvalidRegex { .. } => ProblemKind::InvalidValue,
            Self::UnknownAction { word, similar, .. } => unknown_word(word, similar.as_deref()),
        }
    }
}

impl DateProblem {
    fn kind(&self) -> ProblemKind {
        let written = match self {
            Self::NotADate { written, .. } | Self::OtherOrder { written, .. } => Some(written.clone()),
            Self::Invalid { error, .. } => Some(error.written.clone()),
            Self::ComparedWithOther { field, .. } | Self::OfEachSource { field, .. } | Self::Prefix { field } => {
                return wrong_type(field);
            }
            Self::MisspeltRelation { word, similar } => return unknown_word(word, Some(similar)),
            Self::PresenceInWords { .. }
            | Self::TwoRelations { .. }
            | Self::OneEndCounts { .. }
            | Self::NoRelation { .. }
            | Self::NoYear { .. }
            | Self::RangeWithoutDots { .. }
            | Self::ForeignRelation { .. } => {
                return ProblemKind::Unsupported;
            }
            Self::NoSuchDay { .. }
            | Self::RangeReversed { .. }
            | Self::Open { .. }
            | Self::NotOneDay
            | Self::OutsideCalendar
            | Self::NoDay
            | Self::SeveralUnitsOfThis
            | Self::NotPutIn => None,
        };
        ProblemKind::WrongDate { written }
    }
}

impl StatusProblem {
    fn kind(&self) -> ProblemKind {
        match self {
            Self::NotNameOrNumber { path, .. } | Self::WrongEnd { path, .. } | Self::QueryOfSameEnd { path, .. } => {
                wrong_type(path)
            }
            Self::NotACount { .. } => ProblemKind::InvalidValue,
            Self::UnknownOther { name, .. } => unknown_name(name, None),
            Self::NoOtherMatches { .. } => ProblemKind::NoMatch,
            Self::OtherEnd { .. } | Self::WhichEnd { .. } | Self::NoValue { .. } | Self::UsingWithoutStatus { .. } => {
                ProblemKind::Unsupported
            }
        }
    }
}

impl RowsProblem {
    fn kind(&self) -> ProblemKind {
        match self {
            Self::UnknownField { path, suggestion, .. } => unknown_field(path, suggestion.similar()),
            Self::TwoEntities { .. } => ProblemKind::Contradiction,
            Self::NobodyHasField { .. }
            | Self::SinceOfStages
            | Self::NoOwnDate { .. }
            | Self::FieldOfFacts { .. }
            | Self::ActOfFacts { .. }
            | Self::TextOfFacts { .. }
            | Self::OtherKind { .. }
            | Self::DateWithoutRelation { .. }
            | Self::NounNotFirst { .. }
            | Self::NounTwice { .. }
            | Self::SecondNoun { .. }
            | Self::FactsOfStatus { .. } => ProblemKind::Unsupported,
        }
    }
}

impl ParameterProblem {
    fn kind(&self) -> ProblemKind {
        match self {
            Self::Missing { name, .. } => ProblemKind::MissingParameter { name: name.clone() },
            Self::Unused { names, .. } => ProblemKind::UnusedParameters { names: names.clone() },
            Self::NestedList { name }
            | Self::List { name }
            | Self::NotADate { name, .. }
            | Self::NotItsOwnDate { name } => wrong_type(&format!("${name}")),
        }
    }
}

impl ColumnProblem {
    fn kind(&self) -> ProblemKind {
        match self {
            Self::Unknown { name, columns, .. } => unknown_field(name, columns.similar.as_deref()),
            Self::UnknownFieldOrColumn { name, similar } => unknown_field(name, Some(similar)),
            Self::UnknownOfEntities { path, columns, .. } => unknown_field(path, columns.similar.as_deref()),
            Self::Duplicate { .. }
            | Self::SeveralGroups { .. }
            | Self::LineAsValue { .. }
            | Self::RelevanceWithoutWords
            | Self::AsOfWithoutSeries { .. }
            | Self::NeedsOneStatus { .. } => ProblemKind::Unsupported,
        }
    }
}

impl CellProblem {
    fn kind(&self) -> ProblemKind {
        match self {
            Self::NoDateColumn { .. } => unknown_field("date", None),
            Self::NotADate { column, .. }
            | Self::NotComparedByWord { column, .. }
            | Self::OtherColumn { column, .. }
            | Self::WrongType { column, .. }
            | Self::QueryAsValue { column }
            | Self::LengthForDate { column, .. }
            | Self::OtherKind { column, .. }
            | Self::NeedsLength { column, .. } => wrong_type(column),
            Self::PartNotTested { .. }
            | Self::Alone { .. }
            | Self::BareWord { .. }
            | Self::MaybeOfTable { .. }
            | Self::FactsOfTable => ProblemKind::Unsupported,
        }
    }
}

impl CalculationProblem {
    fn kind(&self) -> ProblemKind {
        match self {
            Self::NotMeasured { path, .. } | Self::NoSummary { path, .. } | Self::SumOfDates { path } => {
                wrong_type(path)
            }
            Self::NumberBeyondBounds { .. } => ProblemKind::InvalidValue,
            Self::OpenDate => ProblemKind::WrongDate { written: None },
            Self::NameTaken { .. }
            | Self::SeveralValues { .. }
            | Self::SummaryTwice { .. }
            | Self::OtherFactsOfTable
            | Self::ComparedWithOtherFacts { .. }
            | Self::DatesAdded
            | Self::DateFromLength
            | Self::NumberWith { .. }
            | Self::Incompatible { .. } => ProblemKind::Unsupported,
        }
    }
}
