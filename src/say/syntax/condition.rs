//! Problems with conditions.

use super::write;
use crate::syntax::MalformedCondition;

pub(super) fn message(problem: &MalformedCondition) -> String {
    match problem {
        MalformedCondition::TwoReadings { .. } => "this can be read in two ways:".to_owned(),
        MalformedCondition::MinusApart { .. } => "a `-` goes directly before what it negates".to_owned(),
        MalformedCondition::Plus => "`+` is not needed: every condition must hold anyway".to_owned(),
        MalformedCondition::EmptyQuotes => "there is nothing to search for in these quotes".to_owned(),
        MalformedCondition::UnclosedQuotes => "these quotes are not closed".to_owned(),
        MalformedCondition::UnclosedBracket { closing } => format!("no `{closing}` closes this"),
        MalformedCondition::ConditionsOnly { found } => {
            format!("these brackets can only contain conditions, found `{found}`")
        }
        MalformedCondition::DateWithoutRelation { .. } => "a date needs a word before it, such as `in`".to_owned(),
        MalformedCondition::Parameter { .. } => {
            "a parameter stands for a value or a date, not for a condition".to_owned()
        }
        MalformedCondition::Difference { .. } => "a calculation is not a condition".to_owned(),
        MalformedCondition::ForeignComment => "a comment begins with `#`".to_owned(),
        MalformedCondition::NumberSignBeforeWord { .. } => {
            "in a query of one line, a word cannot begin with `#`".to_owned()
        }
        MalformedCondition::PatternWithoutField { .. } => "a pattern needs a field".to_owned(),
        MalformedCondition::PrefixWithoutField { .. } => "the beginning of a word needs a field".to_owned(),
        MalformedCondition::SignInWord { word } => {
            format!("`{word}` must follow a field or be in quotes, as it is not a plain word")
        }
        MalformedCondition::MisplacedKeyword { word } => {
            format!("unexpected `{}`", word.to_lowercase())
        }
        MalformedCondition::WordBeforeBraces { word, .. } => format!("`{word}` cannot go before braces"),
        MalformedCondition::BracesWithoutWord { .. } => "braces need a word before them, such as `with`".to_owned(),
        MalformedCondition::TellerWithoutQuotes { .. } => "a name of several words must be in quotes".to_owned(),
        MalformedCondition::SignBeforeBraces { .. } => {
            "the date of another fact is compared with a word, not with a sign".to_owned()
        }
        MalformedCondition::BlankBeforeParenthesis => "there must be a space before `(`".to_owned(),
        MalformedCondition::StageAsCondition { word, .. } => format!("`{word} by` is not a condition"),
    }
}

pub(super) fn help(problem: &MalformedCondition) -> Option<String> {
    Some(match problem {
        MalformedCondition::TwoReadings { loose, strict } => format!("{loose}\n{strict}"),
        MalformedCondition::MinusApart { word } => format!("write `-{word}` or `not {word}`"),
        MalformedCondition::Plus => "leave out the `+`".to_owned(),
        MalformedCondition::UnclosedQuotes => "end the text with \"".to_owned(),
        MalformedCondition::DateWithoutRelation { date } => format!("for example: `in {date}`"),
        MalformedCondition::Parameter { name } => format!("for example: `field:${name}`, or `after ${name}`"),
        MalformedCondition::ForeignComment => write("# …"),
        MalformedCondition::NumberSignBeforeWord { mended } => {
            format!("to search for it, put it in quotes: `{mended}`\na comment has a space after the `#`")
        }
        MalformedCondition::PatternWithoutField { pattern } => format!("for example: `title:{pattern}`"),
        MalformedCondition::PrefixWithoutField { prefix } => format!("for example: `title:{prefix}*`"),
        MalformedCondition::SignInWord { word } => format!("write `\"{word}\"`, or `field:{word}`"),
        MalformedCondition::MisplacedKeyword { word } => {
            format!("to search for the word, put it in quotes: `\"{word}\"`")
        }
        MalformedCondition::WordBeforeBraces { meant, .. } => format!("did you mean `{meant}`?"),
        MalformedCondition::BracesWithoutWord { braces } => format!(
            "if another fact must exist, write `with {braces}`, and if it must not, `without {braces}`; \
             to group conditions, use `( )`"
        ),
        MalformedCondition::TellerWithoutQuotes { name } => write(&format!("according to \"{name}\"")),
        MalformedCondition::SignBeforeBraces { mended } => write(mended),
        MalformedCondition::Difference { mended } => format!("as a stage, it goes after the conditions: `{mended}`"),
        MalformedCondition::StageAsCondition { stage, .. } => format!("as a stage, it goes after `|`: `| {stage}`"),
        MalformedCondition::EmptyQuotes
        | MalformedCondition::UnclosedBracket { .. }
        | MalformedCondition::ConditionsOnly { .. }
        | MalformedCondition::BlankBeforeParenthesis => return None,
    })
}
