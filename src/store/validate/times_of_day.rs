//! Times of day: a date is kept without one, in whatever field it stands.

use serde_json::Value;

use crate::model::{Alias, Date, Entity, Fact, FieldKind, Fields, Membership, Schema};

/// Leaves the times of day out of what a fact and its sources say. Returns how many
/// dates had one.
pub(in crate::store) fn leave_out_of_fact(fact: &mut Fact, schema: &Schema) -> u64 {
    let is_date = |key: &str| key == "date" || is_date(key, schema);
    let published = fact.sources.iter().filter_map(|source| source.published.as_ref());
    let mut count = lost(fact.date.iter().chain(published));
    count += leave_out_of_fields(&mut fact.fields, &is_date);
    for source in &mut fact.sources {
        count += leave_out_of_fields(&mut source.says, &is_date);
        count += leave_out_of_fields(&mut source.fields, &|key: &str| is_date(&format!("source.{key}")));
    }
    count
}

/// Leaves the times of day out of what an entity is defined with. Returns how many
/// dates had one.
pub(in crate::store) fn leave_out_of_entity(entity: &mut Entity, schema: &Schema) -> u64 {
    let aliases = entity.aliases.iter().flat_map(|alias| match alias {
        Alias::Dated { from, until, .. } => [from.as_ref(), until.as_ref()],
        Alias::Always(_) => [None, None],
    });
    let groups = entity.groups.iter().flat_map(|membership| match membership {
        Membership::Dated { from, until, .. } => [from.as_ref(), until.as_ref()],
        Membership::Always(_) => [None, None],
    });
    let life = [entity.from.as_ref(), entity.until.as_ref()];
    lost(life.into_iter().chain(aliases).chain(groups).flatten())
        + leave_out_of_fields(&mut entity.fields, &|key: &str| is_date(key, schema))
}

fn is_date(key: &str, schema: &Schema) -> bool {
    schema.field(key).is_some_and(|field| field.kind == FieldKind::Date)
}

fn lost<'d>(dates: impl Iterator<Item = &'d Date>) -> u64 {
    dates.map(|date| u64::from(date.has_lost_time())).sum()
}

fn leave_out_of_fields(fields: &mut Fields, is_date: &dyn Fn(&str) -> bool) -> u64 {
    let mut count = 0;
    for (key, value) in fields {
        match value {
            Value::String(text) => count += leave_out_of_text(text, || is_date(key)),
            Value::Array(values) => {
                for value in values {
                    if let Value::String(text) = value {
                        count += leave_out_of_text(text, || is_date(key));
                    }
                }
            }
            _ => {}
        }
    }
    count
}

/// Most fields are not dates, and few texts have a `T`: only then is a field looked up.
fn leave_out_of_text(text: &mut String, is_date: impl Fn() -> bool) -> u64 {
    if !text.contains('T') || !is_date() {
        return 0;
    }
    match Date::parse(text) {
        Ok(date) if date.has_lost_time() => {
            date.written().clone_into(text);
            1
        }
        _ => 0,
    }
}
