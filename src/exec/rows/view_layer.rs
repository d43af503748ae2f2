//! A state of the store with some of its columns, or what follows for its
//! entities, replaced. It passes on whatever else is asked, and knows neither
//! queries nor why.

use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::index::{Document, FactVersion, FieldView, IndexError, View};
use crate::model::{Cell, Entities, EntityNumber, Fact, Schema, TextTerm};

/// What is perhaps another over a view than in it.
pub(crate) trait ViewLayer: Send + Sync {
    /// The column of a field, if any fact has a value for it.
    fn field(&self, view: &dyn View, name: &str) -> Option<Arc<dyn FieldView>> {
        view.field(name)
    }

    /// The date that follows for a field of an entity from the facts about it.
    fn computed_date(&self, view: &dyn View, entity: EntityNumber, field: &str) -> Result<Option<Cell>, IndexError> {
        view.computed_date(entity, field)
    }
}

/// A view over another.
pub(crate) struct LayeredView<L> {
    view: Arc<dyn View>,
    layer: L,
}

impl<L: ViewLayer> LayeredView<L> {
    /// The same view with what a layer has.
    pub fn new(view: Arc<dyn View>, layer: L) -> Self {
        Self { view, layer }
    }
}

impl<L: ViewLayer> View for LayeredView<L> {
    fn field(&self, name: &str) -> Option<Arc<dyn FieldView>> {
        self.layer.field(&*self.view, name)
    }

    fn computed_date(&self, entity: EntityNumber, field: &str) -> Result<Option<Cell>, IndexError> {
        self.layer.computed_date(&*self.view, entity, field)
    }

    fn schema(&self) -> &Arc<Schema> {
        self.view.schema()
    }

    fn entities(&self) -> &Arc<Entities> {
        self.view.entities()
    }

    fn live(&self) -> &RoaringBitmap {
        self.view.live()
    }

    fn all(&self) -> RoaringBitmap {
        self.view.all()
    }

    fn text(&self, field: &str, phrase: &[TextTerm]) -> Result<RoaringBitmap, IndexError> {
        self.view.text(field, phrase)
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

    fn relevance(&self, terms: &[TextTerm], documents: &RoaringBitmap) -> Result<Vec<(Document, f64)>, IndexError> {
        self.view.relevance(terms, documents)
    }

    fn fact(&self, document: Document) -> Result<Arc<Fact>, IndexError> {
        self.view.fact(document)
    }

    fn id(&self, document: Document) -> Result<Arc<str>, IndexError> {
        self.view.id(document)
    }

    fn ids(&self, written: &[String]) -> Result<RoaringBitmap, IndexError> {
        self.view.ids(written)
    }

    fn each_id(&self, documents: &RoaringBitmap, visit: &mut dyn FnMut(Document, &str)) -> Result<(), IndexError> {
        self.view.each_id(documents, visit)
    }

    fn versions(&self, id: &str) -> Result<Vec<FactVersion>, IndexError> {
        self.view.versions(id)
    }
}
