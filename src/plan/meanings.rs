//! What words, dates, statuses and braces of a query were read as.

use super::check::Context;
use super::readings::{Alive, Meaning, SharedMeaning, StatusMeaning, StatusTime, StatusWith};
use super::scope::RowNoun;
use super::{At, Counterparts, DatePart, FactValue, NameHolder, RecordValue, Shared, StatusTest};
use crate::model::vocabulary::Role;
use crate::model::{Entities, EntityNumber, Schema};

/// An action or umbrella.
pub(super) fn action(word: &str, actions: &[String], schema: &Schema) -> Meaning {
    let label = |name: &String| schema.action(name).map_or_else(|| name.clone(), |action| action.label.clone());
    Meaning::Actions { word: word.to_owned(), labels: actions.iter().map(label).collect() }
}

/// Names that only facts use.
pub(super) fn names(word: &str, entities: &Entities, numbers: &[EntityNumber]) -> Meaning {
    let spellings = numbers.iter().flat_map(|number| entities.spellings(*number)).collect();
    let found = entities.undeclared_found(word).into_iter().filter(|number| !numbers.contains(number));
    let aside = found.filter_map(|number| entities.spellings(number).into_iter().next()).collect();
    Meaning::Names { word: word.to_owned(), spellings, aside }
}

/// An entity that is referred to.
pub(super) fn entity(word: &str, entities: &Entities, number: EntityNumber) -> Meaning {
    if !entities.is_declared(number) {
        return names(word, entities, &[number]);
    }
    let found = entities.match_with(number, word, None);
    let years = found.as_ref().and_then(|found| found.held.years());
    let by_name = found.filter(|found| found.loosely).map(|found| found.name.to_string());
    let holder = |number: EntityNumber| {
        let entity = entities.get(number);
        NameHolder { id: entity.id.clone(), name: entity.name.clone(), years: None }
    };
    let namesakes = entities.namesakes_of_id(number, word).into_iter().map(holder).collect();
    Meaning::Entity { word: word.to_owned(), entity: (&**entities.get(number)).into(), years, by_name, namesakes }
}

/// The line of an entity, which begins with itself.
pub(super) fn line(word: &str, entities: &Entities, number: EntityNumber, line: &[EntityNumber]) -> Meaning {
    let predecessors = line.iter().skip(1).map(|number| entities.get(*number).name.clone()).collect();
    Meaning::Line { word: word.to_owned(), entity: (&**entities.get(number)).into(), predecessors }
}

/// The noun of a query.
pub(super) fn noun(noun: &RowNoun, alive: Alive) -> Meaning {
    Meaning::Noun { plural: noun.plural.to_string(), kinds: noun.kinds.clone(), alive }
}

/// A status: with whom, whose, and when.
pub(super) fn status(test: &StatusTest, context: Context<'_>) -> Meaning {
    const MOST: usize = 3;
    let schema = context.schema;
    let other = test.role.opposite();
    let others = schema.nouns().find(|(_, noun)| noun.role == other).map_or("others", |(plural, _)| plural);
    Meaning::Status(StatusMeaning {
        status: test.status.to_string(),
        end: schema.end_name(test.role).to_owned(),
        other: schema.end_name(other).to_owned(),
        others: others.to_owned(),
        with: match &test.others {
            Counterparts::Entities(numbers) => StatusWith::Entities {
                names: numbers.iter().take(MOST).map(|number| context.entities.get(*number).name.clone()).collect(),
                more: numbers.len().saturating_sub(MOST),
            },
            Counterparts::Query(_) => StatusWith::Query,
            Counterparts::Count { least, most } => StatusWith::Count { least: *least, most: *most },
        },
        when: match test.at {
            At::Fact => StatusTime::DateOfFact,
            At::Day(day) => StatusTime::On(day),
            At::Row => StatusTime::DayOfRow,
        },
        using: test.using.is_some(),
    })
}

/// Facts in braces, and what they share with the row.
pub(super) fn other_facts(condition: String, shared: &Shared, schema: &Schema) -> Meaning {
    let end = |role| schema.end_name(role).to_owned();
    let shared = match shared {
        Shared::Pair => SharedMeaning::Pair(end(Role::Subject), end(Role::Object)),
        Shared::Role(role) => SharedMeaning::Row(end(*role)),
        Shared::Values(values) => SharedMeaning::Values(values.iter().map(FactValue::path).collect()),
    };
    Meaning::OtherFacts { condition, shared }
}

impl FactValue {
    /// The path that names it.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::Record(RecordValue::Field(field)) => field.to_string(),
            Self::Record(RecordValue::Step(field, attribute, None)) => format!("{field}.{attribute}"),
            Self::Record(RecordValue::Step(field, attribute, Some(part))) => {
                format!("{field}.{attribute}.{}", part.name())
            }
            Self::Record(RecordValue::Part(field, part)) => format!("{field}.{}", part.name()),
            Self::Record(RecordValue::Group { kind, .. }) => kind.to_string(),
            Self::Relevance(_) => "relevance".to_owned(),
        }
    }
}

impl DatePart {
    /// The part's name, as it stands after the dot of a path.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Decade => "decade",
            Self::Month => "month",
            Self::Precision => "precision",
            Self::Basis => "basis",
            Self::Earliest => "earliest",
            Self::Latest => "latest",
        }
    }
}
