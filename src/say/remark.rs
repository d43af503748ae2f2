//! What is told beside the rows of an answer, as data.

use std::sync::Arc;

use serde::Serialize;

use crate::exec::{EnoughActs, Heard, Nearest, RecordedPart, Shape, SoleCondition};
use crate::model::{Date, Day};

/// Something worth knowing beside the rows of an answer.
///
/// Its `Display` is a short English phrase; in JSON it is an object whose
/// `remark` names the variant.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "remark", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Remark {
    /// More rows are possible but not certain; `maybe` asks for them.
    Possible {
        /// How many.
        count: u64,
        /// Whether the rows are those of several days, and each day is counted.
        each_day: bool,
    },
    /// More rows cannot be judged, for reasons that are not told apart; `unknown` asks for
    /// them.
    Unknown {
        /// How many.
        count: u64,
        /// Whether the rows are those of several days, and each day is counted.
        each_day: bool,
    },
    /// More rows cannot be judged, because they lack a date that the query asks about.
    MissingDate {
        /// The date.
        field: Arc<str>,
        /// How many rows lack it.
        count: u64,
        /// Whether the rows are those of several days, and each day is counted.
        each_day: bool,
    },
    /// More facts pass all else, and lack a value that `same` asks for: what is
    /// missing is shared with no other fact.
    MissingShared {
        /// The value.
        field: Arc<str>,
        /// How many facts lack it.
        count: u64,
    },
    /// The condition of a stage neither holds nor fails for certain.
    Undecided {
        /// The stage, as written.
        stage: String,
        /// For how many rows it possibly holds.
        possible: u64,
        /// For how many rows nothing is known.
        unknown: u64,
        /// Which fields the latter lack.
        missing: Vec<MissingField>,
    },
    /// A count would be higher if everything possible were so.
    CountRanges {
        /// The column of counts.
        column: Arc<str>,
        /// In how many rows.
        rows: u64,
        /// The first of these rows.
        first: Vec<CountRange>,
    },
    /// A count would be higher if acts are not recorded that nobody claims to have.
    UnrecordedCounts {
        /// The column of counts.
        column: Arc<str>,
        /// In how many rows.
        rows: u64,
        /// What the acts are called.
        acts: Vec<Arc<str>>,
        /// What they would have been done to: the names of the first few.
        objects: Vec<Arc<str>>,
        /// How many objects more.
        more_objects: u64,
        /// How much is recorded.
        recorded: RecordedPart,
        /// Who alone is heard; none if all sources are.
        heard: Option<Heard>,
    },
    /// Whoever is called so is also a publisher, who is not asked, because others report the
    /// account of one of that name.
    UnaskedPublisher {
        /// The name, as written.
        name: String,
        /// The account of the publisher, as a query asks for it.
        account: String,
    },
    /// Rows may belong to a group in which they are not counted or shown, because the
    /// days of a membership or the date of the row are imprecise or missing.
    UncertainGroups {
        /// The kind of the groups.
        grouping: Arc<str>,
        /// How many rows.
        count: u64,
    },
    /// Facts that a stage `first` left out might precede those that it kept,
    /// because their dates are imprecise.
    MightPrecede {
        /// How many.
        count: u64,
    },
    /// Facts that a stage `last` left out might follow those that it kept,
    /// because their dates are imprecise.
    MightFollow {
        /// How many.
        count: u64,
    },
    /// Rows lack a date that the query asks about because no rule is known by which it
    /// would follow from others.
    NoRule {
        /// The date.
        field: Arc<str>,
        /// How many rows.
        count: u64,
        /// How many of these have as many acts as any rule of the date asks for.
        #[serde(skip_serializing_if = "Option::is_none")]
        enough: Option<EnoughActs>,
    },
    /// More rows are unknown, because acts that the query asks about may not be
    /// recorded: nobody claims to have them all.
    Unrecorded {
        /// How many; 0 if the rows are periods, of which it cannot be said how many
        /// there would be.
        count: u64,
        /// What the acts are called.
        acts: Vec<Arc<str>>,
        /// What they would have been done to: the names of the first few.
        objects: Vec<Arc<str>>,
        /// How many objects more.
        more_objects: u64,
        /// How much is recorded.
        recorded: RecordedPart,
        /// Who alone is heard; none if all sources are.
        #[serde(skip_serializing_if = "Option::is_none")]
        heard: Option<Heard>,
        /// Whether the rows are those of several days, and each day is counted.
        each_day: bool,
    },
    /// More facts are unknown, because those do not tell them on whose account a
    /// condition is asked.
    Untold {
        /// How many.
        count: u64,
        /// Who.
        heard: Heard,
    },
    /// Of how many of the rows that there could be those speak who alone are heard: of
    /// the others nothing is known but what the entities themselves declare.
    Spoken {
        /// Who.
        heard: Heard,
        /// Of how many rows.
        count: u64,
        /// How many rows there could be.
        of: u64,
    },
    /// A stage `first` or `last` follows the order of the sort before it, or else
    /// that of `date`.
    FirstOrLast {
        /// The stage, as written.
        stage: String,
        /// Whether it keeps the last.
        last: bool,
        /// The sort, if there is one.
        sort: Option<String>,
    },
    /// A stage left rows out although it kept rows that are equal to them in
    /// everything that they were sorted by.
    EqualRowsLeftOut {
        /// The stage, as written.
        stage: String,
        /// How many.
        count: u64,
    },
    /// The answer rests on records that end before the day asked about.
    Incomplete {
        /// Who published or covers them; none if it is the store.
        #[serde(skip_serializing_if = "Option::is_none")]
        publisher: Option<Arc<str>>,
        /// Until when they are complete.
        until: Date,
    },
    /// A word that the vocabulary does not have was searched for in texts.
    ReadAsText {
        /// The word.
        word: String,
    },
    /// A word was read as a name that only facts use, and texts have it, too.
    NameInTexts {
        /// The word.
        word: String,
        /// How many facts have it in a text, do not refer to what is named so, and
        /// pass all other conditions.
        count: u64,
    },
    /// A word was taken for values that differ from it in letter case, accents and
    /// the like, since none is the same, or for a name that facts spell in several ways.
    ReadAs {
        /// The word.
        word: Arc<str>,
        /// The values.
        values: Vec<Arc<str>>,
    },
    /// Facts also have values that differ from a word in letter case, accents and
    /// the like. They were left aside, since a nearer value exists.
    OtherValues {
        /// The word.
        word: Arc<str>,
        /// The values.
        values: Vec<Arc<str>>,
    },
    /// The condition of the query holds for nothing.
    Empty(EmptyReason),
    /// A stage left none of its rows.
    StageEmpty {
        /// The stage, as written.
        stage: String,
        /// How many rows it was given.
        rows: u64,
        /// What these rows were.
        of: Shape,
        /// Why it left none.
        reason: EmptyReason,
    },
    /// The days that a phrase such as `last month` came to.
    DaysMeant {
        /// What they are of.
        clause: DateClause,
        /// The first of them; none if there is no first.
        first: Option<Day>,
        /// The last of them; none if there is no last.
        last: Option<Day>,
    },
    /// More facts would pass if the query asked about another of their dates.
    OtherDate {
        /// The date that it asks about.
        field: Arc<str>,
        /// The other date.
        instead: Arc<str>,
        /// How many facts more.
        count: u64,
        /// The query that asks for it, if it can be written.
        query: Option<String>,
    },
    /// Today is another day where the user is, and the answer hangs on that.
    OtherDayHere {
        /// The day that `today` means in the query.
        today: Day,
        /// The day where the user is.
        here: Day,
    },
    /// The query asks about a time before the first commit.
    BeforeFirstCommit {
        /// When that was, RFC 3339, UTC.
        first: String,
    },
    /// The query asks about a commit that has not been made.
    AfterLastCommit {
        /// The last one.
        last: u64,
    },
}

impl Remark {
    /// Whether there may be more rows than the answer has, or higher counts, because
    /// something is possible, unknown or not recorded.
    #[must_use]
    pub fn leaves_open(&self) -> bool {
        match self {
            Self::Possible { .. }
            | Self::Unknown { .. }
            | Self::UncertainGroups { .. }
            | Self::MissingDate { .. }
            | Self::MissingShared { .. }
            | Self::Undecided { .. }
            | Self::CountRanges { .. }
            | Self::UnrecordedCounts { .. }
            | Self::NoRule { .. }
            | Self::Unrecorded { .. }
            | Self::Untold { .. } => true,
            Self::MightPrecede { .. }
            | Self::MightFollow { .. }
            | Self::UnaskedPublisher { .. }
            | Self::Spoken { .. }
            | Self::FirstOrLast { .. }
            | Self::EqualRowsLeftOut { .. }
            | Self::Incomplete { .. }
            | Self::ReadAsText { .. }
            | Self::NameInTexts { .. }
            | Self::ReadAs { .. }
            | Self::OtherValues { .. }
            | Self::Empty(_)
            | Self::StageEmpty { .. }
            | Self::DaysMeant { .. }
            | Self::OtherDate { .. }
            | Self::OtherDayHere { .. }
            | Self::BeforeFirstCommit { .. }
            | Self::AfterLastCommit { .. } => false,
        }
    }
}

/// The part of a query that names days without naming each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DateClause {
    /// `known 2025`, which means the last day of the period.
    Known,
    /// `as of 2025`, likewise.
    AsOf,
    /// A date, as written.
    Date(String),
}

/// A field that rows lack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MissingField {
    /// The field.
    pub field: Arc<str>,
    /// How many rows lack it.
    pub count: u64,
}

/// A row whose count would be higher if everything possible were so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CountRange {
    /// The first cell of the row.
    pub row: Arc<str>,
    /// How many there certainly are.
    pub least: u64,
    /// How many there may be.
    pub most: u64,
}

/// Why no row is left: which condition fails for all of them.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
#[non_exhaustive]
pub struct EmptyReason {
    /// The conditions in the order in which they were tested, up to the one
    /// that left nothing; empty if there is only one condition.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<EmptyPart>,
    /// The only condition, as written, if there is only one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// What that condition asks for.
    #[serde(flatten)]
    pub sole: Option<SoleCondition>,
    /// What comes nearest among the rows that pass all other conditions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<Nearest>,
    /// An existing value that may be meant instead of one that nothing has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
    /// If the condition asks for other facts, and there are none at all: why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_facts: Option<Box<EmptyReason>>,
}

/// One of several conditions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EmptyPart {
    /// The condition, as written.
    pub condition: String,
    /// For how many rows it holds.
    pub alone: u64,
    /// For how many rows it holds together with all conditions before it.
    pub together: u64,
}
