//! Several sources for one act: which records are about one act, and what the
//! fact is that they make together. A pure function of the *set* of records,
//! so that neither the order in which they come nor the number of imports that
//! bring them can matter. It knows nothing of files or of the journal.
//!
//! A fact is taken apart into *records*, one for each of its sources with all
//! that this source says (`record.rs`), and facts are made anew of the records
//! of the store and of an import together (`carrier.rs`, `settle.rs`,
//! `assembled_fact.rs`). Both ways lose nothing: what a source gives otherwise than its fact stands in its `says`,
//! and `null` stands there for what the fact has and this source does not say.
//!
//! **Which records can be one act.** Those of which subject, action and object
//! are the same once names are resolved; where a source knows the action by an
//! umbrella alone, any action that this covers. Of these (`grouping.rs`):
//!
//! - An action that is declared to be done once is one act, whatever the dates,
//!   unless one publisher gives days that exclude each other: these are several
//!   acts. A record of another publisher is of the one that it fits, else of the
//!   nearest; one without a date is of the one act, and of none of several.
//! - Of any other action, records are of one act only if that is certain as
//!   far as dates tell. Dates that could be the same day hang together, and so
//!   do those that hang together with a third. If all that hang together could
//!   be *one* day, and no publisher gives two different dates among them, they
//!   are one act. If not (`2004`, `2004-05-12` and `2004-06-01`), it cannot be
//!   told which of them `2004` is about: then only records with exactly the
//!   same bounds are joined, and the others stay acts of their own. A record
//!   that comes later may so take apart what an earlier import had joined:
//!   what was certain then no longer is.
//! - Two records of one publisher with different bounds are never joined: who
//!   lists a year and a day may mean two acts. Two with the same bounds are.
//! - A stretch (`2014/..`) could be the same as another if both their starts
//!   and their ends could be the same days, and the same as a day if it could
//!   have begun and ended on it. `2014/..` is so never joined with `2020`.
//! - A record that knows the action by an umbrella alone (`act_groups.rs`) is of the
//!   act of another publisher that can be of its day, if that is a single one; if
//!   there is none, of the only act that there is of other publishers, if that
//!   is of an action done once. Else it is an act by itself. It can be of the day of an
//!   act if its date and all dates of the act could be one day; where these exclude each
//!   other, that of the most precise counts. Only those who know the action are asked,
//!   whatever the umbrellas are called.
//! - A record without a date or a publisher joins nothing: nothing tells that
//!   it is not about another act, or that somebody else says so.
//!
//! **What somebody has decided stays.** A fact of which the sources would not
//! make the fact that it is (with a date that most of them do not give; with
//! sources that are not certainly of one act) is somebody's reading of them.
//! It is not taken apart, and keeps the values that are its own.
//!
//! **What is said twice is one record**: the same source, key by key, that says
//! the same. A record that comes with an id is known again by it: the id is kept as the
//! `record` of its source, unless that has one, whatever fact it becomes part of. A record
//! with the id of a fact is that fact. Where a known record says
//! something new, it completes what the same source said before, or takes the place
//! of that if it is told to. Of an action that neither is nor covers that of the fact,
//! it is another act, and takes the place of the whole fact.

mod act_groups;
mod assembled_fact;
mod carrier;
mod chosen_values;
mod gather;
mod grouping;
mod record;
mod settle;
mod since;
#[cfg(test)]
mod tests;

pub(super) use gather::{Acts, Gathered, Work};
pub(super) use record::with_record_of_source;
pub(super) use settle::{ActEvidence, SettledFact, settle};
pub(super) use since::records_since;

use crate::model::vocabulary::Role;
use crate::model::{Entities, FieldKind, Resolution, Schema, canonical, caseless};

/// What has to be known of a world to tell acts apart.
#[derive(Clone, Copy)]
pub(super) struct Terms<'a> {
    pub(super) schema: &'a Schema,
    pub(super) entities: &'a Entities,
}

impl Terms<'_> {
    /// The id of the entity that is meant at an end; the name without case if none is.
    pub(super) fn resolve(self, end: Role, written: &str) -> String {
        let open = self.schema.field(end.field()).is_none_or(|field| field.open);
        match self.entities.referred(written, open) {
            Resolution::One(number) => canonical(&self.entities.get(number).id).into_owned(),
            _ => caseless(written).into_owned(),
        }
    }

    /// Of several spellings of one name, the one that a fact keeps: the id of
    /// the entity, else its name, else the least.
    fn spelling<'n>(self, written: impl Iterator<Item = &'n str>) -> Option<&'n str> {
        written.min_by_key(|written| {
            let rank = match self.entities.resolve(written) {
                Resolution::One(number) if self.entities.get(number).id == **written => 0,
                Resolution::One(number) if self.entities.get(number).name == **written => 1,
                _ => 2,
            };
            (rank, *written)
        })
    }

    fn is_date(self, field: &str) -> bool {
        field == "date" || self.schema.field(field).is_some_and(|field| field.kind == FieldKind::Date)
    }

    /// Whether an action is an umbrella that covers another.
    fn covers(self, umbrella: &str, action: &str) -> bool {
        umbrella != action && self.schema.possible_actions(umbrella).contains(&action)
    }

    fn is_once(self, action: &str) -> bool {
        self.schema.action(action).is_some_and(|action| action.once)
    }
}
