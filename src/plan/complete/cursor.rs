//! What may follow at a cursor, from the tokens on its left. It must not know
//! the words of a world that may.

use crate::model::vocabulary::Role;
use crate::plan::Context;
use crate::syntax::keyword::{KeywordPlace, find, word};
use crate::syntax::tree::{RelativeDay, Turn, Unit};
use crate::syntax::{Token, TokenKind, Tokens, statement_ranges, statement_start};

use super::columns::{Columns, RowsAtCursor};

/// What may stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Continuation {
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
    Of(KeywordPlace),
    /// The unit of a length of time, or a month.
    UnitOrMonth,
    /// A column, and these words.
    Column(Vec<&'static str>),
    /// A column, a date or `{`: what sums are made of.
    Sum,
    /// A condition on the rows that a stage before has made.
    Where,
    /// The name of a teller, or braces, after `according to`.
    Teller,
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
pub(super) struct CursorPlace {
    pub sort: Continuation,
    /// What the rows are that conditions are about.
    pub rows: RowsAtCursor,
    /// What the rows are made of before the stage.
    pub columns: Columns,
    /// What the statement calls its parameters.
    pub parameters: Vec<String>,
    /// The names of the queries that the text before defines, with brackets.
    pub defined: Vec<String>,
}

/// Whether a token is a keyword that may stand at a place.
fn is_keyword_of(token: &Token<'_>, place: KeywordPlace) -> bool {
    find(place, token.text).is_some()
}

/// Whether a token is a word or a number.
fn is_word(token: &Token<'_>) -> bool {
    token.text.starts_with(char::is_alphanumeric)
}

/// A bracket that is open at the cursor, or the statement around all of them.
struct OpenBracket<'t> {
    /// The bracket; a blank for the statement.
    bracket: char,
    /// The byte after the bracket.
    start: usize,
    /// What is in it; a pair of brackets is one token.
    tokens: Vec<Token<'t>>,
}

impl CursorPlace {
    /// Reads everything before the word that is being typed.
    pub fn read(left: &str, context: &Context<'_>) -> Self {
        let begin = statement_start(left);
        let statement = left.get(begin..).unwrap_or("");
        let frames = open_brackets(statement);
        let mut rows = RowsAtCursor::Facts;
        let mut place = Self {
            sort: Continuation::Nothing,
            rows,
            columns: Columns::default(),
            parameters: parameters(statement),
            defined: defined(left.get(..begin).unwrap_or("")),
        };
        for (depth, frame) in frames.iter().enumerate() {
            let outer = depth.checked_sub(1).and_then(|outer| frames.get(outer));
            let before = outer.and_then(|outer| outer.tokens.last());
            let touches = before.is_some_and(|before| before.end() + 1 == frame.start);
            let is_last = depth + 1 == frames.len();
            let is_query = match frame.bracket {
                ' ' => true,
                '(' => touches && before.is_some_and(|before| matches!(before.text, ":" | "," | "=" | "<" | ">")),
                _ => false,
            };
            let is_call = frame.bracket == '(' && touches && !is_query && before.is_some_and(is_word);
            if frame.bracket == '{' || is_query {
                rows = RowsAtCursor::Facts;
            }
            let tokens =
                if depth == 0 { query_of(&frame.tokens, is_last, &mut place.sort) } else { Some(&*frame.tokens) };
            let Some(tokens) = tokens else { break };
            let bar = if is_query { tokens.iter().rposition(|token| token.text == "|") } else { None };
            let head = tokens.split(|token| token.text == "|").next().unwrap_or(tokens);
            if is_query && let Some(role) = noun(head, context) {
                rows = RowsAtCursor::Entities(role);
            }
            if let Some(bar) = bar {
                let stages = statement.get(tokens.get(bar).map_or(0, |bar| bar.start)..).unwrap_or("");
                let first = tokens.iter().position(|token| token.text == "|").unwrap_or(bar);
                let made = statement.get(tokens.get(first).map_or(0, |bar| bar.start)..statement.len() - stages.len());
                let head_text =
                    head.first().zip(head.last()).and_then(|(first, last)| statement.get(first.start..last.end()));
                place.columns = Columns::of(head_text.unwrap_or(""), rows, context).after(made.unwrap_or(""));
            }
            if !is_last {
                continue;
            }
            place.rows = rows;
            place.sort = if statement.ends_with('$') {
                Continuation::Parameter
            } else if frame.bracket == '[' {
                Continuation::Nothing
            } else if is_call {
                Continuation::Value
            } else if let Some(bar) = bar {
                stage(tokens.get(bar + 1..).unwrap_or(&[]), statement)
            } else if outer.is_some_and(|outer| in_sum(&outer.tokens)) && frame.bracket == '(' {
                Continuation::Sum
            } else {
                let empty = if depth == 0 && tokens.len() == frame.tokens.len() {
                    Continuation::Statement
                } else {
                    Continuation::Query
                };
                condition(tokens, statement, if is_query { empty } else { Continuation::Condition(false) })
            };
        }
        place
    }
}

/// The brackets that are open at the end of a text, outermost first.
fn open_brackets(statement: &str) -> Vec<OpenBracket<'_>> {
    let mut open = vec![OpenBracket { bracket: ' ', start: 0, tokens: Vec::new() }];
    for token in Tokens::new(statement).filter(Token::is_solid) {
        match token.kind {
            TokenKind::OpeningBracket => {
                let bracket = token.text.chars().next().unwrap_or(' ');
                open.push(OpenBracket { bracket, start: token.end(), tokens: Vec::new() });
            }
            TokenKind::ClosingBracket => {
                // A bracket that closes nothing is passed over.
                let closed = if open.len() > 1 { open.pop() } else { None };
                if let (Some(closed), Some(outer)) = (closed, open.last_mut()) {
                    let start = closed.start - 1;
                    let text = statement.get(start..token.end()).unwrap_or("");
                    outer.tokens.push(Token { kind: TokenKind::OpeningBracket, text, start });
                }
            }
            _ => {
                if let Some(innermost) = open.last_mut() {
                    innermost.tokens.push(token);
                }
            }
        }
    }
    open
}

/// The tokens of the query of a statement; none while its beginning is not
/// whole, and then what may stand there.
fn query_of<'f, 't>(tokens: &'f [Token<'t>], is_last: bool, sort: &mut Continuation) -> Option<&'f [Token<'t>]> {
    let Some((first, rest)) = tokens.split_first() else { return Some(tokens) };
    let mut head = |found: Continuation| {
        if is_last {
            *sort = found;
        }
        None
    };
    if first.is(word::LET) {
        return match rest.iter().position(|token| token.text == "=") {
            Some(equals) => rest.get(equals + 1..),
            None => head(Continuation::Nothing),
        };
    }
    if first.is(word::ASSERT) {
        return match rest {
            [] => head(Continuation::Words(vec![word::NONE, word::SOME, "count =", "rows ="])),
            [what, query @ ..] if what.is(word::NONE) || what.is(word::SOME) => Some(query),
            [_, equals, _, query @ ..] if equals.text == "=" => Some(query),
            _ => head(Continuation::Nothing),
        };
    }
    if first.is(word::SET) {
        return match rest {
            [] => head(Continuation::Words(vec![RelativeDay::Today.name()])),
            _ => head(Continuation::Date),
        };
    }
    if first.is(word::INCLUDE) || first.is(word::ECHO) || (first.is(word::FORMAT) && rest.is_empty()) {
        return head(Continuation::Nothing);
    }
    Some(tokens)
}

/// The end of facts at which the rows stand, where a query begins with a noun.
fn noun(head: &[Token<'_>], context: &Context<'_>) -> Option<Role> {
    let mut words = head.iter();
    let first = words.next()?;
    if first.is(word::PERIODS) {
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
    has_bar && stage.first().is_some_and(|first| first.is(word::LET))
}

/// What may stand after some conditions.
fn condition(tokens: &[Token<'_>], statement: &str, empty: Continuation) -> Continuation {
    let back = |place: usize| tokens.len().checked_sub(place + 1).and_then(|place| tokens.get(place));
    let Some(last) = back(0) else { return empty };
    let is = |place: usize, word: &str| back(place).is_some_and(|token| token.is(word));
    if let Some(sort) = date(tokens, statement) {
        return sort;
    }
    if is(0, word::PERIODS) && tokens.len() == 1 {
        return Continuation::Periods;
    }
    if is(0, word::WITH) || is(0, word::WITHOUT) {
        return Continuation::Words(vec!["{", word::SAME]);
    }
    if is(0, word::USING) {
        return Continuation::Words(vec!["{"]);
    }
    // `with same field, field {`, `after same field {`
    let path = |token: &Token<'_>| is_word(token) || matches!(token.text, "," | ".");
    let same = tokens.iter().rposition(|token| token.is(word::SAME)).filter(|place| {
        let before = place.checked_sub(1).and_then(|before| tokens.get(before));
        let precedes = |token: &Token<'_>| {
            [word::WITH, word::WITHOUT, word::OF].iter().any(|word| token.is(word))
                || is_keyword_of(token, KeywordPlace::Relation)
        };
        before.is_some_and(precedes) && tokens.get(place + 1..).is_some_and(|rest| rest.iter().all(path))
    });
    if let Some(same) = same {
        return if same + 1 == tokens.len() || last.text == "," {
            Continuation::Field
        } else {
            Continuation::Words(vec!["{"])
        };
    }
    if is(0, word::AS) {
        return Continuation::Words(vec![word::OF]);
    }
    if is(0, word::ACCORDING) {
        return Continuation::Words(vec![word::TO]);
    }
    if is(0, word::TO) && is(1, word::ACCORDING) {
        return Continuation::Teller;
    }
    if is(1, word::TO) && is(2, word::ACCORDING) {
        return Continuation::Words(vec![word::FIRST, word::AS, word::KNOWN]);
    }
    let joins = [word::AND, word::OR, word::NOT, word::MAYBE, word::UNKNOWN].into_iter().any(|word| last.is(word))
        || (last.text == "-" && statement.ends_with('-'));
    Continuation::Condition(!joins)
}

/// What may stand after the beginning of a date; none where none has begun.
fn date(tokens: &[Token<'_>], statement: &str) -> Option<Continuation> {
    let back = |place: usize| tokens.len().checked_sub(place + 1).and_then(|place| tokens.get(place));
    let last = back(0)?;
    let at = |place: usize, what: KeywordPlace| back(place).is_some_and(|token| is_keyword_of(token, what));
    let is = |place: usize, word: &str| back(place).is_some_and(|token| token.is(word));
    let is_number = |place: usize| back(place).is_some_and(Token::is_number);
    if is(0, word::WITHIN) {
        return Some(Continuation::Nothing);
    }
    if is(2, word::WITHIN) && is_number(1) {
        return Some(Continuation::Words(vec![word::OF, word::AFTER, word::BEFORE]));
    }
    if is(1, word::WITHIN) && is_number(0) {
        return Some(Continuation::Of(KeywordPlace::Unit));
    }
    if is(0, word::OF) && is(1, word::AS) {
        return Some(Continuation::AsOf);
    }
    let after_of = is(0, word::OF) && at(1, KeywordPlace::Unit) && is_number(2);
    if is(0, word::EACH) && is(1, word::OF) {
        return Some(Continuation::Words(Unit::ALL.iter().rev().map(|unit| unit.name()).collect()));
    }
    let after_each = is(1, word::EACH) && at(0, KeywordPlace::Unit);
    if after_of || after_each || is(0, word::KNOWN) || is_keyword_of(last, KeywordPlace::Relation) {
        return Some(Continuation::Date);
    }
    if statement.trim_end().ends_with("..") {
        return Some(Continuation::Date);
    }
    let relation = |place: usize| at(place, KeywordPlace::Relation) || is(place, word::OF) || is(place, word::KNOWN);
    if Turn::from_word(last.text).is_some() && relation(1) {
        return Some(Continuation::Of(KeywordPlace::Unit));
    }
    if last.is_number()
        && back(1).is_some_and(|token| matches!(Turn::from_word(token.text), Some(Turn::Last | Turn::Next)))
        && relation(2)
    {
        return Some(Continuation::Of(KeywordPlace::Unit));
    }
    if last.is_number() && last.text.len() <= 2 && relation(1) {
        return Some(Continuation::UnitOrMonth);
    }
    if at(0, KeywordPlace::Unit) && is_number(1) && relation(2) {
        return Some(Continuation::Words(vec![word::AGO]));
    }
    None
}

/// What may stand in a stage, whose words these are.
fn stage(tokens: &[Token<'_>], statement: &str) -> Continuation {
    let Some((first, rest)) = tokens.split_first() else { return Continuation::Of(KeywordPlace::Stage) };
    let name = first.text.to_ascii_lowercase();
    let last = rest.last();
    let waits = last.is_none_or(|last| matches!(last.text, "," | "-"));
    let by = rest.iter().position(|token| token.is(word::BY));
    let after_by = by.is_some_and(|by| by + 1 == rest.len() || last.is_some_and(|last| last.text == ","));
    let keys = |otherwise: Continuation| match by {
        Some(_) if after_by => Continuation::Column(Vec::new()),
        Some(_) => Continuation::Nothing,
        None => otherwise,
    };
    let is_of = |token: &Token<'_>| token.is(word::OF);
    match name.as_str() {
        word::SORT if waits => Continuation::Column(vec!["relevance"]),
        word::DISTINCT | word::SHOW if waits => Continuation::Column(Vec::new()),
        word::SHOW => {
            if last.is_some_and(|last| last.is(word::AS)) {
                Continuation::Nothing
            } else {
                Continuation::Words(vec![word::AS])
            }
        }
        word::COUNT => keys(if rest.is_empty() {
            Continuation::Column(vec![word::BY])
        } else {
            Continuation::Words(vec![word::BY])
        }),
        word::SHARE => match rest {
            [] => Continuation::Words(vec![word::OF]),
            [of] if is_of(of) => Continuation::Words(vec!["("]),
            _ => keys(Continuation::Words(vec![word::BY])),
        },
        word::PIVOT => match rest {
            [] => Continuation::Column(Vec::new()),
            [.., x] if x.is(word::TIMES) => Continuation::Column(Vec::new()),
            [_] => Continuation::Words(vec![word::TIMES]),
            _ => Continuation::Nothing,
        },
        word::MIN | word::MAX | word::MEDIAN | word::SUM => match rest.iter().position(is_of) {
            None => Continuation::Words(vec![word::OF, word::MIN, word::MAX, word::MEDIAN, word::SUM]),
            Some(of) if of + 1 == rest.len() => Continuation::Column(Vec::new()),
            Some(_) => keys(Continuation::Words(vec![word::BY])),
        },
        word::FIRST | word::LAST => keys(Continuation::Words(vec![word::BY])),
        word::LET => match rest {
            [_] => Continuation::Words(vec!["="]),
            [.., last] if matches!(last.text, "=" | "+" | "-") => Continuation::Sum,
            [.., last] if last.is_number() => Continuation::Of(KeywordPlace::Unit),
            _ => Continuation::Nothing,
        },
        word::WHERE => match condition(rest, statement, Continuation::Where) {
            Continuation::Condition(true) => Continuation::Where,
            other => other,
        },
        word::DIFF => match rest {
            [] => Continuation::Words(vec![word::KNOWN, "as of"]),
            [token] if token.is(word::AS) => Continuation::Words(vec![word::OF]),
            [.., last] if last.is(word::KNOWN) || is_of(last) => Continuation::Date,
            _ if statement.trim_end().ends_with("..") => Continuation::Date,
            _ => Continuation::Nothing,
        },
        _ => Continuation::Nothing,
    }
}

/// The parameters of a definition, without `$`.
fn parameters(statement: &str) -> Vec<String> {
    let tokens: Vec<Token<'_>> = head_of_definition(statement);
    let dollar = |pair: &&[Token<'_>]| pair[0].kind == TokenKind::Sign('$') && pair[1].kind == TokenKind::Word;
    tokens.windows(2).filter(dollar).map(|pair| pair[1].text.to_owned()).collect()
}

/// The queries that a text defines, as they are called.
fn defined(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (start, end) in statement_ranges(text) {
        let head = head_of_definition(text.get(start..end).unwrap_or(""));
        let Some(name) = head.get(1).filter(|name| name.kind == TokenKind::Word) else { continue };
        let has_parameters = head.iter().any(|token| token.kind == TokenKind::Sign('$'));
        let call = if has_parameters { format!("{}(", name.text) } else { format!("{}()", name.text) };
        if !found.contains(&call) {
            found.push(call);
        }
    }
    found
}

/// The tokens of a definition before its `=`; none if a statement is not one.
fn head_of_definition(statement: &str) -> Vec<Token<'_>> {
    let tokens = Tokens::new(statement).filter(Token::is_solid).take_while(|token| token.text != "=");
    let head: Vec<Token<'_>> = tokens.collect();
    if head.first().is_some_and(|first| first.is(word::LET)) { head } else { Vec::new() }
}
