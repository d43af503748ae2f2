//! The input of the parser's functions and how they fail, with the parsers of
//! blanks, words and signs.

use std::str::{CharIndices, Chars};

use nom::error::{ErrorKind, ParseError};
use nom::{Compare, CompareResult, IResult, Input, Needed, Parser};

use crate::syntax::scan::{is_forbidden, is_name, quote_length, starts_comment, value_length, word_length};
use crate::syntax::tree::{Name, Path};
use crate::syntax::{
    Diagnostic, ExceededLimit, ExpectedSyntax, MalformedCondition, Mend, Span, Spanned, SyntaxProblem,
};

/// How deep conditions may be nested.
const DEPTH: u16 = 64;

/// A place in a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    /// The whole text, up to the end of the statement.
    text: &'a str,
    /// The byte at which reading goes on.
    pub at: usize,
    depth: u16,
}

/// The result of a parsing function.
pub(super) type Parse<'a, T> = IResult<Cursor<'a>, T, ParseFailure>;

/// Why a parsing function failed.
#[derive(Debug)]
pub(super) enum ParseFailure {
    /// The text here is something else.
    Absent,
    /// The text here is what was to be read, and is wrong.
    Wrong(Box<Diagnostic>),
    /// The text is nested too deep to read on.
    TooDeep(Box<Diagnostic>),
}

impl<'a> ParseError<Cursor<'a>> for ParseFailure {
    fn from_error_kind(_: Cursor<'a>, _: ErrorKind) -> Self {
        Self::Absent
    }

    fn append(_: Cursor<'a>, _: ErrorKind, other: Self) -> Self {
        other
    }
}

/// Fails because the text here is something else.
pub(super) fn absent<T>() -> Result<T, nom::Err<ParseFailure>> {
    Err(nom::Err::Error(ParseFailure::Absent))
}

/// Fails because the text here is wrong.
pub(super) fn wrong<T>(diagnostic: Diagnostic) -> Result<T, nom::Err<ParseFailure>> {
    Err(nom::Err::Failure(ParseFailure::Wrong(Box::new(diagnostic))))
}

/// A parser that must succeed: if the text here is something else, `told` makes
/// a diagnostic of the place.
pub(super) fn required<'a, T>(
    mut parser: impl Parser<Cursor<'a>, Output = T, Error = ParseFailure>,
    told: impl Fn(Cursor<'a>) -> Diagnostic,
) -> impl FnMut(Cursor<'a>) -> Parse<'a, T> {
    move |input| match parser.parse(input) {
        Err(nom::Err::Error(_)) => wrong(told(input)),
        other => other,
    }
}

/// A parser that must succeed, with what is expected.
pub(super) fn expected<'a, T>(
    what: ExpectedSyntax,
    parser: impl Parser<Cursor<'a>, Output = T, Error = ParseFailure>,
) -> impl FnMut(Cursor<'a>) -> Parse<'a, T> {
    required(parser, move |input| input.unexpected(what, None))
}

/// Like `required`, for the result of a parser: conditions nest, and a closure
/// between one level and the next would take its share of the stack.
pub(super) fn demanded<T>(result: Parse<'_, T>, told: impl FnOnce() -> Diagnostic) -> Parse<'_, T> {
    match result {
        Err(nom::Err::Error(_)) => wrong(told()),
        other => other,
    }
}

/// A parser that may find something else.
pub(super) fn optional<'a, T>(
    mut parser: impl Parser<Cursor<'a>, Output = T, Error = ParseFailure>,
) -> impl FnMut(Cursor<'a>) -> Parse<'a, Option<T>> {
    move |input| match parser.parse(input) {
        Ok((rest, value)) => Ok((rest, Some(value))),
        Err(nom::Err::Error(_)) => Ok((input, None)),
        Err(failure) => Err(failure),
    }
}

impl<'a> Cursor<'a> {
    pub fn new(text: &'a str, at: usize) -> Self {
        Self { text, at, depth: 0 }
    }

    pub fn rest(self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    pub fn peek(self) -> Option<char> {
        self.rest().chars().next()
    }

    pub fn skip(self, bytes: usize) -> Self {
        Self { at: self.at + bytes, ..self }
    }

    pub fn starts(self, sign: &str) -> bool {
        self.rest().starts_with(sign)
    }

    pub fn to(self, end: Self) -> Span {
        Span::new(self.at, end.at)
    }

    pub fn slice(self, end: Self) -> &'a str {
        self.text.get(self.at..end.at).unwrap_or("")
    }

    /// The whole text around it.
    pub fn text(self) -> &'a str {
        self.text
    }

    /// A place where reading goes on one level deeper.
    pub fn deeper(self) -> Result<Self, nom::Err<ParseFailure>> {
        if self.depth >= DEPTH {
            let span = Span::new(self.at, self.at + self.peek().map_or(0, char::len_utf8));
            let diagnostic = Diagnostic::error(span, ExceededLimit::Depth { most: DEPTH.into() });
            return Err(nom::Err::Failure(ParseFailure::TooDeep(Box::new(diagnostic))));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }

    /// The same place, as deep as another.
    pub fn level_with(self, other: Self) -> Self {
        Self { depth: other.depth, ..self }
    }

    /// Past the blanks of this line, where `#` starts no comment.
    pub fn line_blanks(self) -> Self {
        self.skip(self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len())
    }

    /// Past blanks and comments.
    pub fn blanks(mut self) -> Self {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start().len();
            self.at += blank;
            if !starts_comment(self.text, self.at) {
                return self;
            }
            self.at += self.rest().find(['\n', '\r']).unwrap_or(self.rest().len());
        }
    }

    /// The word here; empty if there is none.
    pub fn word(self) -> &'a str {
        let rest = self.rest();
        rest.get(..word_length(rest)).unwrap_or("")
    }

    /// What is here, for a message: its span and its spelling, absent at the
    /// end of the text.
    pub fn found(self) -> (Span, Option<String>) {
        let rest = self.rest();
        let length = match value_length(rest) {
            0 => match rest.chars().next() {
                Some('"' | '“' | '„') => quote_length(rest).unwrap_or(1),
                first => first.map_or(0, char::len_utf8),
            },
            length => length,
        };
        let written: String = rest.get(..length).unwrap_or("").chars().take(40).collect();
        (Span::new(self.at, self.at + length), (!written.is_empty()).then_some(written))
    }

    /// Something else is expected here.
    pub fn unexpected(self, expected: ExpectedSyntax, mend: Option<Mend>) -> Diagnostic {
        let (span, found) = self.blanks().found();
        Diagnostic::error(span, SyntaxProblem::Expected { expected, found, mend })
    }
}

impl<'a> Input for Cursor<'a> {
    type Item = char;
    type Iter = Chars<'a>;
    type IterIndices = CharIndices<'a>;

    fn input_len(&self) -> usize {
        self.rest().len()
    }

    fn take(&self, index: usize) -> Self {
        Self { text: self.text.get(..self.at + index).unwrap_or(self.text), ..*self }
    }

    fn take_from(&self, index: usize) -> Self {
        self.skip(index)
    }

    fn take_split(&self, index: usize) -> (Self, Self) {
        (self.take_from(index), self.take(index))
    }

    fn position<P: Fn(char) -> bool>(&self, predicate: P) -> Option<usize> {
        self.rest().find(predicate)
    }

    fn iter_elements(&self) -> Chars<'a> {
        self.rest().chars()
    }

    fn iter_indices(&self) -> CharIndices<'a> {
        self.rest().char_indices()
    }

    fn slice_index(&self, count: usize) -> Result<usize, Needed> {
        self.rest().slice_index(count)
    }
}

impl Compare<&str> for Cursor<'_> {
    fn compare(&self, sign: &str) -> CompareResult {
        self.rest().compare(sign)
    }

    fn compare_no_case(&self, sign: &str) -> CompareResult {
        self.rest().compare_no_case(sign)
    }
}

/// `A` after any blanks.
pub(super) fn spaced<'a, T>(
    mut parser: impl Parser<Cursor<'a>, Output = T, Error = ParseFailure>,
) -> impl FnMut(Cursor<'a>) -> Parse<'a, T> {
    move |input| parser.parse(input.blanks())
}

/// A word of the language, in any case, whole, and not as the name of a field
/// that is tested.
pub(super) fn keyword<'a>(word: &'static str) -> impl Fn(Cursor<'a>) -> Parse<'a, Span> {
    move |input| {
        if !input.word().eq_ignore_ascii_case(word) {
            return absent();
        }
        let after = input.skip(word.len());
        if names_a_tested_field(after) {
            return absent();
        }
        Ok((after, input.to(after)))
    }
}

/// A word of dates, in any case, whole, and not as the name of a field that is
/// tested.
pub(super) fn date_word<'a, T>(meaning: fn(&str) -> Option<T>) -> impl Fn(Cursor<'a>) -> Parse<'a, T> {
    move |input| {
        let word = input.word();
        match meaning(word) {
            Some(meaning) if !names_a_tested_field(input.skip(word.len())) => Ok((input.skip(word.len()), meaning)),
            _ => absent(),
        }
    }
}

/// Whether an operator directly follows, so that the word before it is the name
/// of a field.
fn names_a_tested_field(after: Cursor) -> bool {
    after.rest().starts_with([':', '=', '<', '>']) || after.starts("!=")
}

/// A sign.
pub(super) fn sign<'a>(sign: &'static str) -> impl Fn(Cursor<'a>) -> Parse<'a, Span> {
    move |input| {
        let (rest, _) = nom::bytes::complete::tag(sign).parse(input)?;
        Ok((rest, input.to(rest)))
    }
}

/// Digits, as a whole number.
pub(super) fn number<'a>(input: Cursor<'a>) -> Parse<'a, u64> {
    let (rest, digits): (_, Cursor<'a>) =
        nom::bytes::complete::take_while1(|c: char| c.is_ascii_digit()).parse(input)?;
    if word_length(input.rest()) != digits.input_len() {
        return absent();
    }
    match digits.rest().parse() {
        Ok(number) => Ok((rest, number)),
        Err(_) => wrong(Diagnostic::error(input.to(rest), ExceededLimit::Number)),
    }
}

/// `"…"` or `“…”`, with `\"` and `\\`.
pub(super) fn quoted(input: Cursor) -> Parse<String> {
    let Some(opening @ ('"' | '“' | '„')) = input.peek() else {
        return absent();
    };
    let Some(length) = quote_length(input.rest()) else {
        let end = input.rest().find('\n').unwrap_or(input.rest().len());
        let span = Span::new(input.at, input.at + end.max(1));
        return wrong(Diagnostic::error(span, MalformedCondition::UnclosedQuotes));
    };
    let written = input.rest().get(opening.len_utf8()..length).unwrap_or("");
    let mut text = String::with_capacity(written.len());
    let mut characters = written.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => text.extend(characters.next()),
            _ if characters.peek().is_none() => {}
            _ => text.push(character),
        }
    }
    Ok((input.skip(length), text))
}

/// A name: letters, digits, `-` and `_`, starting with a letter.
pub(super) fn name(input: Cursor) -> Parse<Name> {
    let word = input.word();
    let word = word.split(['.', '\'', '’']).next().unwrap_or("");
    if !is_name(word) {
        return absent();
    }
    let rest = input.skip(word.len());
    Ok((rest, Spanned::new(word.to_owned(), input.to(rest))))
}

/// `$name`
pub(super) fn parameter<'a>(input: Cursor<'a>) -> Parse<'a, Name> {
    let (rest, _) = sign("$")(input)?;
    required(name, |at: Cursor<'a>| {
        let ((_, found), mend) = (at.found(), Some(Mend::example("$name")));
        let problem = SyntaxProblem::Expected { expected: ExpectedSyntax::ParameterName, found, mend };
        Diagnostic::error(Span::new(input.at, at.at), problem)
    })(rest)
}

/// How many names a path may have, far more than mean anything.
const STEPS: usize = 8;

/// Names joined by dots.
pub(super) fn path(input: Cursor) -> Parse<Path> {
    let (rest, names) = nom::multi::separated_list1(sign("."), name).parse(input)?;
    if names.len() > STEPS {
        return wrong(Diagnostic::error(input.to(rest), ExceededLimit::PathLength { most: STEPS }));
    }
    Ok((rest, Path { names, span: input.to(rest) }))
}

/// The first character that no query may contain.
pub(super) fn forbidden(text: &str, from: usize) -> Option<Diagnostic> {
    let (at, character) = text.get(from..)?.char_indices().find(|(_, character)| is_forbidden(*character))?;
    let start = from + at;
    let (before, line) = text.get(..start).map_or((0, 1), |before| {
        let line = before.rsplit('\n').next().unwrap_or("");
        (line.chars().count(), before.matches('\n').count() + 1)
    });
    let problem = SyntaxProblem::ForbiddenCharacter { character, line, column: before + 1 };
    Some(Diagnostic::error(Span::new(start, start + character.len_utf8()), problem))
}
