use crate::model::{DateError, Day};

/// What is wrong with a date or with the word before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DateProblem {
    /// A text is not a date.
    NotADate {
        /// The text.
        written: String,
        /// A word that is spelt nearly so.
        similar: Option<String>,
    },
    /// A text is nearly a date.
    Invalid {
        /// What is wrong with it.
        error: DateError,
        /// The days that it may mean with its parts in another order.
        meanings: Vec<Day>,
    },
    /// The parts of a date are in another order, or have other signs between them.
    OtherOrder {
        /// The text.
        written: String,
        /// The days that it may mean.
        meanings: Vec<Day>,
    },
    /// A month has no such day.
    NoSuchDay {
        year: i32,
        /// From 1.
        month: u8,
        day: u8,
        /// The last day that it has.
        last: Day,
    },
    /// A range of dates ends before it starts.
    RangeReversed {
        /// Its first day.
        first: Day,
        /// Its last day.
        last: Day,
        /// The range the other way round, if both ends are written.
        mend: Option<String>,
    },
    /// A date is open at the end that is needed.
    Open {
        /// The end that it does not have.
        end: RangeEnd,
        /// Where the date stands.
        place: OpenDate,
    },
    /// `on` is followed by more than one day.
    NotOneDay,
    /// A date lies outside the calendar.
    OutsideCalendar,
    /// A period has no day: `last 0 days`.
    NoDay,
    /// `this` is followed by several units.
    SeveralUnitsOfThis,
    /// A parameter or a date of other facts was not put in.
    NotPutIn,
    /// A word asks whether there is a date at all.
    PresenceInWords {
        /// The test with `none`.
        mend: String,
    },
    /// A date is matched by a prefix.
    Prefix {
        /// The field as written.
        field: String,
    },
    /// A date is compared with something of the row that is not one.
    ComparedWithOther {
        /// The date field as written.
        field: String,
        /// The other.
        other: String,
    },
    /// A date of sources is compared with one of the fact, of which each source has its own.
    OfEachSource {
        /// The date field as written.
        field: String,
        /// The stages that compare them source by source.
        stages: String,
    },
    /// Only one end of a range counts after this word; a warning.
    OneEndCounts {
        /// The range as written.
        range: String,
        /// The end that counts.
        end: RangeEnd,
        /// The test of the whole range.
        mend: String,
    },
    /// A date has no word before it that says how the facts lie to it.
    NoRelation {
        /// As written.
        written: String,
        /// As it should be written.
        date: String,
    },
    /// A day and a month have no year.
    NoYear {
        /// As written.
        written: String,
        /// A date with a year.
        example: String,
    },
    /// A range is written without its two dots.
    RangeWithoutDots {
        /// As written.
        written: String,
        /// The range.
        range: String,
    },
    /// Words of plain English stand before a date, for which the language has others.
    ForeignRelation {
        /// As written.
        written: String,
        /// The date with the word of the language.
        mend: String,
        /// The word that would be text in quotes.
        quoted: Option<String>,
    },
    /// A word before a date is nearly one of the language.
    MisspeltRelation {
        /// As written.
        word: String,
        /// The word of the language.
        similar: String,
    },
    /// `since` or `until` is followed by another such word.
    TwoRelations {
        /// The first word.
        word: String,
        /// The test with the second one alone.
        second: String,
        /// The test with the first one alone.
        first: String,
    },
}

/// An end of a range of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RangeEnd {
    First,
    Last,
}

/// Where a date stands that is open at an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OpenDate {
    /// After a word such as `after`.
    Relation,
    /// After `as of`.
    AsOf,
    /// After `known`.
    Known,
    /// After `diff`.
    Diff,
}
