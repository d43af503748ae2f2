//! What to write instead: the mends of conditions and values.

use super::date::{date_token, simple};
use super::input::{Cursor, ParseFailure, wrong};
use super::mend_date::refuse_foreign_date;
use super::mend_stage::stage_of_test;
use crate::model::nearest;
use crate::syntax::keyword::{self, KeywordPlace, word};
use crate::syntax::scan::{is_path, value_length};
use crate::syntax::tree::Path;
use crate::syntax::{Diagnostic, ExpectedSyntax, MalformedCondition, MalformedValue, Mend, Span, SyntaxProblem};

/// Words that other languages have before braces, with ours.
const WORDS_BEFORE_BRACES: [(&str, &str); 8] = [
    ("sources", word::SOURCE),
    ("having", word::WITH),
    ("has", word::WITH),
    ("plus", word::WITH),
    ("except", word::WITHOUT),
    ("w", word::WITH),
    ("lacking", word::WITHOUT),
    ("minus", word::WITHOUT),
];

/// Braces at this place have no word before them that says what they are for.
pub(super) fn braces_without_word(input: Cursor) -> Diagnostic {
    const BEFORE: [&str; 9] = [
        word::WITH,
        word::WITHOUT,
        word::USING,
        word::AFTER,
        word::BEFORE,
        word::SINCE,
        word::UNTIL,
        word::ON,
        word::BY,
    ];
    let before = input.text().get(..input.at).unwrap_or("").trim_end();
    let start = before.rfind(|next: char| !next.is_alphanumeric()).map_or(0, |at| at + 1);
    let written = before.get(start..).unwrap_or("");
    let foreign = || WORDS_BEFORE_BRACES.iter().find(|(other, _)| other.eq_ignore_ascii_case(written));
    if let Some(meant) = nearest(written, BEFORE).or_else(|| foreign().map(|(_, word)| *word)) {
        let problem = MalformedCondition::WordBeforeBraces { word: written.to_owned(), meant };
        return Diagnostic::error(Span::new(start, before.len()), problem);
    }
    // `same state {…}`
    let same = before.to_ascii_lowercase().rfind("same ").filter(|at| {
        let fields = before.get(at + 5..).unwrap_or("");
        before.get(..*at).is_some_and(|ahead| ahead.is_empty() || ahead.ends_with(' '))
            && fields.split(',').all(|field| is_path(field.trim()))
    });
    let shared = same.and_then(|at| before.get(at..)).map_or(String::new(), |same| format!("{same} "));
    let problem = MalformedCondition::BracesWithoutWord { braces: format!("{shared}{}", braces_or_example(input)) };
    Diagnostic::error(Span::new(same.unwrap_or(input.at), input.at + 1), problem)
}

/// The braces that begin here, or an example of them.
pub(super) fn braces_or_example(at: Cursor<'_>) -> &str {
    let length = at.rest().find('}').map_or(0, |end| end + 1);
    let braces = at.slice(at.skip(length));
    if (3..80).contains(&braces.len()) { braces } else { "{…}" }
}

/// A comparison of a field with braces, with a word in the place of the sign.
pub(super) fn comparison_with_braces(field: &str, relation: &str, at: Cursor) -> String {
    let path = if field.eq_ignore_ascii_case("date") || word::is_condition(field) {
        String::new()
    } else {
        format!("{field} ")
    };
    format!("{path}{relation} {}", braces_or_example(at))
}

/// Refuses a bare word that looks like a date with dots.
pub(super) fn refuse_dotted_date(input: Cursor, written: &str) -> Result<(), nom::Err<ParseFailure>> {
    if written.contains('.') && written.starts_with(|first: char| first.is_ascii_digit()) {
        refuse_foreign_date(input, written)?;
    }
    Ok(())
}

/// Refuses a bare word with a sign in it that only values may have.
pub(super) fn refuse_sign_in_word(input: Cursor) -> Result<(), nom::Err<ParseFailure>> {
    refuse_foreign_date(input, date_token(input))?;
    let end = input.skip(value_length(input.rest()).max(1));
    let problem = MalformedCondition::SignInWord { word: input.slice(end).to_owned() };
    wrong(Diagnostic::error(input.to(end), problem))
}

/// No value follows `field:` or a comma in its list.
pub(super) fn value_expected(field: Cursor, at: Cursor) -> Diagnostic {
    let before = field.slice(at);
    let sign = if before.ends_with(',') { ',' } else { ':' };
    let next = at.blanks();
    let (span, found) = next.found();
    if next.at > at.at && !next.word().is_empty() {
        let word = before.trim_end_matches(':');
        // `before: 2021`
        let joint = if keyword::find(KeywordPlace::Relation, word).is_some() { " " } else { ":" };
        let before = if sign == ':' { format!("{word}{joint}") } else { before.to_owned() };
        let problem = MalformedValue::BlankBefore { sign, joined: format!("{before}{}", next.word()) };
        return Diagnostic::error(Span::new(field.at, span.end), problem);
    }
    let expected = ExpectedSyntax::Value { after: Some(sign) };
    let mend = Some(value_mend(before, sign, next));
    Diagnostic::error(span, SyntaxProblem::Expected { expected, found, mend })
}

fn value_mend(before: &str, sign: char, next: Cursor) -> Mend {
    let list = |open: char, close: char| {
        let inner = next.rest().strip_prefix(open)?.split(close).next()?;
        (inner.contains(',') && !inner.contains(':')).then_some(inner)
    };
    // `sort:-date`
    let values = [word_or_example(next, "…").to_owned()];
    let stage = || stage_of_test(before.trim_end_matches(':'), &values, |_, _| true);
    if let Some(stage) = Some(next).filter(|next| next.starts("-")).and_then(|_| stage()) {
        return Mend::Write(format!("| {stage}"));
    }
    match next.peek() {
        Some('=' | '<' | '>') => {
            let field = before.trim_end_matches(':');
            let length = next.rest().bytes().take_while(|byte| b"<>=".contains(byte)).count();
            let comparison = next.slice(next.skip(length));
            let value = next.skip(1).blanks().skip(usize::from(next.skip(1).starts("="))).word();
            Mend::SignWithoutColon((!value.is_empty()).then(|| format!("{field}{comparison}{value}")))
        }
        Some('[' | '{') if list('[', ']').or_else(|| list('{', '}')).is_some() => {
            let inner = list('[', ']').or_else(|| list('{', '}')).unwrap_or("");
            let values: Vec<&str> = inner.split(',').map(str::trim).collect();
            Mend::ListOfValues(format!("{before}{}", values.join(",")))
        }
        Some('\'' | '‘' | '`' | '«') => Mend::Write(format!("{before}\"{}\"", in_foreign_quotes(next))),
        Some('{') => Mend::Write(comparison_with_braces(before.trim_end_matches(':'), word::ON, next)),
        // `date:[..2025-12-02]`
        Some('[') if sign == ':' => match simple(next) {
            Ok((end, _)) if next.slice(end).contains(|sign: char| sign.is_ascii_digit()) => {
                Mend::Write(format!("{} in {}", before.trim_end_matches(':'), next.slice(end)))
            }
            _ => Mend::QuotesOrDate,
        },
        Some('[') => Mend::QuotesOrDate,
        Some(',') => {
            let rest = next.rest().trim_start_matches(',');
            let more = rest.get(..value_length(rest)).unwrap_or("");
            let before = before.trim_end_matches(',');
            let comma = if more.is_empty() || before.ends_with(':') { "" } else { "," };
            Mend::Write(format!("{before}{comma}{more}"))
        }
        _ if sign == ',' => Mend::Write(before.trim_end_matches(',').to_owned()),
        _ => Mend::NoneForAbsent(before.to_owned()),
    }
}

/// The field before a `:`, if there are blanks between the two.
pub(super) fn field_before_blank(at: Cursor<'_>) -> Option<&str> {
    let before = at.text().get(..at.at).unwrap_or("");
    let word = before.trim_end();
    let start = word.rfind(|next: char| !(next.is_alphanumeric() || "_-.".contains(next))).map_or(0, |at| at + 1);
    word.get(start..).filter(|word| !word.is_empty() && before.len() > word.len())
}

/// The text between quotes of another language that begin here.
pub(super) fn in_foreign_quotes(at: Cursor<'_>) -> &str {
    let closing = |next: char| matches!(next, '\'' | '’' | '‘' | '`' | '»' | '"');
    let length = at.peek().map_or(0, char::len_utf8);
    let inner = at.rest().get(length..).unwrap_or("");
    let end = inner.find(closing).or_else(|| inner.find(char::is_whitespace)).unwrap_or(inner.len());
    inner.get(..end).filter(|text| text.len() <= 80).unwrap_or("…")
}

/// The word after blanks, or an example of one.
pub(super) fn word_or_example<'a>(at: Cursor<'a>, example: &'a str) -> &'a str {
    let next = at.blanks();
    let end = next.rest().find(char::is_whitespace).unwrap_or(next.rest().len());
    let word = next.rest().get(..end).map(|word| word.trim_matches(['}', ']', '[', ')', '{', '(']));
    word.filter(|word| !word.is_empty() && word.len() < 40).unwrap_or(example)
}

/// A path as it is written.
pub(super) fn written(path: &Path) -> String {
    path.names.iter().map(|name| name.value.as_str()).collect::<Vec<_>>().join(".")
}
