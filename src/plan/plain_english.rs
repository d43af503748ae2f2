//! Plain English among the conditions that asks for a status, or for the
//! members of something.

use super::check::Checker;
use super::report::Checked;
use super::words::ConjunctionItem;
use super::{Filter, Part, Suggestion};
use crate::model::vocabulary::Role;
use crate::syntax::Span;

impl Checker<'_> {
    /// Reads words as text, without further warnings.
    pub(super) fn plain_words(&mut self, words: Vec<(&str, Span)>) -> Checked<Filter> {
        let mut parts = Vec::with_capacity(words.len());
        for (word, span) in words {
            parts.push(Part { filter: self.text(word, span, false)?, span });
            self.report.read_unknown_word();
        }
        Ok(Filter::all(parts))
    }

    /// What a status or `members` before a name means in plain English, and how
    /// many conditions it takes.
    pub(super) fn asked_in_words(&self, word: &str, items: &[ConjunctionItem<'_>]) -> Option<(usize, Suggestion)> {
        let is_member = ["member", "members"].iter().any(|member| member.eq_ignore_ascii_case(word));
        let status = self.status_of_form(word).or_else(|| self.some_status().filter(|_| is_member))?;
        let (more, name) = self.name_after(items);
        let name = name?;
        let number = self.entity_called(&name)?;
        let kind = &self.context.entities.get(number).kind;
        let rows = self.scope.noun.is_some();
        let test = |role, test: String| match self.noun_at(role).filter(|_| !rows) {
            Some((plural, _)) => format!("{plural} {test}"),
            None => test,
        };
        let is_group = self.context.schema.vocabulary().groups.values().any(|group| group.kinds.contains(kind));
        let query = if is_group {
            test(Role::Subject, format!("in:{name}"))
        } else {
            test(self.possible_ends(number).tested(), format!("{status}:{name}"))
        };
        Some((1 + more, Suggestion::Write(query)))
    }
}
