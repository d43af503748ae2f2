//! The interface through which queries read the index. A view is one state of the
//! store and never changes. It deals with documents (numbered versions of facts),
//! ordinals (numbered distinct values of a field), and bitmaps of both.

use std::sync::Arc;

use roaring::RoaringBitmap;

use super::IndexError;
use crate::model::{Cell, Entities, EntityNumber, Fact, Schema, TextTerm};

/// The number of a version of a fact. Numbers are dense and in the order of the
/// journal.
pub type Document = u32;

/// One state of the store.
pub trait View: Send + Sync {
    /// The vocabulary in force.
    fn schema(&self) -> &Arc<Schema>;

    /// All entities that are defined.
    fn entities(&self) -> &Arc<Entities>;

    /// The versions in force: neither superseded nor retracted.
    fn live(&self) -> &RoaringBitmap;

    /// All versions, whether or not they are in force.
    fn all(&self) -> RoaringBitmap;

    /// A field of the schema, if any fact has a value for it. The id and text
    /// fields have methods of their own.
    fn field(&self, name: &str) -> Option<Arc<dyn FieldView>>;

    /// The documents, whether or not in force, of which a text of the field has all
    /// words, adjacent and in order.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn text(&self, field: &str, phrase: &[TextTerm]) -> Result<RoaringBitmap, IndexError>;

    /// The documents, whether or not in force, that have a text in a text field.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn text_present(&self, field: &str) -> Result<RoaringBitmap, IndexError>;

    /// The documents, whether or not in force, with a text in a text field that
    /// passes a test. The test runs once for each distinct text of a segment, not
    /// for each document.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn texts(&self, field: &str, test: &mut dyn FnMut(&str) -> bool) -> Result<RoaringBitmap, IndexError>;

    /// Visits documents in order, each with the numbers that `number` gives to its
    /// distinct texts in a text field, in the order of the record. `number` is
    /// called once for each distinct text of a segment.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn each_text(
        &self,
        field: &str,
        documents: &RoaringBitmap,
        number: &mut dyn FnMut(&str) -> u32,
        visit: &mut dyn FnMut(&[u32]),
    ) -> Result<(), IndexError>;

    /// How well the texts of documents match words, by BM25 with `k1` = 1.2 and
    /// `b` = 0.75, in the order of the documents.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn relevance(&self, terms: &[TextTerm], documents: &RoaringBitmap) -> Result<Vec<(Document, f64)>, IndexError>;

    /// The fact of a document, including its id.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn fact(&self, document: Document) -> Result<Arc<Fact>, IndexError>;

    /// The id of a document's fact.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn id(&self, document: Document) -> Result<Arc<str>, IndexError>;

    /// The documents, whether or not in force, whose id one of the texts finds.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn ids(&self, written: &[String]) -> Result<RoaringBitmap, IndexError>;

    /// Visits documents in order, each with the id of its fact. For many documents
    /// this is much faster than asking for each id.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn each_id(&self, documents: &RoaringBitmap, visit: &mut dyn FnMut(Document, &str)) -> Result<(), IndexError>;

    /// All versions of the fact with an id, the oldest first, whether or not in
    /// force.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn versions(&self, id: &str) -> Result<Vec<FactVersion>, IndexError>;

    /// The date of an entity that a rule computes from the facts about it. An index
    /// stores only what is stated and computes nothing.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn computed_date(&self, _entity: EntityNumber, _field: &str) -> Result<Option<Cell>, IndexError> {
        Ok(None)
    }
}

/// The values of one field: a dictionary of distinct values, and the documents
/// that have each.
///
/// The dictionary has texts as they are written, so two spellings are two values;
/// names that differ in case alone are shown as one of them.
pub trait FieldView: Send + Sync {
    /// The number of distinct values. All ordinals are less.
    fn len(&self) -> u32;

    /// The value with an ordinal: a text, a date, an integer or a number.
    fn value(&self, ordinal: u32) -> Cell;

    /// The same as facts write it: names in their own letter case.
    fn written(&self, ordinal: u32) -> Cell {
        self.value(ordinal)
    }

    /// The ordinals of all texts that a text finds: those with the same folded form.
    fn find(&self, written: &str) -> Vec<u32>;

    /// The ordinals of all texts whose folded form begins with a text, if the values
    /// are sorted, as those of a reference field are; else a look at each must tell.
    fn beginning(&self, _folded: &str) -> Option<Vec<u32>> {
        None
    }

    /// For a reference field: the entity that a value refers to.
    fn entity(&self, ordinal: u32) -> Option<EntityNumber>;

    /// For a reference field: the values that refer to an entity.
    fn referring(&self, entity: EntityNumber) -> Vec<u32>;

    /// The documents, whether or not in force, that have one of the values.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn postings(&self, ordinals: &RoaringBitmap) -> Result<RoaringBitmap, IndexError>;

    /// The documents, whether or not in force, that have any value.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn present(&self) -> Result<RoaringBitmap, IndexError>;

    /// Visits documents in order, each with the ordinals of its values in the order
    /// of the record. A document without a value is visited with no ordinals.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn each(&self, documents: &RoaringBitmap, visit: &mut dyn FnMut(Document, &[u32])) -> Result<(), IndexError>;
}

/// A version of a fact, with the commits that asserted and ended it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactVersion {
    /// The number of the version.
    pub document: Document,
    /// The commit that asserted it.
    pub asserted: Arc<CommitInfo>,
    /// The commit that ended it and how, if it is no longer in force.
    pub ended: Option<(Arc<CommitInfo>, Ending)>,
}

/// How a version of a fact ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// A newer version replaced it.
    Superseded,
    /// The fact was retracted for the given reason.
    Retracted(String),
    /// The transaction that asserted it was undone: nobody has decided against it.
    Undone(u64),
}

/// When and by whom a transaction was committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitInfo {
    /// The number of the transaction, from 1.
    pub transaction: u64,
    /// The time of the commit, in milliseconds since 1970-01-01 UTC.
    pub time: i64,
    /// The name of the author.
    pub author: String,
}
