//! Every word of the language, once. The constants of the parser, help,
//! completion and the names that a vocabulary may not use all come from this
//! table. It must not know what any word does.

use std::sync::LazyLock;

use super::date_words::{RelativeDay, Turn, Unit};
pub use super::keyword_entry::{Keyword, KeywordPlace};

macro_rules! table {
    ($($name:ident $word:literal $place:ident $reserved:literal $help:literal $example:literal;)*) => {
        /// The spelling of each word.
        pub(crate) mod word {
            $(pub const $name: &str = $word;)*

            /// Whether a word always has a meaning of its own among conditions.
            pub fn is_condition(word: &str) -> bool {
                CONDITIONS.iter().any(|keyword| keyword.eq_ignore_ascii_case(word))
            }

            const CONDITIONS: [&str; 17] = [
                AND, OR, NOT, MAYBE, WITH, WITHOUT, USING, AS, KNOWN, AFTER, BEFORE, SINCE, UNTIL, BY, IN, ON, WITHIN,
            ];
        }

        const WORDS: &[Keyword] = &[
            $(Keyword { word: $word, place: KeywordPlace::$place, reserved: $reserved, help: $help, example: $example },)*
        ];
    };
}

table! {
    PERIODS "periods" Condition true "the stretches in which a status held, one row for each" "periods member:club";
    AND "and" Condition true "both must hold; a blank says the same" "resigned and city:oslo";
    OR "or" Condition true "one of them must hold" "(elected or appointed) since 2020";
    NOT "not" Condition true "must not hold; `-` says the same" "resigned not city:oslo";
    MAYBE "maybe" Condition true "also where it only possibly holds" "resigned maybe after 2025-06-30";
    UNKNOWN "unknown" Condition false "where nobody knows whether it holds" "unknown effective in 2025";
    WITH "with" Condition true "another fact of the same subject and object exists" "elected with {resigned since 2000}";
    WITHOUT "without" Condition true "no other fact of the same subject and object exists" "elected without {resigned}";
    SAME "same" Particle false "what the other fact shares with this one" "elected with same subject {resigned}";
    USING "using" Condition true "only these facts make up a status" "member:club using {source.publisher:gazette}";
    AS "as" Condition true "`as of` a day: how the world stood; after a column: its heading" "resigned as of 2022";
    OF "of" Particle false "part of `as of`, `share of`, `median of`, `within … of`" "within 90 days of 2025-06-27";
    EACH "each" Particle false "once for every year, month, week or day" "member:club as of each year 1970..2020";
    KNOWN "known" Condition true "what the store held at the end of a day, or after a commit" "resigned known 2025-03-01";
    ACCORDING "according" Condition false "`according to` somebody: what they alone say" "member:club according to \"Gazette\"";
    TO "to" Particle false "part of `according to`" "resigned according to {source.published until 2020} | count";
    SOURCE "source" Condition false "one source says all of it" "resigned source {publisher:gazette date in 2001}";
    AFTER "after" Relation true "after the end of the period" "resigned after 2025-01-01";
    BEFORE "before" Relation true "before the start of the period" "elected before 1970";
    SINCE "since" Relation true "from the start of the period on" "resigned since 2025";
    UNTIL "until" Relation true "up to the end of the period" "elected until 1920s";
    BY "by" Relation true "the same as `until`" "elected by 1999-12";
    IN "in" Relation true "within the period; `in:` tests a group" "effective in 2025";
    ON "on" Relation true "on that day" "elected on 1997-12-03";
    WITHIN "within" Relation true "no farther from a date than this" "resigned within 5 years of 2019";
    AGO "ago" Date false "so long before today" "since 2 weeks ago";
    NONE "none" Value true "the field is absent" "effective:none";
    SORT "sort" Stage false "puts rows in order; `-` for greatest first" "sort -date, subject";
    TAKE "take" Stage false "only so many rows" "take 20";
    SKIP "skip" Stage false "all but so many rows" "skip 20";
    SHOW "show" Stage false "which columns, and what they are called" "show subject, date as notified";
    COUNT "count" Stage false "how many rows, or different values, in all or by keys" "count by object, year";
    SHARE "share" Stage false "of how many a condition holds, and what part that is" "share of (sources>=2) by year";
    PIVOT "pivot" Stage false "counts in a table of two keys" "pivot subject x decade";
    MIN "min" Stage false "the least" "min of lag by subject";
    MAX "max" Stage false "the greatest" "max of lag";
    MEDIAN "median" Stage false "the one in the middle" "median of sources by decade";
    MEAN "mean" Stage false "the arithmetic mean" "mean of sources by decade";
    AVERAGE "average" Stage false "the same as `mean`" "average of sources";
    PERCENTILE "p90" Stage false "what 90 of 100 values are not above; `p1` to `p99`" "p90 of lag by subject";
    SUM "sum" Stage false "all together" "sum of sources by subject";
    DISTINCT "distinct" Stage false "each combination of values once" "distinct subject, object";
    FIRST "first" Stage false "the earliest of each" "first by subject";
    LAST "last" Stage false "the latest of each" "last by subject";
    LET "let" Stage true "a new column; in a file, a query with a name" "let lag = effective - date";
    WHERE "where" Stage false "only rows for which a condition holds" "where sources >= 2";
    TIMELINE "timeline" Stage false "the rows along time" "timeline";
    SOURCES "sources" Stage false "the sources of each fact" "sources";
    HISTORY "history" Stage false "every version of each fact" "history";
    DIFF "diff" Stage false "what changed between two days" "diff known 2025-01..2025-06";
    TIMES "x" Particle false "between the two keys of `pivot`" "pivot subject x decade";
    ASSERT "assert" Statement true "fails unless the answer is as expected" "assert none elected after today";
    SOME "some" Particle false "at least one row" "assert some resigned since 2025";
    ROWS "rows" Particle false "the rows of a file" "assert rows = \"expected.csv\" resigned";
    SET "set" Statement true "pins the day of the run" "set today 2025-07-01";
    INCLUDE "include" Statement true "the statements of another file" "include \"names.tq\"";
    FORMAT "format" Statement false "how answers are printed" "format csv";
    ECHO "echo" Statement true "prints a text" "echo \"Resignations\"";
}

/// The parts of the table.
const PARTS: &[&[Keyword]] = &[RelativeDay::KEYWORDS, Turn::KEYWORDS, Unit::KEYWORDS, WORDS];

/// Every word of the language. A word that has several places has an entry for
/// each.
pub static TABLE: LazyLock<Vec<Keyword>> = LazyLock::new(|| PARTS.concat());

/// The spellings that are reserved.
static RESERVED: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| TABLE.iter().filter(|entry| entry.reserved).map(|entry| entry.word).collect());

/// The words that no field, noun or action may have as its name.
#[must_use]
pub fn reserved_words() -> &'static [&'static str] {
    &RESERVED
}

/// The number of a percentile, such as `p90`, from 1 to 99; case is ignored.
pub(super) fn percent(word: &str) -> Option<u8> {
    let digits = word.strip_prefix(['p', 'P'])?;
    let is_number = digits.bytes().all(|digit| digit.is_ascii_digit()) && !digits.starts_with('0');
    digits.parse().ok().filter(|percent| is_number && (1..100).contains(percent))
}

/// The table's entry of a word at a place; case is ignored. All percentiles have one.
#[must_use]
pub fn find(place: KeywordPlace, word: &str) -> Option<&'static Keyword> {
    let word = if place == KeywordPlace::Stage && percent(word).is_some() { word::PERCENTILE } else { word };
    TABLE.iter().find(|entry| entry.place == place && entry.word.eq_ignore_ascii_case(word))
}

/// The words that may be at a place.
pub fn at_place(place: KeywordPlace) -> impl Iterator<Item = &'static str> {
    TABLE.iter().filter(move |entry| entry.place == place).map(|entry| entry.word)
}

/// The months in order, as they are spelt in full.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The number of a month by its name, in full or by its first three letters;
/// `Sept` is one too.
#[must_use]
pub fn month_number(word: &str) -> Option<u8> {
    let matches = |name: &&str| {
        name.eq_ignore_ascii_case(word)
            || name.get(..3).is_some_and(|short| short.eq_ignore_ascii_case(word))
            || (word.eq_ignore_ascii_case("sept") && **name == *"September")
    };
    (1..).zip(MONTHS.iter()).find(|(_, name)| matches(name)).map(|(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::tree::Aggregate;
    use crate::syntax::{Class, highlight};

    #[test]
    fn a_reserved_word_is_no_built_in_field_and_stands_in_the_list_once() {
        let vocabulary = crate::model::Vocabulary::default();
        crate::model::Schema::new(vocabulary, reserved_words())
            .expect("the words of the language leave the built-in fields free");
        let mut words = reserved_words().to_vec();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), reserved_words().len());
    }

    #[test]
    fn every_word_that_cannot_be_a_bare_word_is_reserved() {
        for entry in TABLE.iter() {
            assert_eq!(entry.word, entry.word.to_lowercase());
            if word::is_condition(entry.word) && matches!(entry.place, KeywordPlace::Condition | KeywordPlace::Relation)
            {
                assert!(entry.reserved, "{}", entry.word);
            }
        }
    }

    /// Whether a text has a word of the language at its place.
    fn has(text: &str, keyword: &Keyword) -> bool {
        let mut before = "";
        for (span, class) in highlight(text) {
            let part = &text[span.range()];
            let is_stage = before == "|" || class == Class::Keyword && is_summary(before);
            let is_place = is_stage == (keyword.place == KeywordPlace::Stage);
            let is_word = class == Class::Keyword
                || class == Class::Field && before == "assert"
                || keyword.place == KeywordPlace::Value;
            if is_word && is_place && part.eq_ignore_ascii_case(keyword.word) {
                return true;
            }
            before = part;
        }
        false
    }

    /// Several summaries make one stage.
    fn is_summary(word: &str) -> bool {
        Aggregate::from_word(word).is_some()
    }

    #[test]
    fn each_word_of_the_language_stands_in_an_example_of_the_manual_that_runs() {
        let manual = include_str!("../../grammar/MANUAL.md");
        let mut examples: Vec<&str> = Vec::new();
        let mut fence = "";
        for line in manual.lines() {
            match line.strip_prefix("```") {
                Some(opened) => fence = if fence.is_empty() { opened } else { "" },
                None if fence.starts_with("tq ") => examples.push(line),
                None if fence == "console" => examples.extend(line.strip_prefix("tractat> ")),
                None => {}
            }
        }
        let lacks = |keyword: &&Keyword| !examples.iter().any(|example| has(example, keyword));
        let lacking: Vec<_> = TABLE.iter().filter(lacks).map(|keyword| (keyword.word, keyword.place)).collect();
        assert!(lacking.is_empty(), "no example has {lacking:?}");
    }

    #[test]
    fn each_example_of_the_table_parses() {
        for entry in TABLE.iter() {
            let text = match entry.place {
                KeywordPlace::Stage => format!("| {}", entry.example),
                _ if entry.example.starts_with("where") || entry.example.starts_with("pivot") => {
                    format!("| {}", entry.example)
                }
                _ => entry.example.to_owned(),
            };
            let parsed = crate::syntax::parse_script(&text);
            assert!(parsed.diagnostics.is_empty(), "{text}: {:?}", parsed.diagnostics);
        }
    }
}
