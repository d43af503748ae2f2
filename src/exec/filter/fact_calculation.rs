//! Calculations over facts, column by column, and tests of what comes out.

use std::sync::Arc;

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use crate::exec::ExecError;
use crate::exec::filter::context::EvaluationContext;
use crate::exec::filter::fact_values::Reader;
use crate::exec::filter::facts::Evaluator;
use crate::exec::filter::other_facts::OtherFactsJoin;
use crate::exec::filter::sets::Sets;
use crate::exec::rows::arithmetic::{Leaf, calculate, leaves, passes};
use crate::exec::rows::pool::{CellPool, MISSING};
use crate::index::Document;
use crate::model::{Cell, Truth};
use crate::plan::{Calculation, FactDomain, OtherDate, OtherFacts, RecordCalculation, Scale};

/// A calculation over facts.
pub(crate) struct FactCalculation {
    context: EvaluationContext,
    calculation: Arc<Calculation<FactDomain>>,
    leaves: Vec<LeafReader>,
}

/// What a calculation needs of facts.
enum LeafReader {
    Value(Box<Reader>),
    Other(Box<OtherDates>),
}

/// Dates of other facts.
struct OtherDates {
    other: OtherFacts,
    date: Arc<str>,
    pool: CellPool,
    /// The codes of all documents that will be read, once they are found.
    known: Option<FxHashMap<Document, u32>>,
}

impl OtherDates {
    fn read(&mut self, evaluator: &Evaluator<'_>, documents: &RoaringBitmap) -> Result<Vec<u32>, ExecError> {
        if let Some(known) = &self.known {
            return Ok(documents.iter().map(|document| known.get(&document).copied().unwrap_or(MISSING)).collect());
        }
        let dates = OtherFactsJoin::of_facts(evaluator, &self.other, documents)?.earliest(&self.date)?;
        Ok(dates.into_iter().map(|date| self.pool.code(date.map_or(Cell::Missing, Cell::Date))).collect())
    }
}

impl FactCalculation {
    pub fn new(context: &EvaluationContext, calculation: &Arc<Calculation<FactDomain>>) -> Self {
        let reader = |leaf: Leaf<'_, FactDomain>| match leaf {
            Leaf::Value(value) => LeafReader::Value(Box::new(Reader::new(context, value))),
            Leaf::Other(OtherDate { date, other }) => {
                let (other, date) = (other.clone(), date.clone());
                LeafReader::Other(Box::new(OtherDates { other, date, pool: CellPool::default(), known: None }))
            }
        };
        let leaves = leaves(calculation).into_iter().map(reader).collect();
        Self { context: context.clone(), calculation: calculation.clone(), leaves }
    }

    /// Looks for the other facts of all documents that will be read at once.
    pub fn prepare(&mut self, documents: &RoaringBitmap) -> Result<(), ExecError> {
        for leaf in &mut self.leaves {
            match leaf {
                LeafReader::Value(value) => value.prepare(documents)?,
                LeafReader::Other(other) => {
                    let codes = other.read(&Evaluator::new(&self.context), documents)?;
                    let found = documents.iter().zip(codes).filter(|(_, code)| *code != MISSING);
                    other.known = Some(found.collect());
                }
            }
        }
        Ok(())
    }

    /// For each document, in their order, the code of what comes out.
    pub fn read(&mut self, documents: &RoaringBitmap) -> Result<(CellPool, Vec<u32>), ExecError> {
        let mut read = Vec::with_capacity(self.leaves.len());
        for leaf in &mut self.leaves {
            read.push(match leaf {
                LeafReader::Value(value) => value.read(documents)?,
                LeafReader::Other(other) => other.read(&Evaluator::new(&self.context), documents)?,
            });
        }
        self.context.cancel.check()?;
        let pools = self.leaves.iter().map(|leaf| match leaf {
            LeafReader::Value(value) => value.pool(),
            LeafReader::Other(other) => &other.pool,
        });
        let rows = usize::try_from(documents.len()).unwrap_or(usize::MAX);
        calculate(&self.calculation, rows, &mut pools.zip(read), &self.context.cancel)
    }
}

/// Of which facts what is calculated passes a test.
pub(crate) fn test(
    evaluator: &Evaluator<'_>,
    value: &RecordCalculation,
    test: &Scale,
    within: &RoaringBitmap,
) -> Result<Sets, ExecError> {
    let RecordCalculation::OfFact(calculation) = value else {
        return Err(ExecError::Misplaced("what is calculated for entities"));
    };
    let (pool, codes) = FactCalculation::new(evaluator.context(), calculation).read(within)?;
    let mut known: FxHashMap<u32, Truth> = FxHashMap::default();
    let truth = |code| *known.entry(code).or_insert_with(|| passes(&pool.cell(code), test));
    Ok(Sets::of(within.iter().zip(codes.into_iter().map(truth))))
}
