//! The schema: a vocabulary with all names looked up and all collisions refused.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::field_definition::{Basis, FieldDefinition, field_definitions};
use super::field_kind::FieldKind;
use super::schema_error::{CoveredThing, Declaration, NamedThing, SchemaError, WordMeaning};
use super::vocabulary::{Action, Grouping, Noun, Role, SubjectDate, Vocabulary};
use super::{Truth, fold, nearest};

/// The meaning of a form of an action or umbrella.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ActionWord {
    /// The name of the action or umbrella.
    pub name: String,
    /// The actions that it stands for: one, or all that an umbrella covers.
    pub actions: Vec<String>,
}

/// A vocabulary with all names looked up.
#[derive(Debug, Clone)]
pub struct Schema {
    vocabulary: Vocabulary,
    fields: BTreeMap<Arc<str>, FieldDefinition>,
    /// Date fields restricted to what is stated or computed. Records have no
    /// values under these names.
    restricted: BTreeMap<Arc<str>, FieldDefinition>,
    aliases: BTreeMap<String, Arc<str>>,
    words: BTreeMap<String, ActionWord>,
    /// The labels by which answers show actions, folded.
    labels: BTreeMap<String, ActionWord>,
}

impl Default for Schema {
    fn default() -> Self {
        Self::new(Vocabulary::default(), &[]).expect("a world that declares nothing has no collision")
    }
}

impl Schema {
    /// Looks up the names of a vocabulary. `keywords` are the words of the query
    /// language, which no field, noun or form may use.
    ///
    /// # Errors
    ///
    /// If a word would have two meanings, a name is not declared, a name cannot be
    /// spelled in queries, or a field has a rule that it cannot have.
    pub fn new(vocabulary: Vocabulary, keywords: &[&str]) -> Result<Self, SchemaError> {
        let fields = field_definitions(&vocabulary)?;
        let mut taken = TakenWords::new(keywords);
        for name in fields.keys() {
            NamedThing::Field.check(name.strip_prefix("source.").unwrap_or(name))?;
            taken.take(name, WordMeaning::Field(name.to_string()))?;
        }
        let mut aliases: BTreeMap<String, Arc<str>> =
            [("tag", "tags"), ("publisher", "source.publisher"), ("url", "source.url"), ("quote", "source.quote")]
                .into_iter()
                .map(|(alias, field)| (alias.to_owned(), field.into()))
                .collect();
        for (plural, noun) in &vocabulary.nouns {
            NamedThing::Noun.check(plural)?;
            NamedThing::Noun.check(&noun.singular)?;
            taken.take(plural, WordMeaning::Noun(plural.clone()))?;
            if *plural != noun.singular {
                taken.take(&noun.singular, WordMeaning::Noun(plural.clone()))?;
            }
            aliases.insert(fold(&noun.singular).into_owned(), noun.role.field().into());
        }
        for name in vocabulary.groups.keys() {
            NamedThing::Grouping.check(name)?;
            taken.take(name, WordMeaning::Grouping(name.clone()))?;
        }
        for name in vocabulary.status.keys() {
            NamedThing::Status.check(name)?;
            taken.take(name, WordMeaning::Status(name.clone()))?;
        }
        aliases.retain(|alias, _| !fields.contains_key(alias.as_str()));
        let words = action_words(&vocabulary, &mut taken)?;
        let with_each_basis = |field: &FieldDefinition| Basis::ALL.map(|(_, basis)| field.with_basis(basis));
        let restricted = fields.values().filter(|field| field.may_be_computed()).flat_map(with_each_basis);
        let restricted = restricted.map(|field| (field.name.clone(), field)).collect();
        let labels = action_labels(&vocabulary);
        let schema = Self { vocabulary, fields, restricted, aliases, words, labels };
        schema.check_references()?;
        Ok(schema)
    }

    /// The vocabulary from which the schema was made.
    #[must_use]
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The field with a name. The name may also be the singular of a noun (`state`
    /// for `subject`), a short form (`tag`), or that of a date restricted to what is
    /// stated or computed (`effective.computed`).
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldDefinition> {
        let folded = fold(name);
        let name = self.aliases.get(folded.as_ref()).map_or(folded.as_ref(), |name| name);
        self.fields.get(name).or_else(|| self.restricted.get(name))
    }

    /// All fields, ordered by name.
    pub fn fields(&self) -> impl Iterator<Item = &FieldDefinition> {
        self.fields.values()
    }

    /// All other names of fields, each with the name of the field.
    pub fn field_aliases(&self) -> impl Iterator<Item = (&str, &str)> {
        self.aliases.iter().map(|(alias, name)| (alias.as_str(), name.as_ref()))
    }

    /// The meaning of a word that is a form of an action or umbrella.
    #[must_use]
    pub fn action_word(&self, word: &str) -> Option<&ActionWord> {
        self.words.get(fold(word).as_ref())
    }

    /// The actions that answers show by a label, which need not be a form of them.
    #[must_use]
    pub fn action_labelled(&self, label: &str) -> Option<&ActionWord> {
        self.labels.get(fold(label).as_ref())
    }

    /// All labels of actions, folded, with the actions that have each.
    pub fn action_labels(&self) -> impl Iterator<Item = (&str, &ActionWord)> {
        self.labels.iter().map(|(label, word)| (label.as_str(), word))
    }

    /// All forms of actions and umbrellas, folded, with their meanings.
    pub fn action_words(&self) -> impl Iterator<Item = (&str, &ActionWord)> {
        self.words.iter().map(|(form, word)| (form.as_str(), word))
    }

    /// Whether entities of a kind are counted among all that may stand at an end of
    /// facts: those of the nouns of that end, or any if it has none.
    #[must_use]
    pub(crate) fn counts_at(&self, role: Role, kind: &str) -> bool {
        let mut nouns = self.vocabulary.nouns.values().filter(|noun| noun.role == role).peekable();
        nouns.peek().is_none() || nouns.any(|noun| noun.kinds.is_empty() || noun.kinds.iter().any(|one| one == kind))
    }

    /// The declaration of an action.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<&Action> {
        self.vocabulary.actions.get(name)
    }

    /// Whether facts may have this as their action: an action or, if no more than
    /// that is known, an umbrella.
    #[must_use]
    pub fn may_be_done(&self, name: &str) -> bool {
        self.action(name).is_some() || self.vocabulary.umbrellas.contains_key(name)
    }

    /// How answers name an act that is recorded as an action or as an umbrella; none if
    /// it is recorded as neither.
    #[must_use]
    pub fn label_of_act(&self, recorded: &str) -> Option<&str> {
        match (self.action(recorded), self.vocabulary.umbrellas.get_key_value(recorded)) {
            (Some(action), _) => Some(&action.label),
            (None, Some((name, umbrella))) if umbrella.label.is_empty() => Some(name),
            (None, Some((_, umbrella))) => Some(&umbrella.label),
            (None, None) => None,
        }
    }

    /// The actions that an act may have been that is recorded under a name: all
    /// that an umbrella covers, else the action itself.
    #[must_use]
    pub fn possible_actions<'a>(&'a self, recorded: &'a str) -> Vec<&'a str> {
        match self.vocabulary.umbrellas.get(recorded) {
            Some(umbrella) => umbrella.covers.iter().map(String::as_str).collect(),
            None => vec![recorded],
        }
    }

    /// Whether an act that is recorded under a name was one of the wanted actions:
    /// possibly, if that is so of some of the actions that an umbrella covers.
    #[must_use]
    pub fn was_done(&self, recorded: &str, is_wanted: &dyn Fn(&str) -> bool) -> Truth {
        if is_wanted(recorded) {
            return Truth::True;
        }
        let Some(umbrella) = self.vocabulary.umbrellas.get(recorded) else { return Truth::False };
        let wanted = umbrella.covers.iter().filter(|action| is_wanted(action)).count();
        Truth::from_bounds(wanted > 0 && wanted == umbrella.covers.len(), wanted > 0)
    }

    /// The noun with a plural, together with the plural as it is declared.
    #[must_use]
    pub fn noun(&self, plural: &str) -> Option<(&str, &Noun)> {
        let folded = fold(plural);
        self.vocabulary.nouns.iter().find(|(name, _)| fold(name) == folded).map(|(name, noun)| (name.as_str(), noun))
    }

    /// All nouns with their plurals, those of fewer kinds first, since they are more
    /// specific.
    pub fn nouns(&self) -> impl Iterator<Item = (&str, &Noun)> {
        let mut nouns: Vec<_> = self.vocabulary.nouns.iter().map(|(plural, noun)| (plural.as_str(), noun)).collect();
        nouns.sort_by_key(|(_, noun)| noun.kinds.len());
        nouns.into_iter()
    }

    /// The noun for the entities at one end of facts, if there is only one, or one
    /// whose kinds all others include. Answers use it as the heading of a column.
    #[must_use]
    pub fn noun_of(&self, role: Role) -> Option<&Noun> {
        let mut nouns = self.nouns().map(|(_, noun)| noun).filter(|noun| noun.role == role);
        let first = nouns.next()?;
        nouns.all(|other| first.kinds.iter().all(|kind| other.kinds.contains(kind))).then_some(first)
    }

    /// The word for the entities at one end of facts: the singular of
    /// [`noun_of`](Self::noun_of), else the name of the field.
    #[must_use]
    pub fn end_name(&self, role: Role) -> &str {
        self.noun_of(role).map_or(role.field(), |noun| noun.singular.as_str())
    }

    /// A field as queries name it: one that stands for an end of facts by the
    /// noun of that end, any other by its own name.
    #[must_use]
    pub fn name_in_queries<'a>(&'a self, field: &'a str) -> &'a str {
        let role = [Role::Subject, Role::Object].into_iter().find(|role| role.field() == field);
        role.map_or(field, |role| self.end_name(role))
    }

    /// The grouping with a name, together with the name as it is declared.
    #[must_use]
    pub fn grouping(&self, name: &str) -> Option<(&str, &Grouping)> {
        let folded = fold(name);
        self.vocabulary.groups.get_key_value(folded.as_ref()).map(|(name, grouping)| (name.as_str(), grouping))
    }

    fn check_references(&self) -> Result<(), SchemaError> {
        for (name, status) in &self.vocabulary.status {
            for transition in status.open.iter().chain(&status.close) {
                let declaration = || Declaration::Status(name.clone());
                if self.action_word(&transition.by).is_none() {
                    return Err(SchemaError::UndeclaredAction {
                        declaration: declaration(),
                        name: transition.by.clone(),
                    });
                }
                if self.field(&transition.at).is_none_or(|field| field.kind != FieldKind::Date) {
                    return Err(SchemaError::UndeclaredDate {
                        declaration: declaration(),
                        name: transition.at.clone(),
                    });
                }
            }
        }
        for (action, computed) in
            self.vocabulary.actions.iter().flat_map(|(name, action)| {
                action.computed.iter().map(move |(field, computed)| (name, (field, computed)))
            })
        {
            let (field, SubjectDate { subject, not_before, .. }) = computed;
            if self.field(field).is_none_or(|field| field.rule.is_none()) {
                return Err(SchemaError::NotComputed { action: action.clone(), field: field.clone() });
            }
            // Every entity has a beginning and an end.
            let is_date = |name: &String| {
                let is_declared = || self.vocabulary.fields.contains_key(name);
                ["from", "until"].contains(&name.as_str())
                    || self.field(name).is_some_and(|field| field.kind == FieldKind::Date && is_declared())
            };
            if let Some(name) = [Some(subject), not_before.as_ref()].into_iter().flatten().find(|name| !is_date(name)) {
                let declaration = Declaration::Action(action.clone());
                return Err(SchemaError::UndeclaredDate { declaration, name: name.clone() });
            }
        }
        for action in self.vocabulary.cancels.iter().flat_map(|(by, what)| [by, what]) {
            if self.action(action).is_none() {
                return Err(SchemaError::UndeclaredAction { declaration: Declaration::Cancels, name: action.clone() });
            }
        }
        self.check_coverage()
    }

    /// Checks that every declaration can mean something. A vocabulary that is in a journal
    /// already is not asked: it is read as it was taken in.
    ///
    /// # Errors
    ///
    /// The first declaration that means nothing: an empty label or umbrella, an action
    /// that cancels itself, `open` or `kinds` of a field that is not a reference, or a
    /// claim to cover a kind that no entity can have.
    pub fn check_meaning(&self) -> Result<(), SchemaError> {
        let Vocabulary { actions, umbrellas, cancels, fields, .. } = self.vocabulary();
        if let Some((action, _)) = actions.iter().find(|(_, action)| action.label.trim().is_empty()) {
            return Err(SchemaError::EmptyLabel { action: action.clone() });
        }
        if let Some((name, _)) = umbrellas.iter().find(|(_, umbrella)| umbrella.covers.is_empty()) {
            return Err(SchemaError::CoversNothing { declaration: Declaration::Umbrella(name.clone()) });
        }
        if let Some((action, _)) = cancels.iter().find(|(by, what)| by == what) {
            return Err(SchemaError::CancelsItself { action: action.clone() });
        }
        for (name, field) in fields {
            let is_reference = self.field(name).is_some_and(|definition| definition.kind == FieldKind::Reference);
            let key = if field.open { Some("open") } else { (!field.kinds.is_empty()).then_some("kinds") };
            if let Some(key) = key.filter(|_| !is_reference) {
                return Err(SchemaError::NotAReference { field: name.clone(), key });
            }
        }
        self.check_covered_kinds()
    }

    /// Checks that claims of coverage are about kinds that entities can have.
    fn check_covered_kinds(&self) -> Result<(), SchemaError> {
        let kinds = self.kinds();
        for (publisher, claim) in self.vocabulary.coverage_claims().filter(|_| !kinds.is_empty()) {
            if let Some(kind) = claim.conditions.get("kind").filter(|kind| *kind != "*")
                && !kinds.iter().any(|known| fold(known) == fold(kind))
            {
                let declaration = Declaration::Coverage { publisher: publisher.map(|(name, _)| name.to_owned()) };
                let similar = nearest(kind, kinds.iter().copied()).map(str::to_owned);
                let (name, thing) = (kind.clone(), CoveredThing::Kind);
                return Err(SchemaError::NothingCovered { declaration, name, thing, similar });
            }
        }
        Ok(())
    }

    /// Every kind of entities that the vocabulary mentions.
    #[must_use]
    pub fn kinds(&self) -> BTreeSet<&str> {
        let nouns = self.vocabulary.nouns.values().flat_map(|noun| &noun.kinds);
        let groups = self.vocabulary.groups.values().flat_map(|grouping| &grouping.kinds);
        let fields = self.vocabulary.fields.values().flat_map(|field| &field.kinds);
        nouns.chain(groups).chain(fields).map(String::as_str).collect()
    }

    fn check_coverage(&self) -> Result<(), SchemaError> {
        for (publisher, claim) in self.vocabulary.coverage_claims() {
            let declaration = || Declaration::Coverage { publisher: publisher.map(|(name, _)| name.to_owned()) };
            if claim.actions.is_empty() {
                return Err(SchemaError::NoActions { declaration: declaration() });
            }
            if let Some(name) = claim.actions.iter().find(|name| self.action_word(name).is_none()) {
                return Err(SchemaError::UndeclaredAction { declaration: declaration(), name: name.clone() });
            }
            let selects = |name: &str| {
                let kinds = [FieldKind::Keyword, FieldKind::Integer];
                name == "kind"
                    || self.vocabulary.fields.contains_key(name)
                        && self.field(name).is_some_and(|field| kinds.contains(&field.kind))
            };
            if let Some(name) = claim.conditions.keys().find(|name| !selects(name)) {
                return Err(SchemaError::NotSelectable { declaration: declaration(), name: name.clone() });
            }
            let until = claim.until.as_ref().or_else(|| publisher?.1.complete_until.as_ref());
            if claim.from.as_ref().zip(until).is_some_and(|(from, until)| from.earliest() > until.latest()) {
                return Err(SchemaError::ReversedCoverage { declaration: declaration() });
            }
        }
        Ok(())
    }
}

fn action_labels(vocabulary: &Vocabulary) -> BTreeMap<String, ActionWord> {
    let mut labels: BTreeMap<String, ActionWord> = BTreeMap::new();
    for (name, action) in &vocabulary.actions {
        let fresh = || ActionWord { name: name.clone(), actions: Vec::new() };
        labels.entry(fold(&action.label).into_owned()).or_insert_with(fresh).actions.push(name.clone());
    }
    labels
}

fn action_words(vocabulary: &Vocabulary, taken: &mut TakenWords) -> Result<BTreeMap<String, ActionWord>, SchemaError> {
    let mut words = BTreeMap::new();
    let mut add = |name: &str, forms: &[String], actions: Vec<String>, meaning: fn(String) -> WordMeaning| {
        NamedThing::Action.check(name)?;
        let word = ActionWord { name: name.to_owned(), actions };
        for form in std::iter::once(name).chain(forms.iter().map(String::as_str)) {
            let folded = fold(form).into_owned();
            if words.get(&folded) == Some(&word) {
                continue;
            }
            taken.take(form, meaning(name.to_owned()))?;
            words.insert(folded, word.clone());
        }
        Ok(())
    };
    for (name, action) in &vocabulary.actions {
        add(name, &action.forms, vec![name.clone()], WordMeaning::Action)?;
    }
    for (name, umbrella) in &vocabulary.umbrellas {
        if let Some(missing) = umbrella.covers.iter().find(|covered| !vocabulary.actions.contains_key(*covered)) {
            return Err(SchemaError::UndeclaredAction {
                declaration: Declaration::Umbrella(name.clone()),
                name: missing.clone(),
            });
        }
        add(name, &umbrella.forms, umbrella.covers.clone(), WordMeaning::Umbrella)?;
    }
    Ok(words)
}

/// The meaning that each word already has, by its folded form.
struct TakenWords(BTreeMap<String, WordMeaning>);

impl TakenWords {
    fn new(keywords: &[&str]) -> Self {
        // `line:x` asks for `x` and everything that it succeeds or continues.
        let keywords = keywords.iter().chain(&["line"]);
        Self(keywords.map(|word| ((*word).to_owned(), WordMeaning::Keyword)).collect())
    }

    fn take(&mut self, word: &str, meaning: WordMeaning) -> Result<(), SchemaError> {
        match self.0.insert(fold(word).into_owned(), meaning.clone()) {
            None => Ok(()),
            Some(first) => Err(SchemaError::Collision { word: word.to_owned(), first, second: meaning }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::schema_error::FieldRuleProblem;

    fn refused(fields: &str) -> SchemaError {
        let vocabulary = format!("[world]\nname = \"test\"\n[fields]\n{fields}");
        Schema::new(Vocabulary::from_toml(&vocabulary).unwrap(), &[]).unwrap_err()
    }

    #[test]
    fn only_a_date_of_a_fact_follows_from_another_by_a_key_that_is_free() {
        let fine = "[world]\nname = \"test\"\n[fields]\nstart = { type = \"date\", rule = \"start-rule\" }";
        let schema = Schema::new(Vocabulary::from_toml(fine).unwrap(), &[]).unwrap();
        assert_eq!(schema.field("start").unwrap().rule.as_deref(), Some("start-rule"));
        assert_eq!(schema.field("date").unwrap().rule, None);
        let computed = schema.field("Start.computed").unwrap();
        assert_eq!((computed.kind, &**computed.own_name()), (FieldKind::Date, "start"));
        assert_eq!(computed.restricted_to.as_ref().map(|(_, basis)| *basis), Some(Basis::Computed));
        assert!(schema.field("date.stated").is_none() && !schema.fields().any(|field| field.restricted_to.is_some()));
        for (fields, problem) in [
            (r#"size = { type = "integer", rule = "r" }"#, FieldRuleProblem::NotADate),
            (r#""source.seen" = { type = "date", rule = "r" }"#, FieldRuleProblem::OfSource),
            (r#"start = { type = "date", rule = "start" }"#, FieldRuleProblem::KeyTaken),
            (r#"start = { type = "date", rule = "until" }"#, FieldRuleProblem::KeyTaken),
            (r#"size = { type = "integer", threshold = "r" }"#, FieldRuleProblem::NotADate),
            (r#"start = { type = "date", threshold = "start" }"#, FieldRuleProblem::KeyTaken),
            (r#"start = { type = "date", rule = "r", threshold = "t" }"#, FieldRuleProblem::RuleAndThreshold),
            (
                "start = { type = \"date\", threshold = \"r\" }\nend = { type = \"date\", rule = \"r\" }",
                FieldRuleProblem::KeyTaken,
            ),
        ] {
            match refused(fields) {
                SchemaError::InvalidFieldRule { problem: found, .. } => assert_eq!(found, problem, "{fields}"),
                other => panic!("{fields}: {other:?}"),
            }
        }
        let built_in = SchemaError::BuiltIn { name: "date".to_owned(), expected: FieldKind::Date };
        assert_eq!(refused(r#"date = { type = "date", rule = "r" }"#), built_in);
        let spaced = SchemaError::InvalidName { name: "a b".to_owned(), thing: NamedThing::Rule };
        assert_eq!(refused(r#"start = { type = "date", rule = "a b" }"#), spaced);
    }

    #[test]
    fn what_can_mean_nothing_is_refused_where_it_is_declared_and_read_where_it_was() {
        for (text, is_expected) in [
            (
                "[actions]\na = { label = ' ' }",
                (|e| matches!(e, SchemaError::EmptyLabel { .. })) as fn(&SchemaError) -> bool,
            ),
            ("[umbrellas]\nu = { covers = [] }", |e| matches!(e, SchemaError::CoversNothing { .. })),
            ("[actions]\na = { label = 'a' }\n[cancels]\na = 'a'", |e| matches!(e, SchemaError::CancelsItself { .. })),
            ("[fields]\nk = { type = 'keyword', open = true }", |e| matches!(e, SchemaError::NotAReference { .. })),
            ("[fields]\nk = { type = 'date', kinds = ['x'] }", |e| matches!(e, SchemaError::NotAReference { .. })),
        ] {
            let vocabulary = Vocabulary::from_toml(&format!("[world]\nname = 'test'\n{text}")).unwrap();
            // As a journal has it that was written before this was refused.
            let schema = Schema::new(vocabulary, &[]).unwrap();
            let refused = schema.check_meaning().unwrap_err();
            assert!(is_expected(&refused), "{text}: {refused:?}");
        }
    }

    #[test]
    fn of_several_nouns_of_an_end_the_one_of_the_fewest_kinds_heads_its_columns_if_all_others_are_wider() {
        let end = |nouns: &str| {
            let vocabulary = format!("[world]\nname = \"test\"\n[nouns]\n{nouns}");
            let schema = Schema::new(Vocabulary::from_toml(&vocabulary).unwrap(), &[]).unwrap();
            schema.end_name(Role::Subject).to_owned()
        };
        let cats = r#"cats = { singular = "cat", kinds = ["pet"], role = "subject" }"#;
        let beings = r#"beings = { singular = "being", kinds = ["tree", "pet"], role = "subject" }"#;
        let trees = r#"trees = { singular = "tree", kinds = ["tree"], role = "subject" }"#;
        assert_eq!(end(cats), "cat");
        assert_eq!(end(&format!("{beings}\n{cats}")), "cat");
        assert_eq!(end(&format!("{beings}\n{cats}\n{trees}")), "subject");
    }

    #[test]
    fn no_field_is_called_what_asks_for_succession() {
        let refused = refused(r#"line = { type = "keyword" }"#);
        assert!(matches!(refused, SchemaError::Collision { first: WordMeaning::Keyword, .. }), "{refused}");
    }
}
