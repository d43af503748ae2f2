//! What to write instead, as data: each part of a query that a message about a
//! text has. A part with a gap (`…`) is a form and not among them.

use super::{
    DefinitionProblem, MalformedCondition, MalformedDate, MalformedStage, MalformedValue, Mend, StrayText,
    SyntaxProblem,
};
use crate::syntax::quote;

impl SyntaxProblem {
    /// What to write instead, as the message has it: whole queries, stages, or
    /// what stands in the place of what is wrong.
    #[must_use]
    pub fn suggestions(&self) -> Vec<String> {
        let all = match self {
            Self::Expected { mend, .. } => mend.as_ref().map(Mend::suggestions).unwrap_or_default(),
            Self::DateExpected { mend, .. } => mend.suggestions(),
            Self::Stray(stray) => of_stray(stray),
            Self::Condition(problem) => of_condition(problem),
            Self::Value(
                MalformedValue::BlankBefore { joined: mended, .. }
                | MalformedValue::Comparison { mended: Some(mended) },
            )
            | Self::ConditionAfterClause { reordered: Some(mended) } => vec![mended.clone()],
            Self::Date(problem) => of_date(problem),
            Self::Stage(problem) => of_stage(problem),
            Self::StatementInQuery { word } => vec![quote(word)],
            Self::CommitWithoutSign { number } => vec![format!("known #{number}")],
            Self::Definition(DefinitionProblem::UnknownName { similar: Some(similar), .. }) => vec![similar.clone()],
            Self::Limit(_)
            | Self::ForbiddenCharacter { .. }
            | Self::Value(_)
            | Self::Definition(_)
            | Self::CalculationOutsideQuery { .. }
            | Self::ConditionAfterClause { reordered: None }
            | Self::RepeatedClause { .. } => Vec::new(),
        };
        all.into_iter().filter(|suggestion| !suggestion.contains('…')).collect()
    }
}

fn of_stray(stray: &StrayText) -> Vec<String> {
    match stray {
        StrayText::ClosingBracket { bracketed: Some(bracketed), .. } => vec![bracketed.clone()],
        StrayText::BlankBeforeColon { joined } => vec![joined.clone()],
        StrayText::ComparisonSign { plain, .. } => vec![(*plain).to_owned()],
        StrayText::ForeignQuote { text } => vec![quote(text)],
        StrayText::Or => vec![quote("or")],
        _ => Vec::new(),
    }
}

fn of_condition(problem: &MalformedCondition) -> Vec<String> {
    match problem {
        MalformedCondition::TwoReadings { loose, strict } => vec![loose.clone(), strict.clone()],
        MalformedCondition::MinusApart { word } => vec![format!("-{word}"), format!("not {word}")],
        MalformedCondition::DateWithoutRelation { date } => vec![format!("in {date}")],
        MalformedCondition::NumberSignBeforeWord { mended } => vec![mended.clone()],
        MalformedCondition::PatternWithoutField { pattern } => vec![format!("title:{pattern}")],
        MalformedCondition::PrefixWithoutField { prefix } => vec![format!("title:{prefix}*")],
        MalformedCondition::SignInWord { word } | MalformedCondition::MisplacedKeyword { word } => vec![quote(word)],
        MalformedCondition::WordBeforeBraces { meant, .. } => vec![(*meant).to_owned()],
        MalformedCondition::BracesWithoutWord { braces } => {
            vec![format!("with {braces}"), format!("without {braces}")]
        }
        MalformedCondition::TellerWithoutQuotes { name } => vec![format!("according to {}", quote(name))],
        MalformedCondition::SignBeforeBraces { mended } | MalformedCondition::Difference { mended } => {
            vec![mended.clone()]
        }
        MalformedCondition::StageAsCondition { stage, .. } => vec![format!("| {stage}")],
        _ => Vec::new(),
    }
}

fn of_date(problem: &MalformedDate) -> Vec<String> {
    match problem {
        MalformedDate::Number { mend, .. }
        | MalformedDate::UnknownMonth { mend, .. }
        | MalformedDate::TurnWithoutUnit { mend, .. } => mend.suggestions(),
        MalformedDate::Foreign { readings } => readings.clone(),
        MalformedDate::MonthWithoutYear { month, day: Some(day), .. } => vec![format!("{day} {month} 2025")],
        MalformedDate::MonthWithoutYear { month, day: None, .. } => vec![format!("{month} 2025")],
        MalformedDate::DayAfterMonth { mended } => mended.to_vec(),
        MalformedDate::Decade { mended } | MalformedDate::Duration { mended, .. } => vec![mended.clone()],
        _ => Vec::new(),
    }
}

fn of_stage(problem: &MalformedStage) -> Vec<String> {
    match problem {
        MalformedStage::UnknownName { mend, .. } => mend.suggestions(),
        MalformedStage::NoSuchOperation { .. } => Vec::new(),
        MalformedStage::SortDirection { column } => vec![format!("sort -{column}"), format!("sort {column}")],
        MalformedStage::Clause { reordered, .. } => vec![reordered.clone()],
    }
}

impl Mend {
    fn suggestions(&self) -> Vec<String> {
        match self {
            Self::Write(text)
            | Self::DidYouMean(text)
            | Self::CompareByDifference(text)
            | Self::ListOfValues(text)
            | Self::SignWithoutColon(Some(text))
            | Self::UnsignedCount(text)
            | Self::NumberForParameter(text)
            | Self::CommaBetweenColumns(text)
            | Self::CommaBetweenFields(text)
            | Self::ColumnForCalculation(text)
            | Self::ConditionInParentheses(text)
            | Self::ConditionInStage(text)
            | Self::OfAllRows { stages: text, .. }
            | Self::OneOfEachGroup { stage: text, .. } => vec![text.clone()],
            Self::Top { greatest, most_frequent } => vec![format!("| {greatest}"), format!("| {most_frequent}")],
            Self::Examples(texts) => texts.clone(),
            Self::UnitAfterNumber(number) => {
                ["days", "weeks", "months"].iter().map(|unit| format!("{number} {unit}")).collect()
            }
            Self::NoneForAbsent(field) => vec![format!("{field}none")],
            Self::CountPairs { pairs, rows } => vec![pairs.clone(), rows.clone()],
            Self::SeveralWordsInQuotes(text) => vec![quote(text)],
            Self::NotInQuotes => vec![quote("not")],
            Self::Season { dates, .. } => dates.to_vec(),
            Self::PartOfYear { months, .. } => vec![months.clone()],
            Self::LeaveOut(_)
            | Self::DateForms
            | Self::OneRelation(_)
            | Self::SignWithoutColon(None)
            | Self::QuotesOrDate
            | Self::AnyStage
            | Self::Summaries
            | Self::CalculationForms
            | Self::StageOrCondition
            | Self::BlankBeforeParenthesis
            | Self::ParameterSign(_)
            | Self::AssertionForms => Vec::new(),
        }
    }
}
