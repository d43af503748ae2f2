//! A state of the store with some of its columns, or its entities, replaced. It
//! passes on whatever else is asked, and knows neither queries nor why.

use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::index::{Document, FieldView, IndexError, Version, View};
use crate::model::{Entities, Fact, Schema};

/// A view over another.
pub(super) struct Over<F> {
    view: Arc<dyn View>,
    entities: Arc<Entities>,
    /// The column of a field of the view below, where it is another there; that may be none.
    field: F,
}

impl<F> Over<F>
where
    F: Fn(&dyn View, &str) -> Option<Option<Arc<dyn FieldView>>> + Send + Sync,
{
    /// The same view with other entities and some other columns.
    pub fn new(view: Arc<dyn View>, entities: Arc<Entities>, field: F) -> Self {
        Self { view, entities, field }
    }
}

impl<F> View for Over<F>
where
    F: Fn(&dyn View, &str) -> Option<Option<Arc<dyn FieldView>>> + Send + Sync,
{
    fn field(&self, name: &str) -> Option<Arc<dyn FieldView>> {
        (self.field)(&*self.view, name).unwrap_or_else(|| self.view.field(name))
    }

    fn schema(&self) -> &Arc<Schema> {
        self.view.schema()
    }

    fn entities(&self) -> &Arc<Entities> {
        &self.entities
    }

    fn live(&self) -> &RoaringBitmap {
        self.view.live()
    }

    fn all(&self) -> RoaringBitmap {
        self.view.all()
    }

    fn text(&self, field: &str, stems: &[String], phrase: bool) -> Result<RoaringBitmap, IndexError> {
        self.view.text(field, stems, phrase)
    }

    fn text_present(&self, field: &str) -> Result<RoaringBitmap, IndexError> {
        self.view.text_present(field)
    }

    fn texts(&self, field: &str, test: &mut dyn FnMut(&str) -> bool) -> Result<RoaringBitmap, IndexError> {
        self.view.texts(field, test)
    }

    fn each_text(
        &self,
        field: &str,
        documents: &RoaringBitmap,
        number: &mut dyn FnMut(&str) -> u32,
        visit: &mut dyn FnMut(&[u32]),
    ) -> Result<(), IndexError> {
        self.view.each_text(field, documents, number, visit)
    }

    fn relevance(&self, stems: &[String], documents: &RoaringBitmap) -> Result<Vec<(Document, f64)>, IndexError> {
        self.view.relevance(stems, documents)
    }

    fn fact(&self, document: Document) -> Result<Arc<Fact>, IndexError> {
        self.view.fact(document)
    }

    fn id(&self, document: Document) -> Result<Arc<str>, IndexError> {
        self.view.id(document)
    }

    fn ids(&self, folded: &[String]) -> Result<RoaringBitmap, IndexError> {
        self.view.ids(folded)
    }

    fn each_id(&self, documents: &RoaringBitmap, visit: &mut dyn FnMut(Document, &str)) -> Result<(), IndexError> {
        self.view.each_id(documents, visit)
    }

    fn versions(&self, id: &str) -> Result<Vec<Version>, IndexError> {
        self.view.versions(id)
    }
}
