//! The columns that the rows have after some stages, as far as the text shows.

use crate::model::vocabulary::Role;
use crate::plan::{
    Context, DIFF_AS_OF_COLUMNS, DIFF_KNOWN_COLUMNS, DIFF_KNOWN_ENTITY_COLUMNS, HISTORY_COLUMNS, SOURCES_COLUMNS,
    TIMELINE_COLUMNS, period_columns,
};
use crate::syntax::tree::{GroupKey, Path, Stage};
use crate::syntax::{parse_query, print_condition};

/// What the rows of a query are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowsAtCursor {
    Facts,
    /// Entities that stand at this end of facts.
    Entities(Role),
}

/// What rows have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Columns {
    /// Whether the rows are facts, with every field.
    pub facts: bool,
    /// The other columns.
    pub names: Vec<String>,
}

impl Columns {
    /// Of a query without stages.
    pub fn of(head: &str, rows: RowsAtCursor, context: &Context<'_>) -> Self {
        let vocabulary = context.schema.vocabulary();
        let words: Vec<&str> = head.split_whitespace().collect();
        let is_periods = words.first().is_some_and(|first| first.eq_ignore_ascii_case("periods"));
        let mut names = Vec::new();
        match rows {
            _ if is_periods => {
                names.extend(period_columns(context.schema).map(|name| name.to_string()));
            }
            RowsAtCursor::Entities(role) => {
                names.push(context.schema.end_name(role).to_owned());
                let is_status = |name: &String| {
                    words.iter().any(|word| word.split(':').next().is_some_and(|path| path.eq_ignore_ascii_case(name)))
                };
                if vocabulary.status.keys().any(is_status) {
                    names.extend(["since", "by"].map(str::to_owned));
                }
                names.extend(["id", "name", "kind", "from", "until"].map(str::to_owned));
                names.extend(vocabulary.groups.keys().cloned());
                names.extend(
                    vocabulary.fields.keys().filter(|name| !["subject", "object"].contains(&name.as_str())).cloned(),
                );
                if words.iter().any(|word| word.eq_ignore_ascii_case("each")) {
                    names.push("as-of".to_owned());
                }
            }
            RowsAtCursor::Facts => return Self { facts: true, names },
        }
        Self { facts: false, names }
    }

    /// After the stages of a text that ends before the next `|`.
    pub fn after(mut self, stages: &str) -> Self {
        let Some(query) = parse_query(stages).tree else { return self };
        for stage in &query.stages {
            self.pass(&stage.value);
        }
        self
    }

    fn pass(&mut self, stage: &Stage) {
        let fixed = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let names: Vec<String> = match stage {
            Stage::Show(items) => items
                .iter()
                .map(|item| item.heading.as_ref().map_or_else(|| spelt(&item.path), |heading| heading.value.clone()))
                .collect(),
            Stage::Count { by, .. } => keys(by).chain(fixed(&["count"])).collect::<Vec<_>>(),
            Stage::Share { by, .. } => keys(by).chain(fixed(&["n", "of", "share"])).collect(),
            Stage::Pivot { rows, .. } => keys(std::slice::from_ref(rows)).chain(fixed(&["total"])).collect(),
            Stage::Aggregate { functions, by, .. } => {
                let functions = functions.iter().map(|function| function.value.name().into_owned());
                keys(by).chain(functions).chain(fixed(&["n"])).collect()
            }
            Stage::Distinct(paths) => paths.iter().map(spelt).collect(),
            Stage::Sources => fixed(&SOURCES_COLUMNS),
            Stage::History => fixed(&HISTORY_COLUMNS),
            Stage::Diff { known: true, .. } | Stage::DiffKnown { .. } if !self.facts => {
                fixed(&DIFF_KNOWN_ENTITY_COLUMNS)
            }
            Stage::Diff { known: true, .. } | Stage::DiffKnown { .. } => fixed(&DIFF_KNOWN_COLUMNS),
            Stage::Diff { known: false, .. } if self.facts => fixed(&DIFF_AS_OF_COLUMNS),
            Stage::Diff { known: false, .. } => {
                let mut names: Vec<String> = fixed(&["change"]);
                names.append(&mut self.names);
                names
            }
            Stage::Timeline if self.facts => fixed(&TIMELINE_COLUMNS),
            Stage::Let { name, .. } => {
                self.names.push(name.value.clone());
                return;
            }
            Stage::Sort(_)
            | Stage::Take(_)
            | Stage::Skip(_)
            | Stage::Extreme { .. }
            | Stage::Where(_)
            | Stage::Timeline => {
                return;
            }
        };
        *self = Self { facts: false, names };
    }
}

fn keys(keys: &[GroupKey]) -> impl Iterator<Item = String> {
    let spell = |key: &GroupKey| match key {
        GroupKey::Path(path) => spelt(path),
        GroupKey::Condition(condition) => print_condition(condition),
    };
    // A heading that is no name cannot be written as a column.
    let names: Vec<String> = keys.iter().map(spell).filter(|name| !name.contains(char::is_whitespace)).collect();
    names.into_iter()
}

fn spelt(path: &Path) -> String {
    path.names.iter().map(|name| name.value.as_str()).collect::<Vec<_>>().join(".")
}
