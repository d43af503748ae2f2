//! Words of plain English among the conditions: small ones that are somebody's
//! code, and those in which a status or the members of something are asked for.

use super::check::Checker;
use super::report::Checked;
use super::words::Item;
use super::{Filter, Part};
use crate::model::EntityNumber;
use crate::model::vocabulary::Role;
use crate::syntax::Span;

impl Checker<'_> {
    /// Tells that a small word of plain English was read as a code of somebody.
    pub(super) fn hint_of_small_code(&mut self, word: &str, span: Span, number: EntityNumber, items: &[Item<'_>]) {
        const CODES: [&str; 18] = [
            "no", "is", "it", "are", "can", "per", "to", "at", "me", "be", "ad", "in", "so", "as", "by", "do", "my",
            "us",
        ];
        if !CODES.contains(&word) || self.again {
            return;
        }
        let entity = self.context.entities.get(number);
        let next = items.get(1).and_then(Item::word).unwrap_or("…");
        let help = match word {
            "no" => "what must not hold has a `-` before it".to_owned(),
            "per" => format!("as a stage: `| count by {next}`"),
            _ => "small words say nothing here: leave them out".to_owned(),
        };
        let whole = format!("{help}; for {} write `{}`", entity.name, entity.id);
        self.report.hint(span, format!("`{word}` was read as {}", entity.name), Some(whole));
    }

    /// Words that are text, of which all is told that is to be told.
    pub(super) fn plain_words(&mut self, words: Vec<(&str, Span)>) -> Checked<Filter> {
        let mut parts = Vec::with_capacity(words.len());
        for (word, span) in words {
            parts.push(Part { filter: self.text(word, span, false)?, span });
            self.report.read_unknown_word();
        }
        Ok(if parts.len() == 1 { parts.remove(0).filter } else { Filter::And(parts) })
    }

    /// What was meant by a status, or by the members of something, in words of
    /// plain English before a name: and how many conditions that takes.
    pub(super) fn asked_in_words(&self, word: &str, items: &[Item<'_>]) -> Option<(usize, String)> {
        let is_member = ["member", "members"].iter().any(|member| member.eq_ignore_ascii_case(word));
        let status = self.status_of_form(word).or_else(|| self.some_status().filter(|_| is_member))?;
        let (more, name) = self.name_behind(items);
        let name = name?;
        let number = self.entity_called(&name)?;
        let kind = &self.context.entities.get(number).kind;
        let rows = self.scope.noun.is_some();
        let test = |role, test: String| match self.noun_at(role).filter(|_| !rows) {
            Some((plural, _)) => format!("`{plural} {test}`"),
            None => format!("`{test}`"),
        };
        let is_group = self.context.schema.vocabulary().groups.values().any(|group| group.kinds.contains(kind));
        Some((
            1 + more,
            if is_group {
                test(Role::Subject, format!("in:{name}"))
            } else {
                test(self.ends(number).tested(), format!("{status}:{name}"))
            },
        ))
    }
}
