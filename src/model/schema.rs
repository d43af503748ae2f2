//! The schema: a vocabulary made ready for use, every name looked up once and
//! every collision refused.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::fold;
use super::vocabulary::{Action, Field, FieldType, Grouping, Noun, Role, Vocabulary};

/// What a field of a fact, or of one of its sources, holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldKind {
    /// Compared whole, folded.
    Keyword,
    /// Searched by words.
    Text,
    /// Whole numbers.
    Integer,
    /// Numbers.
    Number,
    /// Dates.
    Date,
    /// Entities.
    Reference,
    /// The fact's own id.
    Id,
    /// The action.
    Action,
}

impl FieldKind {
    /// What it holds, with an article.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Keyword => "a keyword",
            Self::Text => "a text",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Date => "a date",
            Self::Reference => "a reference",
            Self::Id => "an id",
            Self::Action => "an action",
        }
    }
}

impl From<FieldType> for FieldKind {
    fn from(kind: FieldType) -> Self {
        match kind {
            FieldType::Keyword => Self::Keyword,
            FieldType::Text => Self::Text,
            FieldType::Integer => Self::Integer,
            FieldType::Number => Self::Number,
            FieldType::Date => Self::Date,
            FieldType::Reference => Self::Reference,
        }
    }
}

/// A field that queries may name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldDefinition {
    /// Its name, which is also its key in records; `source.publisher` for a
    /// field of sources.
    pub name: Arc<str>,
    /// What it holds.
    pub kind: FieldKind,
    /// What it means, in a line.
    pub about: String,
    /// For a reference: the kinds of entity that it may name; empty for any.
    pub kinds: Vec<String>,
    /// For a reference: whether a name that no entity has stands for itself.
    pub open: bool,
    /// For a date: the key under which the object of a fact says how it follows
    /// from `date` where a fact does not state it.
    pub rule: Option<Arc<str>>,
    /// For a date: the key under which an entity says how many must have done
    /// what to it, from which the date follows where it states none.
    pub threshold: Option<Arc<str>>,
    /// For a date by one of its two ways alone (`effective.computed`): of which
    /// field, and by which.
    pub only: Option<(Arc<str>, Basis)>,
}

/// Where a date is from that may follow from a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Basis {
    /// The record states it.
    Stated,
    /// A rule computes it, whether the record states another or none.
    Computed,
}

impl Basis {
    /// Both, each with its name after a dot.
    pub const ALL: [(&'static str, Self); 2] = [("stated", Self::Stated), ("computed", Self::Computed)];
}

impl FieldDefinition {
    /// Whether its dates may follow from a rule.
    #[must_use]
    pub fn follows(&self) -> bool {
        self.rule.is_some() || self.threshold.is_some()
    }

    /// The name of the field that vocabulary and records have: that of the whole
    /// date, where it is only one of its ways.
    #[must_use]
    pub fn own_name(&self) -> &Arc<str> {
        self.only.as_ref().map_or(&self.name, |(whole, _)| whole)
    }

    /// The name of the same dates by one way alone.
    #[must_use]
    pub fn half(&self, basis: Basis) -> Arc<str> {
        let name = Basis::ALL.iter().find(|(_, other)| *other == basis).map_or("", |(name, _)| name);
        format!("{}.{name}", self.name).into()
    }

    /// The field of the same dates by one way alone.
    fn by(&self, basis: Basis) -> Self {
        let about = match basis {
            Basis::Stated => format!("{}, as the record states it", self.about),
            Basis::Computed => format!("{}, as the rule computes it", self.about),
        };
        let name = self.half(basis);
        Self { name, about, rule: None, threshold: None, only: Some((self.name.clone(), basis)), ..self.clone() }
    }
}

/// The fields that every world has: name, kind, meaning.
const BUILT_IN: [(&str, FieldKind, &str); 15] = [
    ("id", FieldKind::Id, "what the fact is called in the store"),
    ("subject", FieldKind::Reference, "who acted"),
    ("action", FieldKind::Action, "what was done"),
    ("object", FieldKind::Reference, "what it was done to"),
    ("date", FieldKind::Date, "when the act was done"),
    ("tags", FieldKind::Keyword, "keywords"),
    ("title", FieldKind::Text, "a headline"),
    ("note", FieldKind::Text, "explanation by whoever keeps the store"),
    ("source.publisher", FieldKind::Keyword, "who published it"),
    ("source.url", FieldKind::Keyword, "where it stands"),
    ("source.published", FieldKind::Date, "when a source was published"),
    ("source.according_to", FieldKind::Keyword, "whom the publisher reports"),
    ("source.quote", FieldKind::Text, "the words of a source"),
    ("sources", FieldKind::Integer, "how many publishers say so"),
    ("disputed", FieldKind::Keyword, "the fields of which its sources cannot all be right"),
];

/// What a word form means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionWord {
    /// The action or umbrella that it is a form of.
    pub name: String,
    /// The actions that it matches; one, unless it is an umbrella.
    pub actions: Vec<String>,
}

/// Why a vocabulary cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// One word would mean two things.
    #[error("`{word}` is {first} and also {second}: a word may mean one thing only")]
    Collision {
        /// The word.
        word: String,
        /// What it means already.
        first: String,
        /// What else it would mean.
        second: String,
    },
    /// Something is named that is not declared.
    #[error("{place} names `{name}`, which is not declared as {expected}")]
    Undeclared {
        /// Where.
        place: String,
        /// What is named.
        name: String,
        /// What it should be.
        expected: &'static str,
    },
    /// A name that queries could not spell.
    #[error("`{name}` cannot be the name of {what}: use letters, digits, `-` and `_`, starting with a letter")]
    BadName {
        /// The name.
        name: String,
        /// What it would be the name of.
        what: &'static str,
    },
    /// A rule that could not be followed.
    #[error("the field `{field}` cannot have the rule `{rule}`: {problem}")]
    Rule {
        /// The field.
        field: String,
        /// The key of the rule.
        rule: String,
        /// Why.
        problem: &'static str,
    },
    /// A built-in field with another type.
    #[error("the field `{name}` is {expected} in every world and cannot be declared otherwise")]
    BuiltIn {
        /// The field.
        name: String,
        /// What it is.
        expected: &'static str,
    },
}

/// A vocabulary with every name looked up.
#[derive(Debug, Clone)]
pub struct Schema {
    vocabulary: Vocabulary,
    fields: BTreeMap<Arc<str>, FieldDefinition>,
    /// Dates by one of their two ways alone, which no record has under that name.
    halves: BTreeMap<Arc<str>, FieldDefinition>,
    aliases: BTreeMap<String, Arc<str>>,
    words: BTreeMap<String, ActionWord>,
}

impl Default for Schema {
    fn default() -> Self {
        Self::new(Vocabulary::default(), &[]).expect("a world that declares nothing has no collision")
    }
}

impl Schema {
    /// Makes a vocabulary ready for use; `keywords` are the words of the
    /// language, which no field, noun or form may take.
    ///
    /// # Errors
    ///
    /// If two declarations collide, or one names what is not there.
    pub fn new(vocabulary: Vocabulary, keywords: &[&str]) -> Result<Self, SchemaError> {
        let fields = fields(&vocabulary)?;
        let mut names = TakenWords::new(keywords);
        for name in fields.keys() {
            check_name(name.strip_prefix("source.").unwrap_or(name), "a field")?;
            names.take(name, format!("the field `{name}`"))?;
        }
        let mut aliases: BTreeMap<String, Arc<str>> =
            [("tag", "tags"), ("publisher", "source.publisher"), ("url", "source.url"), ("quote", "source.quote")]
                .into_iter()
                .map(|(alias, field)| (alias.to_owned(), field.into()))
                .collect();
        for (plural, noun) in &vocabulary.nouns {
            check_name(plural, "a noun")?;
            check_name(&noun.singular, "a noun")?;
            names.take(plural, format!("the noun `{plural}`"))?;
            if *plural != noun.singular {
                names.take(&noun.singular, format!("the noun `{plural}`"))?;
            }
            aliases.insert(fold(&noun.singular).into_owned(), noun.role.field().into());
        }
        for name in vocabulary.groups.keys() {
            check_name(name, "a grouping")?;
            names.take(name, format!("the grouping `{name}`"))?;
        }
        for name in vocabulary.status.keys() {
            check_name(name, "a status")?;
            names.take(name, format!("the status `{name}`"))?;
        }
        aliases.retain(|alias, _| !fields.contains_key(alias.as_str()));
        let words = words(&vocabulary, &mut names)?;
        let of_field = |field: &FieldDefinition| Basis::ALL.map(|(_, basis)| field.by(basis));
        let halves = fields.values().filter(|field| field.follows()).flat_map(of_field);
        let halves = halves.map(|half| (half.name.clone(), half)).collect();
        let schema = Self { vocabulary, fields, halves, aliases, words };
        schema.check_references()?;
        Ok(schema)
    }

    /// The vocabulary that it was made from.
    #[must_use]
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The field of a name, which may also be a noun in the singular
    /// (`state` for `subject`), a short form (`tag`), or for a date that may
    /// follow from a rule one of its two ways (`effective.computed`).
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldDefinition> {
        let folded = fold(name);
        let name = self.aliases.get(folded.as_ref()).map_or(folded.as_ref(), |name| name);
        self.fields.get(name).or_else(|| self.halves.get(name))
    }

    /// Every field by its name.
    pub fn fields(&self) -> impl Iterator<Item = &FieldDefinition> {
        self.fields.values()
    }

    /// Every other name of a field, with that field's own name.
    pub fn field_aliases(&self) -> impl Iterator<Item = (&str, &str)> {
        self.aliases.iter().map(|(alias, name)| (alias.as_str(), name.as_ref()))
    }

    /// What a word means as a form of an action or umbrella.
    #[must_use]
    pub fn action_word(&self, word: &str) -> Option<&ActionWord> {
        self.words.get(fold(word).as_ref())
    }

    /// Every form of every action and umbrella, folded.
    pub fn action_words(&self) -> impl Iterator<Item = (&str, &ActionWord)> {
        self.words.iter().map(|(form, word)| (form.as_str(), word))
    }

    /// A declared action.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<&Action> {
        self.vocabulary.actions.get(name)
    }

    /// A noun by its plural, with that plural as declared.
    #[must_use]
    pub fn noun(&self, plural: &str) -> Option<(&str, &Noun)> {
        let folded = fold(plural);
        self.vocabulary.nouns.iter().find(|(name, _)| fold(name) == folded).map(|(name, noun)| (name.as_str(), noun))
    }

    /// The nouns with their plurals, those of fewer kinds first: of several that
    /// fit, the first says most.
    pub fn nouns(&self) -> impl Iterator<Item = (&str, &Noun)> {
        let mut nouns: Vec<_> = self.vocabulary.nouns.iter().map(|(plural, noun)| (plural.as_str(), noun)).collect();
        nouns.sort_by_key(|(_, noun)| noun.kinds.len());
        nouns.into_iter()
    }

    /// The noun that names entities of a role, if the world has exactly one, or
    /// one that all others are wider than; answers use it as the column's heading.
    #[must_use]
    pub fn noun_of(&self, role: Role) -> Option<&Noun> {
        let mut nouns = self.nouns().map(|(_, noun)| noun).filter(|noun| noun.role == role);
        let first = nouns.next()?;
        nouns.all(|other| first.kinds.iter().all(|kind| other.kinds.contains(kind))).then_some(first)
    }

    /// Of which kind a name is that stands for itself at an end of facts, if
    /// whatever stands there is of the kinds of a noun.
    #[must_use]
    pub fn kind_of_names(&self, role: Role, kinds: &[String]) -> Option<&str> {
        let field = self.field(role.field()).filter(|field| field.open)?;
        let is_noun = kinds.is_empty() || field.kinds.iter().all(|kind| kinds.contains(kind));
        field.kinds.first().filter(|_| is_noun).map(String::as_str)
    }

    /// What stands at an end of facts, in one word: the noun, if there is
    /// exactly one, else the field.
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

    /// A grouping by the name of its field.
    #[must_use]
    pub fn grouping(&self, name: &str) -> Option<(&str, &Grouping)> {
        let folded = fold(name);
        self.vocabulary.groups.get_key_value(folded.as_ref()).map(|(name, grouping)| (name.as_str(), grouping))
    }

    fn check_references(&self) -> Result<(), SchemaError> {
        let undeclared =
            |place: String, name: &str, expected| SchemaError::Undeclared { place, name: name.to_owned(), expected };
        for (name, status) in &self.vocabulary.status {
            for edge in status.open.iter().chain(&status.close) {
                let place = || format!("the status `{name}`");
                if self.action_word(&edge.by).is_none() {
                    return Err(undeclared(place(), &edge.by, "an action"));
                }
                if self.field(&edge.at).is_none_or(|field| field.kind != FieldKind::Date) {
                    return Err(undeclared(place(), &edge.at, "a date field"));
                }
            }
        }
        for action in self.vocabulary.cancels.iter().flat_map(|(by, what)| [by, what]) {
            if self.action(action).is_none() {
                return Err(undeclared("`cancels`".to_owned(), action, "an action"));
            }
        }
        Ok(())
    }
}

fn fields(vocabulary: &Vocabulary) -> Result<BTreeMap<Arc<str>, FieldDefinition>, SchemaError> {
    let mut fields: BTreeMap<Arc<str>, FieldDefinition> = BUILT_IN
        .iter()
        .map(|(name, kind, about)| {
            let name: Arc<str> = (*name).into();
            let open = *kind == FieldKind::Reference;
            let definition = FieldDefinition {
                name: name.clone(),
                kind: *kind,
                about: (*about).to_owned(),
                kinds: Vec::new(),
                open,
                rule: None,
                threshold: None,
                only: None,
            };
            (name, definition)
        })
        .collect();
    for (name, Field { kind, about, kinds, open, rule, threshold }) in &vocabulary.fields {
        let definition = FieldDefinition {
            name: name.as_str().into(),
            kind: (*kind).into(),
            about: about.clone(),
            kinds: kinds.clone(),
            open: *open,
            rule: rule.as_deref().map(Arc::from),
            threshold: threshold.as_deref().map(Arc::from),
            only: None,
        };
        if let Some(built_in) = fields.get(name.as_str())
            && (built_in.kind != FieldKind::Reference || definition.kind != FieldKind::Reference)
        {
            return Err(SchemaError::BuiltIn { name: name.clone(), expected: built_in.kind.name() });
        }
        fields.insert(definition.name.clone(), definition);
    }
    check_rules(&fields)?;
    Ok(fields)
}

/// The keys of an entity that no rule may stand under.
const KEYS_OF_ENTITIES: [&str; 10] =
    ["entity", "id", "kind", "name", "aliases", "from", "until", "succeeds", "continues", "in"];

fn check_rules(fields: &BTreeMap<Arc<str>, FieldDefinition>) -> Result<(), SchemaError> {
    let ruled = |field: &'_ FieldDefinition| field.rule.clone().or_else(|| field.threshold.clone());
    for (definition, rule) in fields.values().filter_map(|field| Some((field, ruled(field)?))) {
        check_name(&rule, "a rule")?;
        let taken = fields.contains_key(&rule) || KEYS_OF_ENTITIES.contains(&&*rule);
        let other = |field: &FieldDefinition| field.name != definition.name && ruled(field).as_ref() == Some(&rule);
        let problem = if definition.kind != FieldKind::Date {
            "only a date can follow from another"
        } else if definition.name.starts_with("source.") {
            "a source says its own dates"
        } else if definition.rule.is_some() && definition.threshold.is_some() {
            "a date follows from its fact (`rule`) or from the acts about its entity (`threshold`), not from both"
        } else if taken || definition.threshold.is_some() && fields.values().any(other) {
            "an entity has something else under that key; choose another"
        } else {
            continue;
        };
        let (field, rule) = (definition.name.to_string(), rule.to_string());
        return Err(SchemaError::Rule { field, rule, problem });
    }
    Ok(())
}

fn words(vocabulary: &Vocabulary, names: &mut TakenWords) -> Result<BTreeMap<String, ActionWord>, SchemaError> {
    let mut words = BTreeMap::new();
    let mut add = |name: &str, forms: &[String], actions: Vec<String>, what: &str| {
        check_name(name, "an action")?;
        let word = ActionWord { name: name.to_owned(), actions };
        for form in std::iter::once(name).chain(forms.iter().map(String::as_str)) {
            let folded = fold(form).into_owned();
            if words.get(&folded) == Some(&word) {
                continue;
            }
            names.take(form, format!("a form of the {what} `{name}`"))?;
            words.insert(folded, word.clone());
        }
        Ok(())
    };
    for (name, action) in &vocabulary.actions {
        add(name, &action.forms, vec![name.clone()], "action")?;
    }
    for (name, umbrella) in &vocabulary.umbrellas {
        if let Some(missing) = umbrella.covers.iter().find(|covered| !vocabulary.actions.contains_key(*covered)) {
            return Err(SchemaError::Undeclared {
                place: format!("the umbrella `{name}`"),
                name: missing.clone(),
                expected: "an action",
            });
        }
        add(name, &umbrella.forms, umbrella.covers.clone(), "umbrella")?;
    }
    Ok(words)
}

fn check_name(name: &str, what: &'static str) -> Result<(), SchemaError> {
    let mut characters = name.chars();
    let good = characters.next().is_some_and(char::is_alphabetic)
        && characters.all(|character| character.is_alphanumeric() || matches!(character, '-' | '_'));
    if good { Ok(()) } else { Err(SchemaError::BadName { name: name.to_owned(), what }) }
}

/// Who has taken which word.
struct TakenWords(BTreeMap<String, String>);

impl TakenWords {
    fn new(keywords: &[&str]) -> Self {
        // `line:x` asks for whoever `x` succeeds or continues.
        Self(
            keywords
                .iter()
                .chain(&["line"])
                .map(|word| ((*word).to_owned(), "a word of the language".to_owned()))
                .collect(),
        )
    }

    fn take(&mut self, word: &str, meaning: String) -> Result<(), SchemaError> {
        match self.0.insert(fold(word).into_owned(), meaning.clone()) {
            None => Ok(()),
            Some(first) => Err(SchemaError::Collision { word: word.to_owned(), first, second: meaning }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(fields: &str) -> String {
        let vocabulary = format!("[world]\nname = \"test\"\n[fields]\n{fields}");
        Schema::new(Vocabulary::from_toml(&vocabulary).unwrap(), &[]).unwrap_err().to_string()
    }

    #[test]
    fn only_a_date_of_a_fact_follows_from_another_by_a_key_that_is_free() {
        let fine = "[world]\nname = \"test\"\n[fields]\nstart = { type = \"date\", rule = \"start-rule\" }";
        let schema = Schema::new(Vocabulary::from_toml(fine).unwrap(), &[]).unwrap();
        assert_eq!(schema.field("start").unwrap().rule.as_deref(), Some("start-rule"));
        assert_eq!(schema.field("date").unwrap().rule, None);
        let half = schema.field("Start.computed").unwrap();
        assert_eq!((half.kind, &**half.own_name()), (FieldKind::Date, "start"));
        assert_eq!(half.only.as_ref().map(|(_, basis)| *basis), Some(Basis::Computed));
        assert!(schema.field("date.stated").is_none() && !schema.fields().any(|field| field.only.is_some()));
        for (fields, problem) in [
            (r#"size = { type = "integer", rule = "r" }"#, "only a date can follow from another"),
            (r#""source.seen" = { type = "date", rule = "r" }"#, "a source says its own dates"),
            (r#"start = { type = "date", rule = "start" }"#, "an entity has something else under that key"),
            (r#"start = { type = "date", rule = "until" }"#, "an entity has something else under that key"),
            (r#"date = { type = "date", rule = "r" }"#, "cannot be declared otherwise"),
            (r#"start = { type = "date", rule = "a b" }"#, "cannot be the name of a rule"),
            (r#"size = { type = "integer", threshold = "r" }"#, "only a date can follow from another"),
            (r#"start = { type = "date", threshold = "start" }"#, "an entity has something else under that key"),
            (r#"start = { type = "date", rule = "r", threshold = "t" }"#, "not from both"),
            (
                "start = { type = \"date\", threshold = \"r\" }\nend = { type = \"date\", rule = \"r\" }",
                "an entity has something else under that key",
            ),
        ] {
            let message = refused(fields);
            assert!(message.contains(problem), "{fields}: {message}");
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
        assert!(refused(r#"line = { type = "keyword" }"#).contains("a word of the language"));
    }
}
