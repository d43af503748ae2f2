//! What bare names mean where the rows are facts: an entity, a group and what
//! belongs to it, or names that only facts use.

use super::check::Checker;
use super::{Filter, Meaning, NameOrText, Part, RecordTest, meanings};
use crate::model::vocabulary::Role;
use crate::model::{EntityNumber, FieldKind};
use crate::syntax::Span;

impl Checker<'_> {
    /// Whether only facts use all of some names: then all are meant that are found.
    pub(super) fn are_undeclared(&self, numbers: &[EntityNumber]) -> bool {
        !numbers.iter().any(|number| self.context.entities.is_declared(*number))
    }

    /// The facts that refer to an entity; for a group, also those whose subject
    /// belongs to it.
    pub(super) fn entity_in_fact(&mut self, written: &str, span: Span, number: EntityNumber) -> Filter {
        let context = self.context;
        if !context.entities.is_declared(number) {
            return self.names_in_fact(written, span, vec![number]);
        }
        let entity = context.entities.get(number);
        let refers = self.refers_anywhere(vec![number]);
        let is_group = context.schema.vocabulary().groups.values().any(|group| group.kinds.contains(&entity.kind));
        if !is_group {
            self.report.read(span, meanings::entity(written, context.entities, number));
            return refers;
        }
        let group = (&**context.entities.get(number)).into();
        let end = context.schema.end_name(Role::Subject).to_owned();
        self.report.read(span, Meaning::GroupOrMember { word: written.to_owned(), group, end });
        let member =
            Filter::Test(RecordTest::Member { field: "subject".into(), groups: vec![number], at: self.scope.groups });
        Filter::Or(vec![Part { filter: refers, span }, Part { filter: member, span }])
    }

    /// The facts that refer to names that only facts use, which a text may have too.
    pub(super) fn names_in_fact(&mut self, written: &str, span: Span, numbers: Vec<EntityNumber>) -> Filter {
        self.report.read(span, meanings::names(written, self.context.entities, &numbers));
        let refers = self.refers_anywhere(numbers);
        // As the quotes search that the answer proposes.
        let phrase = self.analyzer.terms(written, true);
        if !phrase.is_empty() {
            let fields = self.context.schema.fields().filter(|field| field.kind == FieldKind::Text);
            let fields = fields.map(|field| field.name.clone()).collect();
            let text = Filter::Test(RecordTest::Text { fields, phrase });
            self.report.names.push(NameOrText { span, name: refers.clone(), text });
        }
        refers
    }

    /// The condition that some field refers to one of some entities.
    fn refers_anywhere(&self, entities: Vec<EntityNumber>) -> Filter {
        let fields = self.context.schema.fields().filter(|field| field.kind == FieldKind::Reference);
        let fields = fields.map(|field| field.name.clone()).collect();
        Filter::Test(RecordTest::Refers { fields, entities, written: Vec::new() })
    }
}
