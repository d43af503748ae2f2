//! What the conditions of one conjunction say together: acts that no fact can
//! be at once, and names that must all be those of one row.

use super::check::Checker;
use super::report::Checked;
use super::{Filter, Match, Part};
use crate::model::fold;
use crate::syntax::Span;

impl Checker<'_> {
    /// Tells that two bare names of one kind must both stand in a fact.
    pub(super) fn two_of_a_kind(&mut self, parts: &[Part]) {
        let context = self.context;
        let row = self.scope.noun.is_some();
        let bare = parts.iter().filter_map(|part| match &part.filter {
            Filter::Refers { fields, entities, .. } if fields.len() > 1 || (row && entities.len() == 1) => {
                entities.first().map(|number| (context.entities.get(*number), part.span))
            }
            _ => None,
        });
        let bare: Vec<_> = bare.collect();
        for pair in bare.windows(2) {
            let [(first, start), (second, end)] = pair else { continue };
            let noun = context.schema.nouns().map(|(_, noun)| noun).find(|noun| noun.kinds.contains(&first.kind));
            if let Some(noun) = noun.filter(|_| first.kind == second.kind && first.id != second.id) {
                if row {
                    let message = format!("no row is both {} and {}", first.name, second.name);
                    let help = format!("either of them: `{}:{},{}`", noun.singular, first.id, second.id);
                    self.report.hint(start.to(*end), message, Some(help));
                    continue;
                }
                let message = format!("one fact must refer both to {} and to {}", first.name, second.name);
                let help = format!("to either of them: `{}:{},{}`", noun.singular, first.id, second.id);
                self.report.hint(start.to(*end), message, Some(help));
            }
        }
    }

    /// The word that stands for some actions together.
    fn act_word(&self, actions: &[&String]) -> String {
        let schema = self.context.schema;
        let umbrellas = schema.vocabulary().umbrellas.iter();
        let covers = |covers: &[String]| {
            covers.len() == actions.len() && covers.iter().all(|name| actions.iter().any(|one| **one == fold(name)))
        };
        match actions {
            [one] => (*one).clone(),
            _ => umbrellas
                .filter(|(_, umbrella)| covers(&umbrella.covers))
                .map(|(name, _)| name.clone())
                .next()
                .unwrap_or_else(|| {
                    format!("action:{}", actions.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(","))
                }),
        }
    }

    /// Tells of an act that is excluded beside another, which no fact can be
    /// anyway: who wrote it meant that there is no such fact beside this one.
    pub(super) fn idle_negations(&mut self, parts: &[Part]) {
        let Some((positive, at)) = parts.iter().find_map(|part| acts(&part.filter).map(|names| (names, part.span)))
        else {
            return;
        };
        for part in parts {
            let Filter::Not(inner) = &part.filter else { continue };
            let Some(negative) = acts(inner).filter(|names| !names.iter().any(|name| positive.contains(name))) else {
                continue;
            };
            let (one, other) = (self.act_word(&positive), self.act_word(&negative));
            let more = if matches!(**inner, Filter::And(_)) { " …" } else { "" };
            let message = format!("a fact that is `{one}` is never `{other}` as well, so this excludes nothing");
            let help = format!("where there is no such fact beside it: `{one} without {{{other}{more}}}`");
            self.report.hint(at.to(part.span), message, Some(help));
        }
    }

    /// Refuses conditions of one conjunction that no action meets together.
    pub(super) fn exclusive_actions(&mut self, parts: &[Part]) -> Checked<()> {
        let mut common: Option<(Vec<&String>, Span)> = None;
        for part in parts {
            let Filter::Keyword { field, test: Match::Any(names) } = &part.filter else { continue };
            if field.as_ref() != "action" {
                continue;
            }
            let Some((before, first)) = common else {
                common = Some((names.iter().collect(), part.span));
                continue;
            };
            let both: Vec<&String> = before.iter().copied().filter(|name| names.contains(name)).collect();
            if both.is_empty() && !before.is_empty() && !names.is_empty() {
                let (one, other) = (self.act_word(&before), self.act_word(&names.iter().collect::<Vec<_>>()));
                let either: Vec<&str> = before.into_iter().chain(names).map(String::as_str).collect();
                let either = either.join(",");
                let message = "one fact is one act, so these together match nothing";
                let help = format!("either of them: `action:{either}`; both, one fact each: `{one} with {{{other}}}`");
                return Err(self.report.error(first.to(part.span), message, Some(help)));
            }
            common = Some((both, first));
        }
        Ok(())
    }
}

/// The actions of which one must be that of a fact.
fn acts(filter: &Filter) -> Option<Vec<&String>> {
    match filter {
        Filter::Keyword { field, test: Match::Any(names) } if field.as_ref() == "action" => {
            Some(names.iter().collect())
        }
        Filter::And(parts) => parts.iter().find_map(|part| acts(&part.filter)),
        _ => None,
    }
}
