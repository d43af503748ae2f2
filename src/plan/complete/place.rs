//! Where in the language a cursor stands, from the words on its left. It must
//! not know what may stand there.

use crate::model::fold;
use crate::model::vocabulary::Role;
use crate::plan::Context;
use crate::syntax::keyword::{self, find};
use crate::syntax::{highlight, statement_start};

use super::columns::Columns;

/// What the rows of a query are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    Facts,
    /// Entities that stand at this end of facts.
    Entities(Role),
}

/// What may stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sort {
    /// A statement, or the query that it is.
    Statement,
    /// A query: a noun, or a condition.
    Query,
    /// A condition, and whether one stands before it.
    Condition(bool),
    /// A noun or a status, after `periods`.
    Periods,
    /// A date after a relation.
    Date,
    /// A day after `as of`, or `each`.
    AsOf,
    /// These words and signs.
    Words(Vec<&'static str>),
    /// A length of time, the name of a stage or of a month: what stands there
    /// in the table of words.
    Of(keyword::Place),
    /// The unit of a length of time, or a month.
    UnitOrMonth,
    /// A column, and these words.
    Column(Vec<&'static str>),
    /// A column, a date or `{`: what sums are made of.
    Sum,
    /// A condition on the rows that a stage before has made.
    Where,
    /// A field of facts.
    Field,
    /// The value of a parameter.
    Value,
    /// A parameter, after `$`.
    Parameter,
    /// Nothing that anybody could know.
    Nothing,
}

/// Where the cursor stands.
pub(super) struct Place {
    pub sort: Sort,
    /// What the rows are that conditions are about.
    pub rows: Rows,
    /// What the rows are made of before the stage.
    pub columns: Columns,
    /// What the statement calls its parameters.
    pub parameters: Vec<String>,
    /// The names of the queries that the text before defines, with brackets.
    pub defined: Vec<String>,
}

/// A part of the text, or a whole pair of brackets.
#[derive(Clone, Copy)]
struct Token<'t> {
    text: &'t str,
    start: usize,
    end: usize,
}

impl Token<'_> {
    fn is(&self, word: &str) -> bool {
        self.text.eq_ignore_ascii_case(word)
    }

    fn is_word(&self) -> bool {
        self.text.starts_with(char::is_alphanumeric)
    }

    fn is_number(&self) -> bool {
        self.text.bytes().all(|byte| byte.is_ascii_digit())
    }

    fn is_at(&self, place: keyword::Place) -> bool {
        find(place, self.text).is_some()
    }
}

/// What stands between two brackets, or in none.
struct Frame<'t> {
    /// The bracket, or a blank.
    bracket: char,
    /// Where what is in it begins.
    start: usize,
    tokens: Vec<Token<'t>>,
}

impl Place {
    /// Reads everything before the word that is being typed.
    pub fn read(left: &str, context: &Context<'_>) -> Self {
        let begin = statement_start(left);
        let statement = left.get(begin..).unwrap_or("");
        let frames = frames(statement);
        let mut rows = Rows::Facts;
        let mut place = Self {
            sort: Sort::Nothing,
            rows,
            columns: Columns::default(),
            parameters: parameters(statement),
            defined: defined(left.get(..begin).unwrap_or("")),
        };
        for (depth, frame) in frames.iter().enumerate() {
            let outer = depth.checked_sub(1).and_then(|outer| frames.get(outer));
            let before = outer.and_then(|outer| outer.tokens.last());
            let touches = before.is_some_and(|before| before.end + 1 == frame.start);
            let is_last = depth + 1 == frames.len();
            let is_query = match frame.bracket {
                ' ' => true,
                '(' => touches && before.is_some_and(|before| matches!(before.text, ":" | "," | "=" | "<" | ">")),
                _ => false,
            };
            let is_call = frame.bracket == '(' && touches && !is_query && before.is_some_and(Token::is_word);
            if frame.bracket == '{' || is_query {
                rows = Rows::Facts;
            }
            let tokens =
                if depth == 0 { query_of(&frame.tokens, is_last, &mut place.sort) } else { Some(&*frame.tokens) };
            let Some(tokens) = tokens else { break };
            let bar = if is_query { tokens.iter().rposition(|token| token.text == "|") } else { None };
            let head = tokens.split(|token| token.text == "|").next().unwrap_or(tokens);
            if is_query && let Some(role) = noun(head, context) {
                rows = Rows::Entities(role);
            }
            if let Some(bar) = bar {
                let stages = statement.get(tokens.get(bar).map_or(0, |bar| bar.start)..).unwrap_or("");
                let first = tokens.iter().position(|token| token.text == "|").unwrap_or(bar);
                let made = statement.get(tokens.get(first).map_or(0, |bar| bar.start)..statement.len() - stages.len());
                let head_text =
                    head.first().zip(head.last()).and_then(|(first, last)| statement.get(first.start..last.end));
                place.columns = Columns::of(head_text.unwrap_or(""), rows, context).after(made.unwrap_or(""));
            }
            if !is_last {
                continue;
            }
            place.rows = rows;
            place.sort = if statement.ends_with('$') {
                Sort::Parameter
            } else if frame.bracket == '[' {
                Sort::Nothing
            } else if is_call {
                Sort::Value
            } else if let Some(bar) = bar {
                stage(tokens.get(bar + 1..).unwrap_or(&[]), statement)
            } else if outer.is_some_and(|outer| in_sum(&outer.tokens)) && frame.bracket == '(' {
                Sort::Sum
            } else {
                let empty =
                    if depth == 0 && tokens.len() == frame.tokens.len() { Sort::Statement } else { Sort::Query };
                condition(tokens, statement, if is_query { empty } else { Sort::Condition(false) })
            };
        }
        place
    }
}

/// The brackets that are open at the end of a text, outermost first.
fn frames(statement: &str) -> Vec<Frame<'_>> {
    let mut frames = vec![Frame { bracket: ' ', start: 0, tokens: Vec::new() }];
    for (span, class) in highlight(statement) {
        let text = statement.get(span.range()).unwrap_or("");
        if class == crate::syntax::Class::Comment {
            continue;
        }
        match text {
            "(" | "{" | "[" => {
                let bracket = text.chars().next().unwrap_or(' ');
                frames.push(Frame { bracket, start: span.end, tokens: Vec::new() });
            }
            ")" | "}" | "]" => {
                // What closes nothing is passed over.
                let closed = if frames.len() > 1 { frames.pop() } else { None };
                if let (Some(closed), Some(outer)) = (closed, frames.last_mut()) {
                    let (start, end) = (closed.start - 1, span.end);
                    outer.tokens.push(Token { text: statement.get(start..end).unwrap_or(""), start, end });
                }
            }
            _ => {
                if let Some(frame) = frames.last_mut() {
                    frame.tokens.push(Token { text, start: span.start, end: span.end });
                }
            }
        }
    }
    frames
}

/// The tokens of the query of a statement; none while its beginning is not
/// whole, and then what may stand there.
fn query_of<'f, 't>(tokens: &'f [Token<'t>], is_last: bool, sort: &mut Sort) -> Option<&'f [Token<'t>]> {
    let Some((first, rest)) = tokens.split_first() else { return Some(tokens) };
    let mut head = |found: Sort| {
        if is_last {
            *sort = found;
        }
        None
    };
    if first.is("let") {
        return match rest.iter().position(|token| token.text == "=") {
            Some(equals) => rest.get(equals + 1..),
            None => head(Sort::Nothing),
        };
    }
    if first.is("assert") {
        return match rest {
            [] => head(Sort::Words(vec!["none", "some", "count =", "rows ="])),
            [what, query @ ..] if what.is("none") || what.is("some") => Some(query),
            [_, equals, _, query @ ..] if equals.text == "=" => Some(query),
            _ => head(Sort::Nothing),
        };
    }
    if first.is("set") {
        return match rest {
            [] => head(Sort::Words(vec!["today"])),
            _ => head(Sort::Date),
        };
    }
    if first.is("include") || first.is("echo") || (first.is("format") && rest.is_empty()) {
        return head(Sort::Nothing);
    }
    Some(tokens)
}

/// The end of facts at which the rows stand, where a query begins with a noun.
fn noun(head: &[Token<'_>], context: &Context<'_>) -> Option<Role> {
    let mut words = head.iter();
    let first = words.next()?;
    if first.is("periods") {
        // Their rows are of the subjects, unless a noun says it otherwise.
        let noun = words.next().and_then(|next| context.schema.noun(next.text));
        return Some(noun.map_or(Role::Subject, |(_, noun)| noun.role));
    }
    // In parentheses the first word may stand alone.
    context.schema.noun(first.text.trim_start_matches('(')).map(|(_, noun)| noun.role)
}

/// Whether what is open is the sum of a `let` stage.
fn in_sum(tokens: &[Token<'_>]) -> bool {
    let stage = tokens.rsplit(|token| token.text == "|").next().unwrap_or(&[]);
    let has_bar = tokens.iter().any(|token| token.text == "|");
    has_bar && stage.first().is_some_and(|first| first.is("let"))
}

/// What may stand after some conditions.
fn condition(tokens: &[Token<'_>], statement: &str, empty: Sort) -> Sort {
    let back = |place: usize| tokens.len().checked_sub(place + 1).and_then(|place| tokens.get(place));
    let Some(last) = back(0) else { return empty };
    let is = |place: usize, word: &str| back(place).is_some_and(|token| token.is(word));
    if let Some(sort) = date(tokens, statement) {
        return sort;
    }
    if is(0, "periods") && tokens.len() == 1 {
        return Sort::Periods;
    }
    if is(0, "with") || is(0, "without") {
        return Sort::Words(vec!["{", "same"]);
    }
    if is(0, "using") {
        return Sort::Words(vec!["{"]);
    }
    // `with same field, field {`
    let path = |token: &Token<'_>| token.is_word() || matches!(token.text, "," | ".");
    let same = tokens.iter().rposition(|token| token.is("same")).filter(|place| {
        let with = place.checked_sub(1).and_then(|with| tokens.get(with));
        with.is_some_and(|with| with.is("with") || with.is("without"))
            && tokens.get(place + 1..).is_some_and(|rest| rest.iter().all(path))
    });
    if let Some(same) = same {
        return if same + 1 == tokens.len() || last.text == "," { Sort::Field } else { Sort::Words(vec!["{"]) };
    }
    if is(0, "as") {
        return Sort::Words(vec!["of"]);
    }
    let joins = ["and", "or", "not", "maybe"].iter().any(|word| last.is(word))
        || (last.text == "-" && statement.ends_with('-'));
    Sort::Condition(!joins)
}

/// What may stand after the beginning of a date; none where none has begun.
fn date(tokens: &[Token<'_>], statement: &str) -> Option<Sort> {
    let back = |place: usize| tokens.len().checked_sub(place + 1).and_then(|place| tokens.get(place));
    let last = back(0)?;
    let at = |place: usize, what: keyword::Place| back(place).is_some_and(|token| token.is_at(what));
    let is = |place: usize, word: &str| back(place).is_some_and(|token| token.is(word));
    let is_number = |place: usize| back(place).is_some_and(Token::is_number);
    if is(0, "within") {
        return Some(Sort::Nothing);
    }
    if is(2, "within") && is_number(1) {
        return Some(Sort::Words(vec!["of", "after", "before"]));
    }
    if is(1, "within") && is_number(0) {
        return Some(Sort::Of(keyword::Place::Unit));
    }
    if is(0, "of") && is(1, "as") {
        return Some(Sort::AsOf);
    }
    let after_of = is(0, "of") && at(1, keyword::Place::Unit) && is_number(2);
    if is(0, "each") && is(1, "of") {
        return Some(Sort::Words(vec!["year", "month", "week", "day"]));
    }
    let after_each = is(1, "each") && at(0, keyword::Place::Unit);
    if after_of || after_each || is(0, "known") || last.is_at(keyword::Place::Relation) {
        return Some(Sort::Date);
    }
    if statement.trim_end().ends_with("..") {
        return Some(Sort::Date);
    }
    let relation = |place: usize| at(place, keyword::Place::Relation) || is(place, "of") || is(place, "known");
    if ["last", "next", "this"].iter().any(|word| last.is(word)) && relation(1) {
        return Some(Sort::Of(keyword::Place::Unit));
    }
    if last.is_number() && (is(1, "last") || is(1, "next")) && relation(2) {
        return Some(Sort::Of(keyword::Place::Unit));
    }
    if last.is_number() && last.text.len() <= 2 && relation(1) {
        return Some(Sort::UnitOrMonth);
    }
    if at(0, keyword::Place::Unit) && is_number(1) && relation(2) {
        return Some(Sort::Words(vec!["ago"]));
    }
    None
}

/// What may stand in a stage, whose words these are.
fn stage(tokens: &[Token<'_>], statement: &str) -> Sort {
    let Some((first, rest)) = tokens.split_first() else { return Sort::Of(keyword::Place::Stage) };
    let name = first.text.to_ascii_lowercase();
    let last = rest.last();
    let waits = last.is_none_or(|last| matches!(last.text, "," | "-"));
    let by = rest.iter().position(|token| token.is("by"));
    let after_by = by.is_some_and(|by| by + 1 == rest.len() || last.is_some_and(|last| last.text == ","));
    let keys = |otherwise: Sort| match by {
        Some(_) if after_by => Sort::Column(Vec::new()),
        Some(_) => Sort::Nothing,
        None => otherwise,
    };
    let is_of = |token: &Token<'_>| token.is("of");
    match name.as_str() {
        "sort" if waits => Sort::Column(vec!["relevance"]),
        "distinct" | "show" if waits => Sort::Column(Vec::new()),
        "show" => {
            if last.is_some_and(|last| last.is("as")) {
                Sort::Nothing
            } else {
                Sort::Words(vec!["as"])
            }
        }
        "count" => keys(if rest.is_empty() { Sort::Column(vec!["by"]) } else { Sort::Words(vec!["by"]) }),
        "share" => match rest {
            [] => Sort::Words(vec!["of"]),
            [of] if is_of(of) => Sort::Words(vec!["("]),
            _ => keys(Sort::Words(vec!["by"])),
        },
        "pivot" => match rest {
            [] => Sort::Column(Vec::new()),
            [.., x] if x.is("x") => Sort::Column(Vec::new()),
            [_] => Sort::Words(vec!["x"]),
            _ => Sort::Nothing,
        },
        "min" | "max" | "median" | "sum" => match rest.iter().position(is_of) {
            None => Sort::Words(vec!["of", "min", "max", "median", "sum"]),
            Some(of) if of + 1 == rest.len() => Sort::Column(Vec::new()),
            Some(_) => keys(Sort::Words(vec!["by"])),
        },
        "first" | "last" => keys(Sort::Words(vec!["by"])),
        "let" => match rest {
            [_] => Sort::Words(vec!["="]),
            [.., last] if matches!(last.text, "=" | "+" | "-") => Sort::Sum,
            [.., last] if last.is_number() => Sort::Of(keyword::Place::Unit),
            _ => Sort::Nothing,
        },
        "where" => match condition(rest, statement, Sort::Where) {
            Sort::Condition(true) => Sort::Where,
            other => other,
        },
        "diff" => match rest {
            [] => Sort::Words(vec!["known", "as of"]),
            [token] if token.is("as") => Sort::Words(vec!["of"]),
            [.., last] if last.is("known") || is_of(last) => Sort::Date,
            _ if statement.trim_end().ends_with("..") => Sort::Date,
            _ => Sort::Nothing,
        },
        _ => Sort::Nothing,
    }
}

/// What a definition calls its parameters, without `$`.
fn parameters(statement: &str) -> Vec<String> {
    let head = statement.split('=').next().unwrap_or("");
    let is_definition = head.split_whitespace().next().is_some_and(|first| first.eq_ignore_ascii_case("let"));
    let names = head.split('$').skip(1).filter(|_| is_definition);
    let names = names
        .map(|name| name.chars().take_while(|letter| letter.is_alphanumeric() || "-_".contains(*letter)).collect());
    names.filter(|name: &String| !name.is_empty()).collect()
}

/// The queries that a text defines, as they are called.
fn defined(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.lines().filter(|line| fold(line).starts_with("let ")) {
        let head = line.get(4..).unwrap_or("").split('=').next().unwrap_or("").trim();
        let name = head.split('(').next().unwrap_or("").trim();
        let call = if head.contains('$') { format!("{name}(") } else { format!("{name}()") };
        if !name.is_empty() && !name.contains(char::is_whitespace) && !found.contains(&call) {
            found.push(call);
        }
    }
    found
}
