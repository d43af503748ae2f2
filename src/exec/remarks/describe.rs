//! What a filter asks for, in a few plain words: for whoever wants to know how
//! an answer was found.

use crate::index::View;
use crate::model::vocabulary::Role;
use crate::model::{EntityNumber, Schema};
use crate::plan::{At, DateForm, FactValue, Filter, OtherFacts, Others, RecordTest, RecordValue, Shared, StatusTest};
use crate::syntax::print_relation;

/// So many names are told; of more, how many.
const NAMES: usize = 3;

/// What a filter asks for.
pub(crate) fn describe(view: &dyn View, filter: &Filter) -> String {
    describe_of(view, filter, None)
}

/// The same, where the rows are entities of a noun: `id` is their own.
pub(crate) fn describe_of(view: &dyn View, filter: &Filter, noun: Option<&str>) -> String {
    let schema = view.schema();
    let describe = |view, filter| describe_of(view, filter, noun);
    let called = |schema, field| match noun {
        Some(noun) if field == "id" => noun,
        _ => called(schema, field),
    };
    match filter {
        Filter::All => "everything".to_owned(),
        Filter::Nothing => "nothing".to_owned(),
        Filter::And(_) => "all of several".to_owned(),
        Filter::Or(_) => "any of several".to_owned(),
        Filter::Not(filter) => format!("not: {}", describe(view, filter)),
        Filter::Maybe(filter) => format!("maybe: {}", describe(view, filter)),
        Filter::Test(RecordTest::Keyword { field, .. }) => format!("values of {}", called(schema, field)),
        Filter::Test(RecordTest::Refers { fields, entities, written }) => {
            let fields: Vec<&str> = fields.iter().map(|field| called(schema, field)).collect();
            format!("references to {} in {}", names(view, entities, written), fields.join(", "))
        }
        Filter::Test(RecordTest::Member { field, groups, at }) => {
            format!("{} in {}{}", called(schema, field), names(view, groups, &[]), when(*at))
        }
        Filter::Test(RecordTest::Date { field, window }) => format!("days of {field}, {window}"),
        Filter::Test(RecordTest::DateForm { field, form }) => match form {
            DateForm::Computed | DateForm::Stated => format!("basis of {field}"),
            DateForm::Marked | DateForm::Precision(_) => format!("form of {field}"),
        },
        Filter::Test(RecordTest::Number { field, .. }) => format!("numbers of {field}"),
        Filter::Test(RecordTest::Missing { field }) => format!("no {}", called(schema, field)),
        Filter::Test(RecordTest::Text { fields, .. }) => format!("words in {}", fields.join(", ")),
        Filter::Test(RecordTest::Written { field, .. }) => format!("{field} as written"),
        Filter::Test(RecordTest::Step { field, test }) => {
            format!("of {}: {}", called(schema, field), describe(view, test))
        }
        Filter::Test(RecordTest::Other(other)) => another(view, other),
        Filter::Test(RecordTest::Relative { relation, to, other, .. }) => {
            format!("days {} {to} of {}", print_relation(*relation), another(view, other))
        }
        Filter::Test(RecordTest::Status(test)) => status(view, test),
        Filter::Test(RecordTest::Given { field, .. }) => {
            format!("values of {} that a query gives", called(schema, field))
        }
        Filter::Test(RecordTest::Computed { .. }) => "a calculation".to_owned(),
    }
}

/// A field by the noun of its end, as queries name it.
pub(crate) fn called<'a>(schema: &'a Schema, field: &'a str) -> &'a str {
    let role = [Role::Subject, Role::Object].into_iter().find(|role| role.field() == field);
    role.map_or(field, |role| schema.end_name(role))
}

fn names(view: &dyn View, entities: &[EntityNumber], written: &[String]) -> String {
    // Before the first commit nobody is there, and a query is read as it is now.
    let known = entities.iter().filter(|entity| (entity.0 as usize) < view.entities().len());
    let all = known.map(|entity| &view.entities().get(*entity).name).chain(written);
    let mut told: Vec<&str> = all.take(NAMES).map(String::as_str).collect();
    let more = (entities.len() + written.len()).saturating_sub(NAMES);
    let more = format!("{more} more");
    if entities.len() + written.len() > NAMES {
        told.push(&more);
    }
    if told.is_empty() { "nobody".to_owned() } else { told.join(", ") }
}

fn when(at: At) -> String {
    match at {
        At::Fact => " on the fact's date".to_owned(),
        At::Day(day) => format!(" on {day}"),
        At::Row => " on the row's day".to_owned(),
    }
}

fn another(view: &dyn View, other: &OtherFacts) -> String {
    let schema = view.schema();
    let field = |value: &FactValue| match value {
        FactValue::Record(RecordValue::Field(field) | RecordValue::Group { field, .. }) => {
            called(schema, field).to_owned()
        }
        FactValue::Record(RecordValue::Part(field, part)) => {
            format!("{field}.{}", format!("{part:?}").to_lowercase())
        }
        FactValue::Record(RecordValue::Step(field, attribute, _)) => {
            format!("{}.{attribute}", called(schema, field))
        }
        FactValue::Relevance(_) => "relevance".to_owned(),
    };
    match &other.shared {
        Shared::Pair => {
            format!("another fact of the same {} and {}", called(schema, "subject"), called(schema, "object"))
        }
        Shared::Values(values) => {
            let fields: Vec<String> = values.iter().map(field).collect();
            format!("another fact of the same {}", fields.join(" and "))
        }
        Shared::Role(role) => format!("a fact of which it is the {}", role.field()),
    }
}

fn status(view: &dyn View, test: &StatusTest) -> String {
    let others = match &test.others {
        Others::Entities(entities) => format!("with {}", names(view, entities, &[])),
        Others::Query(_) => "with any that a query gives".to_owned(),
        Others::Count { least, most: None } => format!("with at least {least}"),
        Others::Count { least, most: Some(most) } if least == most => format!("with {least}"),
        Others::Count { least: 0, most: Some(most) } => format!("with at most {most}"),
        Others::Count { least, most: Some(most) } => format!("with {least} to {most}"),
    };
    let using = if test.using.is_some() { ", by some facts only" } else { "" };
    let tested = called(view.schema(), test.role.field());
    format!("status {} of the {tested} {others}{}{using}", test.status, when(test.at))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::exec::testing::{MemoryView, entity, world};
    use crate::model::Date;

    #[test]
    fn conditions_are_described_with_the_names_that_people_know() {
        let view = MemoryView::build(&world([]));
        let said = |filter: Filter| describe(&*view, &filter);
        let other = |shared| OtherFacts { shared, filter: Arc::new(Filter::All) };
        let field = |name: &str| FactValue::Record(RecordValue::Field(name.into()));
        assert_eq!(
            said(Filter::Test(RecordTest::Other(other(Shared::Pair)))),
            "another fact of the same state and object"
        );
        let same = Shared::Values(vec![field("subject"), field("topic")]);
        assert_eq!(
            said(Filter::Not(Box::new(Filter::Test(RecordTest::Other(other(same)))))),
            "not: another fact of the same state and topic"
        );
        let refers = |entities| {
            Filter::Test(RecordTest::Refers {
                fields: vec!["object".into()],
                entities,
                written: vec!["lost".to_owned()],
            })
        };
        assert_eq!(said(refers(vec![entity("one")])), "references to Treaty One, lost in object");
        assert_eq!(
            said(refers(vec![entity("one"); 3])),
            "references to Treaty One, Treaty One, Treaty One, 1 more in object"
        );
        let day = Date::parse("2005-06-01").unwrap().earliest();
        let member =
            |at| Filter::Test(RecordTest::Member { field: "subject".into(), groups: vec![entity("north")], at });
        assert_eq!(said(member(At::Fact)), "state in North on the fact's date");
        assert_eq!(said(member(At::Day(day))), "state in North on 2005-06-01");
        let status = |others| {
            Filter::Test(RecordTest::Status(StatusTest {
                status: "member".into(),
                role: Role::Subject,
                others,
                at: At::Fact,
                using: None,
            }))
        };
        assert_eq!(
            said(status(Others::Entities(vec![entity("one")]))),
            "status member of the state with Treaty One on the fact's date"
        );
        let none = Others::Count { least: 0, most: Some(0) };
        assert_eq!(said(status(none)), "status member of the state with 0 on the fact's date");
    }
}
