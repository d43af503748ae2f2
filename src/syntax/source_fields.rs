//! `source {publisher:x}`: within these braces, and those of `according to`, a field
//! of sources needs no `source.` before its name. `source.date in 1982` is short for
//! `source {date in 1982}`.

use super::tree::{Account, Condition, Expression, Path, Query};
use super::walk::change::{Transform, walk_expression, walk_query};
use super::{Span, Spanned};

/// Puts `source.` before the fields of sources in such braces, and a test of a field of
/// facts that has it into braces. `is_of_sources` and `is_of_facts` are asked about names.
pub(crate) fn name_source_fields(
    query: &mut Query,
    is_of_sources: &dyn Fn(&str) -> bool,
    is_of_facts: &dyn Fn(&str) -> bool,
) {
    SourceFields { is_of_sources, is_of_facts, in_braces: false }.query(query);
}

struct SourceFields<'a> {
    is_of_sources: &'a dyn Fn(&str) -> bool,
    is_of_facts: &'a dyn Fn(&str) -> bool,
    /// Whether the walk is within such braces.
    in_braces: bool,
}

impl SourceFields<'_> {
    fn within(&mut self, filter: &mut Expression) {
        let outer = std::mem::replace(&mut self.in_braces, true);
        self.expression(filter);
        self.in_braces = outer;
    }

    /// Whether the path is of a field of facts as a source gives it; then it is left
    /// without `source.`.
    fn name(&self, path: &mut Path) -> bool {
        match path.names.as_slice() {
            [first, ..] if self.in_braces && (self.is_of_sources)(&first.value) => {
                let start = Span::new(path.span.start, path.span.start);
                path.names.insert(0, Spanned::new("source".to_owned(), start));
                false
            }
            [source, field, ..]
                if source.value.eq_ignore_ascii_case("source")
                    && !(self.is_of_sources)(&field.value)
                    && (self.is_of_facts)(&field.value) =>
            {
                path.names.remove(0);
                true
            }
            _ => false,
        }
    }

    fn account(&mut self, account: &mut Account) {
        if let Account::Sources(filter) = account {
            self.within(filter);
        }
    }
}

impl Transform for SourceFields<'_> {
    fn query(&mut self, query: &mut Query) {
        let outer = std::mem::replace(&mut self.in_braces, false);
        if let Some(account) = &mut query.account {
            self.account(&mut account.value);
            let account = query.account.take();
            walk_query(self, query);
            query.account = account;
        } else {
            walk_query(self, query);
        }
        self.in_braces = outer;
    }

    fn expression(&mut self, expression: &mut Expression) {
        match &mut expression.value {
            Condition::Source(inner) => self.within(inner),
            Condition::According(inner, account) => {
                self.expression(inner);
                self.account(&mut account.value);
            }
            Condition::Test(_) | Condition::Date(_) => {
                let given = match &mut expression.value {
                    Condition::Test(test) => self.name(&mut test.path),
                    Condition::Date(test) => test.path.as_mut().is_some_and(|path| self.name(path)),
                    _ => false,
                };
                walk_expression(self, expression);
                if given && !self.in_braces {
                    let inner = Box::new(expression.clone());
                    expression.value = Condition::Source(inner);
                }
            }
            _ => walk_expression(self, expression),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{parse_query, print_query};

    #[test]
    fn fields_of_sources_are_named_within_their_braces_alone() {
        let named = |text: &str| {
            let mut query = parse_query(text).tree.unwrap();
            name_source_fields(&mut query, &|name| ["publisher", "published"].contains(&name), &|name| name == "date");
            print_query(&query)
        };
        assert_eq!(named("publisher:x published in 1982"), "publisher:x published in 1982");
        assert_eq!(
            named("publisher:x source {publisher:x -(published in 1982) date in 1982} publisher:y"),
            "publisher:x source {source.publisher:x -source.published in 1982 date in 1982} publisher:y"
        );
        assert_eq!(
            named("(publisher:x according to {published until 2000}) according to {publisher:x}"),
            "(publisher:x according to {source.published until 2000}) according to {source.publisher:x}"
        );
        assert_eq!(named("source {state:(publisher:x)}"), "source {state:(publisher:x)}");
        assert_eq!(named("source.publisher:x -source.date.year:1982"), "source.publisher:x -source {date.year:1982}");
        assert_eq!(named("source {source.date in 1982}"), "source {date in 1982}");
        assert_eq!(named("source.color:x"), "source.color:x");
    }
}
