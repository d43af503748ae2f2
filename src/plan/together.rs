//! What the conditions of one conjunction say together: acts that no fact can
//! be at once, and names that must all be those of one row.

use super::check::Checker;
use super::report::Checked;
use super::values::rejoined;
use super::{Filter, Match, Part, RecordTest};
use crate::model::vocabulary::Role;
use crate::model::{EntityNumber, fold};
use crate::syntax::tree::{Condition, Expression};
use crate::syntax::{Span, print_condition};

/// The longest mend that repeats what was written, in bytes.
const LONGEST: usize = 300;

/// A condition of a conjunction, as it may be written again.
#[derive(Debug, Clone, Default)]
pub(super) struct Said {
    /// All of it.
    pub(super) whole: String,
    /// Of a negation what it negates.
    pub(super) negated: Option<String>,
    /// Of `with {-…}` what its facts must not be.
    pub(super) with_no: Option<String>,
}

impl Said {
    /// A condition as it was written, and what it negates.
    pub(super) fn of(expression: &Expression) -> Self {
        let printed_again = |expression: &Expression| print_condition(&rejoined(expression));
        let printed = printed_again(expression);
        let mut said = Self::default();
        match &expression.value {
            Condition::Not(inner) => said.negated = Some(printed_again(inner)),
            Condition::Other(other) if other.exists && other.same.is_empty() => {
                if let Condition::Not(inner) = &other.filter.value {
                    said.with_no = Some(printed_again(inner));
                }
            }
            _ => {}
        }
        let apart = matches!(expression.value, Condition::And(_) | Condition::Or(_));
        said.whole = if apart { format!("({printed})") } else { printed };
        said
    }
}

/// An end of a fact and what must stand there.
struct Stands {
    role: Role,
    entities: Vec<EntityNumber>,
    /// Whether a bare name says it.
    bare: bool,
}

impl Checker<'_> {
    /// Tells of conditions that say nothing together, and refuses those that
    /// nothing meets.
    pub(super) fn together(&mut self, parts: &[Part], said: &[Said]) -> Checked<()> {
        if said.len() == parts.len() {
            self.idle_negations(parts, said);
            self.others_of_no_act(parts, said);
            if self.scope.noun.is_some() {
                self.two_rows(parts);
            } else {
                self.two_at_one_end(parts, said);
            }
        }
        self.exclusive_actions(parts)
    }

    /// A conjunction with something more, and without some of its conditions.
    fn mended(&self, said: &[Said], without: &[usize], more: &str) -> String {
        let kept = said.iter().enumerate().filter(|(place, _)| !without.contains(place));
        let noun = self.scope.noun.as_ref().map(|noun| if noun.periods { "periods" } else { &*noun.plural });
        let words = noun.into_iter().chain(kept.map(|(_, said)| said.whole.as_str())).chain([more]);
        let mended = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        // What is longer nobody reads, and its end is what is new.
        if mended.len() > LONGEST { format!("… {}", if more.len() > LONGEST { "…" } else { more }) } else { mended }
    }

    /// Tells that no row is two entities at once.
    fn two_rows(&mut self, parts: &[Part]) {
        let context = self.context;
        let bare = parts.iter().filter_map(|part| match &part.filter {
            Filter::Test(RecordTest::Refers { entities, .. }) if entities.len() == 1 => {
                entities.first().map(|number| (context.entities.get(*number), part.span))
            }
            _ => None,
        });
        let bare: Vec<_> = bare.collect();
        for pair in bare.windows(2) {
            let [(first, start), (second, end)] = pair else { continue };
            let noun = context.schema.nouns().map(|(_, noun)| noun).find(|noun| noun.kinds.contains(&first.kind));
            if let Some(noun) = noun.filter(|_| first.kind == second.kind && first.id != second.id) {
                let message = format!("no row is both {} and {}", first.name, second.name);
                let help = format!("either of them: `{}:{},{}`", noun.singular, first.id, second.id);
                self.report.hint(start.to(*end), message, Some(help));
            }
        }
    }

    /// What must stand at an end of a fact: a bare name at that of its noun.
    fn stands(&self, filter: &Filter) -> Option<Stands> {
        let Filter::Test(RecordTest::Refers { fields, entities, written }) = filter else { return None };
        let first = entities.first().filter(|_| written.is_empty())?;
        let role = if let [field] = fields.as_slice() {
            [Role::Subject, Role::Object].into_iter().find(|role| role.field() == field.as_ref())?
        } else {
            let mut nouns = self.context.schema.vocabulary().nouns.values();
            let kind = &self.context.entities.get(*first).kind;
            let ends = self.ends(*first);
            match (ends.has(Role::Subject), ends.has(Role::Object)) {
                (true, false) if nouns.any(|noun| noun.kinds.contains(kind)) => Role::Subject,
                (false, true) if nouns.any(|noun| noun.kinds.contains(kind)) => Role::Object,
                _ => return None,
            }
        };
        Some(Stands { role, entities: entities.clone(), bare: fields.len() > 1 })
    }

    /// Tells that a fact has one subject and one object: two of either match
    /// nothing, and another than the one excludes nothing.
    fn two_at_one_end(&mut self, parts: &[Part], said: &[Said]) {
        let stands = |part: &Part| match &part.filter {
            Filter::Not(inner) => self.stands(inner).map(|stands| (false, stands)),
            filter => self.stands(filter).map(|stands| (true, stands)),
        };
        let all: Vec<(usize, bool, Stands)> = parts
            .iter()
            .enumerate()
            .filter_map(|(place, part)| stands(part).map(|(positive, stands)| (place, positive, stands)))
            .collect();
        for (at, (place, positive, one)) in all.iter().enumerate() {
            for (other_place, other_positive, other) in all.iter().skip(at + 1) {
                let apart = !one.entities.iter().any(|number| other.entities.contains(number));
                if one.role != other.role || !apart || !(*positive || *other_positive) {
                    continue;
                }
                let span = parts[*place].span.to(parts[*other_place].span);
                let name = |stands: &Stands| self.name_of(&stands.entities);
                let (end, shared) = (self.end_called(one.role), self.end_called(one.role.opposite()));
                if *positive && *other_positive {
                    let ids = one.entities.iter().chain(&other.entities);
                    let ids: Vec<&str> = ids.map(|number| self.context.entities.get(*number).id.as_str()).collect();
                    let message = if one.bare && other.bare {
                        format!("one fact must refer both to {} and to {}", name(one), name(other))
                    } else {
                        format!("a fact has one {end}, and not both {} and {}", name(one), name(other))
                    };
                    let inner = self.mended(said, &[*place], "");
                    let both = self.mended(said, &[*other_place], &format!("with same {shared} {{{inner}}}"));
                    let help = format!("either of them: `{end}:{}`\none fact each: `{both}`", ids.join(","));
                    self.report.hint(span, message, Some(help));
                    return;
                }
                let (kept, gone, (is, is_not)) =
                    if *positive { (*place, *other_place, (one, other)) } else { (*other_place, *place, (other, one)) };
                let Some(negated) = &said[gone].negated else { continue };
                let message = format!(
                    "a fact has one {end}: where that is {} it is not {}, so `{}` excludes nothing",
                    name(is),
                    name(is_not),
                    said[gone].whole
                );
                let inner = self.mended(said, &[kept, gone], negated);
                let mended = self.mended(said, &[gone], &format!("without same {shared} {{{inner}}}"));
                let help = format!("where the {shared} has no such fact: `{mended}`");
                self.report.hint(span, message, Some(help));
                return;
            }
        }
    }

    fn name_of(&self, entities: &[EntityNumber]) -> String {
        let names = entities.iter().take(3).map(|number| self.context.entities.get(*number).name.as_str());
        names.collect::<Vec<_>>().join(" or ")
    }

    /// What the end of a fact is called.
    fn end_called(&self, role: Role) -> String {
        self.context.schema.end_name(role).to_owned()
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
    fn idle_negations(&mut self, parts: &[Part], said: &[Said]) {
        let Some((positive, at)) = parts.iter().find_map(|part| acts(&part.filter).map(|names| (names, part.span)))
        else {
            return;
        };
        for (place, part) in parts.iter().enumerate() {
            let (Filter::Not(inner), Some(negated)) = (&part.filter, &said[place].negated) else { continue };
            let Some(negative) = acts(inner).filter(|names| !names.iter().any(|name| positive.contains(name))) else {
                continue;
            };
            let (one, other) = (self.act_word(&positive), self.act_word(&negative));
            let message = format!("a fact that is `{one}` is never `{other}` as well, so this excludes nothing");
            let mended = self.mended(said, &[place], &format!("without {{{negated}}}"));
            let help = format!("where there is no such fact beside it: `{mended}`");
            self.report.hint(at.to(part.span), message, Some(help));
        }
    }

    /// Tells that `with {-…}` asks for a fact that is some other act, of which
    /// there is nearly always one.
    fn others_of_no_act(&mut self, parts: &[Part], said: &[Said]) {
        for (place, part) in parts.iter().enumerate() {
            let (Filter::Test(RecordTest::Other(other)), Some(inner)) = (&part.filter, &said[place].with_no) else {
                continue;
            };
            let negated = match &*other.filter {
                Filter::Not(inner) => acts(inner),
                Filter::And(parts) => parts.iter().find_map(|part| match &part.filter {
                    Filter::Not(inner) => acts(inner),
                    _ => None,
                }),
                _ => None,
            };
            let Some(names) = negated else { continue };
            let word = self.act_word(&names);
            let message = format!("this asks for a fact that is anything but `{word}`");
            let mended = self.mended(said, &[place], &format!("without {{{inner}}}"));
            self.report.hint(part.span, message, Some(format!("where there is no such fact: `{mended}`")));
        }
    }

    /// Refuses conditions of one conjunction that no action meets together.
    fn exclusive_actions(&mut self, parts: &[Part]) -> Checked<()> {
        let mut common: Option<(Vec<&String>, Span)> = None;
        for part in parts {
            let Filter::Test(RecordTest::Keyword { field, test: Match::Any(names) }) = &part.filter else { continue };
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
        Filter::Test(RecordTest::Keyword { field, test: Match::Any(names) }) if field.as_ref() == "action" => {
            Some(names.iter().collect())
        }
        Filter::And(parts) => parts.iter().find_map(|part| acts(&part.filter)),
        _ => None,
    }
}
