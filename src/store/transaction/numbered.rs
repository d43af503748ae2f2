//! Records with a number in their ids: they wait until all records of the import are
//! there, and are then staged as any others.

use super::{StagingError, Transaction};
use crate::error::Error;
use crate::exchange::NumberedFact;
use crate::model::{Fact, canonical};
use crate::store::corroborate::Terms;
use crate::store::numbering::{FactWithNumber, WaitingRecord, known_numbers, with_numbers};

impl Transaction<'_> {
    /// Keeps a record, if the world accepts it, for [`Transaction::give_numbers`];
    /// `shown` is its place among the facts that a report shows.
    pub(in crate::store) fn await_number(
        &mut self,
        mut numbered: NumberedFact,
        shown: Option<usize>,
    ) -> Result<(), StagingError> {
        if !numbered.is_record {
            numbered.id = canonical_stem(&numbered.id);
            numbered.fact.id = Some(numbered.id_with(1));
        }
        self.accept(&mut numbered.fact)?;
        numbered.fact.id = None;
        self.waiting.push(WaitingRecord { numbered, record: self.record, shown });
        Ok(())
    }

    /// Gives the records that wait their numbers.
    pub(in crate::store) fn give_numbers(&mut self) -> Result<Vec<FactWithNumber>, Error> {
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.is_empty() {
            return Ok(Vec::new());
        }
        let (schema, entities) = (self.schema.clone(), self.entities.clone());
        let terms = Terms { schema: &schema, entities: &entities };
        let known = self.read_index(|index, _| known_numbers(&waiting, &index.snapshot(), terms))?;
        Ok(with_numbers(waiting, known, terms, |id| self.said.facts.contains_key(id)))
    }

    /// Stages a fact that has its number now; it was accepted when it came.
    pub(in crate::store) fn take_in_numbered(&mut self, fact: Fact, gathers: bool) -> Result<(), StagingError> {
        if gathers { self.gather_accepted(&fact) } else { self.take_in_accepted(fact).map(drop) }
    }
}

/// The parts of an id around its number, as they are in the canonical spelling of the id.
fn canonical_stem([before, behind]: &[String; 2]) -> [String; 2] {
    let (before, behind) = (format!("{before}1"), format!("1{behind}"));
    let (before, behind) = (canonical(&before), canonical(&behind));
    [before.strip_suffix('1').unwrap_or(&before).to_owned(), behind.strip_prefix('1').unwrap_or(&behind).to_owned()]
}
