//! What to write instead, as data: each part of a query that a message has. A part
//! with a gap (`…`) is a form and not among them.

use super::{
    AccountProblem, CalculationProblem, CellProblem, ColumnProblem, ConjunctionProblem, DateProblem, FieldProblem,
    FieldSuggestion, LengthMend, LifetimeTests, OtherFactsProblem, ProblemDetail, QueryProblem, ReferenceProblem,
    RowsProblem, StageProblem, StatusProblem, SubqueryProblem, Suggestion, ValueProblem, WordProblem, WorldMend,
    WrongEndMend,
};
use crate::syntax::quote;

impl QueryProblem {
    /// What to write instead, as the message has it: whole queries, stages, or
    /// what stands in the place of what is wrong.
    #[must_use]
    pub fn suggestions(&self) -> Vec<String> {
        let all = match self {
            Self::Syntax(problem) => problem.suggestions(),
            Self::InWorld { mend, .. } => of_world(mend),
            Self::Meaning(problem) => of_detail(&problem.detail),
        };
        all.into_iter().filter(|suggestion| !suggestion.contains('…')).collect()
    }
}

fn of_world(mend: &WorldMend) -> Vec<String> {
    match mend {
        WorldMend::Write(mend)
        | WorldMend::CompareByDifference { stages: mend, .. }
        | WorldMend::DateOfAct(mend)
        | WorldMend::Group(mend)
        | WorldMend::NameWithoutRelation { mended: Some(mend), .. } => vec![mend.clone()],
        WorldMend::NameWithoutRelation { mended: None, .. } => Vec::new(),
    }
}

fn of_detail(detail: &ProblemDetail) -> Vec<String> {
    match detail {
        ProblemDetail::Word(problem) => of_word(problem),
        ProblemDetail::Reference(problem) => of_reference(problem),
        ProblemDetail::Field(problem) => of_field(problem),
        ProblemDetail::Value(problem) => of_value(problem),
        ProblemDetail::Date(problem) => of_date(problem),
        ProblemDetail::Status(problem) => of_status(problem),
        ProblemDetail::Rows(problem) => of_rows(problem),
        ProblemDetail::OtherFacts(
            OtherFactsProblem::StatusOfFacts { mend, .. } | OtherFactsProblem::AnythingBut { mend, .. },
        )
        | ProblemDetail::Subquery(
            SubqueryProblem::Columns { mend, .. } | SubqueryProblem::WrongKind { mend: Some(mend), .. },
        )
        | ProblemDetail::Stage(
            StageProblem::DiffOfOneDay { mend, .. } | StageProblem::NothingBetween { mend: Some(mend), .. },
        ) => vec![mend.clone()],
        ProblemDetail::Account(AccountProblem::UnknownTeller { tellers, .. }) => {
            tellers.iter().map(|teller| format!("according to {}", quote(teller))).collect()
        }
        ProblemDetail::Account(AccountProblem::SourceOfEntities { plural, condition }) => {
            vec![format!("{plural} with {{source {{{condition}}}}}")]
        }
        ProblemDetail::Conjunction(problem) => of_conjunction(problem),
        ProblemDetail::Column(problem) => of_column(problem),
        ProblemDetail::Cell(problem) => of_cell(problem),
        ProblemDetail::Calculation(problem) => of_calculation(problem),
        ProblemDetail::Stage(problem) => of_stage(problem),
        ProblemDetail::Periods(_)
        | ProblemDetail::Day(_)
        | ProblemDetail::OtherFacts(_)
        | ProblemDetail::Account(_)
        | ProblemDetail::Subquery(_)
        | ProblemDetail::Parameter(_) => Vec::new(),
    }
}

fn of_suggestion(suggestion: &Suggestion) -> Vec<String> {
    match suggestion {
        Suggestion::Similar(text) | Suggestion::Write(text) => vec![text.clone()],
        Suggestion::Names(names) | Suggestion::NamesOfPart(names) => names.clone(),
        Suggestion::Stage(stage) => vec![format!("| {stage}")],
        Suggestion::Month(month) => vec![format!("in {month} 2025")],
        Suggestion::ConditionsOfRows { plural, word, .. } => vec![format!("{plural} with {{{}}}", quote(word))],
        Suggestion::Field { .. }
        | Suggestion::Noun(_)
        | Suggestion::Negation
        | Suggestion::CountBy
        | Suggestion::SmallWord { .. }
        | Suggestion::PeriodsFirst
        | Suggestion::ColumnOfPeriods(_) => Vec::new(),
    }
}

fn of_word(problem: &WordProblem) -> Vec<String> {
    match problem {
        WordProblem::ReadAsText { suggestion, .. } | WordProblem::UnknownOfRows { suggestion, .. } => {
            of_suggestion(suggestion)
        }
        WordProblem::UnknownDateField { similar, .. } => vec![similar.clone()],
        WordProblem::UnknownBeforeDate { similar, word } => vec![similar.clone(), quote(word)],
        WordProblem::QuotedName { mend, .. } | WordProblem::ValueAsText { mend, .. } => vec![mend.clone()],
        WordProblem::QueryNotCalled { .. } | WordProblem::NothingToSearch | WordProblem::UnknownQuery { .. } => {
            Vec::new()
        }
    }
}

fn of_reference(problem: &ReferenceProblem) -> Vec<String> {
    match problem {
        ReferenceProblem::Ambiguous { holders, .. } | ReferenceProblem::IdOfAnother { others: holders, .. } => {
            holders.iter().map(|holder| holder.id.clone()).collect()
        }
        ReferenceProblem::Unknown { suggestion: Some(suggestion), .. }
        | ReferenceProblem::StandsForItself { suggestion, .. } => of_suggestion(suggestion),
        ReferenceProblem::WrongKind { tests, .. } => tests.clone(),
        ReferenceProblem::UnknownGroup { similar, .. } => similar.iter().cloned().collect(),
        ReferenceProblem::Unknown { suggestion: None, .. }
        | ReferenceProblem::NoNameBegins { .. }
        | ReferenceProblem::NoGroupMatches { .. } => Vec::new(),
    }
}

fn of_field_suggestion(suggestion: &FieldSuggestion) -> Vec<String> {
    match suggestion {
        FieldSuggestion::Similar(text) | FieldSuggestion::Write(text) => vec![text.clone()],
        FieldSuggestion::Difference(one, other) => vec![format!("{one} - {other}")],
        FieldSuggestion::SortDirection => vec!["sort -date".to_owned()],
        FieldSuggestion::NoSuchPart { .. }
        | FieldSuggestion::NoWordForAll { .. }
        | FieldSuggestion::SourceFields(_)
        | FieldSuggestion::CountFirst
        | FieldSuggestion::ColumnOfPeriods(_)
        | FieldSuggestion::Fields { .. } => Vec::new(),
    }
}

fn of_field(problem: &FieldProblem) -> Vec<String> {
    match problem {
        FieldProblem::Unknown { suggestion, .. } => of_field_suggestion(suggestion),
        FieldProblem::StatusAsField { examples, .. } => examples.clone(),
        FieldProblem::ActionAsField { mend, .. } => vec![mend.clone()],
        FieldProblem::UnknownPart { field, similar: Some(similar), .. } => vec![format!("{field}.{similar}")],
        FieldProblem::UnknownAttribute { similar: Some(similar), .. }
        | FieldProblem::NotADateOfFacts { similar: Some(similar), .. } => vec![similar.clone()],
        FieldProblem::NothingFollows { field, .. } | FieldProblem::PartOfDate { field, .. } => vec![field.clone()],
        FieldProblem::NotADate { dates, .. } | FieldProblem::NotADateOfFacts { dates, .. } => dates.clone(),
        FieldProblem::UnknownPart { similar: None, .. }
        | FieldProblem::UnknownAttribute { similar: None, .. }
        | FieldProblem::TooManySteps => Vec::new(),
    }
}

fn of_value(problem: &ValueProblem) -> Vec<String> {
    match problem {
        ValueProblem::OtherField { field, other } => vec![format!("{field}:{}", quote(other))],
        ValueProblem::NoneHasNoOrder { field } => vec![format!("{field}:none")],
        ValueProblem::RangeHasNoOrder { mend: Some(mend) }
        | ValueProblem::RangeReversed { mend: Some(mend) }
        | ValueProblem::NotFromQuery { same: Some(mend), .. } => vec![mend.clone()],
        ValueProblem::UnknownAction { similar: Some(similar), .. }
        | ValueProblem::UnknownPrecision { similar: Some(similar), .. }
        | ValueProblem::UnknownBasis { similar: Some(similar), .. } => vec![similar.clone()],
        ValueProblem::UnknownBasis { field, similar: None } => {
            ["stated", "computed", "none"].iter().map(|basis| format!("{field}:{basis}")).collect()
        }
        _ => Vec::new(),
    }
}

fn of_date(problem: &DateProblem) -> Vec<String> {
    match problem {
        DateProblem::NotADate { similar, .. } => similar.iter().cloned().collect(),
        DateProblem::Invalid { meanings, .. } | DateProblem::OtherOrder { meanings, .. } => {
            meanings.iter().map(ToString::to_string).collect()
        }
        DateProblem::NoSuchDay { last, .. } => vec![last.to_string()],
        DateProblem::RangeReversed { mend: Some(mend), .. }
        | DateProblem::PresenceInWords { mend }
        | DateProblem::OneEndCounts { mend, .. } => vec![mend.clone()],
        DateProblem::Prefix { field } => vec![format!("{field}:2025"), format!("{field}:2025-06")],
        DateProblem::OfEachSource { stages, .. } => vec![stages.clone()],
        DateProblem::ComparedWithOther { field, .. } => vec![format!("{field}:2025"), format!("{field}>=2025-06-27")],
        DateProblem::NoRelation { date, .. } => vec![format!("in {date}"), format!("since {date}")],
        DateProblem::NoYear { example, .. } => vec![format!("on {example}")],
        DateProblem::RangeWithoutDots { range, .. } => vec![range.clone()],
        DateProblem::ForeignRelation { mend, quoted: word, .. } => {
            std::iter::once(mend.clone()).chain(word.as_deref().map(quote)).collect()
        }
        DateProblem::MisspeltRelation { similar, word } => vec![similar.clone(), quote(word)],
        DateProblem::TwoRelations { second, first, .. } => vec![second.clone(), first.clone()],
        DateProblem::NotOneDay => ["in 2025", "in June 2025"].map(str::to_owned).into(),
        _ => Vec::new(),
    }
}

fn of_status(problem: &StatusProblem) -> Vec<String> {
    match problem {
        StatusProblem::OtherEnd { status } => vec![status.clone()],
        StatusProblem::NotNameOrNumber { examples, .. }
        | StatusProblem::NotACount { examples, .. }
        | StatusProblem::UnknownOther { examples, .. } => examples.clone(),
        StatusProblem::WrongEnd { mend: Some(WrongEndMend::Members(mend) | WrongEndMend::OtherWay(mend)), .. }
        | StatusProblem::QueryOfSameEnd { mend, .. } => vec![mend.clone()],
        StatusProblem::WhichEnd { tests, .. } => tests.to_vec(),
        StatusProblem::NoValue { mends, status } => {
            mends.iter().cloned().chain(std::iter::once(quote(status))).collect()
        }
        StatusProblem::WrongEnd { mend: None, .. }
        | StatusProblem::NoOtherMatches { .. }
        | StatusProblem::UsingWithoutStatus { .. } => Vec::new(),
    }
}

fn of_rows(problem: &RowsProblem) -> Vec<String> {
    let both = |one: &Option<String>, other: &String| one.iter().chain([other]).cloned().collect();
    match problem {
        RowsProblem::UnknownField { suggestion, .. } => of_field_suggestion(suggestion),
        RowsProblem::NoOwnDate { facts, lifetime, periods_start, since, .. } => {
            let lifetime = lifetime.iter().flat_map(|LifetimeTests { began, ended }| [Some(began), ended.as_ref()]);
            let stages = [periods_start, since].into_iter().flatten().map(|test| format!("| where {test}"));
            std::iter::once(facts.clone()).chain(lifetime.flatten().cloned()).chain(stages).collect()
        }
        RowsProblem::NobodyHasField { facts, .. }
        | RowsProblem::FieldOfFacts { facts, .. }
        | RowsProblem::ActOfFacts { facts, .. } => vec![facts.clone()],
        RowsProblem::TextOfFacts { facts, text, .. } => vec![facts.clone(), format!("name:{}", quote(text))],
        RowsProblem::DateWithoutRelation { facts, date } => vec![format!("as of {date}"), facts.clone()],
        RowsProblem::OtherKind { status, facts, .. } | RowsProblem::SecondNoun { status, facts, .. } => {
            both(status, facts)
        }
        RowsProblem::FactsOfStatus { mend } | RowsProblem::TwoEntities { mend, .. } => vec![mend.clone()],
        RowsProblem::SinceOfStages | RowsProblem::NounNotFirst { .. } | RowsProblem::NounTwice { .. } => Vec::new(),
    }
}

fn of_conjunction(problem: &ConjunctionProblem) -> Vec<String> {
    match problem {
        ConjunctionProblem::TwoActs { either, both } | ConjunctionProblem::TwoAtOneEnd { either, both, .. } => {
            vec![either.clone(), both.clone()]
        }
        ConjunctionProblem::ExcludedEntity { mend, .. }
        | ConjunctionProblem::ExcludedAct { mend, .. }
        | ConjunctionProblem::BracesApart { mend: Some(mend), .. } => vec![mend.clone()],
        ConjunctionProblem::BracesApart { mend: None, .. } => Vec::new(),
    }
}

fn of_column(problem: &ColumnProblem) -> Vec<String> {
    match problem {
        ColumnProblem::Unknown { columns, .. } | ColumnProblem::UnknownOfEntities { columns, .. } => {
            columns.similar.iter().cloned().collect()
        }
        ColumnProblem::UnknownFieldOrColumn { similar, .. } => vec![similar.clone()],
        ColumnProblem::NeedsOneStatus { mend, .. } => vec![mend.clone()],
        _ => Vec::new(),
    }
}

fn of_cell(problem: &CellProblem) -> Vec<String> {
    match problem {
        CellProblem::NoDateColumn { dates } => {
            dates.first().map(|first| format!("where {first} after 2025")).into_iter().collect()
        }
        CellProblem::OtherKind { members, .. } => members.iter().cloned().collect(),
        CellProblem::OtherColumn { column, other } => {
            vec![format!("let gap = {column} - {other} | where gap > 0 days")]
        }
        CellProblem::LengthForDate { column, ago } => {
            vec![format!("{column} in 2025"), format!("{column} since {ago}")]
        }
        CellProblem::NeedsLength { mend: LengthMend::WithUnit(mend) | LengthMend::TwoTests(mend), .. } => {
            vec![mend.clone()]
        }
        CellProblem::NeedsLength { column, mend: LengthMend::Examples } => {
            vec![format!("{column} < 6 months"), format!("{column} >= 100 days")]
        }
        _ => Vec::new(),
    }
}

fn of_calculation(problem: &CalculationProblem) -> Vec<String> {
    match problem {
        CalculationProblem::SumOfDates { path } => vec![format!("min max median of {path}")],
        CalculationProblem::NoSummary { path, .. } => vec![format!("count {path}")],
        _ => Vec::new(),
    }
}

fn of_stage(problem: &StageProblem) -> Vec<String> {
    match problem {
        StageProblem::NeedsDatedFacts { last, date, .. } => {
            let minus = if *last { "-" } else { "" };
            date.iter().map(|date| format!("sort {minus}{date} | take 1")).collect()
        }
        StageProblem::TimelineOfEntities { noun, .. } => {
            vec![format!("show {noun}, from as start, until as end | timeline")]
        }
        _ => Vec::new(),
    }
}
