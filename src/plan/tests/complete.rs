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
fn stages_and_their_columns_are_completed_after_a_pipe() {
    assert_eq!(texts("left | so"), ["sort", "sources"]);
    assert_eq!(texts("left | count by eff"), ["effective"]);
    assert_eq!(texts("left | where eff"), ["effective:"]);
    assert!(texts("left # so").is_empty());
}

proptest! {
    #[test]
    fn any_text_and_any_cursor_is_taken(text in "[a-z:,\"|#. \\\\>=éß北-]{0,30}", cursor in 0usize..60) {
        let world = World::new();
        let completions = complete(&text, cursor, &world.context());
        prop_assert!(completions.start <= text.len() && text.is_char_boundary(completions.start));
    }
}
