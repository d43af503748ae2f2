use proptest::prelude::*;

use super::world::World;
use crate::plan::{Completions, complete};

fn at_end(text: &str) -> Completions {
    complete(text, text.len(), &World::new().context())
}

fn texts(text: &str) -> Vec<String> {
    at_end(text).candidates.into_iter().map(|candidate| candidate.text).collect()
}

#[test]
fn a_word_is_completed_from_actions_fields_keywords_and_names() {
    assert_eq!(texts("lef"), ["left"]);
    assert_eq!(texts("left eff"), ["effective:"]);
    assert_eq!(texts("left sin"), ["since"]);
    assert_eq!(texts("left alb"), ["alba"]);
    assert_eq!(texts("left -alb"), ["alba"]);
    assert_eq!(texts("date.y"), ["date.year:"]);
    assert_eq!(at_end("left alb").start, 5);
}

#[test]
fn words_that_begin_a_name_are_completed_together() {
    let completions = at_end("left new br");
    assert_eq!(completions.start, 5);
    assert_eq!(completions.candidates[0].text, "New Brume");
}

#[test]
fn after_a_field_stand_its_values() {
    assert_eq!(texts("land:a"), ["alba"]);
    assert_eq!(texts("pact:"), ["crab-pact", "storm-pact", "none"]);
    assert_eq!(texts("land:alba,n"), ["new-brume", "none"]);
    assert_eq!(texts("land:\"new b"), ["\"New Brume\""]);
    assert_eq!(texts("region:"), ["north-coast", "coast"]);
    assert_eq!(texts("in:m"), ["mariners"]);
    assert_eq!(texts("action:qu"), ["quitted"]);
    assert_eq!(texts("date.precision:d"), ["day", "decade"]);
    let world = World::new();
    let values = |field: &str| vec![format!("{field} one"), "two".to_owned()];
    let mut context = world.context();
    context.values = Some(&values);
    let found = complete("venue:", 6, &context).candidates;
    assert_eq!(found.iter().map(|found| found.text.as_str()).collect::<Vec<_>>(), ["\"venue one\"", "two", "none"]);
}

#[test]
fn after_according_to_stand_those_who_tell() {
    let world = World::new();
    let values = |field: &str| match field {
        "source.publisher" => vec!["Gazette".to_owned(), "UN Treaties".to_owned()],
        "source.according_to" => vec!["Alba".to_owned(), "Gazette".to_owned()],
        _ => Vec::new(),
    };
    let mut context = world.context();
    context.values = Some(&values);
    let texts = |text: &str| -> Vec<String> {
        complete(text, text.len(), &context).candidates.into_iter().map(|candidate| candidate.text).collect()
    };
    assert_eq!(texts("left according to "), ["Gazette", "\"UN Treaties\"", "Alba", "{"]);
    assert_eq!(texts("left according to g"), ["Gazette"]);
    assert_eq!(texts("left according to \"un t"), ["\"UN Treaties\""]);
    assert_eq!(texts("left (quitted according to a"), ["Alba"]);
    assert_eq!(texts("left acc"), ["according"]);
    assert_eq!(texts("left according "), ["to"]);
    assert_eq!(texts("left according to Alba "), ["first", "as", "known"]);
    assert_eq!(texts("left according to \"UN Treaties\" fi"), ["first"]);
}

#[test]
fn after_periods_stand_nouns_and_statuses_and_then_what_entities_have() {
    assert!(texts("periods ").iter().all(|text| text.ends_with(':') || text == "lands" || text == "pacts"));
    assert!(texts("periods ").contains(&"member:".to_owned()));
    assert_eq!(texts("periods la"), ["lands"]);
    let conditions = texts("periods member:* ");
    assert!(conditions.contains(&"in:".to_owned()) && !conditions.contains(&"left".to_owned()), "{conditions:?}");
}

#[test]
fn before_a_letter_is_typed_an_action_is_offered_by_its_name_only() {
    let all = texts("left with {");
    assert!(all.contains(&"left".to_owned()) && !all.contains(&"quitted".to_owned()), "{all:?}");
    assert!(texts("left with {qui").contains(&"quitted".to_owned()));
}

#[test]
fn stages_and_their_columns_are_completed_after_a_pipe() {
    assert_eq!(texts("left | so"), ["sort", "sources"]);
    assert_eq!(texts("left | count by eff"), ["effective"]);
    assert_eq!(texts("left | where eff"), ["effective", "effective:"]);
    assert!(texts("left # so").is_empty());
    for (text, has, lacks) in [
        ("left | count by land, year | sort -", "count", "session"),
        ("left | count by land, year | where ", "year", "left"),
        ("left | show land, date as day | sort ", "day", "date"),
        ("left | let lag = effective - date | sort ", "lag", "by"),
        ("left | sources | show ", "publisher", "session"),
        ("left | history | where ", "change", "session"),
        ("left | share of (region:coast) by land | sort ", "share", "session"),
        ("periods member:crab-pact | sort -", "length", "session"),
        ("lands member:crab-pact | show ", "since", "session."),
        ("lands as of each year 2000..2004 | count by ", "as-of", "publisher"),
        ("left | pivot land ", "x", "land"),
        ("left | median of ", "weight", "by"),
        ("left | median of weight ", "by", "weight"),
        ("left | share ", "of", "by"),
        ("left | first ", "by", "land"),
        ("left | let lag = ", "{", "left"),
        ("left | diff ", "known", "land"),
        ("left | diff as of ", "today", "land"),
        ("left | count ", "by", "left"),
        ("left | show land ", "as", "land"),
        ("x:(left | ", "show", "left"),
    ] {
        let found = texts(text);
        assert!(found.iter().any(|found| found == has), "{text}: {found:?}");
        assert!(!found.iter().any(|found| found == lacks), "{text}: {found:?}");
    }
}

#[test]
fn every_place_of_a_query_offers_what_may_stand_there() {
    for (text, has, lacks) in [
        ("", "lands", "and"),
        ("", "let", "or"),
        ("", "periods", "as"),
        ("", "member:", "{"),
        ("lands ", "member:", "left"),
        ("lands ", "with", "lands"),
        ("lands alba ", "as", "assert"),
        ("lands member:", "crab-pact", "alba"),
        ("pacts member:", "alba", "crab-pact"),
        ("left member:", "none", "left"),
        ("left with ", "{", "left"),
        ("left with ", "same", "and"),
        ("left with same ", "session", "{"),
        ("left with same session ", "{", "session"),
        ("left with {", "signed", "lands"),
        ("lands with {", "signed", "lands"),
        ("lands with {signed} ", "without", "signed"),
        ("lands (", "member:", "signed"),
        ("left using ", "{", "left"),
        ("left as ", "of", "left"),
        ("left as of ", "today", "left"),
        ("lands as of ", "each", "left"),
        ("lands as of each ", "year", "today"),
        ("left known ", "yesterday", "left"),
        ("left after ", "{", "left"),
        ("left after {", "signed", "{"),
        ("left within 5 ", "years", "left"),
        ("left within 5 years ", "after", "left"),
        ("left since 2 weeks ", "ago", "left"),
        ("left in last ", "month", "left"),
        ("left since 27 ", "June", "left"),
        ("left -", "signed", "and"),
        ("kind:", "land", "alba"),
        ("effective.basis:", "computed", "alba"),
        ("let recent($day) = since $", "day", "since"),
        ("let recent = since 2020\nleft ", "recent()", "assert"),
        ("let of($l) = land:$l\nleft ", "of(", "of()"),
        ("assert ", "none", "left"),
        ("assert none ", "lands", "assert"),
        ("set ", "today", "left"),
        ("format csv\n", "lands", "and"),
    ] {
        let found = texts(text);
        assert!(found.iter().any(|found| found == has), "{text}: {found:?}");
        assert!(!found.iter().any(|found| found == lacks), "{text}: {found:?}");
    }
}

#[test]
fn what_is_replaced_ends_with_the_quotes_in_which_the_cursor_stands() {
    let world = World::new();
    let found = complete("land:\"new br\" left", 10, &world.context());
    assert_eq!((found.start, found.end), (5, 13));
    assert_eq!(found.candidates[0].text, "\"New Brume\"");
    assert_eq!(complete("land:\"new br left", 10, &world.context()).end, 10);
}

proptest! {
    #[test]
    fn any_text_and_any_cursor_is_taken(text in "([a-z:,\"|#. \\\\>=(){}\\[\\]$éß北-]|with |let |as of |assert ){0,30}", cursor in 0usize..60) {
        let world = World::new();
        let found = complete(&text, cursor, &world.context());
        prop_assert!(found.start <= found.end && text.get(found.start..found.end).is_some());
    }
}
