//! What conditions of one conjunction mean together: acts that no fact can be
//! at once, and names that cannot all belong to one row.

use super::check::Checker;
use super::misread::is_small;
use super::report::Checked;
use super::scope::RequiredEntity;
use super::values::rejoined;
use super::{
    ConjunctionProblem, FactValue, Filter, Match, OtherFacts, OtherFactsProblem, Part, RecordTest, RecordValue,
    RowsProblem, Shared,
};
use crate::model::EntityNumber;
use crate::model::vocabulary::Role;
use crate::syntax::tree::{Condition, DateTest, Expression, Path, When};
use crate::syntax::{Span, Spanned, print_condition};

/// The longest mend that repeats the query, in bytes.
const LONGEST: usize = 300;

/// A condition of a conjunction as text, for mends.
#[derive(Debug, Clone, Default)]
pub(super) struct WrittenCondition {
    /// The whole condition.
    pub(super) whole: String,
    /// If it is a negation, what it negates.
    pub(super) negated: Option<String>,
    /// If it is `with {-…}`, what its facts must not be.
    pub(super) with_no: Option<String>,
    /// If it has braces that share both ends with the row: the condition, as it
    /// shares the subject alone, and the object alone.
    pub(super) of_one_end: Option<[String; 2]>,
}

impl WrittenCondition {
    /// The text of a condition, and of what it negates.
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
        said.of_one_end = sharing(expression, Role::Subject).zip(sharing(expression, Role::Object)).map(<[_; 2]>::from);
        let apart = matches!(expression.value, Condition::And(_) | Condition::Or(_));
        said.whole = if apart { format!("({printed})") } else { printed };
        said
    }
}

/// A condition with braces as text, which share one end alone with the row.
fn sharing(expression: &Expression, role: Role) -> Option<String> {
    let path = || {
        let name = Spanned::new(role.field().to_owned(), expression.span);
        vec![Path { names: vec![name], span: expression.span }]
    };
    let mut sharing = expression.clone();
    let same = match &mut sharing.value {
        Condition::Not(inner) => return self::sharing(inner, role).map(|inner| format!("not ({inner})")),
        Condition::Maybe(inner) => return self::sharing(inner, role).map(|inner| format!("maybe ({inner})")),
        Condition::Unknown(inner) => return self::sharing(inner, role).map(|inner| format!("unknown ({inner})")),
        Condition::Other(other) => &mut other.same,
        Condition::Date(DateTest { when: Spanned { value: When::Braces(braced), .. }, .. }) => &mut braced.same,
        _ => return None,
    };
    if !same.is_empty() {
        return None;
    }
    *same = path();
    Some(print_condition(&sharing))
}

impl Checker<'_> {
    /// Warns of conditions that add nothing together, and refuses those that no
    /// fact can meet.
    pub(super) fn check_conjunction(&mut self, parts: &[Part], said: &[WrittenCondition]) -> Checked<()> {
        if said.len() == parts.len() {
            self.warn_of_idle_negations(parts, said);
            self.warn_of_anything_but(parts, said);
            if self.scope.noun.is_some() {
                self.warn_of_two_entities(parts);
            } else {
                self.warn_of_two_at_one_end(parts, said);
            }
        }
        self.refuse_braces_apart(parts, said)?;
        self.refuse_two_acts(parts)
    }

    /// The query with one condition added and some left out.
    fn mended_query(&self, said: &[WrittenCondition], without: &[usize], more: &str) -> String {
        let kept = said.iter().enumerate().filter(|(place, _)| !without.contains(place));
        let noun = self.scope.noun.as_ref().map(|noun| if noun.periods { "periods" } else { &*noun.plural });
        // A word of plain English that is searched for is not meant.
        let kept = kept.map(|(_, said)| said.whole.as_str()).filter(|whole| !is_small(whole));
        let words = noun.into_iter().chain(kept).chain([more]);
        let mended = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        // A longer one would not be read; the new part is at its end.
        if mended.len() > LONGEST { format!("… {}", if more.len() > LONGEST { "…" } else { more }) } else { mended }
    }

    /// Warns that no row is two entities at once.
    fn warn_of_two_entities(&mut self, parts: &[Part]) {
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
                let mend = format!("{}:{},{}", noun.singular, first.id, second.id);
                let names = [first.name.clone(), second.name.clone()];
                self.report.warn(start.to(*end), RowsProblem::TwoEntities { names, mend });
            }
        }
    }

    /// Refuses braces that share an end with the row and name another there than
    /// the row must have.
    fn refuse_braces_apart(&mut self, parts: &[Part], said: &[WrittenCondition]) -> Checked<()> {
        if self.scope.noun.is_some() {
            return Ok(());
        }
        let required = self.required_of(parts);
        for (place, part) in parts.iter().enumerate() {
            let Some(other) = other_facts_of(&part.filter) else { continue };
            let Some((end, names, both)) = self.apart(&required, other) else { continue };
            let shared = said.get(place).and_then(|said| said.of_one_end.as_ref()).filter(|_| !both);
            let mend = shared.map(|[subject, object]| {
                let shared = if end == Role::Object { subject } else { object };
                self.mended_query(said, &[place], shared)
            });
            let problem = ConjunctionProblem::BracesApart { end: self.end_name(end), names, mend };
            return Err(self.report.refuse(part.span, problem));
        }
        Ok(())
    }

    /// Refuses braces in a stage that share an end with the row and name another
    /// there than the query requires of rows.
    pub(super) fn refuse_apart_in_stage(&mut self, filter: &Expression, other: &OtherFacts) -> Checked<()> {
        let required = self.scope.required.clone();
        let Some((end, names, both)) = self.apart(&required, other) else { return Ok(()) };
        let shared = end.opposite().field();
        let mend = (!both).then(|| format!("same {shared} {{{}}}", print_condition(filter)));
        let problem = ConjunctionProblem::BracesApart { end: self.end_name(end), names, mend };
        Err(self.report.refuse(filter.span, problem))
    }

    /// At which end facts in braces are apart from the row, who stands there in
    /// either, and whether they are apart at the other end as well.
    fn apart(&self, required: &[RequiredEntity], other: &OtherFacts) -> Option<(Role, [String; 2], bool)> {
        let shares = |role: Role| match &other.shared {
            Shared::Pair => true,
            Shared::Values(values) => values
                .iter()
                .any(|value| matches!(value, FactValue::Record(RecordValue::Field(field)) if &**field == role.field())),
            Shared::Role(_) => false,
        };
        let inner = match &*other.filter {
            Filter::And(parts) => self.required_of(parts),
            filter => self.required_entity(filter).into_iter().collect(),
        };
        let apart = |role: Role| {
            let mut pairs = required.iter().flat_map(|row| inner.iter().map(move |braces| (row, braces)));
            pairs.find(|(row, braces)| {
                let at_end = row.role == role && braces.role == role && shares(role);
                at_end && !row.entities.iter().any(|number| braces.entities.contains(number))
            })
        };
        let ends = [Role::Object, Role::Subject].into_iter().filter_map(|role| Some((role, apart(role)?)));
        let ends: Vec<_> = ends.collect();
        let (role, (row, braces)) = *ends.first()?;
        Some((role, [self.name_of(&row.entities), self.name_of(&braces.entities)], ends.len() > 1))
    }

    /// The entities that conditions require, all of them together, of a fact.
    pub(super) fn required_of(&self, parts: &[Part]) -> Vec<RequiredEntity> {
        parts.iter().filter_map(|part| self.required_entity(&part.filter)).collect()
    }

    /// The entities that a condition requires at an end of a fact; for a bare
    /// name, at the end of its noun.
    fn required_entity(&self, filter: &Filter) -> Option<RequiredEntity> {
        let Filter::Test(RecordTest::Refers { fields, entities, written }) = filter else { return None };
        let first = entities.first().filter(|_| written.is_empty())?;
        let role = if let [field] = fields.as_slice() {
            [Role::Subject, Role::Object].into_iter().find(|role| role.field() == field.as_ref())?
        } else {
            let mut nouns = self.context.schema.vocabulary().nouns.values();
            let kind = &self.context.entities.get(*first).kind;
            let ends = self.possible_ends(*first);
            match (ends.has(Role::Subject), ends.has(Role::Object)) {
                (true, false) if nouns.any(|noun| noun.kinds.contains(kind)) => Role::Subject,
                (false, true) if nouns.any(|noun| noun.kinds.contains(kind)) => Role::Object,
                _ => return None,
            }
        };
        Some(RequiredEntity { role, entities: entities.clone(), bare: fields.len() > 1 })
    }

    /// Warns about a second entity at one end of a fact: requiring it matches
    /// nothing, and excluding it has no effect.
    fn warn_of_two_at_one_end(&mut self, parts: &[Part], said: &[WrittenCondition]) {
        let stands = |part: &Part| match &part.filter {
            Filter::Not(inner) => self.required_entity(inner).map(|stands| (false, stands)),
            filter => self.required_entity(filter).map(|stands| (true, stands)),
        };
        let all: Vec<(usize, bool, RequiredEntity)> = parts
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
                let name = |stands: &RequiredEntity| self.name_of(&stands.entities);
                let (end, other_end) = (self.end_name(one.role), self.end_name(one.role.opposite()));
                if *positive && *other_positive {
                    let ids = one.entities.iter().chain(&other.entities);
                    let ids: Vec<&str> = ids.map(|number| self.context.entities.get(*number).id.as_str()).collect();
                    let inner = self.mended_query(said, &[*place], "");
                    let problem = ConjunctionProblem::TwoAtOneEnd {
                        names: [name(one), name(other)],
                        bare: one.bare && other.bare,
                        either: format!("{end}:{}", ids.join(",")),
                        both: self.mended_query(said, &[*other_place], &format!("with same {other_end} {{{inner}}}")),
                        end,
                    };
                    self.report.warn(span, problem);
                    return;
                }
                let (kept, gone, (is, is_not)) =
                    if *positive { (*place, *other_place, (one, other)) } else { (*other_place, *place, (other, one)) };
                let Some(negated) = &said[gone].negated else { continue };
                let inner = self.mended_query(said, &[kept, gone], negated);
                let problem = ConjunctionProblem::ExcludedEntity {
                    required: name(is),
                    excluded: name(is_not),
                    condition: said[gone].whole.clone(),
                    mend: self.mended_query(said, &[gone], &format!("without same {other_end} {{{inner}}}")),
                    end,
                    other_end,
                };
                self.report.warn(span, problem);
                return;
            }
        }
    }

    fn name_of(&self, entities: &[EntityNumber]) -> String {
        let names = entities.iter().take(3).map(|number| self.context.entities.get(*number).name.as_str());
        names.collect::<Vec<_>>().join(" or ")
    }

    /// The name of an end of a fact.
    fn end_name(&self, role: Role) -> String {
        self.context.schema.end_name(role).to_owned()
    }

    /// The word for some actions together: an umbrella, or a list.
    fn act_word(&self, actions: &[&String]) -> String {
        let schema = self.context.schema;
        let umbrellas = schema.vocabulary().umbrellas.iter();
        let covers =
            |covers: &[String]| covers.len() == actions.len() && covers.iter().all(|name| actions.contains(&name));
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

    /// Warns of an act that is excluded beside another. No fact is both, so the
    /// author probably means that there is no such fact beside this one.
    fn warn_of_idle_negations(&mut self, parts: &[Part], said: &[WrittenCondition]) {
        let Some((positive, at)) = parts.iter().find_map(|part| acts(&part.filter).map(|names| (names, part.span)))
        else {
            return;
        };
        for (place, part) in parts.iter().enumerate() {
            let (Filter::Not(inner), Some(negated)) = (&part.filter, &said[place].negated) else { continue };
            let Some(negative) = acts(inner).filter(|names| !names.iter().any(|name| positive.contains(name))) else {
                continue;
            };
            let (required, excluded) = (self.act_word(&positive), self.act_word(&negative));
            let mend = self.mended_query(said, &[place], &format!("without {{{negated}}}"));
            self.report.warn(at.to(part.span), ConjunctionProblem::ExcludedAct { required, excluded, mend });
        }
    }

    /// Warns that `with {-…}` asks for a fact of any other act, which nearly
    /// always exists.
    fn warn_of_anything_but(&mut self, parts: &[Part], said: &[WrittenCondition]) {
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
            let action = self.act_word(&names);
            let mend = self.mended_query(said, &[place], &format!("without {{{inner}}}"));
            self.report.warn(part.span, OtherFactsProblem::AnythingBut { action, mend });
        }
    }

    /// Refuses conditions that require two different acts.
    fn refuse_two_acts(&mut self, parts: &[Part]) -> Checked<()> {
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
                let (either, both) = (format!("action:{}", either.join(",")), format!("{one} with {{{other}}}"));
                return Err(self.report.refuse(first.to(part.span), ConjunctionProblem::TwoActs { either, both }));
            }
            common = Some((both, first));
        }
        Ok(())
    }
}

/// The facts in braces that a condition asks for, whether they must exist or not.
fn other_facts_of(filter: &Filter) -> Option<&OtherFacts> {
    match filter {
        Filter::Test(RecordTest::Other(other) | RecordTest::Relative { other, .. }) => Some(other),
        Filter::Not(inner) | Filter::Maybe(inner) | Filter::Unknown(inner) => other_facts_of(inner),
        _ => None,
    }
}

/// The actions to which a filter limits facts.
fn acts(filter: &Filter) -> Option<Vec<&String>> {
    match filter {
        Filter::Test(RecordTest::Keyword { field, test: Match::Any(names) }) if field.as_ref() == "action" => {
            Some(names.iter().collect())
        }
        Filter::And(parts) => parts.iter().find_map(|part| acts(&part.filter)),
        _ => None,
    }
}
