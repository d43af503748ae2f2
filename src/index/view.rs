//! What execution sees of the index: one state of the store, which never
//! changes while it is looked at. It speaks of documents (numbered versions of
//! facts), ordinals (numbered distinct values of a field) and bitmaps of both.

use std::sync::Arc;

use roaring::RoaringBitmap;

use super::IndexError;
use crate::model::{Cell, Entities, EntityNumber, Fact, Schema};

/// The number of a version of a fact, dense and in the journal's order.
pub type Document = u32;

/// One state of the store.
pub trait View: Send + Sync {
    /// The vocabulary in force.
    fn schema(&self) -> &Arc<Schema>;

    /// The entities defined.
    fn entities(&self) -> &Arc<Entities>;

    /// The versions in force: neither superseded nor retracted.
    fn live(&self) -> &RoaringBitmap;

    /// All versions, in force or not.
    fn all(&self) -> RoaringBitmap;

    /// A field of the schema other than the id and texts, if any fact has a value for it.
    fn field(&self, name: &str) -> Option<Arc<dyn FieldView>>;

    /// The documents, in force or not, of which a text field holds all of some
    /// stems; adjacent and in order for a phrase.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn text(&self, field: &str, stems: &[String], phrase: bool) -> Result<RoaringBitmap, IndexError>;

    /// The documents that have a text in a text field.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn text_present(&self, field: &str) -> Result<RoaringBitmap, IndexError>;

    /// The documents, in force or not, of which a text field holds a text that
    /// passes a test. It is asked once for each distinct text of a stretch of
    /// documents, not for each document.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn texts(&self, field: &str, test: &mut dyn FnMut(&str) -> bool) -> Result<RoaringBitmap, IndexError>;

    /// Visits some documents in their order, each with its distinct texts in a
    /// text field, in the order of the record, as the numbers that `number`
    /// gives them; it is asked once for each distinct text of a stretch of documents.
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

    /// How well the texts of some documents match some stems (BM25, `k1` 1.2,
    /// `b` 0.75), in the order of the documents.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn relevance(&self, stems: &[String], documents: &RoaringBitmap) -> Result<Vec<(Document, f64)>, IndexError>;

    /// The fact of a document, with its id.
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

    /// The documents, in force or not, of which the id folds to one of some texts.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn ids(&self, folded: &[String]) -> Result<RoaringBitmap, IndexError>;

    /// Visits some documents in their order, each with the id of its fact;
    /// of many documents that is much faster than to ask for each.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn each_id(&self, documents: &RoaringBitmap, visit: &mut dyn FnMut(Document, &str)) -> Result<(), IndexError>;

    /// Every version of the fact of an id, oldest first, in force or not.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn versions(&self, id: &str) -> Result<Vec<FactVersion>, IndexError>;

    /// The date that follows for a field of an entity from the facts about it, by
    /// a rule of the entity. An index holds what is stated and follows no rules.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn computed_date(&self, _entity: EntityNumber, _field: &str) -> Result<Option<Cell>, IndexError> {
        Ok(None)
    }
}

/// The values of one field: a dictionary of the distinct ones, and who has which.
///
/// Texts are in the dictionary as written, so two spellings are two values.
pub trait FieldView: Send + Sync {
    /// How many distinct values there are; ordinals are below it.
    fn len(&self) -> u32;

    /// A distinct value: a text, a date, an integer or a number.
    fn value(&self, ordinal: u32) -> Cell;

    /// The ordinals of the texts that fold to this.
    fn find(&self, folded: &str) -> Vec<u32>;

    /// For a reference field, the entity that a value refers to.
    fn entity(&self, ordinal: u32) -> Option<EntityNumber>;

    /// For a reference field, the values that refer to an entity.
    fn referring(&self, entity: EntityNumber) -> Vec<u32>;

    /// The documents, in force or not, that have one of some values.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn postings(&self, ordinals: &RoaringBitmap) -> Result<RoaringBitmap, IndexError>;

    /// The documents, in force or not, that have a value.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn present(&self) -> Result<RoaringBitmap, IndexError>;

    /// Visits some documents in their order, each with the ordinals of its
    /// values in the order of the record; none if it has no value.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn each(&self, documents: &RoaringBitmap, visit: &mut dyn FnMut(Document, &[u32])) -> Result<(), IndexError>;
}

/// A version of a fact: when the store came to hold it, and when it ceased to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactVersion {
    /// The document.
    pub document: Document,
    /// The commit that asserted it.
    pub asserted: Arc<CommitInfo>,
    /// The commit that ended it, and how.
    pub ended: Option<(Arc<CommitInfo>, Ending)>,
}

/// How a version of a fact ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// By another version.
    Superseded,
    /// By a retraction, for a reason.
    Retracted(String),
}

/// Who committed what when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitInfo {
    /// The number of the transaction, from 1.
    pub transaction: u64,
    /// Milliseconds since 1970-01-01 UTC.
    pub time: i64,
    /// Who.
    pub author: String,
}
