//! Conditions, values and dates.

use crate::syntax::Spanned;
use crate::syntax::as_written::{self, in_parentheses};
use crate::syntax::keyword::{MONTHS, month_number, word};
use crate::syntax::scan::{is_path, is_word, value_length, word_length};
use crate::syntax::tree::{
    Account, AsOf, BracedDate, Condition, DateTest, Duration, Expression, Operator, Path, Relation, RelativeDay, Test,
    Turn, Unit, Value, When,
};

use super::print_query;

/// What a condition is part of, which decides where it needs parentheses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Enclosing {
    Nothing,
    And,
    Or,
    Not,
    Maybe,
}

/// A condition on one line.
#[must_use]
pub fn print_condition(condition: &Expression) -> String {
    print(condition, Enclosing::Nothing)
}

fn print(expression: &Expression, within: Enclosing) -> String {
    let parentheses = |needed: bool, text: String| if needed { format!("({text})") } else { text };
    match &expression.value {
        Condition::And(parts) => parentheses(within != Enclosing::Nothing, print_and(parts, within)),
        Condition::Or(parts) => parentheses(within != Enclosing::Nothing, print_or(parts)),
        Condition::Not(inner) => format!("-{}", print(inner, Enclosing::Not)),
        Condition::Maybe(inner) => format!("maybe {}", print(inner, Enclosing::Maybe)),
        Condition::Unknown(inner) => format!("unknown {}", print(inner, Enclosing::Maybe)),
        Condition::Word(word) if is_word(word) => {
            // Before another condition it would be the keyword.
            let ambiguous = within != Enclosing::Nothing && word.eq_ignore_ascii_case(word::UNKNOWN);
            parentheses(ambiguous, word.clone())
        }
        Condition::Word(text) | Condition::Text(text) => quote(text),
        Condition::Test(test) => print_test(test),
        // Whether `resigned after 2024` is one condition or two is for the
        // checker to say, so where that matters it has parentheses, unless it
        // was written without.
        Condition::Date(test) => {
            let doubtful = test.path.as_ref().is_some_and(|path| path.names.len() == 1);
            let bare = expression.span.start < expression.span.end && !in_parentheses(expression);
            let apart = within == Enclosing::Not || (within == Enclosing::Or && !bare);
            parentheses(doubtful && apart, print_date_test(test))
        }
        Condition::Other(other) => {
            let with = if other.exists { "with" } else { "without" };
            format!("{with} {}{{{}}}", print_same(&other.same), print_condition(&other.filter))
        }
        Condition::AsOf(inner, day) => format!("({} {})", print_condition(inner), print_as_of(&day.value)),
        Condition::According(inner, account) => {
            let account = print_account(&account.value);
            match &inner.value {
                Condition::AsOf(inner, day) => {
                    format!("({} {} {account})", print_condition(inner), print_as_of(&day.value))
                }
                _ => format!("({} {account})", print_condition(inner)),
            }
        }
        Condition::Source(inner) => format!("source {{{}}}", print_condition(inner)),
        Condition::Using(inner) => format!("using {{{}}}", print_condition(inner)),
        Condition::Call(call) => {
            let arguments: Vec<String> = call.arguments.iter().map(|value| print_value(&value.value)).collect();
            format!("{}({})", call.name.value, arguments.join(", "))
        }
    }
}

fn print_or(parts: &[Expression]) -> String {
    parts.iter().map(|part| print(part, Enclosing::Or)).collect::<Vec<_>>().join(" or ")
}

/// Conditions with a blank between them, kept apart where the end of one and
/// the start of the next would be read as one.
fn print_and(parts: &[Expression], within: Enclosing) -> String {
    if let [word, any] = parts
        && let (Condition::Word(_), Condition::Or(alternatives)) = (&word.value, &any.value)
        && let Some((first, others)) = alternatives.split_first()
        && within == Enclosing::Nothing
        && as_written::is_bare(any)
    {
        // As it was written: the checker decides whether the word is a noun.
        let mut printed = print(first, Enclosing::Or);
        if runs_on(&word.value, &first.value, &printed) {
            printed = format!("({printed})");
        }
        return format!("{} {printed} or {}", print(word, Enclosing::And), print_or(others));
    }
    let mut out = String::new();
    let mut last: Option<&Condition> = None;
    for part in parts {
        let mut printed = print(part, Enclosing::And);
        if let Some(last) = last {
            if runs_on(last, &part.value, &printed) {
                printed = format!("({printed})");
            }
            out.push(' ');
        }
        out.push_str(&printed);
        last = Some(&part.value);
    }
    out
}

fn runs_on(last: &Condition, next: &Condition, printed: &str) -> bool {
    match last {
        // `-resigned after 2025` is two conditions in any case; not so with a path of several names.
        Condition::Not(inner) if matches!(&inner.value, Condition::Word(word) if !word.contains('.')) => {
            printed.starts_with("..")
        }
        Condition::Not(inner) | Condition::Maybe(inner) | Condition::Unknown(inner) => {
            runs_on(&inner.value, next, printed)
        }
        // `according to` begins a clause.
        Condition::Word(word)
            if word.eq_ignore_ascii_case(word::ACCORDING)
                && matches!(next_word(printed), Some(next) if next.eq_ignore_ascii_case(word::TO)) =>
        {
            true
        }
        // `resigned after 2025`, `2019 ..2022`
        Condition::Word(word) => {
            let relation = matches!(next, Condition::Date(test) if test.path.is_none() && !is_bare(test));
            (relation && is_path(word)) || printed.starts_with("..")
        }
        // `in 2019.. 2022`, `in 2019 ..2022`
        Condition::Date(test) => {
            let open = matches!(test.when.value, When::Range(_, None));
            // `after 2025 months` would be a length of time.
            let last = if let When::Range(_, Some(end)) = &test.when.value { &end.value } else { &test.when.value };
            let number = matches!(last, When::Edtf(year) if year.bytes().all(|byte| byte.is_ascii_digit()));
            (open && starts_like_date(printed)) || printed.starts_with("..") || (number && is_unit(printed))
        }
        // `lag<6 months`
        Condition::Test(test) => {
            let number = |value: &Value| matches!(value, Value::Word(word) if word.bytes().all(|b| b.is_ascii_digit()));
            test.operator != Operator::Is
                && test.values.iter().any(|value| number(&value.value))
                && matches!(next, Condition::Word(_) | Condition::Date(_) | Condition::Call(_))
                && is_unit(printed)
        }
        _ => false,
    }
}

fn next_word(printed: &str) -> Option<&str> {
    printed.get(..word_length(printed))
}

fn is_unit(printed: &str) -> bool {
    let first = printed.split(|letter: char| !letter.is_alphabetic()).next().unwrap_or("").to_ascii_lowercase();
    Unit::from_word(&first).is_some()
}

/// Text in quotes.
pub(crate) fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

pub(super) fn print_path(path: &Path) -> String {
    path.names.iter().map(|name| name.value.as_str()).collect::<Vec<_>>().join(".")
}

fn print_test(test: &Test) -> String {
    let values: Vec<String> = test.values.iter().map(|value| print_value(&value.value)).collect();
    format!("{}{}{}", print_path(&test.path), test.operator.sign(), values.join(","))
}

/// A value after a field.
#[must_use]
pub fn print_value(value: &Value) -> String {
    match value {
        Value::Word(word) if is_value(word) => word.clone(),
        Value::Word(text) | Value::Quoted(text) => quote(text),
        Value::Prefix(start) => format!("{start}*"),
        Value::Regex(pattern) => format!("/{}/", pattern.replace('/', "\\/")),
        Value::None => "none".to_owned(),
        Value::Range(from, to) => {
            format!("{}..{}", from.as_deref().unwrap_or(""), to.as_deref().unwrap_or(""))
        }
        Value::Duration(duration) => print_duration(*duration),
        Value::Parameter(name) => format!("${name}"),
        Value::Query(query) => format!("({})", print_query(query)),
    }
}

fn is_value(word: &str) -> bool {
    !word.is_empty() && value_length(word) == word.len() && !word.eq_ignore_ascii_case("none")
}

pub(in crate::syntax) fn print_duration(duration: Duration) -> String {
    format!("{} {}", duration.count, duration.unit.counted(duration.count))
}

/// Whether a date test is printed as a range alone: `2019..2022-06`.
fn is_bare(test: &DateTest) -> bool {
    let digits = |end: &When| match end {
        When::Edtf(written) => written.starts_with(|first: char| first.is_ascii_digit()),
        _ => false,
    };
    match &test.when.value {
        When::Range(from, to) if test.path.is_none() && test.relation == Relation::In => {
            [from, to].into_iter().flatten().all(|end| digits(&end.value))
        }
        _ => false,
    }
}

fn print_date_test(test: &DateTest) -> String {
    let when = print_when(&test.when.value);
    if is_bare(test) {
        return when;
    }
    let relation = print_relation(test.relation);
    match &test.path {
        Some(path) => format!("{} {relation} {when}", print_path(path)),
        None => format!("{relation} {when}"),
    }
}

/// How a date relates to another.
pub(crate) fn print_relation(relation: Relation) -> String {
    match relation {
        Relation::Within(length, side) => format!("within {} {}", print_duration(length), side.word()),
        relation => relation.word().unwrap_or_default().to_owned(),
    }
}

/// A date, period or range.
#[must_use]
pub fn print_when(when: &When) -> String {
    match when {
        When::Edtf(text) => text.clone(),
        When::Decade(year) => format!("{year:04}s"),
        When::Civil { year, month, day } => {
            let name = MONTHS.get(usize::from(*month).wrapping_sub(1)).copied().unwrap_or("January");
            let day = day.map(|day| format!("{day} ")).unwrap_or_default();
            format!("{day}{name} {year:04}")
        }
        When::Relative(day) => day.name().to_owned(),
        When::Calendar(turn, unit) => format!("{} {}", turn.name(), unit.name()),
        When::Rolling(turn, length) => format!("{} {}", turn.name(), print_duration(*length)),
        When::Ago(length) => format!("{} ago", print_duration(*length)),
        When::Range(from, to) => {
            let end = |end: &Option<Box<_>>| end.as_ref().map(|end| print_spanned(end)).unwrap_or_default();
            format!("{}..{}", end(from), end(to))
        }
        When::Braces(BracedDate { same, filter, field }) => {
            let field = field.as_ref().map(|path| format!(".{}", print_path(path))).unwrap_or_default();
            format!("{}{{{}}}{field}", print_same(same), print_condition(filter))
        }
        When::Parameter(name) => format!("${name}"),
    }
}

/// `same field, field ` before braces.
fn print_same(same: &[Path]) -> String {
    match same {
        [] => String::new(),
        paths => format!("same {} ", paths.iter().map(print_path).collect::<Vec<_>>().join(", ")),
    }
}

fn print_spanned(when: &Spanned<When>) -> String {
    print_when(&when.value)
}

/// `as of D`
pub(super) fn print_as_of(as_of: &AsOf) -> String {
    match as_of {
        AsOf::Day(day) => format!("as of {}", print_when(&day.value)),
        AsOf::Each(unit, range) => format!("as of each {} {}", unit.name(), print_when(&range.value)),
    }
}

/// `according to "S" first`, `according to {…}`
pub(super) fn print_account(account: &Account) -> String {
    match account {
        Account::Teller { name, first } => {
            let name = match &name.value {
                Value::Word(word) if !is_word(word) => quote(word),
                name => print_value(name),
            };
            format!("according to {name}{}", if *first { " first" } else { "" })
        }
        Account::Sources(filter) => format!("according to {{{}}}", print_condition(filter)),
    }
}

/// Whether a text could go on an open range, so that both are kept apart.
fn starts_like_date(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|first: char| first.is_ascii_digit() || "${[.".contains(first))
        || text.starts_with(['Y', 'y'])
        || text
            .strip_prefix(['J', 'j'])
            .is_some_and(|year| year.starts_with(|first: char| first.is_ascii_digit() || first == '-'))
        || {
            let word = text.get(..word_length(text)).unwrap_or("");
            month_number(word).is_some() || RelativeDay::from_word(word).is_some() || Turn::from_word(word).is_some()
        }
}
