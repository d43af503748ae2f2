//! What is wrong with an input, its records, or the mapping that reads it.

use std::fmt;

use super::list::{clipped, names};
use crate::exchange::{
    ColumnMapProblem, ColumnSource, DatesOfColumn, DayOrMonthFirst, ExchangeError, ExpectedJson, HeaderProblem,
    JsonProblem, JsonType, LeftOutReason, MAX_LINE, QuoteProblem, RecordError, RecordLocation, RecordPart,
    RecordProblem, RecordProblemKind, SentinelEffect, StepLocation, StepProblem, ValueProblem, ValueType, sanitize,
};
use crate::model::NumberError;

impl fmt::Display for ExchangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limit = MAX_LINE >> 20;
        match self {
            Self::Open { name, cause } => write!(f, "cannot open {name}: {cause}"),
            Self::Read { name, line, cause } => write!(f, "cannot read {name} beyond line {line}: {cause}"),
            Self::UnclosedQuote { name, line, column } => {
                write!(f, "{name}:{line}:{column}: {}", QuoteProblem::Unclosed)
            }
            Self::RowTooLong { name, line } => {
                write!(f, "{name}:{line}: the row is longer than {limit} MiB; is a quote opened and never closed?")
            }
            Self::UnknownFormat { name } => {
                write!(f, "{name}: cannot tell whether this is JSON Lines, CSV or TSV; name the format")
            }
            Self::Header { name, line, problem } => write!(f, "{name}:{line}: {}", sanitize(&problem.to_string())),
            Self::ColumnMap { entry, problem } => {
                write!(f, "column map entry `{}`: {problem}", sanitize(&clipped(entry)))
            }
            Self::UnknownMarkerColumn { name, column, similar } => {
                write!(
                    f,
                    "{name}: there is no column or key `{}` for `--missing` or `--literal`",
                    sanitize(&clipped(column))
                )?;
                let near = |near: &String| write!(f, "; did you mean `{}`?", sanitize(&clipped(near)));
                similar.as_ref().map_or(Ok(()), near)
            }
            Self::Mapping { name, line, column, problem } => {
                write!(f, "{name}:{line}:{column}: {}", sanitize(&problem.to_string()))
            }
            Self::Record(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for RecordLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.line)?;
        match self.column {
            Some(column) => write!(f, ":{column}"),
            None => Ok(()),
        }
    }
}

/// Writes what is wrong with a record behind its place.
pub(crate) fn write_located(
    f: &mut fmt::Formatter<'_>,
    location: &RecordLocation,
    problem: &dyn fmt::Display,
) -> fmt::Result {
    write!(f, "{location}: ")?;
    if let Some(cell) = &location.cell {
        write!(f, "column `{}`: ", sanitize(cell))?;
    }
    f.write_str(&sanitize(&problem.to_string()))
}

/// The same where the record cannot be read.
pub(crate) fn write_record_problem(
    f: &mut fmt::Formatter<'_>,
    location: &RecordLocation,
    problem: &RecordProblem,
) -> fmt::Result {
    match (&location.cell, problem) {
        // The name of the column says already which field it is.
        (Some(cell), RecordProblem::Value { field, problem, .. }) if **cell == **field => {
            write_located(f, location, problem)
        }
        // The place of the record says already where it is.
        (_, RecordProblem::BrokenQuotes { line, problem, .. }) if location.line == *line => {
            write_located(f, location, problem)
        }
        _ => write_located(f, location, problem),
    }
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_record_problem(f, &self.location, &self.problem)
    }
}

impl fmt::Display for RecordProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "the line is longer than {} MiB", MAX_LINE >> 20),
            Self::NotUtf8 { byte, in_cell, utf16 } => {
                write!(f, "byte 0x{byte:02X}")?;
                if let Some(place) = in_cell {
                    write!(f, ", byte {place} of the cell,")?;
                }
                let encoding = if *utf16 { "looks like UTF-16" } else { "may be Latin-1 or Windows-1252" };
                write!(f, " is not UTF-8; the file {encoding}: save it as UTF-8")
            }
            Self::Json(problem) => problem.fmt(f),
            Self::DuplicateKey { path } => write!(f, "`{}` is given twice", clipped(path)),
            Self::MissingKey { path, part, similar } => {
                write!(f, "`{path}` is missing; {part} needs it")?;
                similar.as_ref().map_or(Ok(()), |near| write!(f, " (is it called `{}` here?)", clipped(near)))
            }
            Self::WrongType { path, expected, found, number } => {
                write!(f, "`{path}` must be {expected}, not {found}")?;
                match (expected, number) {
                    (ExpectedJson::Text | ExpectedJson::Date, Some(number)) => {
                        write!(f, "; write \"{}\"", clipped(number))
                    }
                    (ExpectedJson::Date, None) => f.write_str("; write it as \"2025-06-27\""),
                    _ => Ok(()),
                }
            }
            Self::CellCount { cells, columns } => {
                write!(f, "expected {columns} cells as in the header, found {cells}")
            }
            Self::BrokenQuotes { line, column, problem } => {
                write!(f, "{problem} (line {line}, character {column})")
            }
            Self::UnnamedColumn { column } => write!(f, "column {column} has a value here, but no name in the header"),
            Self::MissingField { field, part } => write!(f, "the field `{field}` is empty; {part} needs it"),
            Self::Value { field, part, problem } => {
                write_field(f, field, *part)?;
                write!(f, ": {problem}")
            }
            Self::Step { value, text, letter, problem, step } => {
                write!(f, "value `{value}`: `{}` ", clipped(text))?;
                write_step_problem(f, problem, letter.as_deref())?;
                write!(f, " ({step})")
            }
            Self::NotAnEntity { reason } => write!(f, "the row does not make an entity: {reason}"),
        }
    }
}

fn write_field(f: &mut fmt::Formatter<'_>, field: &str, part: RecordPart) -> fmt::Result {
    match part {
        // A path says itself that it is within a source.
        RecordPart::Source if !field.contains('.') => write!(f, "field `{field}` of the source"),
        RecordPart::Entity => write!(f, "field `{field}` of the entity"),
        _ => write!(f, "field `{field}`"),
    }
}

impl fmt::Display for QuoteProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TextAfter => {
                "text follows the quote that closes a cell; write a quote inside of a quoted cell twice, as in \"\""
            }
            Self::BlankBefore => "blanks are before the quote that opens a cell; remove them",
            Self::Unclosed => "the quote opens a cell that is never closed",
        })
    }
}

impl fmt::Display for JsonProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooDeep { limit } => return write!(f, "values are nested more than {limit} levels deep"),
            Self::Array => {
                "expected one JSON object per line, found an array; write each element on a line of its own, \
                 without brackets and commas"
            }
            Self::NotAnObject => "expected one JSON object per line, such as {\"subject\": …, \"action\": …}",
            Self::Unfinished => "the line ends before its object does; write each record on one line",
            Self::TrailingText => "expected the end of the line after the object; write one object per line",
            Self::TrailingComma => "expected another value after the comma; remove the comma",
            Self::UnquotedKey => "expected a key in double quotes",
            Self::MissingValue => "expected a value; write text in double quotes",
            Self::InvalidEscape => "unknown escape in a text; write a backslash as `\\\\`",
            Self::ControlCharacter => {
                "unescaped control character in a text; write it as an escape, such as `\\n` or `\\t`"
            }
            Self::Other(message) => message,
        })
    }
}

impl fmt::Display for RecordPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fact => "every fact",
            Self::Source => "every source",
            Self::Entity => "every entity",
            Self::DatedName => "every dated name",
            Self::Membership => "every membership",
        })
    }
}

impl fmt::Display for ExpectedJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Date => "a date in quotes",
            Self::Texts => "a list of texts",
            Self::Object => "an object",
            Self::Objects => "a list of objects",
            Self::TextOrObject => "text or an object",
            Self::TextsOrObjects => "a list of texts and objects",
        })
    }
}

impl fmt::Display for JsonType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Object => "an object",
            Self::List => "a list",
            Self::Boolean => "true or false",
            Self::Null => "null",
            Self::Number => "a number",
        })
    }
}

impl fmt::Display for ValueProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotADate(error) => error.fmt(f),
            Self::NotAnInteger(text) => write!(f, "`{}` is not a whole number", clipped(text)),
            Self::NotANumber { text, error: NumberError::NotANumber } => {
                write!(f, "`{}` is not a number", clipped(text))
            }
            Self::NotANumber { text, error } => write!(f, "`{}` cannot be kept: {error}", clipped(text)),
            Self::NotSources => f.write_str(
                "expected a JSON list of objects; for a single source use columns such as `source.publisher`",
            ),
            Self::MissingMarker(text) => {
                let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-./".contains(&byte));
                let (text, quote) = (clipped(text), if is_plain { "" } else { "'" });
                write!(
                    f,
                    "`{text}` may stand for a missing value; say so with `--missing {quote}{text}{quote}`, or that it \
                     stands for itself with `--literal {quote}{text}{quote}`"
                )
            }
        }
    }
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Date => "a date",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Sources => "a list of sources",
            Self::NotAMarker => "a text that certainly stands for itself",
        })
    }
}

/// What is wrong with a value, after the value.
fn write_step_problem(f: &mut fmt::Formatter<'_>, problem: &StepProblem, letter: Option<&str>) -> fmt::Result {
    match (problem, letter) {
        (StepProblem::PatternMismatch, _) => f.write_str("does not match the pattern"),
        (StepProblem::NoLetter, _) => f.write_str("has no entry for cells without a letter"),
        (StepProblem::UnknownLetter, Some(letter)) => write!(f, "has no entry for the letter `{}`", clipped(letter)),
        (StepProblem::UnknownLetter, None) => f.write_str("has no entry for the letter"),
        (StepProblem::UnknownCode, _) => f.write_str("is not one of the codes"),
        (StepProblem::NotADate { orders, fits }, _) => {
            write!(f, "is not a date in the order {}", orders.join(" or "))?;
            fits.map_or(Ok(()), |fits| write!(f, ", but would be one in the order {fits}"))
        }
        (StepProblem::DayOrMonthFirst(told), _) => {
            f.write_str("may have the day or the month first")?;
            match (told.day_first, told.month_first) {
                (0, 0) => f.write_str(", and no date of the column tells which; give `order` one of the two"),
                _ => write!(
                    f,
                    ", and the column has both: `{}` and `{}`",
                    clipped(&told.day_first_example),
                    clipped(&told.month_first_example)
                ),
            }
        }
    }
}

impl fmt::Display for DatesOfColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let DayOrMonthFirst { day_first, day_first_example, month_first, month_first_example, either } = &self.order;
        let (first, clear, example) = match (day_first, month_first) {
            (1.., 0) => ("the day", day_first, day_first_example),
            (0, 1..) => ("the month", month_first, month_first_example),
            _ => {
                return write!(f, "dates of `{}`: {either} may have the day or the month first", clipped(&self.column));
            }
        };
        write!(
            f,
            "dates of `{}` have {first} first: {clear} cannot be read otherwise, such as {}; {either} could",
            clipped(&self.column),
            clipped(example)
        )
    }
}

impl fmt::Display for StepLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.mapping, self.line)
    }
}

impl fmt::Display for RecordProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => f.write_str("line too long"),
            Self::NotUtf8 => f.write_str("not UTF-8"),
            Self::NotJson => f.write_str("not a JSON object"),
            Self::DuplicateKey => f.write_str("key given twice"),
            Self::MissingField { field, part } => write!(f, "`{field}` is missing; {part} needs it"),
            Self::WrongType { field, expected } => write!(f, "`{field}` is not {expected}"),
            Self::CellCount => f.write_str("more or fewer cells than the header has"),
            Self::BrokenQuotes => f.write_str("broken quotes"),
            Self::UnnamedColumn => f.write_str("value in a column without a name"),
            Self::Value { field, part, expected: ValueType::NotAMarker } => {
                f.write_str("text that may stand for a missing value in ")?;
                write_field(f, field, *part)
            }
            Self::Value { field, part, expected } => {
                write_field(f, field, *part)?;
                write!(f, " is not {expected}")
            }
            Self::Step { value, problem, step } => {
                write!(f, "value `{value}` ")?;
                write_step_problem(f, problem, None)?;
                write!(f, " ({step})")
            }
            Self::NotAnEntity => f.write_str("row that does not make an entity"),
        }
    }
}

impl fmt::Display for LeftOutReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Skipped { value, problem, letter } => {
                write!(f, "`{value}` ")?;
                write_step_problem(f, problem, letter.as_deref())
            }
            Self::Sentinel { value, found, effect } => {
                let effect = match effect {
                    SentinelEffect::DropsRecord => "record dropped",
                    SentinelEffect::OmitsValue => "value omitted",
                    SentinelEffect::OpensEnd => "read as an open end",
                };
                write!(f, "`{value}` is `{found}`: {effect}")
            }
            Self::Kept { value, problem } => {
                write!(f, "`{value}` ")?;
                write_step_problem(f, problem, None)?;
                f.write_str(": value lost")
            }
            Self::Template { field, missing } => {
                write!(f, "`{field}` stays empty where `{}` is missing: value lost", clipped(missing))
            }
            Self::Escape => f.write_str("backslash of an escape such as `\\t` or `\\\\`, read as what it stands for"),
            Self::NoFilledCell => f.write_str("row without a filled cell"),
            Self::NothingApplies => f.write_str("no `[[fact]]` or `[[entity]]` applies"),
        }
    }
}

impl fmt::Display for HeaderProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the file is empty"),
            Self::NotUtf8 { column } => {
                write!(f, "the name of column {column} is not UTF-8: save the file as UTF-8")
            }
            Self::DuplicateColumn { name } => {
                write!(f, "two columns are called `{}`: rename one of them", clipped(name))
            }
            Self::BrokenQuotes { column, problem } => write!(f, "{problem} (character {column})"),
            Self::WrongSeparator { separator } => f.write_str(match separator {
                ';' => "the columns are separated by semicolons: save the file with commas",
                ',' => "the columns are separated by commas: the format is csv",
                _ => "the columns are separated by tabs: the format is tsv",
            }),
            Self::UnknownColumn { name, similar, columns } => {
                write!(f, "there is no column `{}`; ", clipped(name))?;
                match similar {
                    Some(near) => write!(f, "did you mean `{}`?", clipped(near)),
                    None => write!(f, "the columns are {}", names(columns)),
                }
            }
            Self::DuplicateField { field, sources: [one, other] } => {
                let origin = |source: &ColumnSource| match source {
                    ColumnSource::Column(name) => format!("column `{}`", clipped(name)),
                    ColumnSource::Constant(value) => format!("the constant `{}`", clipped(value)),
                };
                write!(
                    f,
                    "both {} and {} give the field `{field}`: map one of them to another field",
                    origin(one),
                    origin(other)
                )?;
                match one {
                    ColumnSource::Column(name) => write!(f, ", as in `other_{field}={}`", clipped(name)),
                    ColumnSource::Constant(_) => Ok(()),
                }
            }
            Self::MissingField { field, similar, columns } => {
                let near = similar.as_deref().unwrap_or("COLUMN");
                write!(f, "no column gives the field `{field}`; map one, as in `{field}={}`", clipped(near))?;
                if *field == "action" {
                    f.write_str(", or give every row the same, as in `action=:VALUE`")?;
                }
                write!(f, "; the columns are {}", names(columns))
            }
            Self::SourcesTwice => {
                f.write_str("both `sources` and `source.` columns give the sources: leave one of them out")
            }
            Self::Constant { field, problem } => write!(f, "the constant for `{field}`: {problem}"),
            Self::NoCells { mapping } => write!(f, "no column is one of the `cells` of {mapping}"),
        }
    }
}

impl fmt::Display for ColumnMapProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAPair => "expected `field=column`, or `field=:value` for the same value in every row",
            Self::EmptySide => "expected something on both sides of the `=`",
            Self::DuplicateField => "the field is given twice",
            Self::NoColumns => "JSON Lines have no columns; rename their keys instead",
        })
    }
}
